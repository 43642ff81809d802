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

#include "ike_sockets.h"
#include "answer_sender.h"

#include <daemon.h>
#include <threading/thread.h>

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/** IKE and NAT-T, IPv4 and IPv6 */
#define SOCKETS_MAX 4

/** files that are looked at to find sockets */
#define FILES_MAX 4096

/** octets of ancillary data, received as in socket-default; what answers have fits */
#define ANCILLARY_LEN ANSWER_SENDER_ANCILLARY

typedef struct private_ike_sockets_t private_ike_sockets_t;
typedef struct ike_socket_t ike_socket_t;
typedef struct slot_t slot_t;

/**
 * One of charon's sockets.
 */
struct ike_socket_t {

	/** file descriptor */
	int fd;

	/** AF_INET or AF_INET6 */
	int family;

	/** port in host order */
	uint16_t port;
};

/**
 * What belongs to a datagram and does not concern others.
 */
struct slot_t {

	/** data to receive or to send */
	struct iovec iov;

	/** ancillary data: address it was sent to, then how to answer */
	char ancillary[ANCILLARY_LEN] __attribute__((aligned(sizeof(size_t))));

	/** socket it was received from */
	ike_socket_t *socket;

	/** answer to it */
	uint8_t answer[IKE_SOCKETS_ANSWER_MAX];
};

/**
 * Private data of an ike_sockets_t object.
 */
struct private_ike_sockets_t {

	/**
	 * Public interface.
	 */
	ike_sockets_t public;

	/**
	 * Charon's sockets.
	 */
	ike_socket_t sockets[SOCKETS_MAX];

	/**
	 * Number of sockets.
	 */
	int count;

	/**
	 * Socket that is read first, changes from turn to turn.
	 */
	u_int first;

	/**
	 * Events that end waiting: to receive nothing, or whatever there is.
	 */
	int event, bell;

	/**
	 * Longest datagram that charon receives.
	 */
	size_t max_packet;

	/**
	 * Room for datagrams, max_packet for each.
	 */
	uint8_t *buffers;

	/**
	 * Sends the answers.
	 */
	answer_sender_t sender;

	/**
	 * TRUE if the kernel denies to receive in batches.
	 */
	bool denied;

	/**
	 * Datagrams received last, and their number.
	 */
	ike_datagram_t datagrams[IKE_SOCKETS_BATCH];
	int received;

	/**
	 * What is needed to receive and to answer them.
	 */
	slot_t slots[IKE_SOCKETS_BATCH];
	struct mmsghdr messages[IKE_SOCKETS_BATCH];
};

/**
 * Prepare the first slots to receive into them, which they are until then.
 */
static void prepare(private_ike_sockets_t *this, int count)
{
	slot_t *slot;
	int i;

	for (i = 0; i < count; i++)
	{
		slot = &this->slots[i];
		slot->iov.iov_base = this->buffers + i * this->max_packet;
		slot->iov.iov_len = this->max_packet;
		this->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &this->datagrams[i].source,
			.msg_namelen = sizeof(this->datagrams[i].source),
			.msg_iov = &slot->iov,
			.msg_iovlen = 1,
			.msg_control = slot->ancillary,
			.msg_controllen = sizeof(slot->ancillary),
		};
	}
}

/**
 * Read the address a datagram was sent to.
 */
static bool get_destination(struct msghdr *msg, ip_address_t *destination)
{
	struct cmsghdr *cmsg;

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg))
	{
		if (cmsg->cmsg_level == SOL_IP && cmsg->cmsg_type == IP_PKTINFO)
		{
			*destination = ip_address_from_chunk(chunk_from_thing(
						((struct in_pktinfo*)CMSG_DATA(cmsg))->ipi_addr));
			return TRUE;
		}
		if (cmsg->cmsg_level == SOL_IPV6 && cmsg->cmsg_type == IPV6_PKTINFO)
		{
			*destination = ip_address_from_chunk(chunk_from_thing(
						((struct in6_pktinfo*)CMSG_DATA(cmsg))->ipi6_addr));
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Complete a datagram that was received into a slot; one that charon discards
 * has no data.
 */
static void complete(private_ike_sockets_t *this, int i, ike_socket_t *socket)
{
	ike_datagram_t *datagram = &this->datagrams[i];
	struct mmsghdr *message = &this->messages[i];

	this->slots[i].socket = socket;
	datagram->place = 0;
	datagram->port = socket->port;
	datagram->answer = this->slots[i].answer;
	datagram->answer_len = 0;
	datagram->data = chunk_empty;
	if (message->msg_hdr.msg_flags & MSG_TRUNC)
	{
		DBG1(DBG_NET, "receive buffer too small, packet discarded");
	}
	else if (!get_destination(&message->msg_hdr, &datagram->destination))
	{
		DBG1(DBG_NET, "error reading IP header");
	}
	else
	{
		datagram->data = chunk_create(this->slots[i].iov.iov_base,
									  message->msg_len);
	}
}

/**
 * Receive from a socket without waiting.
 */
static void receive_from(private_ike_sockets_t *this, ike_socket_t *socket,
						 int count)
{
	int received;

	received = recvmmsg(socket->fd, this->messages + this->received, count,
						MSG_DONTWAIT, NULL);
	if (received < 0 && (errno == ENOSYS || errno == EPERM || errno == EACCES))
	{	/* by a filter of system calls */
		this->denied = TRUE;
	}
	else if (received < 0 && errno != EAGAIN && errno != EINTR)
	{
		DBG1(DBG_NET, "error reading socket: %s", strerror(errno));
	}
	for (; received > 0; received--)
	{
		complete(this, this->received++, socket);
	}
}

METHOD(ike_sockets_t, receive_, int,
	private_ike_sockets_t *this, ike_datagram_t **datagrams)
{
	struct pollfd pfd[SOCKETS_MAX + 2];
	int i, index, ready, share;
	eventfd_t value;
	bool old;

	*datagrams = this->datagrams;
	prepare(this, this->received);
	this->received = 0;
	for (i = 0; i < this->count; i++)
	{
		pfd[i] = (struct pollfd){
			.fd = this->sockets[i].fd,
			.events = POLLIN,
		};
	}
	pfd[i++] = (struct pollfd){
		.fd = this->event,
		.events = POLLIN,
	};
	pfd[i++] = (struct pollfd){
		.fd = this->bell,
		.events = POLLIN,
	};
	DBG2(DBG_NET, "waiting for data on sockets");
	old = thread_cancelability(TRUE);
	ready = poll(pfd, i, -1);
	thread_cancelability(old);
	if (ready <= 0)
	{
		return 0;
	}
	if (pfd[this->count].revents)
	{	/* datagrams stay where they are, whoever receives next gets them */
		ignore_result(eventfd_read(this->event, &value));
		return 0;
	}
	if (pfd[this->count + 1].revents)
	{
		ignore_result(eventfd_read(this->bell, &value));
		if (!--ready)
		{
			return 0;
		}
	}
	/* a flood on one port leaves the others their share */
	share = IKE_SOCKETS_BATCH / ready;
	this->first++;
	for (i = 0; i < this->count; i++)
	{
		index = (this->first + i) % this->count;
		if (pfd[index].revents)
		{
			receive_from(this, &this->sockets[index], share);
		}
	}
	return this->received;
}

METHOD(ike_sockets_t, is_denied, bool,
	private_ike_sockets_t *this)
{
	return this->denied;
}

METHOD(ike_sockets_t, answer, int,
	private_ike_sockets_t *this)
{
	ike_socket_t *socket = NULL;
	int i, from = 0, count = 0, failed = 0;
	ike_datagram_t *datagram;
	slot_t *slot;

	/* the received messages become the answers, moved together; those of a
	 * socket stand in a row */
	for (i = 0; i < this->received; i++)
	{
		datagram = &this->datagrams[i];
		slot = &this->slots[i];
		if (!datagram->answer_len)
		{
			continue;
		}
		if (socket != slot->socket)
		{
			if (count > from)
			{
				failed += answer_sender_send(&this->sender, socket->fd,
										this->messages + from, count - from);
			}
			socket = slot->socket;
			from = count;
		}
		slot->iov.iov_base = datagram->answer;
		slot->iov.iov_len = datagram->answer_len;
		this->messages[i].msg_hdr.msg_control = slot->ancillary;
		answer_sender_set_source(&this->sender, &this->messages[i].msg_hdr,
								 &datagram->destination);
		this->messages[i].msg_hdr.msg_flags = 0;
		this->messages[count++] = this->messages[i];
	}
	if (count > from)
	{
		failed += answer_sender_send(&this->sender, socket->fd,
									 this->messages + from, count - from);
	}
	return failed;
}

METHOD(ike_sockets_t, wake, void,
	private_ike_sockets_t *this)
{
	ignore_result(eventfd_write(this->event, 1));
}

METHOD(ike_sockets_t, ring, void,
	private_ike_sockets_t *this)
{
	ignore_result(eventfd_write(this->bell, 1));
}

METHOD(ike_sockets_t, destroy, void,
	private_ike_sockets_t *this)
{
	if (this->event >= 0)
	{
		close(this->event);
	}
	if (this->bell >= 0)
	{
		close(this->bell);
	}
	free(this->buffers);
	free(this);
}

/**
 * Check if a file is a UDP socket that tells where datagrams were sent to.
 */
static bool get_socket(int fd, ike_socket_t *found)
{
	socklen_t len = sizeof(int);
	struct sockaddr_storage addr;
	int type, protocol, info = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) < 0 ||
		getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) < 0 ||
		type != SOCK_DGRAM || protocol != IPPROTO_UDP)
	{
		return FALSE;
	}
	len = sizeof(addr);
	if (getsockname(fd, (struct sockaddr*)&addr, &len) < 0)
	{
		return FALSE;
	}
	found->fd = fd;
	found->family = addr.ss_family;
	len = sizeof(info);
	switch (addr.ss_family)
	{
		case AF_INET:
			found->port = ntohs(((struct sockaddr_in*)&addr)->sin_port);
			return getsockopt(fd, SOL_IP, IP_PKTINFO, &info, &len) == 0 && info;
		case AF_INET6:
			found->port = ntohs(((struct sockaddr_in6*)&addr)->sin6_port);
			return getsockopt(fd, SOL_IPV6, IPV6_RECVPKTINFO, &info,
							  &len) == 0 && info;
		default:
			return FALSE;
	}
}

/**
 * Find charon's sockets: one for each port and family.
 */
static bool find_sockets(private_ike_sockets_t *this,
						 socket_manager_t *manager)
{
	uint16_t port, natt;
	ike_socket_t found;
	int fd, i;

	port = manager->get_port(manager, FALSE);
	natt = manager->get_port(manager, TRUE);
	if (!port)
	{
		return FALSE;
	}
	for (fd = 0; fd < FILES_MAX; fd++)
	{
		if (!get_socket(fd, &found) ||
			(found.port != port && found.port != natt))
		{
			continue;
		}
		for (i = 0; i < this->count; i++)
		{
			if (found.family == this->sockets[i].family &&
				found.port == this->sockets[i].port)
			{	/* cannot tell which of them is charon's */
				return FALSE;
			}
		}
		this->sockets[this->count++] = found;
	}
	return this->count > 0;
}

/**
 * Read how long a datagram may be; no UDP datagram has more than 16 bits tell.
 */
static size_t get_max_packet(void)
{
	int max_packet = lib->settings->get_int(lib->settings, "%s.max_packet",
											PACKET_MAX_DEFAULT, lib->ns);

	return max_packet < 1 || max_packet > UINT16_MAX ? UINT16_MAX : max_packet;
}

/*
 * Described in header
 */
ike_sockets_t *ike_sockets_create(socket_manager_t *manager)
{
	private_ike_sockets_t *this;

	INIT(this,
		.public = {
			.receive = _receive_,
			.is_denied = _is_denied,
			.answer = _answer,
			.wake = _wake,
			.ring = _ring,
			.destroy = _destroy,
		},
		.event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
		.bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC),
		.max_packet = get_max_packet(),
		.sender = answer_sender_create(),
	);
	this->buffers = malloc(this->max_packet * IKE_SOCKETS_BATCH);
	if (!this->buffers || this->event < 0 || this->bell < 0 ||
		!find_sockets(this, manager))
	{
		destroy(this);
		return NULL;
	}
	prepare(this, IKE_SOCKETS_BATCH);
	return &this->public;
}
