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

#include "redis_config.h"
#include "redis_records.h"

#include <library.h>

/**
 * Copy a string that may be missing
 */
static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

/**
 * Parse the sentinels, which were checked.
 */
static void read_sentinels(redis_config_t *this, const char *const *sentinels)
{
	int count = 0;

	while (sentinels && sentinels[count])
	{
		count++;
	}
	this->sentinels = calloc(count + 1, sizeof(redis_host_t));
	while (this->sentinel_count < count)
	{
		redis_host_parse(sentinels[this->sentinel_count], REDIS_SENTINEL_PORT,
						 &this->sentinels[this->sentinel_count]);
		this->sentinel_count++;
	}
}

/**
 * Make the keys of all kinds.
 */
static bool read_kinds(redis_config_t *this, const char *prefix,
					   const char *const *kinds)
{
	int i;

	while (kinds[this->kind_count])
	{
		this->kind_count++;
	}
	this->kinds = calloc(this->kind_count, sizeof(char*));
	this->keys = calloc(this->kind_count, sizeof(char*));
	for (i = 0; i < this->kind_count; i++)
	{
		this->kinds[i] = strdup(kinds[i]);
		if (asprintf(&this->keys[i], "%s:%s", prefix, kinds[i]) < 0)
		{
			this->keys[i] = NULL;
			return FALSE;
		}
	}
	this->prefix = strdup(prefix);
	/* channels are the same in all databases */
	return asprintf(&this->channel, "%s:%u:changed", prefix, this->url.db) > 0;
}

/**
 * Check options, those of callers that did not.
 */
static bool check_options(const redirect_store_options_t *options,
						  char why[REDIRECT_STORE_WHY_MAX])
{
	char wrong[REDIRECT_STORE_WHY_MAX];
	const char *option;

	if (redis_options_check(options, &option, wrong))
	{
		return TRUE;
	}
	snprintf(why, REDIRECT_STORE_WHY_MAX, "%s: %.200s", option, wrong);
	return FALSE;
}

/*
 * Described in header
 */
redis_config_t *redis_config_create(const redirect_store_options_t *options,
									char why[REDIRECT_STORE_WHY_MAX])
{
	redis_config_t *this;

	INIT(this,
		.username = copy(options->username),
		.password = copy(options->password),
		.tls_name = copy(options->tls_name),
		.interval = options->interval,
		.timeout = options->timeout,
	);
	if (check_options(options, why))
	{
		redis_url_parse(options->url, &this->url, why);
		read_sentinels(this, options->sentinels);
	}
	if (!this->sentinels || !read_kinds(this, options->prefix, options->kinds) ||
		(this->url.tls && !(this->tls = redis_tls_create(options, why))))
	{
		redis_config_destroy(this);
		return NULL;
	}
	return this;
}

/*
 * Described in header
 */
void redis_config_destroy(redis_config_t *this)
{
	int i;

	if (!this)
	{
		return;
	}
	for (i = 0; i < this->kind_count; i++)
	{
		free(this->kinds[i]);
		free(this->keys[i]);
	}
	free(this->kinds);
	free(this->keys);
	free(this->prefix);
	free(this->channel);
	free(this->sentinels);
	free(this->username);
	if (this->password)
	{
		memwipe(this->password, strlen(this->password));
	}
	free(this->password);
	free(this->tls_name);
	redis_tls_destroy(this->tls);
	free(this);
}
