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

#include "child_offer.h"

#include <daemon.h>

/**
 * Prefix length of a single address.
 */
static uint8_t host_bits(host_t *host)
{
	return host->get_family(host) == AF_INET ? 32 : 128;
}

/**
 * Put the virtual IPs of the family of a selector in its place, with its
 * protocol and ports.
 *
 * @return				TRUE if there are such, and the selector is none of them
 */
static bool replace_address(traffic_selector_t *ts, linked_list_t *vips,
							linked_list_t *replaced)
{
	bool foreign = FALSE, own = FALSE;
	enumerator_t *enumerator;
	traffic_selector_t *new;
	host_t *vip;
	int family = ts->get_type(ts) == TS_IPV4_ADDR_RANGE ? AF_INET : AF_INET6;

	enumerator = vips->create_enumerator(vips);
	while (enumerator->enumerate(enumerator, &vip))
	{
		if (vip->get_family(vip) == family)
		{
			foreign = TRUE;
			own = own || ts->is_host(ts, vip);
			new = traffic_selector_create_from_subnet(vip->clone(vip),
								host_bits(vip), ts->get_protocol(ts),
								ts->get_from_port(ts), ts->get_to_port(ts));
			replaced->insert_last(replaced, new);
		}
	}
	enumerator->destroy(enumerator);
	return foreign && !own;
}

/**
 * Replace the addresses in the client's selectors by its virtual IPs.
 *
 * @return				selectors, NULL if the client did not ask for addresses
 *						of another gateway
 */
static linked_list_t *replace_addresses(linked_list_t *tsi, linked_list_t *vips)
{
	linked_list_t *replaced = linked_list_create();
	enumerator_t *enumerator;
	traffic_selector_t *ts;
	bool foreign = FALSE, hosts = TRUE;

	enumerator = tsi->create_enumerator(tsi);
	while (hosts && enumerator->enumerate(enumerator, &ts))
	{
		hosts = ts->is_host(ts, NULL);
		foreign = (hosts && replace_address(ts, vips, replaced)) || foreign;
	}
	enumerator->destroy(enumerator);
	if (!hosts || !foreign)
	{
		replaced->destroy_offset(replaced,
								 offsetof(traffic_selector_t, destroy));
		return NULL;
	}
	return replaced;
}

/**
 * Find the selector of a type, the first if there is none.
 */
static traffic_selector_t *first_of_type(linked_list_t *list, ts_type_t type)
{
	traffic_selector_t *ts, *found = NULL;
	enumerator_t *enumerator;

	enumerator = list->create_enumerator(list);
	while (!found && enumerator->enumerate(enumerator, &ts))
	{
		if (ts->get_type(ts) == type)
		{
			found = ts;
		}
	}
	enumerator->destroy(enumerator);
	if (!found)
	{
		list->get_first(list, (void**)&found);
	}
	return found;
}

/**
 * Narrow selectors to what a configuration allows, as charon does it.
 */
static linked_list_t *narrow(child_cfg_t *cfg, bool local,
							 linked_list_t *supplied, linked_list_t *hosts)
{
#ifdef CPU_ID_MAX	/* 6.0.2 */
	return cfg->select_traffic_selectors(cfg, local, supplied, hosts);
#else
	return cfg->get_traffic_selectors(cfg, local, supplied, hosts, TRUE);
#endif
}

/**
 * Make an offer of the selectors that a configuration leaves of a request: what
 * charon proposes besides them is that of the configuration, so nothing else
 * can come of it.
 */
static child_offer_t *create_offer(child_cfg_t *cfg, linked_list_t *local,
								   linked_list_t *remote)
{
	traffic_selector_t *first;
	child_offer_t *this;

	if (local->get_first(local, (void**)&first) != SUCCESS ||
		!remote->get_count(remote))
	{
		return NULL;
	}
	INIT(this,
		.cfg = cfg->get_ref(cfg),
		.local = first->clone(first),
	);
	first = first_of_type(remote, first->get_type(first));
	this->remote = first->clone(first);
	return this;
}

/**
 * Select the configuration for selectors of the client with its virtual IPs, as
 * charon would have done if the client had asked for them.
 */
static child_offer_t *select_offer(ike_sa_t *ike_sa, linked_list_t *tsi,
								   linked_list_t *tsr, linked_list_t *vips)
{
	peer_cfg_t *peer_cfg = ike_sa->get_peer_cfg(ike_sa);
	linked_list_t *hosts, *local, *remote;
	child_offer_t *this = NULL;
	child_cfg_t *cfg;

	hosts = ike_sa_get_dynamic_hosts(ike_sa, TRUE);
	cfg = peer_cfg->select_child_cfg(peer_cfg, tsr, tsi, hosts, vips, NULL,
									 NULL);
	if (cfg)
	{
		local = narrow(cfg, TRUE, tsr, hosts);
		remote = narrow(cfg, FALSE, tsi, vips);
		this = create_offer(cfg, local, remote);
		remote->destroy_offset(remote, offsetof(traffic_selector_t, destroy));
		local->destroy_offset(local, offsetof(traffic_selector_t, destroy));
		cfg->destroy(cfg);
	}
	hosts->destroy(hosts);
	return this;
}

/*
 * Described in header
 */
child_offer_t *child_offer_create(ike_sa_t *ike_sa, linked_list_t *tsi,
								  linked_list_t *tsr)
{
	linked_list_t *vips, *replaced;
	child_offer_t *this = NULL;

	if (!tsi || !tsr || !ike_sa->get_peer_cfg(ike_sa))
	{
		return NULL;
	}
	vips = linked_list_create_from_enumerator(
						ike_sa->create_virtual_ip_enumerator(ike_sa, FALSE));
	replaced = replace_addresses(tsi, vips);
	if (replaced)
	{
		this = select_offer(ike_sa, replaced, tsr, vips);
		replaced->destroy_offset(replaced,
								 offsetof(traffic_selector_t, destroy));
	}
	vips->destroy(vips);
	return this;
}

#ifdef CPU_ID_MAX	/* 6.0.2 */

/**
 * Get a reqid for the selectors of an offer, which the CHILD_SA gets a reference
 * of.
 */
static uint32_t acquire_reqid(child_offer_t *this)
{
	linked_list_t *local, *remote;
	uint32_t reqid = 0;

	local = linked_list_create_with_items(this->local, NULL);
	remote = linked_list_create_with_items(this->remote, NULL);
	if (charon->kernel->alloc_reqid(charon->kernel, local, remote,
									this->cfg->get_mark(this->cfg, TRUE),
									this->cfg->get_mark(this->cfg, FALSE),
									this->cfg->get_if_id(this->cfg, TRUE),
									this->cfg->get_if_id(this->cfg, FALSE),
									NULL, &reqid) != SUCCESS)
	{
		reqid = 0;
	}
	local->destroy(local);
	remote->destroy(remote);
	return reqid;
}

/**
 * Release the reqid again.
 */
static void release_reqid(uint32_t reqid)
{
	if (reqid)
	{
		charon->kernel->release_reqid(charon->kernel, reqid);
	}
}

#else /* CPU_ID_MAX */

/**
 * Get a reqid nobody has: charon takes one for the selectors in its place when
 * it installs the CHILD_SA.
 */
static uint32_t acquire_reqid(child_offer_t *this)
{
	return UINT32_MAX;
}

/**
 * Nothing to release.
 */
static void release_reqid(uint32_t reqid)
{
}

#endif /* CPU_ID_MAX */

/*
 * Described in header
 */
status_t child_offer_initiate(child_offer_t *this, ike_sa_t *ike_sa)
{
	child_init_args_t args = {
		.src = this->local,
		.dst = this->remote,
#ifdef CPU_ID_MAX
		.cpu = CPU_ID_MAX,
#endif
	};
	status_t status;

	/* charon does not initiate a CHILD_SA if there is one of the same
	 * configuration, except if both have reqids and these differ. Several of
	 * the client's may well be of one configuration here; where that has a
	 * reqid itself, there is one CHILD_SA of it only. */
	if (!this->cfg->get_reqid(this->cfg))
	{
		args.reqid = acquire_reqid(this);
	}
	status = ike_sa->initiate(ike_sa, this->cfg->get_ref(this->cfg), &args);
	release_reqid(args.reqid);
	return status;
}

/*
 * Described in header
 */
void child_offer_destroy(child_offer_t *this)
{
	this->cfg->destroy(this->cfg);
	this->local->destroy(this->local);
	this->remote->destroy(this->remote);
	free(this);
}
