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
 * IKE_SAs of client and gateways: set up, used, counted.
 */

#ifndef HARNESS_SAS_H_
#define HARNESS_SAS_H_

#include <daemon.h>

/**
 * Initiate the client's connection: an IKE_SA_INIT request waits to be sent.
 */
void harness_initiate(void);

/**
 * Set up an IKE_SA between client and GATEWAY.
 */
void harness_establish(void);

/**
 * The newest IKE_SA of client or gateway, for a look only.
 *
 * @return			IKE_SA, NULL if there is none
 */
ike_sa_t *harness_sa(bool client);

/**
 * Check out the newest IKE_SA of one side; there has to be one.
 *
 * @param client		TRUE for the client
 * @param established	TRUE for the newest that is established
 * @return				IKE_SA, to be checked in
 */
ike_sa_t *harness_checkout(bool client, bool established);

/**
 * Do something with the newest established IKE_SA of one side, checked out.
 *
 * @param method		ike_sa->rekey or ike_sa->reauth
 */
void harness_call(bool client, status_t (*method)(ike_sa_t*));

/**
 * Have the newest IKE_SA of the client wait for a response until it gives up.
 */
void harness_give_up(void);

/**
 * Delete the newest established IKE_SA of one side.
 */
void harness_delete(bool client);

/**
 * Count IKE_SAs and CHILD_SAs.
 *
 * @param client		TRUE to count those of the client
 * @param to			address of the other end, NULL for any
 */
int harness_count_sas(bool client, char *to);
int harness_count_children(bool client, char *to);

/**
 * Check that the client has one IKE_SA and no other, and that its CHILD_SA is one
 * with a gateway.
 *
 * @param gateway		address of the gateway
 */
void harness_expect_served(char *gateway);

#endif /** HARNESS_SAS_H_ */
