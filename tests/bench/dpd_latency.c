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
 * Watches an interface for INFORMATIONAL exchanges that this side starts, and
 * measures the time from each request to its response. A retransmitted request
 * counts from the first time it was sent.
 *
 *   dpd_latency INTERFACE SECONDS
 *
 * Prints one line of key=value pairs; requests without a response until the
 * end, or for LATE_NS, are told as unanswered.
 */

#define _GNU_SOURCE

#include "histogram.h"

#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

/** most requests watched at a time */
#define WATCHED 4096

/** at the end of the time younger requests are not told as unanswered */
#define LATE_NS UINT64_C(100000000)

/** a request: initiator SPI and message ID */
typedef struct {
	uint8_t spi[8];
	uint32_t id;
	uint64_t sent;
} request_t;

static request_t requests[WATCHED];
static histogram_t latency;
static uint64_t retransmitted;

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/**
 * Find a watched request, or a free place for it
 */
static request_t *find(const uint8_t *spi, uint32_t id, bool add)
{
	request_t *unused = NULL;
	int i;

	for (i = 0; i < WATCHED; i++)
	{
		if (requests[i].sent && requests[i].id == id &&
			memcmp(requests[i].spi, spi, 8) == 0)
		{
			return &requests[i];
		}
		if (!requests[i].sent && !unused)
		{
			unused = &requests[i];
		}
	}
	return add ? unused : NULL;
}

/**
 * Look at an IPv4 packet; the kernel tells when it passed
 */
static void look(const uint8_t *data, size_t len, bool outgoing, uint64_t time)
{
	request_t *request;
	size_t header;
	uint32_t id;

	header = len >= 20 ? (data[0] & 0x0f) * 4 : 0;
	if (header < 20 || data[9] != IPPROTO_UDP || len < header + 8 + 4 + 28)
	{
		return;
	}
	data += header + 8;
	/* non-ESP marker on port 4500, no initiator SPI begins with that */
	if (data[0] == 0 && data[1] == 0 && data[2] == 0 && data[3] == 0)
	{
		data += 4;
	}
	/* IKEv2, INFORMATIONAL */
	if (data[17] != 0x20 || data[18] != 37)
	{
		return;
	}
	memcpy(&id, data + 20, sizeof(id));
	if (outgoing && !(data[19] & 0x20))
	{
		request = find(data, id, true);
		if (request && request->sent)
		{
			retransmitted++;
		}
		else if (request)
		{
			memcpy(request->spi, data, 8);
			request->id = id;
			request->sent = time;
		}
	}
	else if (!outgoing && data[19] & 0x20)
	{
		request = find(data, id, false);
		if (request)
		{
			histogram_add(&latency, time - request->sent);
			request->sent = 0;
		}
	}
}

static bool receive(int fd)
{
	char control[CMSG_SPACE(sizeof(struct timespec))];
	struct sockaddr_ll from;
	uint8_t data[2048];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	struct timespec ts;
	uint64_t time = now();
	ssize_t len;

	len = recvmsg(fd, &msg, MSG_DONTWAIT);
	if (len < 0)
	{
		return false;
	}
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg))
	{
		if (cmsg->cmsg_level == SOL_SOCKET && cmsg->cmsg_type == SO_TIMESTAMPNS)
		{
			memcpy(&ts, CMSG_DATA(cmsg), sizeof(ts));
			time = (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
		}
	}
	look(data, len, from.sll_pkttype == PACKET_OUTGOING, time);
	return true;
}

static int open_socket(const char *interface)
{
	struct sockaddr_ll addr = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(interface),
	};
	int fd, on = 1;

	fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ALL));
	if (fd < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
		bind(fd, (struct sockaddr*)&addr, sizeof(addr)) < 0)
	{
		perror("opening socket");
		exit(1);
	}
	return fd;
}

int main(int argc, char *argv[])
{
	struct pollfd pfd = { .events = POLLIN };
	uint64_t end, unanswered = 0;
	int i;

	if (argc != 3)
	{
		fprintf(stderr, "usage: %s INTERFACE SECONDS\n", argv[0]);
		return 2;
	}
	pfd.fd = open_socket(argv[1]);
	end = now() + (uint64_t)(atof(argv[2]) * 1e9);
	while (now() < end)
	{
		poll(&pfd, 1, 100);
		while (receive(pfd.fd))
		{
			continue;
		}
	}
	for (i = 0; i < WATCHED; i++)
	{
		unanswered += requests[i].sent && requests[i].sent + LATE_NS < end;
	}
	printf("answered=%" PRIu64 " unanswered=%" PRIu64 " retransmitted=%" PRIu64
		   " p50_us=%.1f p99_us=%.1f max_us=%.1f\n", latency.total, unanswered,
		   retransmitted, histogram_percentile(&latency, 50) / 1000.0,
		   histogram_percentile(&latency, 99) / 1000.0, latency.max / 1000.0);
	return 0;
}
