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

#include "own_load.h"

#include <sched.h>
#include <time.h>

#include <daemon.h>

ENUM(own_load_metric_names, OWN_LOAD_SAS, OWN_LOAD_CPU,
	"sas",
	"half_open",
	"jobs",
	"workers",
	"cpu",
);

typedef struct private_own_load_sampler_t private_own_load_sampler_t;

/**
 * Private data
 */
struct private_own_load_sampler_t {

	/**
	 * Public interface
	 */
	own_load_sampler_t public;

	/**
	 * Cores this process may use
	 */
	uint32_t cores;

	/**
	 * CPU time of the process at the last sample, in ns, 0 before the first
	 */
	uint64_t cpu;

	/**
	 * Monotonic time of the last sample, in ns
	 */
	uint64_t time;
};

/**
 * Read a clock, in ns.
 */
static uint64_t read_clock(clockid_t clock)
{
	struct timespec ts = {};

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/**
 * CPU time since the last call, in per cent.
 */
static uint32_t sample_cpu(private_own_load_sampler_t *this)
{
	uint64_t cpu, time, used, passed;

	cpu = read_clock(CLOCK_PROCESS_CPUTIME_ID);
	time = read_clock(CLOCK_MONOTONIC);
	used = this->cpu ? cpu - this->cpu : 0;
	passed = (time - this->time) * this->cores;
	this->cpu = cpu;
	this->time = time;
	return passed ? min(used * 100 / passed, 100) : 0;
}

METHOD(own_load_sampler_t, sample, void,
	private_own_load_sampler_t *this, own_load_t *load)
{
	ike_sa_manager_t *manager = charon->ike_sa_manager;
	processor_t *processor = lib->processor;
	uint32_t half_open, total, idle, jobs = 0;
	int i;

	for (i = 0; i < JOB_PRIO_MAX; i++)
	{
		jobs += processor->get_job_load(processor, i);
	}
	total = processor->get_total_threads(processor);
	idle = processor->get_idle_threads(processor);
	half_open = manager->get_half_open_count(manager, NULL, TRUE);
	load->values[OWN_LOAD_SAS] = manager->get_count(manager);
	load->values[OWN_LOAD_HALF_OPEN] = half_open;
	load->values[OWN_LOAD_JOBS] = jobs;
	load->values[OWN_LOAD_WORKERS] = total ? (total - min(idle, total)) * 100 /
											 total : 0;
	load->values[OWN_LOAD_CPU] = sample_cpu(this);
	load->sessions = load->values[OWN_LOAD_SAS] -
					 min(half_open, load->values[OWN_LOAD_SAS]);
}

METHOD(own_load_sampler_t, destroy, void,
	private_own_load_sampler_t *this)
{
	free(this);
}

/*
 * Described in header
 */
own_load_sampler_t *own_load_sampler_create()
{
	private_own_load_sampler_t *this;
	cpu_set_t cores;

	INIT(this,
		.public = {
			.sample = _sample,
			.destroy = _destroy,
		},
		.cores = 1,
	);
	/* asks the kernel, no file that AppArmor would deny */
	if (sched_getaffinity(0, sizeof(cores), &cores) == 0)
	{
		this->cores = max(CPU_COUNT(&cores), 1);
	}
	return &this->public;
}
