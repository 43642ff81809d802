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

#include "guard_event.h"

ENUM(guard_count_names, GUARD_MALFORMED, GUARD_HOOK_DROPPED,
	"malformed",
	"wrong-role",
	"misplaced",
	"duplicate",
	"intermediate",
	"nonce",
	"not-announced",
	"loop",
	"denied",
	"not-accepted",
	"dead",
	"same-gateway",
	"own-address",
	"busy",
	"state",
	"unauthenticated",
	"unresolved",
	"unreachable",
	"full",
	"accepted",
	"followed",
	"arrived",
	"silent",
	"failed",
	"returned",
	"hook-dropped",
);

ENUM(guard_phase_names, GUARD_PHASE_NONE, GUARD_PHASE_ACTIVE,
	"none",
	"init",
	"identity",
	"auth",
	"active",
);
