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
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/**
 * Octets of the length in front of messages, and of the longest message.
 */
#define HEADER 4
#define MESSAGE_MAX (16 * 1024 * 1024)

/**
 * Milliseconds to wait for an answer.
 */
#define ANSWER_TIMEOUT 30000

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
 * Send all of something.
 */
static bool send_all(private_ipc_t *this, const void *data, size_t len)
{
	ssize_t sent;

	while (len)
	{
		sent = send(this->fd, data, len, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
		{
			continue;
		}
		if (sent <= 0)
		{
			return FALSE;
		}
		data = (const char*)data + sent;
		len -= sent;
	}
	return TRUE;
}

/**
 * Receive all of something.
 */
static bool receive_all(private_ipc_t *this, void *data, size_t len)
{
	ssize_t got;

	while (len)
	{
		got = recv(this->fd, data, len, 0);
		if (got < 0 && errno == EINTR)
		{
			continue;
		}
		if (got <= 0)
		{
			return FALSE;
		}
		data = (char*)data + got;
		len -= got;
	}
	return TRUE;
}

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
	return send_all(this, head, len) &&
		   send_all(this, contents.ptr, contents.len);
}

/**
 * Wait until there is something to receive.
 *
 * @return				FALSE after the timeout, or if the wait was interrupted
 */
static bool wait_readable(private_ipc_t *this, int timeout)
{
	struct pollfd pfd = {
		.fd = this->fd,
		.events = POLLIN,
	};

	return poll(&pfd, 1, timeout) > 0;
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
 * Complain that there is no answer.
 */
static void complain_gone()
{
	fprintf(stderr, "redirectctl: charon does not answer, or has closed the "
			"connection\n");
}

/**
 * Receive what is not an event, and hand on events meanwhile.
 *
 * @param contents		receives the contents, allocated
 * @return				operation, -1 with a complaint if the connection is gone
 */
static int receive_answer(private_ipc_t *this, chunk_t *contents,
						  void (*streamed)(void *data, vici_message_t *message),
						  void *data)
{
	vici_message_t *message;
	vici_operation_t op;
	char name[257];

	while (wait_readable(this, ANSWER_TIMEOUT) &&
		   receive_message(this, &op, name, contents))
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
	complain_gone();
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
	else
	{
		complain_gone();
	}
	if (op == VICI_CMD_RESPONSE)
	{
		return vici_message_create_from_data(contents, TRUE);
	}
	if (op == VICI_CMD_UNKNOWN)
	{
		fprintf(stderr, "redirectctl: the plugin does not know '%s', it has "
				"another version than redirectctl\n", command);
	}
	chunk_free(&contents);
	return NULL;
}

METHOD(ipc_t, wait_, vici_message_t*,
	private_ipc_t *this, char name[257], int timeout)
{
	vici_operation_t op;
	chunk_t contents;

	name[0] = '\0';
	if (!wait_readable(this, timeout))
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
 * Connect to a Unix socket.
 */
static int connect_unix(const char *path)
{
	struct sockaddr_un addr = {
		.sun_family = AF_UNIX,
	};
	int fd;

	if (strlen(path) >= sizeof(addr.sun_path))
	{
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(addr.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1 && connect(fd, (struct sockaddr*)&addr, sizeof(addr)))
	{
		close(fd);
		return -1;
	}
	return fd;
}

/**
 * Connect to HOST:PORT.
 */
static int connect_tcp(const char *target)
{
	struct addrinfo *found, hints = {
		.ai_socktype = SOCK_STREAM,
	};
	char host[256];
	const char *port = strrchr(target, ':');
	int fd = -1;

	if (!port || snprintf(host, sizeof(host), "%.*s", (int)(port - target),
						  target) >= (int)sizeof(host) ||
		getaddrinfo(host, port + 1, &hints, &found))
	{
		errno = EINVAL;
		return -1;
	}
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1 && connect(fd, found->ai_addr, found->ai_addrlen))
	{
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd;
}

/**
 * Check whether charon runs, by the socket it always has beside ours.
 */
static bool charon_runs(const char *path)
{
	char vici[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int fd;

	snprintf(vici, sizeof(vici), "%.*s" VICI_SOCKET,
			 slash ? (int)(slash - path) : 0, path);
	fd = connect_unix(vici);
	if (fd == -1)
	{
		return errno == EACCES || errno == EPERM;
	}
	close(fd);
	return TRUE;
}

/**
 * Tell why there is no connection, and what to do.
 */
static void complain(const char *uri, const char *path, int error)
{
	if (error == EACCES || error == EPERM)
	{
		fprintf(stderr, "redirectctl: %s may not be opened: run redirectctl as "
				"root, or as the user charon runs as\n", uri);
	}
	else if ((error == ENOENT || error == ECONNREFUSED) && path &&
			 !charon_runs(path))
	{
		fprintf(stderr, "redirectctl: charon does not run: start it "
				"(systemctl start strongswan)\n");
	}
	else if (error == ENOENT || error == ECONNREFUSED)
	{
		fprintf(stderr, "redirectctl: charon runs, but has no socket %s: it "
				"has not loaded the redirect plugin (load = yes in "
				"strongswan.d/charon/redirect.conf), or control.socket or "
				"control.enabled is set otherwise there\n", uri);
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
	const char *path = NULL;
	private_ipc_t *this;
	int fd;

	if (strpfx(uri, "unix://"))
	{
		path = uri + strlen("unix://");
		fd = connect_unix(path);
	}
	else if (strpfx(uri, "tcp://"))
	{
		fd = connect_tcp(uri + strlen("tcp://"));
	}
	else
	{
		errno = EINVAL;
		fd = -1;
	}
	if (fd == -1)
	{
		complain(uri, path, errno);
		return NULL;
	}
	INIT(this,
		.public = {
			.request = _request_,
			.listen = _listen_,
			.wait = _wait_,
			.destroy = _destroy,
		},
		.fd = fd,
	);
	return &this->public;
}
