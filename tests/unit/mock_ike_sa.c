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

#include "mock_ike_sa.h"

METHOD(ike_sa_t, get_version, ike_version_t,
	mock_ike_sa_t *this)
{
	return this->version;
}

METHOD(ike_sa_t, get_unique_id, uint32_t,
	mock_ike_sa_t *this)
{
	return this->unique_id;
}

METHOD(ike_sa_t, get_id, ike_sa_id_t*,
	mock_ike_sa_t *this)
{
	return this->id;
}

METHOD(ike_sa_t, get_my_host, host_t*,
	mock_ike_sa_t *this)
{
	return this->me;
}

METHOD(ike_sa_t, get_other_host, host_t*,
	mock_ike_sa_t *this)
{
	return this->other;
}

METHOD(ike_sa_t, get_other_id, identification_t*,
	mock_ike_sa_t *this)
{
	return this->other_id;
}

METHOD(ike_sa_t, get_other_eap_id, identification_t*,
	mock_ike_sa_t *this)
{
	return this->eap_id ?: this->other_id;
}

METHOD(ike_sa_t, get_name, char*,
	mock_ike_sa_t *this)
{
	return this->name;
}

METHOD(ike_sa_t, supports_extension, bool,
	mock_ike_sa_t *this, ike_extension_t extension)
{
	return (this->extensions & extension) != 0;
}

METHOD(ike_sa_t, has_condition, bool,
	mock_ike_sa_t *this, ike_condition_t condition)
{
	return (this->conditions & condition) != 0;
}

METHOD(ike_sa_t, set_condition, void,
	mock_ike_sa_t *this, ike_condition_t condition, bool enable)
{
	this->conditions = enable ? this->conditions | condition
							  : this->conditions & ~condition;
}

METHOD(ike_sa_t, get_state, ike_sa_state_t,
	mock_ike_sa_t *this)
{
	return this->state;
}

/*
 * Described in header
 */
mock_ike_sa_t *mock_ike_sa_create(uint32_t unique_id, char *remote, char *id)
{
	mock_ike_sa_t *this;

	INIT(this,
		.public = {
			.get_version = _get_version,
			.get_unique_id = _get_unique_id,
			.get_id = _get_id,
			.get_my_host = _get_my_host,
			.get_other_host = _get_other_host,
			.get_other_id = _get_other_id,
			.get_other_eap_id = _get_other_eap_id,
			.get_name = _get_name,
			.supports_extension = _supports_extension,
			.has_condition = _has_condition,
			.set_condition = _set_condition,
			.get_state = _get_state,
		},
		.version = IKEV2,
		.unique_id = unique_id,
		.id = ike_sa_id_create(IKEV2_MAJOR_VERSION, unique_id,
							   0x100000000ULL + unique_id, FALSE),
		.me = host_create_from_string("192.0.2.1", 500),
		.other = host_create_from_string(remote, 500),
		.other_id = identification_create_from_string(id),
		.name = "rw",
		.extensions = EXT_IKE_REDIRECTION,
		.state = IKE_ESTABLISHED,
	);
	return this;
}

/*
 * Described in header
 */
void mock_ike_sa_destroy(mock_ike_sa_t *this)
{
	this->id->destroy(this->id);
	this->me->destroy(this->me);
	this->other->destroy(this->other);
	this->other_id->destroy(this->other_id);
	DESTROY_IF(this->eap_id);
	free(this);
}
