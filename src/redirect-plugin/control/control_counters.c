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
#include "control_stats.h"

/**
 * Prefix of names in the Prometheus format
 */
#define PREFIX "strongswan_redirect_"

/**
 * Octets of a text in the Prometheus format that are sent at once
 */
#define TEXT_MAX 16384

/**
 * Octets that a sample with its head has at most
 */
#define SAMPLE_MAX 2048

typedef struct answer_t answer_t;

/**
 * An answer that is streamed.
 */
struct answer_t {

	/** context of the command */
	control_context_t *context;

	/** client that asks */
	control_client_t *client;

	/** family whose head was written last */
	const control_family_t *family;

	/** text that was not sent yet, and its length */
	char text[TEXT_MAX];
	size_t len;
};

/**
 * Stream a counter that is not zero.
 */
static void stream_counter(void *data, const control_sample_t *sample)
{
	answer_t *answer = data;
	control_server_t *server = answer->context->server;
	vici_builder_t *message;
	int i;

	if (!sample->family->counter || !sample->value)
	{
		return;
	}
	message = vici_builder_create();
	control_add_text(message, "name", sample->family->name);
	message->begin_section(message, "labels");
	for (i = 0; i < CONTROL_LABELS && sample->family->labels[i]; i++)
	{
		control_add_text(message, (char*)sample->family->labels[i],
						 sample->labels[i]);
	}
	message->end_section(message);
	control_add_number(message, "value", sample->value);
	server->stream(server, answer->client, CONTROL_LIST_COUNTER,
				   message->finalize(message));
}

/*
 * Described in header
 */
vici_message_t *control_counters(void *data, control_client_t *client,
								 vici_message_t *request)
{
	answer_t answer = {
		.context = data,
		.client = client,
	};

	control_stats_read(answer.context, stream_counter, &answer);
	return control_answer(NULL);
}

/**
 * Add to the text, which has room.
 */
static void add(answer_t *answer, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	answer->len += vsnprintf(answer->text + answer->len, TEXT_MAX - answer->len,
							 fmt, args);
	va_end(args);
}

/**
 * Send the text.
 */
static void flush(answer_t *answer)
{
	control_server_t *server = answer->context->server;
	vici_builder_t *message;

	if (answer->len)
	{
		message = vici_builder_create();
		control_add_text(message, "text", answer->text);
		server->stream(server, answer->client, CONTROL_METRICS,
					   message->finalize(message));
		answer->len = 0;
	}
}

/**
 * Add the value of a label, with what has to be escaped.
 */
static void add_value(answer_t *answer, const char *value)
{
	for (; *value; value++)
	{
		add(answer, *value == '\n' ? "\\n" : strchr("\\\"", *value) ? "\\%c"
																	: "%c",
			*value);
	}
}

/**
 * Write a sample in the Prometheus format.
 */
static void write_sample(void *data, const control_sample_t *sample)
{
	const control_family_t *family = sample->family;
	answer_t *answer = data;
	int i;

	if (answer->len + SAMPLE_MAX > TEXT_MAX)
	{
		flush(answer);
	}
	if (family != answer->family)
	{
		add(answer, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n",
			family->name, family->help, family->name,
			family->counter ? "counter" : "gauge");
		answer->family = family;
	}
	add(answer, PREFIX "%s", family->name);
	for (i = 0; i < CONTROL_LABELS && family->labels[i]; i++)
	{
		add(answer, "%s%s=\"", i ? "," : "{", family->labels[i]);
		add_value(answer, sample->labels[i]);
		add(answer, "\"");
	}
	add(answer, "%s %.15g\n", i ? "}" : "", sample->value);
}

/*
 * Described in header
 */
vici_message_t *control_metrics(void *data, control_client_t *client,
								vici_message_t *request)
{
	answer_t *answer;

	INIT(answer,
		.context = data,
		.client = client,
	);
	control_stats_read(answer->context, write_sample, answer);
	flush(answer);
	free(answer);
	return control_answer(NULL);
}
