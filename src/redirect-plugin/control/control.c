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

#include "control.h"
#include "control_commands.h"
#include "control_config.h"
#include "control_message.h"
#include "control_request.h"

#include <daemon.h>
#include <processing/jobs/callback_job.h>

/**
 * Commands, and whether they have arguments
 */
static const struct {
	char *name;
	control_command_t command;
	bool arguments;
} commands[] = {
	{ "version", control_version, FALSE },
	{ "status", control_status, FALSE },
	{ "gateways", control_gateways, FALSE },
	{ "rules", control_rules, FALSE },
	{ "sessions", control_sessions, TRUE },
	{ "decide", control_decide, TRUE },
	{ "set-gateway", control_set_gateway, TRUE },
	{ "fleet", control_fleet, FALSE },
	{ "order", control_order, TRUE },
	{ "drain", control_drain, TRUE },
	{ "undrain", control_undrain, FALSE },
	{ "rebalance", control_rebalance, TRUE },
	{ "counters", control_counters, FALSE },
	{ "metrics", control_metrics, FALSE },
};

typedef struct plain_t plain_t;
typedef struct private_control_t private_control_t;

/**
 * Private data
 */
struct private_control_t {

	/**
	 * Public interface
	 */
	control_t public;

	/**
	 * Options, NULL until there are any
	 */
	control_config_t *config;

	/**
	 * What commands work with
	 */
	control_context_t context;

	/**
	 * Commands without arguments
	 */
	struct plain_t {

		/** what the command works with */
		control_context_t *context;

		/** position in commands */
		int command;

	} plain[countof(commands)];

	/**
	 * FALSE to end the job that looks at gateways
	 */
	bool running;
};

/**
 * Run a command without arguments, if there are none.
 */
static vici_message_t *run_plain(void *data, control_client_t *client,
								 vici_message_t *request)
{
	plain_t *this = data;
	char *error;

	error = control_request_read(request, commands[this->command].name, NULL,
								 NULL);
	return error ? control_refuse(error)
				 : commands[this->command].command(this->context, client,
												   request);
}

/**
 * Put options into force; the socket is what it was when charon started.
 */
static void apply_config(void *data, void *config)
{
	private_control_t *this = data;

	control_config_destroy(this->config);
	this->config = config;
}

METHOD(control_t, get_room, config_room_t,
	private_control_t *this)
{
	return (config_room_t){
		.read = (void*)control_config_read,
		.apply = apply_config,
		.discard = (void (*)(void*))control_config_destroy,
		.data = this,
	};
}

/**
 * Look at gateways once a second.
 */
static job_requeue_t tick(private_control_t *this)
{
	control_events_t *events = this->context.events;

	if (!this->running)
	{
		return JOB_REQUEUE_NONE;
	}
	events->tick(events);
	return JOB_RESCHEDULE(1);
}

METHOD(control_t, start, void,
	private_control_t *this)
{
	control_server_t *server = this->context.server;
	control_config_t defaults = {
		.enabled = TRUE,
		.socket = "unix:///run/charon.redirect",
		.clients = 256,
	};
	control_config_t *config = this->config ?: &defaults;

	this->running = TRUE;
	lib->processor->queue_job(lib->processor,
		(job_t*)callback_job_create((callback_job_cb_t)tick, this, NULL, NULL));
	if (config->enabled &&
		!server->start(server, config->socket, config->clients))
	{
		DBG1(DBG_CFG, "redirect: control socket %s cannot be opened, go on "
			 "without", config->socket);
	}
}

METHOD(control_t, stop, void,
	private_control_t *this)
{
	this->running = FALSE;
	this->context.events->stop(this->context.events);
}

METHOD(control_t, destroy, void,
	private_control_t *this)
{
	this->context.server->destroy(this->context.server);
	this->context.events->destroy(this->context.events);
	control_config_destroy(this->config);
	free(this);
}

/*
 * Described in header
 */
control_t *control_create(const control_parts_t *parts)
{
	private_control_t *this;
	control_server_t *server = control_server_create(control_event_names,
													 CONTROL_LIST_GATEWAY);
	int i;

	INIT(this,
		.public = {
			.get_room = _get_room,
			.start = _start,
			.stop = _stop,
			.destroy = _destroy,
		},
		.context = {
			.parts = *parts,
			.server = server,
			.events = control_events_create(parts, server),
			.loaded = time_monotonic(NULL),
		},
	);
	for (i = 0; i < (int)countof(commands); i++)
	{
		this->plain[i] = (plain_t){ &this->context, i };
		if (commands[i].arguments)
		{
			server->add_command(server, commands[i].name, commands[i].command,
								&this->context);
		}
		else
		{
			server->add_command(server, commands[i].name, run_plain,
								&this->plain[i]);
		}
	}
	return &this->public;
}
