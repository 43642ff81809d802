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

/**
 * @defgroup xdp_helper xdp_helper
 * @{ @ingroup redirect_fastpath
 *
 * What the plugin and the program redirect-xdp tell each other.
 *
 * redirect-xdp attaches a program for XDP to interfaces and opens a socket for
 * each of their queues. It has the privileges that needs, and never sees a
 * packet; charon has the packets and needs no privileges for them. Called as
 *
 *   redirect-xdp PORT NAT_T_PORT INTERFACE...
 *
 * with a socket of type SOCK_SEQPACKET as file XDP_HELPER_FD. It tells what it
 * does by xdp_report_t. Then it waits: an octet from the plugin opens the door,
 * from then on requests go to the queues. When the plugin's end of the socket
 * is closed, on unload, reload and crash, it detaches the program and ends.
 *
 * Free of strongSwan: redirect-xdp does not use it.
 */

#ifndef XDP_HELPER_H_
#define XDP_HELPER_H_

#include <stdint.h>
#include <net/if.h>

/** name of the program, beside the plugin */
#define XDP_HELPER "redirect-xdp"

/** file of the socket to the plugin */
#define XDP_HELPER_FD 3

/** most queues of all interfaces together, each has a thread */
#define XDP_QUEUES_MAX 32

/** frames of a queue, a power of two, and of what size, in octets: about twice what
 * a socket has room for; the kernel uses them in turn, and more of them would not
 * stay in the cache of a processor */
#define XDP_FRAMES 512
#define XDP_FRAME_SIZE 2048

/** longest frame that is taken from the kernel, in octets */
#define XDP_FRAME_MAX 1600

typedef struct xdp_report_t xdp_report_t;
typedef enum xdp_report_kind_t xdp_report_kind_t;

/**
 * What is reported.
 */
enum xdp_report_kind_t {
	/** a queue; comes with two files: its socket of family AF_XDP, which the
	 * plugin binds once it has mapped it, for Linux 6.1 does not allow to map what
	 * is bound; and the memory of its frames */
	XDP_REPORT_QUEUE,
	/** an interface is ready, or not; text tells how, or why not */
	XDP_REPORT_ATTACHED,
	XDP_REPORT_FAILED,
	/** all interfaces were reported */
	XDP_REPORT_DONE,
};

/**
 * A report.
 */
struct xdp_report_t {

	/** xdp_report_kind_t */
	uint32_t kind;

	/** number of the queue, and what else its socket is bound to and with */
	uint32_t queue;
	uint32_t index;
	uint32_t flags;

	/** name of the interface */
	char interface[IFNAMSIZ];

	/** a few words for the log */
	char text[224];
};

#endif /** XDP_HELPER_H_ @}*/
