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
 * Messages on their way between client and gateways: looked at, delivered, lost.
 */

#ifndef HARNESS_MESSAGES_H_
#define HARNESS_MESSAGES_H_

#include <daemon.h>

/**
 * Collect what charon sends from now on; called by harness_setup().
 */
void harness_messages_setup(void);

/**
 * Forget what was not delivered; called by harness_teardown().
 */
void harness_messages_teardown(void);

/**
 * Take the next message that was sent.
 *
 * @return			message, NULL if there is none
 */
message_t *harness_next(void);

/**
 * Put a message back, so that it is the next.
 */
void harness_put_back(message_t *message);

/**
 * Lose the next message; there has to be one.
 */
void harness_drop(void);

/**
 * Check that the next message is sent to a host, and leave it there.
 *
 * @param to			address, NULL to check that there is no message
 */
void harness_expect_to(char *to);

/**
 * Deliver a message to the IKE_SA it is for.
 *
 * @param message		message, NULL for the next; adopted
 */
void harness_deliver(message_t *message);

/**
 * Deliver the next two messages, a request and its response, and run the jobs
 * that charon queued.
 */
void harness_exchange(void);

/**
 * Deliver the next message, which has to be an INFORMATIONAL response.
 */
void harness_acknowledge(void);

/**
 * Deliver messages until none is left, or the next is sent to a host.
 *
 * @param to			address to stop at, NULL for none
 */
void harness_deliver_all(char *to);

/**
 * Have a thread of the guard look up a name: run jobs until a message waits.
 */
void harness_wait(void);

/**
 * Read the next message, an IKE_SA_INIT, and leave it there.
 *
 * @return			copy of it, parsed, owned by the caller
 */
message_t *harness_look(void);

/**
 * Check if the next message, an IKE_SA_INIT, has a notify.
 */
bool harness_next_has(notify_type_t type);

/**
 * Get the data of a notify of the next message, an IKE_SA_INIT, allocated.
 */
chunk_t harness_next_notify(notify_type_t type);

#endif /** HARNESS_MESSAGES_H_ */
