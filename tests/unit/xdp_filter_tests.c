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
 * The program for XDP as the kernel runs it: which frames it takes and which it
 * leaves to the kernel. Needs root; is skipped without, and where the kernel has no
 * AF_XDP.
 */

#include <check.h>
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/bpf.h>
#include <linux/if_xdp.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "filter.h"

/** what automake takes for a test that was skipped */
#define SKIPPED 77

#define countof(array) (sizeof(array) / sizeof(*(array)))

/** frames of the socket */
#define FRAMES 8
#define FRAME_SIZE 4096

/** frames that tests begin with */
enum {
	IPV4,
	IPV4_VLAN,
	IPV6,
	IPV6_VLAN,
	KINDS,
};

/** octets of a message, more than its header */
#define MESSAGE_LEN 44

static const uint8_t own_mac[] = { 2, 0, 0, 0, 0, 1 };
static const uint16_t own_vlan = 7;

static struct bpf_object *object;
static int program, queues, xsk;

/** the frame that is made, where its headers begin, and its length */
static uint8_t frame[2048];
static size_t ip, udp, ike, len;

static void put16(size_t where, uint16_t value)
{
	frame[where] = value >> 8;
	frame[where + 1] = value;
}

/**
 * Make a request from 192.0.2.9 or 2001:db8::9, port 500, to port 500 of 198.51.100.1
 * or 2001:db8::1; nat_t: from port 1024 to port 4500, behind a marker.
 */
static void make(int kind, bool nat_t)
{
	bool vlan = kind == IPV4_VLAN || kind == IPV6_VLAN, ipv6 = kind >= IPV6;
	static const uint8_t ipv4[] = { 192, 0, 2, 9, 198, 51, 100, 1 };
	static const uint8_t net[] = { 0x20, 1, 0x0d, 0xb8 };
	size_t datagram = 8 + MESSAGE_LEN + (nat_t ? 4 : 0);

	memset(frame, 0, sizeof(frame));
	memcpy(frame, own_mac, sizeof(own_mac));
	frame[6] = 2;
	frame[11] = 9;
	ip = 14;
	if (vlan)
	{
		put16(12, 0x8100);
		put16(14, 0x6000 | own_vlan);
		ip += 4;
	}
	put16(ip - 2, ipv6 ? 0x86dd : 0x0800);
	udp = ip + (ipv6 ? 40 : 20);
	if (ipv6)
	{
		frame[ip] = 0x60;
		put16(ip + 4, datagram);
		frame[ip + 6] = IPPROTO_UDP;
		frame[ip + 7] = 64;
		memcpy(frame + ip + 8, net, sizeof(net));
		frame[ip + 23] = 9;
		memcpy(frame + ip + 24, net, sizeof(net));
		frame[ip + 39] = 1;
	}
	else
	{
		frame[ip] = 0x45;
		put16(ip + 2, 20 + datagram);
		frame[ip + 8] = 64;
		frame[ip + 9] = IPPROTO_UDP;
		memcpy(frame + ip + 12, ipv4, sizeof(ipv4));
	}
	put16(udp, nat_t ? 1024 : 500);
	put16(udp + 2, nat_t ? 4500 : 500);
	put16(udp + 4, datagram);
	/* whether it is right is not for the program to see */
	put16(udp + 6, 0x1234);
	ike = udp + (nat_t ? 12 : 8);
	frame[ike + 7] = 1;
	frame[ike + 16] = 33;
	frame[ike + 17] = 0x20;
	frame[ike + 18] = 34;
	frame[ike + 19] = 0x08;
	put16(ike + 26, MESSAGE_LEN);
	len = ike + MESSAGE_LEN;
}

/**
 * Run the program on the first octets of the frame.
 */
static bool takes(size_t octets)
{
	LIBBPF_OPTS(bpf_test_run_opts, options,
		.data_in = frame,
		.data_size_in = octets,
	);

	ck_assert_int_eq(bpf_prog_test_run_opts(program, &options), 0);
	ck_assert(options.retval == XDP_REDIRECT || options.retval == XDP_PASS);
	return options.retval == XDP_REDIRECT;
}

/**
 * Whether a frame with one octet changed is taken.
 */
static bool takes_with(size_t where, uint8_t value)
{
	uint8_t before = frame[where];
	bool taken;

	frame[where] = value;
	taken = takes(len);
	frame[where] = before;
	return taken;
}

START_TEST(takes_requests_to_this_host)
{
	make(_i, false);
	ck_assert(takes(len));
	make(_i, true);
	ck_assert(takes(len));
	/* as short frames come by Ethernet */
	ck_assert(takes(len + 18));
}
END_TEST

START_TEST(leaves_frames_that_end_early_to_the_kernel)
{
	size_t octets;

	make(_i, _i % 2);
	/* the kernel itself refuses to run less than an Ethernet header */
	for (octets = 14; octets < len; octets++)
	{
		ck_assert(!takes(octets));
	}
}
END_TEST

START_TEST(leaves_frames_to_others_to_the_kernel)
{
	make(_i, false);
	ck_assert(!takes_with(5, 2));
	ck_assert(!takes_with(0, 0xff));
	ck_assert(!takes_with(6, 3));
	/* the last octet of the address */
	ck_assert(!takes_with(udp - 1, 2));
	ck_assert(!takes_with(udp + 3, 501 & 0xff));
	if (ip == 18)
	{
		ck_assert(!takes_with(15, own_vlan + 1));
		ck_assert(!takes_with(12, 0x88));
		/* a tag behind the tag */
		ck_assert(!takes_with(16, 0x81));
	}
}
END_TEST

START_TEST(leaves_messages_that_are_no_first_request_to_the_kernel)
{
	size_t i;

	make(_i, false);
	for (i = 8; i < 16; i++)
	{	/* a responder SPI */
		ck_assert(!takes_with(ike + i, 1));
	}
	for (i = 20; i < 24; i++)
	{	/* a message ID */
		ck_assert(!takes_with(ike + i, 1));
	}
	ck_assert(!takes_with(ike + 7, 0));
	ck_assert(!takes_with(ike + 17, 0x10));
	ck_assert(!takes_with(ike + 18, 35));
	ck_assert(!takes_with(ike + 19, 0x20));
	ck_assert(!takes_with(ike + 19, 0x28));
	ck_assert(!takes_with(ike + 27, MESSAGE_LEN - 1));
	ck_assert(!takes_with(ike + 27, MESSAGE_LEN + 1));
	ck_assert(!takes_with(udp + 5, frame[udp + 5] - 1));
	ck_assert(!takes_with(udp + 5, frame[udp + 5] + 1));
	make(_i, true);
	for (i = 8; i < 12; i++)
	{	/* ESP in UDP has an SPI where others have a marker */
		ck_assert(!takes_with(udp + i, 1));
	}
}
END_TEST

START_TEST(leaves_fragments_and_options_to_the_kernel)
{
	make(_i, false);
	if (_i >= IPV6)
	{
		static const uint8_t headers[] = { 0, 6, 43, 44, 50, 51, 58, 60 };
		size_t i;

		for (i = 0; i < countof(headers); i++)
		{
			ck_assert(!takes_with(ip + 6, headers[i]));
		}
		ck_assert(!takes_with(ip + 5, frame[ip + 5] - 1));
		/* RFC 8200, section 8.1: no datagram without a checksum */
		put16(udp + 6, 0);
		ck_assert(!takes(len));
	}
	else
	{
		ck_assert(!takes_with(ip, 0x46));
		ck_assert(!takes_with(ip, 0x65));
		ck_assert(!takes_with(ip + 9, 6));
		ck_assert(!takes_with(ip + 3, frame[ip + 3] - 1));
		/* more fragments, and an offset; "do not fragment" is none */
		ck_assert(!takes_with(ip + 6, 0x20));
		ck_assert(!takes_with(ip + 7, 1));
		ck_assert(takes_with(ip + 6, 0x40));
		put16(udp + 6, 0);
		ck_assert(takes(len));
	}
}
END_TEST

START_TEST(leaves_odd_sources_to_the_kernel)
{
	static const uint8_t odd4[] = { 0, 127, 224, 239, 255 };
	static const uint8_t odd6[] = { 0, 0x01, 0x5f, 0x80, 0xfe, 0xff };
	size_t i;

	make(_i, false);
	if (_i >= IPV6)
	{
		for (i = 0; i < countof(odd6); i++)
		{
			ck_assert(!takes_with(ip + 8, odd6[i]));
		}
		/* unique local addresses */
		ck_assert(takes_with(ip + 8, 0xfd));
		/* this host itself */
		ck_assert(!takes_with(ip + 23, 1));
		return;
	}
	for (i = 0; i < countof(odd4); i++)
	{
		ck_assert(!takes_with(ip + 12, odd4[i]));
	}
	memcpy(frame + ip + 12, frame + ip + 16, 4);
	ck_assert(!takes(len));
}
END_TEST

START_TEST(leaves_long_frames_to_the_kernel)
{
	make(_i, false);
	ck_assert(takes(FILTER_FRAME_MAX));
	ck_assert(!takes(FILTER_FRAME_MAX + 1));
}
END_TEST

START_TEST(leaves_everything_to_the_kernel_without_a_socket)
{
	uint32_t first = 0;

	/* the maps are the same for all tests, so the socket has to come back */
	ck_assert_int_eq(bpf_map_delete_elem(queues, &first), 0);
	make(_i, false);
	ck_assert(!takes(len));
	ck_assert_int_eq(bpf_map_update_elem(queues, &first, &xsk, BPF_ANY), 0);
	ck_assert(takes(len));
}
END_TEST

/**
 * Let the loopback interface of a network of our own be up.
 */
static bool make_network(void)
{
	struct ifreq ifr = {
		.ifr_name = "lo",
		.ifr_flags = IFF_UP,
	};
	bool up;
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
	{
		return false;
	}
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	up = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &ifr) == 0;
	close(fd);
	return up;
}

/**
 * Open a socket that frames can go to.
 */
static int open_socket(void)
{
	struct sockaddr_xdp addr = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = XDP_COPY,
		.sxdp_ifindex = if_nametoindex("lo"),
	};
	struct xdp_umem_reg memory = {
		.len = FRAMES * FRAME_SIZE,
		.chunk_size = FRAME_SIZE,
	};
	uint32_t size = FRAMES;
	void *frames;
	int fd;

	frames = mmap(NULL, memory.len, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memory.addr = (uintptr_t)frames;
	fd = socket(AF_XDP, SOCK_RAW, 0);
	if (fd < 0 || frames == MAP_FAILED ||
		setsockopt(fd, SOL_XDP, XDP_UMEM_REG, &memory, sizeof(memory)) ||
		setsockopt(fd, SOL_XDP, XDP_UMEM_FILL_RING, &size, sizeof(size)) ||
		setsockopt(fd, SOL_XDP, XDP_UMEM_COMPLETION_RING, &size, sizeof(size)) ||
		setsockopt(fd, SOL_XDP, XDP_RX_RING, &size, sizeof(size)) ||
		bind(fd, (struct sockaddr*)&addr, sizeof(addr)))
	{
		return -1;
	}
	return fd;
}

/**
 * Load the program and tell it what this host has.
 */
static bool load(void)
{
	static const filter_address_t own[] = {
		{ { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 198, 51, 100, 1 } },
		{ { 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } },
	};
	filter_door_t door = {
		.port = htons(500),
		.port_nat_t = htons(4500),
	};
	uint8_t on = 1;
	uint32_t key = 0;
	size_t i;

	object = bpf_object__open_file(FILTER, NULL);
	if (!object || bpf_object__load(object))
	{
		return false;
	}
	program = bpf_program__fd(bpf_object__find_program_by_name(object,
															   FILTER_NAME));
	queues = bpf_object__find_map_fd_by_name(object, "queues");
	memcpy(door.mac, own_mac, sizeof(door.mac));
	for (i = 0; i < countof(own); i++)
	{
		bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "addresses"),
							&own[i], &on, BPF_ANY);
	}
	bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "vlans"),
						&own_vlan, &on, BPF_ANY);
	return !bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "door"),
								&key, &door, BPF_ANY) &&
		   !bpf_map_update_elem(queues, &key, &xsk, BPF_ANY);
}

int main(void)
{
	const TTest *const tests[] = {
		takes_requests_to_this_host,
		leaves_frames_that_end_early_to_the_kernel,
		leaves_frames_to_others_to_the_kernel,
		leaves_messages_that_are_no_first_request_to_the_kernel,
		leaves_fragments_and_options_to_the_kernel,
		leaves_odd_sources_to_the_kernel,
		leaves_long_frames_to_the_kernel,
		leaves_everything_to_the_kernel_without_a_socket,
	};
	TCase *tcase;
	Suite *suite;
	SRunner *runner;
	int failed;
	size_t i;

	if (geteuid() || !make_network() || (xsk = open_socket()) < 0)
	{
		fprintf(stderr, "skipped: no root, or no AF_XDP: %s\n", strerror(errno));
		return SKIPPED;
	}
	if (!load())
	{
		fprintf(stderr, "the program cannot be loaded: %s\n", strerror(errno));
		return EXIT_FAILURE;
	}
	suite = suite_create("xdp_filter");
	tcase = tcase_create("frames");
	for (i = 0; i < countof(tests); i++)
	{
		tcase_add_loop_test(tcase, tests[i], 0, KINDS);
	}
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	bpf_object__close(object);
	close(xsk);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
