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
 * @defgroup config_scan config_scan
 * @{ @ingroup redirect
 */

#ifndef CONFIG_SCAN_H_
#define CONFIG_SCAN_H_

/**
 * Longest name of a section with those above it; what is longer is left out.
 */
#define CONFIG_SCAN_PATH 1024

typedef enum config_scan_kind_t config_scan_kind_t;

/**
 * What is found in the text of a strongswan.conf.
 */
enum config_scan_kind_t {
	/** a section begins */
	CONFIG_SCAN_SECTION,
	/** a key with a value, text */
	CONFIG_SCAN_VALUE,
	/** a key without one, not even "" */
	CONFIG_SCAN_NO_VALUE,
	/** a file to include that cannot be read; text tells which, where and why */
	CONFIG_SCAN_UNREAD,
	/** files that are included without end; text tells which. The last that is
	 * found */
	CONFIG_SCAN_ENDLESS,
};

/**
 * Receives what is found.
 *
 * @param data			as given to config_scan()
 * @param kind			what it is
 * @param path			section it is in, each element with a dot at the end
 * @param name			name of the key or section, or "include"
 * @param text			see kind, else NULL
 * @param file			file it is in
 * @param line			line in that
 */
typedef void (*config_scan_cb_t)(void *data, config_scan_kind_t kind,
								 const char *path, const char *name,
								 const char *text, const char *file, int line);

/**
 * Read the text of a strongswan.conf and of the files it includes, as charon's
 * parser does, for what settings_t does not keep: where things stand, and how
 * often. Ends with files that include themselves.
 *
 * @param file			file that is read
 * @param above			section the file is included in, e.g. "charon.plugins.";
 *						empty if it is a whole strongswan.conf
 * @param found			called for everything that is found, in its order
 * @param data			data for it
 */
void config_scan(const char *file, const char *above, config_scan_cb_t found,
				 void *data);

#endif /** CONFIG_SCAN_H_ @}*/
