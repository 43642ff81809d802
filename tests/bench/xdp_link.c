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
#include <poll.h>
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

/** how long to wait for a queue, and how often to look, in milliseconds */
#define PATIENCE 5000
#define LOOK 10

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

/**
 * Turn a frame into its answer; returns the length, 0 if there is none.
 */
static size_t reflect(headers_t *headers, size_t len, uint16_t port,
					  xdp_link_answer_t answer, void *user)
{
	struct ether_header ethernet = headers->ethernet;
	struct udphdr udp = headers->udp;
	uint32_t source = headers->ip.saddr;
	uint8_t out[FRAME_SIZE];

	if (len <= sizeof(*headers) ||
		ethernet.ether_type != htons(ETHERTYPE_IP) ||
		headers->ip.protocol != IPPROTO_UDP || udp.uh_dport != htons(port))
	{
		return 0;
	}
	len = answer((uint8_t*)(headers + 1), len - sizeof(*headers), out, user);
	if (!len)
	{
		return 0;
	}
	memcpy(headers + 1, out, len);
	memcpy(headers->ethernet.ether_dhost, ethernet.ether_shost, ETH_ALEN);
	memcpy(headers->ethernet.ether_shost, ethernet.ether_dhost, ETH_ALEN);
	headers->ip.saddr = headers->ip.daddr;
	headers->ip.daddr = source;
	headers->ip.tot_len = htons(sizeof(*headers) - sizeof(ethernet) + len);
	headers->ip.check = 0;
	headers->ip.check = checksum((uint8_t*)headers + offsetof(headers_t, ip));
	headers->udp = (struct udphdr){
		.uh_sport = udp.uh_dport,
		.uh_dport = udp.uh_sport,
		.uh_ulen = htons(sizeof(udp) + len),
	};
	return sizeof(*headers) + len;
}

/**
 * Have the kernel send what waits, and give it the frames it has sent.
 */
static void send_back(xdp_link_t *this, unsigned count)
{
	uint64_t frame;
	uint32_t index;
	unsigned i, sent = 0;

	while (sent < count)
	{
		sendto(xsk_socket__fd(this->socket), NULL, 0, MSG_DONTWAIT, NULL, 0);
		i = xsk_ring_cons__peek(&this->completion, FRAMES, &index);
		if (!i)
		{	/* with the next ones */
			break;
		}
		xsk_ring_cons__release(&this->completion, i);
		for (sent += i; i; i--, index++)
		{
			frame = *xsk_ring_cons__comp_addr(&this->completion, index);
			frame -= frame % FRAME_SIZE;
			refill(this, &frame, 1);
		}
	}
}

unsigned xdp_link_reflect(xdp_link_t *this, xdp_link_answer_t answer, void *user)
{
	const struct xdp_desc *desc;
	uint32_t index, place;
	unsigned i, count, answers = 0;
	uint64_t frame;
	size_t len;

	count = xsk_ring_cons__peek(&this->rx, FRAMES, &index);
	for (i = 0; i < count; i++)
	{
		desc = xsk_ring_cons__rx_desc(&this->rx, index + i);
		frame = desc->addr - desc->addr % FRAME_SIZE;
		len = reflect((headers_t*)(this->memory + desc->addr), desc->len,
					  ntohs(this->headers.udp.uh_sport), answer, user);
		if (len && xsk_ring_prod__reserve(&this->tx, 1, &place))
		{
			*xsk_ring_prod__tx_desc(&this->tx, place) = (struct xdp_desc){
				.addr = desc->addr,
				.len = len,
			};
			answers++;
		}
		else
		{
			refill(this, &frame, 1);
		}
	}
	xsk_ring_cons__release(&this->rx, count);
	xsk_ring_prod__submit(&this->tx, answers);
	send_back(this, answers);
	return answers;
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

	error = xsk_umem__create(&this->umem, this->memory, size, &this->fill,
							 &this->completion, &frames);
	if (!error)
	{
		error = xsk_socket__create(&this->socket, interface, 0, this->umem,
								   &this->rx, &this->tx, &rings);
		if (error)
		{
			xsk_umem__delete(this->umem);
		}
	}
	errno = -error;
	return !error;
}

/**
 * Create it once the kernel has let go of the queue, a while after the last one
 * closed it.
 */
static bool create_after(xdp_link_t *this, const char *interface)
{
	int waited;

	this->memory = mmap(NULL, (size_t)2 * FRAMES * FRAME_SIZE,
						PROT_READ | PROT_WRITE,
						MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (this->memory == MAP_FAILED)
	{
		return false;
	}
	for (waited = 0; !create(this, interface); waited += LOOK)
	{
		if (errno != EBUSY || waited == PATIENCE)
		{
			return false;
		}
		poll(NULL, 0, LOOK);
	}
	return true;
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
	if (!this || !create_after(this, config->interface))
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
	refill(this, this->taken, config->frames ? config->frames : FRAMES);
	return this;
}

void xdp_link_close(xdp_link_t *this)
{
	xsk_socket__delete(this->socket);
	xsk_umem__delete(this->umem);
	free(this);
}
