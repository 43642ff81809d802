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
 * What the command line of ike_load says.
 */

#ifndef LOAD_OPTIONS_H_
#define LOAD_OPTIONS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>

/** most requests open at once, must fit the slot number of init_message_t */
#define WINDOW_MAX 16384

/** most processes whose CPU time is told */
#define PIDS_MAX 16

typedef struct {
	struct sockaddr_storage server;
	socklen_t server_len;
	uint16_t local_port;
	uint32_t source;
	uint32_t sources;
	unsigned window;
	double rate;
	double seconds;
	double warmup;
	uint64_t answers;
	bool supported;
	bool served;
	bool marker;
	uint8_t gateway[16];
	size_t gateway_len;
	pid_t pids[PIDS_MAX];
	unsigned pid_count;
	const char *interface;
	const char *macs;
} load_options_t;

/** the options, of this one program */
extern load_options_t options;

/**
 * Read the options; ends the program if they are wrong.
 */
void load_options_parse(int argc, char *argv[]);

#endif /** LOAD_OPTIONS_H_ */
