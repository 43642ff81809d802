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

#include <check.h>
#include <stdlib.h>

#include "fastpath/proposals.h"

/**
 * Longest SA payload of a case, in octets.
 */
#define OCTETS_MAX 64

/**
 * SA payloads, behind the generic header.
 */
static const struct {
	const char *name;
	bool sound;
	size_t len;
	uint8_t octets[OCTETS_MAX];
} payloads[] = {
	{ "a proposal, a transform", TRUE, 16, {
		0, 0, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "two proposals, an attribute each", TRUE, 44, {
		2, 0, 0, 20, 1, 1, 0, 1,
		0, 0, 0, 12, 1, 0, 0, 12, 0x80, 14, 1, 0,
		0, 0, 0, 24, 2, 1, 0, 1,
		0, 0, 0, 16, 1, 0, 0, 12, 0, 14, 0, 4, 0, 0, 1, 0 } },
	{ "an empty attribute", TRUE, 20, {
		0, 0, 0, 20, 1, 1, 0, 1,
		0, 0, 0, 12, 1, 0, 0, 12, 0, 14, 0, 0 } },
	{ "nothing", FALSE, 0, {} },
	{ "no transform", FALSE, 8, {
		0, 0, 0, 8, 1, 1, 0, 0 } },
	{ "half a proposal", FALSE, 7, {
		0, 0, 0, 7, 1, 1, 0 } },
	{ "proposal of length 0", FALSE, 16, {
		0, 0, 0, 0, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "proposal of length 7", FALSE, 16, {
		0, 0, 0, 7, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "proposal too long", FALSE, 16, {
		0, 0, 0, 17, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "proposal far too long", FALSE, 16, {
		0, 0, 0xff, 0xff, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "octets behind the proposal", FALSE, 17, {
		0, 0, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14, 0 } },
	{ "more proposals announced than there are", FALSE, 16, {
		2, 0, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "more proposals than announced", FALSE, 32, {
		0, 0, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14,
		0, 0, 0, 16, 2, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "transform's value in the proposal", FALSE, 32, {
		3, 0, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14,
		0, 0, 0, 16, 2, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "reserved octet of the proposal", FALSE, 16, {
		0, 1, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "number 0", FALSE, 16, {
		0, 0, 0, 16, 0, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "number 2 first", FALSE, 16, {
		0, 0, 0, 16, 2, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "number 1 twice", FALSE, 32, {
		2, 0, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14,
		0, 0, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "proposal for ESP", FALSE, 20, {
		0, 0, 0, 20, 1, 3, 4, 1, 1, 2, 3, 4,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "SPI, as when rekeying", FALSE, 24, {
		0, 0, 0, 24, 1, 1, 8, 1, 1, 2, 3, 4, 5, 6, 7, 8,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "fewer transforms than announced", FALSE, 16, {
		0, 0, 0, 16, 1, 1, 0, 2,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "more transforms than announced", FALSE, 24, {
		0, 0, 0, 24, 1, 1, 0, 1,
		3, 0, 0, 8, 2, 0, 0, 5,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "last transform not marked", FALSE, 16, {
		0, 0, 0, 16, 1, 1, 0, 1,
		3, 0, 0, 8, 4, 0, 0, 14 } },
	{ "transform before the last marked", FALSE, 24, {
		0, 0, 0, 24, 1, 1, 0, 2,
		0, 0, 0, 8, 2, 0, 0, 5,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "transform of length 0", FALSE, 16, {
		0, 0, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 0, 4, 0, 0, 14 } },
	{ "transform of length 7", FALSE, 15, {
		0, 0, 0, 15, 1, 1, 0, 1,
		0, 0, 0, 7, 4, 0, 0 } },
	{ "transform too long", FALSE, 16, {
		0, 0, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 9, 4, 0, 0, 14 } },
	{ "transform into the next proposal", FALSE, 32, {
		2, 0, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 16, 4, 0, 0, 14,
		0, 0, 0, 16, 2, 1, 0, 1,
		0, 0, 0, 8, 4, 0, 0, 14 } },
	{ "reserved octet of the transform", FALSE, 16, {
		0, 0, 0, 16, 1, 1, 0, 1,
		0, 1, 0, 8, 4, 0, 0, 14 } },
	{ "second reserved octet of the transform", FALSE, 16, {
		0, 0, 0, 16, 1, 1, 0, 1,
		0, 0, 0, 8, 4, 1, 0, 14 } },
	{ "half an attribute", FALSE, 18, {
		0, 0, 0, 18, 1, 1, 0, 1,
		0, 0, 0, 10, 1, 0, 0, 12, 0x80, 14 } },
	{ "attribute too long", FALSE, 22, {
		0, 0, 0, 22, 1, 1, 0, 1,
		0, 0, 0, 14, 1, 0, 0, 12, 0, 14, 0, 3, 1, 0 } },
};

START_TEST(judges_the_structure_of_proposals)
{
	chunk_t data;

	/* of exactly this size, so that ASan sees who reads too far */
	data = chunk_clone(chunk_create((u_char*)payloads[_i].octets,
									payloads[_i].len));
	ck_assert_msg(proposals_sound(data) == payloads[_i].sound, "%s",
				  payloads[_i].name);
	chunk_free(&data);
}
END_TEST

START_TEST(refuses_every_truncation)
{
	chunk_t data;
	size_t len;

	ck_assert(payloads[_i].sound);
	for (len = 0; len < payloads[_i].len; len++)
	{
		data = chunk_clone(chunk_create((u_char*)payloads[_i].octets, len));
		ck_assert(!proposals_sound(data));
		chunk_free(&data);
	}
}
END_TEST

START_TEST(takes_255_proposals_but_no_256)
{
	uint8_t octets[256 * 16];
	int i;

	for (i = 0; i < 256; i++)
	{
		memcpy(octets + i * 16, payloads[0].octets, 16);
		octets[i * 16] = 2;
		octets[i * 16 + 4] = i + 1;
	}
	octets[254 * 16] = 0;
	ck_assert(proposals_sound(chunk_create(octets, 255 * 16)));
	octets[254 * 16] = 2;
	octets[255 * 16] = 0;
	ck_assert(!proposals_sound(chunk_create(octets, 256 * 16)));
}
END_TEST

int main()
{
	Suite *suite = suite_create("proposals");
	TCase *tcase = tcase_create("structure");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tcase, judges_the_structure_of_proposals,
						0, countof(payloads));
	/* the sound ones come first */
	tcase_add_loop_test(tcase, refuses_every_truncation, 0, 3);
	tcase_add_test(tcase, takes_255_proposals_but_no_256);
	suite_add_tcase(suite, tcase);

	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
