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

#include "drain.h"
#include "drain_gateways.h"
#include "session_waves.h"

#include <daemon.h>
#include <threading/mutex.h>

/**
 * Sessions in a row without a gateway until the drain stalls, and sessions that
 * are then tried a second to find out whether there is one again.
 */
#define STALL 20
#define PROBES 3

/**
 * Seconds after which sessions that a rule keeps here are asked for again.
 */
#define RETRY 10

/**
 * Most times a client is sent a redirect in one drain.
 */
#define TRIES 3

typedef struct private_drain_t private_drain_t;

/**
 * Private data
 */
struct private_drain_t {

	/**
	 * Public interface
	 */
	drain_t public;

	/**
	 * Sessions
	 */
	session_table_t *table;

	/**
	 * Moves them
	 */
	session_mover_t *mover;

	/**
	 * Knows which gateway this one is
	 */
	policy_engine_t *engine;

	/**
	 * States of gateways
	 */
	gateway_table_t *gateways;

	/**
	 * Where clients are sent to
	 */
	drain_gateways_t *targets;

	/**
	 * How to drain if not told otherwise
	 */
	session_config_t config;

	/**
	 * How it is done
	 */
	drain_options_t options;

	/**
	 * How it goes; run is the number of the last drain
	 */
	drain_progress_t progress;

	/**
	 * Moves sessions at the rate
	 */
	session_waves_t *waves;

	/**
	 * Sessions in a row without gateway
	 */
	u_int misses;

	/**
	 * When sessions that a rule keeps here are asked for again; guarded by serial
	 */
	time_t retry;

	/**
	 * When the first and the last redirect was sent, in milliseconds
	 */
	uint64_t first, last;

	/**
	 * Told of progress
	 */
	void (*told)(void *data, const drain_progress_t *progress);

	/**
	 * Passed to told
	 */
	void *data;

	/**
	 * Guards progress, and what changes it; for hooks as well
	 */
	mutex_t *mutex;

	/**
	 * Held by who begins, stops or looks after the drain; never by hooks
	 */
	mutex_t *serial;
};

/**
 * Milliseconds of the monotonic clock.
 */
static uint64_t now_ms()
{
	timeval_t tv;

	time_monotonic(&tv);
	return tv.tv_sec * 1000ULL + tv.tv_usec / 1000;
}

/*
 * Described in header
 */
void drain_options_clear(drain_options_t *options)
{
	config_list_destroy(options->to);
	session_filter_clear(&options->filter);
	options->to = NULL;
}

/**
 * Check whether options are limited to some sessions.
 */
static bool is_partial(const drain_options_t *options)
{
	const session_filter_t *filter = &options->filter;

	return filter->connections || filter->ids || filter->remote ||
		   filter->unique_id;
}

/**
 * Get the name of this gateway.
 *
 * @return				FALSE if it is not configured
 */
static bool get_self(private_drain_t *this, char name[REDIRECT_NAME_MAX])
{
	const policy_state_t *state;
	bool known;
	int token;

	state = this->engine->acquire(this->engine, &token);
	known = state->policy && state->policy->self >= 0;
	if (known)
	{
		snprintf(name, REDIRECT_NAME_MAX, "%s",
				 state->policy->gateways[state->policy->self].name);
	}
	this->engine->release(this->engine, token);
	return known;
}

/**
 * Change the state of this gateway.
 */
static bool set_self(private_drain_t *this, gateway_state_t state)
{
	char name[REDIRECT_NAME_MAX];

	if (get_self(this, name) &&
		this->gateways->set(this->gateways, name, state, -1, -1,
							GATEWAY_SOURCE_OPERATOR))
	{
		this->engine->refresh(this->engine);
		return TRUE;
	}
	return FALSE;
}

/**
 * A job asks whether its session is still to be moved.
 */
static bool order_wanted(void *data, const session_order_t *order)
{
	private_drain_t *this = data;
	bool wanted;

	this->mutex->lock(this->mutex);
	wanted = drain_progress_is_active(&this->progress) && this->progress.run == order->move.run;
	this->mutex->unlock(this->mutex);
	return wanted;
}

/**
 * A job tells what came of moving a session.
 */
static void order_done(void *data, const session_order_t *order,
					   session_stuck_t stuck)
{
	private_drain_t *this = data;
	bool stalled = FALSE;

	this->waves->moved(this->waves);
	this->mutex->lock(this->mutex);
	if (this->progress.run == order->move.run && drain_progress_is_active(&this->progress))
	{
		if (stuck == SESSION_NOT_STUCK)
		{
			this->progress.sent++;
			this->progress.state = DRAIN_RUNNING;
			this->misses = 0;
			this->last = now_ms();
			this->first = this->first ?: this->last;
		}
		else if (stuck == SESSION_STUCK_NO_GATEWAY && ++this->misses >= STALL)
		{
			this->progress.state = DRAIN_STALLED;
			stalled = TRUE;
		}
	}
	this->mutex->unlock(this->mutex);
	if (stalled)
	{
		this->waves->clear(this->waves);
	}
}

/**
 * Make the order that sessions are moved with.
 */
static session_order_t *create_order(private_drain_t *this, uint32_t run)
{
	session_order_t *order;

	order = this->targets->create_order(this->targets, this->progress.partial);
	order->move = (session_move_t){
		.grace = this->options.grace,
		.keep = this->options.keep,
		.run = run,
	};
	order->wanted = order_wanted;
	order->done = order_done;
	order->data = this;
	return order;
}

/**
 * Begin with sessions whose turn comes.
 *
 * @param sessions		sessions, adopted
 * @param few			TRUE to try a few only
 */
static void begin_with(private_drain_t *this, array_t *sessions, uint32_t run,
					   bool few)
{
	session_order_t *order;
	session_t *session;

	while (few && array_count(sessions) > PROBES &&
		   array_remove(sessions, ARRAY_TAIL, &session))
	{
		this->table->release(this->table, session);
	}
	order = create_order(this, run);
	this->waves->fill(this->waves, sessions, order, this->options.rate);
	session_order_put(order);
}

/**
 * Look at all sessions of the drain, and begin with those whose turn comes.
 */
static void scan(private_drain_t *this)
{
	drain_progress_t progress;
	time_t now = time_monotonic(NULL);
	array_t *sessions;
	session_t *session;
	bool idle, stalled, retry;

	idle = this->waves->is_idle(this->waves);
	this->mutex->lock(this->mutex);
	progress = this->progress;
	this->mutex->unlock(this->mutex);
	stalled = progress.state == DRAIN_STALLED;
	retry = stalled || now >= this->retry;

	sessions = drain_progress_count(&progress, this->table,
									&this->options.filter, retry);
	this->mutex->lock(this->mutex);
	drain_progress_take(&this->progress, &progress);
	idle = idle && drain_progress_is_active(&this->progress);
	this->mutex->unlock(this->mutex);
	if (idle && array_count(sessions))
	{
		this->retry = retry ? now + RETRY : this->retry;
		begin_with(this, sessions, progress.run, stalled);
		return;
	}
	while (array_remove(sessions, ARRAY_TAIL, &session))
	{
		this->table->release(this->table, session);
	}
	array_destroy(sessions);
}

/**
 * Tell how it goes.
 */
static void tell(private_drain_t *this)
{
	drain_progress_t progress;

	this->public.get_progress(&this->public, &progress);
	if (this->told)
	{
		this->told(this->data, &progress);
	}
}

/**
 * End the drain at its deadline.
 */
static void end(private_drain_t *this)
{
	array_t *rest;

	this->mutex->lock(this->mutex);
	this->progress.state = DRAIN_ENDED;
	this->progress.ended = time_monotonic(NULL);
	this->mutex->unlock(this->mutex);
	this->waves->clear(this->waves);
	if (this->options.delete_rest)
	{
		rest = this->table->collect(this->table, &this->options.filter, NULL,
									NULL);
		this->waves->fill(this->waves, rest, NULL, this->options.rate);
	}
}

/**
 * Begin a drain, or change the options of the one that goes on.
 *
 * @param options		options, contents are taken over
 */
static void begin(private_drain_t *this, drain_options_t *options)
{
	drain_progress_t *progress = &this->progress;
	bool partial = is_partial(options);
	time_t now = time_monotonic(NULL);

	this->waves->clear(this->waves);
	this->mutex->lock(this->mutex);
	if (!drain_progress_is_active(&this->progress) || partial || progress->partial)
	{
		*progress = (drain_progress_t){
			.run = progress->run + 1,
			.began = now,
		};
		this->first = this->last = 0;
		this->targets->reset(this->targets);
	}
	progress->state = DRAIN_RUNNING;
	progress->partial = partial;
	progress->rate = options->rate;
	progress->deadline = options->deadline ? now + options->deadline : 0;
	drain_options_clear(&this->options);
	this->options = *options;
	*options = (drain_options_t){};
	this->misses = 0;
	this->retry = 0;
	this->mutex->unlock(this->mutex);

	this->engine->set_refusing(this->engine, !partial && this->options.refuse);
	scan(this);
	drain_progress_log(progress);
	tell(this);
}

/**
 * Check whether a drain of all clients goes on.
 */
static bool is_draining_all(private_drain_t *this)
{
	bool all;

	this->mutex->lock(this->mutex);
	all = drain_progress_is_active(&this->progress) && !this->progress.partial;
	this->mutex->unlock(this->mutex);
	return all;
}

METHOD(drain_t, start, bool,
	private_drain_t *this, drain_options_t *options, const char **error)
{
	char self[REDIRECT_NAME_MAX];

	this->serial->lock(this->serial);
	*error = NULL;
	if (!get_self(this, self))
	{
		*error = "this gateway is not configured: set self to its name";
	}
	else if (is_partial(options) && is_draining_all(this))
	{
		*error = "all clients are being moved: undrain first to move some only";
	}
	else if (!this->targets->limit(this->targets, options->to))
	{
		*error = "a gateway to drain to is not configured";
	}
	else if (!is_partial(options) && !set_self(this, GATEWAY_DRAIN))
	{
		*error = "this gateway cannot be put into state drain";
	}
	else
	{
		begin(this, options);
	}
	drain_options_clear(options);
	this->serial->unlock(this->serial);
	return !*error;
}

/**
 * Stop to move sessions.
 */
static bool halt(private_drain_t *this)
{
	bool was_on;

	this->mutex->lock(this->mutex);
	was_on = this->progress.state != DRAIN_OFF;
	this->progress.state = DRAIN_OFF;
	this->progress.ended = time_monotonic(NULL);
	this->mutex->unlock(this->mutex);
	this->waves->clear(this->waves);
	this->engine->set_refusing(this->engine, FALSE);
	if (was_on)
	{
		DBG1(DBG_CFG, "redirect: drain stopped, %u sessions are left",
			 this->progress.left);
		tell(this);
	}
	return was_on;
}

METHOD(drain_t, stop, bool,
	private_drain_t *this)
{
	bool was_on;

	this->serial->lock(this->serial);
	was_on = halt(this);
	if (!this->progress.partial)
	{
		set_self(this, GATEWAY_ACTIVE);
	}
	this->serial->unlock(this->serial);
	return was_on;
}

METHOD(drain_t, get_progress, void,
	private_drain_t *this, drain_progress_t *progress)
{
	this->mutex->lock(this->mutex);
	*progress = this->progress;
	progress->sending = this->last - this->first;
	this->mutex->unlock(this->mutex);
}

METHOD(drain_t, get_left, array_t*,
	private_drain_t *this)
{
	array_t *left = NULL;

	this->serial->lock(this->serial);
	if (this->progress.state != DRAIN_OFF)
	{
		left = this->table->collect(this->table, &this->options.filter, NULL,
									NULL);
	}
	this->serial->unlock(this->serial);
	return left;
}

METHOD(drain_t, get_defaults, drain_options_t,
	private_drain_t *this)
{
	drain_options_t options;

	this->mutex->lock(this->mutex);
	options = (drain_options_t){
		.rate = this->config.drain.rate,
		.grace = this->config.grace,
		.keep = this->config.drain.keep,
		.deadline = this->config.drain.deadline,
		.delete_rest = this->config.drain.delete_rest,
		.refuse = this->config.drain.refuse,
	};
	this->mutex->unlock(this->mutex);
	return options;
}

METHOD(drain_t, configure, void,
	private_drain_t *this, const session_config_t *config)
{
	this->mutex->lock(this->mutex);
	this->config = *config;
	this->mutex->unlock(this->mutex);
}

METHOD(drain_t, outcome, void,
	private_drain_t *this, const session_info_t *info,
	session_outcome_t outcome)
{
	if (outcome == SESSION_FOLLOWED)
	{
		this->targets->followed(this->targets, info->gateway);
	}
	this->mutex->lock(this->mutex);
	if (info->run == this->progress.run)
	{
		this->progress.outcomes[outcome]++;
	}
	this->mutex->unlock(this->mutex);
}

METHOD(drain_t, again, bool,
	private_drain_t *this, const session_info_t *info)
{
	bool ours;

	this->mutex->lock(this->mutex);
	ours = info->run == this->progress.run && drain_progress_is_active(&this->progress);
	this->mutex->unlock(this->mutex);
	return ours && info->tries < TRIES &&
		   (this->targets->missed(this->targets, info->gateway, info->sent) ||
			info->rekeyed);
}

/**
 * Follow what the file or the operator wants of this gateway.
 */
static void follow_state(private_drain_t *this)
{
	char self[REDIRECT_NAME_MAX];
	gateway_status_t status;
	drain_options_t options;
	bool draining, on;

	if (!get_self(this, self) ||
		!this->gateways->get_status(this->gateways, self, &status))
	{
		return;
	}
	draining = status.state == GATEWAY_DRAIN;
	on = this->progress.state != DRAIN_OFF && !this->progress.partial;
	if (draining && !on)
	{
		options = this->public.get_defaults(&this->public);
		this->targets->limit(this->targets, NULL);
		begin(this, &options);
	}
	else if (on && !draining)
	{
		halt(this);
	}
}

METHOD(drain_t, tick, void,
	private_drain_t *this)
{
	drain_state_t before;

	this->serial->lock(this->serial);
	follow_state(this);
	before = this->progress.state;
	if (before == DRAIN_DONE && this->progress.partial)
	{	/* it was about the clients there were, not about those to come */
		halt(this);
	}
	else if (before != DRAIN_OFF)
	{
		scan(this);
		if (drain_progress_is_active(&this->progress) && this->progress.left &&
			this->progress.deadline &&
			time_monotonic(NULL) >= this->progress.deadline)
		{
			end(this);
		}
		if (this->progress.state != before)
		{
			drain_progress_log(&this->progress);
		}
		tell(this);
	}
	this->serial->unlock(this->serial);
}

METHOD(drain_t, set_observer, void,
	private_drain_t *this,
	void (*told)(void *data, const drain_progress_t *progress), void *data)
{
	this->data = data;
	this->told = told;
}

METHOD(drain_t, destroy, void,
	private_drain_t *this)
{
	this->waves->destroy(this->waves);
	this->targets->destroy(this->targets);
	drain_options_clear(&this->options);
	this->serial->destroy(this->serial);
	this->mutex->destroy(this->mutex);
	free(this);
}

/*
 * Described in header
 */
drain_t *drain_create(session_table_t *table, session_mover_t *mover,
					  policy_engine_t *engine, gateway_table_t *gateways)
{
	private_drain_t *this;

	INIT(this,
		.public = {
			.start = _start,
			.stop = _stop,
			.get_progress = _get_progress,
			.get_left = _get_left,
			.get_defaults = _get_defaults,
			.configure = _configure,
			.outcome = _outcome,
			.again = _again,
			.tick = _tick,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
		.table = table,
		.mover = mover,
		.engine = engine,
		.gateways = gateways,
		.targets = drain_gateways_create(engine),
		.waves = session_waves_create(table, mover),
		.serial = mutex_create(MUTEX_TYPE_DEFAULT),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
