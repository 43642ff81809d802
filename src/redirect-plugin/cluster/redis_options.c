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

#include "redis_options.h"

#include <library.h>

#include <ctype.h>
#include <errno.h>

/**
 * Highest number of a database
 */
#define DB_MAX 65535

/**
 * Schemes of URLs
 */
static const char *const schemes[] = { "redis", "rediss", "valkey", "valkeys" };

/*
 * Described in header
 */
bool redis_scheme_known(const char *scheme)
{
	size_t i;

	for (i = 0; i < countof(schemes); i++)
	{
		if (streq(schemes[i], scheme))
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Parse a number up to a limit that all of a text is.
 */
static bool parse_number(const char *text, unsigned long max, uint16_t *number)
{
	unsigned long value;
	char *end;

	if (!isdigit((u_char)*text))
	{
		return FALSE;
	}
	errno = 0;
	value = strtoul(text, &end, 10);
	if (*end || errno || value > max)
	{
		return FALSE;
	}
	*number = value;
	return TRUE;
}

/**
 * Take over a name or address.
 */
static bool take_name(const char *name, size_t len, redis_host_t *host)
{
	size_t i;

	if (!len || len >= sizeof(host->name))
	{
		return FALSE;
	}
	for (i = 0; i < len; i++)
	{
		if (!isalnum((u_char)name[i]) && !strchr("-._:%", name[i]))
		{
			return FALSE;
		}
	}
	memcpy(host->name, name, len);
	host->name[len] = '\0';
	return TRUE;
}

/*
 * Described in header
 */
bool redis_host_parse(const char *text, uint16_t port, redis_host_t *host)
{
	const char *end, *rest;

	host->port = port;
	if (*text == '[')
	{
		text++;
		end = strchr(text, ']');
		rest = end ? end + 1 : NULL;
	}
	else
	{
		end = strchr(text, ':');
		if (!end || strchr(end + 1, ':'))
		{	/* an IPv6 address has no port if it has no brackets */
			end = text + strlen(text);
		}
		rest = end;
	}
	return end && take_name(text, end - text, host) &&
		   (!*rest || (*rest == ':' && host->port &&
					   parse_number(rest + 1, UINT16_MAX, &host->port) &&
					   host->port));
}

/*
 * Described in header
 */
bool redis_url_parse(const char *text, redis_url_t *url,
					 char why[REDIRECT_STORE_WHY_MAX])
{
	const char *rest = strstr(text, "://"), *slash;
	char host[REDIS_HOST_MAX + 8];
	size_t scheme = rest ? rest - text : 0, len;

	url->tls = scheme && tolower((u_char)text[scheme - 1]) == 's' &&
			   tolower((u_char)text[scheme - 2]) != 'i';
	url->db = 0;
	rest = rest ? rest + strlen("://") : text;
	if (strchr(rest, '@'))
	{	/* the URL is shown, so no password may be in it */
		snprintf(why, REDIRECT_STORE_WHY_MAX, "name and password are not put "
				 "into the URL, but into options username and password");
		return FALSE;
	}
	slash = strchr(rest, '/');
	len = slash ? (size_t)(slash - rest) : strlen(rest);
	snprintf(host, sizeof(host), "%.*s", (int)len, rest);
	if (len >= sizeof(host) ||
		!redis_host_parse(host, REDIS_PORT, &url->host) ||
		(slash && slash[1] && !parse_number(slash + 1, DB_MAX, &url->db)))
	{
		snprintf(why, REDIRECT_STORE_WHY_MAX, "must be like "
				 "redis://store.example.org:6379/0");
		return FALSE;
	}
	return TRUE;
}

/*
 * Described in header
 */
bool redis_word_valid(const char *text, size_t len, size_t max)
{
	size_t i;

	for (i = 0; i < len && i <= max; i++)
	{
		if (text[i] <= ' ' || text[i] > '~')
		{
			return FALSE;
		}
	}
	return len && len <= max;
}

/**
 * Check the sentinels.
 */
static bool check_sentinels(const char *const *sentinels, const char **option,
							char why[REDIRECT_STORE_WHY_MAX])
{
	redis_host_t host;

	for (; sentinels && *sentinels; sentinels++)
	{
		if (!redis_host_parse(*sentinels, REDIS_SENTINEL_PORT, &host))
		{
			*option = "sentinels";
			snprintf(why, REDIRECT_STORE_WHY_MAX, "%.128s is not host:port",
					 *sentinels);
			return FALSE;
		}
	}
	return TRUE;
}

/**
 * Find an option for TLS.
 */
static const char *find_tls(const redirect_store_options_t *options)
{
	return options->tls_ca ? "tls.ca" : options->tls_certificate ?
		   "tls.certificate" : options->tls_name ? "tls.name" : NULL;
}

/*
 * Described in header
 */
bool redis_options_check(const redirect_store_options_t *options,
						 const char **option, char why[REDIRECT_STORE_WHY_MAX])
{
	redis_url_t url;

	*option = "url";
	*why = '\0';
	if (!redis_url_parse(options->url, &url, why))
	{
		return FALSE;
	}
	if (options->username && !options->password)
	{
		*option = "password";
		snprintf(why, REDIRECT_STORE_WHY_MAX, "missing, a username needs one");
	}
	else if (!options->tls_certificate != !options->tls_key)
	{
		*option = options->tls_key ? "tls.certificate" : "tls.key";
		snprintf(why, REDIRECT_STORE_WHY_MAX, "missing, a certificate for TLS "
				 "needs its key, and the other way round");
	}
	else if (!url.tls && find_tls(options))
	{
		*option = find_tls(options);
		snprintf(why, REDIRECT_STORE_WHY_MAX, "not used, as the URL says not to "
				 "use TLS: with TLS it begins with rediss:// or valkeys://");
	}
	else if (!redis_word_valid(options->prefix, strlen(options->prefix),
							   REDIS_PREFIX_MAX))
	{
		*option = "prefix";
		snprintf(why, REDIRECT_STORE_WHY_MAX, "must have 1 to %d printable "
				 "characters without spaces", REDIS_PREFIX_MAX);
	}
	return !*why && check_sentinels(options->sentinels, option, why);
}
