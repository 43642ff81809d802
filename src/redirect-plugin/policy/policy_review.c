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

#include "policy_review.h"

/*
 * Described in header
 */
void policy_review(const config_section_t *section, const policy_t *policy)
{
	if (!section->warnings)
	{
		return;
	}
	if (policy->gateway_count && policy->self < 0)
	{
		config_section_warn(section, "self", NULL, "not set, so capacity and "
							"load of this gateway are not known, and it cannot "
							"be drained");
	}
}
