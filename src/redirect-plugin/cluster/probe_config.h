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
 * @defgroup probe_config probe_config
 * @{ @ingroup redirect_cluster
 */

#ifndef PROBE_CONFIG_H_
#define PROBE_CONFIG_H_

#include "utils/config_options.h"

typedef struct probe_config_t probe_config_t;

/**
 * How other gateways are probed: section probe.
 */
struct probe_config_t {

	/** FALSE to probe none */
	bool enabled;

	/** milliseconds between two probes of a gateway, and to wait for an answer */
	uint32_t interval, timeout;

	/** answers missing, or there, in a row until a gateway is down, or up again */
	uint32_t fall, rise;
};

/**
 * Read the section.
 *
 * @param section		section of the plugin
 * @param config		filled in
 * @return				FALSE with errors added to those of the section
 */
bool probe_config_read(const config_section_t *section, probe_config_t *config);

#endif /** PROBE_CONFIG_H_ @}*/
