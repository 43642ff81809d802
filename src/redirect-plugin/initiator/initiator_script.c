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

#include "initiator_script.h"

#include <collections/linked_list.h>
#include <threading/condvar.h>
#include <threading/mutex.h>
#include <threading/thread.h>
#include <utils/process.h>

/**
 * Environment variables and the NULL behind them.
 */
#define VARIABLES 9

typedef struct private_initiator_script_t private_initiator_script_t;
typedef struct entry_t entry_t;

/**
 * Private data of a initiator_script_t object.
 */
struct private_initiator_script_t {

	/**
	 * Public interface.
	 */
	initiator_script_t public;

	/**
	 * Runs that wait, entry_t*.
	 */
	linked_list_t *queue;

	/**
	 * Thread that runs them, NULL before the first.
	 */
	thread_t *thread;

	/**
	 * Protects the queue, signals runs.
	 */
	mutex_t *mutex;
	condvar_t *condvar;
};

/**
 * A run that waits.
 */
struct entry_t {

	/** path of the script */
	char *script;

	/** environment, ends with NULL */
	char *envp[VARIABLES];
};

/**
 * Destroy a run.
 */
static void entry_destroy(entry_t *entry)
{
	int i;

	for (i = 0; i < VARIABLES; i++)
	{
		free(entry->envp[i]);
	}
	free(entry->script);
	free(entry);
}

/**
 * Write a variable.
 */
static char *variable(const char *name, const char *value)
{
	char *line = NULL;

	if (asprintf(&line, "%s=%s", name, value ?: "") < 0)
	{
		return NULL;
	}
	return line;
}

/**
 * Write a variable with an address.
 */
static char *address_variable(const char *name, const ip_address_t *address)
{
	char buf[INET6_ADDRSTRLEN];

	return variable(name, ip_address_to_string(address, buf, sizeof(buf)));
}

/**
 * Write down what the script is told. Every value is either ours or a checked
 * one of wire/, and no shell reads them.
 */
static entry_t *entry_create(const initiator_script_run_t *run)
{
	char gateway[GATEWAY_IDENTITY_FQDN_MAX + 1];
	entry_t *entry;
	int i = 0;

	INIT(entry,
		.script = strdup(run->script),
	);
	gateway_identity_to_string(run->gateway, gateway, sizeof(gateway));
	entry->envp[i++] = variable("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
	entry->envp[i++] = variable("REDIRECT_EVENT", run->event);
	entry->envp[i++] = variable("REDIRECT_CONNECTION", run->connection);
	entry->envp[i++] = variable("REDIRECT_PHASE",
							enum_to_name(guard_phase_names, run->phase));
	entry->envp[i++] = variable("REDIRECT_TRUST", run->authenticated
							? "authenticated" : "unauthenticated");
	entry->envp[i++] = address_variable("REDIRECT_OLD_GATEWAY", &run->from);
	entry->envp[i++] = variable("REDIRECT_NEW_GATEWAY", gateway);
	entry->envp[i++] = address_variable("REDIRECT_NEW_ADDRESS", &run->target);
	return entry;
}

/**
 * Run the script once and wait for it.
 */
static void run_script(entry_t *entry)
{
	char *argv[] = { entry->script, NULL };
	process_t *process;
	int status = 0;

	process = process_start(argv, entry->envp, NULL, NULL, NULL, TRUE);
	if (!process)
	{
		DBG1(DBG_LIB, "running redirect hook %s failed", entry->script);
	}
	else if (process->wait(process, &status) && status != 0)
	{
		DBG1(DBG_LIB, "redirect hook %s ended with status %d", entry->script,
			 status);
	}
}

/**
 * Main function of the thread.
 */
static void *run_scripts(private_initiator_script_t *this)
{
	entry_t *entry;
	bool old;

	thread_cancelability(FALSE);
	while (TRUE)
	{
		this->mutex->lock(this->mutex);
		thread_cleanup_push((thread_cleanup_t)this->mutex->unlock, this->mutex);
		old = thread_cancelability(TRUE);
		while (this->queue->remove_first(this->queue,
										 (void**)&entry) != SUCCESS)
		{
			this->condvar->wait(this->condvar, this->mutex);
		}
		thread_cancelability(old);
		thread_cleanup_pop(TRUE);

		thread_cleanup_push((thread_cleanup_t)entry_destroy, entry);
		old = thread_cancelability(TRUE);
		run_script(entry);
		thread_cancelability(old);
		thread_cleanup_pop(TRUE);
	}
	return NULL;
}

METHOD(initiator_script_t, run, bool,
	private_initiator_script_t *this, const initiator_script_run_t *run)
{
	bool queued = FALSE;

	this->mutex->lock(this->mutex);
	if (!this->thread)
	{
		this->thread = thread_create((thread_main_t)run_scripts, this);
	}
	if (this->thread &&
		this->queue->get_count(this->queue) < INITIATOR_SCRIPT_QUEUE_MAX)
	{
		this->queue->insert_last(this->queue, entry_create(run));
		this->condvar->signal(this->condvar);
		queued = TRUE;
	}
	this->mutex->unlock(this->mutex);
	return queued;
}

METHOD(initiator_script_t, destroy, void,
	private_initiator_script_t *this)
{
	if (this->thread)
	{
		this->thread->cancel(this->thread);
		this->thread->join(this->thread);
	}
	this->queue->destroy_function(this->queue, (void*)entry_destroy);
	this->condvar->destroy(this->condvar);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
initiator_script_t *initiator_script_create()
{
	private_initiator_script_t *this;

	INIT(this,
		.public = {
			.run = _run,
			.destroy = _destroy,
		},
		.queue = linked_list_create(),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
		.condvar = condvar_create(CONDVAR_TYPE_DEFAULT),
	);
	return &this->public;
}
