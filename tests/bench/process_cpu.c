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

#include "process_cpu.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>

uint64_t process_cpu(pid_t pid)
{
	struct dirent *entry;
	char path[512];
	uint64_t ns, sum = 0;
	FILE *file;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	if (!dir)
	{
		return 0;
	}
	while ((entry = readdir(dir)))
	{
		if (entry->d_name[0] == '.')
		{
			continue;
		}
		snprintf(path, sizeof(path), "/proc/%d/task/%s/schedstat", (int)pid,
				 entry->d_name);
		file = fopen(path, "r");
		if (file)
		{
			if (fscanf(file, "%" SCNu64, &ns) == 1)
			{
				sum += ns;
			}
			fclose(file);
		}
	}
	closedir(dir);
	return sum;
}
