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
 * @defgroup this_host this_host
 * @{ @ingroup redirect_utils
 */

#ifndef THIS_HOST_H_
#define THIS_HOST_H_

#include "ip_address.h"

/**
 * Check whether an address is one of this host. Takes locks of charon's kernel
 * interface: not for hooks.
 *
 * @param address		address
 * @return				FALSE as well if it is not known, or version is 0
 */
bool this_host_has(const ip_address_t *address);

/**
 * Check whether the addresses of this host are known.
 */
bool this_host_is_known();

#endif /** THIS_HOST_H_ @}*/
