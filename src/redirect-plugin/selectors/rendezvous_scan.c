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

#include <library.h>

#ifdef __x86_64__
#include <immintrin.h>

/*
 * Several gateways at once. The same numbers as in rendezvous_score_better(), but
 * for the lower 33 bits of the draw, which are not mixed to the end: 1 - u is
 * taken for smaller than it is by less than 2^-29. The upper 52 bits of the draw
 * behind the exponent of 1 are 1 + u, which is subtracted from 2.
 */
#define TWO (2 - 0x1p-30)

/**
 * What is the same for all ids that are mixed with a client: both are shifted
 * once only, a ^ client ^ (a ^ client) >> 30 is a ^ a >> 30 ^ this.
 */
static uint64_t get_rest(uint64_t client)
{
	return client ^ client >> 30;
}

/**
 * Mix eight ids with a client, see redirect_selector_mix().
 *
 * @param add			salt of the client
 * @param rest			what get_rest() says
 */
__attribute__((target("avx512f,avx512dq"), always_inline))
static inline __m512i mix_avx512(const uint64_t *ids, __m512i add, __m512i rest)
{
	const __m512i first = _mm512_set1_epi64(REDIRECT_SELECTOR_MIX_FIRST);
	const __m512i second = _mm512_set1_epi64(REDIRECT_SELECTOR_MIX_SECOND);
	__m512i x = _mm512_add_epi64(_mm512_loadu_si512(ids), add);

	/* all three, one xor the other */
	x = _mm512_ternarylogic_epi64(x, _mm512_srli_epi64(x, 30), rest, 0x96);
	x = _mm512_mullo_epi64(x, first);
	x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 27));
	return _mm512_mullo_epi64(x, second);
}

/**
 * Get the least 1 - u by AVX-512.
 */
__attribute__((target("avx512f,avx512dq")))
static void least_avx512(const uint64_t *ids, int count, uint64_t client,
						 double *least)
{
	const __m512i add = _mm512_set1_epi64(redirect_selector_salt(client));
	const __m512i rest = _mm512_set1_epi64(get_rest(client));
	union { uint64_t bits; double value; } highest;
	__m512i most;
	int i, end;

	for (i = 0; i < count; i = end)
	{
		end = min(i + RENDEZVOUS_BLOCK, count);
		most = mix_avx512(ids + end - 8, add, rest);
		for (; i + 8 < end; i += 8)
		{
			most = _mm512_max_epu64(most, mix_avx512(ids + i, add, rest));
		}
		highest.value = 1;
		highest.bits |= _mm512_reduce_max_epu64(most) >> 12;
		*least++ = TWO - highest.value;
	}
}

/**
 * Eight by AVX-512.
 */
__attribute__((target("avx512f,avx512dq")))
static int find_avx512(const uint64_t *ids, const double *weights, int count,
					   uint64_t client, double best)
{
	const __m512i add = _mm512_set1_epi64(redirect_selector_salt(client));
	const __m512i rest = _mm512_set1_epi64(get_rest(client));
	const __m512i one = _mm512_castpd_si512(_mm512_set1_pd(1));
	const __m512d two = _mm512_set1_pd(TWO);
	const __m512d score = _mm512_set1_pd(best);
	__m512d less;
	__m512i x;
	__mmask8 won;
	int i;

	for (i = 0; i + 8 <= count; i += 8)
	{
		x = mix_avx512(ids + i, add, rest);
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

/**
 * Multiply numbers of 64 bits, of which AVX2 can do the halves only.
 *
 * @param upper			y without its lower halves
 */
__attribute__((target("avx2"), always_inline))
static inline __m256i multiply_avx2(__m256i x, __m256i y, __m256i upper)
{
	__m256i cross = _mm256_add_epi64(
							_mm256_mul_epu32(_mm256_srli_epi64(x, 32), y),
							_mm256_mul_epu32(x, upper));

	return _mm256_add_epi64(_mm256_mul_epu32(x, y),
							_mm256_slli_epi64(cross, 32));
}

/**
 * Mix four ids with a client, see mix_avx512(); returns 1 + u of each.
 */
__attribute__((target("avx2"), always_inline))
static inline __m256d draw_avx2(const uint64_t *ids, __m256i add, __m256i rest)
{
	const __m256i first = _mm256_set1_epi64x(REDIRECT_SELECTOR_MIX_FIRST);
	const __m256i second = _mm256_set1_epi64x(REDIRECT_SELECTOR_MIX_SECOND);
	const __m256i one = _mm256_castpd_si256(_mm256_set1_pd(1));
	__m256i x = _mm256_add_epi64(_mm256_loadu_si256((const __m256i*)ids), add);

	x = _mm256_xor_si256(_mm256_xor_si256(x, rest), _mm256_srli_epi64(x, 30));
	x = multiply_avx2(x, first, _mm256_srli_epi64(first, 32));
	x = _mm256_xor_si256(x, _mm256_srli_epi64(x, 27));
	x = multiply_avx2(x, second, _mm256_srli_epi64(second, 32));
	return _mm256_castsi256_pd(_mm256_or_si256(_mm256_srli_epi64(x, 12), one));
}

/**
 * Get the least 1 - u by AVX2.
 */
__attribute__((target("avx2")))
static void least_avx2(const uint64_t *ids, int count, uint64_t client,
					   double *least)
{
	const __m256i add = _mm256_set1_epi64x(redirect_selector_salt(client));
	const __m256i rest = _mm256_set1_epi64x(get_rest(client));
	__m256d most;
	__m128d two;
	int i, end;

	for (i = 0; i < count; i = end)
	{
		end = min(i + RENDEZVOUS_BLOCK, count);
		most = draw_avx2(ids + end - 4, add, rest);
		for (; i + 4 < end; i += 4)
		{
			most = _mm256_max_pd(most, draw_avx2(ids + i, add, rest));
		}
		two = _mm_max_pd(_mm256_castpd256_pd128(most),
						 _mm256_extractf128_pd(most, 1));
		*least++ = TWO - max(two[0], two[1]);
	}
}

/**
 * Four by AVX2.
 */
__attribute__((target("avx2")))
static int find_avx2(const uint64_t *ids, const double *weights, int count,
					 uint64_t client, double best)
{
	const __m256i add = _mm256_set1_epi64x(redirect_selector_salt(client));
	const __m256i rest = _mm256_set1_epi64x(get_rest(client));
	const __m256d two = _mm256_set1_pd(TWO);
	const __m256d score = _mm256_set1_pd(best);
	__m256d less;
	int i, won;

	for (i = 0; i + 4 <= count; i += 4)
	{
		less = _mm256_sub_pd(two, draw_avx2(ids + i, add, rest));
		won = _mm256_movemask_pd(_mm256_cmp_pd(_mm256_loadu_pd(weights + i),
								 _mm256_mul_pd(score, less), _CMP_GT_OQ));
		if (won)
		{
			return i + __builtin_ctz(won);
		}
	}
	return i;
}

#endif /* __x86_64__ */

/**
 * Get a number below each 1 - u, which is enough where looking twice is slower.
 */
static void least_any(const uint64_t *ids, int count, uint64_t client,
					  double *least)
{
	memset(least, 0, (count + RENDEZVOUS_BLOCK - 1) / RENDEZVOUS_BLOCK *
					 sizeof(*least));
}

/**
 * One by one.
 */
static int find_plain(const uint64_t *ids, const double *weights, int count,
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
const rendezvous_scan_t *rendezvous_scan_get(rendezvous_way_t fastest)
{
	static const rendezvous_scan_t plain = { least_any, find_plain };
#ifdef __x86_64__
	static const rendezvous_scan_t avx2 = { least_avx2, find_avx2 };
	static const rendezvous_scan_t avx512 = { least_avx512, find_avx512 };

	if (fastest >= RENDEZVOUS_AVX512 && __builtin_cpu_supports("avx512f") &&
		__builtin_cpu_supports("avx512dq"))
	{
		return &avx512;
	}
	if (fastest >= RENDEZVOUS_AVX2 && __builtin_cpu_supports("avx2"))
	{
		return &avx2;
	}
#endif
	return &plain;
}
