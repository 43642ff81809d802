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
 * What all fuzz targets share.
 */

#ifndef FUZZ_H_
#define FUZZ_H_

#include <stdio.h>
#include <stdlib.h>

#include <library.h>

/**
 * Run a target on one input; libFuzzer calls this.
 */
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len);

/**
 * Prepare a target; libFuzzer calls this first, if there is one.
 */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/**
 * End with a finding if a condition does not hold, in every build.
 */
#define fuzz_assert(condition) ({ \
	if (!(condition)) \
	{ \
		fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, \
				#condition); \
		abort(); \
	} \
})

#endif /** FUZZ_H_ */
