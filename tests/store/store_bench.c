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

#include "store_fixture.h"
#include "redis_store.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/**
 * Stand-ins for gateways that all put a record each second into one real Redis,
 * and get the list of all: what the store takes of a processor, here and there,
 * and how old is what each knows of the others.
 *
 *   store_bench [GATEWAYS [SECONDS [OCTETS]]]
 */

/**
 * Milliseconds in the histogram of ages
 */
#define AGE_MAX 20000

/**
 * Most gateways
 */
#define GATEWAYS_MAX 1000

/**
 * A gateway: its store, and when each record it knows was put, in milliseconds.
 */
typedef struct {
	redirect_store_t *store;
	uint64_t known[GATEWAYS_MAX];
	uint32_t lists;
} gateway_t;

static gateway_t *gateways;
static int count = 500, seconds = 20, octets = 600;
static uint64_t ages[AGE_MAX + 1];

/**
 * Milliseconds of the monotonic clock.
 */
static uint64_t now_ms()
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000ULL + time.tv_nsec / 1000000;
}

CALLBACK(records, void,
	gateway_t *this, const char *kind, const redirect_store_record_t *records,
	size_t found)
{
	size_t i;
	int nr;

	for (i = 0; i < found; i++)
	{
		nr = atoi(records[i].name + 2);
		if (nr >= 0 && nr < count)
		{
			__atomic_store_n(&this->known[nr],
							 strtoull((char*)records[i].value, NULL, 10),
							 __ATOMIC_RELAXED);
		}
	}
	__atomic_add_fetch(&this->lists, 1, __ATOMIC_RELAXED);
}

CALLBACK(changed, void,
	gateway_t *this, const char *kind, const redirect_store_record_t *record)
{
}

CALLBACK(state, void,
	gateway_t *this, redirect_store_state_t state, const char *words)
{
	if (state != REDIRECT_STORE_UP)
	{
		fprintf(stderr, "gw%td: %s\n", this - gateways, words);
	}
}

/**
 * Create the store of a gateway.
 */
static void create(gateway_t *this, uint16_t port)
{
	static const char *const kinds[] = { "gateway", "order", NULL };
	char url[64], why[REDIRECT_STORE_WHY_MAX];
	redirect_store_options_t options;
	redirect_store_sink_t sink = {
		.records = records,
		.changed = changed,
		.state = state,
		.data = this,
	};

	options = fixture_options(port, url);
	options.interval = 1000;
	options.timeout = 2000;
	options.kinds = kinds;
	this->store = redis_store_create(&options, &sink, why);
	if (!this->store)
	{
		fprintf(stderr, "%s\n", why);
		exit(EXIT_FAILURE);
	}
}

/**
 * Put the record of a gateway.
 */
static void put(int nr)
{
	char name[16], value[REDIRECT_STORE_VALUE_MAX];

	memset(value, 'x', sizeof(value));
	snprintf(name, sizeof(name), "gw%d", nr);
	value[snprintf(value, sizeof(value), "%llu",
				   (unsigned long long)now_ms())] = ' ';
	gateways[nr].store->put(gateways[nr].store, "gateway", name, value, octets,
							10000, FALSE);
}

/**
 * Note how old is what some gateways know of all.
 */
static void sample(uint64_t now, int first, int step)
{
	uint64_t known;
	int i, j;

	for (i = first; i < count; i += step)
	{
		for (j = 0; j < count; j++)
		{
			known = __atomic_load_n(&gateways[i].known[j], __ATOMIC_RELAXED);
			ages[min(now - min(known, now), AGE_MAX)]++;
		}
	}
}

/**
 * Age that a share of all is below.
 */
static int percentile(double share)
{
	uint64_t all = 0, sum = 0;
	int i;

	for (i = 0; i <= AGE_MAX; i++)
	{
		all += ages[i];
	}
	for (i = 0; i < AGE_MAX && sum + ages[i] < all * share; i++)
	{
		sum += ages[i];
	}
	return i;
}

/**
 * Seconds of a processor that this process took.
 */
static double own_cpu()
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
		   (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/**
 * Seconds of a processor that the server took.
 */
static double server_cpu(server_t *server)
{
	unsigned long user = 0, kernel = 0;
	char path[32];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", server->pid);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%*d %*s %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u "
						"%*u %lu %lu", &user, &kernel) != 2)
	{
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	}
	if (file)
	{
		fclose(file);
	}
	return (double)(user + kernel) / sysconf(_SC_CLK_TCK);
}

/**
 * Put records for some seconds, each gateway at its own time of the second.
 *
 * @param sampled	whether ages are noted
 */
static void work(int duration, bool sampled)
{
	uint64_t begin = now_ms(), now, due = 0;

	while ((now = now_ms()) < begin + duration * 1000)
	{
		for (; due <= (now - begin) * count / 1000; due++)
		{
			put(due % count);
		}
		if (sampled)
		{	/* a hundredth of all each 10 ms */
			sample(now, now / 10 % 100, 100);
		}
		usleep(10000);
	}
}

/**
 * The measurement; a test, as servers are started by functions of tests.
 */
START_TEST(measures)
{
	redirect_store_stats_t stats;
	uint64_t lists = 0, failures = 0, dropped = 0;
	double own, redis, began;
	server_t *server;
	int i;

	server = server_start("--maxclients 4000");
	gateways = calloc(count, sizeof(gateway_t));
	for (i = 0; i < count; i++)
	{
		create(&gateways[i], server->port);
	}
	work(5, FALSE);
	own = own_cpu();
	redis = server_cpu(server);
	began = now_ms();
	work(seconds, TRUE);
	began = (now_ms() - began) / 1000;
	own = (own_cpu() - own) / began;
	redis = (server_cpu(server) - redis) / began;
	for (i = 0; i < count; i++)
	{
		gateways[i].store->get_stats(gateways[i].store, &stats);
		lists += stats.lists;
		failures += stats.failures;
		dropped += stats.dropped + stats.expired;
		gateways[i].store->destroy(gateways[i].store);
	}
	printf("gateways=%d octets=%d seconds=%.1f lists=%llu failures=%llu "
		   "dropped=%llu gateway_core_percent=%.3f redis_core_percent=%.1f "
		   "age_p50_ms=%d age_p99_ms=%d age_max_ms=%d\n", count, octets, began,
		   (unsigned long long)lists, (unsigned long long)failures,
		   (unsigned long long)dropped, own * 100 / count, redis * 100,
		   percentile(0.5), percentile(0.99), percentile(1));
	free(gateways);
	server_destroy(server);
}
END_TEST

int main(int argc, char *argv[])
{
	Suite *suite = suite_create("bench");
	TCase *tc = tcase_create("bench");
	SRunner *runner;
	int failed;

	count = argc > 1 ? atoi(argv[1]) : count;
	seconds = argc > 2 ? atoi(argv[2]) : seconds;
	octets = argc > 3 ? atoi(argv[3]) : octets;
	if (count < 1 || count > GATEWAYS_MAX || seconds < 1 || octets < 32 ||
		octets > REDIRECT_STORE_VALUE_MAX)
	{
		fprintf(stderr, "usage: %s [GATEWAYS [SECONDS [OCTETS]]]\n", argv[0]);
		return EXIT_FAILURE;
	}
	library_init("", "charon");
	tcase_add_test(tc, measures);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_MINIMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	library_deinit();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
