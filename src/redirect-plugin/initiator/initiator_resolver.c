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

#include "initiator_resolver.h"

#include <collections/linked_list.h>
#include <processing/jobs/callback_job.h>
#include <threading/condvar.h>
#include <threading/mutex.h>
#include <threading/thread.h>

#include <netdb.h>

/**
 * Threads at most, and names that may wait for them.
 */
#define THREADS_MAX 4
#define QUEUE_MAX 64

typedef struct private_initiator_resolver_t private_initiator_resolver_t;
typedef struct query_t query_t;

/**
 * Private data of a initiator_resolver_t object.
 */
struct private_initiator_resolver_t {

	/**
	 * Public interface.
	 */
	initiator_resolver_t public;

	/**
	 * Looks names up.
	 */
	initiator_lookup_t lookup;

	/**
	 * Queries that wait for a thread, query_t*.
	 */
	linked_list_t *queue;

	/**
	 * Threads.
	 */
	thread_t *threads[THREADS_MAX];

	/**
	 * Threads started, and those of them that wait for a query.
	 */
	int started, idle;

	/**
	 * TRUE if threads have to end.
	 */
	bool stop;

	/**
	 * Protects all of the above, signals queries.
	 */
	mutex_t *mutex;
	condvar_t *condvar;
};

/**
 * A name that is looked up; one reference each for thread and time limit.
 */
struct query_t {

	/** name to look up */
	char *name;

	/** receives the result */
	initiator_resolved_t cb;

	/** its data */
	void *data;

	/** 1 once cb was called */
	int done;

	/** references */
	refcount_t ref;
};

/**
 * Tell the result, unless it was told already, and give up a reference.
 */
static void complete(query_t *query, const ip_address_t *addresses, int count)
{
	int expected = 0;

	if (__atomic_compare_exchange_n(&query->done, &expected, 1, FALSE,
									__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
	{
		query->cb(query->data, addresses, count);
	}
	if (ref_put(&query->ref))
	{
		free(query->name);
		free(query);
	}
}

/**
 * End a query without result: its time is up, or charon ends.
 */
static void give_up(query_t *query)
{
	complete(query, NULL, 0);
}

/**
 * Job run when the time of a query is up; what counts happens in give_up(),
 * also if the job is destroyed without having been run.
 */
static job_requeue_t time_is_up(query_t *query)
{
	return JOB_REQUEUE_NONE;
}

/**
 * Look up a name by getaddrinfo(3), in the families this host has addresses of.
 */
static int lookup_name(const char *name, ip_address_t *addresses)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_ADDRCONFIG,
	}, *result, *info;
	int count = 0;
	host_t *host;

	if (getaddrinfo(name, NULL, &hints, &result) != 0)
	{
		return 0;
	}
	for (info = result; info && count < INITIATOR_ADDRESSES_MAX;
		 info = info->ai_next)
	{
		host = host_create_from_sockaddr(info->ai_addr);
		if (host)
		{
			addresses[count] = ip_address_from_host(host);
			count += addresses[count].version ? 1 : 0;
			host->destroy(host);
		}
	}
	freeaddrinfo(result);
	return count;
}

/**
 * Get the next query, NULL to end.
 */
static query_t *next_query(private_initiator_resolver_t *this)
{
	query_t *query = NULL;

	this->mutex->lock(this->mutex);
	this->idle++;
	while (!this->stop && this->queue->remove_first(this->queue,
													(void**)&query) != SUCCESS)
	{
		this->condvar->wait(this->condvar, this->mutex);
	}
	this->idle--;
	this->mutex->unlock(this->mutex);
	return query;
}

/**
 * Main function of a thread.
 */
static void *look_up(private_initiator_resolver_t *this)
{
	ip_address_t addresses[INITIATOR_ADDRESSES_MAX];
	query_t *query;
	bool old;
	int count;

	/* only the look-up itself, that nothing else ends, may be cancelled */
	thread_cancelability(FALSE);
	while ((query = next_query(this)))
	{
		count = 0;
		if (!__atomic_load_n(&query->done, __ATOMIC_ACQUIRE))
		{	/* nobody waits for others any more, those behind them do */
			thread_cleanup_push((thread_cleanup_t)give_up, query);
			old = thread_cancelability(TRUE);
			count = this->lookup(query->name, addresses);
			thread_cancelability(old);
			thread_cleanup_pop(FALSE);
		}
		complete(query, addresses, count);
	}
	return NULL;
}

METHOD(initiator_resolver_t, resolve, bool,
	private_initiator_resolver_t *this, const char *name, uint32_t timeout,
	initiator_resolved_t cb, void *data)
{
	query_t *query;

	this->mutex->lock(this->mutex);
	if (this->queue->get_count(this->queue) >= QUEUE_MAX)
	{
		this->mutex->unlock(this->mutex);
		return FALSE;
	}
	/* those that wait have one each of the names that wait */
	if (this->idle <= this->queue->get_count(this->queue) &&
		this->started < THREADS_MAX)
	{
		this->threads[this->started] = thread_create((thread_main_t)look_up,
													 this);
		if (this->threads[this->started])
		{
			this->started++;
		}
	}
	INIT(query,
		.name = strdup(name),
		.cb = cb,
		.data = data,
		.ref = 2,
	);
	this->queue->insert_last(this->queue, query);
	this->condvar->signal(this->condvar);
	this->mutex->unlock(this->mutex);

	lib->scheduler->schedule_job(lib->scheduler, (job_t*)
			callback_job_create((callback_job_cb_t)time_is_up, query,
								(callback_job_cleanup_t)give_up, NULL),
			timeout);
	return TRUE;
}

METHOD(initiator_resolver_t, destroy, void,
	private_initiator_resolver_t *this)
{
	query_t *query;
	int i;

	this->mutex->lock(this->mutex);
	this->stop = TRUE;
	this->condvar->broadcast(this->condvar);
	this->mutex->unlock(this->mutex);
	for (i = 0; i < this->started; i++)
	{
		this->threads[i]->cancel(this->threads[i]);
		this->threads[i]->join(this->threads[i]);
	}
	while (this->queue->remove_first(this->queue, (void**)&query) == SUCCESS)
	{
		complete(query, NULL, 0);
	}
	this->queue->destroy(this->queue);
	this->condvar->destroy(this->condvar);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
initiator_resolver_t *initiator_resolver_create(initiator_lookup_t lookup)
{
	private_initiator_resolver_t *this;

	INIT(this,
		.public = {
			.resolve = _resolve,
			.destroy = _destroy,
		},
		.lookup = lookup ?: lookup_name,
		.queue = linked_list_create(),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
		.condvar = condvar_create(CONDVAR_TYPE_DEFAULT),
	);
	return &this->public;
}
