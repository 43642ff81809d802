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
 * @defgroup proposals proposals
 * @{ @ingroup redirect_fastpath
 */

#ifndef PROPOSALS_H_
#define PROPOSALS_H_

#include <library.h>

/**
 * Check the structure of the SA payload of an IKE_SA_INIT request, RFC 7296
 * section 3.3: proposals numbered from 1, for IKE and without SPI, each with
 * the transforms it announces, these with sound attributes.
 *
 * Whether a proposal is acceptable is not asked. Does not allocate and takes
 * no locks, may be called from any thread; costs one pass over the data.
 *
 * @param data			SA payload behind its generic header
 * @return				TRUE if every octet has its place
 */
bool proposals_sound(chunk_t data);

#endif /** PROPOSALS_H_ @}*/
