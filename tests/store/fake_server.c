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

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

/**
 * What an empty server answers
 */
static const struct {
	const char *command, *answer;
} answers[] = {
	{ "PING", "+PONG\r\n" },
	{ "ROLE", "*3\r\n$6\r\nmaster\r\n:0\r\n*0\r\n" },
	{ "TIME", "*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n" },
	{ "HGETALL", "*0\r\n" },
	{ "HSET", ":1\r\n" },
	{ "HDEL", ":1\r\n" },
	{ "PUBLISH", ":0\r\n" },
	{ "SUBSCRIBE", "*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n" },
};

/**
 * Send octets, or end.
 */
static void send_all(int fd, const void *data, size_t len)
{
	if (send(fd, data, len, MSG_NOSIGNAL) != (ssize_t)len)
	{
		_exit(0);
	}
}

/**
 * Answer a command.
 */
static void answer_command(int fd, const char *name, const char *command,
						   const void *answer, size_t len, size_t times)
{
	const char *usual = "+OK\r\n";
	size_t i;

	if (streq(name, command))
	{
		if (!len)
		{
			_exit(0);
		}
		for (i = 0; i < times; i++)
		{
			send_all(fd, answer, len);
		}
		return;
	}
	for (i = 0; i < countof(answers); i++)
	{
		if (streq(name, answers[i].command))
		{
			usual = answers[i].answer;
		}
	}
	send_all(fd, usual, strlen(usual));
}

/**
 * Serve a connection.
 */
static void serve(int fd, const char *command, const void *answer, size_t len,
				  size_t times)
{
	redisReader *reader = redisReaderCreate();
	redisReply *reply;
	char buf[4096];
	ssize_t got;
	void *any;

	while ((got = recv(fd, buf, sizeof(buf), 0)) > 0)
	{
		redisReaderFeed(reader, buf, got);
		while (redisReaderGetReply(reader, &any) == REDIS_OK && any)
		{
			reply = any;
			answer_command(fd, reply->element[0]->str, command, answer, len,
						   times);
			freeReplyObject(reply);
		}
	}
	_exit(0);
}

server_t *fake_start(const char *command, const void *answer, size_t len,
					 size_t times)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t addr_len = sizeof(addr);
	server_t *this = server_create(0);
	int listening, fd;

	listening = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert(bind(listening, (struct sockaddr*)&addr, addr_len) == 0);
	ck_assert(getsockname(listening, (struct sockaddr*)&addr, &addr_len) == 0);
	ck_assert(listen(listening, 16) == 0);
	this->port = ntohs(addr.sin_port);
	this->pid = fork();
	ck_assert(this->pid >= 0);
	if (!this->pid)
	{
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signal(SIGCHLD, SIG_IGN);
		while ((fd = accept(listening, NULL, NULL)) >= 0)
		{
			if (!fork())
			{
				prctl(PR_SET_PDEATHSIG, SIGKILL);
				serve(fd, command, answer, len, times);
			}
			close(fd);
		}
		_exit(0);
	}
	close(listening);
	return this;
}
