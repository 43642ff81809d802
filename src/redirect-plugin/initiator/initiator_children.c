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

#include "initiator_children.h"

#include <collections/array.h>
#include <sa/child_sa.h>

typedef struct child_t child_t;

/**
 * Described in header.
 */
struct initiator_children_t {

	/**
	 * CHILD_SAs, child_t*.
	 */
	array_t *children;
};

/**
 * A CHILD_SA.
 */
struct child_t {

	/** configuration */
	child_cfg_t *cfg;

	/** reqid, which policies and traps have in common */
	uint32_t reqid;

	/** security label, NULL if none */
	sec_label_t *label;
};

/**
 * Whether a CHILD_SA is in use.
 */
static bool in_use(child_sa_t *child_sa)
{
	switch (child_sa->get_state(child_sa))
	{
		case CHILD_REKEYED:
		case CHILD_DELETED:
			return FALSE;
		default:
			return TRUE;
	}
}

/*
 * Described in header
 */
initiator_children_t *initiator_children_create(ike_sa_t *ike_sa)
{
	enumerator_t *enumerator;
	initiator_children_t *this;
	child_sa_t *child_sa;
	sec_label_t *label;
	child_t *child;

	INIT(this,
		.children = array_create(0, 0),
	);
	enumerator = ike_sa->create_child_sa_enumerator(ike_sa);
	while (enumerator->enumerate(enumerator, &child_sa))
	{
		if (in_use(child_sa))
		{
			label = child_sa->get_label(child_sa);
			INIT(child,
				.cfg = child_sa->get_config(child_sa),
				.reqid = child_sa->get_reqid(child_sa),
				.label = label ? label->clone(label) : NULL,
			);
			child->cfg->get_ref(child->cfg);
			array_insert(this->children, ARRAY_TAIL, child);
		}
	}
	enumerator->destroy(enumerator);
	return this;
}

/*
 * Described in header
 */
int initiator_children_count(initiator_children_t *this)
{
	return array_count(this->children);
}

/*
 * Described in header
 */
void initiator_children_keep_closed(ike_sa_t *ike_sa)
{
	enumerator_t *enumerator;
	child_sa_t *child_sa;

	enumerator = ike_sa->create_child_sa_enumerator(ike_sa);
	while (enumerator->enumerate(enumerator, &child_sa))
	{
		child_sa->set_close_action(child_sa, ACTION_NONE);
	}
	enumerator->destroy(enumerator);
}

/*
 * Described in header
 */
status_t initiator_children_initiate(initiator_children_t *this, ike_sa_t *ike_sa)
{
	status_t status = SUCCESS;
	child_t *child;
	int i;

	/* only a CHILD_SA queued before the first message goes into IKE_AUTH, so
	 * the first call queues one if there is any */
	for (i = 0; i < array_count(this->children) && status != DESTROY_ME; i++)
	{
		array_get(this->children, i, &child);
		child_init_args_t args = {
			.reqid = child->reqid,
			.label = child->label,
#ifdef CPU_ID_MAX
			.cpu = CPU_ID_MAX,
#endif
		};

		status = ike_sa->initiate(ike_sa, child->cfg->get_ref(child->cfg),
								  &args);
	}
	if (!array_count(this->children))
	{
		status = ike_sa->initiate(ike_sa, NULL, NULL);
	}
	return status;
}

/*
 * Described in header
 */
void initiator_children_destroy(initiator_children_t *this)
{
	child_t *child;

	while (array_remove(this->children, ARRAY_TAIL, &child))
	{
		child->cfg->destroy(child->cfg);
		DESTROY_IF(child->label);
		free(child);
	}
	array_destroy(this->children);
	free(this);
}
