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


#include "cluster.h"
#include "cluster_config.h"

#include <daemon.h>

typedef struct private_cluster_t private_cluster_t;

/**
 * Private data
 */
struct private_cluster_t {

	/**
	 * Public interface
	 */
	cluster_t public;

	/**
	 * Is told
	 */
	gateway_table_t *table;
};

CALLBACK(apply_config, void,
	private_cluster_t *this, void *data)
{
	cluster_config_t *config = data;

	this->table->set_told_timeout(this->table, config->told_timeout);
	this->public.prober->configure(this->public.prober, &config->probe);
	this->public.link->configure(this->public.link, config->store);
	config->store = NULL;
	cluster_config_destroy(config);
}

METHOD(cluster_t, get_room, config_room_t,
	private_cluster_t *this)
{
	return (config_room_t){
		.read = (void*)cluster_config_read,
		.apply = apply_config,
		.discard = (void*)cluster_config_destroy,
		.data = this,
	};
}

METHOD(cluster_t, start, void,
	private_cluster_t *this)
{
	this->public.prober->start(this->public.prober);
	this->public.link->start(this->public.link);
}

METHOD(cluster_t, stop, void,
	private_cluster_t *this)
{
	this->public.link->stop(this->public.link);
	this->public.prober->stop(this->public.prober);
}

METHOD(cluster_t, destroy, void,
	private_cluster_t *this)
{
	this->public.link->destroy(this->public.link);
	this->public.prober->destroy(this->public.prober);
	free(this);
}

/*
 * Described in header
 */
cluster_t *cluster_create(policy_engine_t *engine, gateway_table_t *table,
						  store_registry_t *stores)
{
	private_cluster_t *this;

	INIT(this,
		.public = {
			.prober = prober_create(engine, table, IKEV2_UDP_PORT, NULL),
			.get_room = _get_room,
			.start = _start,
			.stop = _stop,
			.destroy = _destroy,
		},
		.table = table,
	);
	this->public.link = cluster_link_create(engine, table, this->public.prober,
											stores);
	return &this->public;
}
