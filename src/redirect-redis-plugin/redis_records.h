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
 * @defgroup redis_records redis_records
 * @{ @ingroup redirect_redis
 *
 * How records lie in Redis, and what of an answer can be taken for one.
 *
 * All records of a kind are the fields of one hash, PREFIX:KIND, so that one
 * command gives a list. As fields of a hash have no time to live before Redis
 * 7.4, each value begins with the time it expires at, in milliseconds of the
 * server's clock (0 for never), and a space: clocks of gateways do not matter.
 * Announcements are published in channel PREFIX:DB:changed as KIND, NAME and,
 * unless it was removed, value without time, with a space between them.
 */

#ifndef REDIS_RECORDS_H_
#define REDIS_RECORDS_H_

#include "redirect_store.h"

#include <hiredis/hiredis.h>

/**
 * Room for what stands before a value.
 */
#define REDIS_STAMP_MAX 24

/**
 * How long after it expired a record is removed for good. Its owner may be about
 * to put it again, so not at once.
 */
#define REDIS_PURGE_AFTER 60000

/**
 * Write what stands before a value.
 *
 * @param stamp		receives it, with a final zero
 * @param expires	time of the server in milliseconds, 0 for never
 * @return			its length
 */
size_t redis_stamp(char stamp[REDIS_STAMP_MAX], uint64_t expires);

/**
 * Get the records out of a list.
 *
 * @param reply		answer to HGETALL
 * @param now		time of the server in milliseconds
 * @param records	receives up to REDIRECT_STORE_RECORDS_MAX records, which
 *					point into reply
 * @param dead		receives the names of some records to be removed, which
 *					point into reply
 * @param dead_max	room in dead
 * @param dead_count	receives how many there are
 * @param ignored	increased by what was left out
 * @return			number of records, -1 if this is not a list
 */
int redis_records_parse(const redisReply *reply, uint64_t now,
						redirect_store_record_t *records, const char *dead[],
						int dead_max, int *dead_count, uint64_t *ignored);

/**
 * Get the record out of a message of the channel. The message is changed.
 *
 * @param reply		message
 * @param kind		receives the kind, points into reply
 * @param record	receives the record, points into reply
 * @return			FALSE if it is none
 */
bool redis_message_parse(const redisReply *reply, const char **kind,
						 redirect_store_record_t *record);

/**
 * Get the server's time.
 *
 * @param reply		answer to TIME
 * @param now		receives it in milliseconds
 * @return			FALSE if it is none
 */
bool redis_time_parse(const redisReply *reply, uint64_t *now);

#endif /** REDIS_RECORDS_H_ @}*/
