/*
 * Copyright (C) 2026 The strongSwan redirect plugin authors
 *
 * This program is free software; you can redistribute it and/or modify it
 * under the terms of the GNU General Public License as published by the
 * Free Software Foundation; either version 2 of the License, or (at your
 * option) any later version.  See <http://www.fsf.org/copyleft/gpl.txt>.
 *
 * This program is distributed in the hope that it will be useful, but
 * WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY
 * or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU General Public License
 * for more details.
 */


/**
 * @defgroup ike_probe ike_probe
 * @{ @ingroup redirect_wire
 */

#ifndef IKE_PROBE_H_
#define IKE_PROBE_H_

#include <library.h>

typedef enum ike_probe_kind_t ike_probe_kind_t;

/**
 * Octets of a probe, and of the answer to one of kind IKE_PROBE_PORT.
 */
#define IKE_PROBE_LEN 28
#define IKE_PROBE_ANSWER_LEN 36

/**
 * What is asked of a gateway to see whether it works.
 */
enum ike_probe_kind_t {
	/** nothing */
	IKE_PROBE_NO,
	/** an IKE header of major version 3, which every responder has to answer
	 * with INVALID_MAJOR_VERSION (RFC 7296, section 2.5); charon does so in the
	 * thread that receives, without any state */
	IKE_PROBE_PORT,
	/** an IKE_SA_INIT request without payloads, which charon answers with
	 * INVALID_SYNTAX in a worker thread (RFC 7296, section 2.21.1) */
	IKE_PROBE_INIT,
};

/**
 * Write a probe.
 *
 * @param kind			IKE_PROBE_PORT or IKE_PROBE_INIT
 * @param spi			initiator's SPI, not 0
 * @param buf			receives IKE_PROBE_LEN octets
 */
void ike_probe_write(ike_probe_kind_t kind, uint64_t spi, uint8_t *buf);

/**
 * Check whether a datagram is a response to a probe. Any response will do, also
 * one that tells of an error or carries a cookie: it shows that somebody answers
 * who received the probe.
 *
 * @param data			datagram as received
 * @param spi			receives the initiator's SPI
 * @return				FALSE if it is nothing of that kind
 */
bool ike_probe_parse_answer(chunk_t data, uint64_t *spi);

/**
 * Answer a probe of kind IKE_PROBE_PORT, as charon would do it, for who is asked
 * so often that charon should not write a line in its log each time.
 *
 * @param data			IKE message as received
 * @param buf			receives IKE_PROBE_ANSWER_LEN octets
 * @return				FALSE if it is not such a probe
 */
bool ike_probe_answer(chunk_t data, uint8_t *buf);

#endif /** IKE_PROBE_H_ @}*/
