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
 * @defgroup guard_report guard_report
 * @{ @ingroup redirect_guard
 */

#ifndef GUARD_REPORT_H_
#define GUARD_REPORT_H_

#include "guard_event.h"

#include <sa/ike_sa.h>

typedef struct guard_report_t guard_report_t;

/**
 * Counts, logs at a limited rate and tells the observer. Any thread.
 */
struct guard_report_t {

	/**
	 * Report something about an IKE_SA that the caller has checked out.
	 *
	 * @param ike_sa		IKE_SA, NULL if there is none anymore
	 * @param event			what; unique, connection and from are filled in
	 */
	void (*report)(guard_report_t *this, ike_sa_t *ike_sa,
				   guard_event_t event);

	/**
	 * Read a counter.
	 */
	uint64_t (*get_count)(guard_report_t *this, guard_count_t count);

	/**
	 * Read the counter of a reason of wire/.
	 */
	uint64_t (*get_malformed)(guard_report_t *this, wire_verdict_t verdict);

	/**
	 * Set the observer, see initiator_t.
	 */
	void (*set_observer)(guard_report_t *this, guard_observer_t observer,
						 void *data);

	/**
	 * Destroy it.
	 */
	void (*destroy)(guard_report_t *this);
};

/**
 * Create it.
 */
guard_report_t *guard_report_create();

#endif /** GUARD_REPORT_H_ @}*/
