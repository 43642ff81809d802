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
 * The fast path and the properties of charon's sockets, which it has in common with
 * the plugin socket-default.
 */

#include <stdlib.h>

#include "fast_path_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOCAL "::ffff:127.0.0.1"

/** of Linux 6.0: tell the mark of a packet that was received */
#ifndef SO_RCVMARK
#define SO_RCVMARK 75
#endif

/** files that are looked at to find charon's sockets */
#define FILES 64

static fast_path_fixture_t gateway;

/**
 * Ways to receive that have a socket.
 */
static const char *const ways[] = {
	"fast_path_batch = yes",
	"fast_path_batch = no",
};

/**
 * Start with a way to receive and options of socket-default.
 */
static void start(const char *way, const char *options)
{
	char *text;

	ck_assert_int_gt(asprintf(&text, "%s\n}\nsocket-default { %s }\nredirect {",
							  way, options), 0);
	fast_path_fixture_start(&gateway, text);
	free(text);
}

/**
 * Have the kernel deny recvmmsg() to this process.
 */
static void deny_recvmmsg(void)
{
	struct sock_filter filter[] = {
		{ BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr) },
		{ BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_recvmmsg },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW },
	};
	struct sock_fprog program = {
		.len = countof(filter),
		.filter = filter,
	};

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/**
 * Lines that tell that batches are denied.
 */
static int denied_lines;

CALLBACK(count_denied, void,
	logger_t *this, debug_t group, level_t level, int thread, ike_sa_t *ike_sa,
	const char *line)
{
	if (strstr(line, "receiving in batches is denied"))
	{
		__atomic_fetch_add(&denied_lines, 1, __ATOMIC_RELAXED);
	}
}

CALLBACK(log_level, level_t,
	logger_t *this, debug_t group)
{
	return LEVEL_CTRL;
}

START_TEST(receives_one_by_one_if_batches_are_denied)
{
	logger_t logger = {
		.log = (void*)count_denied,
		.get_level = (void*)log_level,
	};
	ike_message_t message;

	deny_recvmmsg();
	fast_path_fixture_start(&gateway, "fast_path_batch = yes");
	charon->bus->add_logger(charon->bus, &logger);
	ike_message_typical(&message);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_check_answered(&gateway, "::1", TRUE, &message);
	ck_assert_int_eq(__atomic_load_n(&denied_lines, __ATOMIC_RELAXED), 1);
	/* nor is it tried again when options are loaded */
	ck_assert(fast_path_fixture_reload(&gateway, "fast_path_batch = yes"));
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	ck_assert_int_eq(__atomic_load_n(&denied_lines, __ATOMIC_RELAXED), 1);
	charon->bus->remove_logger(charon->bus, &logger);
	fast_path_fixture_stop(&gateway);
}
END_TEST

/**
 * Wait for an answer and get a number that came with it, -1 if none did.
 *
 * @param type4			type of ancillary data at level4, for IPv4
 * @param type6			the same for IPv6
 * @param skip			octets of it before the number
 */
static int receive_with(int level4, int type4, int level6, int type6, size_t skip)
{
	char data[2048], ancillary[256];
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = ancillary,
		.msg_controllen = sizeof(ancillary),
	};
	struct cmsghdr *cmsg;
	int value;

	fast_path_fixture_wait(&gateway);
	ck_assert_int_gt(recvmsg(gateway.client, &msg, 0), 0);
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg))
	{
		if ((cmsg->cmsg_level == level4 && cmsg->cmsg_type == type4) ||
			(cmsg->cmsg_level == level6 && cmsg->cmsg_type == type6))
		{
			if (cmsg->cmsg_len == CMSG_LEN(1))
			{
				return *(uint8_t*)CMSG_DATA(cmsg);
			}
			memcpy(&value, CMSG_DATA(cmsg) + skip, sizeof(value));
			return value;
		}
	}
	return -1;
}

START_TEST(answers_without_the_dscp_of_other_packets)
{
	static const char *const addresses[] = { LOCAL, "::1" };
	int tos = 0xb8, on = TRUE, fd, i;
	ike_message_t message;

	fast_path_fixture_start(&gateway, "fast_path_batch = yes");
	ike_message_typical(&message);
	/* as if charon had sent something with that DSCP by each of its sockets */
	for (fd = 3; fd < FILES; fd++)
	{
		setsockopt(fd, SOL_IP, IP_TOS, &tos, sizeof(tos));
		setsockopt(fd, SOL_IPV6, IPV6_TCLASS, &tos, sizeof(tos));
	}
	ck_assert_int_eq(setsockopt(gateway.client, SOL_IP, IP_RECVTOS, &on,
								sizeof(on)), 0);
	ck_assert_int_eq(setsockopt(gateway.client, SOL_IPV6, IPV6_RECVTCLASS, &on,
								sizeof(on)), 0);
	for (i = 0; i < (int)countof(addresses); i++)
	{
		fast_path_fixture_send(&gateway, addresses[i], FALSE,
							   ike_message_chunk(&message));
		ck_assert_int_eq(receive_with(SOL_IP, IP_TOS, SOL_IPV6, IPV6_TCLASS, 0), 0);
	}
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(drops_what_is_longer_than_max_packet)
{
	static const char *const limited[] = {
		"fast_path_batch = yes\n} }\nmax_packet = 500\nplugins { redirect {",
		"fast_path_batch = no\n} }\nmax_packet = 500\nplugins { redirect {",
	};
	/* with four octets for the marker in front */
	u_char longer[500 - 4 + 1];

	memset(longer, 'x', sizeof(longer));
	fast_path_fixture_start(&gateway, limited[_i]);
	fast_path_fixture_send(&gateway, LOCAL, FALSE, chunk_from_thing(longer));
	/* they arrive in order: the first one is gone if the second is there */
	fast_path_fixture_send(&gateway, LOCAL, FALSE,
						   chunk_create(longer, sizeof(longer) - 1));
	fast_path_fixture_passed_is(chunk_create(longer, sizeof(longer) - 1));
	ck_assert_int_eq(fast_path_fixture_waiting(), 0);
	fast_path_fixture_stop(&gateway);
}
END_TEST

/* buffers of no size */
START_TEST(receives_whatever_max_packet_is)
{
	static const char *const odd[] = {
		"fast_path_batch = yes\n} }\nmax_packet = 0\nplugins { redirect {",
		"fast_path_batch = yes\n} }\nmax_packet = -1\nplugins { redirect {",
	};
	ike_message_t message;

	fast_path_fixture_start(&gateway, odd[_i]);
	ike_message_typical(&message);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_stop(&gateway);
}
END_TEST

/**
 * Options of a socket that somebody may have set.
 */
static const struct {
	int level, option, value;
} properties[] = {
	{ SOL_SOCKET, SO_RCVBUF, 77777 },
	{ SOL_SOCKET, SO_SNDBUF, 55555 },
	{ SOL_SOCKET, SO_PRIORITY, 3 },
};

/**
 * Set the options of charon's sockets, or check that they are as they were.
 */
static void handle_properties(int values[FILES][countof(properties)], bool set)
{
	int fd, value;
	socklen_t len;
	size_t i;

	for (fd = 3; fd < FILES; fd++)
	{
		for (i = 0; fd != gateway.client && i < countof(properties); i++)
		{
			if (set)
			{
				setsockopt(fd, properties[i].level, properties[i].option,
						   &properties[i].value, sizeof(int));
			}
			len = sizeof(value);
			value = -1;
			getsockopt(fd, properties[i].level, properties[i].option, &value,
					   &len);
			if (set)
			{
				values[fd][i] = value;
			}
			ck_assert_int_eq(values[fd][i], value);
		}
	}
}

START_TEST(leaves_buffers_and_options_of_the_sockets_as_they_are)
{
	int values[FILES][countof(properties)];
	ike_message_t message;
	char *options;

	ck_assert_int_gt(asprintf(&options, "fast_path = yes\n%s", ways[_i]), 0);
	fast_path_fixture_start(&gateway, "fast_path = no");
	handle_properties(values, TRUE);
	ck_assert(fast_path_fixture_reload(&gateway, options));
	free(options);
	ike_message_typical(&message);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_check_answered(&gateway, "::1", TRUE, &message);
	handle_properties(values, FALSE);
	fast_path_fixture_stop(&gateway);
}
END_TEST

START_TEST(answers_both_families_with_set_sourceif)
{
	struct in6_addr expected;
	ike_message_t message;

	fast_path_fixture_plugins = "socket-default kernel-netlink";
	start(ways[_i], "set_sourceif = yes");
	ike_message_typical(&message);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_check_answered(&gateway, "::1", TRUE, &message);
	inet_pton(AF_INET6, "::1", &expected);
	ck_assert(memeq(&gateway.from.sin6_addr, &expected, sizeof(expected)));
	fast_path_fixture_stop(&gateway);
}
END_TEST

/**
 * Check whether the kernel tells marks of what it received, as it does since 6.0.
 */
static bool has_received_marks(void)
{
	int fd, on = TRUE;
	bool has;

	fd = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	has = setsockopt(fd, SOL_SOCKET, SO_RCVMARK, &on, sizeof(on)) == 0;
	close(fd);
	return has;
}

START_TEST(answers_with_the_mark_of_the_socket)
{
	static const char *const addresses[] = { LOCAL, "::1" };
	ike_message_t message;
	int on = TRUE, i;

	start(ways[_i], "fwmark = 42");
	ck_assert_int_eq(setsockopt(gateway.client, SOL_SOCKET, SO_RCVMARK, &on,
								sizeof(on)), 0);
	ike_message_typical(&message);
	for (i = 0; i < (int)countof(addresses); i++)
	{
		fast_path_fixture_send(&gateway, addresses[i], i, ike_message_chunk(&message));
		ck_assert_int_eq(receive_with(SOL_SOCKET, SO_MARK, -1, -1, 0), 42);
	}
	fast_path_fixture_stop(&gateway);
}
END_TEST

/**
 * Run a command of the shell, %d in it is a number.
 */
static void command(const char *format, int number)
{
	char *text;

	ck_assert_int_gt(asprintf(&text, format, number), 0);
	ck_assert_msg(system(text) == 0, "failed: %s", text);
	free(text);
}

/**
 * Make a network for the client, on which a socket of it is opened, and one for the
 * gateway, with two legs between them; the gateway prefers the first.
 *
 * @param client		receives the socket
 * @param legs			receives the client's interfaces
 * @return				process that holds the client's network, to be killed
 */
static pid_t make_legs(int *client, int legs[2])
{
	pid_t pid;

	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	*client = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	ck_assert_int_ge(*client, 0);
	pid = fork();
	if (!pid)
	{
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (TRUE)
		{
			pause();
		}
	}
	command("ip link set lo up; "
			"ip link add leg-a type veth peer name gw-a && "
			"ip link add leg-b type veth peer name gw-b && "
			"ip addr add 10.9.1.254/24 dev leg-a && "
			"ip addr add 10.9.2.254/24 dev leg-b && "
			"ip addr add 10.9.9.2/32 dev lo && "
			"ip addr add fd09:1::254/64 dev leg-a nodad && "
			"ip addr add fd09:2::254/64 dev leg-b nodad && "
			"ip addr add fd09:9::2/128 dev lo nodad && "
			"ip link set leg-a up && ip link set leg-b up && "
			"for name in all leg-a leg-b; do "
			"echo 0 > /proc/sys/net/ipv4/conf/$name/rp_filter || exit 1; done", 0);
	legs[0] = if_nametoindex("leg-a");
	legs[1] = if_nametoindex("leg-b");
	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	command("exec nsenter --net=/proc/%d/ns/net sh -c \""
			"ip link set gw-a netns $PPID && ip link set gw-b netns $PPID\"", pid);
	command("ip link set lo up && "
			"ip addr add 10.9.1.1/24 dev gw-a && ip addr add 10.9.2.1/24 dev gw-b && "
			"ip addr add fd09:1::1/64 dev gw-a nodad && "
			"ip addr add fd09:2::1/64 dev gw-b nodad && "
			"ip link set gw-a up && ip link set gw-b up && "
			"ip route add default via 10.9.1.254 dev gw-a && "
			"ip route add default via 10.9.2.254 dev gw-b metric 200 && "
			"ip route add default via fd09:1::254 dev gw-a && "
			"ip route add default via fd09:2::254 dev gw-b metric 2000 && "
			"ip route add default via fd09:2::254 dev gw-b table 9 && "
			"for name in all gw-a gw-b; do "
			"echo 0 > /proc/sys/net/ipv4/conf/$name/rp_filter || exit 1; done", 0);
	return pid;
}

#define LEGS_V4 "::ffff:10.9.9.2", "::ffff:10.9.2.1"
#define LEGS_V6 "fd09:9::2", "fd09:2::1"

/**
 * Gateways with two legs.
 */
static const struct {
	const char *way, *options;
	/** leg by which an answer from the second address comes */
	int leg;
	/** client, and second address of the gateway */
	const char *client, *address;
	/** whether answers from there have a route of their own */
	bool rule;
} two_legs[] = {
	{ "fast_path_batch = yes", "set_sourceif = yes", 1, LEGS_V4, FALSE },
	{ "fast_path_batch = no", "set_sourceif = yes", 1, LEGS_V4, FALSE },
	/* control: by the default route */
	{ "fast_path_batch = yes", "", 0, LEGS_V4, FALSE },
	{ "fast_path_batch = no", "", 0, LEGS_V4, FALSE },
	/* the kernel takes the interface as a wish only if IPv6 has another route */
	{ "fast_path_batch = yes", "set_sourceif = yes", 0, LEGS_V6, FALSE },
	{ "fast_path_batch = no", "set_sourceif = yes", 0, LEGS_V6, FALSE },
	{ "fast_path_batch = yes", "set_sourceif = yes", 1, LEGS_V6, TRUE },
	{ "fast_path_batch = no", "set_sourceif = yes", 1, LEGS_V6, TRUE },
};

/* where the provider of a leg drops what has an address of the other */
START_TEST(answers_by_the_leg_that_was_asked_with_set_sourceif)
{
	int client, legs[2], on = TRUE, off = 0;
	ike_message_t message;
	pid_t pid;

	pid = make_legs(&client, legs);
	if (two_legs[_i].rule)
	{
		command("ip -6 rule add from fd09:2::1 table 9", 0);
	}
	fast_path_fixture_plugins = "socket-default kernel-netlink";
	start(two_legs[_i].way, two_legs[_i].options);
	ike_message_typical(&message);
	close(gateway.client);
	gateway.client = client;
	ck_assert_int_eq(setsockopt(client, IPPROTO_IPV6, IPV6_V6ONLY, &off,
								sizeof(off)), 0);
	ck_assert_int_eq(setsockopt(client, SOL_IPV6, IPV6_RECVPKTINFO, &on,
								sizeof(on)), 0);
	fast_path_fixture_send_from(&gateway, two_legs[_i].client,
								two_legs[_i].address,
								ike_message_chunk(&message));
	ck_assert_int_eq(receive_with(-1, -1, SOL_IPV6, IPV6_PKTINFO,
								  offsetof(struct in6_pktinfo, ipi6_ifindex)),
					 legs[two_legs[_i].leg]);
	fast_path_fixture_stop(&gateway);
	kill(pid, SIGKILL);
}
END_TEST

static Suite *suite(void)
{
	Suite *suite = suite_create("fast_path_sockets");
	TCase *tcase;

	tcase = tcase_create("options");
	tcase_set_timeout(tcase, 120);
	tcase_add_test(tcase, answers_without_the_dscp_of_other_packets);
	tcase_add_loop_test(tcase, drops_what_is_longer_than_max_packet, 0, 2);
	tcase_add_loop_test(tcase, receives_whatever_max_packet_is, 0, 2);
	tcase_add_loop_test(tcase,
						leaves_buffers_and_options_of_the_sockets_as_they_are, 0,
						countof(ways));
	suite_add_tcase(suite, tcase);

	/* an emulator of a processor has no filter of system calls */
	tcase = tcase_create("denied");
	tcase_set_timeout(tcase, 120);
	tcase_set_tags(tcase, "seccomp");
	tcase_add_test(tcase, receives_one_by_one_if_batches_are_denied);
	suite_add_tcase(suite, tcase);

	/* nor all that the kernel is asked for here, which needs root as well */
	tcase = tcase_create("kernel");
	tcase_set_timeout(tcase, 120);
	tcase_set_tags(tcase, "network");
	if (!geteuid())
	{
		tcase_add_loop_test(tcase, answers_both_families_with_set_sourceif, 0,
							countof(ways));
		tcase_add_loop_test(tcase, answers_with_the_mark_of_the_socket, 0,
							has_received_marks() ? countof(ways) : 0);
		tcase_add_loop_test(tcase,
						answers_by_the_leg_that_was_asked_with_set_sourceif, 0,
						countof(two_legs));
	}
	suite_add_tcase(suite, tcase);
	return suite;
}

int main()
{
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
