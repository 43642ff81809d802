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
 * @defgroup selector_draw selector_draw
 * @{ @ingroup redirect_selectors
 * What selectors share that draw a gateway by its weight.
 */

#ifndef SELECTOR_DRAW_H_
#define SELECTOR_DRAW_H_

#include "redirect_selector.h"

/**
 * Scale a chance to a range: chance * range / 2^64, exactly, also where the
 * compiler has no integers of 128 bits.
 *
 * @param chance		any number, each equally likely
 * @param range			end of the range
 * @return				below range, 0 if range is 0
 */
static inline uint64_t selector_scale(uint64_t chance, uint64_t range)
{
	uint64_t high = chance >> 32, low = (uint32_t)chance, middle, rest;

	middle = high * (uint32_t)range + (low * (uint32_t)range >> 32);
	rest = low * (range >> 32) + (uint32_t)middle;
	return high * (range >> 32) + (middle >> 32) + (rest >> 32);
}

/**
 * Draw a candidate by weight.
 *
 * @param view			the candidates
 * @param sum			sum of the weights of all but the one that is left out
 * @param chance		where in that sum, as selector_scale() takes it
 * @param without		candidate to leave out, -1 for none
 * @return				index into view->candidates, -1 if sum is too large
 */
static inline int selector_draw(const redirect_selector_view_t *view,
								uint64_t sum, uint64_t chance, int without)
{
	uint64_t place = selector_scale(chance, sum);
	uint32_t weight;
	int i;

	for (i = 0; i < view->count; i++)
	{
		if (i == without)
		{
			continue;
		}
		weight = view->gateways[view->candidates[i]].weight;
		if (place < weight)
		{
			return i;
		}
		place -= weight;
	}
	return -1;
}

#endif /** SELECTOR_DRAW_H_ @}*/
