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

#include "notify_spi.h"

/**
 * Octets of a notify payload before SPI and data, RFC 7296 section 3.10.
 */
#define NOTIFY_HEADER_LEN 8

/*
 * Described in header
 */
size_t notify_spi_size(notify_payload_t *notify)
{
	payload_t *payload = &notify->payload_interface;

	return payload->get_length(payload) - NOTIFY_HEADER_LEN -
		   notify->get_notification_data(notify).len;
}
