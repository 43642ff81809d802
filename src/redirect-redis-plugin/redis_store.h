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
 * @defgroup redis_store redis_store
 * @{ @ingroup redirect_redis
 *
 * A store in Redis or Valkey.
 *
 * One thread of its own does everything: it polls up to three connections, one
 * for commands, one for the channel of changes (Redis answers nothing else on
 * it), and at times one to a sentinel. Callers only put into a queue.
 *
 * charon's watcher was the other way: it would make a job of each event, so that
 * a list would come late just when all workers are busy, two jobs may run for one
 * socket at once, which hiredis does not allow, and 5.9.8 finds the entry of a job
 * that ended by its file descriptor, so it takes a new connection for one that was
 * closed meanwhile. A thread costs a stack; where it may wait for long, for DNS, it
 * can be cancelled.
 */

#ifndef REDIS_STORE_H_
#define REDIS_STORE_H_

#include "redirect_store.h"

/**
 * Create a store, see redirect_store_create_t.
 */
redirect_store_t *redis_store_create(const redirect_store_options_t *options,
									 const redirect_store_sink_t *sink,
									 char why[REDIRECT_STORE_WHY_MAX]);

#endif /** REDIS_STORE_H_ @}*/
