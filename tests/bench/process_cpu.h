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
 * CPU time of a process with all its threads, from /proc/PID/task.
 */

#ifndef PROCESS_CPU_H_
#define PROCESS_CPU_H_

#include <stdint.h>
#include <sys/types.h>

/**
 * Get the CPU time used so far, including what the kernel does in system
 * calls of the process.
 *
 * @param pid		process
 * @return			nanoseconds, 0 if there is no such process
 */
uint64_t process_cpu(pid_t pid);

#endif /** PROCESS_CPU_H_ */
