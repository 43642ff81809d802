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
 * @defgroup log_limit log_limit
 * @{ @ingroup redirect_utils
 */

#ifndef LOG_LIMIT_H_
#define LOG_LIMIT_H_

#include <library.h>

typedef struct log_limit_t log_limit_t;

/**
 * Limits how many lines a second something repeated may log, and counts the
 * lines that were left out, so that none is lost without a word.
 *
 * Plain data, initialized with LOG_LIMIT_INIT; any thread, without locks.
 */
struct log_limit_t {

	/** lines a second */
	uint32_t rate;

	/** second that is counted, of the monotonic clock */
	uint32_t second;

	/** lines in that second */
	uint32_t lines;

	/** lines left out since the last that was allowed */
	uint32_t suppressed;
};

/**
 * @param lines			lines a second
 */
#define LOG_LIMIT_INIT(lines) { .rate = (lines) }

/**
 * Ask whether a line may be logged.
 *
 * @param this			limit
 * @param suppressed	receives how many lines were left out before this one,
 *						that the caller tells; 0 most of the time
 * @return				TRUE if the line may be logged
 */
bool log_limit_allow(log_limit_t *this, uint32_t *suppressed);

#endif /** LOG_LIMIT_H_ @}*/
