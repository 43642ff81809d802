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

#include "store_fixture.h"
#include "redis_store.h"

#include <arpa/inet.h>
#include <errno.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/**
 * Longest that anything may take, in milliseconds
 */
#define PATIENCE 20000

/**
 * Kinds of records the listeners have lists of
 */
static const char *const fixture_kinds[] = { "gateway", "order", NULL };

/**
 * An address of the loopback interface.
 */
static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	return addr;
}

uint16_t fixture_port()
{
	struct sockaddr_in addr = loopback(0);
	socklen_t len = sizeof(addr);
	int fd;

	fd = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert(bind(fd, (struct sockaddr*)&addr, len) == 0);
	ck_assert(getsockname(fd, (struct sockaddr*)&addr, &len) == 0);
	close(fd);
	return ntohs(addr.sin_port);
}

/**
 * Wait until somebody listens at a port.
 */
static void wait_port(server_t *this)
{
	struct sockaddr_in addr = loopback(this->port);
	int fd, result = -1, i;

	for (i = 0; i < PATIENCE / 10 && result; i++)
	{
		ck_assert_msg(waitpid(this->pid, NULL, WNOHANG) == 0,
					  "%s/log tells why the server ended", this->dir);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		result = connect(fd, (struct sockaddr*)&addr, sizeof(addr));
		close(fd);
		if (result)
		{
			usleep(10000);
		}
	}
	ck_assert_msg(!result, "the server does not listen");
}

/**
 * Run a command in a shell that becomes it.
 */
static void start(server_t *this)
{
	char *command;

	ck_assert(asprintf(&command, "exec %s > %s/log 2>&1", this->arguments,
					   this->dir) > 0);
	this->pid = fork();
	ck_assert(this->pid >= 0);
	if (!this->pid)
	{
		/* not even a test that crashes leaves it behind */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	free(command);
	wait_port(this);
}

server_t *server_create(uint16_t port)
{
	server_t *this;

	INIT(this,
		.dir = "/tmp/redirect-store.XXXXXX",
		.port = port,
	);
	ck_assert(mkdtemp(this->dir) != NULL);
	return this;
}

server_t *server_start(const char *arguments)
{
	uint16_t port = fixture_port();
	server_t *this = server_create(port);

	ck_assert(asprintf(&this->arguments, "redis-server --bind 127.0.0.1 --port %u "
					   "--save '' --appendonly no --dir %s --repl-diskless-sync-delay 0 %s",
					   port, this->dir, arguments ?: "") > 0);
	start(this);
	return this;
}

server_t *sentinel_start(const char *config)
{
	server_t *this = server_create(fixture_port());
	char *path;
	FILE *file;

	ck_assert(asprintf(&path, "%s/sentinel.conf", this->dir) > 0);
	file = fopen(path, "w");
	ck_assert(file != NULL);
	fprintf(file, "bind 127.0.0.1\nport %u\ndir %s\n%s", this->port, this->dir,
			config);
	fclose(file);
	ck_assert(asprintf(&this->arguments, "redis-sentinel %s", path) > 0);
	free(path);
	start(this);
	return this;
}

void server_signal(server_t *this, int signal)
{
	ck_assert(kill(this->pid, signal) == 0);
}

void server_kill(server_t *this)
{
	if (this->pid)
	{
		kill(this->pid, SIGKILL);
		waitpid(this->pid, NULL, 0);
		this->pid = 0;
	}
}

void server_restart(server_t *this)
{
	server_kill(this);
	start(this);
}

void server_destroy(server_t *this)
{
	char *command;

	server_kill(this);
	ck_assert(asprintf(&command, "rm -rf %s", this->dir) > 0);
	ck_assert(system(command) == 0);
	free(command);
	free(this->arguments);
	free(this);
}

char *server_command(server_t *this, const char *fmt, ...)
{
	struct timeval timeout = { .tv_sec = PATIENCE / 1000 };
	redisContext *context;
	redisReply *reply, *last;
	char *text = NULL;
	va_list args;

	context = redisConnectWithTimeout("127.0.0.1", this->port, timeout);
	ck_assert_msg(context && !context->err, "%s", context->errstr);
	redisSetTimeout(context, timeout);
	va_start(args, fmt);
	reply = redisvCommand(context, fmt, args);
	va_end(args);
	ck_assert_msg(reply != NULL, "%s", context->errstr);
	last = reply;
	while (last->type == REDIS_REPLY_ARRAY && last->elements)
	{
		last = last->element[last->elements - 1];
	}
	if (last->type == REDIS_REPLY_INTEGER)
	{
		ck_assert(asprintf(&text, "%lld", last->integer) > 0);
	}
	else
	{
		text = strdup(last->str ?: "");
	}
	freeReplyObject(reply);
	redisFree(context);
	return text;
}

void server_wait_subscribers(server_t *this, int count)
{
	int found = 0, i;
	char *text;

	for (i = 0; i < PATIENCE / 10 && found < count; i++)
	{
		text = server_command(this, "PUBSUB NUMSUB redirect:0:changed");
		found = atoi(text);
		free(text);
		if (found < count)
		{
			usleep(10000);
		}
	}
	ck_assert_msg(found >= count, "%d stores subscribed", found);
}

uint32_t fixture_timeout = 1000;

redirect_store_options_t fixture_options(uint16_t port, char url[64])
{
	redirect_store_options_t options = {
		.api = REDIRECT_STORE_API,
		.url = url,
		.prefix = "redirect",
		.interval = 50,
		.timeout = fixture_timeout,
		.kinds = fixture_kinds,
	};

	snprintf(url, 64, "redis://127.0.0.1:%u", port);
	return options;
}

/**
 * Append a record to a text.
 */
static void append(char **text, const char *kind,
				   const redirect_store_record_t *record)
{
	char *longer;

	ck_assert(asprintf(&longer, "%s%s %s %.*s;", *text, kind, record->name,
					   record->value ? (int)min(record->len, 64) : 9,
					   record->value ? (char*)record->value : "(removed)") > 0);
	free(*text);
	*text = longer;
}

/**
 * Names in order, whatever order they come in
 */
static int compare(const void *a, const void *b)
{
	const redirect_store_record_t *one = a, *other = b;

	return strcmp(one->name, other->name);
}

static void records(void *data, const char *kind,
					const redirect_store_record_t *records, size_t count)
{
	listener_t *this = data;
	redirect_store_record_t *sorted = calloc(count + 1, sizeof(*records));
	char **list = &this->lists[streq(kind, fixture_kinds[0]) ? 0 : 1];
	size_t i;

	memcpy(sorted, records, count * sizeof(*records));
	qsort(sorted, count, sizeof(*sorted), compare);
	this->mutex->lock(this->mutex);
	free(*list);
	*list = strdup("");
	for (i = 0; i < count; i++)
	{
		ck_assert_uint_le(sorted[i].len, REDIRECT_STORE_VALUE_MAX);
		if (i < 8)
		{
			append(list, kind, &sorted[i]);
		}
	}
	this->list_count++;
	this->condvar->broadcast(this->condvar);
	this->mutex->unlock(this->mutex);
	free(sorted);
}

static void changed(void *data, const char *kind,
					const redirect_store_record_t *record)
{
	listener_t *this = data;

	this->mutex->lock(this->mutex);
	append(&this->changes, kind, record);
	this->condvar->broadcast(this->condvar);
	this->mutex->unlock(this->mutex);
}

static void state_(void *data, redirect_store_state_t state, const char *words)
{
	listener_t *this = data;

	this->mutex->lock(this->mutex);
	this->state = state;
	snprintf(this->words, sizeof(this->words), "%s", words);
	this->downs += state == REDIRECT_STORE_DOWN;
	this->condvar->broadcast(this->condvar);
	this->mutex->unlock(this->mutex);
}

listener_t *listener_create(const redirect_store_options_t *options)
{
	char why[REDIRECT_STORE_WHY_MAX] = "";
	redirect_store_sink_t sink = {
		.records = records,
		.changed = changed,
		.state = state_,
	};
	listener_t *this;

	INIT(this,
		.state = REDIRECT_STORE_CONNECTING,
		.lists = { strdup("none"), strdup("none") },
		.changes = strdup(""),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
		.condvar = condvar_create(CONDVAR_TYPE_DEFAULT),
	);
	sink.data = this;
	this->store = redis_store_create(options, &sink, why);
	ck_assert_msg(this->store != NULL, "%s", why);
	return this;
}

listener_t *listener_at(uint16_t port)
{
	redirect_store_options_t options;
	char url[64];

	options = fixture_options(port, url);
	return listener_create(&options);
}

void listener_destroy(listener_t *this)
{
	this->store->destroy(this->store);
	this->mutex->destroy(this->mutex);
	this->condvar->destroy(this->condvar);
	free(this->lists[0]);
	free(this->lists[1]);
	free(this->changes);
	free(this);
}

void listener_put(listener_t *this, const char *kind, const char *name,
				  const char *value, uint32_t ttl, bool announce)
{
	ck_assert(this->store->put(this->store, kind, name, value, strlen(value),
							   ttl, announce));
}

/**
 * Wait until something is so that a function looks at with the mutex held.
 */
static bool wait_for(listener_t *this, bool (*is_so)(listener_t *this,
													 const void *a, const void *b),
					 const void *a, const void *b)
{
	bool so, late = FALSE;
	timeval_t end;

	time_monotonic(&end);
	end.tv_sec += PATIENCE / 1000;
	this->mutex->lock(this->mutex);
	while (!(so = is_so(this, a, b)) && !late)
	{
		late = this->condvar->timed_wait_abs(this->condvar, this->mutex, end);
	}
	this->mutex->unlock(this->mutex);
	return so;
}

static bool is_state(listener_t *this, const void *state, const void *words)
{
	return this->state == *(redirect_store_state_t*)state &&
		   strstr(this->words, words);
}

void listener_wait_state(listener_t *this, redirect_store_state_t state,
						 const char *words)
{
	ck_assert_msg(wait_for(this, is_state, &state, words),
				  "state is %d (%s)", this->state, this->words);
}

static bool is_list(listener_t *this, const void *kind, const void *list)
{
	return streq(this->lists[streq(kind, fixture_kinds[0]) ? 0 : 1], list);
}

void listener_wait_list(listener_t *this, const char *kind, const char *list)
{
	ck_assert_msg(wait_for(this, is_list, kind, list), "lists are %s and %s",
				  this->lists[0], this->lists[1]);
}

static bool is_changes(listener_t *this, const void *changes, const void *none)
{
	return streq(this->changes, changes);
}

void listener_wait_changes(listener_t *this, const char *changes)
{
	ck_assert_msg(wait_for(this, is_changes, changes, NULL), "changes are %s",
				  this->changes);
}

static bool has_lists(listener_t *this, const void *count, const void *none)
{
	return this->list_count >= *(u_int*)count;
}

void listener_wait_lists(listener_t *this, u_int more)
{
	u_int count;

	this->mutex->lock(this->mutex);
	count = this->list_count + more;
	this->mutex->unlock(this->mutex);
	ck_assert_msg(wait_for(this, has_lists, &count, NULL), "no more lists");
}

redirect_store_stats_t listener_stats(listener_t *this)
{
	redirect_store_stats_t stats;

	this->store->get_stats(this->store, &stats);
	return stats;
}

int fixture_run(Suite *suite)
{
	SRunner *runner;
	int failed;

	if (system("redis-server --version > /dev/null 2>&1"))
	{
		fprintf(stderr, "redis-server is not installed\n");
		return 77;
	}
	library_init("", "charon");
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	library_deinit();
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
