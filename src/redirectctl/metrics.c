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

#include "redirectctl.h"

#include <library.h>

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * Write a part of the metrics.
 */
static void write_part(void *data, vici_message_t *message)
{
	chunk_t text = message->get_value(message, chunk_empty, "text");

	if (text.len)
	{
		fwrite(text.ptr, 1, text.len, (FILE*)data);
	}
}

/**
 * Ask for the metrics and write them.
 */
static int write_metrics(FILE *out)
{
	vici_message_t *answer;
	ipc_t *ipc;

	ipc = ipc_create(options.uri);
	if (!ipc)
	{
		return EXIT_UNREACHABLE;
	}
	answer = ipc->request(ipc, "metrics", NULL, "metrics", write_part, out);
	ipc->destroy(ipc);
	if (!answer)
	{
		return EXIT_UNREACHABLE;
	}
	answer->destroy(answer);
	return EXIT_DONE;
}

/**
 * Metrics while charon is gone: what is watched must not stay as it was.
 */
static const char down[] =
	"# HELP strongswan_redirect_up 1 if charon has the redirect plugin and "
	"answers.\n"
	"# TYPE strongswan_redirect_up gauge\n"
	"strongswan_redirect_up 0\n";

/**
 * Replace a file, that is never seen half written.
 */
static int replace_file(const char *path, const char *text, size_t len)
{
	char temporary[PATH_MAX];
	int fd;
	bool good;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
														(int)sizeof(temporary))
	{
		fprintf(stderr, "redirectctl: %s: name too long\n", path);
		return EXIT_REFUSED;
	}
	fd = mkstemp(temporary);
	good = fd != -1 && fchmod(fd, 0644) == 0 &&
		   write(fd, text, len) == (ssize_t)len;
	if (fd != -1 && close(fd) != 0)
	{
		good = FALSE;
	}
	if (good && rename(temporary, path) == 0)
	{
		return EXIT_DONE;
	}
	fprintf(stderr, "redirectctl: %s: %s\n", path, strerror(errno));
	if (fd != -1)
	{
		unlink(temporary);
	}
	return EXIT_REFUSED;
}

/**
 * Write the metrics into a file, or that there are none.
 */
static int write_file(const char *path)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int code, written;

	code = write_metrics(out);
	fclose(out);
	written = code == EXIT_DONE ? replace_file(path, text, len)
								: replace_file(path, down, strlen(down));
	free(text);
	return code == EXIT_DONE ? written : code;
}

/**
 * redirectctl metrics
 */
static int run(int argc, char *argv[])
{
	if (options.format != OUTPUT_TEXT)
	{
		return usage_error(&cmd_metrics, "they have a format of their own");
	}
	if (argc == 3 && streq(argv[1], "--textfile"))
	{
		return write_file(argv[2]);
	}
	if (argc > 1)
	{
		return usage_error(&cmd_metrics, "'%s' is not known", argv[1]);
	}
	return write_metrics(stdout);
}

const subcommand_t cmd_metrics = {
	"metrics", "[--textfile FILE]",
	"Writes all numbers in the text format of Prometheus",
	"  --textfile FILE    write them to a file, for the textfile collector of\n"
	"                     the node exporter; it is replaced as a whole. If charon\n"
	"                     is gone it says strongswan_redirect_up 0\n", run,
};
