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

#include "redis_exchange.h"
#include "redis_commands.h"
#include "redis_records.h"

#include <library.h>

#include <time.h>

typedef struct private_redis_exchange_t private_redis_exchange_t;

/**
 * Tags of commands
 */
enum {
	TAG_TIME,
	TAG_LIST,
	TAG_CHANGE,
	TAG_PUBLISH,
	TAG_PURGE,
};

/**
 * Private data
 */
struct private_redis_exchange_t {

	/**
	 * Public interface
	 */
	redis_exchange_t public;

	/**
	 * Configuration
	 */
	const redis_config_t *config;

	/**
	 * Who is told
	 */
	redirect_store_sink_t sink;

	/**
	 * What is between callers and the thread
	 */
	redis_queue_t *queue;

	/**
	 * Where commands go, and the time
	 */
	redis_context_t ctx;

	/**
	 * TRUE if the time of the server is known, so that values can be sent
	 */
	bool timed;

	/**
	 * Time of the next lists; time in microseconds the last were asked for
	 */
	uint64_t list_at, asked_at;

	/**
	 * Lists that were asked for and not answered yet
	 */
	int lists_missing;

	/**
	 * Records of a list
	 */
	redirect_store_record_t *records;

	/**
	 * State that was told last, and what was refused since the last lists
	 */
	redirect_store_state_t state;
	char words[REDIRECT_STORE_WHY_MAX], trouble[REDIRECT_STORE_WHY_MAX];
};

/*
 * Described in header
 */
uint64_t redis_now_us()
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000ULL + time.tv_nsec / 1000;
}

/**
 * Tell the state, if it or the reason changed.
 */
static void tell(private_redis_exchange_t *this, redirect_store_state_t state,
				 const char *words)
{
	if (state != this->state || !streq(words, this->words))
	{
		this->state = state;
		snprintf(this->words, sizeof(this->words), "%s", words);
		this->sink.state(this->sink.data, state, words);
	}
}

/**
 * Whether an error says that the server is of no use at all.
 */
static bool is_fatal(const redisReply *reply)
{
	static const char *const fatal[] = { "READONLY ", "LOADING ", "MASTERDOWN ",
										 "NOAUTH ", "CLUSTERDOWN ", "MOVED " };
	size_t i;

	for (i = 0; i < countof(fatal); i++)
	{
		if (strpfx(reply->str, fatal[i]))
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * The server refused something.
 */
static void refused(private_redis_exchange_t *this, const char *what,
					const redisReply *reply)
{
	char words[REDIRECT_STORE_WHY_MAX], said[160] = "an odd answer";

	if (reply->type == REDIS_REPLY_ERROR)
	{
		redis_printable(reply->str, said, sizeof(said));
	}
	snprintf(words, sizeof(words), "%s: %s", what, said);
	if (reply->type == REDIS_REPLY_ERROR && is_fatal(reply))
	{
		this->ctx.session->give_up(this->ctx.session, words);
		return;
	}
	snprintf(this->trouble, sizeof(this->trouble), "%s", words);
	tell(this, REDIRECT_STORE_DEGRADED, words);
}

/**
 * Send all that waits.
 */
static void send_changes(private_redis_exchange_t *this)
{
	redis_change_t *change;

	while (this->timed &&
		   this->ctx.session->is_ready(this->ctx.session))
	{
		change = this->queue->take(this->queue, this->ctx.now);
		if (!change)
		{
			break;
		}
		redis_send_change(TAG_CHANGE, &this->ctx, change);
		if (change->announce)
		{
			redis_send_announcement(TAG_PUBLISH, &this->ctx, change);
		}
	}
}

/**
 * A change was answered, or never will be.
 */
static void change_answered(private_redis_exchange_t *this, redis_change_t *change,
							const redisReply *reply)
{
	if (reply && reply->type == REDIS_REPLY_INTEGER)
	{
		this->queue->done(this->queue, change);
		return;
	}
	this->queue->put_back(this->queue, change, reply);
	if (reply)
	{
		refused(this, "it refuses what is put", reply);
	}
}

/**
 * Ask for the lists of all kinds, and for the time they are to be read with.
 */
static void ask_lists(private_redis_exchange_t *this)
{
	int i;

	if (this->ctx.now < this->list_at || this->lists_missing ||
		!this->ctx.session->is_ready(this->ctx.session))
	{
		return;
	}
	if (!*this->trouble && this->timed)
	{
		if (!this->ctx.session->is_subscribed(this->ctx.session))
		{
			tell(this, REDIRECT_STORE_DEGRADED, "announcements do not come, only "
				 "lists");
		}
		else if (this->state != REDIRECT_STORE_UP)
		{
			tell(this, REDIRECT_STORE_UP, "it does what is asked again");
		}
	}
	*this->trouble = '\0';
	this->queue->retry(this->queue);
	this->list_at = this->ctx.now + this->config->interval;
	this->asked_at = redis_now_us();
	redis_send_time(TAG_TIME, &this->ctx);
	for (i = 0; i < this->config->kind_count; i++)
	{
		redis_send_list(TAG_LIST, &this->ctx, i);
		this->lists_missing++;
	}
	this->ctx.session->ping(this->ctx.session, this->ctx.now);
}

/**
 * A list came.
 */
static void list_answered(private_redis_exchange_t *this, const char *kind,
						  const redisReply *reply)
{
	redirect_store_stats_t stats = { .lists = 1 };
	const char *dead[REDIS_DEAD_MAX];
	int found, dead_count;

	this->lists_missing--;
	if (!reply || !this->timed)
	{
		return;
	}
	found = redis_records_parse(reply, this->ctx.now + this->ctx.offset,
								this->records, dead, REDIS_DEAD_MAX,
								&dead_count, &stats.ignored);
	if (found < 0)
	{
		refused(this, "it refuses lists", reply);
		return;
	}
	this->queue->count(this->queue, &stats);
	this->ctx.session->succeeded(this->ctx.session);
	this->sink.records(this->sink.data, kind, this->records, found);
	if (dead_count && this->ctx.session->is_ready(this->ctx.session))
	{
		redis_send_purge(TAG_PURGE, &this->ctx, kind, dead, dead_count);
	}
}

/**
 * The time of the server came.
 */
static void time_answered(private_redis_exchange_t *this, const redisReply *reply)
{
	redirect_store_stats_t stats = { .round_trip = redis_now_us() - this->asked_at };
	uint64_t server;

	if (!redis_time_parse(reply, &server))
	{
		refused(this, "it does not tell the time", reply);
		return;
	}
	this->ctx.offset = server - this->ctx.now;
	this->timed = TRUE;
	this->queue->count(this->queue, &stats);
	send_changes(this);
}

/**
 * A change was announced.
 */
static void announced(private_redis_exchange_t *this, const redisReply *reply)
{
	redirect_store_stats_t change = { .changes = 1 }, ignored = { .ignored = 1 };
	redirect_store_record_t record;
	const char *kind;
	int i;

	if (redis_message_parse(reply, &kind, &record))
	{
		for (i = 0; i < this->config->kind_count; i++)
		{
			if (streq(kind, this->config->kinds[i]))
			{
				this->queue->count(this->queue, &change);
				this->sink.changed(this->sink.data, this->config->kinds[i],
								   &record);
				return;
			}
		}
	}
	this->queue->count(this->queue, &ignored);
}

/**
 * An answer of the server, or a message of the channel
 */
static void answer(void *data, int tag, void *what, const redisReply *reply)
{
	private_redis_exchange_t *this = data;

	switch (tag)
	{
		case TAG_TIME:
			if (reply)
			{
				time_answered(this, reply);
			}
			break;
		case TAG_LIST:
			list_answered(this, what, reply);
			break;
		case TAG_CHANGE:
			change_answered(this, what, reply);
			break;
		case TAG_PUBLISH:
			if (reply && reply->type == REDIS_REPLY_ERROR)
			{
				refused(this, "it refuses announcements", reply);
			}
			break;
		case REDIS_PUSH:
			announced(this, reply);
			break;
	}
}

/**
 * The server takes commands.
 */
static void ready(void *data, const char *words)
{
	private_redis_exchange_t *this = data;
	redirect_store_stats_t stats = { .connects = 1 };

	this->queue->count(this->queue, &stats);
	*this->trouble = '\0';
	this->list_at = this->ctx.now;
	tell(this, REDIRECT_STORE_UP, words);
}

/**
 * The server is not reached.
 */
static void lost(void *data, const char *words)
{
	private_redis_exchange_t *this = data;
	redirect_store_stats_t stats = { .failures = 1 };

	this->queue->count(this->queue, &stats);
	this->timed = FALSE;
	tell(this, REDIRECT_STORE_DOWN, words);
}

METHOD(redis_exchange_t, is_ready, bool,
	private_redis_exchange_t *this)
{
	return this->ctx.session->is_ready(this->ctx.session);
}

METHOD(redis_exchange_t, refresh, void,
	private_redis_exchange_t *this)
{
	this->list_at = 0;
}

METHOD(redis_exchange_t, prepare, int,
	private_redis_exchange_t *this, struct pollfd fds[REDIS_SESSION_FDS],
	uint64_t *next)
{
	ask_lists(this);
	send_changes(this);
	if (is_ready(this) && !this->lists_missing)
	{
		*next = min(*next, this->list_at);
	}
	return this->ctx.session->prepare(this->ctx.session, fds, next);
}

METHOD(redis_exchange_t, work, void,
	private_redis_exchange_t *this, uint64_t now, struct pollfd *fds, int count)
{
	this->ctx.now = now;
	this->ctx.session->work(this->ctx.session, now, fds, count);
}

METHOD(redis_exchange_t, destroy, void,
	private_redis_exchange_t *this)
{
	this->ctx.session->destroy(this->ctx.session);
	free(this->records);
	free(this);
}

/*
 * Described in header
 */
redis_exchange_t *redis_exchange_create(const redis_config_t *config,
										const redirect_store_sink_t *sink,
										redis_queue_t *queue)
{
	private_redis_exchange_t *this;
	redis_session_user_t user = {
		.ready = ready,
		.lost = lost,
		.answer = answer,
	};

	INIT(this,
		.public = {
			.is_ready = _is_ready,
			.refresh = _refresh,
			.prepare = _prepare,
			.work = _work,
			.destroy = _destroy,
		},
		.config = config,
		.sink = *sink,
		.queue = queue,
		.ctx = {
			.config = config,
			.now = redis_now_us() / 1000,
		},
		.records = calloc(REDIRECT_STORE_RECORDS_MAX + 1,
						  sizeof(redirect_store_record_t)),
		.state = REDIRECT_STORE_CONNECTING,
		.words = "connecting",
	);
	user.data = this;
	this->ctx.session = redis_session_create(config, &user);
	return &this->public;
}
