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

#include "control_message.h"

#include <library.h>

/**
 * Room for the text of a decision
 */
#define TEXT_MAX 512

/*
 * Described in header
 */
void control_add_bool(vici_builder_t *message, char *key, bool value)
{
	message->add_kv(message, key, "%s", value ? "yes" : "no");
}

/*
 * Described in header
 */
void control_add_text(vici_builder_t *message, char *key, const char *value)
{
	if (value && *value)
	{
		message->add(message, VICI_KEY_VALUE, key, chunk_from_str((char*)value));
	}
}

/*
 * Described in header
 */
void control_add_number(vici_builder_t *message, char *key, uint64_t value)
{
	message->add_kv(message, key, "%llu", (unsigned long long)value);
}

/*
 * Described in header
 */
void control_add_address(vici_builder_t *message, char *key,
						 const ip_address_t *address)
{
	char buf[INET6_ADDRSTRLEN];

	if (address->version)
	{
		ip_address_to_string(address, buf, sizeof(buf));
		control_add_text(message, key, buf);
	}
}

/*
 * Described in header
 */
void control_add_decision(vici_builder_t *message,
						  const redirect_decision_t *decision,
						  redirect_phase_t phase)
{
	char target[GATEWAY_IDENTITY_FQDN_MAX + 1], text[TEXT_MAX];
	int i;

	control_add_text(message, "phase", enum_to_name(redirect_phase_names,
													phase));
	control_add_text(message, "action", enum_to_name(redirect_action_names,
													 decision->action));
	control_add_text(message, "cause", enum_to_name(redirect_cause_names,
													decision->cause));
	control_add_text(message, "reason", enum_to_name(redirect_reason_names,
													 decision->reason));
	control_add_text(message, "rule", decision->rule);
	control_add_text(message, "gateway", decision->gateway);
	control_add_text(message, "selector", decision->selector);
	if (decision->action == REDIRECT_REDIRECT)
	{
		gateway_identity_to_string(&decision->target, target, sizeof(target));
		control_add_text(message, "target", target);
	}
	redirect_decision_describe(decision, phase, text, sizeof(text));
	control_add_text(message, "text", text);
	message->begin_section(message, "left-out");
	for (i = GATEWAY_CANDIDATE + 1; i < GATEWAY_LEFT_MAX; i++)
	{
		if (decision->left_out[i])
		{
			control_add_number(message, enum_to_name(gateway_left_out_names, i),
							   decision->left_out[i]);
		}
	}
	message->end_section(message);
}

/*
 * Described in header
 */
void control_add_drain(vici_builder_t *message,
					   const drain_progress_t *progress)
{
	time_t now = time_monotonic(NULL);
	time_t end = progress->ended ?: now;
	int i;

	control_add_text(message, "state", enum_to_name(drain_state_names,
													progress->state));
	if (!progress->run)
	{
		return;
	}
	control_add_number(message, "run", progress->run);
	control_add_bool(message, "partial", progress->partial);
	control_add_number(message, "rate", progress->rate);
	control_add_number(message, "seconds", end - progress->began);
	if (progress->deadline)
	{
		control_add_number(message, "seconds-left", progress->deadline > now
													? progress->deadline - now : 0);
	}
	control_add_number(message, "total", progress->total);
	control_add_number(message, "left", progress->left);
	control_add_number(message, "waiting", progress->waiting);
	control_add_number(message, "asked", progress->asked);
	control_add_number(message, "deleting", progress->deleting);
	control_add_number(message, "departed", progress->departed);
	control_add_number(message, "sent", progress->sent);
	control_add_number(message, "sending-ms", progress->sending);
	message->begin_section(message, "outcomes");
	for (i = 0; i < SESSION_OUTCOME_MAX; i++)
	{
		control_add_number(message, enum_to_name(session_outcome_names, i),
						   progress->outcomes[i]);
	}
	message->end_section(message);
	message->begin_section(message, "stuck");
	for (i = SESSION_NOT_STUCK + 1; i < SESSION_STUCK_MAX; i++)
	{
		if (progress->stuck[i])
		{
			control_add_number(message, enum_to_name(session_stuck_names, i),
							   progress->stuck[i]);
		}
	}
	message->end_section(message);
}

/*
 * Described in header
 */
vici_message_t *control_answer(const char *error)
{
	vici_builder_t *message = vici_builder_create();

	control_add_bool(message, "success", !error);
	control_add_text(message, "errmsg", error);
	return message->finalize(message);
}

/*
 * Described in header
 */
vici_message_t *control_refuse(char *error)
{
	vici_message_t *message = control_answer(error);

	free(error);
	return message;
}

/*
 * Described in header
 */
void control_add_rebalance(vici_builder_t *message,
						   const rebalance_status_t *status, bool numbers)
{
	control_add_bool(message, "running", status->enabled);
	if (numbers)
	{
		control_add_bool(message, "once", status->once);
		control_add_number(message, "sessions", status->sessions);
		control_add_number(message, "share", status->share);
		control_add_number(message, "targets", status->targets);
	}
}
