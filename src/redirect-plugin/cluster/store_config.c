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


#include "store_config.h"
#include "redis_options.h"
#include "store_registry.h"
#include "utils/constructors.h"

#include <library.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/**
 * Shortest secret, in octets
 */
#define SECRET_MIN 16

static const config_option_t options[] = {
	{ "url", CONFIG_TEXT, offsetof(store_config_t, url), .def = NULL },
	{ "sentinels", CONFIG_LIST, offsetof(store_config_t, sentinels),
		.def = NULL },
	{ "prefix", CONFIG_TEXT, offsetof(store_config_t, prefix),
		.def = "redirect" },
	{ "username", CONFIG_TEXT, offsetof(store_config_t, username),
		.def = NULL },
	{ "password", CONFIG_TEXT, offsetof(store_config_t, password),
		.def = NULL },
	{ "password_file", CONFIG_TEXT, offsetof(store_config_t, password_file),
		.def = NULL },
	{ "secret", CONFIG_TEXT, offsetof(store_config_t, secret), .def = NULL },
	{ "secret_file", CONFIG_TEXT, offsetof(store_config_t, secret_file),
		.def = NULL },
	{ "interval", CONFIG_TIME, offsetof(store_config_t, interval),
		.def = "1s", .min = 1, .max = 60 },
	{ "timeout", CONFIG_TIME, offsetof(store_config_t, timeout),
		.def = "2s", .min = 1, .max = 60 },
	{ "stale", CONFIG_TIME, offsetof(store_config_t, stale),
		.def = "10s", .min = 2, .max = 3600 },
	{ "max_draining", CONFIG_NUMBER, offsetof(store_config_t, max_draining),
		.def = "1", .min = 1, .max = 4096 },
};

static const config_option_t tls_options[] = {
	{ "ca", CONFIG_TEXT, offsetof(store_config_t, tls_ca), .def = NULL },
	{ "certificate", CONFIG_TEXT, offsetof(store_config_t, tls_certificate),
		.def = NULL },
	{ "key", CONFIG_TEXT, offsetof(store_config_t, tls_key), .def = NULL },
	{ "name", CONFIG_TEXT, offsetof(store_config_t, tls_name), .def = NULL },
};

static const char *const sections[] = { "tls", "members", NULL };

/**
 * Read a secret from the first line of a file, in place of the option itself.
 *
 * @param key			option that names the file
 * @param value			option with the secret, set if there is a file
 */
static bool read_secret(const config_section_t *section, const char *key,
						const char *file, char **value)
{
	chunk_t *content;
	bool good = FALSE;
	size_t len;

	if (!file)
	{
		return TRUE;
	}
	if (*value)
	{
		config_section_error(section, key, file, "given twice, must be either "
							 "in the configuration or in a file");
		return FALSE;
	}
	content = chunk_map((char*)file, FALSE);
	if (!content)
	{
		config_section_error(section, key, file, "cannot be read (%s)",
							 strerror(errno));
		return FALSE;
	}
	for (len = 0; len < content->len && content->ptr[len] != '\n'; len++);
	good = len > 0 && !memchr(content->ptr, '\0', len);
	if (good)
	{
		*value = strndup((char*)content->ptr, len);
	}
	else
	{
		config_section_error(section, key, file, "has no text in its first line");
	}
	chunk_unmap(content);
	return good;
}

/**
 * Name the options as stores know them.
 *
 * @param sentinels		receives sentinels and a NULL
 */
static redirect_store_options_t get_options(const store_config_t *config,
											const char *sentinels[])
{
	int i;

	for (i = 0; i < array_count(config->sentinels); i++)
	{
		array_get(config->sentinels, i, &sentinels[i]);
	}
	sentinels[i] = NULL;
	return (redirect_store_options_t){
		.url = config->url,
		.sentinels = i ? sentinels : NULL,
		.prefix = config->prefix,
		.username = config->username,
		.password = config->password,
		.tls_ca = config->tls_ca,
		.tls_certificate = config->tls_certificate,
		.tls_key = config->tls_key,
		.tls_name = config->tls_name,
		.interval = config->interval * 1000,
		.timeout = config->timeout * 1000,
	};
}

/**
 * Check that files for TLS can be read; whether they hold certificates is seen
 * when they are used.
 */
static bool check_files(const config_section_t *section,
						const store_config_t *config)
{
	const struct {
		const char *key, *file;
	} files[] = {
		{ "tls.ca", config->tls_ca },
		{ "tls.certificate", config->tls_certificate },
		{ "tls.key", config->tls_key },
	};
	struct stat st;
	bool good = TRUE;
	int i;

	for (i = 0; i < (int)countof(files); i++)
	{
		if (files[i].file && access(files[i].file, R_OK) != 0)
		{
			config_section_error(section, files[i].key, files[i].file, "cannot be "
								 "read (%s)", strerror(errno));
			good = FALSE;
		}
		else if (files[i].file && stat(files[i].file, &st) == 0 &&
				 S_ISDIR(st.st_mode))
		{
			config_section_error(section, files[i].key, files[i].file, "is a "
								 "directory, must be a file");
			good = FALSE;
		}
	}
	return good;
}

/**
 * Check what stores are told, as far as the kind of store is known.
 */
static bool check_store(const config_section_t *section,
						const store_config_t *config)
{
	const char *sentinels[array_count(config->sentinels) + 1], *option;
	redirect_store_options_t wanted = get_options(config, sentinels);
	char scheme[CONSTRUCTORS_NAME_MAX], why[REDIRECT_STORE_WHY_MAX];
	/* a password that was put into it is not shown */
	const char *url = strchr(config->url, '@') ? NULL : config->url;

	if (!store_registry_scheme(config->url, scheme, sizeof(scheme)))
	{
		config_section_error(section, "url", url, "must begin with the kind of "
							 "store, as redis://store.example.org does");
		return FALSE;
	}
	if (!redis_scheme_known(scheme))
	{
		config_section_warn(section, "url", url, "%s is a kind of store that only "
							"a plugin of another project can offer, this one has "
							"redis, rediss, valkey and valkeys", scheme);
	}
	else if (!redis_options_check(&wanted, &option, why))
	{
		config_section_error(section, option, streq(option, "url") ? url :
							 streq(option, "prefix") ? config->prefix : NULL,
							 "%s", why);
		return FALSE;
	}
	return check_files(section, config);
}

/**
 * Check what belongs together.
 */
static bool check(const config_section_t *section, const store_config_t *config)
{
	if (!config->url)
	{
		if (config->secret || config->sentinels || config->tls_ca ||
			config->join.names)
		{
			config_section_warn(section, "url", NULL, "missing, so nothing is "
								"shared and the other options have no effect");
		}
		return TRUE;
	}
	if (!config->secret || strlen(config->secret) < SECRET_MIN)
	{
		config_section_error(section, config->secret_file ? "secret_file"
														  : "secret", NULL,
							 "missing or too short, must have at least %d "
							 "characters", SECRET_MIN);
		return FALSE;
	}
	if (config->stale <= config->interval)
	{
		config_section_error(section, "stale", NULL, "must be longer than "
							 "interval");
		return FALSE;
	}
	return check_store(section, config);
}

/*
 * Described in header
 */
store_config_t *store_config_read(const config_section_t *section)
{
	config_section_t cluster = config_section_sub(section, "cluster");
	config_section_t tls = config_section_sub(&cluster, "tls");
	store_config_t *config;
	bool good;

	INIT(config);
	good = config_section_read(&cluster, options, countof(options), sections,
							   config);
	good = config_section_read(&tls, tls_options, countof(tls_options), NULL,
							   config) && good;
	good = cluster_join_read(&cluster, &config->join) && good;
	good = good && read_secret(&cluster, "password_file", config->password_file,
							   &config->password) &&
		   read_secret(&cluster, "secret_file", config->secret_file,
					   &config->secret) &&
		   check(&cluster, config);
	if (!good)
	{
		store_config_destroy(config);
		return NULL;
	}
	return config;
}

/*
 * Described in header
 */
redirect_store_t *store_config_open(const store_config_t *config,
		redirect_store_t *(*create)(void *data,
									redirect_store_options_t *options,
									const redirect_store_sink_t *sink, char *why),
		void *data, const redirect_store_sink_t *sink,
		const char *const *kinds, char why[REDIRECT_STORE_WHY_MAX])
{
	const char *sentinels[array_count(config->sentinels) + 1];
	redirect_store_options_t wanted = get_options(config, sentinels);

	wanted.kinds = kinds;
	return create(data, &wanted, sink, why);
}

/*
 * Described in header
 */
bool store_config_equals(const store_config_t *a, const store_config_t *b)
{
	char *x, *y;
	int i;

	for (i = 0; i < (int)countof(options); i++)
	{
		if (options[i].type == CONFIG_TEXT &&
			!streq(*(char**)((char*)a + options[i].offset),
				   *(char**)((char*)b + options[i].offset)))
		{
			return FALSE;
		}
	}
	for (i = 0; i < (int)countof(tls_options); i++)
	{
		if (!streq(*(char**)((char*)a + tls_options[i].offset),
				   *(char**)((char*)b + tls_options[i].offset)))
		{
			return FALSE;
		}
	}
	for (i = 0; i < array_count(a->sentinels); i++)
	{
		if (!array_get(a->sentinels, i, &x) ||
			!array_get(b->sentinels, i, &y) || !streq(x, y))
		{
			return FALSE;
		}
	}
	return array_count(a->sentinels) == array_count(b->sentinels) &&
		   a->interval == b->interval && a->timeout == b->timeout;
}

/**
 * Free a secret.
 */
static void wipe(char *secret)
{
	if (secret)
	{
		memwipe(secret, strlen(secret));
		free(secret);
	}
}

/*
 * Described in header
 */
void store_config_destroy(store_config_t *config)
{
	if (config)
	{
		wipe(config->password);
		wipe(config->secret);
		config_list_destroy(config->sentinels);
		cluster_join_clear(&config->join);
		free(config->url);
		free(config->prefix);
		free(config->username);
		free(config->password_file);
		free(config->secret_file);
		free(config->tls_ca);
		free(config->tls_certificate);
		free(config->tls_key);
		free(config->tls_name);
		free(config);
	}
}
