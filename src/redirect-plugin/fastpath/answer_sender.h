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
 * @defgroup answer_sender answer_sender
 * @{ @ingroup redirect_fastpath
 */

#ifndef ANSWER_SENDER_H_
#define ANSWER_SENDER_H_

#include "utils/ip_address.h"
#include "utils/log_limit.h"

#include <sys/socket.h>

typedef struct answer_sender_t answer_sender_t;

/** octets of ancillary data an answer may need: an address and an int */
#define ANSWER_SENDER_ANCILLARY 64

/**
 * Sends answers by charon's sockets as the plugin socket-default would: its
 * options set_source and set_sourceif are respected. Plain data; for one thread
 * at a time.
 */
struct answer_sender_t {

	/** TRUE to send from the address that was asked, and by its interface */
	bool set_source, set_sourceif;

	/** interface of an address, as found in a second */
	struct {
		ip_address_t address;
		time_t time;
		int index;
	} interface;

	/** limits lines about answers that cannot be sent */
	log_limit_t limit;
};

/**
 * Make the ancillary data of an answer: its source, the interface if configured,
 * and DSCP 0, whatever was sent by the socket last.
 *
 * @param msg			with room for ANSWER_SENDER_ANCILLARY octets
 * @param source		address it is sent from
 */
void answer_sender_set_source(answer_sender_t *this, struct msghdr *msg,
							  const ip_address_t *source);

/**
 * Send messages by a socket. Never waits.
 *
 * @return				how many the kernel did not take
 */
int answer_sender_send(answer_sender_t *this, int fd, struct mmsghdr *messages,
					   int count);

/**
 * Create a sender, with the options of socket-default.
 */
answer_sender_t answer_sender_create();

#endif /** ANSWER_SENDER_H_ @}*/
