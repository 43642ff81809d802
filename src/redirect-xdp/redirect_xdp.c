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

/*
 * redirect-xdp: attaches the program for XDP for charon, and detaches it when
 * charon is gone. See fastpath/xdp_helper.h for what it is asked and tells.
 */

#include "door.h"
#include "host.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <sys/socket.h>

/** most interfaces, each has a queue at least */
#define DOORS_MAX XDP_QUEUES_MAX

static filter_door_t ports;
static door_t doors[DOORS_MAX];
static int door_count;

/**
 * Tell charon something, with the files of a queue or none.
 */
static bool report(xdp_report_kind_t kind, const door_t *door,
				   const char *text, unsigned number, const queue_t *queue)
{
	char control[CMSG_SPACE(2 * sizeof(int))] = {};
	xdp_report_t report = {
		.kind = kind,
		.queue = number,
	};
	struct iovec iov = {
		.iov_base = &report,
		.iov_len = sizeof(report),
	};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	struct cmsghdr *cmsg;

	if (door)
	{
		report.index = door->index;
		snprintf(report.interface, sizeof(report.interface), "%s",
				 door->interface);
	}
	snprintf(report.text, sizeof(report.text), "%s", text);
	if (queue)
	{
		int files[] = { queue->socket, queue->memory };

		report.flags = queue->flags;
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(files));
		memcpy(CMSG_DATA(cmsg), files, sizeof(files));
	}
	return sendmsg(XDP_HELPER_FD, &msg, MSG_NOSIGNAL) == sizeof(report);
}

/**
 * Prepare the door of an interface and report it; FALSE if charon is gone.
 */
static bool prepare(const char *interface, unsigned *left)
{
	door_t *door = &doors[door_count];
	char text[sizeof(((xdp_report_t*)NULL)->text)];
	unsigned i;

	door->interface = interface;
	if (!door_prepare(door, &ports, *left, text, sizeof(text)))
	{
		return report(XDP_REPORT_FAILED, door, text, 0, NULL);
	}
	door_count++;
	*left -= door->count;
	for (i = 0; i < door->count; i++)
	{
		if (!report(XDP_REPORT_QUEUE, door, "", i, &door->queues[i]))
		{
			return false;
		}
	}
	return report(XDP_REPORT_ATTACHED, door, text, 0, NULL);
}

/**
 * Take what charon says; FALSE if it is gone.
 */
static bool listen_to_charon(void)
{
	char octet;
	int i;

	if (recv(XDP_HELPER_FD, &octet, sizeof(octet), 0) <= 0)
	{
		return false;
	}
	for (i = 0; i < door_count; i++)
	{
		if (!door_open(&doors[i]))
		{
			return false;
		}
	}
	return true;
}

/**
 * Watch charon and this host until charon is gone.
 */
static void watch(void)
{
	char buffer[8192];
	struct pollfd files[] = {
		{ .fd = XDP_HELPER_FD, .events = POLLIN },
		{ .fd = host_watch(), .events = POLLIN },
	};
	int i;

	while (poll(files, 2, -1) > 0 || errno == EINTR)
	{
		if (files[0].revents && !listen_to_charon())
		{
			return;
		}
		if (files[1].revents)
		{
			/* also after more changes than there was room for */
			while (recv(files[1].fd, buffer, sizeof(buffer), 0) > 0);
			for (i = 0; i < door_count; i++)
			{
				door_update(&doors[i], &ports);
			}
		}
	}
}

static int be_silent(enum libxdp_print_level level, const char *format,
					 va_list args)
{
	return 0;
}

static int be_silent_too(enum libbpf_print_level level, const char *format,
						 va_list args)
{
	return 0;
}

int main(int argc, char *argv[])
{
	unsigned left = XDP_QUEUES_MAX;
	bool there = true;
	int i;

	if (argc < 4)
	{
		fprintf(stderr, "usage: %s PORT NAT_T_PORT INTERFACE...\n"
				"charon calls it, by its plugin redirect\n", argv[0]);
		return 2;
	}
	/* stopping a service signals all its processes: charon decides when */
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	closefrom(XDP_HELPER_FD + 1);
	setenv("LIBXDP_BPFFS_AUTOMOUNT", "1", 1);
	libxdp_set_print(be_silent);
	libbpf_set_print(be_silent_too);
	ports.port = htons(atoi(argv[1]));
	ports.port_nat_t = htons(atoi(argv[2]));
	for (i = 3; there && i < argc; i++)
	{
		there = prepare(argv[i], &left);
	}
	if (there && report(XDP_REPORT_DONE, NULL, "", 0, NULL) && door_count)
	{
		watch();
	}
	for (i = 0; i < door_count; i++)
	{
		door_close(&doors[i]);
	}
	return 0;
}
