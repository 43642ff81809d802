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
 * The fast path does with sockets what charon's own plugin does, and steps back
 * where it may not receive in batches.
 */

#include <stdlib.h>

#include "fast_path_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define LOCAL "::ffff:127.0.0.1"

static fast_path_fixture_t gateway;

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
 * Wait for an answer and get the DSCP and ECN octet it came with.
 */
static int receive_tos(void)
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

	ck_assert_int_gt(recvmsg(gateway.client, &msg, 0), 0);
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg))
	{
		if (cmsg->cmsg_level == SOL_IP && cmsg->cmsg_type == IP_TOS)
		{
			return *(uint8_t*)CMSG_DATA(cmsg);
		}
		if (cmsg->cmsg_level == SOL_IPV6 && cmsg->cmsg_type == IPV6_TCLASS)
		{
			return *(int*)CMSG_DATA(cmsg);
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
	for (fd = 3; fd < 64; fd++)
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
		ck_assert_int_eq(receive_tos(), 0);
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

START_TEST(answers_both_families_with_set_sourceif)
{
	struct in6_addr expected;
	ike_message_t message;

	fast_path_fixture_start(&gateway, "fast_path_batch = yes\n}\n"
							"socket-default { set_sourceif = yes }\nredirect {");
	ike_message_typical(&message);
	fast_path_fixture_check_answered(&gateway, LOCAL, FALSE, &message);
	fast_path_fixture_check_answered(&gateway, "::1", TRUE, &message);
	inet_pton(AF_INET6, "::1", &expected);
	ck_assert(memeq(&gateway.from.sin6_addr, &expected, sizeof(expected)));
	fast_path_fixture_stop(&gateway);
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
	tcase_add_test(tcase, answers_both_families_with_set_sourceif);
	suite_add_tcase(suite, tcase);

	/* an emulator of a processor has no filter of system calls */
	tcase = tcase_create("denied");
	tcase_set_timeout(tcase, 120);
	tcase_set_tags(tcase, "seccomp");
	tcase_add_test(tcase, receives_one_by_one_if_batches_are_denied);
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
