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
 * Gateways that could not be reached, as a client remembers them.
 */

#include "policy_fixture.h"

#include "initiator/initiator_dead.h"

static initiator_dead_t *dead;

/**
 * A gateway by its number.
 */
static gateway_identity_t gateway(uint32_t number)
{
	gateway_identity_t gateway = {
		.type = GATEWAY_IDENTITY_IPV4,
		.len = 4,
	};

	htoun32(gateway.data, number);
	return gateway;
}

/* none of the four cases says anything about another, but for one: who cannot
 * prove who it is may not name what a proven gateway named in vain */
START_TEST(keeps_failures_by_connection_and_by_who_named_the_gateway)
{
	gateway_identity_t sun = gateway(1), mars = gateway(2);

	dead->add(dead, &sun, "home", FALSE, 100);
	dead->add(dead, &sun, "work", TRUE, 100);
	ck_assert(dead->contains(dead, &sun, "home", FALSE));
	ck_assert(!dead->contains(dead, &sun, "home", TRUE));
	ck_assert(dead->contains(dead, &sun, "work", FALSE));
	ck_assert(dead->contains(dead, &sun, "work", TRUE));
	ck_assert(!dead->contains(dead, &sun, "other", FALSE));
	ck_assert(!dead->contains(dead, &mars, "home", FALSE));
}
END_TEST

START_TEST(forgets_failures_of_a_gateway_that_was_reached_for_its_connection)
{
	gateway_identity_t sun = gateway(1);

	dead->add(dead, &sun, "home", FALSE, 100);
	dead->add(dead, &sun, "home", TRUE, 100);
	dead->add(dead, &sun, "work", TRUE, 100);
	dead->remove(dead, &sun, "home");
	ck_assert(!dead->contains(dead, &sun, "home", FALSE));
	ck_assert(!dead->contains(dead, &sun, "home", TRUE));
	ck_assert(dead->contains(dead, &sun, "work", TRUE));
}
END_TEST

START_TEST(notes_nothing_that_is_to_be_left_out_for_no_time)
{
	gateway_identity_t sun = gateway(1), none = {};

	dead->add(dead, &sun, "home", TRUE, 0);
	dead->add(dead, &none, "home", TRUE, 100);
	ck_assert(!dead->contains(dead, &sun, "home", TRUE));
	ck_assert(!dead->contains(dead, &none, "home", TRUE));
}
END_TEST

/* a gateway that names ever others does not make it grow */
START_TEST(lets_the_one_that_is_left_out_shortest_make_room)
{
	gateway_identity_t last = gateway(INITIATOR_DEAD_MAX + 1), each;
	int i, kept = 0;

	for (i = 1; i <= INITIATOR_DEAD_MAX; i++)
	{
		each = gateway(i);
		dead->add(dead, &each, "home", TRUE, i == 7 ? 1000 : 2000);
	}
	dead->add(dead, &last, "home", TRUE, 2000);
	for (i = 1; i <= INITIATOR_DEAD_MAX; i++)
	{
		each = gateway(i);
		kept += dead->contains(dead, &each, "home", TRUE);
	}
	each = gateway(7);
	ck_assert_int_eq(kept, INITIATOR_DEAD_MAX - 1);
	ck_assert(!dead->contains(dead, &each, "home", TRUE));
	ck_assert(dead->contains(dead, &last, "home", TRUE));
}
END_TEST

static void setup(void)
{
	dead = initiator_dead_create();
}

static void teardown(void)
{
	dead->destroy(dead);
}

int main(void)
{
	Suite *suite = suite_create("initiator_dead");
	TCase *tcase = tcase_create("initiator_dead");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase,
				keeps_failures_by_connection_and_by_who_named_the_gateway);
	tcase_add_test(tcase,
				forgets_failures_of_a_gateway_that_was_reached_for_its_connection);
	tcase_add_test(tcase, notes_nothing_that_is_to_be_left_out_for_no_time);
	tcase_add_test(tcase, lets_the_one_that_is_left_out_shortest_make_room);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
