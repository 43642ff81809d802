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

#include "gateway_joined.h"
#include "wire/notify_data.h"

#include <collections/enumerator.h>

/*
 * Described in header
 */
bool gateway_joined_create(gateway_t *gateway, const char *name,
						   const char *addresses, const ip_set_t *subnets)
{
	gateway_identity_t *id;
	enumerator_t *enumerator;
	ip_address_t address;
	bool good = TRUE;
	char *token;

	*gateway = (gateway_t){
		.id = gateway_hash(chunk_from_str((char*)name)),
		.addresses = calloc(strlen(addresses) / 2 + 1, sizeof(*id)),
		.probe = IKE_PROBE_PORT,
		.joined = TRUE,
	};
	snprintf(gateway->name, sizeof(gateway->name), "%s", name);
	enumerator = enumerator_create_token(addresses, ",", " ");
	while (good && enumerator->enumerate(enumerator, &token))
	{
		id = &gateway->addresses[gateway->address_count++];
		good = gateway_identity_from_string(token, id) &&
			   id->type != GATEWAY_IDENTITY_FQDN;
		if (good)
		{
			address = ip_address_from_chunk(chunk_create(id->data, id->len));
			good = ip_set_contains(subnets, &address);
			gateway->families |= id->type == GATEWAY_IDENTITY_IPV4
									? GATEWAY_IPV4 : GATEWAY_IPV6;
		}
	}
	enumerator->destroy(enumerator);
	if (!good || !gateway->address_count)
	{
		gateway_clear(gateway);
		return FALSE;
	}
	return TRUE;
}

/**
 * Whether a gateway may be added to others.
 */
static bool may_join(const gateway_t *gateways, uint16_t count,
					 const gateway_t *gateway, bool loopback)
{
	int i, j, k;

	for (j = 0; j < gateway->address_count; j++)
	{
		if (redirect_target_check(&gateway->addresses[j], loopback) != WIRE_OK)
		{
			return FALSE;
		}
		for (k = 0; k < j; k++)
		{
			if (gateway_identity_equals(&gateway->addresses[j],
										&gateway->addresses[k]))
			{
				return FALSE;
			}
		}
	}
	for (i = 0; i < count; i++)
	{
		if (streq(gateways[i].name, gateway->name))
		{
			return FALSE;
		}
		for (j = 0; j < gateway->address_count; j++)
		{
			for (k = 0; k < gateways[i].address_count; k++)
			{
				if (gateway_identity_equals(&gateway->addresses[j],
											&gateways[i].addresses[k]))
				{
					return FALSE;
				}
			}
		}
	}
	return TRUE;
}

/*
 * Described in header
 */
void gateway_joined_add(gateway_t *gateways, uint16_t *count,
						const gateways_joined_t *joined, bool loopback)
{
	gateway_t *gateway;
	int i;

	for (i = 0; joined && i < joined->count && *count < GATEWAYS_MAX; i++)
	{
		if (may_join(gateways, *count, &joined->gateways[i], loopback))
		{
			gateway = &gateways[(*count)++];
			*gateway = joined->gateways[i];
			gateway->addresses = calloc(gateway->address_count,
										sizeof(*gateway->addresses));
			memcpy(gateway->addresses, joined->gateways[i].addresses,
				   gateway->address_count * sizeof(*gateway->addresses));
		}
	}
}

/*
 * Described in header
 */
void gateways_joined_clear(gateways_joined_t *joined)
{
	while (joined->count)
	{
		gateway_clear(&joined->gateways[--joined->count]);
	}
	free(joined->gateways);
	joined->gateways = NULL;
}
