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
#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * Environment variables and the NULL behind them.
 */
#define VARIABLES 9

/**
 * Milliseconds between two looks at the script that runs.
 */
#define LOOK_INTERVAL 50

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
	 * Runs, the one under way first, entry_t*; while there is one there is a
	 * job.
	 */
	linked_list_t *queue;

	/**
	 * Protects the queue.
	 */
	mutex_t *mutex;
};

/**
 * A run.
 */
struct entry_t {

	/** path of the script */
	char *script;

	/** environment, ends with NULL */
	char *envp[VARIABLES];

	/** its process, which leads a group, 0 until it is started */
	pid_t pid;

	/** time on the monotonic clock when it is killed */
	time_t deadline;
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
 * Write down what the script is told. Every value is either ours or a checked
 * one of wire/, and no shell reads them.
 */
static entry_t *entry_create(const initiator_script_run_t *run)
{
	char gateway[GATEWAY_IDENTITY_FQDN_MAX + 1];
	char from[INET6_ADDRSTRLEN], target[INET6_ADDRSTRLEN];
	const char *variables[VARIABLES - 1][2] = {
		{ "PATH", "/usr/sbin:/usr/bin:/sbin:/bin" },
		{ "REDIRECT_EVENT", run->event },
		{ "REDIRECT_CONNECTION", run->connection },
		{ "REDIRECT_PHASE", enum_to_name(guard_phase_names, run->phase) },
		{ "REDIRECT_TRUST", run->authenticated ? "authenticated"
											   : "unauthenticated" },
		{ "REDIRECT_OLD_GATEWAY",
			ip_address_to_string(&run->from, from, sizeof(from)) },
		{ "REDIRECT_NEW_GATEWAY", gateway },
		{ "REDIRECT_NEW_ADDRESS",
			ip_address_to_string(&run->target, target, sizeof(target)) },
	};
	entry_t *entry;
	u_int i;

	gateway_identity_to_string(run->gateway, gateway, sizeof(gateway));
	INIT(entry,
		.script = strdup(run->script),
	);
	for (i = 0; i < countof(variables); i++)
	{
		if (asprintf(&entry->envp[i], "%s=%s", variables[i][0],
					 variables[i][1] ?: "") < 0)
		{
			entry->envp[i] = NULL;
			break;
		}
	}
	return entry;
}

/**
 * Start the script. libstrongswan's process_t would only wait, for ever.
 */
static bool start(entry_t *entry)
{
	char *argv[] = { entry->script, NULL };

	entry->pid = fork();
	if (!entry->pid)
	{
		setpgid(0, 0);
		closefrom(3);
		execve(entry->script, argv, entry->envp);
		_exit(127);
	}
	if (entry->pid < 0)
	{
		DBG1(DBG_LIB, "running redirect hook %s failed: %s", entry->script,
			 strerror(errno));
		return FALSE;
	}
	entry->deadline = time_monotonic(NULL) + INITIATOR_SCRIPT_TIMEOUT;
	return TRUE;
}

/**
 * Look whether the script has ended, and kill it if it had time enough.
 */
static bool has_ended(entry_t *entry)
{
	int status = 0;

	if (waitpid(entry->pid, &status, WNOHANG) == 0)
	{
		if (time_monotonic(NULL) >= entry->deadline)
		{
			DBG1(DBG_LIB, "redirect hook %s did not end within %d seconds, "
				 "killing it", entry->script, INITIATOR_SCRIPT_TIMEOUT);
			kill(-entry->pid, SIGKILL);
			entry->deadline += INITIATOR_SCRIPT_TIMEOUT;
		}
		return FALSE;
	}
	if (WIFEXITED(status) && WEXITSTATUS(status))
	{
		DBG1(DBG_LIB, "redirect hook %s ended with status %d", entry->script,
			 WEXITSTATUS(status));
	}
	return TRUE;
}

/**
 * Get the first run, which only the job below removes. That it removed one and
 * found no other is one step, since run() queues a job for the next one then.
 *
 * @param ended		first run, to remove and destroy; NULL to remove none
 */
static entry_t *get_first(private_initiator_script_t *this, entry_t *ended)
{
	entry_t *entry = NULL;

	this->mutex->lock(this->mutex);
	if (ended)
	{
		this->queue->remove_first(this->queue, (void**)&entry);
		entry = NULL;
	}
	this->queue->get_first(this->queue, (void**)&entry);
	this->mutex->unlock(this->mutex);
	if (ended)
	{
		entry_destroy(ended);
	}
	return entry;
}

/**
 * Job: look after the runs; no thread waits for a script, nor hooks for a fork.
 */
static job_requeue_t look_after(private_initiator_script_t *this)
{
	entry_t *entry = NULL;

	while ((entry = get_first(this, entry)))
	{
		if (entry->pid ? !has_ended(entry) : start(entry))
		{
			return JOB_RESCHEDULE_MS(LOOK_INTERVAL);
		}
	}
	return JOB_REQUEUE_NONE;
}

METHOD(initiator_script_t, run, bool,
	private_initiator_script_t *this, const initiator_script_run_t *run)
{
	int count;

	this->mutex->lock(this->mutex);
	count = this->queue->get_count(this->queue);
	if (count < INITIATOR_SCRIPT_QUEUE_MAX)
	{
		this->queue->insert_last(this->queue, entry_create(run));
	}
	this->mutex->unlock(this->mutex);
	if (!count)
	{
		lib->processor->queue_job(lib->processor, (job_t*)
				callback_job_create((callback_job_cb_t)look_after, this, NULL,
									NULL));
	}
	return count < INITIATOR_SCRIPT_QUEUE_MAX;
}

METHOD(initiator_script_t, destroy, void,
	private_initiator_script_t *this)
{
	this->queue->destroy_function(this->queue, (void*)entry_destroy);
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
	);
	return &this->public;
}
