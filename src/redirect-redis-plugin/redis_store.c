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

#include "redis_store.h"
#include "redis_commands.h"
#include "redis_records.h"

#include <library.h>
#include <threading/thread.h>

#include <signal.h>
#include <time.h>
#include <unistd.h>

typedef struct private_redis_store_t private_redis_store_t;

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
struct private_redis_store_t {

	/**
	 * Public interface
	 */
	redirect_store_t public;

	/**
	 * Configuration
	 */
	redis_config_t *config;

	/**
	 * Who is told
	 */
	redirect_store_sink_t sink;

	/**
	 * What is between callers and the thread
	 */
	redis_queue_t *queue;

	/**
	 * The thread; what follows is its own
	 */
	thread_t *thread;

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
	 * TRUE if a change was refused, so that all wait for the next lists
	 */
	bool hold;

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

/**
 * Time of the monotonic clock in microseconds.
 */
static uint64_t now_us()
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000ULL + time.tv_nsec / 1000;
}

/**
 * Tell the state, if it or the reason changed.
 */
static void tell(private_redis_store_t *this, redirect_store_state_t state,
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
static void refused(private_redis_store_t *this, const char *what,
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
static void send_changes(private_redis_store_t *this)
{
	redis_change_t *change;

	while (this->timed && !this->hold &&
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
static void change_answered(private_redis_store_t *this, redis_change_t *change,
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
		this->hold = TRUE;
		refused(this, "it refuses what is put", reply);
	}
}

/**
 * Ask for the lists of all kinds, and for the time they are to be read with.
 */
static void ask_lists(private_redis_store_t *this)
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
	this->hold = FALSE;
	this->list_at = this->ctx.now + this->config->interval;
	this->asked_at = now_us();
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
static void list_answered(private_redis_store_t *this, const char *kind,
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
static void time_answered(private_redis_store_t *this, const redisReply *reply)
{
	redirect_store_stats_t stats = { .round_trip = now_us() - this->asked_at };
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
static void announced(private_redis_store_t *this, const redisReply *reply)
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
	private_redis_store_t *this = data;

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
	private_redis_store_t *this = data;
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
	private_redis_store_t *this = data;
	redirect_store_stats_t stats = { .failures = 1 };

	this->queue->count(this->queue, &stats);
	this->timed = this->hold = FALSE;
	tell(this, REDIRECT_STORE_DOWN, words);
}

/**
 * Look what callers want. Ends when it is to, once everything was sent if the
 * server is there.
 *
 * @param until		time at which to end in any case, 0 if not to end yet
 * @return			FALSE to end
 */
static bool look(private_redis_store_t *this, uint64_t *until)
{
	bool refresh = FALSE;
	u_int waiting;

	if (this->queue->look(this->queue, &refresh, &waiting))
	{
		*until = *until ?: this->ctx.now + this->config->timeout;
		return waiting && !this->hold && this->ctx.now < *until &&
			   this->ctx.session->is_ready(this->ctx.session);
	}
	if (refresh)
	{
		this->list_at = 0;
	}
	return TRUE;
}

/**
 * Wait for something to happen, up to a time.
 */
static void wait_for(private_redis_store_t *this, struct pollfd *fds,
					 int fd_count, uint64_t next)
{
	uint64_t woken;
	int timeout = 0;

	if (next > this->ctx.now)
	{
		timeout = min(next - this->ctx.now, 60000);
	}
	if (poll(fds, fd_count, timeout) > 0 && fds[0].revents &&
		read(fds[0].fd, &woken, sizeof(woken)) < 0)
	{
		DBG2(DBG_LIB, "redirect: store: woken for nothing");
	}
}

/**
 * What the thread does
 */
static void *run(void *data)
{
	private_redis_store_t *this = data;
	struct pollfd fds[REDIS_SESSION_FDS + 1] = {
		{ .fd = this->queue->get_fd(this->queue), .events = POLLIN },
	};
	uint64_t next, until = 0;
	sigset_t signals;
	int used;

	thread_cancelability(FALSE);
	/* TLS writes to sockets by write() */
	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);

	this->ctx.now = now_us() / 1000;
	while (look(this, &until))
	{
		ask_lists(this);
		send_changes(this);
		next = until ?: UINT64_MAX;
		if (this->ctx.session->is_ready(this->ctx.session) && !this->lists_missing)
		{
			next = min(next, this->list_at);
		}
		used = this->ctx.session->prepare(this->ctx.session, fds + 1, &next);
		wait_for(this, fds, used + 1, next);
		this->ctx.now = now_us() / 1000;
		this->ctx.session->work(this->ctx.session, this->ctx.now, fds + 1, used);
	}
	return NULL;
}

/**
 * Queue a change.
 */
static bool change(private_redis_store_t *this, const char *kind,
				   const char *name, chunk_t value, uint64_t expires,
				   bool announce, bool removed)
{
	redis_change_t *change;

	if (!redis_word_valid(kind, strlen(kind), REDIRECT_STORE_KIND_MAX) ||
		!redis_word_valid(name, strlen(name), REDIRECT_STORE_NAME_MAX) ||
		value.len > REDIRECT_STORE_VALUE_MAX)
	{
		return FALSE;
	}
	INIT(change,
		.value = chunk_clone(value),
		.expires = expires,
		.announce = announce,
		.removed = removed,
	);
	strcpy(change->kind, kind);
	strcpy(change->name, name);
	return this->queue->put(this->queue, change);
}

METHOD(redirect_store_t, put, bool,
	private_redis_store_t *this, const char *kind, const char *name,
	const void *value, size_t len, uint32_t ttl, bool announce)
{
	return change(this, kind, name, chunk_create((void*)value, len),
				  ttl ? now_us() / 1000 + ttl : UINT64_MAX, announce, FALSE);
}

METHOD(redirect_store_t, remove_, bool,
	private_redis_store_t *this, const char *kind, const char *name)
{
	return change(this, kind, name, chunk_empty, UINT64_MAX, TRUE, TRUE);
}

METHOD(redirect_store_t, refresh, void,
	private_redis_store_t *this)
{
	this->queue->refresh(this->queue);
}

METHOD(redirect_store_t, get_stats, void,
	private_redis_store_t *this, redirect_store_stats_t *stats)
{
	this->queue->get_stats(this->queue, stats);
}

METHOD(redirect_store_t, destroy, void,
	private_redis_store_t *this)
{
	if (this->thread)
	{
		this->queue->stop(this->queue);
		/* has an effect only while it looks a name up */
		this->thread->cancel(this->thread);
		this->thread->join(this->thread);
	}
	this->ctx.session->destroy(this->ctx.session);
	this->queue->destroy(this->queue);
	redis_config_destroy(this->config);
	free(this->records);
	free(this);
}

/*
 * Described in header
 */
redirect_store_t *redis_store_create(const redirect_store_options_t *options,
									 const redirect_store_sink_t *sink,
									 char why[REDIRECT_STORE_WHY_MAX])
{
	private_redis_store_t *this;
	redis_session_user_t user = {
		.ready = ready,
		.lost = lost,
		.answer = answer,
	};
	redis_config_t *config;

	config = redis_config_create(options, why);
	if (!config)
	{
		return NULL;
	}
	INIT(this,
		.public = {
			.put = _put,
			.remove = _remove_,
			.refresh = _refresh,
			.get_stats = _get_stats,
			.destroy = _destroy,
		},
		.config = config,
		.sink = *sink,
		.queue = redis_queue_create(),
		.ctx.config = config,
		.state = REDIRECT_STORE_CONNECTING,
		.words = "connecting",
	);
	this->records = calloc(REDIRECT_STORE_RECORDS_MAX + 1,
						   sizeof(redirect_store_record_t));
	user.data = this;
	this->ctx.session = redis_session_create(config, &user);
	if (this->queue->get_fd(this->queue) != -1)
	{
		this->thread = thread_create(run, this);
	}
	if (!this->thread)
	{
		snprintf(why, REDIRECT_STORE_WHY_MAX, "no thread can be created");
		destroy(this);
		return NULL;
	}
	return &this->public;
}
