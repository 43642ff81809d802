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


#include "gateway_health.h"

ENUM(gateway_witness_names, GATEWAY_WITNESS_OPERATOR, GATEWAY_WITNESS_MAX,
	"operator",
	"drain",
	"returns",
	"heartbeat",
	"peers",
	"probe",
	"nobody",
);

ENUM(gateway_verdict_names, GATEWAY_UNKNOWN, GATEWAY_DOWN,
	"unknown",
	"up",
	"down",
);

/**
 * A step of the rule: a witness that decides with some verdicts.
 */
typedef struct {
	/** who */
	gateway_witness_t witness;
	/** TRUE if its word counts when it says that the gateway is up, down */
	bool up, down;
} step_t;

/*
 * Described in header
 */
void gateway_health_testify(gateway_health_t *health, gateway_witness_t witness,
							gateway_verdict_t verdict, uint32_t ttl, uint32_t now)
{
	health->said[witness] = (gateway_testimony_t){
		.verdict = verdict,
		.time = now,
		.ttl = ttl,
	};
	if (verdict == GATEWAY_UP)
	{
		health->alive = now;
		health->alive_by = witness;
	}
}

/*
 * Described in header
 */
gateway_verdict_t gateway_health_said(const gateway_health_t *health,
									  gateway_witness_t witness, uint32_t now)
{
	const gateway_testimony_t *said = &health->said[witness];

	return said->ttl && now - said->time > said->ttl ? GATEWAY_UNKNOWN
													 : said->verdict;
}

/*
 * Described in header
 */
gateway_verdict_t gateway_health_verdict(const gateway_health_t *health,
										 uint32_t now, gateway_witness_t *by)
{
	static const step_t steps[] = {
		{ GATEWAY_WITNESS_OPERATOR,		TRUE,	TRUE },
		{ GATEWAY_WITNESS_DRAIN,		FALSE,	TRUE },
		{ GATEWAY_WITNESS_RETURNS,		FALSE,	TRUE },
		{ GATEWAY_WITNESS_HEARTBEAT,	TRUE,	FALSE },
		{ GATEWAY_WITNESS_PROBE,		TRUE,	TRUE },
		{ GATEWAY_WITNESS_PEERS,		TRUE,	TRUE },
		{ GATEWAY_WITNESS_HEARTBEAT,	FALSE,	TRUE },
		{ GATEWAY_WITNESS_DRAIN,		TRUE,	FALSE },
		{ GATEWAY_WITNESS_RETURNS,		TRUE,	FALSE },
	};
	gateway_witness_t witness = GATEWAY_WITNESS_MAX;
	gateway_verdict_t said = GATEWAY_UNKNOWN;
	bool decided = FALSE;
	int i;

	for (i = 0; i < (int)countof(steps) && !decided; i++)
	{
		witness = steps[i].witness;
		said = gateway_health_said(health, witness, now);
		decided = (said == GATEWAY_UP && steps[i].up) ||
				  (said == GATEWAY_DOWN && steps[i].down);
		if (decided && witness == GATEWAY_WITNESS_HEARTBEAT &&
			gateway_health_said(health, GATEWAY_WITNESS_PEERS,
								now) == GATEWAY_DOWN)
		{
			witness = GATEWAY_WITNESS_PEERS;
			said = GATEWAY_DOWN;
		}
	}
	if (by)
	{
		*by = decided ? witness : GATEWAY_WITNESS_MAX;
	}
	return decided ? said : GATEWAY_UNKNOWN;
}
