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
 * What many established clients cost: memory, the time a hook waits for a mutex,
 * and how a drain keeps its rate.
 *
 * usage: session_bench [SESSIONS WAITING_SECONDS]
 *
 * Prints a table, then a line with MET or MISSED a bar; the exit status is 1 if
 * one was missed. Table, drain, waves, engine, jobs and scheduler are the real
 * ones; IKE_SAs are stand-ins that answer at once, so charon's own work for an
 * exchange is not in it. The wait of a hook is the longest time in which it gets
 * the mutex and what it looks for, measured with a real-time priority, as others
 * on the machine may take its processor; the median of several runs counts. Beside
 * it stands how long the mutex was held at most, in CPU time, which does not
 * depend on others.
 */

#include "mutex_hold.h"
#include "sessions/drain.h"
#include "../unit/mock_ike_sa.h"

#include <processing/jobs/callback_job.h>

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <sched.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/**
 * Clients that are drained, and how many a second
 */
#define DRAINED 50000
#define RATE 2000

/**
 * Times the longest wait is measured
 */
#define RUNS 5

/**
 * Bars: octets of a session while it is drained, ns a hook waits, how far the
 * rate is off, and cores
 */
#define BAR_OCTETS 600
#define BAR_WAIT 1000000
#define BAR_RATE 0.05
#define BAR_CORES 1.0

static const char conf[] = "charon { plugins { redirect { self = moon\n"
	"gateways { moon { addresses = 192.0.2.1 }\n sun { addresses = 192.0.2.2 }\n"
	"mars { addresses = 192.0.2.5 } } } } }";

static selector_registry_t *registry;
static gateway_table_t *gateways;
static policy_engine_t *engine;
static session_table_t *table;
static drain_t *drain;

/** times each client was told, by unique id */
static uint8_t *told;

/** TRUE if clients leave as soon as they are told, FALSE if they stay */
static bool leaving;

/** set when hooks are to end */
static bool stop;

/** whether all bars were met */
static bool met = TRUE;

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
 * Tell a number and its bar.
 */
static void tell(const char *what, double value, const char *unit, double bar,
				 bool good)
{
	printf("%-52s %12.2f %-8s bar %g: %s\n", what, value, unit, bar,
		   good ? "MET" : "MISSED");
	fflush(stdout);
	met = met && good;
}

/**
 * Redirect a session, in place of charon.
 */
static session_stuck_t redirect(session_t *session, session_order_t *order)
{
	session_move_t move = order->move;
	session_info_t info;

	move.gateway = random() % 2 ? "sun" : "mars";
	if (!table->get_info(table, session, &info) ||
		!table->begin(table, session, &move))
	{
		return SESSION_STUCK_NOTHING;
	}
	__atomic_fetch_add(&told[info.unique_id], 1, __ATOMIC_RELAXED);
	table->built(table, session);
	table->answered(table, session, FALSE);
	if (leaving)
	{
		table->client_deletes(table, info.unique_id);
		table->remove(table, info.unique_id);
	}
	return SESSION_NOT_STUCK;
}

/**
 * A session that is to be moved.
 */
typedef struct {
	session_t *session;
	session_order_t *order;
	session_moved_t moved;
	void *data;
} move_job_t;

static job_requeue_t move_job(move_job_t *job)
{
	session_scope_t *scope = job->order->get_scope(job->order->data, job->order);

	job->moved(job->data, job->session, scope ? redirect(job->session, job->order)
											  : SESSION_STUCK_NOTHING);
	session_scope_put(scope);
	return JOB_REQUEUE_NONE;
}

static void move_job_destroy(move_job_t *job)
{
	table->release(table, job->session);
	session_order_put(job->order);
	free(job);
}

static void move_later(session_mover_t *this, session_t *session,
					   session_order_t *order, uint32_t delay,
					   session_moved_t moved, void *data)
{
	move_job_t *job;

	INIT(job,
		.session = session,
		.order = session_order_get(order),
		.moved = moved,
		.data = data,
	);
	lib->scheduler->schedule_job_ms(lib->scheduler,
		(job_t*)callback_job_create((callback_job_cb_t)move_job, job,
						(callback_job_cleanup_t)move_job_destroy, NULL), delay);
}

static void delete_(session_mover_t *this, session_t *session,
					session_deleted_t reason)
{
}

static session_mover_t mover = {
	.move_later = move_later,
	.delete = delete_,
};

static void outcome(void *data, const session_info_t *info,
					session_outcome_t outcome)
{
	drain->outcome(drain, info, outcome);
}

/**
 * Put a client into the table.
 */
static void add(uint32_t id)
{
	static const ip_address_t nowhere;
	char remote[32], name[32];
	mock_ike_sa_t *ike_sa;

	snprintf(remote, sizeof(remote), "198.18.%u.%u", id >> 8 & 0xff, id & 0xff);
	snprintf(name, sizeof(name), "client%u@example.org", id);
	ike_sa = mock_ike_sa_create(id, remote, name);
	table->add(table, &ike_sa->public, &nowhere);
	mock_ike_sa_destroy(ike_sa);
}

/**
 * Octets that are in use.
 */
static size_t in_use(void)
{
	return mallinfo2().uordblks;
}

/**
 * Make everything, with clients 1 to COUNT.
 *
 * @return				octets that each of them has
 */
static double set_up(uint32_t count)
{
	array_t *errors = array_create(0, 0);
	session_config_t config = { .grace = 30, .drain = { .rate = RATE } };
	settings_t *settings = settings_create_string((char*)conf);
	config_section_t section = config_section_create(settings, errors, "charon");
	size_t before;
	bool unknown;
	uint32_t id;

	registry = selector_registry_create();
	gateways = gateway_table_create();
	engine = policy_engine_create(gateways, NULL);
	engine->set_policy(engine, policy_create(&section, registry, NULL, &unknown));
	settings->destroy(settings);
	array_destroy(errors);
	mutex_hold_watch(TRUE);
	table = session_table_create();
	mutex_hold_watch(FALSE);
	drain = drain_create(table, &mover, engine, gateways);
	drain->configure(drain, &config);
	table->set_observer(table, outcome, NULL);
	told = calloc(count + 2, 1);
	before = in_use();
	for (id = 1; id <= count; id++)
	{
		add(id);
	}
	return (double)(in_use() - before) / count;
}

/**
 * Destroy everything.
 */
static void tear_down(void)
{
	lib->processor->cancel(lib->processor);
	drain->destroy(drain);
	table->destroy(table);
	engine->destroy(engine);
	gateways->destroy(gateways);
	registry->destroy(registry);
	free(told);
}

/**
 * Begin to drain.
 *
 * @param id			identities of whom, NULL for all
 */
static bool begin(const char *id)
{
	drain_options_t options = drain->get_defaults(drain);
	const char *error = NULL;

	if (id)
	{
		session_filter_set(&options.filter, "id", id);
	}
	if (!drain->start(drain, &options, &error))
	{
		fprintf(stderr, "%s\n", error);
		return FALSE;
	}
	return TRUE;
}

/**
 * Call what hooks call, and note the longest time one took.
 */
static void *call_hooks(void *data)
{
	uint64_t start, took, *longest = data;
	session_t *session;
	uint32_t i;

	for (i = 0; !__atomic_load_n(&stop, __ATOMIC_RELAXED); i++)
	{
		start = now(CLOCK_MONOTONIC);
		session = table->find(table, 1 + i % 1000);
		took = now(CLOCK_MONOTONIC) - start;
		*longest = max(*longest, took);
		table->release(table, session);
		if (i % 16 == 0)
		{
			usleep(50);
		}
	}
	return NULL;
}

/**
 * Have hooks called while a drain goes on and all its lists are read.
 *
 * @return				longest wait, in ns
 */
static uint64_t measure_wait(int seconds)
{
	uint64_t longest = 0, end = now(CLOCK_MONOTONIC) + seconds * 1000000000ULL;
	const session_info_t *info;
	session_filter_t filter = {};
	enumerator_t *enumerator;
	session_t *session;
	pthread_t thread;

	stop = FALSE;
	session_filter_set(&filter, "id", "*5@example.org");
	pthread_create(&thread, NULL, call_hooks, &longest);
	begin("*7@example.org");
	while (now(CLOCK_MONOTONIC) < end)
	{
		drain->tick(drain);
		enumerator = table->create_enumerator(table, &filter);
		while (enumerator->enumerate(enumerator, &session, &info))
		{
			/* as who lists sessions */
		}
		enumerator->destroy(enumerator);
	}
	drain->stop(drain);
	stop = TRUE;
	pthread_join(thread, NULL);
	session_filter_clear(&filter);
	return longest;
}

static int compare(const void *a, const void *b)
{
	uint64_t first = *(const uint64_t*)a, second = *(const uint64_t*)b;

	return first < second ? -1 : first > second;
}

/**
 * Have the processors to ourselves, if that is allowed.
 */
static void be_first(void)
{
	struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &param) != 0)
	{
		printf("  without a real-time priority: others on the machine count\n");
	}
}

/**
 * How long a hook waits.
 */
static void bench_wait(uint32_t count, int seconds)
{
	uint64_t waits[RUNS], holds[RUNS];
	double octets;
	char what[64];
	int i;

	octets = set_up(count);
	be_first();
	lib->processor->set_threads(lib->processor, 4);
	for (i = 0; i < RUNS; i++)
	{
		mutex_hold_take();
		waits[i] = measure_wait(seconds);
		holds[i] = mutex_hold_take();
		printf("  run %d: longest wait %.3f ms, held for %.3f ms of CPU\n", i + 1,
			   waits[i] / 1e6, holds[i] / 1e6);
	}
	qsort(waits, RUNS, sizeof(*waits), compare);
	qsort(holds, RUNS, sizeof(*holds), compare);
	tear_down();
	snprintf(what, sizeof(what), "octets a session, %u of them", count);
	tell(what, octets, "octets", BAR_OCTETS, octets < BAR_OCTETS);
	tell("longest wait of a hook, drain running, median", waits[RUNS / 2] / 1e6,
		 "ms", BAR_WAIT / 1e6, waits[RUNS / 2] < BAR_WAIT);
	tell("longest hold of its mutex, CPU time, median", holds[RUNS / 2] / 1e6,
		 "ms", BAR_WAIT / 1e6, holds[RUNS / 2] < BAR_WAIT);
}

/**
 * CPU time of this process, in ns.
 */
static uint64_t cpu(void)
{
	return now(CLOCK_PROCESS_CPUTIME_ID);
}

/**
 * How a drain goes.
 */
static void bench_drain(void)
{
	uint64_t start, used;
	double octets, most = 0, rate, seconds;
	drain_progress_t progress;
	uint32_t id, once = 0;
	size_t before = in_use();

	leaving = TRUE;
	octets = set_up(DRAINED);
	lib->processor->set_threads(lib->processor, 4);
	used = cpu();
	start = now(CLOCK_MONOTONIC);
	begin(NULL);
	do
	{
		most = max(most, (double)(in_use() - before));
		usleep(200000);
		drain->tick(drain);
		drain->get_progress(drain, &progress);
	}
	while (progress.sent < DRAINED &&
		   now(CLOCK_MONOTONIC) - start < 4 * (DRAINED / RATE) * 1000000000ULL);
	seconds = (now(CLOCK_MONOTONIC) - start) / 1e9;
	used = cpu() - used;
	rate = progress.sending ? (progress.sent - 1) * 1000.0 / progress.sending : 0;
	for (id = 1; id <= DRAINED; id++)
	{
		once += told[id] == 1;
	}
	tear_down();
	printf("  %u octets a session before the drain\n", (u_int)octets);
	tell("octets a session at most, all of the plugin's", most / DRAINED,
		 "octets", BAR_OCTETS, most / DRAINED < BAR_OCTETS);
	tell("redirects a second, of 50000 at 2000", rate, "", RATE,
		 rate > RATE * (1 - BAR_RATE) && rate < RATE * (1 + BAR_RATE));
	tell("clients that were told once", once, "", DRAINED, once == DRAINED);
	tell("cores", used / 1e9 / seconds, "", BAR_CORES,
		 used / 1e9 / seconds < BAR_CORES);
}

/**
 * What one of so many sessions costs: memory, to look for it and to list it.
 */
static void bench_curve(uint32_t count)
{
	enum { LOOKS = 1000000 };
	session_filter_t filter = {};
	enumerator_t *enumerator;
	session_t *session;
	session_info_t info;
	uint64_t look, list;
	uint32_t i, seed = 1, listed = 0;
	double octets;

	octets = set_up(count);
	look = cpu();
	for (i = 0; i < LOOKS; i++)
	{
		seed = seed * 1664525 + 1013904223;
		session = table->find(table, 1 + (seed >> 8) % count);
		table->release(table, session);
	}
	look = cpu() - look;
	list = cpu();
	enumerator = table->create_enumerator(table, &filter);
	while (enumerator->enumerate(enumerator, &session, &info))
	{
		listed++;
	}
	enumerator->destroy(enumerator);
	list = cpu() - list;
	met = listed == count;
	printf("%-20s %8u %12.3f %12.3f %12.0f\n", "CPU us a session", count,
		   look / 1000.0 / LOOKS, list / 1000.0 / count, octets);
	fflush(stdout);
	tear_down();
}

/**
 * Measure in a process of its own, whose memory and jobs begin with nothing.
 *
 * @param count			sessions that are waited for, 0 to drain
 * @param seconds		how long to wait, -1 for a point of the curve
 */
static bool run(uint32_t count, int seconds)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0)
	{
		if (!library_init(NULL, "session_bench"))
		{
			_exit(2);
		}
		dbg_default_set_level(-1);
		if (seconds < 0)
		{
			bench_curve(count);
		}
		else if (count)
		{
			bench_wait(count, seconds);
		}
		else
		{
			bench_drain();
		}
		library_deinit();
		_exit(!met);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int main(int argc, char *argv[])
{
	uint32_t count = argc > 1 ? atoi(argv[1]) : 200000;
	static const uint32_t sizes[] = { 1, 10, 100, 1000, 10000, 50000 };
	size_t i;

	if (argc > 1 && streq(argv[1], "curve"))
	{
		printf("%-20s %8s %12s %12s %12s\n", "sessions", "number", "to look for",
			   "to list", "octets");
		for (i = 0; i < countof(sizes); i++)
		{
			fflush(stdout);
			met &= run(sizes[i], -1);
		}
		return met ? 0 : 1;
	}
	met = run(count, argc > 2 ? atoi(argv[2]) : 3);
	met = run(0, 0) && met;
	printf("%s\n", met ? "MET all bars" : "MISSED a bar");
	return met ? 0 : 1;
}
