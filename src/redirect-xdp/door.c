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

#include "door.h"
#include "host.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

_Static_assert(FILTER_FRAME_MAX == XDP_FRAME_MAX, "longest frame");
_Static_assert(FILTER_QUEUES >= XDP_QUEUES_MAX, "most queues");

/** how long to wait for who had the interface before, and how often to look, in
 * milliseconds */
#define PATIENCE 5000
#define LOOK 10

/** the compiled program */
__asm__(
	".section .rodata\n"
	".balign 8\n"
	"filter_object: .incbin \"filter.bpf.o\"\n"
	"filter_object_end:\n"
	".previous\n");
extern const char filter_object[], filter_object_end[];

/**
 * Ways to attach, the best first: beside other programs or alone, in the driver
 * or before the network stack.
 */
static const struct {
	enum xdp_attach_mode mode;
	bool alone;
	const char *name;
} ways[] = {
	{ XDP_MODE_NATIVE, false, "native" },
	{ XDP_MODE_NATIVE, true, "native, alone" },
	{ XDP_MODE_SKB, false, "generic" },
	{ XDP_MODE_SKB, true, "generic, alone" },
};

/**
 * File of a map of the program, -1 if there is none.
 */
static int get_map(door_t *this, const char *name)
{
	return bpf_object__find_map_fd_by_name(
								xdp_program__bpf_obj(this->program), name);
}

/**
 * Say that the interface is taken; others in this network namespace see it. One
 * of us that has lost its charon needs a moment until it is gone.
 */
static bool take(door_t *this)
{
	struct sockaddr_un addr = {
		.sun_family = AF_UNIX,
	};
	int len, waited = 0;

	len = snprintf(addr.sun_path + 1, sizeof(addr.sun_path) - 1,
				   XDP_HELPER "-%d", this->index);
	this->lock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	while (bind(this->lock, (struct sockaddr*)&addr,
				offsetof(struct sockaddr_un, sun_path) + 1 + len) < 0)
	{
		if (errno != EADDRINUSE || waited == PATIENCE)
		{
			return false;
		}
		waited += LOOK;
		poll(NULL, 0, LOOK);
	}
	return true;
}

/**
 * Detach what one of us left behind that had no time to do it.
 */
static void clean(door_t *this)
{
	struct xdp_multiprog *all;
	struct xdp_program *one = NULL;
	bool alone;

	all = xdp_multiprog__get_from_ifindex(this->index);
	if (libxdp_get_error(all))
	{
		return;
	}
	alone = xdp_multiprog__is_legacy(all);
	if (alone)
	{
		one = xdp_multiprog__main_prog(all);
	}
	else
	{
		while ((one = xdp_multiprog__next_prog(one, all)) &&
			   strcmp(xdp_program__name(one), FILTER_NAME));
	}
	if (one && !strcmp(xdp_program__name(one), FILTER_NAME))
	{
		setenv("LIBXDP_SKIP_DISPATCHER", alone ? "1" : "0", 1);
		xdp_program__detach(one, this->index, xdp_multiprog__attach_mode(all), 0);
	}
	xdp_multiprog__close(all);
}

/**
 * Load the program and attach it in one of the ways.
 */
static int attach(door_t *this, enum xdp_attach_mode mode, bool alone)
{
	struct bpf_object *object;
	int error;

	setenv("LIBXDP_SKIP_DISPATCHER", alone ? "1" : "0", 1);
	object = bpf_object__open_mem(filter_object,
								  filter_object_end - filter_object, NULL);
	if (!object)
	{
		return -errno;
	}
	this->program = xdp_program__from_bpf_obj(object, "xdp");
	error = libxdp_get_error(this->program);
	if (!error)
	{
		error = xdp_program__attach(this->program, this->index, mode, 0);
		if (!error)
		{
			this->mode = mode;
			return 0;
		}
		xdp_program__close(this->program);
	}
	this->program = NULL;
	bpf_object__close(object);
	return error;
}

/**
 * Give the socket of a queue memory and rings.
 */
static bool prepare_queue(door_t *this, queue_t *queue)
{
	static const int rings[] = {
		XDP_UMEM_FILL_RING, XDP_UMEM_COMPLETION_RING, XDP_RX_RING, XDP_TX_RING,
	};
	struct xdp_umem_reg frames = {
		.len = XDP_FRAMES * XDP_FRAME_SIZE,
		.chunk_size = XDP_FRAME_SIZE,
	};
	uint32_t size = XDP_FRAMES;
	void *memory;
	bool ready;
	size_t i;

	queue->flags = XDP_USE_NEED_WAKEUP |
				   (this->mode == XDP_MODE_SKB ? XDP_COPY : 0);
	queue->socket = socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0);
	queue->memory = memfd_create(XDP_HELPER, MFD_CLOEXEC);
	if (queue->socket < 0 || queue->memory < 0 ||
		ftruncate(queue->memory, frames.len) < 0)
	{
		return false;
	}
	memory = mmap(NULL, frames.len, PROT_READ | PROT_WRITE, MAP_SHARED,
				  queue->memory, 0);
	if (memory == MAP_FAILED)
	{
		return false;
	}
	frames.addr = (uintptr_t)memory;
	ready = setsockopt(queue->socket, SOL_XDP, XDP_UMEM_REG, &frames,
					   sizeof(frames)) == 0;
	for (i = 0; ready && i < sizeof(rings) / sizeof(*rings); i++)
	{
		ready = setsockopt(queue->socket, SOL_XDP, rings[i], &size,
						   sizeof(size)) == 0;
	}
	/* the kernel has the pages, charon maps them by the file */
	munmap(memory, frames.len);
	return ready;
}

/**
 * Open the sockets of as many queues as there are.
 */
static bool open_queues(door_t *this, unsigned max)
{
	unsigned count = host_queues(this->interface);
	queue_t *queue;

	if (count > max)
	{
		count = max;
	}
	for (this->count = 0; this->count < count; this->count++)
	{
		queue = &this->queues[this->count];
		if (!prepare_queue(this, queue))
		{
			int error = errno;

			close(queue->socket);
			close(queue->memory);
			errno = error;
			break;
		}
	}
	return this->count > 0;
}

/**
 * Attach the program in the best way that works.
 */
static bool attach_somehow(door_t *this, const char **way, int *error)
{
	size_t i;

	clean(this);
	for (i = 0; i < sizeof(ways) / sizeof(*ways); i++)
	{
		*error = attach(this, ways[i].mode, ways[i].alone);
		if (!*error)
		{
			*way = ways[i].name;
			return true;
		}
	}
	return false;
}

bool door_prepare(door_t *this, const filter_door_t *ports, unsigned max,
				  char *text, size_t size)
{
	const char *way;
	int error;

	this->lock = -1;
	this->index = if_nametoindex(this->interface);
	if (!this->index)
	{
		snprintf(text, size, "no such interface");
	}
	else if (!take(this))
	{
		snprintf(text, size, "another charon has it");
	}
	else if (host_hides_vlans(this->interface))
	{
		snprintf(text, size, "it has VLANs whose tags it takes off, as a veth does; "
				 "see 'ethtool -K %s rxvlan off' for others", this->interface);
	}
	else if (!max)
	{
		snprintf(text, size, "no more than %d queues", XDP_QUEUES_MAX);
	}
	else if (!attach_somehow(this, &way, &error))
	{
		snprintf(text, size, "program not attached: %s", strerror(-error));
	}
	else if (!host_update(this->interface, ports, get_map(this, "door"),
						  get_map(this, "addresses"), get_map(this, "vlans")))
	{
		snprintf(text, size, "cannot find out its address: %s", strerror(errno));
	}
	else if (!open_queues(this, max))
	{
		snprintf(text, size, "no socket: %s", strerror(errno));
	}
	else
	{
		snprintf(text, size, "%s, %u of %u queues", way, this->count,
				 host_queues(this->interface));
		return true;
	}
	door_close(this);
	return false;
}

bool door_open(door_t *this)
{
	int map = get_map(this, "queues");
	uint32_t i;

	for (i = 0; i < this->count; i++)
	{
		if (bpf_map_update_elem(map, &i, &this->queues[i].socket, BPF_ANY))
		{
			return false;
		}
		/* only charon holds it, so that it ends with charon */
		close(this->queues[i].socket);
		close(this->queues[i].memory);
	}
	this->count = 0;
	return true;
}

void door_update(door_t *this, const filter_door_t *ports)
{
	filter_door_t none = {};
	uint32_t key = 0;

	if (!host_update(this->interface, ports, get_map(this, "door"),
					 get_map(this, "addresses"), get_map(this, "vlans")))
	{
		bpf_map_update_elem(get_map(this, "door"), &key, &none, BPF_ANY);
	}
}

void door_close(door_t *this)
{
	while (this->count)
	{
		this->count--;
		close(this->queues[this->count].socket);
		close(this->queues[this->count].memory);
	}
	if (this->program)
	{
		/* what was attached beside others may be alone now, libxdp knows */
		setenv("LIBXDP_SKIP_DISPATCHER", "0", 1);
		xdp_program__detach(this->program, this->index, this->mode, 0);
		xdp_program__close(this->program);
		this->program = NULL;
	}
	if (this->lock >= 0)
	{
		close(this->lock);
		this->lock = -1;
	}
}
