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

#include "rendezvous_scan.h"

#ifdef __x86_64__
#include <immintrin.h>

/**
 * Gateways looked at together.
 */
#define LANES 8

/**
 * By AVX-512. The same numbers as in rendezvous_score_better(), but for the
 * lower 33 bits of the draw, which are not mixed to the end: 1 - u is taken for
 * smaller than it is by less than 2^-29.
 */
__attribute__((target("avx512f,avx512dq")))
static int scan_avx512(const uint64_t *ids, const double *weights, int count,
					   uint64_t client, double best)
{
	const __m512i add = _mm512_set1_epi64(redirect_selector_salt(client));
	const __m512i with = _mm512_set1_epi64(client);
	const __m512i first = _mm512_set1_epi64(REDIRECT_SELECTOR_MIX_FIRST);
	const __m512i second = _mm512_set1_epi64(REDIRECT_SELECTOR_MIX_SECOND);
	const __m512i one = _mm512_castpd_si512(_mm512_set1_pd(1));
	const __m512d two = _mm512_set1_pd(2 - 0x1p-30);
	const __m512d score = _mm512_set1_pd(best);
	__m512d less;
	__m512i x;
	__mmask8 won;
	int i;

	for (i = 0; i + LANES <= count; i += LANES)
	{
		x = _mm512_xor_si512(_mm512_add_epi64(_mm512_loadu_si512(ids + i), add),
							 with);
		x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 30));
		x = _mm512_mullo_epi64(x, first);
		x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 27));
		x = _mm512_mullo_epi64(x, second);
		/* 52 bits behind the exponent of 1 are 1 + u, subtracted from 2 */
		x = _mm512_or_si512(_mm512_srli_epi64(x, 12), one);
		less = _mm512_sub_pd(two, _mm512_castsi512_pd(x));
		won = _mm512_cmp_pd_mask(_mm512_loadu_pd(weights + i),
								 _mm512_mul_pd(score, less), _CMP_GT_OQ);
		if (won)
		{
			return i + __builtin_ctz(won);
		}
	}
	return i;
}

#endif /* __x86_64__ */

/**
 * One by one.
 */
static int scan(const uint64_t *ids, const double *weights, int count,
				uint64_t client, double best)
{
	int i;

	for (i = 0; i < count; i++)
	{
		if (weights[i] > best * (1 - rendezvous_score_draw(client, ids[i])))
		{
			break;
		}
	}
	return i;
}

/*
 * Described in header
 */
rendezvous_scan_t rendezvous_scan_get(bool plain)
{
#ifdef __x86_64__
	if (!plain && __builtin_cpu_supports("avx512f") &&
		__builtin_cpu_supports("avx512dq"))
	{
		return scan_avx512;
	}
#endif
	return scan;
}
