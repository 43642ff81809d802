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

/*
 * Run a target on files, for compilers and machines without libFuzzer:
 * fuzz_TARGET FILE...; each is read whole. A finding ends the program.
 */

#include "fuzz.h"

#include <utils/chunk.h>

/* weak: not every target has one */
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	return 0;
}

int main(int argc, char *argv[])
{
	chunk_t *file;
	int i;

	LLVMFuzzerInitialize(&argc, &argv);
	for (i = 1; i < argc; i++)
	{
		file = chunk_map(argv[i], FALSE);
		if (!file)
		{
			perror(argv[i]);
			return 1;
		}
		LLVMFuzzerTestOneInput(file->ptr, file->len);
		chunk_unmap(file);
	}
	printf("%d inputs\n", argc - 1);
	return argc < 2;
}
