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
 * The files of tests/corpus/config, each with the lines that it is to give in
 * front, behind "#!": the daemon's loader and redirectctl check say the same.
 */

#include "policy_fixture.h"

#include <glob.h>
#include <libgen.h>
#include <sys/resource.h>

#include <daemon.h>

#include "config_loader.h"

/** command of redirectctl, by the program that REDIRECT_EMULATOR names if it is
 * built for another processor */
#define CHECK "$REDIRECT_EMULATOR " REDIRECTCTL " check"

/**
 * Files of the corpus.
 */
static glob_t corpus;

/**
 * Lines that were logged, each with a line feed.
 */
static char logged[8192];

/**
 * Take log lines of the plugin; its name in front is part of each.
 */
static void take_line(debug_t group, level_t level, char *fmt, ...)
{
	size_t used = strlen(logged);
	char line[4096];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (strpfx(line, "redirect: "))
	{
		snprintf(logged + used, sizeof(logged) - used, "%s\n",
				 line + strlen("redirect: "));
	}
}

/**
 * Replace a text by another one wherever it is.
 */
static void replace(char *text, size_t size, const char *old, const char *new)
{
	char *pos = text, *rest;

	while ((pos = strstr(pos, old)))
	{
		rest = strdup(pos + strlen(old));
		snprintf(pos, size - (pos - text), "%s%s", new, rest);
		free(rest);
	}
}

/**
 * Give names of files the form they have in the corpus.
 */
static void normalize(char *text, size_t size, const char *file)
{
	char *copy = strdup(file);

	replace(text, size, file, "$FILE");
	replace(text, size, dirname(copy), "$DIR");
	free(copy);
}

/**
 * Read the lines a file is to give.
 */
static void read_expected(const char *file, char expected[8192])
{
	char line[4096];
	size_t used = 0;
	FILE *in = fopen(file, "r");

	ck_assert(in != NULL);
	*expected = '\0';
	while (fgets(line, sizeof(line), in) && strpfx(line, "#! "))
	{
		used += snprintf(expected + used, 8192 - used, "%s", line + 3);
	}
	fclose(in);
}

/**
 * Whether there is a line that is no warning.
 */
static bool has_error(const char *lines)
{
	for (; *lines; lines = strchr(lines, '\n') + 1)
	{
		if (!strpfx(lines, "warning: "))
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Load a file into the settings of the daemon, which come back from a file that
 * includes itself when no more can be opened.
 */
static void load_settings(char *file)
{
	struct rlimit before, few;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = (struct rlimit){ .rlim_cur = 32, .rlim_max = before.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	dbg = take_line;
	ck_assert(lib->settings->load_files(lib->settings, file, FALSE));
	dbg = dbg_default;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/**
 * Let the loader of the daemon load a file.
 *
 * @return				FALSE if it was refused
 */
static bool load(const char *file)
{
	selector_registry_t *registry = selector_registry_create();
	gateway_table_t *table = gateway_table_create();
	policy_engine_t *engine = policy_engine_create(table, NULL);
	config_loader_t *loader = config_loader_create(engine, registry);
	config_status_t status;
	bool loaded;

	free(lib->conf);
	lib->conf = strdup(file);
	load_settings(lib->conf);
	*logged = '\0';
	dbg = take_line;
	loaded = loader->load(loader);
	loader->get_status(loader, &status);
	if (status.waiting)
	{	/* as it does itself once all plugins are loaded */
		loaded = loader->load(loader);
	}
	dbg = dbg_default;
	loader->destroy(loader);
	engine->destroy(engine);
	table->destroy(table);
	registry->destroy(registry);
	return loaded;
}

/**
 * Let redirectctl check a file.
 *
 * @param lines			receives what it wrote to stderr, without names of files
 *						in front
 * @return				its exit code
 */
static int check(const char *options, const char *file, char lines[8192])
{
	char command[4096], line[4096];
	size_t used = 0;
	FILE *in;

	snprintf(command, sizeof(command), CHECK " %s '%s' 2>&1 >/dev/null", options,
			 file);
	in = popen(command, "r");
	ck_assert(in != NULL);
	*lines = '\0';
	while (fgets(line, sizeof(line), in))
	{
		if (strpfx(line, "no files found matching"))
		{	/* strongSwan's own, whether or not it matters */
			continue;
		}
		ck_assert_msg(strpfx(line, file), "%s", line);
		used += snprintf(lines + used, 8192 - used, "%s",
						 line + strlen(file) + strlen(": "));
	}
	return WEXITSTATUS(pclose(in));
}

START_TEST(daemon_and_check_say_what_the_file_expects)
{
	const char *file = corpus.gl_pathv[_i];
	char expected[8192], checked[8192];
	bool error;

#ifndef HAVE_REDIS
	if (strstr(file, "cluster"))
	{	/* check says that it does not judge all options of the store */
		return;
	}
#endif
	read_expected(file, expected);
	error = has_error(expected);

	ck_assert_int_eq(check("", file, checked), error);
	normalize(checked, sizeof(checked), file);
	ck_assert_str_eq(checked, expected);
	if (*expected && !error)
	{
		ck_assert_int_eq(check("--strict", file, checked), 1);
	}

	ck_assert_int_eq(load(file), !error);
	normalize(logged, sizeof(logged), file);
	if (error)
	{	/* and what becomes of it */
		replace(logged, sizeof(logged), "CONFIGURATION REFUSED, NO CLIENT IS "
				"REDIRECTED: fix the errors above and reload the settings\n", "");
		ck_assert_str_eq(logged, expected);
	}
	else
	{
		ck_assert_msg(strpfx(logged, "configuration loaded"), "%s", logged);
		ck_assert_str_eq(strchr(logged, '\n') + 1, expected);
	}
}
END_TEST

/**
 * Write a file.
 */
static void write_file(const char *file, const char *text)
{
	FILE *out = fopen(file, "w");

	ck_assert(out != NULL);
	fputs(text, out);
	fclose(out);
}

START_TEST(check_finds_the_section_wherever_it_is)
{
	static const char *const forms[] = {
		"redirect { slef = moon\n}",
		"plugins { redirect { slef = moon\n} }",
		"charon { plugins { redirect { slef = moon\n} } }",
		("charon-systemd { plugins { redirect { slef = moon\n} } }\n"
		 "charon { plugins { redirect { load = yes\n} } }"),
		"charon-nm { plugins { redirect { slef = moon\n} } }",
	};
	char file[] = "/tmp/config-corpus-XXXXXX", lines[8192];
	size_t i;

	ck_assert_int_ge(mkstemp(file), 0);
	for (i = 0; i < countof(forms); i++)
	{
		write_file(file, forms[i]);
		ck_assert_int_eq(check("", file, lines), 1);
		ck_assert_msg(strstr(lines, ".plugins.redirect.slef: unknown option, did "
							 "you mean 'self'?"), "%s: %s", forms[i], lines);
	}
	unlink(file);
}
END_TEST

START_TEST(check_warns_of_a_plugin_that_is_not_loaded)
{
	static const struct {
		char *text, *warning;
	} forms[] = {
		{ "charon { load_modular = yes\n plugins { redirect { load = yes\n} } }",
		  "" },
		{ "charon { load_modular = yes\n plugins { redirect { load = 5\n} } }",
		  "" },
		{ "charon { load = aes redirect! vici\n plugins { redirect { } } }", "" },
		{ "charon { plugins { redirect { } } }", "" },
		{ "redirect { load = yes\n}", "" },
		/* what includes it has load_modular, most likely */
		{ "redirect { }",
		  "warning: charon.plugins.redirect.load: must be yes, or charon does not "
		  "load the plugin\n" },
		{ "plugins { redirect { } }",
		  "warning: charon.plugins.redirect.load: must be yes, or charon does not "
		  "load the plugin\n" },
		{ "charon { load_modular = yes\n plugins { redirect { } } }",
		  "warning: charon.plugins.redirect.load: must be yes, or charon does not "
		  "load the plugin\n" },
		{ "redirect { load = no\n}",
		  "warning: charon.plugins.redirect.load = no: must be yes, or charon does "
		  "not load the plugin\n" },
		{ "charon { plugins { redirect { load = yse\n} } }",
		  "warning: charon.plugins.redirect.load = yse: must be yes, or charon does "
		  "not load the plugin\n" },
		{ "charon { load = aes redirect-redis\n plugins { redirect { } } }",
		  "warning: charon.load: redirect is not in this list, so charon does not "
		  "load the plugin\n" },
	};
	char file[] = "/tmp/config-corpus-XXXXXX", lines[8192];
	size_t i;

	ck_assert_int_ge(mkstemp(file), 0);
	for (i = 0; i < countof(forms); i++)
	{
		write_file(file, forms[i].text);
		ck_assert_int_eq(check("--strict", file, lines), *forms[i].warning != '\0');
		ck_assert_str_eq(lines, forms[i].warning);
	}
	unlink(file);
}
END_TEST

#ifdef HAVE_REDIS
START_TEST(check_judges_a_store_as_the_plugin_for_redis_does)
{
	static const struct {
		char *around, *ca, *plugin, *warning;
	} forms[] = {
		{ "%s", "/dev/null", "", "warning: the cluster's store is not used: " },
		{ "charon { load_modular = yes\n plugins {\n %s %s }\n }", NULL, "",
		  "warning: charon.plugins.redirect-redis.load: must be yes, or charon does "
		  "not load the plugin\n" },
		{ "charon { load_modular = yes\n plugins {\n %s %s }\n }", NULL,
		  "redirect-redis { load = yes\n }\n", "" },
		{ "charon { load = redirect redirect-redis\n plugins {\n %s %s }\n }",
		  NULL, "", "" },
		{ "charon { load = redirect\n plugins {\n %s %s }\n }", NULL, "",
		  "warning: charon.load: redirect-redis is not in this list, so charon does "
		  "not load the plugin\n" },
	};
	char file[] = "/tmp/config-corpus-XXXXXX", lines[8192], section[512];
	char text[1024];
	size_t i;

	ck_assert_int_ge(mkstemp(file), 0);
	for (i = 0; i < countof(forms); i++)
	{
		snprintf(section, sizeof(section), "redirect { load = yes\n cluster {\n"
				 "url = redis%s://192.0.2.9\n secret = 0123456789abcdef\n"
				 "tls { %s%s\n }\n }\n }\n", forms[i].ca ? "s" : "",
				 forms[i].ca ? "ca = " : "", forms[i].ca ?: "");
		snprintf(text, sizeof(text), forms[i].around, section, forms[i].plugin);
		write_file(file, text);
		ck_assert_int_eq(check("--strict", file, lines), *forms[i].warning != '\0');
		ck_assert_msg(forms[i].ca ? strpfx(lines, forms[i].warning)
								  : streq(lines, forms[i].warning), "%s", lines);
	}
	unlink(file);
}
END_TEST
#endif /* HAVE_REDIS */

START_TEST(check_tells_whether_self_is_the_host_it_is_told)
{
	static const struct {
		char *options, *of_host;
	} hosts[] = {
		{ "", "" },
		{ "--addresses 10.0.0.1,192.0.2.1", "" },
		{ "--addresses 2001:db8::/32", "" },
		{ "--addresses 192.0.2.2", "warning: charon.plugins.redirect.self = moon: "
		  "this host has none of the addresses of that gateway, which is right "
		  "behind a NAT only\n" },
	};
	char lines[8192];
	size_t i;

	for (i = 0; i < countof(hosts); i++)
	{
		ck_assert_int_eq(check(hosts[i].options, CORPUS_DIR "/config/"
							   "good-two-gateways.conf", lines), 0);
		ck_assert_str_eq(lines, hosts[i].of_host);
	}
}
END_TEST

START_TEST(check_tells_circles_of_files_that_charon_does_not_come_back_from)
{
	static const struct {
		char *a, *b;
		char *line;
	} circles[] = {
		/* reads two files for each of each */
		{ "redirect { }\ninclude *.conf\n", "include *.conf\n",
		  "include in %s/a.conf:2: %s/a.conf is being read already" },
		{ "redirect { }\n\ninclude b.conf\ninclude b.conf\n",
		  "x {\ninclude \"a.conf\"\n}\n",
		  "include in %s/b.conf:2: %s/a.conf is being read already" },
		{ "redirect {\ninclude ./././b.con?\n}\n",
		  "\n\ninclude none include a.conf\n",
		  "include in %s/./././b.conf:3: %s/a.conf is being read already" },
	};
	char dir[] = "/tmp/config-corpus-XXXXXX", file[64], lines[8192], line[512];
	char command[128];
	size_t i;

	ck_assert(mkdtemp(dir) != NULL);
	for (i = 0; i < countof(circles); i++)
	{
		snprintf(file, sizeof(file), "%s/b.conf", dir);
		write_file(file, circles[i].b);
		snprintf(file, sizeof(file), "%s/a.conf", dir);
		write_file(file, circles[i].a);
		ck_assert_int_eq(check("", file, lines), 1);
		snprintf(line, sizeof(line), circles[i].line, dir, dir);
		ck_assert_msg(strpfx(lines, line), "%s", lines);
	}
	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert_int_eq(system(command), 0);
}
END_TEST

START_TEST(check_never_calls_good_what_has_no_section)
{
	static const char *const forms[] = {
		"", "gateways { }", "charon { plugins { } }", "charon {", "redirect = x",
	};
	char file[] = "/tmp/config-corpus-XXXXXX", command[4096];
	size_t i;

	ck_assert_int_ge(mkstemp(file), 0);
	snprintf(command, sizeof(command), CHECK " %s >/dev/null 2>&1", file);
	for (i = 0; i < countof(forms); i++)
	{
		write_file(file, forms[i]);
		ck_assert_msg(WEXITSTATUS(system(command)) == 1, "%s", forms[i]);
	}
	unlink(file);
	ck_assert_int_eq(WEXITSTATUS(system(command)), 1);
}
END_TEST

START_TEST(looks_for_hidden_rules_with_bounded_work)
{
	char file[] = "/tmp/config-corpus-XXXXXX";
	FILE *out;
	int i;

	ck_assert_int_ge(mkstemp(file), 0);
	out = fopen(file, "w");
	fprintf(out, "charon {\nplugins {\nredirect {\nself = moon\ngateways {\nmoon {\n"
			"addresses = 192.0.2.1\n}\n}\nrules {\n");
	for (i = 0; i < 4096; i++)
	{
		fprintf(out, "r%d {\nid = *@%d.example\n}\n", i, i);
	}
	fprintf(out, "}\n}\n}\n}\n");
	fclose(out);
	ck_assert(load(file));
	ck_assert_msg(strstr(logged, "rules: too many to find all that are never "
						 "asked"), "%s", logged);
	unlink(file);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("config_corpus");
	TCase *tcase = tcase_create("config_corpus");

	if (glob(CORPUS_DIR "/config/*.conf", 0, NULL, &corpus) != 0 ||
		corpus.gl_pathc < 150)
	{
		fprintf(stderr, "no corpus in %s\n", CORPUS_DIR);
		return EXIT_FAILURE;
	}
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, daemon_and_check_say_what_the_file_expects, 0,
						corpus.gl_pathc);
	tcase_add_test(tcase, check_finds_the_section_wherever_it_is);
	tcase_add_test(tcase, check_warns_of_a_plugin_that_is_not_loaded);
#ifdef HAVE_REDIS
	tcase_add_test(tcase, check_judges_a_store_as_the_plugin_for_redis_does);
#endif
	tcase_add_test(tcase, check_tells_whether_self_is_the_host_it_is_told);
	tcase_add_test(tcase,
				   check_tells_circles_of_files_that_charon_does_not_come_back_from);
	tcase_add_test(tcase, check_never_calls_good_what_has_no_section);
	tcase_add_test(tcase, looks_for_hidden_rules_with_bounded_work);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
