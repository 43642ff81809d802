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

#include "answer_sender.h"

#include <daemon.h>

#include <errno.h>
#include <net/if.h>

/**
 * Get the interface that an address of this host is on, 0 if not known.
 */
static int get_interface(answer_sender_t *this, const ip_address_t *address)
{
	time_t now = time_monotonic(NULL);
	host_t *host;
	char *name;

	if (this->interface.time != now ||
		!ip_address_equals(&this->interface.address, address))
	{
		this->interface.time = now;
		this->interface.address = *address;
		this->interface.index = 0;
		host = ip_address_to_host(address, 0);
		if (charon->kernel->get_interface(charon->kernel, host, &name))
		{
			this->interface.index = if_nametoindex(name);
			free(name);
		}
		host->destroy(host);
	}
	return this->interface.index;
}

/**
 * Add ancillary data to a message.
 */
static void add_ancillary(struct msghdr *msg, int level, int type, void *data,
						  size_t len)
{
	struct cmsghdr *cmsg = msg->msg_control + msg->msg_controllen;

	cmsg->cmsg_level = level;
	cmsg->cmsg_type = type;
	cmsg->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(cmsg), data, len);
	msg->msg_controllen += CMSG_SPACE(len);
}

/*
 * Described in header
 */
void answer_sender_set_source(answer_sender_t *this, struct msghdr *msg,
							  const ip_address_t *source)
{
	struct in6_pktinfo info6 = {};
	struct in_pktinfo info = {};
	int dscp = 0, interface = 0;

	if (this->set_sourceif)
	{
		interface = get_interface(this, source);
	}
	msg->msg_controllen = 0;
	if (source->version == 4)
	{
		memcpy(&info.ipi_spec_dst, source->data, sizeof(info.ipi_spec_dst));
		info.ipi_ifindex = interface;
		if (this->set_source)
		{
			add_ancillary(msg, SOL_IP, IP_PKTINFO, &info, sizeof(info));
		}
		add_ancillary(msg, SOL_IP, IP_TOS, &dscp, sizeof(dscp));
	}
	else
	{
		memcpy(&info6.ipi6_addr, source->data, sizeof(info6.ipi6_addr));
		info6.ipi6_ifindex = interface;
		if (this->set_source)
		{
			add_ancillary(msg, SOL_IPV6, IPV6_PKTINFO, &info6, sizeof(info6));
		}
		add_ancillary(msg, SOL_IPV6, IPV6_TCLASS, &dscp, sizeof(dscp));
	}
}

/**
 * Send a message that could not be sent along with others: a firewall or a full
 * queue refuse it for itself, a filter of system calls all of them.
 */
static bool send_alone(int fd, struct msghdr *msg)
{
	if (errno == ENOSYS || errno == EPERM)
	{
		return sendmsg(fd, msg, MSG_DONTWAIT) >= 0;
	}
	return FALSE;
}

/*
 * Described in header
 */
int answer_sender_send(answer_sender_t *this, int fd, struct mmsghdr *messages,
					   int count)
{
	int sent, done = 0, failed = 0;
	uint32_t suppressed;

	while (done < count)
	{
		sent = sendmmsg(fd, messages + done, count - done, MSG_DONTWAIT);
		if (sent <= 0)
		{	/* it is the first that failed, the client will ask again */
			sent = 1;
			if (!send_alone(fd, &messages[done].msg_hdr))
			{
				failed++;
				if (log_limit_allow(&this->limit, &suppressed))
				{
					DBG1(DBG_NET, "error writing to socket: %s",
						 strerror(errno));
				}
			}
		}
		done += sent;
	}
	return failed;
}

/*
 * Described in header
 */
answer_sender_t answer_sender_create()
{
	return (answer_sender_t){
		.set_source = lib->settings->get_bool(lib->settings,
					"%s.plugins.socket-default.set_source", TRUE, lib->ns),
		.set_sourceif = lib->settings->get_bool(lib->settings,
					"%s.plugins.socket-default.set_sourceif", FALSE, lib->ns),
		.limit = LOG_LIMIT_INIT(1),
	};
}
