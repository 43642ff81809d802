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
 * The limit of the socket: answers each IKE_SA_INIT with a REDIRECT and looks
 * at nothing but the nonce. One datagram at a time with recvmsg and sendmsg by
 * default, as IKE daemons do, or in batches.
 *
 *   bare_responder PORT GATEWAY [BATCH [RECEIVERS]]
 *   bare_responder PORT GATEWAY INTERFACE
 *
 * The second form is the limit of what AF_XDP does with the interface.
 * Answers from the address a request was sent to, on IPv4. Ends by signal.
 */

#define _GNU_SOURCE

#include "init_message.h"
#ifdef WITH_XDP
#include "xdp_link.h"
#endif

#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

/** most datagrams taken at once */
#define BATCH_MAX 256

/** buffers of a datagram and its answer */
typedef struct {
	struct sockaddr_in peer;
	struct iovec iov;
	char control[CMSG_SPACE(sizeof(struct in_pktinfo))];
	uint8_t in[2048];
	uint8_t out[INIT_MESSAGE_MAX];
} slot_t;

static slot_t slots[BATCH_MAX];
static struct mmsghdr messages[BATCH_MAX], answers[BATCH_MAX];

/**
 * Let a slot receive
 */
static void arm(size_t i)
{
	slots[i].iov.iov_base = slots[i].in;
	slots[i].iov.iov_len = sizeof(slots[i].in);
	messages[i].msg_hdr = (struct msghdr){
		.msg_name = &slots[i].peer,
		.msg_namelen = sizeof(slots[i].peer),
		.msg_iov = &slots[i].iov,
		.msg_iovlen = 1,
		.msg_control = slots[i].control,
		.msg_controllen = sizeof(slots[i].control),
	};
}

/**
 * Turn a received message into its answer. The control message that told the
 * destination goes out as it came: ipi_spec_dst is the address to answer from.
 */
static bool answer(size_t i, const uint8_t gateway[4], struct mmsghdr *out)
{
	size_t len;

	len = init_message_answer(slots[i].in, messages[i].msg_len, gateway,
							  slots[i].out);
	if (!len)
	{
		return false;
	}
	slots[i].iov.iov_base = slots[i].out;
	slots[i].iov.iov_len = len;
	out->msg_hdr = messages[i].msg_hdr;
	out->msg_hdr.msg_flags = 0;
	return true;
}

static int open_socket(uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
	};
	int fd, on = 1;

	fd = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
	if (fd < 0 ||
		setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) < 0 ||
		bind(fd, (struct sockaddr*)&addr, sizeof(addr)) < 0)
	{
		perror("opening socket");
		exit(1);
	}
	return fd;
}

static void serve_one(int fd, const uint8_t gateway[4])
{
	struct mmsghdr out;
	ssize_t len;

	arm(0);
	len = recvmsg(fd, &messages[0].msg_hdr, 0);
	if (len > 0)
	{
		messages[0].msg_len = len;
		if (answer(0, gateway, &out))
		{
			sendmsg(fd, &out.msg_hdr, 0);
		}
	}
}

static void serve_batch(int fd, const uint8_t gateway[4], unsigned batch)
{
	int count, sent, done, i, n = 0;
	unsigned slot;

	for (slot = 0; slot < batch; slot++)
	{
		arm(slot);
	}
	count = recvmmsg(fd, messages, batch, MSG_WAITFORONE, NULL);
	for (i = 0; i < count; i++)
	{
		n += answer(i, gateway, &answers[n]);
	}
	for (done = 0; done < n; done += sent)
	{
		sent = sendmmsg(fd, answers + done, n - done, 0);
		if (sent <= 0)
		{
			break;
		}
	}
}

#ifdef WITH_XDP
static size_t answer_frame(const uint8_t *data, size_t len, uint8_t *out,
						   void *gateway)
{
	return init_message_answer(data, len, gateway, out);
}

/**
 * Answer what comes to the first queue of an interface
 */
static void serve_frames(const char *interface, uint16_t port,
						 uint8_t gateway[4])
{
	xdp_link_config_t config = {
		.interface = interface,
		.local_port = port,
		/* as the plugin has them: more would not stay in the cache */
		.frames = 512,
	};
	xdp_link_t *link = xdp_link_open(&config);
	struct pollfd pfd;

	if (!link)
	{
		perror(interface);
		exit(1);
	}
	pfd = (struct pollfd){
		.fd = xdp_link_fd(link),
		.events = POLLIN,
	};
	while (true)
	{
		poll(&pfd, 1, -1);
		xdp_link_reflect(link, answer_frame, gateway);
	}
}
#endif /* WITH_XDP */

int main(int argc, char *argv[])
{
	uint8_t gateway[4];
	int fd, batch, receivers;

	if (argc < 3 || inet_pton(AF_INET, argv[2], gateway) != 1)
	{
		fprintf(stderr, "usage: %s PORT GATEWAY [BATCH [RECEIVERS]|INTERFACE]\n",
				argv[0]);
		return 2;
	}
#ifdef WITH_XDP
	if (argc == 4 && !isdigit(argv[3][0]))
	{
		serve_frames(argv[3], atoi(argv[1]), gateway);
	}
#endif
	batch = argc > 3 ? atoi(argv[3]) : 1;
	if (batch < 1 || batch > BATCH_MAX)
	{
		fprintf(stderr, "batch must be 1 to %d\n", BATCH_MAX);
		return 2;
	}
	fd = open_socket(atoi(argv[1]));
	/* as threads of one process would receive by the same socket */
	for (receivers = argc > 4 ? atoi(argv[4]) : 1; receivers > 1; receivers--)
	{
		if (fork() == 0)
		{
			break;
		}
	}
	while (true)
	{
		if (batch == 1)
		{
			serve_one(fd, gateway);
		}
		else
		{
			serve_batch(fd, gateway, batch);
		}
	}
}
