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
 * The cases of tests/corpus/notifies, whose head describes the columns.
 */

#ifndef NOTIFY_CORPUS_H_
#define NOTIFY_CORPUS_H_

#include "wire/notify_data.h"

typedef struct notify_case_t notify_case_t;
typedef enum notify_place_t notify_place_t;

/**
 * Longest data of a case, in octets.
 */
#define NOTIFY_CASE_DATA_MAX 1024

/**
 * Messages a case applies to, as bits.
 */
enum notify_place_t {
	NOTIFY_IN_REQUEST = (1 << 0),
	NOTIFY_IN_INIT = (1 << 1),
	NOTIFY_IN_AUTH = (1 << 2),
	NOTIFY_IN_INFORMATIONAL = (1 << 3),
};

/**
 * A case.
 */
struct notify_case_t {

	/** unique name */
	char name[32];

	/** REDIRECT, REDIRECTED_FROM or REDIRECT_SUPPORTED */
	uint16_t type;

	/** set of notify_place_t */
	int places;

	/** Protocol ID */
	uint8_t protocol;

	/** SPI, spi_size octets */
	uint8_t spi[16];
	size_t spi_size;

	/** what wire/ says */
	wire_verdict_t verdict;

	/** data as it stands in the file */
	char data[128];
};

/**
 * Read the cases; ends the program with a message if a line is wrong.
 *
 * @param count		receives the number of cases
 * @return			cases, to be freed
 */
notify_case_t *notify_corpus_load(int *count);

/**
 * Get the notification data of a case.
 *
 * @param this		case
 * @param nonce		nonce of the request, chunk_empty if the place has none
 * @param buf		receives the data, NOTIFY_CASE_DATA_MAX octets
 * @return			data in buf
 */
chunk_t notify_case_data(notify_case_t *this, chunk_t nonce, uint8_t *buf);

#endif /** NOTIFY_CORPUS_H_ */
