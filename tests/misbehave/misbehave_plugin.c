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

/*
 * A plugin for tests only: puts notifies into messages where they do not belong,
 * as gateway or as client.
 *
 *   charon.plugins.misbehave {
 *     load = yes
 *     NAME {
 *       exchange = IKE_SA_INIT     # IKE_AUTH, INFORMATIONAL, CREATE_CHILD_SA
 *       request = no               # in requests, or in responses
 *       mid = 1                    # message ID, any if not set
 *       gateway = 192.0.2.1        # identity of the notify, or
 *       data = 0104c0000201        # all of its data, in hex
 *       nonce = none               # right: Ni behind it, wrong: another
 *       notify = 16407             # type of the notify, REDIRECT by default
 *       count = 1                  # how many times, 0 for always
 *       only = no                  # yes: take all else out but what this end
 *                                  # needs: nonce, IDr, CERT and AUTH
 *       forge = no                 # yes: send it in an IKE_SA_INIT response of
 *                                  # its own, before the genuine one, and again
 *                                  # before each retransmission of that
 *     }
 *   }
 */

#include <collections/array.h>
#include <daemon.h>
#include <encoding/payloads/nonce_payload.h>
#include <encoding/payloads/notify_payload.h>
#include <plugins/plugin.h>

typedef struct misbehave_t misbehave_t;
typedef struct entry_t entry_t;

/**
 * A notify and the messages it is put into.
 */
struct entry_t {
	exchange_type_t exchange;
	bool request;
	int mid;
	uint16_t notify;
	chunk_t data;
	char *nonce;
	int count;
	bool always;
	bool only;
	bool forge;
};

/**
 * The plugin.
 */
struct misbehave_t {
	plugin_t plugin;
	listener_t listener;
	/** entry_t* */
	array_t *entries;
	/** nonce of the last IKE_SA_INIT request that came in */
	chunk_t nonce;
	/** the last response that was forged */
	packet_t *forged;
};

/**
 * Note the nonce of an IKE_SA_INIT request.
 */
static void note_nonce(misbehave_t *this, message_t *message)
{
	nonce_payload_t *payload;

	payload = (nonce_payload_t*)message->get_payload(message, PLV2_NONCE);
	if (payload && message->get_request(message) &&
		message->get_exchange_type(message) == IKE_SA_INIT)
	{
		chunk_free(&this->nonce);
		this->nonce = payload->get_nonce(payload);
	}
}

/**
 * Data of the notify, allocated.
 */
static chunk_t create_data(misbehave_t *this, entry_t *entry)
{
	chunk_t data;

	if (streq(entry->nonce, "none"))
	{
		return chunk_clone(entry->data);
	}
	data = chunk_cat("cc", entry->data, this->nonce);
	if (streq(entry->nonce, "wrong"))
	{
		data.ptr[data.len - 1] ^= 1;
	}
	return data;
}

/**
 * Take out what neither authenticates the sender nor is read by it afterwards.
 */
static void strip(message_t *message)
{
	enumerator_t *enumerator;
	payload_t *payload;

	enumerator = message->create_payload_enumerator(message);
	while (enumerator->enumerate(enumerator, &payload))
	{
		switch (payload->get_type(payload))
		{
			case PLV2_ID_RESPONDER:
			case PLV2_AUTH:
			case PLV2_CERTIFICATE:
			case PLV2_NONCE:
				break;
			default:
				message->remove_payload_at(message, enumerator);
				payload->destroy(payload);
				break;
		}
	}
	enumerator->destroy(enumerator);
}

/**
 * Put a notify into a message. charon itself leaves Protocol ID and SPI empty.
 */
static void inject(misbehave_t *this, entry_t *entry, message_t *message)
{
	chunk_t data = create_data(this, entry);

	if (entry->only)
	{
		strip(message);
	}
	message->add_notify(message, FALSE, entry->notify, data);
	DBG1(DBG_CFG, "misbehave: notify %u in %N %s %u", entry->notify,
		 exchange_type_names, message->get_exchange_type(message),
		 message->get_request(message) ? "request" : "response",
		 message->get_message_id(message));
	chunk_free(&data);
}

/**
 * Send an IKE_SA_INIT response that somebody else might have sent.
 */
static void forge(misbehave_t *this, entry_t *entry, message_t *genuine)
{
	message_t *message;
	ike_sa_id_t *id;
	host_t *host;

	message = message_create(IKEV2_MAJOR_VERSION, IKEV2_MINOR_VERSION);
	id = ike_sa_id_create(IKEV2_MAJOR_VERSION,
						  genuine->get_initiator_spi(genuine),
						  htobe64(0xfeedfeedfeedfeedULL), FALSE);
	message->set_ike_sa_id(message, id);
	id->destroy(id);
	host = genuine->get_source(genuine);
	message->set_source(message, host->clone(host));
	host = genuine->get_destination(genuine);
	message->set_destination(message, host->clone(host));
	message->set_exchange_type(message, IKE_SA_INIT);
	message->set_request(message, FALSE);
	message->set_message_id(message, 0);
	inject(this, entry, message);
	DESTROY_IF(this->forged);
	this->forged = NULL;
	if (message->generate(message, NULL, &this->forged) == SUCCESS)
	{
		charon->sender->send(charon->sender,
							 this->forged->clone(this->forged));
	}
	message->destroy(message);
}

/**
 * Whether a notify is put into a message.
 */
static bool is_wanted(entry_t *entry, message_t *message)
{
	return (entry->count > 0 || entry->always) &&
		   message->get_exchange_type(message) == entry->exchange &&
		   message->get_request(message) == entry->request &&
		   (entry->mid < 0 ||
			message->get_message_id(message) == (uint32_t)entry->mid);
}

METHOD(listener_t, message, bool,
	listener_t *listener, ike_sa_t *ike_sa, message_t *message, bool incoming,
	bool plain)
{
	misbehave_t *this = (misbehave_t*)((char*)listener -
									   offsetof(misbehave_t, listener));
	entry_t *entry;
	int i;

	if (plain && incoming)
	{
		note_nonce(this, message);
	}
	for (i = 0; plain && !incoming && i < array_count(this->entries); i++)
	{
		array_get(this->entries, i, &entry);
		if (is_wanted(entry, message))
		{
			entry->count--;
			if (entry->forge)
			{
				forge(this, entry, message);
			}
			else
			{
				inject(this, entry, message);
			}
		}
	}
	return TRUE;
}

METHOD(listener_t, alert, bool,
	listener_t *listener, ike_sa_t *ike_sa, alert_t alert, va_list args)
{
	misbehave_t *this = (misbehave_t*)((char*)listener -
									   offsetof(misbehave_t, listener));

	/* the client may have had no IKE_SA yet when the first one came */
	if (alert == ALERT_RETRANSMIT_RECEIVE && this->forged)
	{
		charon->sender->send(charon->sender,
							 this->forged->clone(this->forged));
	}
	return TRUE;
}

/**
 * Data of a notify with an identity: an address or a name.
 */
static chunk_t encode(char *gateway)
{
	identification_t *id = identification_create_from_string(gateway);
	chunk_t encoding = id->get_encoding(id), data;
	uint8_t head[] = { 3, encoding.len };

	switch (id->get_type(id))
	{
		case ID_IPV4_ADDR:
			head[0] = 1;
			break;
		case ID_IPV6_ADDR:
			head[0] = 2;
			break;
		default:
			break;
	}
	data = chunk_cat("cc", chunk_from_thing(head), encoding);
	id->destroy(id);
	return data;
}

/**
 * Read one section.
 */
static entry_t *load_entry(char *name)
{
	settings_t *settings = lib->settings;
	char *exchange, *data, *gateway;
	entry_t *entry;

#define KEY(key) "%s.plugins.misbehave.%s." key
	INIT(entry,
		.request = settings->get_bool(settings, KEY("request"), FALSE,
									  lib->ns, name),
		.mid = settings->get_int(settings, KEY("mid"), -1, lib->ns, name),
		.notify = settings->get_int(settings, KEY("notify"), REDIRECT, lib->ns,
									name),
		.nonce = settings->get_str(settings, KEY("nonce"), "none", lib->ns,
								   name),
		.count = settings->get_int(settings, KEY("count"), 1, lib->ns, name),
		.only = settings->get_bool(settings, KEY("only"), FALSE, lib->ns, name),
		.forge = settings->get_bool(settings, KEY("forge"), FALSE, lib->ns,
									name),
	);
	entry->always = !entry->count;
	exchange = settings->get_str(settings, KEY("exchange"), "INFORMATIONAL",
								 lib->ns, name);
	if (!enum_from_name(exchange_type_names, exchange, &entry->exchange))
	{
		DBG1(DBG_CFG, "misbehave: there is no exchange %s", exchange);
	}
	data = settings->get_str(settings, KEY("data"), NULL, lib->ns, name);
	gateway = settings->get_str(settings, KEY("gateway"), NULL, lib->ns, name);
#undef KEY
	if (data)
	{
		entry->data = chunk_from_hex(chunk_from_str(data), NULL);
	}
	else if (gateway)
	{
		entry->data = encode(gateway);
	}
	return entry;
}

/**
 * Register the listener, or remove it again.
 */
static bool register_listener(misbehave_t *this, plugin_feature_t *feature,
							  bool reg, void *data)
{
	if (reg)
	{
		charon->bus->add_listener(charon->bus, &this->listener);
	}
	else
	{
		charon->bus->remove_listener(charon->bus, &this->listener);
	}
	return TRUE;
}

METHOD(plugin_t, get_name, char*,
	misbehave_t *this)
{
	return "misbehave";
}

METHOD(plugin_t, get_features, int,
	misbehave_t *this, plugin_feature_t *features[])
{
	static plugin_feature_t f[] = {
		PLUGIN_CALLBACK((plugin_feature_callback_t)register_listener, NULL),
			PLUGIN_PROVIDE(CUSTOM, "misbehave"),
	};
	*features = f;
	return countof(f);
}

METHOD(plugin_t, destroy, void,
	misbehave_t *this)
{
	entry_t *entry;

	while (array_remove(this->entries, ARRAY_TAIL, &entry))
	{
		chunk_free(&entry->data);
		free(entry);
	}
	array_destroy(this->entries);
	chunk_free(&this->nonce);
	DESTROY_IF(this->forged);
	free(this);
}

/**
 * From 6.0.3 on charon compares this with its own version.
 */
__attribute__((visibility("default")))
const char *misbehave_plugin_version = VERSION;

__attribute__((visibility("default")))
plugin_t *misbehave_plugin_create()
{
	enumerator_t *enumerator;
	misbehave_t *this;
	char *name;

	INIT(this,
		.plugin = {
			.get_name = _get_name,
			.get_features = _get_features,
			.destroy = _destroy,
		},
		.listener = {
			.message = _message,
			.alert = _alert,
		},
		.entries = array_create(0, 0),
	);
	enumerator = lib->settings->create_section_enumerator(lib->settings,
											"%s.plugins.misbehave", lib->ns);
	while (enumerator->enumerate(enumerator, &name))
	{
		array_insert(this->entries, ARRAY_TAIL, load_entry(name));
	}
	enumerator->destroy(enumerator);
	return &this->plugin;
}
