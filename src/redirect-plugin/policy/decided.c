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

#include "decided.h"

#include <metadata/metadata.h>

/**
 * Key and type of the metadata.
 */
#define DECIDED "redirect-decided"

typedef struct private_decided_t private_decided_t;

/**
 * A decision as metadata of a packet.
 */
struct private_decided_t {

	/**
	 * Public interface
	 */
	metadata_t public;

	/**
	 * What it carries
	 */
	decided_t decided;
};

static metadata_t *create(const redirect_request_t *request,
						  const redirect_decision_t *decision);

METHOD(metadata_t, get_type, const char*,
	private_decided_t *this)
{
	return DECIDED;
}

METHOD(metadata_t, clone_, metadata_t*,
	private_decided_t *this)
{
	return create(&this->decided.request, &this->decided.decision);
}

METHOD(metadata_t, equals, bool,
	private_decided_t *this, ...)
{
	/* decisions are not compared */
	return FALSE;
}

METHOD(metadata_t, get, void,
	private_decided_t *this, ...)
{
	const decided_t **decided;
	va_list args;

	va_start(args, this);
	decided = va_arg(args, const decided_t**);
	*decided = &this->decided;
	va_end(args);
}

METHOD(metadata_t, destroy, void,
	private_decided_t *this)
{
	free(this);
}

/**
 * Create the metadata.
 */
static metadata_t *create(const redirect_request_t *request,
						  const redirect_decision_t *decision)
{
	private_decided_t *this;

	INIT(this,
		.public = {
			.get_type = _get_type,
			.clone = _clone_,
			.equals = _equals,
			.get = _get,
			.destroy = _destroy,
		},
		.decided = {
			.request = *request,
			.decision = *decision,
		},
	);
	return &this->public;
}

/*
 * Described in header
 */
void decided_attach(packet_t *packet, const redirect_request_t *request,
					const redirect_decision_t *decision)
{
	packet->set_metadata(packet, DECIDED, create(request, decision));
}

/*
 * Described in header
 */
const decided_t *decided_get(message_t *message)
{
	const decided_t *decided = NULL;
	metadata_t *metadata = message->get_metadata(message, DECIDED);

	if (metadata)
	{
		metadata->get(metadata, &decided);
	}
	return decided;
}
