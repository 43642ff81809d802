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

#define _GNU_SOURCE

#include "load_way.h"
#include "load_options.h"
#ifdef WITH_XDP
#include "xdp_link.h"
#endif

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#define BATCH LOAD_WAY_BATCH

static const uint8_t non_esp_marker[NON_ESP_MARKER_LEN];

/** socket, unless there is a wire */
static int fd = -1;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void open_socket(void)
{
	struct sockaddr_storage addr = {
		.ss_family = options.server.ss_family,
	};
	int size = 4 << 20;

	if (addr.ss_family == AF_INET)
	{
		((struct sockaddr_in*)&addr)->sin_port = htons(options.local_port);
	}
	else
	{
		((struct sockaddr_in6*)&addr)->sin6_port = htons(options.local_port);
	}
	fd = socket(addr.ss_family, SOCK_DGRAM, IPPROTO_UDP);
	if (fd < 0)
	{
		die("socket");
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr*)&addr, options.server_len) < 0)
	{
		die("bind");
	}
}

/**
 * Choose an address of those that requests are sent from, in network order
 */
static uint32_t choose_source(init_random_t *random)
{
	return htonl(options.source +
				 (init_random_next(random) >> 32) % options.sources);
}

#ifdef WITH_XDP
/** sends and receives instead of the socket if it is there */
static xdp_link_t *wire;

/** frames that were received */
static unsigned frames;

static void open_wire(void)
{
	const struct sockaddr_in *server = (const struct sockaddr_in*)&options.server;
	xdp_link_config_t config = {
		.interface = options.interface,
		.remote = server->sin_addr.s_addr,
		.remote_port = ntohs(server->sin_port),
		.local_port = options.local_port,
	};
	unsigned macs[12];
	int i;

	if (sscanf(options.macs, "%x:%x:%x:%x:%x:%x,%x:%x:%x:%x:%x:%x", &macs[0],
			   &macs[1], &macs[2], &macs[3], &macs[4], &macs[5], &macs[6],
			   &macs[7], &macs[8], &macs[9], &macs[10], &macs[11]) != 12)
	{
		errno = EINVAL;
		die("--macs");
	}
	for (i = 0; i < 6; i++)
	{
		config.local_mac[i] = macs[i];
		config.remote_mac[i] = macs[6 + i];
	}
	wire = xdp_link_open(&config);
	if (!wire)
	{
		die(options.interface);
	}
}

static void send_by_wire(const init_message_t *const messages[], unsigned count,
						 init_random_t *random)
{
	unsigned i;

	for (i = 0; i < count; i++)
	{
		/* one that does not fit is lost, like on the wire */
		xdp_link_send(wire, choose_source(random), messages[i]->data,
					  messages[i]->len);
	}
	xdp_link_flush(wire);
}

/**
 * Receive frames, and leave out those that are not for us
 */
static unsigned receive_by_wire(uint8_t *data[BATCH], size_t len[BATCH])
{
	unsigned i, n = 0;

	frames = xdp_link_receive(wire, data, len, BATCH);
	for (i = 0; i < frames; i++)
	{
		if (len[i])
		{
			data[n] = data[i];
			len[n++] = len[i];
		}
	}
	if (frames && !n)
	{
		load_way_release();
	}
	return n;
}
#endif /* WITH_XDP */

int load_way_open(void)
{
	if (!options.interface)
	{
		open_socket();
		return fd;
	}
#ifdef WITH_XDP
	open_wire();
	return xdp_link_fd(wire);
#else
	errno = ENOTSUP;
	die("AF_XDP");
	return -1;
#endif
}

/**
 * Set the address a request is sent from
 */
static void set_source(struct msghdr *msg, char *control, init_random_t *random)
{
	struct in_pktinfo info = {};
	struct cmsghdr *cmsg;

	if (!options.sources)
	{
		return;
	}
	info.ipi_spec_dst.s_addr = choose_source(random);
	msg->msg_control = control;
	msg->msg_controllen = CMSG_SPACE(sizeof(info));
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = IPPROTO_IP;
	cmsg->cmsg_type = IP_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
}

void load_way_send(const init_message_t *const messages[], unsigned count,
				   init_random_t *random)
{
	struct mmsghdr msgs[BATCH] = {};
	struct iovec iov[BATCH][2];
	char control[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
	unsigned i, done;
	int n;

#ifdef WITH_XDP
	if (wire)
	{
		send_by_wire(messages, count, random);
		return;
	}
#endif
	for (i = 0; i < count; i++)
	{
		iov[i][0].iov_base = (void*)non_esp_marker;
		iov[i][0].iov_len = options.marker ? sizeof(non_esp_marker) : 0;
		iov[i][1].iov_base = (void*)messages[i]->data;
		iov[i][1].iov_len = messages[i]->len;
		msgs[i].msg_hdr.msg_name = &options.server;
		msgs[i].msg_hdr.msg_namelen = options.server_len;
		msgs[i].msg_hdr.msg_iov = iov[i];
		msgs[i].msg_hdr.msg_iovlen = 2;
		set_source(&msgs[i].msg_hdr, control[i], random);
	}
	for (done = 0; done < count; done += n)
	{
		n = sendmmsg(fd, msgs + done, count - done, 0);
		if (n < 0)
		{
			if (errno != ECONNREFUSED)
			{
				die("sendmmsg");
			}
			/* the server is not there yet: counts as lost later */
			n = 1;
		}
	}
}

unsigned load_way_receive(uint8_t *data[BATCH], size_t len[BATCH])
{
	static uint8_t buffers[BATCH][2048];
	struct mmsghdr msgs[BATCH] = {};
	struct iovec iov[BATCH];
	int i, count;

#ifdef WITH_XDP
	if (wire)
	{
		return receive_by_wire(data, len);
	}
#endif
	for (i = 0; i < BATCH; i++)
	{
		iov[i].iov_base = buffers[i];
		iov[i].iov_len = sizeof(buffers[i]);
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	count = recvmmsg(fd, msgs, BATCH, MSG_DONTWAIT, NULL);
	for (i = 0; i < count; i++)
	{
		data[i] = buffers[i];
		len[i] = msgs[i].msg_len;
	}
	return count > 0 ? count : 0;
}

void load_way_release(void)
{
#ifdef WITH_XDP
	if (wire)
	{
		xdp_link_release(wire, frames);
		frames = 0;
	}
#endif
}

void load_way_close(void)
{
#ifdef WITH_XDP
	if (wire)
	{
		xdp_link_close(wire);
	}
#endif
}
