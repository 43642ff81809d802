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
 * Closed-loop generator of IKE_SA_INIT requests: keeps a window of requests
 * open, sends the next one when an answer comes or a request is lost, checks
 * every answer and measures its latency. With a rate it is an open loop, that
 * sends whether there are answers or not: a flood.
 *
 * Prints one line of key=value pairs.
 */

#define _GNU_SOURCE

#include "histogram.h"
#include "init_message.h"
#include "load_options.h"
#include "process_cpu.h"
#ifdef WITH_XDP
#include "xdp_link.h"
#endif

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <sys/socket.h>

/** datagrams sent or received by one system call */
#define BATCH 64

/** an answer that takes longer is a loss, in nanoseconds */
#define LOST_AFTER UINT64_C(1000000000)

/** how often to look for losses, in nanoseconds */
#define LOST_CHECK UINT64_C(50000000)

/** pauses in an open loop that are not worth to sleep, in nanoseconds */
#define SPIN UINT64_C(100000)

/** how long to go on for more answers than came in time, in nanoseconds */
#define PATIENCE UINT64_C(60000000000)

static const uint8_t non_esp_marker[NON_ESP_MARKER_LEN];

/** an open request */
typedef struct {
	init_message_t message;
	uint64_t sent;
} slot_t;

static slot_t slots[WINDOW_MAX];
static init_random_t rng;
static histogram_t latency;
static uint64_t sent, lost, unknown, answers[ANSWER_MAX];

/** open loop: next slot, when it is due */
static unsigned next_slot;
static uint64_t next_due;

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int open_socket(void)
{
	struct sockaddr_storage addr = {
		.ss_family = options.server.ss_family,
	};
	int fd, size = 4 << 20;

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
	return fd;
}

#ifdef WITH_XDP
/** sends and receives instead of the socket if it is there */
static xdp_link_t *wire;

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

/**
 * Send new requests in these slots
 */
static void send_by_wire(const uint16_t *list, unsigned count)
{
	uint64_t time = now();
	unsigned i;

	for (i = 0; i < count; i++)
	{
		slot_t *slot = &slots[list[i]];

		init_message_renew(&slot->message, list[i], &rng);
		slot->sent = time;
		/* one that does not fit is lost, like on the wire */
		xdp_link_send(wire, htonl(options.source +
						(init_random_next(&rng) >> 32) % options.sources),
					  slot->message.data, slot->message.len);
	}
	xdp_link_flush(wire);
	sent += count;
}
#endif /* WITH_XDP */

/**
 * Choose the address a request is sent from
 */
static void choose_source(struct msghdr *msg, char *control)
{
	struct in_pktinfo info = {};
	struct cmsghdr *cmsg;

	if (!options.sources)
	{
		return;
	}
	info.ipi_spec_dst.s_addr = htonl(options.source +
						(init_random_next(&rng) >> 32) % options.sources);
	msg->msg_control = control;
	msg->msg_controllen = CMSG_SPACE(sizeof(info));
	cmsg = CMSG_FIRSTHDR(msg);
	cmsg->cmsg_level = IPPROTO_IP;
	cmsg->cmsg_type = IP_PKTINFO;
	cmsg->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
}

/**
 * Send new requests in these slots, at most BATCH
 */
static void send_slots(int fd, const uint16_t *list, unsigned count)
{
	struct mmsghdr msgs[BATCH] = {};
	struct iovec iov[BATCH][2];
	char control[BATCH][CMSG_SPACE(sizeof(struct in_pktinfo))];
	unsigned i, done;
	uint64_t time = now();
	int n;

#ifdef WITH_XDP
	if (wire)
	{
		send_by_wire(list, count);
		return;
	}
#endif
	for (i = 0; i < count; i++)
	{
		slot_t *slot = &slots[list[i]];

		init_message_renew(&slot->message, list[i], &rng);
		slot->sent = time;
		iov[i][0].iov_base = (void*)non_esp_marker;
		iov[i][0].iov_len = options.marker ? sizeof(non_esp_marker) : 0;
		iov[i][1].iov_base = slot->message.data;
		iov[i][1].iov_len = slot->message.len;
		msgs[i].msg_hdr.msg_name = &options.server;
		msgs[i].msg_hdr.msg_namelen = options.server_len;
		msgs[i].msg_hdr.msg_iov = iov[i];
		msgs[i].msg_hdr.msg_iovlen = 2;
		choose_source(&msgs[i].msg_hdr, control[i]);
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
	sent += count;
}

/**
 * Check an answer, returns the slot it frees or -1
 */
static int take_answer(uint8_t *data, size_t len, uint64_t time)
{
	init_answer_t answer;
	slot_t *slot;
	uint16_t nr;

	if (options.marker)
	{
		if (len < sizeof(non_esp_marker) ||
			memcmp(data, non_esp_marker, sizeof(non_esp_marker)))
		{
			answers[ANSWER_BROKEN]++;
			return -1;
		}
		data += sizeof(non_esp_marker);
		len -= sizeof(non_esp_marker);
	}
	if (len < IKE_HEADER_LEN)
	{
		answers[ANSWER_BROKEN]++;
		return -1;
	}
	nr = init_message_slot(data);
	slot = &slots[nr % WINDOW_MAX];
	if (nr >= options.window || !slot->sent ||
		memcmp(slot->message.data, data, 8))
	{	/* answered already, or given up */
		unknown++;
		return -1;
	}
	answer = init_message_check(&slot->message, data, len, options.gateway,
								options.gateway_len);
	answers[answer]++;
	histogram_add(&latency, time - slot->sent);
	return nr;
}

/**
 * Send a new request for each answer, in a closed loop
 */
static void go_on(int fd, const uint16_t *freed, unsigned count)
{
	if (options.rate == 0)
	{
		send_slots(fd, freed, count);
		return;
	}
	while (count--)
	{
		slots[freed[count]].sent = 0;
	}
}

#ifdef WITH_XDP
/**
 * Take what has arrived by the wire
 */
static bool turn_of_wire(void)
{
	uint8_t *data[BATCH];
	size_t len[BATCH];
	uint16_t freed[BATCH];
	unsigned i, count, n = 0;
	uint64_t time;
	int nr;

	count = xdp_link_receive(wire, data, len, BATCH);
	if (!count)
	{
		return false;
	}
	time = now();
	for (i = 0; i < count; i++)
	{
		if (len[i] && (nr = take_answer(data[i], len[i], time)) >= 0)
		{
			freed[n++] = nr;
		}
	}
	xdp_link_release(wire, count);
	go_on(-1, freed, n);
	return true;
}
#endif /* WITH_XDP */

/**
 * Take what has arrived
 */
static bool turn(int fd)
{
	static uint8_t data[BATCH][2048];
	struct mmsghdr msgs[BATCH] = {};
	struct iovec iov[BATCH];
	uint16_t freed[BATCH];
	unsigned n = 0;
	uint64_t time;
	int i, count, nr;

#ifdef WITH_XDP
	if (wire)
	{
		return turn_of_wire();
	}
#endif
	for (i = 0; i < BATCH; i++)
	{
		iov[i].iov_base = data[i];
		iov[i].iov_len = sizeof(data[i]);
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	count = recvmmsg(fd, msgs, BATCH, MSG_DONTWAIT, NULL);
	if (count <= 0)
	{
		return false;
	}
	time = now();
	for (i = 0; i < count; i++)
	{
		nr = take_answer(data[i], msgs[i].msg_len, time);
		if (nr >= 0)
		{
			freed[n++] = nr;
		}
	}
	go_on(fd, freed, n);
	return true;
}

/**
 * Open loop: send what is due by now; slots that come round again without an
 * answer are lost
 */
static void send_due(int fd, uint64_t time)
{
	uint64_t interval = (uint64_t)(1e9 / options.rate);
	uint16_t list[BATCH];
	unsigned n;

	while (next_due <= time)
	{
		for (n = 0; n < BATCH && next_due <= time; n++)
		{
			lost += slots[next_slot].sent != 0;
			list[n] = next_slot;
			next_slot = (next_slot + 1) % options.window;
			next_due += interval;
		}
		send_slots(fd, list, n);
	}
}

/**
 * Give up requests that got no answer
 */
static void expire(int fd, uint64_t time)
{
	uint16_t list[BATCH];
	unsigned i, n = 0;

	for (i = 0; i < options.window; i++)
	{
		if (time - slots[i].sent >= LOST_AFTER)
		{
			lost += slots[i].sent != 0;
			list[n++] = i;
		}
		if (n == BATCH || (n && i + 1 == options.window))
		{
			send_slots(fd, list, n);
			n = 0;
		}
	}
}

static void flood(int fd, uint64_t until)
{
	struct pollfd pfd = {
		.fd = fd,
		.events = POLLIN,
	};
	struct timespec idle = {};
	uint64_t time;

	next_due = now();
	while ((time = now()) < until)
	{
		send_due(fd, time);
		if (!turn(fd) && next_due > time + SPIN)
		{
			idle.tv_nsec = next_due - time;
			ppoll(&pfd, 1, &idle, NULL);
		}
	}
}

static void run(int fd, uint64_t until)
{
	struct pollfd pfd = {
		.fd = fd,
		.events = POLLIN,
	};
	uint64_t time, next_check = 0;

	if (options.rate > 0)
	{
		flood(fd, until);
		return;
	}

	while ((time = now()) < until)
	{
		if (time >= next_check)
		{
			expire(fd, time);
			next_check = time + LOST_CHECK;
		}
		if (!turn(fd))
		{
			poll(&pfd, 1, LOST_CHECK / 1000000);
		}
	}
}

static uint64_t count_answers(void)
{
	uint64_t total = 0;
	int i;

	for (i = 0; i < ANSWER_MAX; i++)
	{
		total += answers[i];
	}
	return total;
}

/**
 * Take answers to what was sent in an open loop that are still on their way
 */
static void settle(int fd, uint64_t until)
{
	struct pollfd pfd = {
		.fd = fd,
		.events = POLLIN,
	};

	while (options.rate > 0 && count_answers() < sent && now() < until)
	{
		if (!turn(fd))
		{
			poll(&pfd, 1, LOST_CHECK / 1000000);
		}
	}
}

static void report(double seconds, uint64_t cpu)
{
	uint64_t right;

	right = answers[options.served ? ANSWER_SERVED : ANSWER_REDIRECT];
	printf("seconds=%.3f sent=%" PRIu64 " answers=%" PRIu64, seconds, sent,
		   count_answers());
	printf(" redirects=%" PRIu64 " bad_nonce=%" PRIu64 " bad_redirect=%" PRIu64
		   " served=%" PRIu64 " cookies=%" PRIu64 " notifies=%" PRIu64
		   " broken=%" PRIu64, answers[ANSWER_REDIRECT],
		   answers[ANSWER_BAD_NONCE], answers[ANSWER_BAD_REDIRECT],
		   answers[ANSWER_SERVED], answers[ANSWER_COOKIE],
		   answers[ANSWER_NOTIFY], answers[ANSWER_BROKEN]);
	printf(" lost=%" PRIu64 " unknown=%" PRIu64 " rate=%.0f", lost, unknown,
		   right / seconds);
	printf(" cpu_us=%.3f p50_us=%.1f p99_us=%.1f max_us=%.1f\n",
		   right ? cpu / 1000.0 / right : 0,
		   histogram_percentile(&latency, 50) / 1000.0,
		   histogram_percentile(&latency, 99) / 1000.0, latency.max / 1000.0);
}

/**
 * CPU time of all processes, in nanoseconds
 */
static uint64_t used_cpu(void)
{
	uint64_t cpu = 0;
	unsigned i;

	for (i = 0; i < options.pid_count; i++)
	{
		cpu += process_cpu(options.pids[i]);
	}
	return cpu;
}

/**
 * Open what sends and receives; returns a file to wait for
 */
static int open_way(void)
{
	if (!options.interface)
	{
		return open_socket();
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

int main(int argc, char *argv[])
{
	uint64_t begin, end, cpu;
	unsigned i;
	int fd;

	load_options_parse(argc, argv);
	/* never twice the same SPIs, not even with two runs a second */
	rng.state = now() ^ (uint64_t)time(NULL) << 32;
	for (i = 0; i < options.window; i++)
	{
		init_message_build(&slots[i].message, options.supported, &rng);
	}
	fd = open_way();
	run(fd, now() + (uint64_t)(options.warmup * 1e9));

	memset(&latency, 0, sizeof(latency));
	memset(answers, 0, sizeof(answers));
	sent = lost = unknown = 0;
	cpu = used_cpu();
	begin = now();
	end = begin + (uint64_t)(options.seconds * 1e9);
	run(fd, end);
	while (count_answers() < options.answers && now() - end < PATIENCE)
	{
		run(fd, now() + LOST_CHECK);
	}
	end = now();
	cpu = used_cpu() - cpu;
	settle(fd, end + LOST_AFTER);
	report((end - begin) / 1e9, cpu);
#ifdef WITH_XDP
	if (wire)
	{
		xdp_link_close(wire);
	}
#endif
	return 0;
}
