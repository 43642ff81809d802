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
 * For scripts/build threads. Threads of libstrongswan are canceled while they wait
 * in poll(). ThreadSanitizer does not notice that such a thread left its poll(), and
 * takes no note of the locks that the thread uses from then on. So that poll() is
 * none of its functions.
 */

#ifdef __SANITIZE_THREAD__

#include <poll.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((no_sanitize("thread"), visibility("default")))
int poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct timespec wait = {
		.tv_sec = timeout / 1000,
		.tv_nsec = timeout % 1000 * 1000000L,
	};
	int result, type;

	/* a cancelation point, if the thread can be canceled */
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
	result = syscall(SYS_ppoll, fds, count, timeout < 0 ? NULL : &wait, NULL, 0);
	pthread_setcanceltype(type, NULL);
	return result;
}

#endif
