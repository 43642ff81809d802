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
 * What is put into messages, or taken out of them, before they are sent.
 */

#ifndef HARNESS_INJECT_H_
#define HARNESS_INJECT_H_

#include "notify_corpus.h"

#include <daemon.h>

/**
 * Where something is put into messages, or looked for.
 */
typedef struct {
	/** exchange of the message */
	exchange_type_t exchange;
	/** TRUE for requests */
	bool request;
	/** TRUE for messages of the client */
	bool client;
	/** message ID, -1 for any */
	int mid;
} place_t;

/**
 * Have messages go through here, behind listeners added before; called by
 * harness_setup().
 */
void harness_inject_setup(void);

/**
 * Let them alone; called by harness_teardown().
 */
void harness_inject_teardown(void);

/**
 * Put a notify into messages, until it was put into count of them.
 *
 * @param place			messages
 * @param type			type of the notify
 * @param data			data, cloned
 * @param count			how often, 0 never again
 */
void harness_inject(place_t place, notify_type_t type, chunk_t data, int count);

/**
 * As harness_inject(), with Protocol ID and SPI.
 */
void harness_inject_odd(place_t place, notify_type_t type, chunk_t data,
						int count, uint8_t protocol, chunk_t spi);

/**
 * As harness_inject(), with a notify of the corpus.
 */
void harness_inject_case(place_t place, notify_case_t *entry, int count);

/**
 * Number of notifies that are still to be put into messages.
 */
int harness_to_inject(void);

/**
 * Take payloads out of the messages where the notify is put in.
 */
void harness_strip(payload_type_t first, payload_type_t second);

/**
 * Have the AUTH payload of the messages where the notify is put in be wrong.
 */
void harness_spoil_auth(void);

#endif /** HARNESS_INJECT_H_ */
