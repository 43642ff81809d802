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
 * @defgroup check_store check_store
 * @{ @ingroup redirectctl
 */

#ifndef CHECK_STORE_H_
#define CHECK_STORE_H_

#include "cluster/redirect_store.h"

#include <settings/settings.h>

/**
 * Let the plugin for Redis and Valkey judge the options of the cluster's store, as
 * it does when the daemon opens one. Nothing is connected.
 *
 * @param settings		settings whose options were found good
 * @param ns			name of the daemon's section in them
 * @param why			receives why the store would not be used, or was not
 *						judged; empty if it is fine, or none, or of another plugin
 * @return				TRUE if it is one in Redis or Valkey
 */
bool check_store(settings_t *settings, const char *ns,
				 char why[REDIRECT_STORE_WHY_MAX]);

#endif /** CHECK_STORE_H_ @}*/
