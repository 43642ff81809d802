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

#include "gateway.h"
#include "wire/notify_data.h"

ENUM(gateway_state_names, GATEWAY_ACTIVE, GATEWAY_DISABLED,
	"active",
	"drain",
	"disabled",
);

/**
 * Words of option state, in the order of gateway_state_t
 */
static const char *const states[] = { "active", "drain", "disabled", NULL };

/**
 * Words of option probe, in the order of ike_probe_kind_t
 */
static const char *const probes[] = { "no", "port", "init", NULL };

/**
 * What is read from the section, before addresses are looked at
 */
typedef struct {
	array_t *addresses;
	uint32_t weight;
	uint32_t capacity;
	uint32_t priority;
	int state;
	int probe;
} gateway_options_t;

static const config_option_t options[] = {
	{ "addresses", CONFIG_LIST, offsetof(gateway_options_t, addresses),
		.def = NULL },
	{ "weight", CONFIG_NUMBER, offsetof(gateway_options_t, weight),
		.def = "100", .max = 65535 },
	{ "capacity", CONFIG_NUMBER, offsetof(gateway_options_t, capacity),
		.def = "0", .max = 100000000 },
	{ "priority", CONFIG_NUMBER, offsetof(gateway_options_t, priority),
		.def = "0", .max = 255 },
	{ "state", CONFIG_WORD, offsetof(gateway_options_t, state),
		.def = "active", .words = states },
	{ "probe", CONFIG_WORD, offsetof(gateway_options_t, probe),
		.def = "port", .words = probes },
};

/*
 * Described in header
 */
uint64_t gateway_hash(chunk_t data)
{
	/* fixed, as all gateways of a cluster have to agree */
	static u_char key[] = { 'R', 'F', 'C', ' ', '5', '6', '8', '5',
							' ', 'r', 'e', 'd', 'i', 'r', 0, 1 };

	return chunk_mac(data, key);
}

/**
 * Families of a client that can use an address.
 */
static uint8_t identity_families(const gateway_identity_t *id)
{
	switch (id->type)
	{
		case GATEWAY_IDENTITY_IPV4:
			return GATEWAY_IPV4;
		case GATEWAY_IDENTITY_IPV6:
			return GATEWAY_IPV6;
		case GATEWAY_IDENTITY_FQDN:
			return GATEWAY_IPV4 | GATEWAY_IPV6;
		default:
			return 0;
	}
}

/**
 * Parse one address and check that strict clients would take it.
 */
static bool read_address(const config_section_t *section, bool loopback,
						 const char *value, gateway_identity_t *id)
{
	wire_verdict_t verdict;

	if (!gateway_identity_from_string(value, id))
	{
		config_section_error(section, "addresses", value,
						"must be IPv4 or IPv6 addresses or domain names, of "
						"letters, digits, hyphens and underscores with dots "
						"between them");
		return FALSE;
	}
	verdict = redirect_target_check(id, loopback);
	if (verdict != WIRE_OK)
	{
		config_section_error(section, "addresses", value,
						"no client can be sent there (%s)",
						enum_to_name(wire_verdict_names, verdict));
		return FALSE;
	}
	return TRUE;
}

/**
 * Parse the list of addresses.
 */
static bool read_addresses(const config_section_t *section, bool loopback,
						   array_t *list, gateway_t *gateway)
{
	gateway_identity_t *id;
	bool good = TRUE;
	char *value;
	int i;

	if (!array_count(list))
	{
		config_section_error(section, "addresses", NULL, "missing, a gateway "
						"needs at least one address or domain name");
		return FALSE;
	}
	gateway->addresses = calloc(array_count(list), sizeof(gateway_identity_t));
	for (i = 0; i < array_count(list); i++)
	{
		array_get(list, i, &value);
		id = &gateway->addresses[gateway->address_count];
		if (read_address(section, loopback, value, id))
		{
			gateway->families |= identity_families(id);
			gateway->address_count++;
		}
		else
		{
			good = FALSE;
		}
	}
	return good;
}

/*
 * Described in header
 */
bool gateway_read(const config_section_t *section, bool loopback,
				  gateway_t *gateway)
{
	gateway_options_t values = {};
	const char *name = section->path[section->depth - 1];
	bool good;

	*gateway = (gateway_t){
		.id = gateway_hash(chunk_from_str((char*)name)),
	};
	snprintf(gateway->name, sizeof(gateway->name), "%s", name);
	good = config_section_read(section, options, countof(options), NULL,
							   &values);
	good = config_section_check_name(section, REDIRECT_NAME_MAX) && good;
	good = read_addresses(section, loopback, values.addresses, gateway) && good;
	gateway->weight = values.weight;
	gateway->capacity = values.capacity;
	gateway->priority = values.priority;
	gateway->state = values.state;
	gateway->probe = values.probe;
	config_list_destroy(values.addresses);
	return good;
}

/*
 * Described in header
 */
void gateway_clear(gateway_t *gateway)
{
	free(gateway->addresses);
}

/*
 * Described in header
 */
int gateway_find(const config_section_t *section, const char *key,
				 const gateway_t *gateways, uint16_t count, const char *name)
{
	const char **names, *nearest;
	int i;

	for (i = 0; i < count; i++)
	{
		if (!gateways[i].joined && streq(gateways[i].name, name))
		{
			return i;
		}
	}
	names = calloc(count + 1, sizeof(char*));
	for (i = 0; i < count; i++)
	{
		names[i] = gateways[i].name;
	}
	nearest = config_nearest(name, names, count);
	config_section_error(section, key, name, "no such gateway in section "
						 "gateways%s%s%s", nearest ? ", did you mean '" : "",
						 nearest ?: "", nearest ? "'?" : "");
	free(names);
	return -1;
}

/*
 * Described in header
 */
const gateway_identity_t *gateway_address(const gateway_t *gateway,
										  uint8_t families,
										  const ip_address_t *not)
{
	const gateway_identity_t *id;
	ip_address_t address;
	int i;

	for (i = 0; i < gateway->address_count; i++)
	{
		id = &gateway->addresses[i];
		if (!(identity_families(id) & families))
		{
			continue;
		}
		if (not && id->type != GATEWAY_IDENTITY_FQDN)
		{
			address = ip_address_from_chunk(
								chunk_create((u_char*)id->data, id->len));
			if (ip_address_equals(&address, not))
			{
				continue;
			}
		}
		return id;
	}
	return NULL;
}
