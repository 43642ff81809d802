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


#include "cluster_fixture.h"

#include <daemon.h>

/*
 * Described in header
 */
const cluster_heartbeat_t cluster_typical = {
	.start = 1700000000000,
	.sequence = 7,
	.order = 3,
	.state = GATEWAY_DRAIN,
	.weight = 100,
	.capacity = 5000,
	.sessions = 42,
	.half_open = CLUSTER_UNKNOWN,
	.load = 250,
	.draining = 1,
	.hash = 0xfedcba9876543210,
	.version = "0.9.0",
	.addresses = "192.0.2.2,sun.example.org",
	.up = "moon",
	.down = "",
};

/*
 * Described in header
 */
size_t cluster_fixture_write(const char *secret, cluster_kind_t kind,
							 const char *name, const void *record, char *value)
{
	signer_t *signer = cluster_signer_create(chunk_from_str((char*)secret));
	size_t len;

	ck_assert(signer != NULL);
	len = cluster_record_write(signer, kind, name, record, value);
	signer->destroy(signer);
	return len;
}

/*
 * Described in header
 */
gateway_status_t cluster_fixture_status(policy_fixture_t *policy,
										const char *name)
{
	gateway_status_t status;

	ck_assert(policy->table->get_status(policy->table, name, &status));
	return status;
}

/*
 * Described in header
 */
void cluster_fixture_set_up(void)
{
	ck_assert(libcharon_init());
	ck_assert(lib->plugins->load(lib->plugins, "sha2 hmac"));
}

/*
 * Described in header
 */
void cluster_fixture_tear_down(void)
{
	libcharon_deinit();
}
