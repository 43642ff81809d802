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

#include "session_info.h"

ENUM(session_state_names, SESSION_HERE, SESSION_DELETING,
	"here",
	"asked",
	"leaving",
	"left",
	"deleting",
);

ENUM(session_stuck_names, SESSION_NOT_STUCK, SESSION_STUCK_BUSY,
	"none",
	"unsupported",
	"ikev1",
	"initiator",
	"served",
	"no-gateway",
	"ignored",
	"refused",
	"returned",
	"busy",
);

ENUM(session_outcome_names, SESSION_FOLLOWED, SESSION_RETURNED,
	"followed",
	"ignored",
	"expired",
	"refused",
	"ended",
	"returned",
);

ENUM(session_deleted_names, SESSION_DELETED_IGNORED, SESSION_DELETED_DEADLINE,
	"ignored",
	"deadline",
);
