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

#include "identity_list.h"

#include <ctype.h>
#include <stdio.h>

/**
 * A list that is being read
 */
typedef struct {

	/** section and key, for errors */
	const config_section_t *section;
	const char *key;

	/** identities */
	array_t *ids;

	/** parts of a distinguished name that is not complete yet, char* that are
	 * borrowed from the list */
	array_t *parts;

	/** FALSE as soon as there was an error */
	bool good;

} reader_t;

/**
 * Complain about an element.
 */
static void refuse(reader_t *this, const char *element, const char *why)
{
	config_section_error(this->section, this->key, element, "%s", why);
	this->good = FALSE;
}

/**
 * Length of the type of a part, e.g. of "CN" in "CN = carol".
 */
static size_t type_len(const char *part)
{
	return strcspn(part, " \t=");
}

/**
 * Compare the types of two parts.
 */
static bool same_type(const char *a, const char *b)
{
	return type_len(a) == type_len(b) && strncaseeq(a, b, type_len(a));
}

/**
 * Check whether parts that follow each other are of one name: a type may be
 * repeated (OU, or CN in a directory of Microsoft), but it does not come again
 * behind another one, and does not make a name alone, unless it is DC.
 */
static bool is_one_name(array_t *parts)
{
	char *a, *b, *before = "";
	bool same = TRUE;
	int i, j;

	for (i = 0; array_get(parts, i, &a); i++)
	{
		same = same && (!i || same_type(a, before));
		for (j = 0; i && !same_type(a, before) && j < i; j++)
		{
			array_get(parts, j, &b);
			if (same_type(a, b))
			{
				return FALSE;
			}
		}
		before = a;
	}
	return i < 2 || !same || strncaseeq(before, "DC", type_len(before));
}

/**
 * Join the parts of a distinguished name. If one of them contains a comma, with
 * slashes, as strongSwan knows no other way to write it.
 *
 * @return				text, allocated; NULL if it cannot be written
 */
static char *join(array_t *parts)
{
	bool comma = FALSE, slash = FALSE;
	char *part, *buf;
	size_t len;
	FILE *out;
	int i;

	for (i = 0; array_get(parts, i, &part); i++)
	{
		comma = comma || strchr(part, ',');
		slash = slash || strchr(part, '/');
	}
	if (comma && slash)
	{
		return NULL;
	}
	out = open_memstream(&buf, &len);
	for (i = 0; array_get(parts, i, &part); i++)
	{
		fprintf(out, "%s%s", comma ? "/" : i ? ", " : "", part);
	}
	fclose(out);
	return buf;
}

/**
 * Check whether an asterisk in a distinguished name is anything but the whole
 * value of a part.
 */
static bool has_partial_wildcard(const char *dn)
{
	char *pos, sep = *dn == '/' ? '/' : ',';
	const char *before, *behind;

	for (pos = strchr(dn, '*'); pos; pos = strchr(pos + 1, '*'))
	{
		for (before = pos - 1; before > dn && *before == ' '; before--);
		for (behind = pos + 1; *behind == ' '; behind++);
		if (before < dn || *before != '=' || (*behind && *behind != sep))
		{
			return TRUE;
		}
	}
	return FALSE;
}

/**
 * Check whether a text is an address with wildcards.
 */
static bool is_wild_address(const char *text)
{
	return strchr(text, '*') && strpbrk(text, "0123456789") &&
		   ((strchr(text, '.') && !text[strspn(text, "0123456789.*?")]) ||
			(strchr(text, ':') && !text[strspn(text, "0123456789abcdefABCDEF:*?")]));
}

/**
 * Find out why an identity is none that a client could have: strongSwan takes any
 * text, but makes something else of it.
 *
 * @return				reason, NULL if there is nothing wrong
 */
static const char *why_nobody(identification_t *id, const char *text)
{
	chunk_t encoding = id->get_encoding(id);
	const char *hex = strpfx(text, "@#") ? text + 1 : strstr(text, ":#");
	size_t unit = 0;

	switch (id->get_type(id))
	{
		case ID_ANY:
		case ID_DER_ASN1_DN:
			return NULL;
		case ID_IPV4_ADDR:
			unit = 4;
			break;
		case ID_IPV6_ADDR:
			unit = 16;
			break;
		case ID_IPV4_ADDR_SUBNET:
		case ID_IPV4_ADDR_RANGE:
			unit = 8;
			break;
		case ID_IPV6_ADDR_SUBNET:
		case ID_IPV6_ADDR_RANGE:
			unit = 32;
			break;
		default:
			break;
	}
	/* what is taken as it stands has no hexadecimal digits */
	if (hex && !chunk_equals(encoding, chunk_from_str((char*)text)))
	{
		hex += strcspn(hex, "#") + 1;
		if (!*hex || hex[strspn(hex, "0123456789abcdefABCDEF:")])
		{
			return "hexadecimal digits must follow the #";
		}
	}
	if (!encoding.len)
	{
		return "nothing is left of it: no identity is empty, and a # that is not in "
			   "quotes begins a comment";
	}
	if (unit && encoding.len != unit)
	{
		return "not the octets of an address: write it without a type in front, as in "
			   "192.0.2.1";
	}
	return NULL;
}

/**
 * Add an identity.
 *
 * @param parts			number of parts of a distinguished name, 0 if it is not
 *						made of such
 */
static void add(reader_t *this, char *text, int parts)
{
	identification_t *id = identification_create_from_string(text);
	bool dn = id->get_type(id) == ID_DER_ASN1_DN;
	const char *why = why_nobody(id, text);

	array_insert_create(&this->ids, ARRAY_TAIL, id);
	if (why)
	{
		refuse(this, text, why);
	}
	else if (dn && has_partial_wildcard(text))
	{
		refuse(this, text, "an asterisk never matches there, in a distinguished "
			   "name it stands for the whole value of a part, as in CN=*");
	}
	else if (!dn && (parts > 1 || (parts && *text == '/')))
	{
		refuse(this, text, "not a distinguished name");
	}
	else if (!dn && parts)
	{
		config_section_warn(this->section, this->key, text, "not a distinguished "
							"name, so it is compared with key IDs");
	}
	else if (is_wild_address(text))
	{
		refuse(this, text, "an address has no wildcards, give a subnet instead, "
			   "as in 192.0.2.0/24");
	}
}

/**
 * Complete a distinguished name.
 */
static void complete(reader_t *this)
{
	int count = array_count(this->parts);
	char *text;

	if (!count)
	{
		return;
	}
	text = join(this->parts);
	if (!text)
	{
		array_get(this->parts, ARRAY_HEAD, &text);
		refuse(this, text, "a distinguished name with both a comma and a slash "
			   "in its values cannot be written");
		text = NULL;
	}
	else if (!is_one_name(this->parts))
	{
		refuse(this, text, "this would be one distinguished name; write several "
			   "with slashes (/C=CH/CN=moon, /C=CH/CN=sun), or give each a rule");
	}
	else
	{
		add(this, text, count);
	}
	free(text);
	while (array_remove(this->parts, ARRAY_TAIL, NULL));
}

/**
 * Read an element.
 *
 * @param before		element before it, NULL if there is none
 */
static void read_element(reader_t *this, char *element, char *before,
						 bool parts)
{
	bool slashes = parts && *element == '/';

	if (parts && element[strcspn(element, ":=")] == '=' && !slashes)
	{
		if (before && *before == '/')
		{
			refuse(this, element, "write a comma in a distinguished name as \\, (in "
				   "quotes \\\\,)");
			return;
		}
		array_insert(this->parts, ARRAY_TAIL, element);
		return;
	}
	if (parts && before && !slashes && !strchr(element, '@') &&
		(array_count(this->parts) || *before == '/'))
	{
		refuse(this, element, "is it part of the distinguished name before it? "
			   "Write a comma in one as \\, (in quotes \\\\,) and other identities "
			   "in front of it");
	}
	complete(this);
	add(this, element, slashes ? 1 : 0);
}

/*
 * Described in header
 */
array_t *identity_list_read(const config_section_t *section, const char *key,
							array_t *list, bool parts, bool *good)
{
	reader_t this = {
		.section = section,
		.key = key,
		.parts = array_create(0, 0),
		.good = TRUE,
	};
	char *element, *before = NULL;
	int i;

	for (i = 0; array_get(list, i, &element); i++)
	{
		read_element(&this, element, before, parts);
		before = element;
	}
	complete(&this);
	array_destroy(this.parts);
	config_list_destroy(list);
	*good = *good && this.good;
	return this.ids;
}

/*
 * Described in header
 */
bool identity_text_matches(chunk_t text, chunk_t pattern, bool covers)
{
	size_t t = 0, p = 0, star = SIZE_MAX, from = 0;

	while (t < text.len)
	{
		if (p < pattern.len && pattern.ptr[p] == '*')
		{	/* matches nothing at first, one more with each return to it */
			star = p++;
			from = t;
		}
		else if (p < pattern.len &&
				 ((pattern.ptr[p] == '?' && !(covers && text.ptr[t] == '*')) ||
				  tolower(pattern.ptr[p]) == tolower(text.ptr[t])))
		{
			p++;
			t++;
		}
		else if (star != SIZE_MAX)
		{
			p = star + 1;
			t = ++from;
		}
		else
		{
			return FALSE;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
	{
		p++;
	}
	return p == pattern.len;
}

/**
 * Check whether the encoding of an identity is a text.
 */
static bool is_text(identification_t *id)
{
	switch (id->get_type(id))
	{
		case ID_FQDN:
		case ID_RFC822_ADDR:
		case ID_KEY_ID:
			return TRUE;
		default:
			return FALSE;
	}
}

/**
 * Check whether an identity has wildcards that strongSwan takes literally.
 */
static bool has_wildcards(identification_t *pattern)
{
	chunk_t text = pattern->get_encoding(pattern);

	return is_text(pattern) && text.len &&
		   (memchr(text.ptr, '?', text.len) ||
			memchr(text.ptr + 1, '*', text.len - 1));
}

/*
 * Described in header
 */
bool identity_matches(identification_t *id, identification_t *pattern)
{
	return id->matches(id, pattern) != ID_MATCH_NONE ||
		   (has_wildcards(pattern) && is_text(id) &&
			identity_text_matches(id->get_encoding(id),
								  pattern->get_encoding(pattern), FALSE));
}

/*
 * Described in header
 */
bool identity_covers(identification_t *general, identification_t *special)
{
	chunk_t text = general->get_encoding(general);

	if (is_text(general) && (!text.len || *text.ptr != '*') &&
		!has_wildcards(general))
	{
		return special->equals(special, general);
	}
	if (has_wildcards(general))
	{
		return is_text(special) &&
			   identity_text_matches(special->get_encoding(special),
									 general->get_encoding(general), TRUE);
	}
	/* matches more types of identities than strongSwan does, but only one of
	 * them has an at sign */
	return (!has_wildcards(special) ||
			special->get_type(special) == ID_RFC822_ADDR) &&
		   special->matches(special, general) != ID_MATCH_NONE;
}

/*
 * Described in header
 */
void identity_list_destroy(array_t *ids)
{
	array_destroy_offset(ids, offsetof(identification_t, destroy));
}
