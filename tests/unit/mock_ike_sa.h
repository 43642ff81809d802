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
 * @defgroup mock_ike_sa mock_ike_sa
 * @{ @ingroup redirect_tests
 */

#ifndef MOCK_IKE_SA_H_
#define MOCK_IKE_SA_H_

#include <sa/ike_sa.h>

typedef struct mock_ike_sa_t mock_ike_sa_t;

/**
 * An IKE_SA that only knows what sessions ask for.
 */
struct mock_ike_sa_t {

	/** what is tested sees this */
	ike_sa_t public;

	/** what it answers; may be changed */
	ike_version_t version;
	uint32_t unique_id;
	ike_sa_id_t *id;
	host_t *me, *other;
	identification_t *other_id, *eap_id;
	char *name;
	ike_extension_t extensions;
	ike_condition_t conditions;
	ike_sa_state_t state;
};

/**
 * Create an established one whose client announced support.
 *
 * @param unique_id		unique id, the SPIs are made of it
 * @param remote		address of the client
 * @param id			identity of the client
 */
mock_ike_sa_t *mock_ike_sa_create(uint32_t unique_id, char *remote, char *id);

/**
 * Destroy it.
 */
void mock_ike_sa_destroy(mock_ike_sa_t *this);

#endif /** MOCK_IKE_SA_H_ @}*/
