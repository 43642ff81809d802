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

#include "socket_wrapper.h"

#include <daemon.h>
#include <threading/condvar.h>
#include <threading/mutex.h>
#include <threading/thread.h>

typedef struct private_socket_wrapper_t private_socket_wrapper_t;

/**
 * Private data of a socket_wrapper_t object.
 */
struct private_socket_wrapper_t {

	/**
	 * Public interface.
	 */
	socket_wrapper_t public;

	/**
	 * What charon->socket was before, owned.
	 */
	socket_manager_t *original;

	/**
	 * Held by the thread that receives, charon has but one.
	 */
	mutex_t *receiving;

	/**
	 * packet_t that the filter received for charon; belongs to the thread that
	 * receives.
	 */
	linked_list_t *packets;

	/**
	 * Filter in use, NULL if none.
	 */
	packet_filter_t *filter;

	/**
	 * Filter that the thread that receives is in a method of, NULL if none.
	 */
	packet_filter_t *inside;

	/**
	 * Protects filter and inside.
	 */
	mutex_t *mutex;

	/**
	 * Signaled when a thread leaves the filter.
	 */
	condvar_t *left;
};

/**
 * Enter the filter, if there is one.
 */
static packet_filter_t *enter(private_socket_wrapper_t *this)
{
	packet_filter_t *filter;

	this->mutex->lock(this->mutex);
	filter = this->filter;
	this->inside = filter;
	this->mutex->unlock(this->mutex);
	return filter;
}

/**
 * Leave the filter.
 */
static void leave(private_socket_wrapper_t *this)
{
	this->mutex->lock(this->mutex);
	this->inside = NULL;
	this->left->broadcast(this->left);
	this->mutex->unlock(this->mutex);
}

/**
 * Let the filter receive, if it can; release() leaves it if charon cancels the
 * thread meanwhile.
 */
static bool receive_by_filter(private_socket_wrapper_t *this)
{
	packet_filter_t *filter;
	bool able = FALSE;

	filter = enter(this);
	if (filter)
	{
		able = filter->receive != NULL;
		if (able)
		{
			filter->receive(filter->data, this->packets);
		}
		leave(this);
	}
	return able;
}

/**
 * Let the filter look at a packet, TRUE if charon shall not get it.
 */
static bool consumed(private_socket_wrapper_t *this, packet_t *packet)
{
	packet_filter_t *filter;
	bool consumed = FALSE;

	filter = enter(this);
	if (filter)
	{
		consumed = filter->consume(filter->data, packet);
		leave(this);
	}
	return consumed;
}

/**
 * Get the next packet for charon; the caller holds the lock for receiving.
 */
static status_t receive_next(private_socket_wrapper_t *this, packet_t **packet)
{
	status_t status;

	if (this->packets->remove_first(this->packets, (void**)packet) == SUCCESS)
	{
		return SUCCESS;
	}
	if (receive_by_filter(this))
	{
		/* nothing if the filter was woken: the receiver tries again */
		return this->packets->remove_first(this->packets,
								(void**)packet) == SUCCESS ? SUCCESS : FAILED;
	}
	while (TRUE)
	{
		status = this->original->receive(this->original, packet);
		if (status != SUCCESS || !consumed(this, *packet))
		{
			return status;
		}
		(*packet)->destroy(*packet);
	}
}

/**
 * End to receive, also where the thread was cancelled in a filter.
 */
static void release(private_socket_wrapper_t *this)
{
	if (this->inside)
	{
		leave(this);
	}
	this->receiving->unlock(this->receiving);
}

METHOD(socket_manager_t, receive_, status_t,
	private_socket_wrapper_t *this, packet_t **packet)
{
	status_t status;

	this->receiving->lock(this->receiving);
	thread_cleanup_push((thread_cleanup_t)release, this);
	status = receive_next(this, packet);
	thread_cleanup_pop(TRUE);
	return status;
}

METHOD(socket_manager_t, send_, status_t,
	private_socket_wrapper_t *this, packet_t *packet)
{
	return this->original->send(this->original, packet);
}

METHOD(socket_manager_t, get_port, uint16_t,
	private_socket_wrapper_t *this, bool nat_t)
{
	return this->original->get_port(this->original, nat_t);
}

METHOD(socket_manager_t, supported_families, socket_family_t,
	private_socket_wrapper_t *this)
{
	return this->original->supported_families(this->original);
}

METHOD(socket_manager_t, add_socket, void,
	private_socket_wrapper_t *this, socket_constructor_t create)
{
	this->original->add_socket(this->original, create);
}

METHOD(socket_manager_t, remove_socket, void,
	private_socket_wrapper_t *this, socket_constructor_t create)
{
	this->original->remove_socket(this->original, create);
}

METHOD(socket_manager_t, destroy, void,
	private_socket_wrapper_t *this)
{
	this->original->destroy(this->original);
	this->packets->destroy_offset(this->packets, offsetof(packet_t, destroy));
	this->left->destroy(this->left);
	this->mutex->destroy(this->mutex);
	this->receiving->destroy(this->receiving);
	free(this);
}

METHOD(socket_wrapper_t, set_filter, void,
	private_socket_wrapper_t *this, packet_filter_t *filter)
{
	packet_filter_t *old;

	this->mutex->lock(this->mutex);
	old = this->filter;
	this->filter = filter;
	while (old && old != filter && this->inside == old)
	{
		old->wake(old->data);
		this->left->wait(this->left, this->mutex);
	}
	this->mutex->unlock(this->mutex);
}

METHOD(socket_wrapper_t, get_original, socket_manager_t*,
	private_socket_wrapper_t *this)
{
	return this->original;
}

/*
 * Described in header
 */
socket_wrapper_t *socket_wrapper_install()
{
	private_socket_wrapper_t *this;

	if ((void*)charon->socket->receive == (void*)_receive_)
	{
		this = (private_socket_wrapper_t*)charon->socket;
		return &this->public;
	}
	INIT(this,
		.public = {
			.manager = {
				.receive = _receive_,
				.send = _send_,
				.get_port = _get_port,
				.supported_families = _supported_families,
				.add_socket = _add_socket,
				.remove_socket = _remove_socket,
				.destroy = _destroy,
			},
			.set_filter = _set_filter,
			.get_original = _get_original,
		},
		.original = charon->socket,
		.receiving = mutex_create(MUTEX_TYPE_DEFAULT),
		.packets = linked_list_create(),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
		.left = condvar_create(CONDVAR_TYPE_DEFAULT),
	);
	charon->socket = &this->public.manager;
	return &this->public;
}
