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
 * How long a decision takes, whether it allocates, and whether several threads
 * get in each other's way.
 *
 * usage: decide_bench [DECISIONS]
 *
 * Prints a table, then a line with MET or MISSED a bar; the exit status is 1 if
 * one was missed. Times are those of a whole decide() for an IKE_SA_INIT request
 * that the last rule matches. Threads are compared by decisions a second of CPU
 * time, which stays the same on any number of cores unless threads disturb each
 * other, and by how often one had to wait for another.
 */

#include "policy/policy_engine.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

/**
 * Decisions that are timed together, as reading the clock costs something.
 */
#define BATCH 8

/**
 * Different clients, a power of two; each decision is another attempt of one.
 */
#define CLIENTS 4096

/**
 * Most threads.
 */
#define THREADS 8

/**
 * Bars, in ns at the median.
 */
#define BAR_LARGE 50000
#define BAR_EACH 5000

/**
 * What CPU time a decision may at most need more with eight threads.
 */
#define BAR_SCALING 1.3

/**
 * Views that are made in a row.
 */
#define VIEWS 100

static const char *const selectors[] = {
	"rendezvous", "rendezvous bounded", "weighted", "round-robin",
	"least-loaded", "power-of-two", "priority",
};

/**
 * Calls of malloc() and the like since the program began.
 */
static uint64_t allocations;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *ptr, size_t size);

/*
 * Counts, then does what the C library does.
 */
void *malloc(size_t size)
{
	__atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
	return __libc_malloc(size);
}

/*
 * Counts, then does what the C library does.
 */
void *calloc(size_t count, size_t size)
{
	__atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
	return __libc_calloc(count, size);
}

/*
 * Counts, then does what the C library does.
 */
void *realloc(void *ptr, size_t size)
{
	__atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED);
	return __libc_realloc(ptr, size);
}

/**
 * A fleet with rules and what is measured of it.
 */
typedef struct {
	selector_registry_t *registry;
	gateway_table_t *table;
	policy_engine_t *engine;
	int decisions;
} bench_t;

/**
 * What a thread needed.
 */
typedef struct {
	bench_t *bench;
	uint64_t first;
	uint64_t cpu;
	uint64_t waits;
	uint64_t redirected;
} worker_t;

/**
 * Read a clock, in ns.
 */
static uint64_t now(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/**
 * Write the configuration: every gateway of different weight, every rule about
 * another subnet, the last one about the clients.
 */
static char *write_conf(const char *selector, int gateways, int rules)
{
	bool bounded = strstr(selector, " bounded") != NULL;
	char *conf;
	size_t len;
	FILE *file;
	int i;

	file = open_memstream(&conf, &len);
	fprintf(file, "charon { plugins { redirect {\nself = gw0\nselector = %.*s\n"
			"balance_factor = %d\ngateways {\n",
			(int)strcspn(selector, " "), selector, bounded ? 125 : 0);
	for (i = 0; i < gateways; i++)
	{
		fprintf(file, "gw%d { addresses = 10.0.%d.%d\n weight = %d\n"
				"priority = %d }\n", i, i >> 8, i & 0xff, 50 + i % 100, i % 4);
	}
	fprintf(file, "}\nrules {\n");
	for (i = 0; i < rules - 1; i++)
	{
		fprintf(file, "r%d { remote = 172.%d.%d.0/24 }\n", i, 16 + i / 256,
				i % 256);
	}
	fprintf(file, "last { remote = 198.18.0.0/15 }\n} } } }\n");
	fclose(file);
	return conf;
}

/**
 * Put a configuration into force.
 */
static bool configure(bench_t *this, const char *selector, int gateways,
					  int rules)
{
	array_t *errors = array_create(0, 0);
	config_section_t section;
	settings_t *settings;
	policy_t *policy;
	char *conf, *error;
	bool unknown;

	conf = write_conf(selector, gateways, rules);
	settings = settings_create_string(conf);
	free(conf);
	section = config_section_create(settings, errors, "charon");
	policy = policy_create(&section, this->registry, NULL, &unknown);
	settings->destroy(settings);
	while (array_remove(errors, ARRAY_HEAD, &error))
	{
		fprintf(stderr, "%s\n", error);
		free(error);
	}
	array_destroy(errors);
	if (policy)
	{
		this->engine->set_policy(this->engine, policy);
	}
	return policy != NULL;
}

/**
 * Prepare everything for a fleet.
 */
static bool set_up(bench_t *this, const char *selector, int gateways, int rules)
{
	this->registry = selector_registry_create();
	this->table = gateway_table_create();
	this->engine = policy_engine_create(this->table, NULL);
	return configure(this, selector, gateways, rules);
}

/**
 * A request of some client.
 */
static redirect_request_t create_request(void)
{
	redirect_request_t request = {
		.phase = REDIRECT_PHASE_INIT,
		.supported = TRUE,
	};

	ip_address_from_string("10.0.0.0", &request.local);
	ip_address_from_string("198.18.0.0", &request.remote);
	return request;
}

/**
 * Decide about a new attempt of a client.
 *
 * @param attempt		number of the attempt
 */
static void decide(bench_t *this, redirect_request_t *request, uint64_t attempt,
				   redirect_decision_t *decision)
{
	uint64_t client = attempt & (CLIENTS - 1);

	request->remote.data[2] = client >> 8;
	request->remote.data[3] = client;
	request->spi_i = attempt;
	this->engine->decide(this->engine, request, decision);
}

/**
 * Destroy everything.
 */
static void tear_down(bench_t *this)
{
	this->engine->destroy(this->engine);
	this->table->destroy(this->table);
	this->registry->destroy(this->registry);
}

/**
 * Order times.
 */
static int compare(const void *a, const void *b)
{
	uint64_t first = *(const uint64_t*)a, second = *(const uint64_t*)b;

	return first < second ? -1 : first > second;
}

/**
 * Time decisions one by one.
 *
 * @param p99			receives the 99th percentile, in ns
 * @param allocated		receives how often memory was allocated
 * @return				median, in ns
 */
static uint64_t measure(bench_t *this, uint64_t *p99, uint64_t *allocated)
{
	static uint64_t attempt;
	int i, j, count = this->decisions / BATCH;
	redirect_request_t request = create_request();
	redirect_decision_t decision;
	uint64_t *times, begin, before, median;

	times = calloc(count, sizeof(uint64_t));
	before = __atomic_load_n(&allocations, __ATOMIC_RELAXED);
	for (i = 0; i < count; i++)
	{
		begin = now(CLOCK_MONOTONIC);
		for (j = 0; j < BATCH; j++)
		{
			decide(this, &request, ++attempt, &decision);
		}
		times[i] = (now(CLOCK_MONOTONIC) - begin) / BATCH;
	}
	*allocated = __atomic_load_n(&allocations, __ATOMIC_RELAXED) - before;
	qsort(times, count, sizeof(uint64_t), compare);
	median = times[count / 2];
	*p99 = times[count * 99LL / 100];
	free(times);
	return median;
}

/**
 * Decide in a thread.
 */
static void *work(void *data)
{
	worker_t *this = data;
	bench_t *bench = this->bench;
	redirect_request_t request = create_request();
	redirect_decision_t decision;
	struct rusage before, after;
	uint64_t begin;
	int i;

	getrusage(RUSAGE_THREAD, &before);
	begin = now(CLOCK_THREAD_CPUTIME_ID);
	for (i = 0; i < bench->decisions; i++)
	{
		decide(bench, &request, this->first + i, &decision);
		this->redirected += decision.action == REDIRECT_REDIRECT;
	}
	this->cpu = now(CLOCK_THREAD_CPUTIME_ID) - begin;
	getrusage(RUSAGE_THREAD, &after);
	this->waits = after.ru_nvcsw - before.ru_nvcsw;
	return NULL;
}

/**
 * Decide in several threads at once.
 *
 * @param waits			receives how often threads gave up the CPU to wait
 * @return				CPU time of a decision, in ns
 */
static double measure_threads(bench_t *this, int count, uint64_t *waits)
{
	static uint64_t begun;
	worker_t workers[THREADS] = {};
	pthread_t threads[THREADS];
	uint64_t cpu = 0;
	int i;

	for (i = 0; i < count; i++)
	{
		workers[i].bench = this;
		workers[i].first = ++begun << 40;
		pthread_create(&threads[i], NULL, work, &workers[i]);
	}
	*waits = 0;
	for (i = 0; i < count; i++)
	{
		pthread_join(threads[i], NULL);
		cpu += workers[i].cpu;
		*waits += workers[i].waits;
	}
	return (double)cpu / count / this->decisions;
}

/**
 * Tell whether a bar was met.
 */
static bool bar(bool met, const char *what, const char *selector)
{
	if (!met)
	{
		printf("MISSED  %s, %s\n", what, selector);
	}
	return met;
}

/**
 * Measure one selector with a fleet.
 *
 * @param limit			bar for the median, in ns
 */
static bool run_fleet(const char *selector, int gateways, int rules,
					  int decisions, uint64_t limit)
{
	bench_t *this = calloc(1, sizeof(*this));
	uint64_t median, p99, allocated;
	bool met = FALSE;

	this->decisions = decisions;
	if (set_up(this, selector, gateways, rules))
	{
		measure(this, &p99, &allocated);
		median = measure(this, &p99, &allocated);
		printf("%-20s %8d %6d %10.2f %10.2f %12llu\n", selector, gateways,
			   rules, median / 1000.0, p99 / 1000.0,
			   (unsigned long long)allocated);
		met = bar(median < limit, "median", selector);
		met = bar(!allocated, "no allocation", selector) && met;
	}
	tear_down(this);
	free(this);
	return met;
}

/**
 * Measure one selector with threads.
 */
static bool run_threads(const char *selector, int decisions)
{
	bench_t *this = calloc(1, sizeof(*this));
	uint64_t waits = 0, all_waits = 0;
	double one = 0, needed = 0;
	int count;

	this->decisions = decisions / 4;
	if (set_up(this, selector, 500, 200))
	{
		printf("%-20s", selector);
		for (count = 1; count <= THREADS; count *= 2)
		{
			needed = measure_threads(this, count, &waits);
			one = one ?: needed;
			all_waits += waits;
			printf(" %9.2f", needed / 1000.0);
		}
		printf(" %9.2f %8llu\n", needed / one, (unsigned long long)all_waits);
	}
	tear_down(this);
	free(this);
	return bar(needed > 0 && needed <= one * BAR_SCALING, "scaling", selector);
}

/**
 * Tell another load of one gateway again and again, with a new view each time.
 *
 * @return				CPU time of a view, in us
 */
static double measure_views(bench_t *this)
{
	uint64_t begin = now(CLOCK_THREAD_CPUTIME_ID);
	int i;

	for (i = 1; i <= VIEWS; i++)
	{
		this->table->set_load(this->table, "gw0", i, i, GATEWAY_SOURCE_STORE);
		this->engine->refresh(this->engine);
	}
	return (now(CLOCK_THREAD_CPUTIME_ID) - begin) / 1000.0 / VIEWS;
}

/**
 * Print what decisions and views cost the more gateways and rules there are.
 */
static bool run_curve(const char *selector, int decisions)
{
	static const int sizes[] = { 1, 2, 4, 16, 128, 500, 1024, 4096 };
	bench_t *this;
	uint64_t waits;
	size_t i;
	bool done = TRUE;
	double view = 0;

	printf("\n%-20s %8s %12s %12s %12s\n", selector, "number",
		   "of gateways", "of rules", "a view");
	for (i = 0; i < countof(sizes) * 2; i++)
	{
		this = calloc(1, sizeof(*this));
		this->decisions = decisions;
		done &= set_up(this, selector, i % 2 ? 2 : sizes[i / 2],
					   i % 2 ? sizes[i / 2] : 1);
		measure_threads(this, 1, &waits);
		if (i % 2 == 0)
		{
			printf("%-20s %8d", "CPU us a decision", sizes[i / 2]);
			view = measure_views(this);
		}
		printf(" %12.3f", measure_threads(this, 1, &waits) / 1000.0);
		if (i % 2)
		{
			printf(" %12.3f\n", view);
		}
		tear_down(this);
		free(this);
	}
	return done;
}

int main(int argc, char *argv[])
{
	bool curve = argc > 1 && streq(argv[1], "curve"), met = TRUE;
	int decisions = argc > 1 && !curve ? atoi(argv[1]) : 40000;
	size_t i;

	if (decisions < 1000 || !library_init("", "charon"))
	{
		fprintf(stderr, "usage: decide_bench [DECISIONS], at least 1000\n"
				"       decide_bench curve\n");
		return 2;
	}
	if (curve)
	{
		met = run_curve("rendezvous", decisions);
		library_deinit();
		return met ? 0 : 1;
	}
	printf("%-20s %8s %6s %10s %10s %12s\n", "selector", "gateways", "rules",
		   "median us", "p99 us", "allocations");
	for (i = 0; i < countof(selectors); i++)
	{
		met = run_fleet(selectors[i], 500, 200, decisions, BAR_EACH) && met;
	}
	for (i = 0; i < countof(selectors); i++)
	{
		met = run_fleet(selectors[i], 1000, 1000, decisions, BAR_LARGE) && met;
	}
	printf("\n%-20s %9s %9s %9s %9s %9s %8s\n", "CPU us a decision", "1 thread",
		   "2", "4", "8", "8 to 1", "waits");
	for (i = 0; i < countof(selectors); i++)
	{
		met = run_threads(selectors[i], decisions) && met;
	}
	met = run_curve("rendezvous", decisions) && met;
	printf("%s\n", met ? "MET     all bars: median below 5 us (500 gateways, 200 "
		   "rules) and 50 us (1000, 1000), no allocation, 8 threads as one"
		   : "MISSED  some bars, see above");
	library_deinit();
	return met ? 0 : 1;
}
