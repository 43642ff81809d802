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

#include "ipc.h"

#include <library.h>
#include <vici_dispatcher.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * libvici, that swanctl uses, is not used here. vici_submit() waits for an answer
 * without end: swanctl hangs on a charon that is stopped, where this ends after
 * ANSWER_TIMEOUT. In 5.9.8 it does not tell who waits for events that charon is
 * gone. Each message is read by a job of a thread pool: a stream of 200,000
 * sessions took 8.7 s with it and 2.2 s here. Connections and messages are those
 * of strongSwan's libraries all the same.
 */

/**
 * Octets of the length in front of messages, and of the longest message.
 */
#define HEADER 4
#define MESSAGE_MAX (16 * 1024 * 1024)

/**
 * Seconds to wait for an answer.
 */
#define ANSWER_TIMEOUT 30

/**
 * Socket of charon's own control, to tell whether charon runs.
 */
#define VICI_SOCKET "/charon.vici"

typedef struct private_ipc_t private_ipc_t;

/**
 * Private data
 */
struct private_ipc_t {

	/**
	 * Public interface
	 */
	ipc_t public;

	/**
	 * Connection
	 */
	int fd;
};

/**
 * Send a message.
 */
static bool send_message(private_ipc_t *this, vici_operation_t op,
						 const char *name, vici_message_t *message)
{
	chunk_t contents = message ? message->get_encoding(message) : chunk_empty;
	uint8_t head[HEADER + 2 + UINT8_MAX];
	size_t len = HEADER;

	head[len++] = op;
	head[len++] = strlen(name);
	memcpy(head + len, name, strlen(name));
	len += strlen(name);
	htoun32(head, len - HEADER + contents.len);
	return send(this->fd, head, len, MSG_NOSIGNAL) == (ssize_t)len &&
		   (!contents.len || send(this->fd, contents.ptr, contents.len,
								  MSG_NOSIGNAL) == (ssize_t)contents.len);
}

/**
 * Receive all of something.
 *
 * @return				FALSE if charon is gone, or sends nothing for too long
 */
static bool receive_all(private_ipc_t *this, void *data, size_t len)
{
	ssize_t got = 0, all;

	for (all = 0; all < (ssize_t)len; all += max(got, 0))
	{
		got = recv(this->fd, data + all, len - all, MSG_WAITALL);
		if (got == 0)
		{
			errno = ECONNRESET;
			return FALSE;
		}
		if (got < 0 && errno != EINTR)
		{
			return FALSE;
		}
	}
	return TRUE;
}

/**
 * Receive a message.
 *
 * @param op			receives the operation
 * @param name			receives the name of an event, empty without
 * @param contents		receives the contents, allocated
 * @return				FALSE if the connection is gone
 */
static bool receive_message(private_ipc_t *this, vici_operation_t *op,
							char name[257], chunk_t *contents)
{
	uint8_t header[HEADER];
	size_t len, skip = 1;
	chunk_t data;

	if (!receive_all(this, header, sizeof(header)))
	{
		return FALSE;
	}
	len = untoh32(header);
	if (!len || len > MESSAGE_MAX)
	{
		errno = EPROTO;
		return FALSE;
	}
	data = chunk_alloc(len);
	if (!receive_all(this, data.ptr, data.len))
	{
		chunk_free(&data);
		return FALSE;
	}
	*op = data.ptr[0];
	name[0] = '\0';
	if (*op == VICI_EVENT && data.len >= 2 && data.len >= 2U + data.ptr[1])
	{
		memcpy(name, data.ptr + 2, data.ptr[1]);
		name[data.ptr[1]] = '\0';
		skip = 2 + data.ptr[1];
	}
	*contents = chunk_clone(chunk_skip(data, skip));
	chunk_free(&data);
	return TRUE;
}

/**
 * Complain that there is no answer; errno tells why.
 */
static void complain_gone()
{
	if (errno == EAGAIN)
	{
		fprintf(stderr, "redirectctl: charon has not answered for %d s, it hangs or "
				"is stopped; what it was asked to do it may still do when it "
				"goes on\n", ANSWER_TIMEOUT);
		return;
	}
	fprintf(stderr, "redirectctl: charon does not answer, or has closed the "
			"connection: it ended, or all places of its socket are taken "
			"(control.clients), then its log tells\n");
}

/**
 * Receive what is not an event, and hand on events meanwhile.
 *
 * @param contents		receives the contents, allocated
 * @return				operation, -1 if the connection is gone
 */
static int receive_answer(private_ipc_t *this, chunk_t *contents,
						  void (*streamed)(void *data, vici_message_t *message),
						  void *data)
{
	vici_message_t *message;
	vici_operation_t op;
	char name[257];

	while (receive_message(this, &op, name, contents))
	{
		if (op != VICI_EVENT)
		{
			return op;
		}
		message = vici_message_create_from_data(*contents, TRUE);
		if (streamed)
		{
			streamed(data, message);
		}
		message->destroy(message);
	}
	return -1;
}

METHOD(ipc_t, listen_, bool,
	private_ipc_t *this, const char *event)
{
	chunk_t contents = chunk_empty;
	int op = -1;

	if (send_message(this, VICI_EVENT_REGISTER, event, NULL))
	{
		op = receive_answer(this, &contents, NULL, NULL);
	}
	chunk_free(&contents);
	if (op == VICI_EVENT_UNKNOWN)
	{
		fprintf(stderr, "redirectctl: the plugin has no event '%s'\n", event);
	}
	else if (op != VICI_EVENT_CONFIRM)
	{
		complain_gone();
	}
	return op == VICI_EVENT_CONFIRM;
}

METHOD(ipc_t, request_, vici_message_t*,
	private_ipc_t *this, const char *command, vici_message_t *request,
	const char *event, void (*streamed)(void *data, vici_message_t *message),
	void *data)
{
	chunk_t contents = chunk_empty;
	int op = -1;

	if (event && !listen_(this, event))
	{
		return NULL;
	}
	if (send_message(this, VICI_CMD_REQUEST, command, request))
	{
		op = receive_answer(this, &contents, streamed, data);
	}
	switch (op)
	{
		case VICI_CMD_RESPONSE:
			return vici_message_create_from_data(contents, TRUE);
		case VICI_CMD_UNKNOWN:
			fprintf(stderr, "redirectctl: the plugin does not know '%s', it has "
					"another version than redirectctl\n", command);
			break;
		default:
			complain_gone();
			break;
	}
	chunk_free(&contents);
	return NULL;
}

METHOD(ipc_t, wait_, vici_message_t*,
	private_ipc_t *this, char name[257], int timeout)
{
	struct pollfd pfd = {
		.fd = this->fd,
		.events = POLLIN,
	};
	vici_operation_t op;
	chunk_t contents;

	name[0] = '\0';
	if (poll(&pfd, 1, timeout) <= 0)
	{
		return NULL;
	}
	if (!receive_message(this, &op, name, &contents))
	{
		complain_gone();
		snprintf(name, 257, "gone");
		return NULL;
	}
	return vici_message_create_from_data(contents, TRUE);
}

METHOD(ipc_t, destroy, void,
	private_ipc_t *this)
{
	close(this->fd);
	free(this);
}

/**
 * Connect to a socket.
 *
 * @return				connection, NULL if there is none, errno tells why
 */
static private_ipc_t *connect_to(const char *uri)
{
	struct timeval timeout = {
		.tv_sec = ANSWER_TIMEOUT,
	};
	private_ipc_t *this;
	stream_t *stream;
	FILE *file;
	int error;

	/* it has its own words for what goes wrong */
	dbg_default_set_level(0);
	errno = EINVAL;
	stream = lib->streams->connect(lib->streams, (char*)uri);
	error = errno;
	dbg_default_set_level(1);
	if (!stream)
	{
		errno = error;
		return NULL;
	}
	file = stream->get_file(stream);
	INIT(this,
		.public = {
			.request = _request_,
			.listen = _listen_,
			.wait = _wait_,
			.destroy = _destroy,
		},
		.fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0),
	);
	fclose(file);
	stream->destroy(stream);
	setsockopt(this->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	setsockopt(this->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	return this;
}

/**
 * Tell why charon, which runs, has no socket of the plugin.
 *
 * @param vici			connection to charon's own control
 */
static void complain_missing(private_ipc_t *vici, const char *uri)
{
	vici_message_t *answer;
	char *version = NULL;

	answer = vici ? request_(vici, "version", NULL, NULL, NULL, NULL) : NULL;
	if (answer)
	{
		version = answer->get_str(answer, NULL, "version");
	}
	if (version && !streq(version, VERSION))
	{
		fprintf(stderr, "redirectctl: charon %s runs, but redirectctl and its "
				"plugin were built for %s, so charon has not loaded the "
				"plugin: build and install both for %s\n", version, VERSION,
				version);
	}
	else
	{
		fprintf(stderr, "redirectctl: charon runs, but has no socket %s: it "
				"has not loaded the redirect plugin (load = yes in "
				"strongswan.d/charon/redirect.conf, then restart it; its log "
				"tells if the plugin was built for another version), or "
				"control.socket or control.enabled is set otherwise there\n",
				uri);
	}
	DESTROY_IF(answer);
}

/**
 * Tell why there is no connection, and what to do.
 */
static void complain(const char *uri, int error)
{
	const char *path = uri + strlen("unix://"), *slash = strrchr(path, '/');
	private_ipc_t *vici;
	char other[PATH_MAX];

	if (error == EACCES || error == EPERM)
	{
		fprintf(stderr, "redirectctl: %s may not be opened: run redirectctl as "
				"root, or as the user charon runs as\n", uri);
	}
	else if ((error == ENOENT || error == ECONNREFUSED) &&
			 strpfx(uri, "unix://"))
	{
		snprintf(other, sizeof(other), "unix://%.*s" VICI_SOCKET,
				 slash ? (int)(slash - path) : 0, path);
		vici = connect_to(other);
		if (!vici && errno != EACCES && errno != EPERM)
		{	/* it may run, and the URI may be wrong */
			vici = connect_to("unix:///run" VICI_SOCKET);
		}
		if (vici || errno == EACCES || errno == EPERM)
		{
			complain_missing(vici, uri);
		}
		else
		{
			fprintf(stderr, "redirectctl: charon does not run: start it "
					"(systemctl start strongswan)\n");
		}
		if (vici)
		{
			destroy(vici);
		}
	}
	else
	{
		fprintf(stderr, "redirectctl: cannot connect to %s: %s\n", uri,
				strerror(error));
	}
}

/*
 * Described in header
 */
ipc_t *ipc_create(const char *uri)
{
	char unix_uri[PATH_MAX];
	private_ipc_t *this;

	if (*uri == '/')
	{
		snprintf(unix_uri, sizeof(unix_uri), "unix://%s", uri);
		uri = unix_uri;
	}
	this = connect_to(uri);
	if (!this)
	{
		complain(uri, errno);
		return NULL;
	}
	return &this->public;
}
