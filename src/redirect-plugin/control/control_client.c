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

#include <processing/jobs/callback_job.h>
#include <threading/mutex.h>

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/**
 * Octets of the length in front of messages.
 */
#define HEADER 4

/**
 * Milliseconds until it is tried again to write to a client that did not read:
 * at first, and at most after doubling it each time. A watcher would be the
 * other way, but cannot be told to watch a file descriptor again while its
 * callback for it returns.
 */
#define RETRY_MIN 2
#define RETRY_MAX 1000

typedef struct private_control_client_t private_control_client_t;

/**
 * Private data
 */
struct private_control_client_t {

	/**
	 * Public interface
	 */
	control_client_t public;

	/**
	 * Server
	 */
	control_client_owner_t owner;

	/**
	 * References: who created it, who reads, the job that writes
	 */
	refcount_t refs;

	/**
	 * Connection
	 */
	int fd;

	/**
	 * Length of the message that is read, and the message
	 */
	uint8_t header[HEADER];
	chunk_t in;

	/**
	 * Octets of both that were read; used by the thread that reads only
	 */
	size_t done;

	/**
	 * What waits to be written, and how much of it is written
	 */
	chunk_t out;
	size_t written;

	/**
	 * TRUE while a request is being answered
	 */
	bool busy;

	/**
	 * TRUE from then on until the answer is written
	 */
	bool answering;

	/**
	 * When it was answered last, or when it connected
	 */
	timeval_t active;

	/**
	 * What the rest of the answer comes from, if any, the event it is sent as, and
	 * whether that has begun
	 */
	control_source_t *source;
	const char *event;
	bool feeding;

	/**
	 * TRUE while the source looks for a piece, without the mutex
	 */
	bool looking;

	/**
	 * The response after that
	 */
	chunk_t response;

	/**
	 * TRUE while a job is going to write what waits
	 */
	bool scheduled;

	/**
	 * Milliseconds until that job tries again, and since it could write nothing
	 */
	uint32_t retry, stalled;

	/**
	 * TRUE if it is closed, and if that is because it did not read
	 */
	bool closed, slow;

	/**
	 * Guards everything about writing
	 */
	mutex_t *mutex;
};

/**
 * Nothing comes from the source anymore; the mutex is held. If it looks for a
 * piece now, that is left to who asked it.
 */
static void end_source(private_control_client_t *this)
{
	if (this->looking)
	{
		return;
	}
	DESTROY_IF(this->source);
	this->source = NULL;
	this->feeding = FALSE;
	chunk_free(&this->response);
}

METHOD(control_client_t, get_ref, control_client_t*,
	private_control_client_t *this)
{
	ref_get(&this->refs);
	return &this->public;
}

METHOD(control_client_t, put_ref, void,
	private_control_client_t *this)
{
	if (ref_put(&this->refs))
	{
		close(this->fd);
		end_source(this);
		__atomic_fetch_sub(this->owner.waiting, this->out.len - this->written,
						   __ATOMIC_RELAXED);
		free(this->in.ptr);
		free(this->out.ptr);
		this->mutex->destroy(this->mutex);
		free(this);
	}
}

/**
 * Octets that wait to be written; the mutex is held.
 */
static size_t get_waiting(private_control_client_t *this)
{
	return this->out.len - this->written;
}

/**
 * Disconnect; the mutex is held. The watcher wakes up by that.
 */
static void shut_down(private_control_client_t *this, bool slow)
{
	if (!this->closed)
	{
		this->closed = TRUE;
		this->slow = slow;
		this->busy = this->answering = FALSE;
		end_source(this);
		shutdown(this->fd, SHUT_RDWR);
		/* nobody gets it anymore, and the job that writes may sleep for long */
		__atomic_fetch_sub(this->owner.waiting, get_waiting(this),
						   __ATOMIC_RELAXED);
		chunk_free(&this->out);
		this->written = 0;
	}
}

METHOD(control_client_t, close_, void,
	private_control_client_t *this)
{
	this->mutex->lock(this->mutex);
	shut_down(this, FALSE);
	this->mutex->unlock(this->mutex);
}

METHOD(control_client_t, get_idle, int64_t,
	private_control_client_t *this)
{
	timeval_t now, idle;

	time_monotonic(&now);
	this->mutex->lock(this->mutex);
	timersub(&now, &this->active, &idle);
	if (this->answering)
	{
		idle = (timeval_t){ .tv_usec = -1000 };
	}
	this->mutex->unlock(this->mutex);
	return idle.tv_sec * 1000LL + idle.tv_usec / 1000;
}

/**
 * Write what waits, as far as the client reads; the mutex is held.
 */
static void write_out(private_control_client_t *this)
{
	ssize_t len;

	while (!this->closed && this->written < this->out.len)
	{
		len = send(this->fd, this->out.ptr + this->written,
				   get_waiting(this), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (len < 0 && errno == EINTR)
		{
			continue;
		}
		if (len < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		{
			return;
		}
		if (len <= 0)
		{
			shut_down(this, FALSE);
			return;
		}
		this->written += len;
		__atomic_fetch_sub(this->owner.waiting, len, __ATOMIC_RELAXED);
	}
	if (this->written == this->out.len)
	{
		chunk_free(&this->out);
		this->written = 0;
	}
}

/**
 * Add to what waits; the mutex is held.
 */
static void append(private_control_client_t *this, chunk_t a, chunk_t b)
{
	size_t waiting = get_waiting(this);

	if (this->written > waiting)
	{	/* most of the buffer is written, so there is little to move */
		memmove(this->out.ptr, this->out.ptr + this->written, waiting);
		this->out.len = waiting;
		this->written = 0;
	}
	this->out.ptr = realloc(this->out.ptr, this->out.len + a.len + b.len);
	memcpy(this->out.ptr + this->out.len, a.ptr, a.len);
	if (b.len)
	{
		memcpy(this->out.ptr + this->out.len + a.len, b.ptr, b.len);
	}
	this->out.len += a.len + b.len;
	__atomic_fetch_add(this->owner.waiting, a.len + b.len, __ATOMIC_RELAXED);
}

/**
 * Write the part of a message in front of its contents.
 */
static size_t write_head(uint8_t *head, vici_operation_t op, const char *name,
						 size_t contents)
{
	size_t len = HEADER;

	head[len++] = op;
	if (name)
	{
		head[len++] = strlen(name);
		memcpy(head + len, name, strlen(name));
		len += strlen(name);
	}
	htoun32(head, len - HEADER + contents);
	return len;
}

/**
 * Put a message to what waits; the mutex is held.
 */
static void put_message(private_control_client_t *this, vici_operation_t op,
						const char *name, chunk_t contents)
{
	uint8_t head[HEADER + 2 + UINT8_MAX];
	size_t len;

	len = write_head(head, op, name, contents.len);
	append(this, chunk_create(head, len), contents);
	if (op != VICI_EVENT)
	{	/* noted before the client gets it, and may let others ask */
		this->busy = FALSE;
		time_monotonic(&this->active);
	}
}

/**
 * Have as much of the source wait as may, and the response after it; the mutex is
 * held, but not while the source looks for a piece.
 */
static void take_from_source(private_control_client_t *this)
{
	vici_message_t *message;

	while (this->feeding && get_waiting(this) < CONTROL_FEED)
	{
		this->looking = TRUE;
		this->mutex->unlock(this->mutex);
		message = this->source->next(this->source);
		this->mutex->lock(this->mutex);
		this->looking = FALSE;
		if (message && !this->closed)
		{
			put_message(this, VICI_EVENT, this->event,
						message->get_encoding(message));
		}
		else
		{
			if (!this->closed)
			{
				put_message(this, VICI_CMD_RESPONSE, NULL, this->response);
			}
			end_source(this);
		}
		DESTROY_IF(message);
	}
}

/**
 * Disconnect a client that reads nothing of its answer; the mutex is held.
 */
static void check_progress(private_control_client_t *this, size_t written)
{
	if (written)
	{
		this->retry = RETRY_MIN;
		this->stalled = 0;
		return;
	}
	this->stalled += this->retry;
	this->retry = min(this->retry * 2, RETRY_MAX);
	if (this->stalled >= this->owner.patience && this->answering)
	{
		shut_down(this, TRUE);
	}
}

/**
 * Try again to write what waits.
 */
static job_requeue_t write_job(private_control_client_t *this)
{
	size_t waiting;
	uint32_t retry;

	this->mutex->lock(this->mutex);
	take_from_source(this);
	waiting = get_waiting(this);
	write_out(this);
	check_progress(this, waiting - get_waiting(this));
	this->scheduled = !this->closed && (get_waiting(this) || this->feeding);
	if (!get_waiting(this) && !this->busy && this->answering)
	{
		this->answering = FALSE;
		time_monotonic(&this->active);
	}
	retry = this->scheduled ? this->retry : 0;
	this->mutex->unlock(this->mutex);
	return retry ? JOB_RESCHEDULE_MS(retry) : JOB_REQUEUE_NONE;
}

/**
 * Have a job write what waits; the mutex is held.
 */
static void schedule_write(private_control_client_t *this)
{
	this->scheduled = TRUE;
	this->retry = RETRY_MIN;
	this->stalled = 0;
	get_ref(this);
	lib->scheduler->schedule_job_ms(lib->scheduler,
		(job_t*)callback_job_create((callback_job_cb_t)write_job, this,
						(callback_job_cleanup_t)this->public.put_ref, NULL),
		RETRY_MIN);
}

METHOD(control_client_t, send_, size_t,
	private_control_client_t *this, vici_operation_t op, const char *name,
	chunk_t contents)
{
	size_t waiting;

	this->mutex->lock(this->mutex);
	if (!this->closed)
	{
		put_message(this, op, name, contents);
		if (!this->scheduled)
		{
			write_out(this);
		}
		if (get_waiting(this) > CONTROL_ANSWER_MAX ||
			__atomic_load_n(this->owner.waiting, __ATOMIC_RELAXED) >
														CONTROL_ANSWERS_MAX)
		{
			shut_down(this, TRUE);
		}
		if (!this->closed && !this->scheduled && get_waiting(this))
		{
			schedule_write(this);
		}
	}
	waiting = get_waiting(this);
	this->answering = this->answering && (this->busy || waiting);
	this->mutex->unlock(this->mutex);
	return waiting;
}

METHOD(control_client_t, set_source, void,
	private_control_client_t *this, const char *event,
	control_source_t *source)
{
	this->mutex->lock(this->mutex);
	if (this->closed)
	{
		source->destroy(source);
	}
	else
	{
		this->source = source;
		this->event = event;
	}
	this->mutex->unlock(this->mutex);
}

METHOD(control_client_t, answer, void,
	private_control_client_t *this, chunk_t contents)
{
	bool feeding;

	this->mutex->lock(this->mutex);
	feeding = this->feeding = this->source != NULL;
	if (feeding)
	{
		this->response = chunk_clone(contents);
		if (!this->scheduled)
		{
			schedule_write(this);
		}
	}
	this->mutex->unlock(this->mutex);
	if (!feeding)
	{
		send_(this, VICI_CMD_RESPONSE, NULL, contents);
	}
}

METHOD(control_client_t, accepts_event, bool,
	private_control_client_t *this)
{
	bool room;

	this->mutex->lock(this->mutex);
	room = !this->closed && get_waiting(this) < CONTROL_EVENTS_MAX;
	if (!room && !this->answering)
	{
		shut_down(this, TRUE);
	}
	this->mutex->unlock(this->mutex);
	return room;
}

/**
 * The client reads nothing anymore: the watcher must be done with it before the
 * file descriptor may be closed.
 */
static job_requeue_t end_reading(private_control_client_t *this)
{
	this->mutex->lock(this->mutex);
	shut_down(this, FALSE);
	this->mutex->unlock(this->mutex);
	lib->watcher->remove(lib->watcher, this->fd);
	this->owner.gone(this->owner.data, &this->public, this->slow);
	put_ref(this);
	return JOB_REQUEUE_NONE;
}

/**
 * Read some octets.
 *
 * @return				FALSE if the client is gone
 */
static bool read_some(private_control_client_t *this, uint8_t *buf, size_t len)
{
	ssize_t got;

	do
	{
		got = recv(this->fd, buf, len, MSG_DONTWAIT);
	}
	while (got < 0 && errno == EINTR);
	if (got > 0)
	{
		this->done += got;
		return TRUE;
	}
	return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

/**
 * Handle a message that was read as a whole.
 *
 * @return				FALSE if it is nonsense, or the one before is being answered
 */
static bool handle(private_control_client_t *this)
{
	char name[UINT8_MAX + 1];
	chunk_t in = this->in;
	bool early;
	size_t len;

	if (in.len < 2 || in.len < 2U + in.ptr[1])
	{
		return FALSE;
	}
	len = in.ptr[1];
	if (!vici_stringify(chunk_create(in.ptr + 2, len), name, sizeof(name)))
	{
		return FALSE;
	}
	this->mutex->lock(this->mutex);
	early = this->source != NULL;
	this->busy = this->answering = TRUE;
	this->mutex->unlock(this->mutex);
	if (early)
	{
		return FALSE;
	}
	this->owner.message(this->owner.data, &this->public, in.ptr[0], name,
						chunk_skip(in, 2 + len));
	return TRUE;
}

/**
 * Read what there is of a message, and handle it if that is all of it.
 *
 * @return				FALSE to close the client
 */
static bool read_message(private_control_client_t *this)
{
	uint32_t len;
	bool good;

	if (this->done < HEADER)
	{
		if (!read_some(this, this->header + this->done, HEADER - this->done))
		{
			return FALSE;
		}
		if (this->done < HEADER)
		{
			return TRUE;
		}
		len = untoh32(this->header);
		if (!len || len > CONTROL_REQUEST_MAX)
		{
			return FALSE;
		}
		this->in = chunk_alloc(len);
	}
	if (!read_some(this, this->in.ptr + this->done - HEADER,
				   this->in.len + HEADER - this->done))
	{
		return FALSE;
	}
	if (this->done < this->in.len + HEADER)
	{
		return TRUE;
	}
	good = handle(this);
	chunk_free(&this->in);
	this->done = 0;
	return good;
}

/**
 * The client has sent something, or is closed.
 */
static bool on_readable(private_control_client_t *this, int fd,
						watcher_event_t event)
{
	if (!read_message(this))
	{
		lib->processor->queue_job(lib->processor,
			(job_t*)callback_job_create((callback_job_cb_t)end_reading, this,
										NULL, NULL));
		return FALSE;
	}
	return TRUE;
}

METHOD(control_client_t, start, void,
	private_control_client_t *this)
{
	get_ref(this);
	lib->watcher->add(lib->watcher, this->fd, WATCHER_READ,
					  (watcher_cb_t)on_readable, this);
}

METHOD(control_client_t, stop, void,
	private_control_client_t *this)
{
	lib->watcher->remove(lib->watcher, this->fd);
	close_(this);
	put_ref(this);
}

/*
 * Described in header
 */
control_client_t *control_client_create(int fd,
										const control_client_owner_t *owner)
{
	private_control_client_t *this;

	INIT(this,
		.public = {
			.start = _start,
			.send = _send_,
			.set_source = _set_source,
			.answer = _answer,
			.accepts_event = _accepts_event,
			.get_idle = _get_idle,
			.close = _close_,
			.get_ref = _get_ref,
			.put_ref = _put_ref,
			.stop = _stop,
		},
		.owner = *owner,
		.refs = 1,
		.fd = fd,
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	time_monotonic(&this->active);
	return &this->public;
}
