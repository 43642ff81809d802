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

#include "redis_session.h"
#include "redis_channel.h"
#include "redis_sentinels.h"

#include <library.h>

#include <time.h>
#include <unistd.h>

typedef struct private_redis_session_t private_redis_session_t;
typedef enum step_t step_t;

/**
 * Time before another attempt after the first failure and at most, in
 * milliseconds; half of it is up to chance, as all gateways lose a server at once
 */
#define RETRY_MIN 250
#define RETRY_MAX 8000

/**
 * Time between questions to a sentinel while the server is reached
 */
#define SENTINEL_PERIOD 5000

/**
 * Where a session stands
 */
enum step_t {
	/** nothing is connected until retry_at */
	STEP_WAIT,
	/** a sentinel is asked who the master is */
	STEP_ASK,
	/** connected to the server, or about to be, and logging in */
	STEP_LOGIN,
	/** the server takes commands */
	STEP_READY,
};

/**
 * Tags of the session's commands
 */
enum {
	TAG_LOGIN = REDIS_SESSION_TAGS,
	TAG_ROLE,
	TAG_READY,
};

/**
 * Private data
 */
struct private_redis_session_t {

	/**
	 * Public interface
	 */
	redis_session_t public;

	/**
	 * Configuration
	 */
	const redis_config_t *config;

	/**
	 * Who uses the session
	 */
	redis_session_user_t user;

	/**
	 * Where it stands
	 */
	step_t step;

	/**
	 * Time of the current call
	 */
	uint64_t now;

	/**
	 * Connection for commands, NULL if there is none
	 */
	redis_connection_t *commands;

	/**
	 * Hears announcements
	 */
	redis_channel_t *channel;

	/**
	 * Know where the server is
	 */
	redis_sentinels_t *sentinels;

	/**
	 * Where the server is, and its address for the second connection to it
	 */
	redis_host_t server;
	redis_address_t address;

	/**
	 * Failed attempts in a row
	 */
	u_int failures;

	/**
	 * Time of the next attempt; of the next question to a sentinel
	 */
	uint64_t retry_at, ask_at;

	/**
	 * When the server let us in
	 */
	uint64_t ready_at;

	/**
	 * State of what is left to chance
	 */
	u_int seed;

	/**
	 * Set if the server is to be given up, with why
	 */
	bool broken;
	char why[REDIRECT_STORE_WHY_MAX];
};

/**
 * Half of a time, and a part of the other half by chance.
 */
static uint64_t jitter(private_redis_session_t *this, uint64_t time)
{
	return time / 2 + rand_r(&this->seed) % (time / 2 + 1);
}

METHOD(redis_session_t, give_up, void,
	private_redis_session_t *this, const char *words)
{
	if (!this->broken && this->step >= STEP_LOGIN)
	{
		snprintf(this->why, sizeof(this->why), "%.96s:%u: %.140s",
				 this->server.name, this->server.port, words);
	}
	else if (!this->broken)
	{
		snprintf(this->why, sizeof(this->why), "%s", words);
	}
	this->broken = TRUE;
}

/**
 * Give up because of what the server said.
 */
static void give_up_said(private_redis_session_t *this, const char *what,
						 const redisReply *reply)
{
	char words[REDIRECT_STORE_WHY_MAX], said[160] = "an odd answer";

	if (reply->type == REDIS_REPLY_ERROR || reply->type == REDIS_REPLY_STRING)
	{
		redis_printable(reply->str, said, sizeof(said));
	}
	snprintf(words, sizeof(words), "%s: %s", what, said);
	give_up(this, words);
}

/**
 * Answers of all connections.
 */
static void answer(void *data, int tag, void *what, const redisReply *reply);

/**
 * Connect to the server and log in.
 */
static void connect_server(private_redis_session_t *this)
{
	const char *role[] = { "ROLE" }, *ping[] = { "PING" };
	const char *database[] = { "SELECT", NULL };
	char words[REDIRECT_STORE_WHY_MAX], db[8];

	this->step = STEP_LOGIN;
	if (redis_resolve(&this->server, this->failures, &this->address, words))
	{
		this->commands = redis_dial(this->config, &this->address, &this->server,
									this->now, answer, this, words);
	}
	if (!this->commands)
	{
		give_up(this, words);
		return;
	}
	redis_login(this->config, this->commands, this->now, TAG_LOGIN);
	if (this->config->url.db)
	{
		snprintf(db, sizeof(db), "%u", this->config->url.db);
		database[1] = db;
		this->commands->send(this->commands, this->now, TAG_LOGIN, NULL, 2,
							 database, NULL);
	}
	this->commands->send(this->commands, this->now, TAG_ROLE, NULL, 1, role,
						 NULL);
	this->commands->send(this->commands, this->now, TAG_READY, NULL, 1, ping,
						 NULL);
}

/**
 * Begin an attempt.
 */
static void begin(private_redis_session_t *this)
{
	if (!this->config->sentinel_count)
	{
		this->server = this->config->url.host;
		connect_server(this);
		return;
	}
	this->step = STEP_ASK;
	this->sentinels->ask(this->sentinels, this->now);
}

/**
 * Whether the server is not a master. One that does not let us ask is taken for
 * one.
 */
static bool is_replica(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ARRAY && reply->elements &&
		   reply->element[0]->type == REDIS_REPLY_STRING &&
		   !streq(reply->element[0]->str, "master");
}

/**
 * The server let us in.
 */
static void logged_in(private_redis_session_t *this)
{
	char words[REDIRECT_STORE_WHY_MAX];

	this->step = STEP_READY;
	this->ready_at = this->now;
	this->channel->open(this->channel, &this->address, &this->server, this->now);
	this->ask_at = this->now + jitter(this, SENTINEL_PERIOD);
	snprintf(words, sizeof(words), "connected to %.128s:%u", this->server.name,
			 this->server.port);
	this->user.ready(this->user.data, words);
}

static void answer(void *data, int tag, void *what, const redisReply *reply)
{
	private_redis_session_t *this = data;
	bool error = reply && reply->type == REDIS_REPLY_ERROR;

	if (tag < REDIS_SESSION_TAGS)
	{
		this->user.answer(this->user.data, tag, what, reply);
		return;
	}
	if (!reply || this->broken)
	{
		return;
	}
	switch (tag)
	{
		case TAG_ROLE:
			if (is_replica(reply))
			{
				give_up_said(this, "not a master, but", reply->element[0]);
			}
			break;
		case TAG_LOGIN:
		case TAG_READY:
			if (error)
			{
				give_up_said(this, "it does not let us in", reply);
			}
			else if (tag == TAG_READY)
			{
				logged_in(this);
			}
			break;
	}
}

/**
 * Begin anew after a while.
 */
static void restart(private_redis_session_t *this)
{
	uint64_t delay = RETRY_MAX;

	this->sentinels->cancel(this->sentinels);
	this->channel->close(this->channel);
	redis_hang_up(&this->commands);
	if (this->failures < 5)
	{
		delay = RETRY_MIN << this->failures;
	}
	this->failures++;
	this->broken = FALSE;
	this->step = STEP_WAIT;
	this->retry_at = this->now + jitter(this, delay);
	this->user.lost(this->user.data, this->why);
}

METHOD(redis_session_t, send_, void,
	private_redis_session_t *this, uint64_t now, int tag, void *what, int argc,
	const char *argv[], const size_t lens[])
{
	this->commands->send(this->commands, now, tag, what, argc, argv, lens);
}

METHOD(redis_session_t, is_ready, bool,
	private_redis_session_t *this)
{
	return this->step == STEP_READY && !this->broken;
}

METHOD(redis_session_t, is_subscribed, bool,
	private_redis_session_t *this)
{
	return this->channel->is_subscribed(this->channel);
}

METHOD(redis_session_t, succeeded, void,
	private_redis_session_t *this)
{
	if (this->now - this->ready_at >= RETRY_MAX)
	{	/* one that answers and hangs up again and again is not asked more often */
		this->failures = 0;
	}
}

METHOD(redis_session_t, ping, void,
	private_redis_session_t *this, uint64_t now)
{
	this->channel->ping(this->channel, now);
}

METHOD(redis_session_t, prepare, int,
	private_redis_session_t *this, struct pollfd fds[REDIS_SESSION_FDS],
	uint64_t *next)
{
	redis_connection_t *all[] = { this->commands,
						this->channel->get_connection(this->channel, next),
						this->sentinels->get_connection(this->sentinels) };
	size_t i;
	int count = 0;

	for (i = 0; i < countof(all); i++)
	{
		if (all[i])
		{
			fds[count].revents = 0;
			fds[count].fd = all[i]->get_events(all[i], &fds[count].events);
			count++;
			*next = min(*next, all[i]->get_deadline(all[i]));
		}
	}
	if (this->step == STEP_WAIT)
	{
		*next = min(*next, this->retry_at);
	}
	if (this->step == STEP_ASK && !all[2])
	{	/* none of them could be asked */
		*next = 0;
	}
	if (this->step == STEP_READY && this->config->sentinel_count)
	{
		*next = min(*next, this->ask_at);
	}
	return count;
}

/**
 * Do what is due.
 */
static void advance(private_redis_session_t *this)
{
	if (this->step == STEP_WAIT && this->now >= this->retry_at)
	{
		begin(this);
	}
	else if (this->step == STEP_READY && this->config->sentinel_count &&
			 this->now >= this->ask_at)
	{
		this->ask_at = this->now + jitter(this, SENTINEL_PERIOD);
		this->sentinels->check(this->sentinels, this->now);
	}
}

/**
 * Let sentinels work, and act on what they say.
 */
static void work_on_sentinels(private_redis_session_t *this, short revents)
{
	char words[REDIRECT_STORE_WHY_MAX];
	redis_host_t master;

	switch (this->sentinels->work(this->sentinels, this->now, revents, &master,
								  words))
	{
		case REDIS_SENTINELS_FOUND:
			if (this->step == STEP_ASK)
			{
				this->server = master;
				connect_server(this);
			}
			else if (master.port != this->server.port ||
					 !streq(master.name, this->server.name))
			{
				snprintf(words, sizeof(words), "the master is %.128s:%u now",
						 master.name, master.port);
				give_up(this, words);
			}
			break;
		case REDIS_SENTINELS_FAILED:
			if (this->step == STEP_ASK)
			{
				give_up(this, words);
			}
			break;
		default:
			break;
	}
}

METHOD(redis_session_t, work, void,
	private_redis_session_t *this, uint64_t now, struct pollfd *fds, int count)
{
	char why[REDIRECT_STORE_WHY_MAX];

	this->now = now;
	if (this->commands &&
		!this->commands->work(this->commands, now, (fds++)->revents, why))
	{
		give_up(this, why);
	}
	fds += this->channel->work(this->channel, now, fds->revents);
	if (!this->broken)
	{
		work_on_sentinels(this, this->sentinels->get_connection(this->sentinels) ?
								fds->revents : 0);
	}
	if (!this->broken)
	{
		advance(this);
	}
	if (this->broken)
	{
		restart(this);
	}
}

METHOD(redis_session_t, destroy, void,
	private_redis_session_t *this)
{
	this->channel->destroy(this->channel);
	redis_hang_up(&this->commands);
	this->sentinels->destroy(this->sentinels);
	free(this);
}

/*
 * Described in header
 */
redis_session_t *redis_session_create(const redis_config_t *config,
									  const redis_session_user_t *user)
{
	private_redis_session_t *this;
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	INIT(this,
		.public = {
			.send = _send_,
			.is_ready = _is_ready,
			.is_subscribed = _is_subscribed,
			.give_up = _give_up,
			.succeeded = _succeeded,
			.ping = _ping,
			.prepare = _prepare,
			.work = _work,
			.destroy = _destroy,
		},
		.config = config,
		.channel = redis_channel_create(config, user->answer, user->data),
		.sentinels = redis_sentinels_create(config),
		.user = *user,
		.step = STEP_WAIT,
		/* gateways that were started together must not stay in step */
		.seed = time.tv_nsec ^ (uintptr_t)user ^ getpid() << 16,
	);
	return &this->public;
}
