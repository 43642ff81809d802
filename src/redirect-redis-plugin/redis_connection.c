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

#include "redis_connection.h"

#include <library.h>
#include <collections/array.h>

#include <poll.h>

typedef struct private_redis_connection_t private_redis_connection_t;
typedef struct pending_t pending_t;

/**
 * Octets read at once, and reads before others get their turn
 */
#define READ_SIZE (64 * 1024)
#define READS_MAX 16

#if HIREDIS_MAJOR > 0
typedef size_t elements_t;
#else
typedef int elements_t;
#endif

/**
 * A command without answer
 */
struct pending_t {
	int tag;
	void *what;
	uint64_t deadline;
};

/**
 * Private data
 */
struct private_redis_connection_t {

	/**
	 * Public interface
	 */
	redis_connection_t public;

	/**
	 * Stream
	 */
	redis_transport_t *transport;

	/**
	 * TRUE once the stream is open
	 */
	bool open;

	/**
	 * Time at which it has to be open
	 */
	uint64_t open_deadline;

	/**
	 * Time for an answer
	 */
	uint32_t timeout;

	/**
	 * Parses answers
	 */
	redisReader *reader;

	/**
	 * Functions of the reader, one of them ours
	 */
	redisReplyObjectFunctions functions;

	/**
	 * The function of hiredis that ours replaces
	 */
	void *(*create_array)(const redisReadTask *task, elements_t elements);

	/**
	 * Octets and elements of the answer that is being read
	 */
	size_t size, elements;

	/**
	 * What is to be written
	 */
	char *out;

	/**
	 * Octets in out, those already written, and room
	 */
	size_t out_len, out_pos, out_max;

	/**
	 * Commands without answer, pending_t
	 */
	array_t *pending;

	/**
	 * Takes answers
	 */
	redis_answer_t answer;

	/**
	 * Passed to answer
	 */
	void *data;
};

/**
 * Create an array for an answer, unless the answer has more elements than any
 * can have: memory is taken before they came, and each takes more of it than the
 * octets it came in.
 */
static void *create_array(const redisReadTask *task, elements_t elements)
{
	private_redis_connection_t *this = task->privdata;

	if ((uint64_t)elements > REDIS_ELEMENTS_MAX - this->elements)
	{
		return NULL;
	}
	this->elements += elements;
	return this->create_array(task, elements);
}

/*
 * Described in header
 */
char *redis_printable(const char *words, char *buf, size_t len)
{
	size_t i;

	for (i = 0; words[i] && i + 1 < len; i++)
	{
		buf[i] = words[i] < ' ' || words[i] > '~' ? '?' : words[i];
	}
	buf[i] = '\0';
	return buf;
}

METHOD(redis_connection_t, send_, void,
	private_redis_connection_t *this, uint64_t now, int tag, void *what,
	int argc, const char *argv[], const size_t lens[])
{
	pending_t pending = {
		.tag = tag,
		.what = what,
		.deadline = now + this->timeout,
	};
	char *command;
	int len;

	len = redisFormatCommandArgv(&command, argc, argv, lens);
	if (this->out_len + len > this->out_max)
	{
		this->out_max = (this->out_len + len) * 2;
		this->out = realloc(this->out, this->out_max);
	}
	memcpy(this->out + this->out_len, command, len);
	this->out_len += len;
	redisFreeCommand(command);
	array_insert(this->pending, ARRAY_TAIL, &pending);
}

/**
 * Write what can be written.
 */
static bool flush(private_redis_connection_t *this,
				  char why[REDIRECT_STORE_WHY_MAX])
{
	ssize_t written;

	while (this->open && this->out_pos < this->out_len)
	{
		written = this->transport->write(this->transport,
										 this->out + this->out_pos,
										 this->out_len - this->out_pos, why);
		if (written <= 0)
		{
			return !written;
		}
		this->out_pos += written;
	}
	if (this->out_pos == this->out_len)
	{
		this->out_pos = this->out_len = 0;
	}
	return TRUE;
}

METHOD(redis_connection_t, get_events, int,
	private_redis_connection_t *this, short *events)
{
	char why[REDIRECT_STORE_WHY_MAX];

	/* if it fails here, reading does, too */
	flush(this, why);
	return this->transport->get_events(this->transport,
							this->out_pos < this->out_len, events);
}

/**
 * Whether an answer is a message of a channel.
 */
static bool is_push(const redisReply *reply)
{
	return reply->type == REDIS_REPLY_ARRAY && reply->elements == 3 &&
		   reply->element[0]->type == REDIS_REPLY_STRING &&
		   streq(reply->element[0]->str, "message");
}

/**
 * Pass all answers on that were read as a whole.
 */
static bool pass_answers(private_redis_connection_t *this,
						 char why[REDIRECT_STORE_WHY_MAX])
{
	pending_t pending = { .tag = REDIS_PUSH };
	redisReply *reply;
	void *got;

	while (TRUE)
	{
		if (redisReaderGetReply(this->reader, &got) != REDIS_OK)
		{
			char words[96];

			snprintf(why, REDIRECT_STORE_WHY_MAX, "its answer is not understood "
					 "(%s)", redis_printable(this->reader->errstr, words,
											 sizeof(words)));
			return FALSE;
		}
		reply = got;
		if (!reply)
		{
			return TRUE;
		}
		this->size = this->elements = 0;
		pending.tag = REDIS_PUSH;
		pending.what = NULL;
		if (!is_push(reply) &&
			!array_remove(this->pending, ARRAY_HEAD, &pending))
		{
			freeReplyObject(reply);
			snprintf(why, REDIRECT_STORE_WHY_MAX, "it answers what was not asked");
			return FALSE;
		}
		this->answer(this->data, pending.tag, pending.what, reply);
		freeReplyObject(reply);
	}
}

/**
 * Read what there is.
 */
static bool read_answers(private_redis_connection_t *this,
						 char why[REDIRECT_STORE_WHY_MAX])
{
	char buf[READ_SIZE];
	ssize_t got;
	int i;

	for (i = 0; i < READS_MAX; i++)
	{
		got = this->transport->read(this->transport, buf, sizeof(buf), why);
		if (got <= 0)
		{
			return !got;
		}
		this->size += got;
		if (redisReaderFeed(this->reader, buf, got) != REDIS_OK)
		{
			snprintf(why, REDIRECT_STORE_WHY_MAX, "out of memory");
			return FALSE;
		}
		if (!pass_answers(this, why))
		{
			return FALSE;
		}
		if (this->size > REDIS_REPLY_MAX)
		{
			snprintf(why, REDIRECT_STORE_WHY_MAX, "its answer is too large");
			return FALSE;
		}
	}
	return TRUE;
}

METHOD(redis_connection_t, get_deadline, uint64_t,
	private_redis_connection_t *this)
{
	pending_t pending;

	if (!this->open)
	{
		return this->open_deadline;
	}
	if (array_get(this->pending, ARRAY_HEAD, &pending))
	{
		return pending.deadline;
	}
	return UINT64_MAX;
}

METHOD(redis_connection_t, work, bool,
	private_redis_connection_t *this, uint64_t now, short revents,
	char why[REDIRECT_STORE_WHY_MAX])
{
	int result;

	if (!this->open)
	{
		result = this->transport->open(this->transport, why);
		if (result < 0)
		{
			return FALSE;
		}
		this->open = result;
	}
	if (this->open && (!flush(this, why) ||
		((revents & (POLLIN | POLLERR | POLLHUP)) && !read_answers(this, why))))
	{
		return FALSE;
	}
	if (now >= get_deadline(this))
	{
		snprintf(why, REDIRECT_STORE_WHY_MAX, this->open ?
				 "no answer within %u ms" : "not connected within %u ms",
				 this->timeout);
		return FALSE;
	}
	return TRUE;
}

METHOD(redis_connection_t, destroy, void,
	private_redis_connection_t *this)
{
	pending_t pending;

	while (array_remove(this->pending, ARRAY_HEAD, &pending))
	{
		this->answer(this->data, pending.tag, pending.what, NULL);
	}
	array_destroy(this->pending);
	this->transport->destroy(this->transport);
	redisReaderFree(this->reader);
	/* it had passwords */
	memwipe(this->out, this->out_max);
	free(this->out);
	free(this);
}

/*
 * Described in header
 */
redis_connection_t *redis_connection_create(redis_transport_t *transport,
											uint64_t now, uint32_t timeout,
											redis_answer_t answer, void *data)
{
	private_redis_connection_t *this;

	INIT(this,
		.public = {
			.send = _send_,
			.get_events = _get_events,
			.work = _work,
			.get_deadline = _get_deadline,
			.destroy = _destroy,
		},
		.transport = transport,
		.open_deadline = now + timeout,
		.timeout = timeout,
		.reader = redisReaderCreate(),
		.pending = array_create(sizeof(pending_t), 0),
		.answer = answer,
		.data = data,
	);
	this->functions = *this->reader->fn;
	this->create_array = this->functions.createArray;
	this->functions.createArray = create_array;
	this->reader->fn = &this->functions;
	this->reader->privdata = this;
	return &this->public;
}
