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


#include "probe_sockets.h"

#include <daemon.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/**
 * Datagrams that are received at most before others get the thread, and octets
 * that are looked at of each.
 */
#define BATCH 64
#define DATAGRAM_MAX 512

typedef struct private_probe_sockets_t private_probe_sockets_t;

/**
 * Private data
 */
struct private_probe_sockets_t {

	/**
	 * Public interface
	 */
	probe_sockets_t public;

	/**
	 * Sockets for IPv4 and IPv6, -1 if there is none
	 */
	int fds[2];

	/**
	 * Is told what arrives
	 */
	probe_received_t received;

	/**
	 * Passed to received
	 */
	void *data;
};

METHOD(probe_sockets_t, send_, probe_sent_t,
	private_probe_sockets_t *this, const ip_address_t *to, uint16_t port,
	chunk_t datagram)
{
	int fd = this->fds[to->version == 6];
	probe_sent_t result = PROBE_NOT_SENT;
	host_t *host;

	host = ip_address_to_host(to, port);
	if (host && fd != -1)
	{
		if (sendto(fd, datagram.ptr, datagram.len, MSG_DONTWAIT,
				   host->get_sockaddr(host),
				   *host->get_sockaddr_len(host)) != -1)
		{
			result = PROBE_SENT;
		}
		else if (errno == EHOSTUNREACH || errno == EHOSTDOWN)
		{
			result = PROBE_UNREACHABLE;
		}
	}
	DESTROY_IF(host);
	return result;
}

/**
 * Take what arrived.
 */
static bool readable(private_probe_sockets_t *this, int fd,
					 watcher_event_t event)
{
	union {
		struct sockaddr addr;
		struct sockaddr_storage storage;
	} from;
	uint8_t buf[DATAGRAM_MAX];
	ip_address_t address;
	host_t *host;
	socklen_t len;
	ssize_t octets;
	int i;

	for (i = 0; i < BATCH; i++)
	{
		len = sizeof(from);
		octets = recvfrom(fd, buf, sizeof(buf), MSG_DONTWAIT, &from.addr, &len);
		if (octets < 0)
		{
			break;
		}
		host = host_create_from_sockaddr(&from.addr);
		if (host)
		{
			address = ip_address_from_host(host);
			this->received(this->data, &address, host->get_port(host),
						   chunk_create(buf, octets));
			host->destroy(host);
		}
	}
	return TRUE;
}

/**
 * Open a socket; without one, gateways of that family are not probed.
 */
static int open_socket(private_probe_sockets_t *this, int family)
{
	int fd, on = 1;

	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
	{
		DBG2(DBG_NET, "redirect: no socket for probes: %s", strerror(errno));
		return -1;
	}
	if (family == AF_INET6)
	{
		ignore_result(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on,
								 sizeof(on)));
	}
	if (charon && charon->kernel &&
		!charon->kernel->bypass_socket(charon->kernel, fd, family))
	{
		DBG1(DBG_NET, "redirect: IPsec policies may apply to probes");
	}
	lib->watcher->add(lib->watcher, fd, WATCHER_READ, (watcher_cb_t)readable,
					  this);
	return fd;
}

METHOD(probe_sockets_t, destroy, void,
	private_probe_sockets_t *this)
{
	int i;

	for (i = 0; i < (int)countof(this->fds); i++)
	{
		if (this->fds[i] != -1)
		{
			lib->watcher->remove(lib->watcher, this->fds[i]);
			close(this->fds[i]);
		}
	}
	free(this);
}

/*
 * Described in header
 */
probe_sockets_t *probe_sockets_create(probe_received_t received, void *data)
{
	private_probe_sockets_t *this;

	INIT(this,
		.public = {
			.send = _send_,
			.destroy = _destroy,
		},
		.received = received,
		.data = data,
	);
	this->fds[0] = open_socket(this, AF_INET);
	this->fds[1] = open_socket(this, AF_INET6);
	return &this->public;
}
