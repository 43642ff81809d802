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
 * @defgroup list list
 * @{ @ingroup redirectctl
 */

#ifndef LIST_H_
#define LIST_H_

#include "redirectctl.h"

/**
 * Fill in a row of a table from a message.
 */
typedef void (*list_row_t)(output_table_t *table, vici_message_t *message);

/**
 * Ask for something that is streamed, and write it: a table for people, an
 * array of objects in JSON.
 *
 * @param command		command of the control socket
 * @param event			event it streams
 * @param request		arguments, adopted; may be NULL
 * @param columns		columns of the table
 * @param count			number of columns
 * @param row			fills in a row
 * @param nobody		what to say if there is none, because of the arguments;
 *						NULL if that is fine
 * @return				exit_code_t, EXIT_NOBODY if there is none and that is told
 */
int list(const char *command, const char *event, vici_message_t *request,
		 const output_column_t *columns, int count, list_row_t row,
		 const char *nobody);

/**
 * Join the values of a list.
 *
 * @param name			name of the list, at the top level of the message
 * @param buf			receives the values with ", " between them, cut
 * @param len			size of buf
 * @return				buf
 */
char *list_join(vici_message_t *message, const char *name, char *buf,
				size_t len);

#endif /** LIST_H_ @}*/
