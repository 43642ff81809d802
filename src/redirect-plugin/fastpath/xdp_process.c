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

#include "xdp_process.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/wait.h>

/** how long it may take to report, and to end, in milliseconds */
#define PATIENCE 30000

/** arguments: the program, ports, interfaces, the end */
#define ARGUMENTS_MAX (3 + XDP_QUEUES_MAX + 1)

/**
 * Find the program: in the directory of the plugin.
 */
static bool find_program(char *path, size_t size)
{
	Dl_info info;
	char *slash;

	if (!dladdr(xdp_process_start, &info) || !info.dli_fname ||
		!(slash = strrchr(info.dli_fname, '/')) ||
		snprintf(path, size, "%.*s" XDP_HELPER,
				 (int)(slash + 1 - info.dli_fname),
				 info.dli_fname) >= (int)size)
	{
		errno = ENOENT;
		return FALSE;
	}
	return TRUE;
}

/**
 * Run the program with a file as XDP_HELPER_FD, and signals as after boot.
 */
static int run(pid_t *pid, const char *path, char **arguments, int fd)
{
	static char *const environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, XDP_HELPER_FD);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK |
							 POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
	sigemptyset(&signals);
	posix_spawnattr_setsigmask(&attributes, &signals);
	sigfillset(&signals);
	posix_spawnattr_setsigdefault(&attributes, &signals);
	error = posix_spawn(pid, path, &actions, &attributes, arguments,
						environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

/*
 * Described in header
 */
bool xdp_process_start(xdp_process_t *process, const char *interfaces,
					   uint16_t port, uint16_t port_nat_t)
{
	char path[PATH_MAX], ports[2][8], names[XDP_QUEUES_MAX][IFNAMSIZ];
	char *arguments[ARGUMENTS_MAX] = { path, ports[0], ports[1] };
	enumerator_t *enumerator;
	int ends[2], count = 0, error;
	char *name;

	snprintf(ports[0], sizeof(ports[0]), "%u", port);
	snprintf(ports[1], sizeof(ports[1]), "%u", port_nat_t);
	enumerator = enumerator_create_token(interfaces, ",", " ");
	while (count < XDP_QUEUES_MAX && enumerator->enumerate(enumerator, &name))
	{
		snprintf(names[count], sizeof(names[count]), "%s", name);
		arguments[3 + count] = names[count];
		count++;
	}
	enumerator->destroy(enumerator);
	if (!find_program(path, sizeof(path)) ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
	{
		return FALSE;
	}
	error = run(&process->pid, path, arguments, ends[1]);
	close(ends[1]);
	if (error)
	{
		close(ends[0]);
		errno = error;
		return FALSE;
	}
	process->fd = ends[0];
	return TRUE;
}

/**
 * Wait until there is something to hear, or it is gone.
 */
static bool wait_for(xdp_process_t *process)
{
	struct pollfd pfd = {
		.fd = process->fd,
		.events = POLLIN,
	};

	return poll(&pfd, 1, PATIENCE) > 0;
}

/*
 * Described in header
 */
bool xdp_process_hear(xdp_process_t *process, xdp_report_t *report, int files[2])
{
	char control[CMSG_SPACE(2 * sizeof(int))] __attribute__((aligned(8)));
	struct iovec iov = {
		.iov_base = report,
		.iov_len = sizeof(*report),
	};
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;

	files[0] = files[1] = -1;
	if (!wait_for(process) ||
		recvmsg(process->fd, &msg, MSG_CMSG_CLOEXEC) != sizeof(*report))
	{
		return FALSE;
	}
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS &&
		cmsg->cmsg_len == CMSG_LEN(2 * sizeof(int)))
	{
		memcpy(files, CMSG_DATA(cmsg), 2 * sizeof(int));
	}
	report->interface[sizeof(report->interface) - 1] = '\0';
	report->text[sizeof(report->text) - 1] = '\0';
	return TRUE;
}

/*
 * Described in header
 */
bool xdp_process_open(xdp_process_t *process)
{
	return send(process->fd, "", 1, MSG_NOSIGNAL) == 1;
}

/*
 * Described in header
 */
void xdp_process_stop(xdp_process_t *process)
{
	xdp_report_t report;
	int files[2];

	if (process->fd == -1)
	{
		return;
	}
	shutdown(process->fd, SHUT_WR);
	while (xdp_process_hear(process, &report, files))
	{
		if (files[0] != -1)
		{
			close(files[0]);
			close(files[1]);
		}
	}
	/* it is gone, or it hangs */
	kill(process->pid, SIGKILL);
	close(process->fd);
	process->fd = -1;
	while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR);
}
