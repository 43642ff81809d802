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
#include "policy/hop_table.h"
#include "utils/monotonic.h"

#include <utils/debug.h>
#include <threading/mutex.h>

/**
 * Seconds after which sessions that stay for now are asked for again: those whose
 * IKE_SA was busy, and those without gateway or kept by a rule.
 */
#define RETRY_BUSY 1
#define RETRY 10

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
	 * Order of that drain, with the options it has now; NULL if there was none
	 */
	session_order_t *order;

	/**
	 * Moves sessions at the rate
	 */
	session_waves_t *waves;

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
 * Check whether this gateway is in state drain, which a drain need not go with yet.
 */
static bool is_self_draining(private_drain_t *this)
{
	gateway_status_t status;
	char name[REDIRECT_NAME_MAX];

	return get_self(this, name) &&
		   this->gateways->get_status(this->gateways, name, &status) &&
		   status.state == GATEWAY_DRAIN;
}

/**
 * A job asks where its session may be moved to.
 */
static session_scope_t *get_scope(void *data, const session_order_t *order)
{
	private_drain_t *this = data;
	bool wanted, partial;

	this->mutex->lock(this->mutex);
	/* one that was given before the options changed is given anew */
	wanted = drain_progress_is_active(&this->progress) && this->order == order;
	partial = this->progress.partial;
	this->mutex->unlock(this->mutex);
	return wanted ? this->targets->get_scope(this->targets, partial) : NULL;
}

/**
 * Check whether the gateway a client came from takes clients again since.
 */
static bool came_back(void *data, const ip_address_t *from, time_t since)
{
	private_drain_t *this = data;

	return this->targets->came_back_at(this->targets, from, since);
}

/**
 * Decide whether a client that was redirected often enough without leaving is
 * redirected once more: its gateway was shown to be alive since, or came back.
 */
static bool may_retry(void *data, const session_info_t *info)
{
	private_drain_t *this = data;

	return info->tries < SESSION_TRIES ||
		   this->targets->proven(this->targets, info->gateway, info->sent) ||
		   this->targets->came_back(this->targets, info->gateway, info->sent);
}

/**
 * Decide the same about one that stayed while its gateway was not known to be
 * alive.
 */
static bool may_retry_ignored(void *data, const session_info_t *info)
{
	private_drain_t *this = data;

	return info->ignored == SESSION_IGNORED_PROVEN &&
		   this->targets->proven(this->targets, info->gateway, info->sent);
}

/**
 * Let sessions that stay have their turn again.
 *
 * @param more			TRUE if there are more gateways than before
 */
static void retry(private_drain_t *this, bool more)
{
	session_table_t *table = this->table;
	time_t now = time_monotonic(NULL);

	table->retry(table, SESSION_STUCK_BUSY, now - RETRY_BUSY, NULL, NULL);
	table->retry(table, SESSION_STUCK_SERVED, now - RETRY, NULL, NULL);
	table->retry(table, SESSION_STUCK_NO_GATEWAY, more ? now + 1 : now - RETRY,
				 may_retry, this);
	table->retry(table, SESSION_STUCK_IGNORED, now - RETRY, may_retry_ignored,
				 this);
}

/**
 * Count the sessions of the drain, and see to it that those whose turn comes are
 * moved.
 */
static void look(private_drain_t *this)
{
	session_counts_t counts;
	bool active;

	this->table->get_counts(this->table, &counts);
	this->mutex->lock(this->mutex);
	drain_progress_take(&this->progress, &counts);
	active = drain_progress_is_active(&this->progress);
	this->mutex->unlock(this->mutex);
	if (active && counts.stuck[SESSION_NOT_STUCK] &&
		this->waves->is_idle(this->waves))
	{
		this->waves->fill(this->waves, NULL, this->order, this->options.rate);
	}
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
 * Get the members of the drain.
 *
 * @return				array_t of session_t*, each to be released
 */
static array_t *get_members(private_drain_t *this)
{
	array_t *members = array_create(0, 0);
	const session_info_t *info;
	enumerator_t *enumerator;
	session_t *session;

	enumerator = this->table->create_enumerator(this->table, NULL);
	while (enumerator->enumerate(enumerator, &session, &info))
	{
		if (info->member)
		{
			array_insert(members, ARRAY_TAIL,
						 this->table->get_ref(this->table, session));
		}
	}
	enumerator->destroy(enumerator);
	return members;
}

/**
 * End the drain at its deadline.
 */
static void end(private_drain_t *this)
{
	this->mutex->lock(this->mutex);
	this->progress.state = DRAIN_ENDED;
	this->progress.ended = time_monotonic(NULL);
	this->mutex->unlock(this->mutex);
	this->waves->clear(this->waves);
	if (this->options.delete_rest)
	{
		this->waves->fill(this->waves, get_members(this), NULL,
						  this->options.rate);
	}
	if (this->progress.partial)
	{	/* others may move them from now on */
		this->table->enlist(this->table, 0, FALSE, NULL);
	}
}

/**
 * Begin to count for a new drain, and make its order.
 *
 * @param fresh			FALSE if one goes on that gets another order
 */
static void renew(private_drain_t *this, bool fresh)
{
	session_order_t *order, *old = this->order;
	session_move_t move = {
		.grace = this->options.grace,
		.ignored = this->options.ignored,
		.run = this->progress.run,
	};

	order = session_order_create(&move, get_scope, this);
	order->came_back = came_back;
	if (!fresh && old)
	{
		order->began = old->began;
	}
	this->mutex->lock(this->mutex);
	this->order = order;
	this->mutex->unlock(this->mutex);
	session_order_put(old);
}

/**
 * Begin a drain, or change the options of the one that goes on.
 *
 * @param options		options, contents are taken over
 */
static void begin(private_drain_t *this, drain_options_t *options)
{
	drain_progress_t *progress = &this->progress;
	bool partial = is_partial(options), fresh;
	time_t now = time_monotonic(NULL);

	this->waves->clear(this->waves);
	fresh = partial || progress->partial || !drain_progress_is_active(progress);
	if (fresh && drain_progress_is_active(progress))
	{
		this->mutex->lock(this->mutex);
		progress->state = DRAIN_OFF;
		this->mutex->unlock(this->mutex);
		DBG1(DBG_CFG, "redirect: drain of some clients is replaced by one of all");
		tell(this);
	}
	this->mutex->lock(this->mutex);
	if (fresh)
	{
		*progress = (drain_progress_t){
			.run = progress->run + 1,
			.began = now,
		};
		this->first = this->last = 0;
	}
	progress->state = DRAIN_RUNNING;
	progress->partial = partial;
	progress->rate = options->rate;
	progress->deadline = options->deadline ? now + options->deadline : 0;
	drain_options_clear(&this->options);
	this->options = *options;
	*options = (drain_options_t){};
	this->mutex->unlock(this->mutex);

	if (fresh)
	{
		this->targets->reset(this->targets);
		this->table->enlist(this->table, progress->run, !partial,
							&this->options.filter);
	}
	renew(this, fresh);
	this->engine->set_refusing(this->engine, !partial && this->options.refuse);
	this->targets->tick(this->targets);
	retry(this, TRUE);
	look(this);
	drain_progress_log(progress);
	tell(this);
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
	this->table->enlist(this->table, 0, FALSE, NULL);
	this->engine->set_refusing(this->engine, FALSE);
	if (was_on)
	{
		DBG1(DBG_CFG, "redirect: drain stopped, %u sessions are left",
			 this->progress.left);
		tell(this);
	}
	return was_on;
}

/**
 * End a drain of some clients that are gone: it was about those there were, not
 * about those to come.
 *
 * @return				TRUE if it was one
 */
static bool halt_done(private_drain_t *this)
{
	return this->progress.state == DRAIN_DONE && this->progress.partial &&
		   halt(this);
}

/**
 * Find out why a drain of some clients cannot begin.
 *
 * @return				static text, NULL if it can
 */
static const char *refuse_partial(private_drain_t *this)
{
	if (this->progress.state == DRAIN_OFF)
	{
		return NULL;
	}
	if (!this->progress.partial)
	{
		return "all clients are being moved: undrain first to move some only";
	}
	return drain_progress_is_active(&this->progress)
				? "other clients are being moved: wait, or undrain first" : NULL;
}

METHOD(drain_t, start, bool,
	private_drain_t *this, drain_options_t *options, const char **error)
{
	bool partial = is_partial(options);
	char self[REDIRECT_NAME_MAX];

	this->serial->lock(this->serial);
	*error = NULL;
	halt_done(this);
	if (!get_self(this, self))
	{
		*error = "this gateway is not configured: set self to its name";
	}
	else if (partial)
	{
		*error = refuse_partial(this);
	}
	if (!*error && this->targets->limit(this->targets, options->to, error))
	{
		if (!partial && !set_self(this, GATEWAY_DRAIN))
		{
			*error = "this gateway cannot be put into state drain";
		}
		else
		{
			begin(this, options);
		}
	}
	drain_options_clear(options);
	this->serial->unlock(this->serial);
	return !*error;
}

METHOD(drain_t, stop, bool,
	private_drain_t *this)
{
	bool was_on;

	this->serial->lock(this->serial);
	/* one of some clients that are gone is over, or never was about anybody */
	was_on = !halt_done(this) && halt(this);
	if (is_self_draining(this) || (was_on && !this->progress.partial))
	{	/* a gateway that is disabled and does not drain stays so */
		was_on = set_self(this, GATEWAY_ACTIVE);
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

METHOD(drain_t, is_on, bool,
	private_drain_t *this)
{
	bool on;

	this->mutex->lock(this->mutex);
	on = drain_progress_is_active(&this->progress) ||
		 (this->progress.state == DRAIN_ENDED && !this->progress.partial);
	this->mutex->unlock(this->mutex);
	return on;
}

METHOD(drain_t, get_defaults, drain_options_t,
	private_drain_t *this)
{
	drain_options_t options;

	this->mutex->lock(this->mutex);
	options = (drain_options_t){
		.rate = this->config.drain.rate,
		.grace = this->config.grace,
		.ignored = this->config.drain.ignored,
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
	switch ((int)outcome)
	{
		case SESSION_DEPARTED:
			this->targets->left(this->targets, info->gateway);
			return;
		case SESSION_RETURNED:
			this->targets->missed(this->targets, info->gateway, info->sent);
			break;
		default:
			break;
	}
	this->mutex->lock(this->mutex);
	if (info->run == this->progress.run && outcome == SESSION_SENT)
	{
		this->progress.sent++;
		this->last = monotonic_ms();
		this->first = this->first ?: this->last;
	}
	else if (info->run == this->progress.run)
	{
		this->progress.outcomes[outcome]++;
	}
	this->mutex->unlock(this->mutex);
}

METHOD(drain_t, judge, session_verdict_t,
	private_drain_t *this, const session_info_t *info)
{
	drain_gateways_t *targets = this->targets;
	bool ours, proven, dead, hopped;

	this->mutex->lock(this->mutex);
	ours = info->run == this->progress.run &&
		   drain_progress_is_active(&this->progress);
	this->mutex->unlock(this->mutex);

	proven = targets->proven(targets, info->gateway, info->sent);
	dead = !proven && targets->missed(targets, info->gateway, info->sent);
	if (!ours && info->run)
	{	/* whoever ended that drain did not ask for it */
		return SESSION_KEEP;
	}
	if (ours && info->tries < SESSION_TRIES &&
		(info->missed || (dead && targets->has_other(targets, info->gateway))))
	{
		return SESSION_AGAIN;
	}
	/* a client may have used up the redirects it follows (R7-1) */
	hopped = info->from.version &&
			 info->since + HOP_SECONDS > time_monotonic(NULL);
	switch (info->ignored)
	{
		case SESSION_IGNORED_DELETE:
			return SESSION_DELETE;
		case SESSION_IGNORED_PROVEN:
			if (proven && !hopped)
			{
				return SESSION_DELETE;
			}
			return ours && (dead || hopped) ? SESSION_WAIT : SESSION_KEEP;
		default:
			return SESSION_KEEP;
	}
}

/**
 * Find out when a gateway was shown to be alive.
 */
static time_t proven(void *data, const char *gateway, time_t since)
{
	private_drain_t *this = data;

	return this->targets->proven(this->targets, gateway, since);
}

/**
 * Follow what the file or the operator wants of this gateway.
 */
static void follow_state(private_drain_t *this)
{
	char self[REDIRECT_NAME_MAX];
	gateway_status_t status;
	drain_options_t options;
	const char *error;
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
		this->targets->limit(this->targets, NULL, &error);
		begin(this, &options);
	}
	else if (on && !draining)
	{
		halt(this);
	}
}

/**
 * Look after a drain that goes on.
 *
 * @param more			TRUE if there are more gateways than before
 */
static void go_on(private_drain_t *this, bool more)
{
	drain_state_t before = this->progress.state;

	if (drain_progress_is_active(&this->progress))
	{
		retry(this, more);
	}
	look(this);
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

METHOD(drain_t, tick, void,
	private_drain_t *this)
{
	bool more;

	this->serial->lock(this->serial);
	more = this->targets->tick(this->targets);
	this->table->settle(this->table, proven, this);
	follow_state(this);
	if (!halt_done(this) && this->public.is_on(&this->public))
	{
		go_on(this, more);
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
	session_order_put(this->order);
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
			.is_on = _is_on,
			.get_defaults = _get_defaults,
			.configure = _configure,
			.outcome = _outcome,
			.judge = _judge,
			.tick = _tick,
			.set_observer = _set_observer,
			.destroy = _destroy,
		},
		.table = table,
		.mover = mover,
		.engine = engine,
		.gateways = gateways,
		.targets = drain_gateways_create(engine, gateways),
		.waves = session_waves_create(table, mover),
		.serial = mutex_create(MUTEX_TYPE_DEFAULT),
		.mutex = mutex_create(MUTEX_TYPE_DEFAULT),
	);
	return &this->public;
}
