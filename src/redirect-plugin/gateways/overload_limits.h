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
 * @defgroup overload_limits overload_limits
 * @{ @ingroup redirect_gateways
 */

#ifndef OVERLOAD_LIMITS_H_
#define OVERLOAD_LIMITS_H_

#include "overload_marks.h"

#include <collections/array.h>
#include <settings/settings.h>

/**
 * Compare the marks with what charon's receiver does to IKE_SA_INIT requests
 * before anything can redirect them (reference: B10): a mark that lies above one
 * of its limits is never reached, clients meet silence or a cookie instead.
 *
 * @param settings		settings with charon's own options
 * @param ns			lib->ns
 * @param marks			marks
 * @param capacity		sessions this gateway is made for, 0 if not limited
 * @return				warnings, array_t of allocated char*, NULL if there is
 *						none; see config_list_destroy()
 */
array_t *overload_limits_check(settings_t *settings, const char *ns,
							   const overload_marks_t *marks,
							   uint32_t capacity);

#endif /** OVERLOAD_LIMITS_H_ @}*/
