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

#include "load_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>

load_options_t options = {
	.local_port = 500,
	.window = 64,
	.seconds = 3,
	.warmup = 0.5,
	.supported = true,
};

static void usage(const char *name)
{
	fprintf(stderr, "usage: %s [options] SERVER PORT\n"
		"  --window N        requests open at once (64)\n"
		"  --rate N          requests a second, whether answered or not\n"
		"  --seconds S       time measured (3)\n"
		"  --warmup S        time before that, not counted (0.5)\n"
		"  --answers N       go on until so many came, for a minute more at most\n"
		"  --sources A/BITS  send from random addresses of an IPv4 subnet\n"
		"  --local-port P    port to send from (500)\n"
		"  --no-support      do not announce REDIRECT_SUPPORTED, be served\n"
		"  --served          announce it, but be served nevertheless\n"
		"  --gateway A       address that redirects must lead to\n"
		"  --pid PID         process whose CPU time is told, per answer; several\n"
		"                    times: of all together\n"
		"  --interface NAME  send by AF_XDP; needs --sources, and\n"
		"  --macs LOCAL,REMOTE  the Ethernet addresses of both ends\n",
		name);
	exit(2);
}

static void set_sources(const char *name, const char *arg)
{
	struct in_addr addr;
	char copy[64], *slash;
	int bits;

	snprintf(copy, sizeof(copy), "%s", arg);
	slash = strchr(copy, '/');
	bits = slash ? atoi(slash + 1) : 0;
	if (!slash || bits < 8 || bits > 30)
	{
		usage(name);
	}
	*slash = '\0';
	if (inet_pton(AF_INET, copy, &addr) != 1)
	{
		usage(name);
	}
	/* neither the first nor the last address */
	options.sources = (UINT32_C(1) << (32 - bits)) - 2;
	options.source = ntohl(addr.s_addr) + 1;
}

static void set_gateway(const char *name, const char *arg)
{
	if (inet_pton(AF_INET, arg, options.gateway) == 1)
	{
		options.gateway_len = 4;
	}
	else if (inet_pton(AF_INET6, arg, options.gateway) == 1)
	{
		options.gateway_len = 16;
	}
	else
	{
		usage(name);
	}
}

static void set_server(const char *name, const char *arg, uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in*)&options.server;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6*)&options.server;

	if (inet_pton(AF_INET, arg, &in->sin_addr) == 1)
	{
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		options.server_len = sizeof(*in);
	}
	else if (inet_pton(AF_INET6, arg, &in6->sin6_addr) == 1)
	{
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		options.server_len = sizeof(*in6);
	}
	else
	{
		usage(name);
	}
}

void load_options_parse(int argc, char *argv[])
{
	static const struct option long_options[] = {
		{ "window",		required_argument,	NULL, 'w' },
		{ "rate",		required_argument,	NULL, 'r' },
		{ "seconds",	required_argument,	NULL, 's' },
		{ "warmup",		required_argument,	NULL, 'u' },
		{ "answers",	required_argument,	NULL, 'a' },
		{ "sources",	required_argument,	NULL, 'n' },
		{ "local-port",	required_argument,	NULL, 'l' },
		{ "no-support",	no_argument,		NULL, 'x' },
		{ "served",		no_argument,		NULL, 'v' },
		{ "gateway",	required_argument,	NULL, 'g' },
		{ "pid",		required_argument,	NULL, 'p' },
		{ "interface",	required_argument,	NULL, 'i' },
		{ "macs",		required_argument,	NULL, 'm' },
		{ }
	};
	uint16_t port;
	int opt;

	while ((opt = getopt_long(argc, argv, "", long_options, NULL)) != -1)
	{
		switch (opt)
		{
			case 'w':
				options.window = atoi(optarg);
				break;
			case 'r':
				options.rate = atof(optarg);
				break;
			case 's':
				options.seconds = atof(optarg);
				break;
			case 'u':
				options.warmup = atof(optarg);
				break;
			case 'a':
				options.answers = strtoull(optarg, NULL, 10);
				break;
			case 'n':
				set_sources(argv[0], optarg);
				break;
			case 'l':
				options.local_port = atoi(optarg);
				break;
			case 'x':
				options.supported = false;
				options.served = true;
				break;
			case 'v':
				options.served = true;
				break;
			case 'g':
				set_gateway(argv[0], optarg);
				break;
			case 'p':
				if (options.pid_count == PIDS_MAX)
				{
					usage(argv[0]);
				}
				options.pids[options.pid_count++] = atoi(optarg);
				break;
			case 'i':
				options.interface = optarg;
				break;
			case 'm':
				options.macs = optarg;
				break;
			default:
				usage(argv[0]);
		}
	}
	if (argc - optind != 2 || options.window < 1 ||
		options.window > WINDOW_MAX || options.seconds <= 0 ||
		options.rate < 0)
	{
		usage(argv[0]);
	}
	port = atoi(argv[optind + 1]);
	set_server(argv[0], argv[optind], port);
	/* as charon: a marker unless one of the ports is 500 */
	options.marker = port != 500 && options.local_port != 500;
	if ((options.sources && options.server.ss_family != AF_INET) ||
		(options.interface && (!options.sources || !options.macs ||
							   options.marker)))
	{
		usage(argv[0]);
	}
}
