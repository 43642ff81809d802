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

#include "initiator/initiator_script.h"

#include <processing/jobs/job.h>

#include <sys/stat.h>
#include <unistd.h>

static initiator_script_t *script;
static char dir[] = "/tmp/initiator-script-XXXXXX", program[64], out[64];

/** The job that waits or was rescheduled, and how far the clock is ahead. */
static job_t *waiting;
static time_t ahead;

time_t time_monotonic(timeval_t *tv)
{
	return time(NULL) + ahead;
}

static void collect(processor_t *this, job_t *job)
{
	ck_assert(!waiting);
	waiting = job;
}

/** Let the job look once. */
static void look(void)
{
	if (waiting->execute(waiting).type == JOB_REQUEUE_TYPE_NONE)
	{
		waiting->destroy(waiting);
		waiting = NULL;
	}
}

/** Let the job look until all runs have ended. */
static void look_on(void)
{
	while (waiting)
	{
		look();
		usleep(1000);
	}
}

/** Write the program. */
static void write_program(const char *body)
{
	FILE *file = fopen(program, "w");

	ck_assert(file);
	fprintf(file, "#!/bin/sh\n%s\n", body);
	fclose(file);
	ck_assert_int_eq(chmod(program, 0755), 0);
}

/** Have it run for a connection. */
static bool run(const char *connection)
{
	gateway_identity_t gateway = {
		.type = GATEWAY_IDENTITY_FQDN,
		.len = 15,
		.data = "sun.example.org",
	};
	initiator_script_run_t run = {
		.script = program,
		.event = "redirect",
		.connection = connection,
		.phase = GUARD_PHASE_INIT,
		.gateway = &gateway,
	};

	ck_assert(ip_address_from_string("192.0.2.1", &run.from));
	ck_assert(ip_address_from_string("2001:db8::9", &run.target));
	return script->run(script, &run);
}

/** Read what the program wrote. */
static char *output(char *buf, size_t len)
{
	FILE *file = fopen(out, "r");
	size_t count = 0;

	if (file)
	{
		count = fread(buf, 1, len - 1, file);
		fclose(file);
	}
	buf[count] = '\0';
	return buf;
}

static void setup(void)
{
	ck_assert(mkdtemp(dir));
	snprintf(program, sizeof(program), "%s/hook", dir);
	snprintf(out, sizeof(out), "%s/out", dir);
	lib->processor->queue_job = collect;
	script = initiator_script_create();
}

static void teardown(void)
{
	if (waiting)
	{
		waiting->destroy(waiting);
	}
	script->destroy(script);
	unlink(program);
	unlink(out);
	rmdir(dir);
}

START_TEST(tells_by_the_environment_and_in_order)
{
	char buf[1024];

	write_program("echo $REDIRECT_CONNECTION $REDIRECT_EVENT $REDIRECT_PHASE "
				  "$REDIRECT_TRUST $REDIRECT_OLD_GATEWAY $REDIRECT_NEW_GATEWAY "
				  "$REDIRECT_NEW_ADDRESS >> ${0%/*}/out");
	ck_assert(run("a"));
	ck_assert(run("b c; d"));
	look_on();
	ck_assert_str_eq(output(buf, sizeof(buf)),
		"a redirect init unauthenticated 192.0.2.1 sun.example.org 2001:db8::9\n"
		"b c; d redirect init unauthenticated 192.0.2.1 sun.example.org "
		"2001:db8::9\n");
	/* and once more when all have ended */
	ck_assert(run("e"));
	look_on();
	ck_assert_str_eq(output(buf, sizeof(buf)) + strlen(buf) - 2, "9\n");
}
END_TEST

START_TEST(holds_up_no_job_and_is_killed_when_its_time_is_over)
{
	char buf[16];

	write_program("[ $REDIRECT_CONNECTION = good ] || sleep 3600\n"
				  "echo good >> ${0%/*}/out");
	ck_assert(run("hangs"));
	ck_assert(run("good"));
	look();
	look();
	ck_assert(waiting);
	ck_assert_str_eq(output(buf, sizeof(buf)), "");
	ahead += INITIATOR_SCRIPT_TIMEOUT;
	look_on();
	ck_assert_str_eq(output(buf, sizeof(buf)), "good\n");
}
END_TEST

START_TEST(goes_on_behind_a_program_that_cannot_be_run)
{
	char buf[16];

	strcpy(program + strlen(program), "-missing");
	ck_assert(run("missing"));
	program[strlen(program) - strlen("-missing")] = '\0';
	write_program("echo good >> ${0%/*}/out");
	ck_assert(run("good"));
	look_on();
	ck_assert_str_eq(output(buf, sizeof(buf)), "good\n");
}
END_TEST

START_TEST(takes_so_many_runs_and_no_more)
{
	int i;

	write_program("exit 1");
	for (i = 0; i < INITIATOR_SCRIPT_QUEUE_MAX; i++)
	{
		ck_assert(run("home"));
	}
	ck_assert(!run("home"));
	look_on();
	ck_assert(run("home"));
	/* teardown forgets the one that waits */
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("initiator script");
	TCase *tcase = tcase_create("runs");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, tells_by_the_environment_and_in_order);
	tcase_add_test(tcase, holds_up_no_job_and_is_killed_when_its_time_is_over);
	tcase_add_test(tcase, goes_on_behind_a_program_that_cannot_be_run);
	tcase_add_test(tcase, takes_so_many_runs_and_no_more);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
