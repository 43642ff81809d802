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
#include "redis_exchange.h"
#include "redis_records.h"

#include <library.h>
#include <threading/thread.h>

#include <signal.h>
#include <unistd.h>

typedef struct private_redis_store_t private_redis_store_t;

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
	 * What is between callers and the thread
	 */
	redis_queue_t *queue;

	/**
	 * What is exchanged with the server, by the thread
	 */
	redis_exchange_t *exchange;

	/**
	 * The thread
	 */
	thread_t *thread;
};

/**
 * Look what callers want. Ends when it is to, once everything was sent if the
 * server is there.
 *
 * @param until		time at which to end in any case, 0 if not to end yet
 * @return			FALSE to end
 */
static bool look(private_redis_store_t *this, uint64_t now, uint64_t *until)
{
	bool refresh = FALSE;
	u_int waiting;

	if (this->queue->look(this->queue, &refresh, &waiting))
	{
		*until = *until ?: now + this->config->timeout;
		return waiting && now < *until &&
			   this->exchange->is_ready(this->exchange);
	}
	if (refresh)
	{
		this->exchange->refresh(this->exchange);
	}
	return TRUE;
}

/**
 * Wait for something to happen, for some milliseconds.
 */
static void wait_for(struct pollfd *fds, int fd_count, uint64_t timeout)
{
	uint64_t woken;

	if (poll(fds, fd_count, min(timeout, 60000)) > 0 && fds[0].revents &&
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
	uint64_t now = redis_now_us() / 1000, next, until = 0;
	sigset_t signals;
	int used;

	thread_cancelability(FALSE);
	/* TLS writes to sockets by write() */
	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);

	while (look(this, now, &until))
	{
		next = until ?: UINT64_MAX;
		used = this->exchange->prepare(this->exchange, fds + 1, &next);
		wait_for(fds, used + 1, next > now ? next - now : 0);
		now = redis_now_us() / 1000;
		this->exchange->work(this->exchange, now, fds + 1, used);
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
				  ttl ? redis_now_us() / 1000 + ttl : UINT64_MAX, announce, FALSE);
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
	this->exchange->destroy(this->exchange);
	this->queue->destroy(this->queue);
	redis_config_destroy(this->config);
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
		.queue = redis_queue_create(),
	);
	this->exchange = redis_exchange_create(config, sink, this->queue);
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
