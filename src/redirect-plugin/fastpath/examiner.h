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
 * @defgroup examiner examiner
 * @{ @ingroup redirect_fastpath
 */

#ifndef EXAMINER_H_
#define EXAMINER_H_

#include "fast_path_config.h"
#include "ike_sockets.h"
#include "init_request.h"
#include "source_limit.h"
#include "policy/policy_engine.h"

typedef struct examiner_t examiner_t;
typedef struct fast_path_counters_t fast_path_counters_t;
typedef struct examined_t examined_t;
typedef enum fast_path_result_t fast_path_result_t;

/**
 * What the fast path did with a datagram.
 */
enum fast_path_result_t {
	/** answered with a REDIRECT */
	FAST_PATH_ANSWERED,
	/** for charon: not an IKE_SA_INIT request, or one that is not sound, see
	 * init_verdict_t */
	FAST_PATH_OTHER,
	/** for charon: client did not announce support */
	FAST_PATH_UNSUPPORTED,
	/** for charon: decide() serves or refuses the client */
	FAST_PATH_NOT_REDIRECTED,
	/** for charon: it ignores the request, charon_limits_t */
	FAST_PATH_BLOCKED,
	/** for charon: it demands a cookie, and fast_path_cookies = require */
	FAST_PATH_COOKIE,
	/** for charon: source network had its fast_path_limit */
	FAST_PATH_LIMITED,
	/** for charon: the answer would be longer than the request */
	FAST_PATH_AMPLIFIES,
	/** answered, another gateway asks whether this one works */
	FAST_PATH_PROBED,
	/** not answered though another gateway asks, charon has no connections yet */
	FAST_PATH_UNCONNECTED,
	/** number of results */
	FAST_PATH_RESULT_MAX,
};

/**
 * Names of results, as counters show them.
 */
extern enum_name_t *fast_path_result_names;

/**
 * What the fast path did since it was created.
 */
struct fast_path_counters_t {

	/** datagrams by what was done with them */
	uint64_t results[FAST_PATH_RESULT_MAX];

	/** datagrams with result FAST_PATH_OTHER by the reason for it */
	uint64_t verdicts[INIT_VERDICT_MAX];

	/** answers that the kernel did not take */
	uint64_t send_failed;

	/** frames that came by AF_XDP, and how many of them were dropped: damaged,
	 * or for charon, which had enough waiting */
	uint64_t xdp_frames, xdp_dropped;
};

/**
 * A datagram with an IKE message in it, on its way to an answer.
 */
struct examined_t {

	/** IKE message, with or without marker before it */
	chunk_t message;

	/** TRUE if there is a non-ESP marker before the message; set by examine() */
	bool marker;

	/** what is asked of decide(), and its answer if it was asked */
	redirect_request_t request;
	redirect_decision_t decision;

	/** ports, in host order */
	uint16_t local_port, remote_port;
};

/**
 * Finds out what to do with datagrams and writes the answers, the same for each
 * way they come in. One for each thread that receives: does not allocate but for
 * packets that go to charon, and shares what is counted and limited.
 */
struct examiner_t {

	/**
	 * Look at a question.
	 *
	 * @param question		message, addresses and ports filled in
	 * @param answer		receives the answer, IKE_SOCKETS_ANSWER_MAX octets
	 * @param len			receives its length; unchanged if there is none
	 * @return				what was done with it
	 */
	fast_path_result_t (*examine)(examiner_t *this, examined_t *question,
								  uint8_t *answer, size_t *len);

	/**
	 * Tell the hooks what was decided about a packet that goes to charon, if
	 * anything was.
	 *
	 * @param packet		packet
	 * @param question		as examine() left it
	 * @param result		what that returned
	 */
	void (*hand_on)(examiner_t *this, packet_t *packet, examined_t *question,
					fast_path_result_t result);

	/**
	 * Look at datagrams, which is faster for many of them at once. Of those that
	 * get no answer the packets that charon's socket would have made are added to
	 * others.
	 *
	 * @param datagrams		datagrams, their answers are filled in; empty ones are
	 *						left out
	 * @param count			number of datagrams
	 * @param packets		receives packet_t for charon
	 * @return				number of those that are answered, or get no answer
	 */
	int (*look_at)(examiner_t *this, ike_datagram_t *datagrams, int count,
				   linked_list_t *packets);

	/**
	 * Add what was counted since the last time to the shared counters. Before
	 * answers are sent, or who asks may see one that is not counted.
	 */
	void (*flush)(examiner_t *this);

	/**
	 * Destroy an examiner_t, flushed.
	 */
	void (*destroy)(examiner_t *this);
};

/**
 * Whether charon shall not get a datagram: it has its answer, or gets none.
 */
static inline bool examiner_consumed(fast_path_result_t result)
{
	return result == FAST_PATH_ANSWERED || result == FAST_PATH_PROBED ||
		   result == FAST_PATH_UNCONNECTED;
}

/**
 * Create an examiner.
 *
 * @param engine		decides, has to live as long
 * @param sources		limits answers, shared, has to live as long
 * @param config		options, not changed while they are in use
 * @param counters		shared counters, changed by atomic operations
 */
examiner_t *examiner_create(policy_engine_t *engine, source_limit_t *sources,
							const fast_path_config_t *config,
							fast_path_counters_t *counters);

#endif /** EXAMINER_H_ @}*/
