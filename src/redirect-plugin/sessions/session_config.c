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

#include "session_config.h"

#include <library.h>

/**
 * Words of options
 */
static const char *const auth_methods[] = {
	"notify", "informational", "no_child", NULL
};
const char *const session_ignored_words[] = {
	"proven", "delete", "keep", NULL
};
static const char *const keep_delete[] = { "keep", "delete", NULL };

/**
 * Longest grace, in seconds.
 */
#define GRACE_MAX (24 * 60 * 60)

/*
 * Described in header
 */
bool session_config_parse_grace(const char *value, void *field,
								char why[CONFIG_WHY_MAX])
{
	uint32_t *grace = field;
	time_t seconds;

	if (strcaseeq(value, "never"))
	{
		*grace = SESSION_GRACE_NEVER;
		return TRUE;
	}
	if (timespan_from_string((char*)value, "s", &seconds) && seconds >= 1 &&
		seconds <= GRACE_MAX)
	{
		*grace = seconds;
		return TRUE;
	}
	config_times_refuse(1, GRACE_MAX, why);
	strncat(why, ", or never", CONFIG_WHY_MAX - strlen(why) - 1);
	return FALSE;
}

static const config_option_t options[] = {
	{ "auth_method", CONFIG_WORD, offsetof(session_config_t, auth_method),
		.def = "notify", .words = auth_methods },
	{ "grace", CONFIG_PARSE, offsetof(session_config_t, grace),
		.def = "30s", .parse = session_config_parse_grace },
};

static const config_option_t drain_options[] = {
	{ "rate", CONFIG_NUMBER, offsetof(session_config_t, drain.rate),
		.def = "50", .min = 1, .max = 100000 },
	{ "ignored", CONFIG_WORD, offsetof(session_config_t, drain.ignored),
		.def = "proven", .words = session_ignored_words },
	{ "deadline", CONFIG_TIME, offsetof(session_config_t, drain.deadline),
		.def = "0s", .min = 0, .max = 30 * 24 * 3600 },
	{ "rest", CONFIG_WORD, offsetof(session_config_t, drain.delete_rest),
		.def = "keep", .words = keep_delete },
	{ "refuse", CONFIG_BOOL, offsetof(session_config_t, drain.refuse),
		.def = "no" },
};

static const config_option_t rebalance_options[] = {
	{ "enabled", CONFIG_BOOL, offsetof(session_config_t, rebalance.enabled),
		.def = "no" },
	{ "share", CONFIG_NUMBER, offsetof(session_config_t, rebalance.share),
		.def = "5", .min = 1, .max = 100 },
	{ "margin", CONFIG_NUMBER, offsetof(session_config_t, rebalance.margin),
		.def = "10", .min = 1, .max = 100 },
	{ "period", CONFIG_TIME, offsetof(session_config_t, rebalance.period),
		.def = "1h", .min = 1, .max = 30 * 24 * 3600 },
};

/*
 * Described in header
 */
session_config_t *session_config_read(const config_section_t *section)
{
	config_section_t drain = config_section_sub(section, "drain");
	config_section_t rebalance = config_section_sub(section, "rebalance");
	session_config_t *config;
	bool good;

	INIT(config);
	good = config_section_read_values(section, options, countof(options),
									  config);
	good = config_section_read(&drain, drain_options, countof(drain_options),
							   NULL, config) && good;
	good = config_section_read(&rebalance, rebalance_options,
							   countof(rebalance_options), NULL, config) && good;
	if (!good)
	{
		free(config);
		return NULL;
	}
	if (config->drain.deadline && config->drain.deadline < config->grace &&
		config->grace != SESSION_GRACE_NEVER)
	{
		config_section_warn(&drain, "deadline", config_section_get(&drain, "deadline"),
							"shorter than grace, the time clients have to leave");
	}
	return config;
}
