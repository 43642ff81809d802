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

#include "control_config.h"
#include "utils/ip_address.h"

#include <library.h>

#include <sys/stat.h>
#include <sys/un.h>

/**
 * Check a URI of a socket, or make one of a path.
 */
static bool parse_socket(const char *value, void *field,
						 char why[CONFIG_WHY_MAX])
{
	char **uri = field;
	const char *path;

	path = strpfx(value, "unix://") ? value + strlen("unix://") : value;
	if (*path == '/')
	{
		if (strlen(path) >= sizeof(((struct sockaddr_un*)NULL)->sun_path))
		{
			snprintf(why, CONFIG_WHY_MAX, "path too long for a socket");
			return FALSE;
		}
		free(*uri);
		return asprintf(uri, "unix://%s", path) > 0;
	}
	if (!strpfx(value, "tcp://") && !strpfx(value, "systemd://"))
	{
		snprintf(why, CONFIG_WHY_MAX, "must be unix:///PATH, tcp://ADDRESS:PORT "
				 "or systemd://NAME");
		return FALSE;
	}
	free(*uri);
	*uri = strdup(value);
	return TRUE;
}

/**
 * Check whether a TCP socket can be reached from other hosts; a name is taken
 * for one that can.
 */
static bool is_remote(const char *uri)
{
	char host[INET6_ADDRSTRLEN];
	ip_address_t address;

	if (!strpfx(uri, "tcp://"))
	{
		return FALSE;
	}
	uri += strlen("tcp://");
	if (*uri == '[')
	{
		snprintf(host, sizeof(host), "%.*s", (int)strcspn(uri + 1, "]"), uri + 1);
	}
	else
	{
		snprintf(host, sizeof(host), "%.*s", (int)strcspn(uri, ":"), uri);
	}
	return !streq(host, "localhost") && !streq(host, "::1") &&
		   !(ip_address_from_string(host, &address) && address.version == 4 &&
			 address.data[0] == 127);
}

/**
 * Check whether a socket can be opened there, as far as that can be seen before.
 */
static bool check_place(const config_section_t *section, char *uri)
{
	char *path = uri + strlen("unix://"), *port = strrchr(uri, ':'), *dir;
	struct stat st;
	bool good = TRUE;

	if (strpfx(uri, "tcp://"))
	{
		good = port > strchr(uri, ':') && atoi(port + 1) > 0 &&
			   atoi(port + 1) <= 65535;
		if (!good)
		{
			config_section_error(section, "socket", uri, "must end with a port "
								 "from 1 to 65535");
		}
	}
	else if (strpfx(uri, "unix://"))
	{
		dir = path_dirname(path);
		if (stat(dir, &st) != 0 || !S_ISDIR(st.st_mode))
		{
			config_section_warn(section, "socket", uri, "there is no directory %s",
								dir);
		}
		else if (stat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
		{
			config_section_warn(section, "socket", uri, "something else than a "
								"socket is there");
		}
		free(dir);
	}
	return good;
}

static const config_option_t options[] = {
	{ "enabled", CONFIG_BOOL, offsetof(control_config_t, enabled),
		.def = "yes" },
	{ "socket", CONFIG_PARSE, offsetof(control_config_t, socket),
		.def = "unix:///run/charon.redirect", .parse = parse_socket },
	{ "remote", CONFIG_BOOL, offsetof(control_config_t, remote),
		.def = "no" },
	{ "clients", CONFIG_NUMBER, offsetof(control_config_t, clients),
		.def = "256", .min = 1, .max = 65536 },
};

/*
 * Described in header
 */
control_config_t *control_config_read(const config_section_t *section)
{
	config_section_t control = config_section_sub(section, "control");
	control_config_t *config;
	bool good;

	INIT(config);
	good = config_section_read(&control, options, countof(options), NULL,
							   config);
	good = good && (!config->enabled || check_place(&control, config->socket));
	if (good && is_remote(config->socket) && !config->remote)
	{
		config_section_error(&control, "socket", config->socket, "whoever reaches "
							 "it may do everything, without a password; if that "
							 "is meant, set remote = yes as well");
		good = FALSE;
	}
	if (!good)
	{
		control_config_destroy(config);
		return NULL;
	}
	return config;
}

/*
 * Described in header
 */
void control_config_destroy(control_config_t *config)
{
	if (config)
	{
		free(config->socket);
		free(config);
	}
}
