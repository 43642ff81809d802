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

#include "redirected_children.h"
#include "child_offer.h"
#include "policy/sa_request.h"
#include "utils/sa_job.h"

#include <daemon.h>

typedef struct private_redirected_children_t private_redirected_children_t;

/**
 * Time that the answer to the client gets to arrive before the CHILD_SA is
 * initiated, in ms. The client has no CHILD_SA from then on, so it is short.
 */
#define OFFER_DELAY 10

/**
 * Time after which it is sent again, in ms: a client that was not established
 * yet ignored it, and would do without for 4 s by default.
 */
#define OFFER_REPEAT 90

/**
 * Where the message ID is in an IKE header
 */
#define MESSAGE_ID_OFFSET 20

/**
 * Private data
 */
struct private_redirected_children_t {

	/**
	 * Public interface
	 */
	redirected_children_t public;

	/**
	 * Clients; those that were redirected here and got virtual IPs have offers
	 */
	client_table_t *clients;

	/**
	 * CHILD_SAs offered, and those of them that clients refused, atomic
	 */
	uint64_t offered, refused;
};

/**
 * Whether there are tasks: passive ones while a request of the peer is worked on,
 * active ones while a request to it has no answer.
 */
static bool has_tasks(ike_sa_t *ike_sa, task_queue_t queue)
{
	enumerator_t *enumerator;
	task_t *task;
	bool found;

	enumerator = ike_sa->create_task_enumerator(ike_sa, queue);
	found = enumerator->enumerate(enumerator, &task);
	enumerator->destroy(enumerator);
	return found;
}

/**
 * Send the request of an offer again, if it has no answer yet. Charon's own
 * retransmit() would count it and begin a second row of retransmissions beside
 * the first, so that a client was given up in a third of the time.
 */
static status_t repeat(void *data, ike_sa_t *ike_sa)
{
	packet_t *packet = data;
	chunk_t header = packet->get_data(packet);
	peer_cfg_t *peer_cfg = ike_sa->get_peer_cfg(ike_sa);
	ike_cfg_t *ike_cfg = peer_cfg->get_ike_cfg(peer_cfg);

	if (has_tasks(ike_sa, TASK_QUEUE_ACTIVE) &&
		ike_sa->get_message_id(ike_sa, TRUE) ==
									untoh32(header.ptr + MESSAGE_ID_OFFSET))
	{
		packet = packet->clone(packet);
		packet->set_dscp(packet, ike_cfg->get_dscp(ike_cfg));
		charon->sender->send(charon->sender, packet);
	}
	return SUCCESS;
}

METHOD(listener_t, message_, bool,
	private_redirected_children_t *this, ike_sa_t *ike_sa, message_t *message,
	bool incoming, bool plain)
{
	client_t client;
	packet_t *packet;

	/* the others wait until the first one is answered, by who is established */
	if (!incoming && !plain && message->get_request(message) &&
		message->get_exchange_type(message) == CREATE_CHILD_SA &&
		!message->is_fragmented(message) &&
		this->clients->get(this->clients, ike_sa, &client, NULL) &&
		client.offers_on_way && client.offers_left + client.offers_on_way ==
													REDIRECTED_CHILDREN_OFFERS)
	{
		packet = message->get_packet(message);
		sa_job_queue(ike_sa->get_id(ike_sa), 0, OFFER_REPEAT, repeat, packet,
					 (void*)packet->destroy);
	}
	return TRUE;
}

/**
 * Initiate the CHILD_SA of an offer, after the answer to the client was sent.
 */
static status_t initiate(void *data, ike_sa_t *ike_sa)
{
	child_offer_t *offer = data;

	if (ike_sa->get_state(ike_sa) != IKE_ESTABLISHED)
	{
		return SUCCESS;
	}
	DBG1(DBG_IKE, "redirect: client asked for CHILD_SA %s with a virtual IP of "
		 "another gateway, initiating it with %R", offer->cfg->get_name(offer->cfg),
		 offer->remote);
	return child_offer_initiate(offer, ike_sa);
}

/**
 * Whether a request of the peer is worked on, and not a response of it: alerts
 * do not tell, and what the client makes of an offer must not lead to another.
 */
static bool is_responding(ike_sa_t *ike_sa)
{
	return has_tasks(ike_sa, TASK_QUEUE_PASSIVE);
}

METHOD(listener_t, assign_vips, bool,
	private_redirected_children_t *this, ike_sa_t *ike_sa, bool assign)
{
	client_t client;

	if (assign && sa_request_is_gateway(ike_sa) &&
		this->clients->get(this->clients, ike_sa, &client, NULL) &&
		client.redirected_from.version)
	{
		client.offers_left = REDIRECTED_CHILDREN_OFFERS;
		this->clients->put(this->clients, ike_sa, &client, NULL);
	}
	return TRUE;
}

/**
 * The client has answered an offer, if there was one.
 */
static void answered(private_redirected_children_t *this, ike_sa_t *ike_sa,
					 bool refused)
{
	client_t client;

	if (!this->clients->get(this->clients, ike_sa, &client, NULL) ||
		!client.offers_on_way)
	{
		return;
	}
	client.offers_on_way--;
	this->clients->put(this->clients, ike_sa, &client, NULL);
	if (refused)
	{
		__atomic_fetch_add(&this->refused, 1, __ATOMIC_RELAXED);
		DBG1(DBG_IKE, "redirect: client '%Y' refuses the CHILD_SA with its "
			 "virtual IP here, and stays without", ike_sa->get_other_id(ike_sa));
	}
}

METHOD(listener_t, alert, bool,
	private_redirected_children_t *this, ike_sa_t *ike_sa, alert_t alert,
	va_list args)
{
	linked_list_t *tsi, *tsr;
	child_offer_t *offer;
	client_t client;

	if (!ike_sa || (alert != ALERT_TS_MISMATCH &&
					alert != ALERT_KEEP_ON_CHILD_SA_FAILURE))
	{
		return TRUE;
	}
	if (!is_responding(ike_sa))
	{
		if (alert == ALERT_KEEP_ON_CHILD_SA_FAILURE)
		{
			answered(this, ike_sa, TRUE);
		}
		return TRUE;
	}
	if (alert == ALERT_TS_MISMATCH &&
		this->clients->get(this->clients, ike_sa, &client, NULL) &&
		client.offers_left)
	{
		tsi = va_arg(args, linked_list_t*);
		tsr = va_arg(args, linked_list_t*);
		offer = child_offer_create(ike_sa, tsi, tsr);
		if (offer)
		{
			client.offers_left--;
			client.offers_on_way++;
			this->clients->put(this->clients, ike_sa, &client, NULL);
			__atomic_fetch_add(&this->offered, 1, __ATOMIC_RELAXED);
			sa_job_queue(ike_sa->get_id(ike_sa), 0, OFFER_DELAY, initiate, offer,
						 (void*)child_offer_destroy);
		}
	}
	return TRUE;
}

METHOD(listener_t, child_updown, bool,
	private_redirected_children_t *this, ike_sa_t *ike_sa, child_sa_t *child_sa,
	bool up)
{
	if (up && !is_responding(ike_sa))
	{
		answered(this, ike_sa, FALSE);
	}
	return TRUE;
}

METHOD(redirected_children_t, get_offered, uint64_t,
	private_redirected_children_t *this)
{
	return __atomic_load_n(&this->offered, __ATOMIC_RELAXED);
}

METHOD(redirected_children_t, get_refused, uint64_t,
	private_redirected_children_t *this)
{
	return __atomic_load_n(&this->refused, __ATOMIC_RELAXED);
}

METHOD(redirected_children_t, destroy, void,
	private_redirected_children_t *this)
{
	free(this);
}

/*
 * Described in header
 */
redirected_children_t *redirected_children_create(client_table_t *clients)
{
	private_redirected_children_t *this;

	INIT(this,
		.public = {
			.listener = {
				.alert = _alert,
				.message = _message_,
				.child_updown = _child_updown,
				.assign_vips = _assign_vips,
			},
			.get_offered = _get_offered,
			.get_refused = _get_refused,
			.destroy = _destroy,
		},
		.clients = clients,
	);
	return &this->public;
}
