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

#include "harness_guard.h"
#include "harness_names.h"

#include <check.h>
#include <daemon.h>

/**
 * Gate and initiator, NULL with GUARD=off.
 */
static guard_t *gate;
static initiator_t *guard;

void harness_option(char *name, char *value)
{
	array_t *errors = array_create(0, 0);
	config_section_t section;
	config_room_t room;
	void *config;
	char key[BUF_LEN], *error;

	snprintf(key, sizeof(key), "%%s.plugins.redirect.guard.%s", name);
	lib->settings->set_str(lib->settings, key, value, lib->ns);
	if (guard)
	{
		section = config_section_create(lib->settings, errors, lib->ns);
		room = guard->get_room(guard);
		config = room.read(&section);
		if (config)
		{
			room.apply(room.data, config);
		}
	}
	if (array_remove(errors, ARRAY_HEAD, &error))
	{
		ck_abort_msg("%s", error);
	}
	array_destroy(errors);
}

uint64_t harness_count(guard_count_t count)
{
	return guard ? guard->get_count(guard, count) : 0;
}

uint64_t harness_malformed(wire_verdict_t verdict)
{
	return guard ? guard->get_malformed(guard, verdict) : 0;
}

u_int harness_sessions(void)
{
	return guard ? guard->get_attempts(guard) : 0;
}

void harness_guard_setup(void)
{
	char *off = getenv("GUARD");

	if (!off || !streq(off, "off"))
	{
		gate = guard_create();
		guard = initiator_create(gate, harness_names_lookup);
		charon->bus->add_listener(charon->bus, &gate->listener);
		charon->bus->add_listener(charon->bus, &guard->listener);
	}
}

void harness_guard_teardown(void)
{
	if (guard)
	{
		charon->bus->remove_listener(charon->bus, &guard->listener);
		charon->bus->remove_listener(charon->bus, &gate->listener);
		guard->destroy(guard);
		gate->destroy(gate);
		guard = NULL;
	}
}
