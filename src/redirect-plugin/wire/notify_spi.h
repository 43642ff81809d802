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
 * @defgroup notify_spi notify_spi
 * @{ @ingroup redirect_wire
 */

#ifndef NOTIFY_SPI_H_
#define NOTIFY_SPI_H_

#include <encoding/payloads/notify_payload.h>

/**
 * Get the SPI size of a notify payload that was received.
 *
 * notify_payload_t has no method for it, and in older releases get_spi_data()
 * hides every SPI but those of IKEv1: the size follows from the lengths.
 *
 * @param notify		parsed notify payload
 * @return				SPI size, in octets
 */
size_t notify_spi_size(notify_payload_t *notify);

#endif /** NOTIFY_SPI_H_ @}*/
