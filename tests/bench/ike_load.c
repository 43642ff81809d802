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
#include "load_way.h"
#include "process_cpu.h"

#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/** requests sent, or answers received, at once */
#define BATCH LOAD_WAY_BATCH

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

/**
 * Send new requests in these slots, at most BATCH
 */
static void send_slots(const uint16_t *list, unsigned count)
{
	const init_message_t *messages[BATCH];
	uint64_t time = now();
	unsigned i;

	for (i = 0; i < count; i++)
	{
		slot_t *slot = &slots[list[i]];

		init_message_renew(&slot->message, list[i], &rng);
		slot->sent = time;
		messages[i] = &slot->message;
	}
	load_way_send(messages, count, &rng);
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
static void go_on(const uint16_t *freed, unsigned count)
{
	if (options.rate == 0)
	{
		send_slots(freed, count);
		return;
	}
	while (count--)
	{
		slots[freed[count]].sent = 0;
	}
}

/**
 * Take what has arrived
 */
static bool turn(void)
{
	uint8_t *data[BATCH];
	size_t len[BATCH];
	uint16_t freed[BATCH];
	unsigned i, count, n = 0;
	uint64_t time;
	int nr;

	count = load_way_receive(data, len);
	if (!count)
	{
		return false;
	}
	time = now();
	for (i = 0; i < count; i++)
	{
		nr = take_answer(data[i], len[i], time);
		if (nr >= 0)
		{
			freed[n++] = nr;
		}
	}
	load_way_release();
	go_on(freed, n);
	return true;
}

/**
 * Open loop: send what is due by now; slots that come round again without an
 * answer are lost
 */
static void send_due(uint64_t time)
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
		send_slots(list, n);
	}
}

/**
 * Give up requests that got no answer
 */
static void expire(uint64_t time)
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
			send_slots(list, n);
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
		send_due(time);
		if (!turn() && next_due > time + SPIN)
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
			expire(time);
			next_check = time + LOST_CHECK;
		}
		if (!turn())
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
		if (!turn())
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
	fd = load_way_open();
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
	load_way_close();
	return 0;
}
