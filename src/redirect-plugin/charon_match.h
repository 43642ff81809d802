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
 * @defgroup charon_match charon_match
 * @{ @ingroup redirect
 */

#ifndef CHARON_MATCH_H_
#define CHARON_MATCH_H_

#include <library.h>

/**
 * Check that the charon this code was loaded by is the one it was built for.
 *
 * The structs of libcharon differ from version to version and with ME
 * (mediation), but only from 6.0.3 on does the plugin loader compare versions.
 * The check therefore uses neither lib nor charon: it looks for the version in
 * the text of the program and for an exported function that only exists with
 * ME. On mismatch one line is logged that tells why.
 *
 * To be called first thing in the plugin's constructor, which then returns
 * NULL. Takes no locks.
 *
 * @return			FALSE if nothing of this charon may be touched
 */
bool charon_match_check();

/**
 * Check whether the constant data of a program tells a strongSwan version.
 *
 * Programs have it either as a string of its own or after "strongSwan ". A
 * longer version that begins or ends with it is another one.
 *
 * @param text		data of the program
 * @param version	version to look for, as in "6.0.4" or "6.1.0dr1"
 * @return			TRUE if found
 */
bool charon_match_version(chunk_t text, const char *version);

#endif /** CHARON_MATCH_H_ @}*/
