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

#include "charon_limits.h"

#include <daemon.h>

#include <netinet/in.h>

/** charon's defaults, see strongswan.conf(5) */
#define COOKIE_THRESHOLD_DEFAULT 30
#define COOKIE_THRESHOLD_IP_DEFAULT 3
#define BLOCK_THRESHOLD_DEFAULT 5

/** how long charon demands cookies after it last had to, in seconds */
#define COOKIE_CALMDOWN 10

/** sources are told apart by this many times of the last cookie */
#define COOKIE_BUCKETS 32

typedef struct private_charon_limits_t private_charon_limits_t;

/**
 * Private data of a charon_limits_t object.
 */
struct private_charon_limits_t {

	/**
	 * Public interface.
	 */
	charon_limits_t public;

	/**
	 * TRUE if charon answers nobody.
	 */
	bool initiator_only;

	/**
	 * Half-open IKE_SAs from which on charon demands cookies of everybody, of
	 * one source, and blocks a source; 0 if it never does.
	 */
	u_int cookie_threshold;
	u_int cookie_threshold_ip;
	u_int block_threshold;

	/**
	 * When cookies were last necessary: for everybody, and by source.
	 */
	time_t cookie;
	time_t cookie_ip[COOKIE_BUCKETS];

	/**
	 * Hosts whose address is overwritten for each question to charon.
	 */
	host_t *ipv4;
	host_t *ipv6;
};

/**
 * Number of half-open IKE_SAs that others initiated, all or of a source.
 */
static u_int half_open(host_t *source)
{
	return charon->ike_sa_manager->get_half_open_count(charon->ike_sa_manager,
													   source, TRUE);
}

/**
 * Make a host of an address without allocating one, NULL if it is none.
 */
static host_t *as_host(private_charon_limits_t *this,
					   const ip_address_t *address)
{
	sockaddr_t *addr;

	switch (address->version)
	{
		case 4:
			addr = this->ipv4->get_sockaddr(this->ipv4);
			memcpy(&((struct sockaddr_in*)addr)->sin_addr, address->data, 4);
			return this->ipv4;
		case 6:
			addr = this->ipv6->get_sockaddr(this->ipv6);
			memcpy(&((struct sockaddr_in6*)addr)->sin6_addr, address->data, 16);
			return this->ipv6;
		default:
			return NULL;
	}
}

/**
 * Whether a source has that many half-open IKE_SAs. All of them cannot be fewer
 * than those of one source, and are cheaper to ask for.
 */
static bool half_open_reached(private_charon_limits_t *this,
							  const ip_address_t *source, u_int threshold)
{
	return half_open(NULL) >= threshold &&
		   half_open(as_host(this, source)) >= threshold;
}

/**
 * Whether charon does not listen on the interface an address belongs to.
 */
static bool ignored(private_charon_limits_t *this,
					const ip_address_t *destination)
{
	return !charon->kernel->all_interfaces_usable(charon->kernel) &&
		   !charon->kernel->get_interface(charon->kernel,
										  as_host(this, destination), NULL);
}

METHOD(charon_limits_t, blocks, bool,
	private_charon_limits_t *this, const ip_address_t *source,
	const ip_address_t *destination)
{
	return this->initiator_only || ignored(this, destination) ||
		   (this->block_threshold &&
			half_open_reached(this, source, this->block_threshold));
}

/**
 * Whether a threshold is reached, or was not long ago.
 */
static bool reached(bool now_reached, time_t *last, time_t now)
{
	if (now_reached)
	{
		*last = now;
		return TRUE;
	}
	return *last && now < *last + COOKIE_CALMDOWN;
}

METHOD(charon_limits_t, demands_cookie, bool,
	private_charon_limits_t *this, const ip_address_t *source)
{
	time_t now = time_monotonic(NULL);
	u_int bucket;
	bool ip;

	if (this->cookie_threshold &&
		reached(half_open(NULL) >= this->cookie_threshold, &this->cookie, now))
	{
		return TRUE;
	}
	if (this->cookie_threshold_ip)
	{
		ip = half_open_reached(this, source, this->cookie_threshold_ip);
		bucket = chunk_hash(ip_address_chunk(source)) % COOKIE_BUCKETS;
		return reached(ip, &this->cookie_ip[bucket], now);
	}
	return FALSE;
}

METHOD(charon_limits_t, destroy, void,
	private_charon_limits_t *this)
{
	this->ipv4->destroy(this->ipv4);
	this->ipv6->destroy(this->ipv6);
	free(this);
}

/**
 * Read a threshold.
 */
static u_int threshold(const char *key, int def)
{
	int value;

	value = lib->settings->get_int(lib->settings, "%s.%s", def, lib->ns, key);
	return max(0, value);
}

/*
 * Described in header
 */
charon_limits_t *charon_limits_create()
{
	private_charon_limits_t *this;

	INIT(this,
		.public = {
			.blocks = _blocks,
			.demands_cookie = _demands_cookie,
			.destroy = _destroy,
		},
		.ipv4 = host_create_any(AF_INET),
		.ipv6 = host_create_any(AF_INET6),
		.initiator_only = lib->settings->get_bool(lib->settings,
										"%s.initiator_only", FALSE, lib->ns),
	);
	if (lib->settings->get_bool(lib->settings, "%s.dos_protection", TRUE,
								lib->ns))
	{
		this->cookie_threshold = threshold("cookie_threshold",
										   COOKIE_THRESHOLD_DEFAULT);
		this->cookie_threshold_ip = threshold("cookie_threshold_ip",
											  COOKIE_THRESHOLD_IP_DEFAULT);
		this->block_threshold = threshold("block_threshold",
										  BLOCK_THRESHOLD_DEFAULT);
		if (this->cookie_threshold_ip >= this->block_threshold)
		{	/* as charon corrects it */
			this->block_threshold = this->cookie_threshold_ip + 1;
		}
	}
	return &this->public;
}
