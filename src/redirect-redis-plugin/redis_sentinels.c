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

#include "redis_sentinels.h"

#include <library.h>

typedef struct private_redis_sentinels_t private_redis_sentinels_t;

/**
 * Tags of commands
 */
enum {
	TAG_LOGIN,
	TAG_MASTER,
};

/**
 * Private data
 */
struct private_redis_sentinels_t {

	/**
	 * Public interface
	 */
	redis_sentinels_t public;

	/**
	 * Configuration
	 */
	const redis_config_t *config;

	/**
	 * Where they are, as far as that was looked up
	 */
	redis_address_t *addresses;

	/**
	 * Connection to the one that is asked
	 */
	redis_connection_t *connection;

	/**
	 * Which one is asked next, how many more are, and how often all were asked
	 */
	int next, left;
	u_int rounds;

	/**
	 * Whether names are looked up
	 */
	bool look_up;

	/**
	 * How it goes
	 */
	redis_sentinels_result_t result;

	/**
	 * What the one that is asked told
	 */
	redis_host_t master;

	/**
	 * What is wrong with the last one
	 */
	char why[REDIRECT_STORE_WHY_MAX];
};

/**
 * Understand where a sentinel says the master is.
 */
static bool parse_master(const redisReply *reply, redis_host_t *master)
{
	redisReply **part = reply->element;
	int port;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 ||
		part[0]->type != REDIS_REPLY_STRING ||
		part[1]->type != REDIS_REPLY_STRING ||
		!redis_host_parse(part[0]->str, 0, master))
	{
		return FALSE;
	}
	port = atoi(part[1]->str);
	master->port = port;
	return port > 0 && port <= UINT16_MAX;
}

/**
 * Take an answer.
 */
static void answer(void *data, int tag, void *what, const redisReply *reply)
{
	private_redis_sentinels_t *this = data;
	char said[128];

	/* it may have a password or not: what it says to ours does not matter */
	if (!reply || tag != TAG_MASTER)
	{
		return;
	}
	if (parse_master(reply, &this->master))
	{
		this->result = REDIS_SENTINELS_FOUND;
		return;
	}
	this->result = REDIS_SENTINELS_FAILED;
	snprintf(this->why, sizeof(this->why), "it says: %s",
			 reply->type == REDIS_REPLY_ERROR ?
			 redis_printable(reply->str, said, sizeof(said)) :
			 "no such master");
}

/**
 * Connect to the next one and ask it.
 */
static bool ask_next(private_redis_sentinels_t *this, uint64_t now)
{
	int i = this->next;
	const redis_host_t *host = &this->config->sentinels[i];
	const char *argv[] = { "SENTINEL", "get-master-addr-by-name",
						   this->config->url.host.name };

	this->next = (i + 1) % this->config->sentinel_count;
	this->left--;
	if (this->look_up && !redis_resolve(host, this->rounds, &this->addresses[i],
										this->why))
	{
		return FALSE;
	}
	if (this->addresses[i].len)
	{
		this->connection = redis_dial(this->config, &this->addresses[i], host,
									  now, answer, this, this->why);
	}
	if (!this->connection)
	{
		return FALSE;
	}
	redis_login(this->config, this->connection, now, TAG_LOGIN);
	this->connection->send(this->connection, now, TAG_MASTER, NULL, 3, argv,
						   NULL);
	this->result = REDIS_SENTINELS_ASKING;
	return TRUE;
}

/**
 * Ask until one is connected to, or none is left.
 */
static void ask_some(private_redis_sentinels_t *this, uint64_t now)
{
	this->result = REDIS_SENTINELS_FAILED;
	while (this->left && !ask_next(this, now))
	{
		this->result = REDIS_SENTINELS_FAILED;
	}
}

METHOD(redis_sentinels_t, ask, void,
	private_redis_sentinels_t *this, uint64_t now)
{
	this->left = this->config->sentinel_count;
	this->look_up = TRUE;
	this->rounds++;
	ask_some(this, now);
}

METHOD(redis_sentinels_t, check, void,
	private_redis_sentinels_t *this, uint64_t now)
{
	this->left = 1;
	this->look_up = FALSE;
	ask_some(this, now);
}

METHOD(redis_sentinels_t, get_connection, redis_connection_t*,
	private_redis_sentinels_t *this)
{
	return this->connection;
}

METHOD(redis_sentinels_t, work, redis_sentinels_result_t,
	private_redis_sentinels_t *this, uint64_t now, short revents,
	redis_host_t *master, char why[REDIRECT_STORE_WHY_MAX])
{
	redis_sentinels_result_t result;

	if (this->connection &&
		!this->connection->work(this->connection, now, revents, this->why) &&
		this->result == REDIS_SENTINELS_ASKING)
	{
		this->result = REDIS_SENTINELS_FAILED;
	}
	result = this->result;
	if (result == REDIS_SENTINELS_IDLE || result == REDIS_SENTINELS_ASKING)
	{
		return result;
	}
	redis_hang_up(&this->connection);
	this->result = REDIS_SENTINELS_IDLE;
	if (result == REDIS_SENTINELS_FOUND)
	{
		*master = this->master;
		return result;
	}
	if (this->left)
	{
		ask_some(this, now);
		return REDIS_SENTINELS_ASKING;
	}
	snprintf(why, REDIRECT_STORE_WHY_MAX, "no sentinel knows %.64s, the last: "
			 "%.128s", this->config->url.host.name, this->why);
	return result;
}

METHOD(redis_sentinels_t, cancel, void,
	private_redis_sentinels_t *this)
{
	redis_hang_up(&this->connection);
	this->result = REDIS_SENTINELS_IDLE;
}

METHOD(redis_sentinels_t, destroy, void,
	private_redis_sentinels_t *this)
{
	cancel(this);
	free(this->addresses);
	free(this);
}

/*
 * Described in header
 */
redis_sentinels_t *redis_sentinels_create(const redis_config_t *config)
{
	private_redis_sentinels_t *this;

	INIT(this,
		.public = {
			.ask = _ask,
			.check = _check,
			.get_connection = _get_connection,
			.work = _work,
			.cancel = _cancel,
			.destroy = _destroy,
		},
		.config = config,
	);
	this->addresses = calloc(config->sentinel_count + 1,
							 sizeof(redis_address_t));
	return &this->public;
}
