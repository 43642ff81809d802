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

#include "redirect_store.h"

#include <library.h>
#include <plugins/plugin_feature.h>
#include <threading/condvar.h>
#include <threading/mutex.h>

#include <check.h>
#include <sys/stat.h>

/**
 * The example of a store in a plugin of its own, as charon loads it.
 */

/**
 * What the plugin registered
 */
static redirect_store_create_t create;

/**
 * What the sink was told last
 */
static struct {
	size_t count;
	char name[REDIRECT_STORE_NAME_MAX + 1], value[64];
	redirect_store_state_t state;
	mutex_t *mutex;
	condvar_t *condvar;
} told = { .state = REDIRECT_STORE_CONNECTING };

static void records(void *data, const char *kind,
					const redirect_store_record_t *records, size_t count)
{
	if (streq(kind, "order"))
	{
		told.mutex->lock(told.mutex);
		told.count = count;
		if (count)
		{
			snprintf(told.name, sizeof(told.name), "%s", records->name);
			snprintf(told.value, sizeof(told.value), "%.*s", (int)records->len,
					 (char*)records->value);
		}
		told.condvar->signal(told.condvar);
		told.mutex->unlock(told.mutex);
	}
}

static void state(void *data, redirect_store_state_t state, const char *words)
{
	told.mutex->lock(told.mutex);
	told.state = state;
	told.condvar->signal(told.condvar);
	told.mutex->unlock(told.mutex);
}

/**
 * Wait until something is so, for 20 seconds at most.
 */
#define wait_until(condition) ({ \
	timeval_t _end; \
	bool _late = FALSE; \
	time_monotonic(&_end); \
	_end.tv_sec += 20; \
	told.mutex->lock(told.mutex); \
	while (!(condition) && !_late) \
	{ \
		_late = told.condvar->timed_wait_abs(told.condvar, told.mutex, _end); \
	} \
	told.mutex->unlock(told.mutex); \
	ck_assert_msg(condition, #condition); \
})

static bool add(redirect_store_registry_t *this, const char *scheme, uint32_t api,
				redirect_store_create_t constructor)
{
	ck_assert_str_eq(scheme, "file");
	create = constructor;
	return api == REDIRECT_STORE_API;
}

static void remove_(redirect_store_registry_t *this, const char *scheme)
{
	create = NULL;
}

START_TEST(keeps_records_as_files)
{
	static const char *const kinds[] = { "gateway", "order", NULL };
	redirect_store_registry_t registry = { .add = add, .remove = remove_ };
	redirect_store_sink_t sink = { .records = records, .state = state };
	plugin_feature_t features[] = {
		PLUGIN_NOOP,
			PLUGIN_PROVIDE(CUSTOM, REDIRECT_STORE_REGISTRY),
	};
	char dir[] = "/tmp/redirect-store.XXXXXX", url[64], command[96];
	char why[REDIRECT_STORE_WHY_MAX];
	redirect_store_stats_t stats;
	redirect_store_t *moon, *sun;
	redirect_store_options_t options = {
		.api = REDIRECT_STORE_API,
		.url = url,
		.prefix = "redirect",
		.interval = 20,
		.kinds = kinds,
	};

	told.mutex = mutex_create(MUTEX_TYPE_DEFAULT);
	told.condvar = condvar_create(CONDVAR_TYPE_DEFAULT);
	ck_assert(mkdtemp(dir) != NULL);
	snprintf(url, sizeof(url), "file://%s", dir);
	lib->set(lib, REDIRECT_STORE_REGISTRY, &registry);
	lib->plugins->add_static_features(lib->plugins, "registry", features,
									  countof(features), TRUE, NULL, NULL);
	lib->plugins->add_path(lib->plugins, FILESTORE);
	ck_assert(lib->plugins->load(lib->plugins, "filestore"));
	ck_assert(create != NULL);

	moon = create(&options, &sink, why);
	ck_assert_msg(moon != NULL, "%s", why);
	sink.records = (void*)nop;
	sink.state = (void*)nop;
	sun = create(&options, &sink, why);
	ck_assert_msg(sun != NULL, "%s", why);
	wait_until(told.state == REDIRECT_STORE_UP);
	ck_assert(sun->put(sun, "order", "mars", "drain", 5, 0, TRUE));
	wait_until(told.count == 1 && streq(told.name, "mars") &&
			   streq(told.value, "drain"));
	ck_assert(sun->put(sun, "order", "mars", "active", 6, 60000, TRUE));
	wait_until(told.count == 1 && streq(told.value, "active"));
	ck_assert(!sun->put(sun, "order", "../mars", "x", 1, 0, TRUE));
	ck_assert(sun->remove(sun, "order", "mars"));
	wait_until(told.count == 0);
	/* another one is told what was put right before it is destroyed */
	ck_assert(sun->put(sun, "order", "sun", "gone", 4, 0, TRUE));
	sun->destroy(sun);
	wait_until(told.count == 1 && streq(told.value, "gone"));
	snprintf(command, sizeof(command), "rm -r %s", dir);
	ck_assert(system(command) == 0);
	wait_until(told.state == REDIRECT_STORE_DOWN);
	moon->get_stats(moon, &stats);
	ck_assert_uint_ge(stats.lists, 2);
	moon->destroy(moon);
	options.url = "file://relative";
	ck_assert(!create(&options, &sink, why));
	ck_assert_str_eq(why, "the URL must be file:///DIRECTORY");

	lib->plugins->unload(lib->plugins);
	ck_assert(create == NULL);
	lib->set(lib, REDIRECT_STORE_REGISTRY, NULL);
	told.condvar->destroy(told.condvar);
	told.mutex->destroy(told.mutex);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("example");
	TCase *tc = tcase_create("store");
	SRunner *runner;
	int failed;

	library_init("", "charon");
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, keeps_records_as_files);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	library_deinit();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
