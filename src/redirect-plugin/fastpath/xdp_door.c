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

#include "xdp_door.h"
#include "xdp_frame.h"
#include "xdp_process.h"
#include "xdp_queue.h"

#include <daemon.h>
#include <threading/mutex.h>
#include <threading/thread.h>

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

/** frames taken and looked at together: what is remembered of so many clients
 * fits into the fastest memory of a processor */
#define BATCH 32

/** most batches until the kernel is told, and the door listened to */
#define BATCHES 4

/** how long to wait for frames while others are being sent, in milliseconds */
#define SENDING 10

/** packets that wait for charon, about what a socket has room for */
#define WAITING_MAX 512

typedef struct private_xdp_door_t private_xdp_door_t;
typedef struct worker_t worker_t;

/**
 * A queue and the thread that serves it.
 */
struct worker_t {

	/** the door it belongs to */
	private_xdp_door_t *door;

	/** its queue */
	xdp_queue_t *queue;

	/** its thread, and what looks at its datagrams; NULL if it does not run */
	thread_t *thread;
	examiner_t *examiner;

	/** a batch: frames as they were received, what is in them, and answers */
	chunk_t data[BATCH];
	xdp_frame_t frames[BATCH];
	ike_datagram_t datagrams[BATCH];
	uint8_t answers[BATCH][IKE_SOCKETS_ANSWER_MAX];
};

/**
 * Private data of an xdp_door_t object.
 */
struct private_xdp_door_t {

	/**
	 * Public interface.
	 */
	xdp_door_t public;

	/**
	 * Who uses it.
	 */
	const xdp_door_user_t *user;

	/**
	 * The program that attached it.
	 */
	xdp_process_t process;

	/**
	 * Queues.
	 */
	worker_t workers[XDP_QUEUES_MAX];
	int count;

	/**
	 * TRUE if the threads run, and once they did.
	 */
	bool running, open;

	/**
	 * TRUE if redirect-xdp is gone; by an atomic operation.
	 */
	bool orphaned;

	/**
	 * Can be read while the threads shall end.
	 */
	int event;

	/**
	 * packet_t for charon.
	 */
	linked_list_t *waiting;

	/**
	 * Number of them, read without the lock.
	 */
	int waiting_count;

	/**
	 * Protects the packets.
	 */
	mutex_t *mutex;
};

/**
 * Count something.
 */
static void add(uint64_t *counter, uint64_t n)
{
	if (n)
	{
		__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
	}
}

/**
 * Keep packets for charon, as far as there is room; empties the list.
 */
static void keep(private_xdp_door_t *this, linked_list_t *packets)
{
	packet_t *packet;
	int dropped = 0;

	this->mutex->lock(this->mutex);
	while (packets->remove_first(packets, (void**)&packet) == SUCCESS)
	{
		if (this->waiting_count < WAITING_MAX)
		{
			this->waiting->insert_last(this->waiting, packet);
			__atomic_store_n(&this->waiting_count, this->waiting_count + 1,
							 __ATOMIC_RELAXED);
		}
		else
		{
			packet->destroy(packet);
			dropped++;
		}
	}
	this->mutex->unlock(this->mutex);
	add(&this->user->counters->xdp_dropped, dropped);
	this->user->ring(this->user->data);
}

/**
 * Read the frames of a batch; those that are damaged have no data.
 */
static void parse(worker_t *this, int count)
{
	int i, dropped = 0;

	for (i = 0; i < count; i++)
	{
		this->datagrams[i] = (ike_datagram_t){
			.answer = this->answers[i],
		};
		dropped += !xdp_frame_parse(this->data[i], &this->frames[i],
									&this->datagrams[i]);
	}
	add(&this->door->user->counters->xdp_dropped, dropped);
}

/**
 * Send each frame back as its answer, or give it back to the kernel.
 */
static void answer(worker_t *this, int count)
{
	ike_datagram_t *datagram;
	int i;

	for (i = 0; i < count; i++)
	{
		datagram = &this->datagrams[i];
		if (datagram->answer_len)
		{
			this->queue->send(this->queue, xdp_frame_answer(&this->frames[i],
					chunk_create(datagram->answer, datagram->answer_len)));
		}
		else
		{
			this->queue->release(this->queue, this->data[i]);
		}
	}
}

/**
 * Take what has arrived, some batches of it.
 *
 * @return				TRUE if there are frames that were not sent yet
 */
static bool turn(worker_t *this, linked_list_t *packets)
{
	int i, received, answered = 0, all = 0;
	bool sending;

	for (i = 0; i < BATCHES; i++)
	{
		received = this->queue->receive(this->queue, this->data, BATCH);
		if (!received)
		{
			break;
		}
		all += received;
		parse(this, received);
		answered += this->examiner->look_at(this->examiner, this->datagrams,
											received, packets);
		answer(this, received);
	}
	this->examiner->flush(this->examiner);
	add(&this->door->user->counters->xdp_frames, all);
	sending = this->queue->flush(this->queue);
	if (packets->get_count(packets))
	{
		keep(this->door, packets);
		if (answered)
		{	/* charon's workers first, as on its sockets */
			sched_yield();
		}
	}
	return sending;
}

/**
 * Serve a queue until the door says that it is enough.
 */
static void *serve(worker_t *this)
{
	linked_list_t *packets = linked_list_create();
	struct pollfd files[] = {
		{ .fd = this->queue->get_fd(this->queue), .events = POLLIN },
		{ .fd = this->door->event, .events = POLLIN },
		/* it says nothing any more, it may end */
		{ .fd = this->door->process.fd },
	};
	bool sending = FALSE;
	int i;

	thread_cancelability(FALSE);
	while (poll(files, countof(files), sending ? SENDING : -1) < 0 ||
		   !files[1].revents)
	{
		if (files[0].revents & (POLLERR | POLLNVAL))
		{	/* interface is gone, so is the queue */
			files[0].fd = -1;
		}
		if (files[2].revents)
		{
			files[2].fd = -1;
			__atomic_store_n(&this->door->orphaned, TRUE, __ATOMIC_RELAXED);
			this->door->user->ring(this->door->user->data);
		}
		sending = turn(this, packets);
	}
	/* what had arrived by then, and no more: others may come all the time */
	for (i = 0; i < XDP_FRAMES / BATCH / BATCHES; i++)
	{
		turn(this, packets);
	}
	packets->destroy(packets);
	return NULL;
}

/**
 * End the threads that run.
 */
static void end_threads(private_xdp_door_t *this)
{
	worker_t *worker;
	eventfd_t value;
	int i;

	ignore_result(eventfd_write(this->event, 1));
	for (i = 0; i < this->count; i++)
	{
		worker = &this->workers[i];
		if (worker->thread)
		{
			worker->thread->join(worker->thread);
			worker->thread = NULL;
		}
		DESTROY_IF(worker->examiner);
		worker->examiner = NULL;
	}
	ignore_result(eventfd_read(this->event, &value));
}

/**
 * Start the threads, FALSE if one cannot be started.
 */
static bool start_threads(private_xdp_door_t *this)
{
	worker_t *worker;
	int i;

	for (i = 0; i < this->count; i++)
	{
		worker = &this->workers[i];
		worker->examiner = this->user->create_examiner(this->user->data);
		worker->thread = thread_create((thread_main_t)serve, worker);
		if (!worker->thread)
		{
			return FALSE;
		}
	}
	return TRUE;
}

METHOD(xdp_door_t, run, bool,
	private_xdp_door_t *this)
{
	if (this->running)
	{
		return !__atomic_load_n(&this->orphaned, __ATOMIC_RELAXED);
	}
	this->running = TRUE;
	/* open once, and only if there is a thread for each queue */
	if (!start_threads(this) ||
		(!this->open && !xdp_process_open(&this->process)))
	{
		DBG1(DBG_NET, "redirect: fast_path_xdp: threads cannot be started; requests "
			 "are received by sockets");
		xdp_process_stop(&this->process);
	}
	this->open = TRUE;
	return TRUE;
}

METHOD(xdp_door_t, pause_, void,
	private_xdp_door_t *this)
{
	if (this->running)
	{
		end_threads(this);
		this->running = FALSE;
	}
}

METHOD(xdp_door_t, take, void,
	private_xdp_door_t *this, linked_list_t *packets)
{
	packet_t *packet;

	if (__atomic_load_n(&this->waiting_count, __ATOMIC_RELAXED))
	{
		this->mutex->lock(this->mutex);
		while (this->waiting->remove_first(this->waiting,
										   (void**)&packet) == SUCCESS)
		{
			packets->insert_last(packets, packet);
		}
		__atomic_store_n(&this->waiting_count, 0, __ATOMIC_RELAXED);
		this->mutex->unlock(this->mutex);
	}
}

METHOD(xdp_door_t, destroy, void,
	private_xdp_door_t *this)
{
	/* first, so that requests take the other way while the threads end */
	xdp_process_stop(&this->process);
	pause_(this);
	while (this->count)
	{
		this->count--;
		this->workers[this->count].queue->destroy(
											this->workers[this->count].queue);
	}
	close(this->event);
	this->waiting->destroy_offset(this->waiting, offsetof(packet_t, destroy));
	this->mutex->destroy(this->mutex);
	free(this);
}

/**
 * Add a queue that was reported.
 */
static bool add_queue(private_xdp_door_t *this, const xdp_report_t *report,
					  const int files[2])
{
	worker_t *worker = &this->workers[this->count];

	if (files[0] == -1 || this->count == countof(this->workers))
	{
		errno = EPROTO;
		return FALSE;
	}
	worker->door = this;
	worker->queue = xdp_queue_create(report, files);
	this->count += worker->queue != NULL;
	return worker->queue != NULL;
}

/**
 * Hear what became of the interfaces.
 */
static bool hear(private_xdp_door_t *this)
{
	xdp_report_t report;
	int files[2];

	while (xdp_process_hear(&this->process, &report, files))
	{
		switch (report.kind)
		{
			case XDP_REPORT_QUEUE:
				if (!add_queue(this, &report, files))
				{
					DBG1(DBG_NET, "redirect: fast_path_xdp: queue %u of %s cannot "
						 "be used: %s; requests are received by sockets",
						 report.queue, report.interface, strerror(errno));
					return FALSE;
				}
				break;
			case XDP_REPORT_ATTACHED:
				DBG1(DBG_NET, "redirect: fast_path_xdp: attached to %s (%s)",
					 report.interface, report.text);
				break;
			case XDP_REPORT_FAILED:
				DBG1(DBG_NET, "redirect: fast_path_xdp: not attached to %s: %s; "
					 "its requests are received by sockets", report.interface,
					 report.text);
				break;
			case XDP_REPORT_DONE:
				return this->count > 0;
		}
	}
	DBG1(DBG_NET, "redirect: fast_path_xdp: " XDP_HELPER " does not work; requests "
		 "are received by sockets");
	return FALSE;
}

/*
 * Described in header
 */
xdp_door_t *xdp_door_create(const char *interfaces, uint16_t port,
							uint16_t port_nat_t, const xdp_door_user_t *user)
{
	private_xdp_door_t *this;
	xdp_process_t process;

	if (!xdp_process_start(&process, interfaces, port, port_nat_t))
	{
		DBG1(DBG_NET, "redirect: fast_path_xdp: " XDP_HELPER " cannot be run: %s; "
			 "requests are received by sockets", strerror(errno));
		return NULL;
	}
	INIT(this,
		.public = {
			.run = _run,
			.pause = _pause_,
			.take = _take,
			.destroy = _destroy,
		},
		.user = user,
		.process = process,
		.event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
		.waiting = linked_list_create(),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	if (!hear(this))
	{
		destroy(this);
		return NULL;
	}
	return &this->public;
}
