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

#include "policy_fixture.h"

#include "initiator/initiator_states.h"

/** States in which the IKE_SA is established. */
static bool is_up(initiator_state_t state)
{
	return state == INITIATOR_UP || state == INITIATOR_LEAVING ||
		   state == INITIATOR_STRANDED;
}

/** States in which charon verifies an IKE_AUTH response with REDIRECT. */
static bool is_checking(initiator_state_t state)
{
	return state == INITIATOR_CHECKING_FIRST ||
		   state == INITIATOR_CHECKING_LAST;
}

/** States in which IKE_SA_INIT goes on, where nobody has proven anything. */
static bool is_unproven(initiator_state_t state)
{
	return state == INITIATOR_ASKING || state == INITIATOR_INVITED ||
		   state == INITIATOR_REFUSED;
}

/** States in which something was received that is not followed yet. */
static bool has_received(initiator_state_t state)
{
	return state == INITIATOR_INVITED || is_checking(state) ||
		   state == INITIATOR_TURNING || state == INITIATOR_LEAVING;
}

/** A state that meets an event: what is done, and what comes after it. */
typedef struct {
	initiator_state_t state, next;
	initiator_event_t event;
	initiator_action_t action;
} meeting_t;

/** Have each state meet each event, and check what holds for all of them. */
static void each_meeting(void (*check)(const meeting_t *meeting))
{
	meeting_t meeting;
	int state, event;

	for (state = 0; state < INITIATOR_STATES; state++)
	{
		for (event = 0; event < INITIATOR_EVENTS; event++)
		{
			meeting = (meeting_t){
				.state = state,
				.next = state,
				.event = event,
			};
			meeting.action = initiator_step(&meeting.next, event);
			check(&meeting);
		}
	}
}

#define assert_meeting(meeting, expr) \
	ck_assert_msg(expr, "%s, %s: " #expr, \
				  enum_to_name(initiator_state_names, meeting->state), \
				  enum_to_name(initiator_event_names, meeting->event))

static void check_ignored(const meeting_t *meeting)
{
	if (meeting->action == INITIATOR_IGNORE)
	{
		assert_meeting(meeting, meeting->next == meeting->state);
	}
	assert_meeting(meeting, meeting->next < INITIATOR_STATES);
}

START_TEST(stays_where_an_event_means_nothing)
{
	each_meeting(check_ignored);
}
END_TEST

/* R3-6: no answer to IKE_SA_INIT is protected */
static void check_unproven(const meeting_t *meeting)
{
	switch (meeting->event)
	{
		case INITIATOR_ANSWER:
		case INITIATOR_INVITE:
		case INITIATOR_REFUSE:
		case INITIATOR_RETRY:
			assert_meeting(meeting, is_unproven(meeting->state) ||
									meeting->action == INITIATOR_IGNORE);
			assert_meeting(meeting, is_unproven(meeting->state) ==
									is_unproven(meeting->next));
			break;
		default:
			break;
	}
}

START_TEST(believes_what_nobody_protects_during_ike_sa_init_only)
{
	each_meeting(check_unproven);
}
END_TEST

/* R6-3, R6-6, R6-8: verify AUTH before acting on the REDIRECT */
static void check_verified(const meeting_t *meeting)
{
	bool acts = meeting->action == INITIATOR_QUEUE ||
				meeting->action == INITIATOR_GO;

	if (meeting->event == INITIATOR_OFFER)
	{
		assert_meeting(meeting, meeting->action == INITIATOR_KEEP ||
								meeting->action == INITIATOR_IGNORE);
		assert_meeting(meeting, (meeting->action == INITIATOR_KEEP) ==
								is_checking(meeting->next) ||
								is_checking(meeting->state));
	}
	if (is_checking(meeting->state) && acts)
	{
		assert_meeting(meeting, meeting->event == INITIATOR_VERIFY ||
								meeting->event == INITIATOR_ESTABLISH);
	}
	if (meeting->event == INITIATOR_VERIFY)
	{
		assert_meeting(meeting, !acts || is_checking(meeting->state));
	}
}

START_TEST(follows_what_came_in_ike_auth_once_it_is_verified)
{
	each_meeting(check_verified);
}
END_TEST

/* what was received has a slot of its own, which is filled, used or emptied */
static void check_received(const meeting_t *meeting)
{
	switch (meeting->action)
	{
		case INITIATOR_QUEUE:
		case INITIATOR_KEEP:
		case INITIATOR_BACK:
			assert_meeting(meeting, has_received(meeting->next));
			break;
		case INITIATOR_GO:
		case INITIATOR_DROP:
			assert_meeting(meeting, has_received(meeting->state));
			assert_meeting(meeting, !has_received(meeting->next));
			break;
		case INITIATOR_RESCUE:
			assert_meeting(meeting, !has_received(meeting->next));
			break;
		default:
			assert_meeting(meeting, has_received(meeting->state) ==
									has_received(meeting->next));
			break;
	}
}

START_TEST(keeps_what_was_received_until_it_is_followed_or_dropped)
{
	each_meeting(check_received);
}
END_TEST

static void check_up(const meeting_t *meeting)
{
	if (is_up(meeting->state))
	{
		assert_meeting(meeting, is_up(meeting->next));
	}
	else if (is_up(meeting->next))
	{
		assert_meeting(meeting, meeting->event == INITIATOR_ESTABLISH);
	}
	switch (meeting->event)
	{
		case INITIATOR_ORDER:
		case INITIATOR_STAY:
		case INITIATOR_DELETE:
		case INITIATOR_EXPIRE:
			assert_meeting(meeting, is_up(meeting->state) ||
									meeting->action == INITIATOR_IGNORE);
			break;
		default:
			break;
	}
}

START_TEST(is_up_once_established_and_never_less)
{
	each_meeting(check_up);
}
END_TEST

/* charon may begin a set-up anew whenever it likes, or give it up */
static void check_setup(const meeting_t *meeting)
{
	if (is_up(meeting->state))
	{
		return;
	}
	switch (meeting->event)
	{
		case INITIATOR_INIT:
			assert_meeting(meeting, meeting->next == INITIATOR_ASKING);
			break;
		case INITIATOR_FAIL:
			assert_meeting(meeting, meeting->next == INITIATOR_FAILED);
			break;
		default:
			break;
	}
}

START_TEST(begins_anew_and_fails_from_wherever_a_set_up_stands)
{
	each_meeting(check_setup);
}
END_TEST

static void check_rescue(const meeting_t *meeting)
{
	bool waits = meeting->state == INITIATOR_LEAVING ||
				 meeting->state == INITIATOR_STRANDED;

	if (meeting->event == INITIATOR_DELETE)
	{
		assert_meeting(meeting, waits == (meeting->action == INITIATOR_RESCUE));
	}
	else
	{
		assert_meeting(meeting, meeting->action != INITIATOR_RESCUE);
	}
}

START_TEST(comes_back_after_a_delete_only_if_a_redirect_was_the_reason)
{
	each_meeting(check_rescue);
}
END_TEST

/** States that were reached. */
static bool reached[INITIATOR_STATES];

static void reach(const meeting_t *meeting)
{
	if (reached[meeting->state])
	{
		reached[meeting->next] = TRUE;
	}
}

START_TEST(reaches_every_state)
{
	int i;

	reached[INITIATOR_ASKING] = TRUE;
	for (i = 0; i < INITIATOR_STATES; i++)
	{
		each_meeting(reach);
	}
	for (i = 0; i < INITIATOR_STATES; i++)
	{
		ck_assert_msg(reached[i], "%s", enum_to_name(initiator_state_names, i));
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("initiator states");
	TCase *tcase = tcase_create("table");

	tcase_add_test(tcase, stays_where_an_event_means_nothing);
	tcase_add_test(tcase, believes_what_nobody_protects_during_ike_sa_init_only);
	tcase_add_test(tcase, follows_what_came_in_ike_auth_once_it_is_verified);
	tcase_add_test(tcase, keeps_what_was_received_until_it_is_followed_or_dropped);
	tcase_add_test(tcase, is_up_once_established_and_never_less);
	tcase_add_test(tcase, begins_anew_and_fails_from_wherever_a_set_up_stands);
	tcase_add_test(tcase,
				   comes_back_after_a_delete_only_if_a_redirect_was_the_reason);
	tcase_add_test(tcase, reaches_every_state);
	suite_add_tcase(suite, tcase);
	return policy_fixture_run(suite);
}
