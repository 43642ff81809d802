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
#include "check_store.h"

#include "config_loader.h"
#include "config_text.h"

#include <library.h>

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <inttypes.h>
#include <unistd.h>

/**
 * Check whether there is a section of the plugin.
 *
 * @param format		section above it, a format that daemon may be part of
 */
static bool has_section(settings_t *settings, char *format, char *daemon)
{
	enumerator_t *enumerator;
	char *section;
	bool found = FALSE;

	enumerator = settings->create_section_enumerator(settings, format, daemon);
	while (!found && enumerator->enumerate(enumerator, &section))
	{
		found = streq(section, "redirect");
	}
	enumerator->destroy(enumerator);
	return found;
}

/**
 * Find the daemon that has a section of the plugin; charon-systemd takes what is
 * not in its own from charon's.
 *
 * @return				name of its section, to be freed; NULL if there is none
 */
static char *find_daemon(settings_t *settings)
{
	enumerator_t *enumerator;
	char *daemon, *found = NULL;

	enumerator = settings->create_section_enumerator(settings, "");
	while (enumerator->enumerate(enumerator, &daemon))
	{
		if ((streq(daemon, "charon") || strpfx(daemon, "charon-")) &&
			(!found || streq(daemon, "charon-systemd")) &&
			has_section(settings, "%s.plugins", daemon))
		{
			free(found);
			found = strdup(daemon);
		}
	}
	enumerator->destroy(enumerator);
	if (found && !streq(found, "charon"))
	{
		settings->add_fallback(settings, found, "charon");
	}
	return found;
}

/**
 * Read a file: a whole strongswan.conf, or one that is included in its section
 * charon or charon.plugins.
 *
 * @param ns			receives name of the daemon's section, to be freed
 * @param above			receives the section the file is included in
 * @return				settings, NULL if they cannot be used, complained about
 */
static settings_t *read_file(const char *file, char **ns, const char **above)
{
	settings_t *settings = settings_create(NULL);
	bool good;

	if (access(file, R_OK) != 0)
	{
		fprintf(stderr, "redirectctl: %s: %s\n", file, strerror(errno));
		settings->destroy(settings);
		return NULL;
	}
	good = settings->load_files(settings, (char*)file, FALSE);
	if (!good)
	{
		fprintf(stderr, "redirectctl: %s is not a valid strongswan.conf, charon "
				"would not start with it\n", file);
	}
	*ns = good ? find_daemon(settings) : NULL;
	*above = "";
	if (good && !*ns)
	{
		if (has_section(settings, "", NULL))
		{
			settings->load_files_section(settings, (char*)file, FALSE,
										 "charon.plugins");
			*ns = strdup("charon");
			*above = "charon.plugins.";
		}
		else if (has_section(settings, "plugins", NULL))
		{
			settings->load_files_section(settings, (char*)file, FALSE, "charon");
			*ns = strdup("charon");
			*above = "charon.";
		}
		else
		{
			fprintf(stderr, "redirectctl: %s: there is no section "
					"charon.plugins.redirect, so nothing was checked\n", file);
		}
	}
	if (!*ns)
	{
		settings->destroy(settings);
		return NULL;
	}
	return settings;
}

/**
 * Write lines, one by one or as an array of JSON.
 */
static void write_lines(const char *file, const char *kind, array_t *lines)
{
	char *line;
	int i;

	if (options.format == OUTPUT_JSON)
	{
		printf(",\"%ss\":[", kind);
	}
	for (i = 0; i < array_count(lines); i++)
	{
		array_get(lines, i, &line);
		if (options.format == OUTPUT_JSON)
		{
			fputs(i ? "," : "", stdout);
			output_json_text(line, stdout);
		}
		else
		{	/* as the log of the daemon has it */
			fprintf(stderr, "%s: %s%s\n", file,
					streq(kind, "warning") ? "warning: " : "", line);
		}
	}
	if (options.format == OUTPUT_JSON)
	{
		putchar(']');
	}
}

/**
 * Write what was found.
 */
static void write_report(const char *file, const config_report_t *report)
{
	int warnings = array_count(report->warnings);

	if (options.format == OUTPUT_JSON)
	{
		printf("{\"file\":");
		output_json_text(file, stdout);
		printf(",\"good\":%s,\"gateways\":%u,\"rules\":%u,\"hash\":"
			   "\"%016" PRIx64 "\"", array_count(report->errors) ? "false"
			   : "true", report->gateways, report->rules, report->hash);
	}
	write_lines(file, "error", report->errors);
	write_lines(file, "warning", report->warnings);
	if (options.format == OUTPUT_JSON)
	{
		puts("}");
	}
	else if (!array_count(report->errors))
	{
		printf("good%s: %u gateway%s, %u rule%s, hash %016" PRIx64 "\n",
			   warnings ? ", with warnings" : "", report->gateways,
			   report->gateways == 1 ? "" : "s", report->rules,
			   report->rules == 1 ? "" : "s", report->hash);
	}
}

/**
 * Add a warning in front of those there are.
 */
static void warn(config_report_t *report, const char *fmt, ...)
{
	va_list args;
	char *line;

	va_start(args, fmt);
	if (vasprintf(&line, fmt, args) > 0)
	{
		array_insert_create(&report->warnings, ARRAY_HEAD, line);
	}
	va_end(args);
}

/**
 * Warn if charon does not load a plugin, of which the daemon cannot speak.
 *
 * @param part			TRUE if the file has not all of the daemon's section: what
 *						includes it sets load_modular, as Debian's does
 */
static void check_loaded(settings_t *settings, const char *ns, char *name,
						 bool part, config_report_t *report)
{
	bool modular = settings->get_bool(settings, "%s.load_modular", part, ns);
	char *load = settings->get_str(settings, "%s.plugins.%s.load", NULL, ns, name);
	char *list = settings->get_str(settings, "%s.load", NULL, ns), *plugin;
	enumerator_t *enumerator;
	bool listed = modular || !list;

	enumerator = enumerator_create_token(list ?: "", " ", " !");
	while (enumerator->enumerate(enumerator, &plugin))
	{
		listed = listed || streq(plugin, name);
	}
	enumerator->destroy(enumerator);
	if (!listed)
	{
		warn(report, "%s.load: %s is not in this list, so charon does not load the "
			 "plugin", ns, name);
	}
	else if (!settings->get_int(settings, "%s.plugins.%s.load", 0, ns, name) &&
			 !settings->get_bool(settings, "%s.plugins.%s.load", !modular && !load,
								 ns, name))
	{
		warn(report, "%s.plugins.%s.load%s%s: must be yes, or charon does not load "
			 "the plugin", ns, name, load ? " = " : "", load ?: "");
	}
}

/**
 * Warn if the cluster's store is not going to be used, which the daemon logs when
 * it opens it.
 *
 * @param whole			TRUE if the file has the sections of all plugins
 * @param installed		TRUE if it is for this host
 */
static void check_cluster(settings_t *settings, const char *ns, bool whole,
						  bool installed, config_report_t *report)
{
	char why[REDIRECT_STORE_WHY_MAX];
	const char *lacks = "used";

#ifndef HAVE_REDIS
	lacks = "judged";
#endif
	if (array_count(report->errors) || !check_store(settings, ns, why))
	{
		return;
	}
	if (*why)
	{
		warn(report, "the cluster's store is not %s: %s", lacks, why);
	}
#ifdef HAVE_REDIS
	if (installed && access(REDIS_PLUGIN, R_OK) != 0)
	{
		warn(report, "the cluster's store is not used: its plugin is not installed, "
			 "%s: %s", REDIS_PLUGIN, strerror(errno));
	}
#endif
	if (whole)
	{
		check_loaded(settings, ns, "redirect-redis", FALSE, report);
	}
}

/**
 * List the addresses of this host that charon can use, as it does.
 *
 * @return				NULL if they are not known
 */
static ip_set_t *get_own_addresses()
{
	struct ifaddrs *list, *entry;
	ip_address_t address;
	ip_set_t *set = NULL;
	host_t *host;
	char *buf, text[64];
	size_t len;
	FILE *out;

	if (getifaddrs(&list) != 0)
	{
		return NULL;
	}
	out = open_memstream(&buf, &len);
	for (entry = list; entry; entry = entry->ifa_next)
	{
		host = entry->ifa_addr && (entry->ifa_flags & IFF_UP)
			 ? host_create_from_sockaddr(entry->ifa_addr) : NULL;
		if (host)
		{
			address = ip_address_from_host(host);
			fprintf(out, "%s,", ip_address_to_string(&address, text, sizeof(text)));
			host->destroy(host);
		}
	}
	fclose(out);
	set = ip_set_create(buf, NULL);
	freeifaddrs(list);
	free(buf);
	return set;
}

/**
 * Check whether a file is one that the charon of this host reads.
 */
static bool is_installed(const char *file)
{
	char *real = realpath(file, NULL);
	bool installed = real && strpfx(real, "/etc/");

	free(real);
	return installed;
}

/**
 * Check a file.
 *
 * @param host			see config_loader_t.check()
 * @param report		filled in
 * @return				FALSE if it cannot be read, complained about
 */
static bool check(const char *file, const ip_set_t *host,
				  config_report_t *report)
{
	selector_registry_t *registry;
	config_loader_t *loader;
	settings_t *settings;
	const char *above;
	char *ns;

	report->errors = array_create(0, 0);
	config_text_check_includes(file, report->errors);
	if (array_count(report->errors))
	{	/* settings_t would not come back */
		return TRUE;
	}
	config_report_clear(report);
	settings = read_file(file, &ns, &above);
	if (!settings)
	{
		return FALSE;
	}
	registry = selector_registry_create();
	loader = config_loader_create(NULL, registry);
	*report = loader->check(loader, settings, ns, file, above, host);
	check_cluster(settings, ns, !*above, is_installed(file), report);
	check_loaded(settings, ns, "redirect", *above, report);
	loader->destroy(loader);
	registry->destroy(registry);
	settings->destroy(settings);
	free(ns);
	return TRUE;
}

/**
 * redirectctl check
 */
static int run(int argc, char *argv[])
{
	config_report_t report = {};
	const char *file = NULL;
	ip_set_t *host = NULL;
	bool strict = FALSE, refused = TRUE;
	int i;

	for (i = 1; i < argc; i++)
	{
		if (streq(argv[i], "--strict"))
		{
			strict = TRUE;
		}
		else if (streq(argv[i], "--addresses") && !host && argv[i + 1])
		{
			host = ip_set_create(argv[++i], NULL);
			if (!host)
			{
				return usage_error(&cmd_check, "'%s' is no list of addresses",
								   argv[i]);
			}
		}
		else if (argv[i][0] == '-' || file)
		{
			return usage_error(&cmd_check, "'%s' is not known", argv[i]);
		}
		else
		{
			file = argv[i];
		}
	}
	file = file ?: "/etc/strongswan.conf";
	if (!host && is_installed(file))
	{
		host = get_own_addresses();
	}
	if (check(file, host, &report))
	{
		write_report(file, &report);
		refused = array_count(report.errors) ||
				  (strict && array_count(report.warnings));
		config_report_clear(&report);
	}
	ip_set_destroy(host);
	return refused ? EXIT_REFUSED : EXIT_DONE;
}

const subcommand_t cmd_check = {
	"check", "[--strict] [--addresses LIST] [FILE]",
	"Tells whether a configuration is good, without a daemon",
	"FILE is a strongswan.conf, by default /etc/strongswan.conf, or a file that is\n"
	"included there, with a section plugins.redirect or redirect. What is printed\n"
	"is what the daemon would log, and a warning if charon does not load the\n"
	"plugin, or if a store in Redis or Valkey would not be used. Ends with 1 if\n"
	"there is an error, and with --strict also if there is a warning.\n"
	"\n"
	"  --addresses LIST   addresses of the host that the file is for, to tell whether\n"
	"                     self is that host. For files below /etc they are those of\n"
	"                     this host; for others self is not judged without them\n",
	run,
};
