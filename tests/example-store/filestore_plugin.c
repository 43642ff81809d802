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
 * Example of a store of your own: a plugin that offers stores for file://.
 *
 *   charon.load = ... redirect filestore
 *   charon.plugins.redirect.cluster.url = file:///run/gateways
 *
 * Each record is a file PREFIX.KIND.NAME in that directory, for gateways that run
 * on one host. Changes are seen with the next list; a store that can tell them at
 * once calls changed() of the sink as well. What a store may rely on, and what it
 * must not do, stands in redirect_store.h, the only header it needs besides
 * strongSwan's.
 */

#include <redirect_store.h>

#include <library.h>
#include <collections/linked_list.h>
#include <plugins/plugin.h>
#include <threading/condvar.h>
#include <threading/mutex.h>
#include <threading/thread.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/**
 * Name of the plugin, and scheme of its URLs
 */
#define NAME "filestore"
#define SCHEME "file"

/**
 * Most changes that wait
 */
#define WAITING_MAX 1024

typedef struct filestore_plugin_t filestore_plugin_t;
typedef struct private_store_t private_store_t;
typedef struct change_t change_t;

/**
 * The plugin.
 */
struct filestore_plugin_t {

	/**
	 * Plugin interface.
	 */
	plugin_t plugin;
};

/**
 * What begins a file, in front of the value.
 */
typedef struct {

	/** seconds since 1970 at which it expires, 0 for never */
	uint64_t expires;
} head_t;

/**
 * A change that waits.
 */
struct change_t {
	char path[PATH_MAX];
	head_t head;
	chunk_t value;
	bool removed;
};

/**
 * A store.
 */
struct private_store_t {
	redirect_store_t public;
	redirect_store_sink_t sink;
	char *dir, *prefix;
	/** kinds, char* */
	linked_list_t *kinds;
	uint32_t interval;
	/** what mutex guards: changes, change_t*; numbers; wishes */
	linked_list_t *changes;
	redirect_store_stats_t stats;
	bool refresh, stop;
	mutex_t *mutex;
	condvar_t *condvar;
	thread_t *thread;
	/** of the thread: what is wrong, empty if nothing is; what was told last */
	char trouble[REDIRECT_STORE_WHY_MAX], told[REDIRECT_STORE_WHY_MAX];
};

/**
 * Destroy a change.
 */
static void change_destroy(change_t *change)
{
	chunk_free(&change->value);
	free(change);
}

/**
 * Note what is wrong.
 */
static void note(private_store_t *this, const char *path)
{
	snprintf(this->trouble, sizeof(this->trouble), "%.180s: %.60s", path,
			 strerror(errno));
}

/**
 * Write a change, so that nobody sees half of it.
 */
static void write_change(private_store_t *this, change_t *change)
{
	char path[PATH_MAX + 16];
	chunk_t content;

	if (change->removed)
	{
		if (unlink(change->path) && errno != ENOENT)
		{
			note(this, change->path);
		}
		return;
	}
	snprintf(path, sizeof(path), "%s/.%d", this->dir, getpid());
	content = chunk_cat("cc", chunk_from_thing(change->head), change->value);
	if (!chunk_write(content, path, 0077, TRUE) || rename(path, change->path))
	{
		note(this, change->path);
	}
	chunk_free(&content);
}

/**
 * Write what waits; the mutex is held when it is called, but not while it writes.
 */
static void write_changes(private_store_t *this)
{
	change_t *change;

	while (this->changes->remove_first(this->changes,
									   (void**)&change) == SUCCESS)
	{
		this->mutex->unlock(this->mutex);
		write_change(this, change);
		change_destroy(change);
		this->mutex->lock(this->mutex);
		this->stats.sent++;
	}
}

/**
 * Read a record; what is odd, or expired, is left out.
 */
static bool read_record(const char *path, chunk_t *content)
{
	chunk_t *map;
	head_t head;

	map = chunk_map((char*)path, FALSE);
	if (!map)
	{
		return FALSE;
	}
	*content = chunk_empty;
	if (map->len >= sizeof(head) &&
		map->len - sizeof(head) <= REDIRECT_STORE_VALUE_MAX)
	{
		memcpy(&head, map->ptr, sizeof(head));
		if (!head.expires || head.expires > (uint64_t)time(NULL))
		{
			*content = chunk_clone(*map);
		}
	}
	chunk_unmap(map);
	return content->ptr != NULL;
}

/**
 * Tell all records of a kind.
 */
static void tell_list(private_store_t *this, const char *kind)
{
	static const size_t max = REDIRECT_STORE_RECORDS_MAX;
	redirect_store_record_t *records = calloc(max, sizeof(*records));
	char begin[PATH_MAX], *name, *path;
	enumerator_t *files;
	chunk_t content;
	size_t i, count = 0;

	snprintf(begin, sizeof(begin), "%s.%s.", this->prefix, kind);
	files = enumerator_create_directory(this->dir);
	if (!files)
	{
		note(this, this->dir);
		free(records);
		return;
	}
	while (count < max && files->enumerate(files, &name, &path, NULL))
	{
		if (strpfx(name, begin) &&
			strlen(name + strlen(begin)) <= REDIRECT_STORE_NAME_MAX &&
			read_record(path, &content))
		{
			records[count].name = strdup(name + strlen(begin));
			records[count].value = content.ptr + sizeof(head_t);
			records[count++].len = content.len - sizeof(head_t);
		}
	}
	files->destroy(files);
	this->sink.records(this->sink.data, kind, records, count);
	for (i = 0; i < count; i++)
	{
		free((char*)records[i].name);
		free((uint8_t*)records[i].value - sizeof(head_t));
	}
	free(records);
}

/**
 * Tell all lists, and how it went; without a lock.
 */
static void tell(private_store_t *this)
{
	redirect_store_state_t state;
	enumerator_t *enumerator;
	char *kind, *words;

	enumerator = this->kinds->create_enumerator(this->kinds);
	while (enumerator->enumerate(enumerator, &kind))
	{
		tell_list(this, kind);
	}
	enumerator->destroy(enumerator);
	state = *this->trouble ? REDIRECT_STORE_DOWN : REDIRECT_STORE_UP;
	words = *this->trouble ? this->trouble : this->dir;
	if (!streq(words, this->told))
	{
		snprintf(this->told, sizeof(this->told), "%s", words);
		this->sink.state(this->sink.data, state, words);
	}
	*this->trouble = '\0';
}

/**
 * What the thread does.
 */
static void *run(private_store_t *this)
{
	timeval_t at;
	bool late = TRUE;

	this->mutex->lock(this->mutex);
	while (!this->stop)
	{
		if (late || this->refresh)
		{
			this->refresh = FALSE;
			time_monotonic(&at);
			timeval_add_ms(&at, this->interval);
			this->mutex->unlock(this->mutex);
			tell(this);
			this->mutex->lock(this->mutex);
			this->stats.lists += this->kinds->get_count(this->kinds);
		}
		write_changes(this);
		late = !this->stop && !this->refresh &&
			   this->condvar->timed_wait_abs(this->condvar, this->mutex, at);
	}
	write_changes(this);
	this->mutex->unlock(this->mutex);
	return NULL;
}

/**
 * Whether a kind or a name is within the limits, and a part of a file's name.
 */
static bool is_good(const char *word, size_t max)
{
	size_t len;

	for (len = 0; word[len] > ' ' && word[len] <= '~' && word[len] != '/'; len++);
	return len && len <= max && !word[len];
}

/**
 * Have a change written.
 */
static bool add(private_store_t *this, const char *kind, const char *name,
				chunk_t value, uint32_t ttl, bool removed)
{
	change_t *change;
	bool good;

	if (!is_good(kind, REDIRECT_STORE_KIND_MAX) ||
		!is_good(name, REDIRECT_STORE_NAME_MAX) ||
		value.len > REDIRECT_STORE_VALUE_MAX)
	{
		return FALSE;
	}
	INIT(change,
		.head.expires = ttl ? time(NULL) + ttl / 1000 + 1 : 0,
		.value = chunk_clone(value),
		.removed = removed,
	);
	snprintf(change->path, sizeof(change->path), "%s/%s.%s.%s", this->dir,
			 this->prefix, kind, name);
	this->mutex->lock(this->mutex);
	this->stats.puts++;
	/* a better one replaces an earlier change of the same record */
	good = this->changes->get_count(this->changes) < WAITING_MAX;
	if (good)
	{
		this->changes->insert_last(this->changes, change);
		this->condvar->signal(this->condvar);
	}
	this->stats.dropped += !good;
	this->mutex->unlock(this->mutex);
	if (!good)
	{
		change_destroy(change);
	}
	return good;
}

METHOD(redirect_store_t, put, bool,
	private_store_t *this, const char *kind, const char *name,
	const void *value, size_t len, uint32_t ttl, bool announce)
{
	return add(this, kind, name, chunk_create((void*)value, len), ttl, FALSE);
}

METHOD(redirect_store_t, remove_, bool,
	private_store_t *this, const char *kind, const char *name)
{
	return add(this, kind, name, chunk_empty, 0, TRUE);
}

METHOD(redirect_store_t, refresh, void,
	private_store_t *this)
{
	this->mutex->lock(this->mutex);
	this->refresh = TRUE;
	this->condvar->signal(this->condvar);
	this->mutex->unlock(this->mutex);
}

METHOD(redirect_store_t, get_stats, void,
	private_store_t *this, redirect_store_stats_t *stats)
{
	this->mutex->lock(this->mutex);
	*stats = this->stats;
	stats->waiting = this->changes->get_count(this->changes);
	this->mutex->unlock(this->mutex);
}

METHOD(redirect_store_t, store_destroy, void,
	private_store_t *this)
{
	if (this->thread)
	{
		this->mutex->lock(this->mutex);
		this->stop = TRUE;
		this->condvar->signal(this->condvar);
		this->mutex->unlock(this->mutex);
		this->thread->join(this->thread);
	}
	this->changes->destroy_function(this->changes, (void*)change_destroy);
	this->kinds->destroy_function(this->kinds, free);
	this->condvar->destroy(this->condvar);
	this->mutex->destroy(this->mutex);
	free(this->dir);
	free(this->prefix);
	free(this);
}

/**
 * Create a store. Everything else happens in its thread.
 */
static redirect_store_t *store_create(const redirect_store_options_t *options,
									  const redirect_store_sink_t *sink,
									  char why[REDIRECT_STORE_WHY_MAX])
{
	private_store_t *this;
	int i;

	INIT(this,
		.public = {
			.put = _put,
			.remove = _remove_,
			.refresh = _refresh,
			.get_stats = _get_stats,
			.destroy = _store_destroy,
		},
		.sink = *sink,
		.dir = strdup(options->url + strlen(SCHEME "://")),
		.prefix = strdup(options->prefix),
		.kinds = linked_list_create(),
		.interval = options->interval,
		.changes = linked_list_create(),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
		.condvar = condvar_create(CONDVAR_TYPE_DEFAULT),
	);
	for (i = 0; options->kinds[i]; i++)
	{
		this->kinds->insert_last(this->kinds, strdup(options->kinds[i]));
	}
	if (*this->dir == '/')
	{
		this->thread = thread_create((thread_main_t)run, this);
	}
	if (!this->thread)
	{
		snprintf(why, REDIRECT_STORE_WHY_MAX, "%s",
				 *this->dir == '/' ? "no thread can be created"
								   : "the URL must be file:///DIRECTORY");
		store_destroy(this);
		return NULL;
	}
	return &this->public;
}

/**
 * Offer stores, or withdraw them before this code goes away.
 */
static bool stores_cb(filestore_plugin_t *this, plugin_feature_t *feature,
					  bool reg, void *data)
{
	redirect_store_registry_t *registry;

	registry = lib->get(lib, REDIRECT_STORE_REGISTRY);
	if (!registry)
	{
		return FALSE;
	}
	if (reg)
	{
		return registry->add(registry, SCHEME, REDIRECT_STORE_API, store_create);
	}
	registry->remove(registry, SCHEME);
	return TRUE;
}

METHOD(plugin_t, get_name, char*,
	filestore_plugin_t *this)
{
	return NAME;
}

METHOD(plugin_t, get_features, int,
	filestore_plugin_t *this, plugin_feature_t *features[])
{
	static plugin_feature_t f[] = {
		PLUGIN_CALLBACK((plugin_feature_callback_t)stores_cb, NULL),
			PLUGIN_PROVIDE(CUSTOM, "redirect-store-" SCHEME),
				PLUGIN_DEPENDS(CUSTOM, REDIRECT_STORE_REGISTRY),
	};

	*features = f;
	return countof(f);
}

METHOD(plugin_t, destroy, void,
	filestore_plugin_t *this)
{
	free(this);
}

/*
 * The symbols that charon looks for; the version from strongSwan 6.0.3 on
 */
__attribute__((visibility("default")))
const char *filestore_plugin_version = VERSION;

__attribute__((visibility("default")))
plugin_t *filestore_plugin_create()
{
	filestore_plugin_t *this;

	INIT(this,
		.plugin = {
			.get_name = _get_name,
			.get_features = _get_features,
			.destroy = _destroy,
		},
	);
	return &this->plugin;
}
