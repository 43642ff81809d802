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

/* the kernel tells rings from each other by offsets above 4 GiB, which an off_t of
 * 32 bit does not hold */
#define _FILE_OFFSET_BITS 64

#include "xdp_queue.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#ifndef SOL_XDP
#define SOL_XDP 283
#endif

/** calls that send what waits; the kernel takes 32 frames or so with each */
#define KICKS_MAX (XDP_FRAMES / 16)

/** how long to wait for who had the queue before, and how often to look, in
 * milliseconds */
#define PATIENCE 5000
#define LOOK 10

/** octets of all frames */
#define MEMORY_LEN (XDP_FRAMES * XDP_FRAME_SIZE)

typedef struct private_xdp_queue_t private_xdp_queue_t;
typedef struct ring_t ring_t;

/**
 * A ring that one side fills and the other empties, XDP_FRAMES entries.
 */
struct ring_t {

	/** what is mapped, and its length */
	void *map;
	size_t len;

	/** counters of both sides, flags of the kernel, entries */
	uint32_t *producer, *consumer, *flags;
	void *entries;

	/** our side's counter, written to the shared one by flush() */
	uint32_t next;
};

/**
 * Private data of an xdp_queue_t object.
 */
struct private_xdp_queue_t {

	/**
	 * Public interface.
	 */
	xdp_queue_t public;

	/**
	 * The socket.
	 */
	int fd;

	/**
	 * Memory of the frames.
	 */
	uint8_t *memory;

	/**
	 * Frames for the kernel to receive into, received, to send, and sent. Each
	 * has room for all frames, so that none is ever full.
	 */
	ring_t fill, rx, tx, completion;
};

/**
 * Read a counter that the kernel writes, and see what it wrote before.
 */
static uint32_t load(uint32_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

/**
 * Write a counter that the kernel reads, after all else.
 */
static void store(uint32_t *counter, uint32_t value)
{
	__atomic_store_n(counter, value, __ATOMIC_RELEASE);
}

/**
 * Entry of a ring of frames, and of one of addresses.
 */
static struct xdp_desc *frame_at(ring_t *ring, uint32_t index)
{
	return (struct xdp_desc*)ring->entries + index % XDP_FRAMES;
}

static uint64_t *address_at(ring_t *ring, uint32_t index)
{
	return (uint64_t*)ring->entries + index % XDP_FRAMES;
}

/**
 * Let the kernel receive into a frame again.
 */
static void refill(private_xdp_queue_t *this, uint64_t address)
{
	*address_at(&this->fill, this->fill.next++) = address -
												  address % XDP_FRAME_SIZE;
}

METHOD(xdp_queue_t, receive_, int,
	private_xdp_queue_t *this, chunk_t *frames, int max)
{
	uint32_t available = load(this->rx.producer) - this->rx.next;
	struct xdp_desc *desc;
	int i, count;

	count = min(available, (uint32_t)max);
	for (i = 0; i < count; i++)
	{
		desc = frame_at(&this->rx, this->rx.next++);
		frames[i] = chunk_create(this->memory + desc->addr, desc->len);
	}
	store(this->rx.consumer, this->rx.next);
	return count;
}

METHOD(xdp_queue_t, send_, void,
	private_xdp_queue_t *this, chunk_t frame)
{
	*frame_at(&this->tx, this->tx.next++) = (struct xdp_desc){
		.addr = frame.ptr - this->memory,
		.len = frame.len,
	};
}

METHOD(xdp_queue_t, release, void,
	private_xdp_queue_t *this, chunk_t frame)
{
	refill(this, frame.ptr - this->memory);
}

/**
 * Have the kernel send what waits.
 */
static void kick(private_xdp_queue_t *this)
{
	int i;

	for (i = 0; i < KICKS_MAX && load(this->tx.consumer) != this->tx.next; i++)
	{
		if (!(load(this->tx.flags) & XDP_RING_NEED_WAKEUP))
		{	/* a driver at work */
			return;
		}
		if (sendto(this->fd, NULL, 0, MSG_DONTWAIT, NULL, 0) < 0 &&
			errno != EAGAIN && errno != EBUSY && errno != EINTR)
		{	/* no room, or no link: with the next frames */
			return;
		}
	}
}

METHOD(xdp_queue_t, flush, bool,
	private_xdp_queue_t *this)
{
	uint32_t sent;

	store(this->tx.producer, this->tx.next);
	kick(this);
	for (sent = load(this->completion.producer); this->completion.next != sent;
		 this->completion.next++)
	{
		refill(this, *address_at(&this->completion, this->completion.next));
	}
	store(this->completion.consumer, this->completion.next);
	store(this->fill.producer, this->fill.next);
	return this->completion.next != this->tx.next;
}

METHOD(xdp_queue_t, get_fd, int,
	private_xdp_queue_t *this)
{
	return this->fd;
}

/**
 * Unmap a ring.
 */
static void unmap(ring_t *ring)
{
	if (ring->map)
	{
		munmap(ring->map, ring->len);
	}
}

METHOD(xdp_queue_t, destroy, void,
	private_xdp_queue_t *this)
{
	unmap(&this->fill);
	unmap(&this->rx);
	unmap(&this->tx);
	unmap(&this->completion);
	if (this->memory)
	{
		munmap(this->memory, MEMORY_LEN);
	}
	close(this->fd);
	free(this);
}

/**
 * Map a ring.
 */
static bool map(private_xdp_queue_t *this, ring_t *ring, off_t where,
				const struct xdp_ring_offset *offsets, size_t entry)
{
	ring->len = offsets->desc + XDP_FRAMES * entry;
	ring->map = mmap(NULL, ring->len, PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_POPULATE, this->fd, where);
	if (ring->map == MAP_FAILED)
	{
		ring->map = NULL;
		return FALSE;
	}
	ring->producer = ring->map + offsets->producer;
	ring->consumer = ring->map + offsets->consumer;
	ring->flags = ring->map + offsets->flags;
	ring->entries = ring->map + offsets->desc;
	return TRUE;
}

/**
 * Map memory and rings.
 */
static bool map_all(private_xdp_queue_t *this, int memory)
{
	struct xdp_mmap_offsets offsets;
	socklen_t len = sizeof(offsets);
	void *frames;

	frames = mmap(NULL, MEMORY_LEN, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_POPULATE, memory, 0);
	close(memory);
	if (frames == MAP_FAILED)
	{
		return FALSE;
	}
	this->memory = frames;
	return getsockopt(this->fd, SOL_XDP, XDP_MMAP_OFFSETS, &offsets,
					  &len) == 0 && len == sizeof(offsets) &&
		   map(this, &this->fill, XDP_UMEM_PGOFF_FILL_RING, &offsets.fr,
			   sizeof(uint64_t)) &&
		   map(this, &this->completion, XDP_UMEM_PGOFF_COMPLETION_RING,
			   &offsets.cr, sizeof(uint64_t)) &&
		   map(this, &this->rx, XDP_PGOFF_RX_RING, &offsets.rx,
			   sizeof(struct xdp_desc)) &&
		   map(this, &this->tx, XDP_PGOFF_TX_RING, &offsets.tx,
			   sizeof(struct xdp_desc));
}

/**
 * Bind the socket.
 */
static bool bind_queue(private_xdp_queue_t *this, const xdp_report_t *report)
{
	struct sockaddr_xdp addr = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = report->flags,
		.sxdp_ifindex = report->index,
		.sxdp_queue_id = report->queue,
	};
	int waited;

	for (waited = 0; bind(this->fd, (struct sockaddr*)&addr, sizeof(addr)) < 0;
		 waited += LOOK)
	{
		if (errno != EBUSY || waited == PATIENCE)
		{
			return FALSE;
		}
		poll(NULL, 0, LOOK);
	}
	return TRUE;
}

/*
 * Described in header
 */
xdp_queue_t *xdp_queue_create(const xdp_report_t *report, const int files[2])
{
	private_xdp_queue_t *this;
	uint64_t i;
	int error;

	INIT(this,
		.public = {
			.receive = _receive_,
			.send = _send_,
			.release = _release,
			.flush = _flush,
			.get_fd = _get_fd,
			.destroy = _destroy,
		},
		.fd = files[0],
	);
	if (!map_all(this, files[1]) || !bind_queue(this, report))
	{
		error = errno;
		destroy(this);
		errno = error;
		return NULL;
	}
	for (i = 0; i < XDP_FRAMES; i++)
	{
		refill(this, i * XDP_FRAME_SIZE);
	}
	flush(this);
	return &this->public;
}
