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


#include "probe_target.h"

/*
 * Described in header
 */
void probe_target_sent(probe_target_t *target, const probe_config_t *config,
					   uint64_t spi, uint64_t now)
{
	target->spi = spi;
	target->due = now + config->timeout;
}

/*
 * Described in header
 */
bool probe_target_result(probe_target_t *target, const probe_config_t *config,
						 bool answered, uint32_t interval, uint64_t now)
{
	gateway_verdict_t verdict = answered ? GATEWAY_UP : GATEWAY_DOWN;
	uint32_t enough = answered ? config->rise : config->fall;

	target->spi = 0;
	if (!answered)
	{	/* another address of the name may answer */
		target->current = (target->current + 1) % max(target->count, 1);
	}
	if (answered && target->verdict == GATEWAY_UNKNOWN)
	{
		enough = 1;
	}
	if (verdict == target->verdict)
	{
		target->row = 0;
	}
	else if (++target->row >= enough)
	{
		target->verdict = verdict;
		target->row = 0;
		target->due = now + interval;
		return TRUE;
	}
	if (target->row)
	{	/* without an answer the timeout has passed already */
		target->due = now + (answered ? config->timeout : 0);
	}
	else
	{
		target->due = now + interval;
	}
	return FALSE;
}

/*
 * Described in header
 */
bool probe_target_failed(probe_target_t *target, uint32_t interval,
						 uint64_t now)
{
	bool changed = target->verdict != GATEWAY_UNKNOWN;

	target->spi = 0;
	target->row = 0;
	target->verdict = GATEWAY_UNKNOWN;
	target->due = now + interval;
	return changed;
}
