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

#include "redis_commands.h"
#include "redis_records.h"

/**
 * Room for the key of a kind: a prefix is not longer than 63 octets
 */
#define KEY_MAX 128

/*
 * Described in header
 */
void redis_send_change(int tag, const redis_context_t *ctx,
					   redis_change_t *change)
{
	char key[KEY_MAX], value[REDIS_STAMP_MAX + REDIRECT_STORE_VALUE_MAX];
	const char *argv[] = { change->removed ? "HDEL" : "HSET", key, change->name,
						   value };
	size_t lens[] = { strlen("HSET"), 0, strlen(change->name), 0 };
	uint64_t expires = 0;

	lens[1] = snprintf(key, sizeof(key), "%s:%s", ctx->config->prefix,
					   change->kind);
	if (change->expires != UINT64_MAX)
	{
		expires = change->expires + ctx->offset;
	}
	lens[3] = redis_stamp(value, expires);
	memcpy(value + lens[3], change->value.ptr, change->value.len);
	lens[3] += change->value.len;
	ctx->session->send(ctx->session, ctx->now, tag, change,
					   change->removed ? 3 : 4, argv, lens);
}

/*
 * Described in header
 */
void redis_send_announcement(int tag, const redis_context_t *ctx,
							 const redis_change_t *change)
{
	char text[REDIRECT_STORE_KIND_MAX + REDIRECT_STORE_NAME_MAX + 3 +
			  REDIRECT_STORE_VALUE_MAX];
	const char *argv[] = { "PUBLISH", ctx->config->channel, text };
	size_t lens[] = { strlen("PUBLISH"), strlen(ctx->config->channel), 0 };

	lens[2] = snprintf(text, sizeof(text), "%s %s%s", change->kind, change->name,
					   change->removed ? "" : " ");
	memcpy(text + lens[2], change->value.ptr, change->value.len);
	lens[2] += change->value.len;
	ctx->session->send(ctx->session, ctx->now, tag, NULL, 3, argv, lens);
}

/*
 * Described in header
 */
void redis_send_time(int tag, const redis_context_t *ctx)
{
	const char *argv[] = { "TIME" };

	ctx->session->send(ctx->session, ctx->now, tag, NULL, 1, argv, NULL);
}

/*
 * Described in header
 */
void redis_send_list(int tag, const redis_context_t *ctx, int kind)
{
	const char *argv[] = { "HGETALL", ctx->config->keys[kind] };

	ctx->session->send(ctx->session, ctx->now, tag, ctx->config->kinds[kind], 2,
					   argv, NULL);
}

/*
 * Described in header
 */
void redis_send_purge(int tag, const redis_context_t *ctx, const char *kind,
					  const char *names[], int count)
{
	const char *argv[REDIS_DEAD_MAX + 2] = { "HDEL" };
	char key[KEY_MAX];

	snprintf(key, sizeof(key), "%s:%s", ctx->config->prefix, kind);
	argv[1] = key;
	memcpy(&argv[2], names, count * sizeof(char*));
	ctx->session->send(ctx->session, ctx->now, tag, NULL, count + 2, argv, NULL);
}
