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

#include "redirect_decision.h"

#include <stdarg.h>

ENUM(redirect_phase_names, REDIRECT_PHASE_INIT, REDIRECT_PHASE_ACTIVE,
	"init",
	"identity",
	"auth",
	"active",
);

ENUM(redirect_action_names, REDIRECT_SERVE, REDIRECT_REFUSE,
	"serve",
	"redirect",
	"refuse",
);

ENUM(redirect_cause_names, REDIRECT_CAUSE_NONE, REDIRECT_CAUSE_MOVE,
	"none",
	"rule",
	"drain",
	"overload",
	"anycast",
	"move",
);

ENUM(redirect_reason_names, REDIRECT_REASON_CAUSE, REDIRECT_REASON_SESSION,
	"cause",
	"no-policy",
	"self",
	"unsupported",
	"redirected",
	"no-gateway",
	"selector",
	"dry-run",
	"circle",
	"hops",
	"returned",
	"session",
);

/**
 * Where phases happen, for people.
 */
static const char *const exchanges[] = {
	"IKE_SA_INIT", "the first IKE_AUTH", "IKE_AUTH", "an active session",
};

/**
 * A text that grows until its buffer is full.
 */
typedef struct {
	char *buf;
	size_t len;
	size_t used;
} text_t;

/**
 * Add a string: most decisions that are logged are made of strings alone, and
 * a format is much slower.
 */
static void add_str(text_t *text, const char *str)
{
	size_t len = min(strlen(str), text->len - 1 - text->used);

	memcpy(text->buf + text->used, str, len);
	text->used += len;
	text->buf[text->used] = '\0';
}

/**
 * Add to a text.
 */
static void add(text_t *text, const char *fmt, ...)
{
	va_list args;
	int written;

	va_start(args, fmt);
	written = vsnprintf(text->buf + text->used, text->len - text->used, fmt,
						args);
	va_end(args);
	if (written > 0)
	{
		text->used = min(text->used + written, text->len - 1);
	}
}

/**
 * Add which gateways were left out.
 */
static void add_left_out(text_t *text, const redirect_decision_t *decision)
{
	const char *separator = " (";
	int i;

	for (i = GATEWAY_CANDIDATE + 1; i < GATEWAY_LEFT_MAX; i++)
	{
		if (decision->left_out[i])
		{
			add(text, "%s%u %s", separator, decision->left_out[i],
				enum_to_name(gateway_left_out_names, i));
			separator = ", ";
		}
	}
	if (separator[0] == ',')
	{
		add_str(text, ")");
	}
}

/**
 * Add the cause, and the rule.
 */
static void add_cause(text_t *text, const redirect_decision_t *decision)
{
	switch (decision->cause)
	{
		case REDIRECT_CAUSE_RULE:
			add_str(text, ", rule ");
			add_str(text, decision->rule);
			break;
		case REDIRECT_CAUSE_DRAIN:
			add_str(text, ", this gateway drains");
			break;
		case REDIRECT_CAUSE_OVERLOAD:
			add_str(text, ", this gateway is overloaded");
			break;
		case REDIRECT_CAUSE_ANYCAST:
			add_str(text, ", reached on an anycast address");
			break;
		case REDIRECT_CAUSE_MOVE:
			add_str(text, ", moved to other gateways");
			break;
		default:
			add_str(text, ", no rule matches");
			break;
	}
}

/**
 * Add why the cause was not followed.
 */
static void add_reason(text_t *text, const redirect_decision_t *decision)
{
	switch (decision->reason)
	{
		case REDIRECT_REASON_NO_POLICY:
			add_str(text, ", no valid configuration is loaded");
			break;
		case REDIRECT_REASON_SELF:
			add_str(text, ", this gateway is the right one");
			break;
		case REDIRECT_REASON_UNSUPPORTED:
			add_str(text, ", client does not support redirects");
			break;
		case REDIRECT_REASON_REDIRECTED:
			add_str(text, ", client was redirected here");
			break;
		case REDIRECT_REASON_NO_GATEWAY:
			add_str(text, ", no gateway to send it to");
			add_left_out(text, decision);
			break;
		case REDIRECT_REASON_SELECTOR:
			add(text, ", selector %s failed", decision->selector);
			break;
		case REDIRECT_REASON_CIRCLE:
			add_str(text, ", client was sent in a circle");
			break;
		case REDIRECT_REASON_HOPS:
			add_str(text, ", client was sent onward often enough");
			break;
		case REDIRECT_REASON_RETURNED:
			add_str(text, ", client came back from every gateway");
			break;
		case REDIRECT_REASON_SESSION:
			add_str(text, ", client replaces its session here");
			break;
		default:
			break;
	}
}

/*
 * Described in header
 */
char *redirect_decision_describe(const redirect_decision_t *decision,
								 redirect_phase_t phase, char *buf, size_t len)
{
	char target[GATEWAY_IDENTITY_FQDN_MAX + 1];
	text_t text = { buf, len, 0 };

	if (decision->reason == REDIRECT_REASON_DRY_RUN)
	{
		add_str(&text, "served, but without dry_run ");
	}
	switch (decision->wanted)
	{
		case REDIRECT_REDIRECT:
			gateway_identity_to_string(&decision->target, target,
									   sizeof(target));
			add(&text, "redirected to %s (%s)", decision->gateway, target);
			break;
		case REDIRECT_REFUSE:
			add_str(&text, "refused");
			break;
		default:
			add_str(&text, "served");
			break;
	}
	add_str(&text, " in ");
	add_str(&text, exchanges[phase]);
	if (decision->reason != REDIRECT_REASON_NO_POLICY)
	{
		add_cause(&text, decision);
	}
	add_reason(&text, decision);
	if (decision->selector[0] && decision->gateway[0])
	{
		add(&text, ", %s", decision->selector);
	}
	return buf;
}

/*
 * Described in header
 */
int redirect_scope_compare(const void *a, const void *b)
{
	uint64_t first = *(const uint64_t*)a, second = *(const uint64_t*)b;

	return first < second ? -1 : first > second;
}
