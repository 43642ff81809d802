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

#include "fleet.h"

#include <library.h>

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * Where a roll notes what was done
 */
#define STATE_FILE "/run/redirectctl.roll"

/**
 * Gateways at most, and milliseconds between two looks at the fleet
 */
#define GATEWAYS_MAX 4096
#define LOOK_INTERVAL 500

/**
 * Milliseconds after which a heartbeat is too old to tell anything
 */
#define AGE_MAX 5000

/**
 * Milliseconds within which a heartbeat that was written is read
 */
#define READ_MAX 2000

/**
 * A roll.
 */
typedef struct {
	const char *each, *state_file;
	int parallel, timeout, count;
	/** time at which it began, or goes on */
	timeval_t began;
	char *names[GATEWAYS_MAX];
	/** as begun, 0 if not */
	unsigned long long starts[GATEWAYS_MAX];
	bool done[GATEWAYS_MAX];
} roll_t;

/**
 * What is waited for.
 */
typedef bool (*condition_t)(const roll_t *roll, const fleet_member_t *member,
							unsigned long long start);

static bool is_heard(const fleet_member_t *member)
{
	return member->up && member->age >= 0 && member->age < AGE_MAX;
}

static bool is_empty(const roll_t *roll, const fleet_member_t *member,
					 unsigned long long start)
{
	return is_heard(member) && member->carried_out &&
		   streq(member->state, "drain") && member->sessions == 0;
}

static bool is_back(const roll_t *roll, const fleet_member_t *member,
					unsigned long long start)
{
	return is_heard(member) && member->start > start;
}

static bool takes_clients(const roll_t *roll, const fleet_member_t *member,
						  unsigned long long start)
{
	return is_heard(member) && member->carried_out &&
		   streq(member->state, "active");
}

/**
 * Known by a heartbeat that was written after the roll began, not by one from
 * before a start of the daemon that somebody has just done by hand.
 */
static bool is_known_anew(const roll_t *roll, const fleet_member_t *member,
						  unsigned long long start)
{
	timeval_t now;

	time_monotonic(&now);
	timersub(&now, &roll->began, &now);
	return is_heard(member) && now.tv_sec * 1000 + now.tv_usec / 1000 >
							   member->age + READ_MAX;
}

/**
 * Wait for a condition; the daemon may be away meanwhile, if it is the one that
 * is updated.
 */
static bool wait_for(roll_t *roll, int i, const char *what,
					 condition_t condition)
{
	time_t end = time_monotonic(NULL) + roll->timeout;
	fleet_member_t member;

	printf("%s: waiting until it is %s\n", roll->names[i], what);
	fflush(stdout);
	do
	{
		if (fleet_get(roll->names[i], &member) == EXIT_DONE &&
			condition(roll, &member, roll->starts[i]))
		{
			return TRUE;
		}
		usleep(LOOK_INTERVAL * 1000);
	}
	while (time_monotonic(NULL) < end);
	fprintf(stderr, "redirectctl: %s: not %s within %d s\n", roll->names[i],
			what, roll->timeout);
	return FALSE;
}

/**
 * Note what was done, for --resume.
 */
static bool note(roll_t *roll)
{
	FILE *file = fopen(roll->state_file, "w");
	int i;

	for (i = 0; file && i < roll->count; i++)
	{
		fprintf(file, "%s %s %llu\n", roll->done[i] ? "done" : "begun",
				roll->names[i], roll->starts[i]);
	}
	if (!file || fclose(file))
	{
		fprintf(stderr, "redirectctl: %s: %s\n", roll->state_file,
				strerror(errno));
		return FALSE;
	}
	return TRUE;
}

/**
 * Read what was done.
 */
static bool read_notes(roll_t *roll)
{
	char word[16], name[256];
	unsigned long long start;
	FILE *file = fopen(roll->state_file, "r");
	int i;

	if (!file)
	{
		fprintf(stderr, "redirectctl: nothing to resume, %s: %s\n",
				roll->state_file, strerror(errno));
		return FALSE;
	}
	while (fscanf(file, "%15s %255s %llu", word, name, &start) == 3)
	{
		for (i = 0; i < roll->count; i++)
		{
			if (streq(roll->names[i], name))
			{
				roll->starts[i] = start;
				roll->done[i] = streq(word, "done");
			}
		}
	}
	fclose(file);
	return TRUE;
}

/**
 * Run the command for a gateway.
 */
static bool run_command(roll_t *roll, int i)
{
	fleet_member_t member;
	int status;

	if (fleet_get(roll->names[i], &member) != EXIT_DONE || !*member.address)
	{
		fprintf(stderr, "redirectctl: %s: its address is not known\n",
				roll->names[i]);
		return FALSE;
	}
	setenv("REDIRECT_GATEWAY", roll->names[i], 1);
	setenv("REDIRECT_ADDRESS", member.address, 1);
	printf("%s: running %s\n", roll->names[i], roll->each);
	fflush(stdout);
	status = system(roll->each);
	if (status == -1 || !WIFEXITED(status) || WEXITSTATUS(status))
	{
		fprintf(stderr, "redirectctl: %s: the command failed\n", roll->names[i]);
		return FALSE;
	}
	return TRUE;
}

/**
 * Begin with a gateway: it has to work, and is drained.
 */
static bool begin(roll_t *roll, int i)
{
	fleet_member_t member;

	if (fleet_get(roll->names[i], &member) != EXIT_DONE)
	{
		return FALSE;
	}
	if (!member.found || !member.start)
	{
		fprintf(stderr, "redirectctl: %s: %s\n", roll->names[i], member.found
				? "tells nothing through the store" : "is not configured");
		return FALSE;
	}
	if (!is_heard(&member) && !roll->starts[i])
	{
		fprintf(stderr, "redirectctl: %s: does not work\n", roll->names[i]);
		return FALSE;
	}
	if (!roll->starts[i] && !streq(member.state, "active"))
	{	/* it would take clients after its turn, against whose will */
		fprintf(stderr, "redirectctl: %s: is in state %s already; 'redirectctl "
				"undrain %s' first, or leave it out (--gateways)\n",
				roll->names[i], member.state, roll->names[i]);
		return FALSE;
	}
	if (!wait_for(roll, i, "known anew", is_known_anew) ||
		fleet_get(roll->names[i], &member) != EXIT_DONE)
	{
		return FALSE;
	}
	if (roll->starts[i] && member.start > roll->starts[i])
	{	/* updated already when the roll stopped */
		return TRUE;
	}
	roll->starts[i] = member.start;
	printf("%s: draining, %s\n", roll->names[i],
		   count_text(member.sessions, "session"));
	return note(roll) &&
		   fleet_order(roll->names[i], "drain", FALSE) == EXIT_DONE;
}

/**
 * Update a gateway that is being drained.
 */
static bool update(roll_t *roll, int i)
{
	fleet_member_t member;

	if (fleet_get(roll->names[i], &member) == EXIT_DONE &&
		member.start <= roll->starts[i] &&
		!(wait_for(roll, i, "empty", is_empty) && run_command(roll, i)))
	{
		return FALSE;
	}
	if (!wait_for(roll, i, "back, with a new start", is_back) ||
		fleet_order(roll->names[i], "active", FALSE) != EXIT_DONE ||
		!wait_for(roll, i, "taking clients", takes_clients))
	{
		return FALSE;
	}
	roll->done[i] = TRUE;
	printf("%s: done\n", roll->names[i]);
	return note(roll);
}

/**
 * Tell what state everything is in.
 */
static int give_up(roll_t *roll)
{
	fleet_member_t member;
	int i;

	for (i = 0; i < roll->count; i++)
	{
		if (roll->done[i])
		{
			fprintf(stderr, "  %s: done\n", roll->names[i]);
		}
		else if (fleet_get(roll->names[i], &member) == EXIT_DONE &&
				 member.age >= 0)
		{
			fprintf(stderr, "  %s: %s, %s, %s, %s\n", roll->names[i],
					roll->starts[i] ? member.start > roll->starts[i]
							? "updated, not finished" : "begun, not updated"
							: "not begun",
					member.state, is_heard(&member) ? "up" : "not heard of",
					count_text(member.sessions, "session"));
		}
		else
		{
			fprintf(stderr, "  %s: %s, nothing is known of it\n", roll->names[i],
					roll->starts[i] ? "begun" : "not begun");
		}
	}
	fprintf(stderr, "stopped; 'redirectctl roll --resume' with the same "
			"arguments goes on\n");
	return EXIT_REFUSED;
}

/**
 * Update all that are not done, some at a time.
 */
static int roll_all(roll_t *roll)
{
	int begun[GATEWAYS_MAX], i = 0, j, count;

	while (i < roll->count)
	{
		for (count = 0; i < roll->count && count < roll->parallel; i++)
		{
			if (!roll->done[i])
			{
				if (!begin(roll, i))
				{
					return give_up(roll);
				}
				begun[count++] = i;
			}
		}
		for (j = 0; j < count; j++)
		{
			if (!update(roll, begun[j]))
			{
				return give_up(roll);
			}
		}
	}
	unlink(roll->state_file);
	printf("done: %d gateways\n", roll->count);
	return EXIT_DONE;
}

/**
 * Find out which gateways there are to update.
 */
static bool find_gateways(roll_t *roll, const values_t *wanted)
{
	char *rest, *name;
	int i;

	if (!wanted->count)
	{
		return fleet_names(roll->names, GATEWAYS_MAX,
						   &roll->count) == EXIT_DONE && roll->count;
	}
	for (i = 0; i < wanted->count; i++)
	{
		for (rest = wanted->values[i]; (name = strsep(&rest, ",")) &&
			 roll->count < GATEWAYS_MAX;)
		{
			roll->names[roll->count++] = strdup(name);
		}
	}
	return TRUE;
}

/**
 * redirectctl roll
 */
static int run_roll(int argc, char *argv[])
{
	values_t values[] = {
		{ .name = "gateways" }, { .name = "each" }, { .name = "parallel" },
		{ .name = "timeout" }, { .name = "state-file" },
	};
	bool resume = fleet_take("--resume", &argc, argv);
	roll_t *roll;
	int code;

	if (!parse_values(&cmd_roll, values, countof(values), argc, argv))
	{
		return EXIT_USAGE;
	}
	if (values[1].count != 1)
	{
		return usage_error(&cmd_roll, "needs one --each COMMAND");
	}
	INIT(roll,
		.each = values[1].values[0],
		.parallel = 1,
		.timeout = 600,
		.state_file = values[4].count ? values[4].values[0] : STATE_FILE,
	);
	if ((values[2].count && !parse_number(values[2].values[0], GATEWAYS_MAX,
										  &roll->parallel)) ||
		(values[3].count && !parse_number(values[3].values[0], 86400,
										  &roll->timeout)))
	{
		free(roll);
		return usage_error(&cmd_roll, "parallel and timeout must be numbers");
	}
	setlinebuf(stdout);
	time_monotonic(&roll->began);
	code = EXIT_UNREACHABLE;
	if (find_gateways(roll, &values[0]))
	{
		code = resume && !read_notes(roll) ? EXIT_REFUSED : roll_all(roll);
	}
	while (roll->count)
	{
		free(roll->names[--roll->count]);
	}
	free(roll);
	return code;
}

const subcommand_t cmd_roll = {
	"roll", "--each COMMAND [--gateways NAMES] [--parallel N] [--resume] ...",
	"Updates all gateways, one after the other, without a cut tunnel",
	"  --each COMMAND     what updates a gateway, run by a shell once it has no\n"
	"                     session; REDIRECT_GATEWAY is its name, REDIRECT_ADDRESS\n"
	"                     its first address. It has to start charon anew\n"
	"  --gateways NAMES   only these, in this order, commas between\n"
	"  --parallel N       at a time (1); max_draining has to allow it\n"
	"  --timeout N        seconds that each step may take (600)\n"
	"  --state-file PATH  where is noted what was done (" STATE_FILE ")\n"
	"  --resume           go on where a roll stopped\n\n"
	"It stops at the first gateway that fails, or that drains or is disabled already,\n"
	"and says what state each is in. A store of the cluster is needed, see\n"
	"strongswan-redirect.conf(5).\n", run_roll,
};
