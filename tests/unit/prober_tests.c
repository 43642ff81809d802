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


#include "policy_fixture.h"

#include "cluster/prober.h"
#include "wire/ike_probe.h"

#include <daemon.h>

#include <arpa/inet.h>
#include <poll.h>
#include <unistd.h>

/**
 * Seconds that a condition may take on a machine that is busy.
 */
#define PATIENCE 20

/**
 * Gateways on addresses of the loopback interface.
 */
#define GATEWAYS "loopback = yes\n self = moon\n gateways {\n" \
	"moon { addresses = 127.0.0.11 }\n sun { addresses = 127.0.0.12 }\n" \
	"mars { addresses = 127.0.0.13\n probe = no }\n" \
	"venus { addresses = 127.0.0.14, ::1 } }"

typedef struct {
	policy_fixture_t policy;
	prober_t *prober;
	uint16_t port;
} fixture_t;

/**
 * Probes of a test go as fast as timers allow.
 */
static const probe_config_t config = {
	.enabled = TRUE,
	.interval = 60,
	.timeout = 40,
	.fall = 3,
	.rise = 2,
};

/**
 * Open a socket on an address.
 *
 * @param port			port, 0 for any; receives the one it got
 */
static int open_socket(const char *address, uint16_t *port)
{
	host_t *host = host_create_from_string((char*)address, *port);
	struct sockaddr_in in;
	socklen_t len = sizeof(in);
	int fd;

	fd = socket(host->get_family(host), SOCK_DGRAM, 0);
	ck_assert(bind(fd, host->get_sockaddr(host),
				   *host->get_sockaddr_len(host)) == 0);
	if (!*port)
	{
		ck_assert(getsockname(fd, (struct sockaddr*)&in, &len) == 0);
		*port = ntohs(in.sin_port);
	}
	host->destroy(host);
	return fd;
}

/**
 * Only the address of moon is of this host.
 */
static bool is_own(const ip_address_t *address)
{
	return address->version == 4 && address->data[3] == 11;
}

/**
 * Begin to probe.
 */
static fixture_t create(uint16_t port)
{
	fixture_t this = {
		.policy = policy_fixture_create(GATEWAYS),
		.port = port,
	};

	this.prober = prober_create(this.policy.engine, this.policy.table, port,
								is_own);
	this.prober->configure(this.prober, &config);
	lib->processor->set_threads(lib->processor, 4);
	this.prober->start(this.prober);
	return this;
}

static void destroy(fixture_t *this)
{
	this->prober->stop(this->prober);
	lib->processor->cancel(lib->processor);
	this->prober->destroy(this->prober);
	policy_fixture_destroy(&this->policy);
}

/**
 * Receive a probe.
 *
 * @param probe			receives it, NULL to take what came and throw it away
 * @param from			receives the sender
 */
static void receive(int fd, uint8_t *probe, struct sockaddr_in *from)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	socklen_t len = sizeof(*from);

	ck_assert_msg(poll(&pollfd, 1, PATIENCE * 1000) == 1, "no probe");
	ck_assert_int_eq(recvfrom(fd, probe, IKE_PROBE_LEN, 0,
							  (struct sockaddr*)from, &len), IKE_PROBE_LEN);
}

/**
 * Answer the next probe.
 *
 * @param as			socket that answers
 * @param change		what is changed in the SPI
 */
static void answer_as(int fd, int as, uint8_t change)
{
	uint8_t probe[IKE_PROBE_LEN], answer[IKE_PROBE_ANSWER_LEN];
	struct sockaddr_in from;

	receive(fd, probe, &from);
	ck_assert(ike_probe_answer(chunk_from_thing(probe), answer));
	answer[0] ^= change;
	ck_assert(sendto(as, answer, sizeof(answer), 0, (struct sockaddr*)&from,
					 sizeof(from)) == sizeof(answer));
}

/**
 * Wait until a gateway is what it is said to be, answering probes if there is a
 * socket.
 */
static void expect(fixture_t *this, const char *name,
				   gateway_verdict_t verdict, int fd)
{
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };
	time_t start = time_monotonic(NULL);
	gateway_status_t status;

	while (time_monotonic(NULL) - start < PATIENCE)
	{
		ck_assert(this->policy.table->get_status(this->policy.table, name,
												 &status));
		if (status.health == verdict && status.health_by ==
			(verdict ? GATEWAY_WITNESS_PROBE : GATEWAY_WITNESS_MAX))
		{
			return;
		}
		if (poll(&pollfd, fd >= 0, 5) == 1)
		{
			answer_as(fd, fd, 0);
		}
	}
	ck_abort_msg("%s is %d", name, status.health);
}

/**
 * Number of probes that were found to have no answer.
 */
static uint64_t get_missed(fixture_t *this)
{
	prober_stats_t stats;

	this->prober->get_stats(this->prober, &stats);
	return stats.missed;
}

/**
 * Number of datagrams that were no answers.
 */
static uint64_t get_foreign(fixture_t *this)
{
	prober_stats_t stats;

	this->prober->get_stats(this->prober, &stats);
	return stats.foreign;
}

START_TEST(finds_out_who_lives_dies_and_returns)
{
	uint16_t port = 0;
	int fd = open_socket("127.0.0.12", &port);
	fixture_t this = create(port);
	redirect_request_t request = {
		.phase = REDIRECT_PHASE_INIT,
		.supported = TRUE,
	};
	redirect_decision_t decision;

	expect(&this, "sun", GATEWAY_UP, fd);
	/* nobody answers there, so nobody is sent there */
	expect(&this, "sun", GATEWAY_DOWN, -1);
	ck_assert(this.policy.table->set(this.policy.table, "moon", GATEWAY_DRAIN,
									 -1, -1, GATEWAY_SOURCE_OPERATOR));
	ck_assert(this.policy.table->set(this.policy.table, "mars",
							GATEWAY_DISABLED, -1, -1, GATEWAY_SOURCE_OPERATOR));
	expect(&this, "venus", GATEWAY_DOWN, -1);
	ck_assert(ip_address_from_string("127.0.0.99", &request.remote));
	ck_assert(ip_address_from_string("127.0.0.11", &request.local));
	this.policy.engine->refresh(this.policy.engine);
	decision = policy_fixture_decide(&this.policy, request);
	ck_assert_int_eq(decision.action, REDIRECT_SERVE);
	expect(&this, "sun", GATEWAY_UP, fd);
	decision = policy_fixture_decide(&this.policy, request);
	ck_assert_int_eq(decision.action, REDIRECT_REDIRECT);
	ck_assert_str_eq(decision.gateway, "sun");
	destroy(&this);
	close(fd);
}
END_TEST

START_TEST(believes_no_answer_with_another_spi_or_sender)
{
	uint16_t port = 0, any = 0;
	int fd = open_socket("127.0.0.12", &port), other, stranger;
	fixture_t this;
	uint64_t missed;
	int i;

	other = open_socket("127.0.0.22", &port);
	stranger = open_socket("127.0.0.12", &any);
	this = create(port);
	for (i = 0; i < 3; i++)
	{
		answer_as(fd, other, 0);
		answer_as(fd, stranger, 0);
		answer_as(fd, fd, 0x80);
		missed = get_missed(&this);
		while (get_missed(&this) == missed)
		{
			usleep(1000);
		}
	}
	while (get_foreign(&this) < 9)
	{
		usleep(1000);
	}
	expect(&this, "sun", GATEWAY_DOWN, -1);
	destroy(&this);
	close(fd);
	close(other);
	close(stranger);
}
END_TEST

START_TEST(probes_neither_itself_nor_who_is_not_to_be_probed)
{
	uint16_t port = 0;
	int moon = open_socket("127.0.0.11", &port), mars, sun;
	struct pollfd pollfds[2];
	fixture_t this;

	mars = open_socket("127.0.0.13", &port);
	sun = open_socket("127.0.0.12", &port);
	this = create(port);
	expect(&this, "sun", GATEWAY_UP, sun);
	expect(&this, "sun", GATEWAY_DOWN, -1);
	expect(&this, "mars", GATEWAY_UNKNOWN, -1);
	pollfds[0] = (struct pollfd){ .fd = moon, .events = POLLIN };
	pollfds[1] = (struct pollfd){ .fd = mars, .events = POLLIN };
	ck_assert_int_eq(poll(pollfds, 2, 0), 0);
	destroy(&this);
	close(moon);
	close(mars);
	close(sun);
}
END_TEST

START_TEST(gives_no_client_a_family_that_does_not_answer)
{
	uint16_t port = 0;
	int fd = open_socket("127.0.0.14", &port);
	fixture_t this = create(port);
	time_t start = time_monotonic(NULL);
	gateway_status_t status = {};
	struct pollfd pollfd = { .fd = fd, .events = POLLIN };

	while (status.families_down != GATEWAY_IPV6 &&
		   time_monotonic(NULL) - start < PATIENCE)
	{
		if (poll(&pollfd, 1, 5) == 1)
		{
			answer_as(fd, fd, 0);
		}
		this.policy.table->get_status(this.policy.table, "venus", &status);
	}
	ck_assert_int_eq(status.health, GATEWAY_UP);
	ck_assert_int_eq(status.families_down, GATEWAY_IPV6);
	destroy(&this);
	close(fd);
}
END_TEST

START_TEST(takes_back_what_it_said_when_it_may_not_probe_anymore)
{
	uint16_t port = 0;
	int fd = open_socket("127.0.0.12", &port);
	fixture_t this = create(port);
	probe_config_t off = {};

	expect(&this, "sun", GATEWAY_DOWN, -1);
	ck_assert_int_eq(this.prober->get_verdict(this.prober, "sun"), GATEWAY_DOWN);
	this.prober->configure(this.prober, &off);
	expect(&this, "sun", GATEWAY_UNKNOWN, -1);
	ck_assert_int_eq(this.prober->get_verdict(this.prober, "sun"),
					 GATEWAY_UNKNOWN);
	destroy(&this);
	close(fd);
}
END_TEST

/**
 * Sockets and log lines need charon.
 */
static void set_up(void)
{
	ck_assert(libcharon_init());
}

static void tear_down(void)
{
	libcharon_deinit();
}

int main(void)
{
	Suite *suite = suite_create("prober");
	TCase *tcase = tcase_create("prober");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_set_timeout(tcase, 5 * PATIENCE);
	tcase_add_test(tcase, finds_out_who_lives_dies_and_returns);
	tcase_add_test(tcase, believes_no_answer_with_another_spi_or_sender);
	tcase_add_test(tcase, probes_neither_itself_nor_who_is_not_to_be_probed);
	tcase_add_test(tcase, gives_no_client_a_family_that_does_not_answer);
	tcase_add_test(tcase, takes_back_what_it_said_when_it_may_not_probe_anymore);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
