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

#include "control_client.h"
#include "utils/log_limit.h"

#include <collections/array.h>
#include <collections/hashtable.h>
#include <threading/mutex.h>

#include <fcntl.h>
#include <unistd.h>

typedef struct private_control_server_t private_control_server_t;
typedef struct command_t command_t;

/**
 * A command.
 */
struct command_t {

	/** its name */
	const char *name;

	/** answers it */
	control_command_t command;

	/** passed to command */
	void *data;
};

/**
 * Private data
 */
struct private_control_server_t {

	/**
	 * Public interface
	 */
	control_server_t public;

	/**
	 * Names of events
	 */
	const char *const *events;

	/**
	 * Clients that listen for each event, atomic
	 */
	u_int listeners[CONTROL_SERVER_EVENTS];

	/**
	 * Commands, name => command_t
	 */
	hashtable_t *commands;

	/**
	 * Socket
	 */
	stream_service_t *service;

	/**
	 * Clients, control_client_t*
	 */
	array_t *clients;

	/**
	 * Events that are raised, as bits
	 */
	uint32_t lasting;

	/**
	 * Most clients
	 */
	u_int max;

	/**
	 * Clients that make room, but are not gone yet
	 */
	u_int leaving;

	/**
	 * Limit for lines about clients that are disconnected
	 */
	log_limit_t limit;

	/**
	 * TRUE from when all places are taken until half of them are free
	 */
	bool crowded;

	/**
	 * Clients there was no room for, or that did not read
	 */
	uint64_t dropped;

	/**
	 * Octets that wait for all clients
	 */
	size_t waiting;

	/**
	 * Guards clients, and what they listen to
	 */
	mutex_t *mutex;
};

METHOD(control_server_t, add_command, void,
	private_control_server_t *this, const char *name, control_command_t command,
	void *data)
{
	command_t *entry;

	INIT(entry,
		.name = name,
		.command = command,
		.data = data,
	);
	this->commands->put(this->commands, entry->name, entry);
}

/**
 * Find an event by its name.
 *
 * @return				its position, -1 if there is none
 */
static int find_event(private_control_server_t *this, const char *name)
{
	int i;

	for (i = 0; this->events[i]; i++)
	{
		if (streq(this->events[i], name))
		{
			return i;
		}
	}
	return -1;
}

/**
 * Have a client listen for an event, or not; the mutex is held.
 */
static bool set_listening(private_control_server_t *this,
						  control_client_t *client, int event, bool on)
{
	uint32_t bit = 1U << event;

	if (on == !!(client->events & bit))
	{
		return FALSE;
	}
	client->events ^= bit;
	__atomic_fetch_add(&this->listeners[event], on ? 1 : -1, __ATOMIC_RELAXED);
	return TRUE;
}

/**
 * Log why a client is disconnected, unless there were too many just now.
 */
static void complain(private_control_server_t *this, const char *why)
{
	uint32_t suppressed;

	if (log_limit_allow(&this->limit, &suppressed))
	{
		DBG1(DBG_CFG, "redirect: a client of the control socket %s, "
			 "disconnected; %u before it were not logged", why, suppressed);
	}
}

/**
 * Check if there is a place for a client to follow events; the mutex is held.
 */
static bool may_follow(private_control_server_t *this, control_client_t *client,
					   int event)
{
	control_client_t *other;
	u_int following = 0;
	int i;

	if (!(this->lasting & (1U << event)) || client->events & this->lasting)
	{
		return TRUE;
	}
	for (i = 0; i < array_count(this->clients); i++)
	{
		array_get(this->clients, i, &other);
		following += (other->events & this->lasting) != 0;
	}
	return following < this->max - this->max / 8;
}

/**
 * Register a client for an event, or not.
 */
static void listen_for(private_control_server_t *this, control_client_t *client,
					   const char *name, bool on)
{
	int event = find_event(this, name);
	bool changed = FALSE, room = TRUE;

	if (event >= 0)
	{
		this->mutex->lock(this->mutex);
		room = !on || may_follow(this, client, event);
		changed = room && set_listening(this, client, event, on);
		this->dropped += !room;
		this->mutex->unlock(this->mutex);
	}
	if (!room)
	{
		complain(this, "is one too many that follows events (control.clients)");
		client->close(client);
		return;
	}
	client->send(client, event >= 0 && (changed || on) ? VICI_EVENT_CONFIRM
													   : VICI_EVENT_UNKNOWN,
				 NULL, chunk_empty);
}

/**
 * Answer a command.
 */
static void answer(private_control_server_t *this, control_client_t *client,
				   const char *name, chunk_t contents)
{
	vici_message_t *request, *response;
	command_t *command;

	command = this->commands->get(this->commands, name);
	if (!command)
	{
		client->send(client, VICI_CMD_UNKNOWN, NULL, chunk_empty);
		return;
	}
	request = vici_message_create_from_data(contents, FALSE);
	response = command->command(command->data, client, request);
	request->destroy(request);
	client->answer(client, response ? response->get_encoding(response)
									: chunk_empty);
	DESTROY_IF(response);
}

/**
 * A client has sent a message.
 */
static void on_message(void *data, control_client_t *client,
					   vici_operation_t op, char *name, chunk_t contents)
{
	private_control_server_t *this = data;

	switch (op)
	{
		case VICI_CMD_REQUEST:
			answer(this, client, name, contents);
			break;
		case VICI_EVENT_REGISTER:
			listen_for(this, client, name, TRUE);
			break;
		case VICI_EVENT_UNREGISTER:
			listen_for(this, client, name, FALSE);
			break;
		default:
			client->close(client);
			break;
	}
}

/**
 * A client is gone.
 */
static void on_gone(void *data, control_client_t *client, bool slow)
{
	private_control_server_t *this = data;
	control_client_t *current;
	int i;

	this->mutex->lock(this->mutex);
	for (i = 0; i < array_count(this->clients); i++)
	{
		array_get(this->clients, i, &current);
		if (current == client)
		{
			array_remove(this->clients, i, NULL);
			break;
		}
	}
	for (i = 0; this->events[i]; i++)
	{
		set_listening(this, client, i, FALSE);
	}
	this->dropped += slow;
	this->leaving -= client->leaving;
	this->mutex->unlock(this->mutex);
	client->put_ref(client);
	if (slow)
	{
		complain(this, "does not read");
	}
}

/**
 * Take over the file descriptor of a connection.
 *
 * @return				file descriptor, -1 if there is none left
 */
static int get_fd(stream_t *stream)
{
	FILE *file;
	int fd;

	file = stream->get_file(stream);
	if (!file)
	{
		return -1;
	}
	fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
	fclose(file);
	return fd;
}

/**
 * Find a place for a new client, in place of an idle one if need be; the mutex is
 * held.
 */
static bool make_room(private_control_server_t *this)
{
	control_client_t *client, *found = NULL;
	u_int count = array_count(this->clients) - this->leaving;
	int64_t idle, longest = -1;
	int i;

	if (count < this->max)
	{
		this->crowded = this->crowded && count >= this->max / 2;
		return TRUE;
	}
	for (i = 0; this->leaving < this->max && i < array_count(this->clients); i++)
	{
		array_get(this->clients, i, &client);
		idle = client->leaving || client->events & this->lasting
					? -1 : client->get_idle(client);
		if (idle > longest)
		{
			longest = idle;
			found = client;
		}
	}
	if (found)
	{
		found->leaving = TRUE;
		found->close(found);
		this->leaving++;
		this->dropped++;
	}
	if (!this->crowded)
	{
		this->crowded = TRUE;
		DBG1(DBG_CFG, "redirect: all %u places of the control socket are taken "
			 "(control.clients), %s", this->max, found ? "idle clients give way "
			 "to new ones" : "and none of the clients is idle: new ones are "
			 "refused");
	}
	return found != NULL;
}

/**
 * A client has connected.
 *
 * @return				FALSE, as the stream itself is not used any longer
 */
static bool on_accept(private_control_server_t *this, stream_t *stream)
{
	control_client_owner_t owner = {
		.message = on_message,
		.gone = on_gone,
		.data = this,
		.waiting = &this->waiting,
		.patience = CONTROL_PATIENCE * 1000,
	};
	control_client_t *client = NULL;
	bool room;
	int fd;

	fd = get_fd(stream);
	if (fd != -1)
	{
		client = control_client_create(fd, &owner);
	}
	this->mutex->lock(this->mutex);
	room = client && make_room(this);
	if (room)
	{
		array_insert(this->clients, ARRAY_TAIL, client);
		client->start(client);
	}
	this->dropped += !room;
	this->mutex->unlock(this->mutex);
	if (client && !room)
	{
		client->put_ref(client);
	}
	return FALSE;
}

METHOD(control_server_t, start, bool,
	private_control_server_t *this, const char *uri, u_int clients)
{
	this->max = clients;
	this->service = lib->streams->create_service(lib->streams, (char*)uri, 16);
	if (!this->service)
	{
		return FALSE;
	}
	this->service->on_accept(this->service, (stream_service_cb_t)on_accept,
							 this, JOB_PRIO_CRITICAL, 0);
	return TRUE;
}

METHOD(control_server_t, has_listeners, bool,
	private_control_server_t *this, int event)
{
	return __atomic_load_n(&this->listeners[event], __ATOMIC_RELAXED) > 0;
}

/**
 * Collect the clients that listen for an event, each referenced.
 */
static array_t *get_listeners(private_control_server_t *this, int event)
{
	array_t *listeners = array_create(0, 0);
	control_client_t *client;
	int i;

	this->mutex->lock(this->mutex);
	for (i = 0; i < array_count(this->clients); i++)
	{
		array_get(this->clients, i, &client);
		if (client->events & (1U << event))
		{
			array_insert(listeners, ARRAY_TAIL, client->get_ref(client));
		}
	}
	this->mutex->unlock(this->mutex);
	return listeners;
}

METHOD(control_server_t, raise_, void,
	private_control_server_t *this, int event, vici_message_t *message)
{
	control_client_t *client;
	array_t *listeners;

	if (!message)
	{
		return;
	}
	listeners = get_listeners(this, event);
	while (array_remove(listeners, ARRAY_HEAD, &client))
	{
		if (client->accepts_event(client))
		{
			client->send(client, VICI_EVENT, this->events[event],
						 message->get_encoding(message));
		}
		client->put_ref(client);
	}
	array_destroy(listeners);
	message->destroy(message);
}

METHOD(control_server_t, stream_, void,
	private_control_server_t *this, control_client_t *client, int event,
	vici_message_t *message)
{
	bool listens;

	if (!message)
	{
		return;
	}
	this->mutex->lock(this->mutex);
	listens = client->events & (1U << event);
	this->mutex->unlock(this->mutex);
	if (listens)
	{
		client->send(client, VICI_EVENT, this->events[event],
					 message->get_encoding(message));
	}
	message->destroy(message);
}

METHOD(control_server_t, feed, void,
	private_control_server_t *this, control_client_t *client, int event,
	control_source_t *source)
{
	bool listens;

	this->mutex->lock(this->mutex);
	listens = client->events & (1U << event);
	this->mutex->unlock(this->mutex);
	if (listens)
	{
		client->set_source(client, this->events[event], source);
	}
	else
	{
		source->destroy(source);
	}
}

METHOD(control_server_t, get_clients, u_int,
	private_control_server_t *this)
{
	u_int count;

	this->mutex->lock(this->mutex);
	count = array_count(this->clients) - this->leaving;
	this->mutex->unlock(this->mutex);
	return count;
}

METHOD(control_server_t, get_dropped, uint64_t,
	private_control_server_t *this)
{
	uint64_t dropped;

	this->mutex->lock(this->mutex);
	dropped = this->dropped;
	this->mutex->unlock(this->mutex);
	return dropped;
}

METHOD(control_server_t, destroy, void,
	private_control_server_t *this)
{
	control_client_t *client;
	enumerator_t *enumerator;
	command_t *command;

	DESTROY_IF(this->service);
	while (array_remove(this->clients, ARRAY_HEAD, &client))
	{
		client->stop(client);
		client->put_ref(client);
	}
	array_destroy(this->clients);
	enumerator = this->commands->create_enumerator(this->commands);
	while (enumerator->enumerate(enumerator, NULL, &command))
	{
		free(command);
	}
	enumerator->destroy(enumerator);
	this->commands->destroy(this->commands);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
control_server_t *control_server_create(const char *const *events, int lasting)
{
	private_control_server_t *this;

	INIT(this,
		.public = {
			.add_command = _add_command,
			.start = _start,
			.has_listeners = _has_listeners,
			.raise = _raise_,
			.stream = _stream_,
			.feed = _feed,
			.get_clients = _get_clients,
			.get_dropped = _get_dropped,
			.destroy = _destroy,
		},
		.events = events,
		.limit = LOG_LIMIT_INIT(5),
		.lasting = (1U << lasting) - 1,
		.commands = hashtable_create(hashtable_hash_str, hashtable_equals_str,
									 16),
		.clients = array_create(0, 0),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
