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

#include "redis_channel.h"

#include <library.h>

typedef struct private_redis_channel_t private_redis_channel_t;

/**
 * Milliseconds between two attempts
 */
#define RETRY 6000

/**
 * Tags of commands
 */
enum {
	TAG_LOGIN,
	TAG_SUBSCRIBE,
	TAG_PING,
};

/**
 * Private data
 */
struct private_redis_channel_t {

	/**
	 * Public interface
	 */
	redis_channel_t public;

	/**
	 * Configuration
	 */
	const redis_config_t *config;

	/**
	 * Connection, NULL if there is none
	 */
	redis_connection_t *connection;

	/**
	 * Where the server is
	 */
	redis_host_t host;
	redis_address_t address;

	/**
	 * TRUE once it is subscribed, or that was refused
	 */
	bool subscribed, refused;

	/**
	 * Time of the next attempt, UINT64_MAX while it is closed
	 */
	uint64_t retry_at;

	/**
	 * Gets what is announced
	 */
	redis_answer_t answer;

	/**
	 * Passed to it
	 */
	void *data;
};

/**
 * Answers of the connection
 */
static void answer(void *data, int tag, void *what, const redisReply *reply)
{
	private_redis_channel_t *this = data;

	if (tag == REDIS_PUSH)
	{
		this->answer(this->data, tag, what, reply);
	}
	else if (tag == TAG_SUBSCRIBE && reply)
	{
		this->refused = reply->type == REDIS_REPLY_ERROR;
		this->subscribed = !this->refused;
	}
}

METHOD(redis_channel_t, open_, void,
	private_redis_channel_t *this, const redis_address_t *address,
	const redis_host_t *host, uint64_t now)
{
	this->address = *address;
	this->host = *host;
	this->retry_at = now;
}

/**
 * Connect and subscribe.
 */
static void subscribe(private_redis_channel_t *this, uint64_t now)
{
	const char *argv[] = { "SUBSCRIBE", this->config->channel };
	char why[REDIRECT_STORE_WHY_MAX];

	this->retry_at = now + RETRY;
	this->connection = redis_dial(this->config, &this->address, &this->host, now,
								  answer, this, why);
	if (this->connection)
	{
		redis_login(this->config, this->connection, now, TAG_LOGIN);
		this->connection->send(this->connection, now, TAG_SUBSCRIBE, NULL, 2,
							   argv, NULL);
	}
}

/**
 * Drop the connection.
 */
static void hang_up(private_redis_channel_t *this)
{
	redis_hang_up(&this->connection);
	this->subscribed = this->refused = FALSE;
}

METHOD(redis_channel_t, close_, void,
	private_redis_channel_t *this)
{
	hang_up(this);
	this->retry_at = UINT64_MAX;
}

METHOD(redis_channel_t, is_subscribed, bool,
	private_redis_channel_t *this)
{
	return this->subscribed;
}

METHOD(redis_channel_t, ping, void,
	private_redis_channel_t *this, uint64_t now)
{
	const char *argv[] = { "PING" };

	if (this->subscribed)
	{
		this->connection->send(this->connection, now, TAG_PING, NULL, 1, argv,
							   NULL);
	}
}

METHOD(redis_channel_t, get_connection, redis_connection_t*,
	private_redis_channel_t *this, uint64_t *next)
{
	if (!this->connection)
	{
		*next = min(*next, this->retry_at);
	}
	return this->connection;
}

METHOD(redis_channel_t, work, int,
	private_redis_channel_t *this, uint64_t now, short revents)
{
	char why[REDIRECT_STORE_WHY_MAX];

	if (!this->connection)
	{
		if (now >= this->retry_at)
		{
			subscribe(this, now);
		}
		return 0;
	}
	if (!this->connection->work(this->connection, now, revents, why) ||
		this->refused)
	{
		hang_up(this);
	}
	return 1;
}

METHOD(redis_channel_t, destroy, void,
	private_redis_channel_t *this)
{
	hang_up(this);
	free(this);
}

/*
 * Described in header
 */
redis_channel_t *redis_channel_create(const redis_config_t *config,
									  redis_answer_t answer, void *data)
{
	private_redis_channel_t *this;

	INIT(this,
		.public = {
			.open = _open_,
			.close = _close_,
			.is_subscribed = _is_subscribed,
			.ping = _ping,
			.get_connection = _get_connection,
			.work = _work,
			.destroy = _destroy,
		},
		.config = config,
		.retry_at = UINT64_MAX,
		.answer = answer,
		.data = data,
	);
	return &this->public;
}
