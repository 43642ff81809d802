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
 * REDIRECTs of gateways and clients, proper ones and forged ones.
 */

#ifndef HARNESS_REDIRECT_H_
#define HARNESS_REDIRECT_H_

#include <daemon.h>

/**
 * Have charon ask here whether to redirect clients; called by harness_setup().
 */
void harness_redirect_setup(void);

/**
 * Have it ask no more; called by harness_teardown().
 */
void harness_redirect_teardown(void);

/**
 * Have the gateway redirect clients in IKE_SA_INIT, properly.
 *
 * @param gateway		where to, NULL not to anymore
 * @param times			how often
 */
void harness_redirect_init(char *gateway, int times);

/**
 * Have the gateway redirect clients in IKE_AUTH, properly; as above.
 */
void harness_redirect_auth(char *gateway, int times);

/**
 * Send a REDIRECT in INFORMATIONAL over the newest established IKE_SA.
 *
 * @param client		TRUE to send it as client
 */
void harness_redirect_active(bool client, chunk_t data);

/**
 * Data of a REDIRECT to an IPv4 address or a name, without nonce.
 *
 * @return			data, allocated
 */
chunk_t harness_redirect(char *gateway);

/**
 * The same with a nonce behind it.
 */
chunk_t harness_redirect_nonce(char *gateway, chunk_t nonce);

/**
 * A message that carries nothing but a REDIRECT, and that nobody encrypted.
 *
 * @param id			SPIs, IKE_SA_INIT responses may have no responder SPI
 * @param from			where it comes from
 * @param to			where it goes to
 * @param exchange		exchange it claims to be of
 * @param request		TRUE for a request
 * @param data			data of the REDIRECT, cloned
 * @return				message as received, its header parsed
 */
message_t *harness_redirect_forge(ike_sa_id_t *id, host_t *from, host_t *to,
								  exchange_type_t exchange, bool request,
								  chunk_t data);

#endif /** HARNESS_REDIRECT_H_ */
