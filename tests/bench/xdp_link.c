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

#include "xdp_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <xdp/libxdp.h>
#include <xdp/xsk.h>

/** frames in each direction, a power of two, and their size in octets */
#define FRAMES 8192
#define FRAME_SIZE 2048

/** what is in front of a datagram's data */
typedef struct {
	struct ether_header ethernet;
	struct iphdr ip;
	struct udphdr udp;
} __attribute__((packed)) headers_t;

struct xdp_link_t {
	struct xsk_umem *umem;
	struct xsk_socket *socket;
	uint8_t *memory;

	/** headers of what is sent, but for what differs */
	headers_t headers;

	struct xsk_ring_prod fill, tx;
	struct xsk_ring_cons completion, rx;

	/** frames to send with, and how many of them are free */
	uint64_t free[FRAMES];
	unsigned free_count;

	/** received frames that were not given back yet */
	uint64_t taken[FRAMES];
};

static void prepare_headers(xdp_link_t *this, const xdp_link_config_t *config)
{
	headers_t *headers = &this->headers;

	memcpy(headers->ethernet.ether_shost, config->local_mac, ETH_ALEN);
	memcpy(headers->ethernet.ether_dhost, config->remote_mac, ETH_ALEN);
	headers->ethernet.ether_type = htons(ETHERTYPE_IP);
	headers->ip.version = 4;
	headers->ip.ihl = 5;
	headers->ip.ttl = 64;
	headers->ip.protocol = IPPROTO_UDP;
	headers->ip.frag_off = htons(IP_DF);
	headers->ip.daddr = config->remote;
	headers->udp.uh_sport = htons(config->local_port);
	headers->udp.uh_dport = htons(config->remote_port);
}

static uint16_t checksum(const uint8_t *data)
{
	uint32_t sum = 0;
	uint16_t word;
	size_t i;

	for (i = 0; i < sizeof(struct iphdr); i += sizeof(word))
	{
		memcpy(&word, data + i, sizeof(word));
		sum += word;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static void refill(xdp_link_t *this, const uint64_t *frames, unsigned count)
{
	uint32_t index;
	unsigned i;

	if (xsk_ring_prod__reserve(&this->fill, count, &index) == count)
	{
		for (i = 0; i < count; i++)
		{
			*xsk_ring_prod__fill_addr(&this->fill, index + i) = frames[i];
		}
		xsk_ring_prod__submit(&this->fill, count);
	}
}

/**
 * Take back frames that were sent.
 */
static void reclaim(xdp_link_t *this)
{
	uint32_t index;
	unsigned i, count;

	count = xsk_ring_cons__peek(&this->completion, FRAMES, &index);
	for (i = 0; i < count; i++)
	{
		this->free[this->free_count++] =
					*xsk_ring_cons__comp_addr(&this->completion, index + i);
	}
	xsk_ring_cons__release(&this->completion, count);
}

bool xdp_link_send(xdp_link_t *this, uint32_t source, const uint8_t *data,
				   size_t len)
{
	struct xdp_desc *desc;
	headers_t *headers;
	uint32_t index;

	if (!this->free_count)
	{
		xdp_link_flush(this);
	}
	if (!this->free_count || !xsk_ring_prod__reserve(&this->tx, 1, &index))
	{
		return false;
	}
	desc = xsk_ring_prod__tx_desc(&this->tx, index);
	desc->addr = this->free[--this->free_count];
	desc->len = sizeof(*headers) + len;
	headers = (headers_t*)(this->memory + desc->addr);
	*headers = this->headers;
	headers->ip.saddr = source;
	headers->ip.tot_len = htons(desc->len - sizeof(headers->ethernet));
	headers->ip.check = checksum((uint8_t*)headers + offsetof(headers_t, ip));
	/* without a checksum, so that nobody spends time on it */
	headers->udp.uh_ulen = htons(sizeof(headers->udp) + len);
	memcpy(headers + 1, data, len);
	xsk_ring_prod__submit(&this->tx, 1);
	return true;
}

void xdp_link_flush(xdp_link_t *this)
{
	unsigned before;

	do
	{
		before = this->free_count;
		if (xsk_ring_prod__needs_wakeup(&this->tx))
		{
			sendto(xsk_socket__fd(this->socket), NULL, 0, MSG_DONTWAIT, NULL, 0);
		}
		reclaim(this);
	}
	while (this->free_count != FRAMES && this->free_count != before);
}

unsigned xdp_link_receive(xdp_link_t *this, uint8_t **data, size_t *len,
						  unsigned max)
{
	const struct xdp_desc *desc;
	headers_t *headers;
	uint32_t index;
	unsigned i, count;

	count = xsk_ring_cons__peek(&this->rx, max, &index);
	for (i = 0; i < count; i++)
	{
		desc = xsk_ring_cons__rx_desc(&this->rx, index + i);
		this->taken[i] = desc->addr - desc->addr % FRAME_SIZE;
		headers = (headers_t*)(this->memory + desc->addr);
		data[i] = (uint8_t*)(headers + 1);
		len[i] = 0;
		if (desc->len > sizeof(*headers) &&
			headers->ethernet.ether_type == htons(ETHERTYPE_IP) &&
			headers->ip.protocol == IPPROTO_UDP &&
			headers->udp.uh_dport == this->headers.udp.uh_sport)
		{
			len[i] = desc->len - sizeof(*headers);
		}
	}
	xsk_ring_cons__release(&this->rx, count);
	return count;
}

void xdp_link_release(xdp_link_t *this, unsigned count)
{
	refill(this, this->taken, count);
}

int xdp_link_fd(xdp_link_t *this)
{
	return xsk_socket__fd(this->socket);
}

static bool create(xdp_link_t *this, const char *interface)
{
	const struct xsk_umem_config frames = {
		.fill_size = FRAMES,
		.comp_size = FRAMES,
		.frame_size = FRAME_SIZE,
	};
	const struct xsk_socket_config rings = {
		.rx_size = FRAMES,
		.tx_size = FRAMES,
		.bind_flags = XDP_COPY | XDP_USE_NEED_WAKEUP,
	};
	size_t size = (size_t)2 * FRAMES * FRAME_SIZE;
	int error;

	this->memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
						MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (this->memory == MAP_FAILED)
	{
		return false;
	}
	error = xsk_umem__create(&this->umem, this->memory, size, &this->fill,
							 &this->completion, &frames);
	if (!error)
	{
		error = xsk_socket__create(&this->socket, interface, 0, this->umem,
								   &this->rx, &this->tx, &rings);
	}
	errno = -error;
	return !error;
}

static int be_silent(enum libxdp_print_level level, const char *format,
					 va_list args)
{
	return 0;
}

xdp_link_t *xdp_link_open(const xdp_link_config_t *config)
{
	xdp_link_t *this = calloc(1, sizeof(*this));
	unsigned i;

	/* its dispatcher is not for all kernels, and nobody else is there */
	setenv("LIBXDP_SKIP_DISPATCHER", "1", 1);
	libxdp_set_print(be_silent);
	if (!this || !create(this, config->interface))
	{
		free(this);
		return NULL;
	}
	prepare_headers(this, config);
	for (i = 0; i < FRAMES; i++)
	{
		this->free[this->free_count++] = (uint64_t)i * FRAME_SIZE;
		this->taken[i] = (uint64_t)(FRAMES + i) * FRAME_SIZE;
	}
	refill(this, this->taken, FRAMES);
	return this;
}

void xdp_link_close(xdp_link_t *this)
{
	xsk_socket__delete(this->socket);
	xsk_umem__delete(this->umem);
	free(this);
}
