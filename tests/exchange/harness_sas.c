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

#include "harness_config.h"
#include "harness_messages.h"
#include "harness_sas.h"

#include <check.h>

void harness_initiate(void)
{
	peer_cfg_t *peer_cfg = harness_config_client();
	child_cfg_t *child_cfg = harness_config_child();
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	ike_sa_t *ike_sa;

	ike_sa = manager->checkout_by_config(manager, peer_cfg);
	ck_assert(ike_sa != NULL);
	ck_assert_int_eq(ike_sa->initiate(ike_sa, child_cfg, NULL), SUCCESS);
	manager->checkin(manager, ike_sa);
	peer_cfg->destroy(peer_cfg);
}

void harness_establish(void)
{
	harness_initiate();
	harness_deliver_all(NULL);
	ck_assert_int_eq(harness_count_children(TRUE, GATEWAY), 1);
}

/**
 * Find the newest IKE_SA of one side, or the newest that is established.
 */
static ike_sa_t *find_sa(bool client, bool established)
{
	ike_sa_t *ike_sa, *found = NULL;
	enumerator_t *enumerator;

	enumerator = charon->ike_sa_manager->create_enumerator(
											charon->ike_sa_manager, FALSE);
	while (enumerator->enumerate(enumerator, &ike_sa))
	{
		if (ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR) == client &&
			(!established || ike_sa->get_state(ike_sa) == IKE_ESTABLISHED) &&
			(!found || ike_sa->get_unique_id(ike_sa) >
											found->get_unique_id(found)))
		{
			found = ike_sa;
		}
	}
	enumerator->destroy(enumerator);
	return found;
}

ike_sa_t *harness_sa(bool client)
{
	return find_sa(client, FALSE);
}

ike_sa_t *harness_checkout(bool client, bool established)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	ike_sa_t *ike_sa = find_sa(client, established);
	ike_sa_id_t *id;

	ck_assert_msg(ike_sa != NULL, "there is no such IKE_SA");
	id = ike_sa->get_id(ike_sa);
	id = id->clone(id);
	ike_sa = manager->checkout(manager, id);
	id->destroy(id);
	return ike_sa;
}

void harness_call(bool client, status_t (*method)(ike_sa_t*))
{
	ike_sa_t *ike_sa = harness_checkout(client, TRUE);

	ck_assert_int_eq(method(ike_sa), SUCCESS);
	charon->ike_sa_manager->checkin(charon->ike_sa_manager, ike_sa);
}

void harness_give_up(void)
{
	ike_sa_t *ike_sa = harness_checkout(TRUE, FALSE);
	int i;

	for (i = 0; i < 20 && ike_sa->retransmit(ike_sa, 0) == SUCCESS; i++)
	{
		harness_drop();
	}
	ck_assert_int_lt(i, 20);
	charon->ike_sa_manager->checkin_and_destroy(charon->ike_sa_manager, ike_sa);
}

void harness_delete(bool client)
{
	ike_sa_t *ike_sa = harness_checkout(client, TRUE);

	ck_assert_int_eq(ike_sa->delete(ike_sa, FALSE), SUCCESS);
	charon->ike_sa_manager->checkin(charon->ike_sa_manager, ike_sa);
}

/**
 * Count IKE_SAs, or their CHILD_SAs.
 */
static int count(bool client, char *to, bool children)
{
	enumerator_t *enumerator;
	ike_sa_t *ike_sa;
	host_t *other = to ? host_create_from_string(to, 0) : NULL, *host;
	int found = 0;

	enumerator = charon->ike_sa_manager->create_enumerator(
											charon->ike_sa_manager, FALSE);
	while (enumerator->enumerate(enumerator, &ike_sa))
	{
		host = client ? ike_sa->get_other_host(ike_sa)
					  : ike_sa->get_my_host(ike_sa);
		if (ike_sa->has_condition(ike_sa, COND_ORIGINAL_INITIATOR) == client &&
			(!other || host->ip_equals(host, other)))
		{
			found += children ? ike_sa->get_child_count(ike_sa) : 1;
		}
	}
	enumerator->destroy(enumerator);
	DESTROY_IF(other);
	return found;
}

int harness_count_sas(bool client, char *to)
{
	return count(client, to, FALSE);
}

int harness_count_children(bool client, char *to)
{
	return count(client, to, TRUE);
}

void harness_expect_served(char *gateway)
{
	ck_assert_int_eq(harness_count_sas(TRUE, NULL), 1);
	ck_assert_int_eq(harness_count_children(TRUE, gateway), 1);
}
