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
 * Any text as a strongswan.conf: redirectctl check ends with one of its exit
 * codes, the same each time, and calls nothing good that has errors.
 */

#include "fuzz.h"
#include "redirectctl.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

redirectctl_options_t options;

/**
 * Where output goes, and where errors of the fuzzer go.
 */
static FILE *out, *err;

int usage_error(const subcommand_t *command, const char *fmt, ...)
{
	abort();
}

/**
 * Nobody reads what the parser says.
 */
static void log_nothing(debug_t group, level_t level, char *fmt, ...)
{
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	fuzz_assert(library_init("", "charon"));
	out = fopen("/dev/null", "w");
	err = stderr;
	fuzz_assert(out != NULL);
	dbg = log_nothing;
	return 0;
}

/**
 * Check a file.
 */
static int check(char *file, bool strict, output_format_t format)
{
	char *argv[] = { "check", file, "--strict", NULL };
	FILE *own = stdout;
	int code;

	options.format = format;
	stdout = stderr = out;
	code = cmd_check.run(strict ? 3 : 2, argv);
	stdout = own;
	stderr = err;
	return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	char file[64];
	int fd, code;

	/* what files of this host hold is not the input */
	if (memmem(octets, len, "include", strlen("include")))
	{
		return 0;
	}
	fd = memfd_create("config", 0);
	fuzz_assert(fd >= 0);
	fuzz_assert(write(fd, octets, len) == (ssize_t)len);
	snprintf(file, sizeof(file), "/proc/self/fd/%d", fd);
	code = check(file, FALSE, OUTPUT_TEXT);
	fuzz_assert(code == EXIT_DONE || code == EXIT_REFUSED);
	fuzz_assert(check(file, FALSE, OUTPUT_JSON) == code);
	fuzz_assert(check(file, TRUE, OUTPUT_TEXT) >= code);
	close(fd);
	return 0;
}
