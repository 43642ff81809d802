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


#include "cluster_record.h"

#include <inttypes.h>
#include <time.h>

/**
 * What the key is derived for
 */
#define LABEL "strongswan-redirect cluster records"

/**
 * Octets of the MAC, and characters of the line with it
 */
#define MAC_LEN HASH_SIZE_SHA256
#define MAC_LINE_LEN (4 + 2 * MAC_LEN + 1)

/**
 * What this clock shows at least, should it not be set yet: 2026; and how far those
 * of others may be ahead of it: ten years, both in milliseconds.
 */
#define EPOCH_MIN 1767225600000ULL
#define AHEAD_MAX (10 * 365 * 86400000ULL)

typedef struct field_t field_t;

/**
 * A field of a record.
 */
struct field_t {

	/** name of it */
	const char *name;

	/** where it is in the struct */
	size_t offset;

	/** size of a text, 0 for a uint64_t */
	size_t size;

	/** largest number, if not 0; CLUSTER_UNKNOWN is allowed, too */
	uint64_t max;
};

#define NUMBER(type, field, most) \
	{ .name = #field, .offset = offsetof(type, field), .max = most }
#define TEXT(type, field) \
	{ .name = #field, .offset = offsetof(type, field), \
	  .size = sizeof(((type*)NULL)->field) }

static const field_t heartbeat_fields[] = {
	NUMBER(cluster_heartbeat_t, start, 0),
	NUMBER(cluster_heartbeat_t, sequence, 0),
	NUMBER(cluster_heartbeat_t, order, 0),
	NUMBER(cluster_heartbeat_t, state, GATEWAY_DISABLED),
	NUMBER(cluster_heartbeat_t, weight, 65535),
	NUMBER(cluster_heartbeat_t, capacity, UINT32_MAX - 1),
	NUMBER(cluster_heartbeat_t, sessions, UINT32_MAX - 1),
	NUMBER(cluster_heartbeat_t, half_open, UINT32_MAX - 1),
	NUMBER(cluster_heartbeat_t, load, UINT32_MAX - 1),
	NUMBER(cluster_heartbeat_t, draining, 1),
	NUMBER(cluster_heartbeat_t, hash, 0),
	TEXT(cluster_heartbeat_t, version),
	TEXT(cluster_heartbeat_t, addresses),
	TEXT(cluster_heartbeat_t, up),
	TEXT(cluster_heartbeat_t, down),
};

static const field_t order_fields[] = {
	NUMBER(cluster_order_t, sequence, 0),
	NUMBER(cluster_order_t, state, GATEWAY_DISABLED),
	NUMBER(cluster_order_t, weight, 65535),
	NUMBER(cluster_order_t, capacity, UINT32_MAX - 1),
	TEXT(cluster_order_t, by),
};

/**
 * Fields by kind
 */
static const struct {
	const field_t *fields;
	int count;
	size_t size;
} kinds[CLUSTER_KIND_MAX] = {
	{ heartbeat_fields, countof(heartbeat_fields), sizeof(cluster_heartbeat_t) },
	{ order_fields, countof(order_fields), sizeof(cluster_order_t) },
};

const char *const cluster_kinds[] = { "gateway", "order", NULL };

ENUM(cluster_verdict_names, CLUSTER_OK, CLUSTER_AHEAD,
	"accepted",
	"too-long",
	"malformed",
	"of-another-version",
	"forged",
	"replayed",
	"of-a-stranger",
	"outside-of-members",
	"ahead-of-time",
);

/*
 * Described in header
 */
uint64_t cluster_epoch()
{
	return (uint64_t)time(NULL) * 1000;
}

/*
 * Described in header
 */
bool cluster_is_ahead(uint64_t number)
{
	return number > max(cluster_epoch(), (uint64_t)EPOCH_MIN) + AHEAD_MAX;
}

/*
 * Described in header
 */
signer_t *cluster_signer_create(chunk_t secret)
{
	signer_t *signer;
	chunk_t key = chunk_empty;
	prf_t *prf;

	prf = lib->crypto->create_prf(lib->crypto, PRF_HMAC_SHA2_256);
	signer = lib->crypto->create_signer(lib->crypto, AUTH_HMAC_SHA2_256_256);
	if (prf && signer && prf->set_key(prf, secret) &&
		prf->allocate_bytes(prf, chunk_from_str(LABEL), &key) &&
		signer->set_key(signer, key))
	{
		chunk_clear(&key);
		prf->destroy(prf);
		return signer;
	}
	chunk_clear(&key);
	DESTROY_IF(prf);
	DESTROY_IF(signer);
	return NULL;
}

/**
 * Sign what comes before the MAC, for a place in the store.
 */
static bool get_mac(signer_t *signer, cluster_kind_t kind, const char *name,
					chunk_t text, uint8_t mac[MAC_LEN])
{
	chunk_t place = chunk_create((u_char*)name, strlen(name) + 1);

	/* the text begins with the kind */
	return signer->get_signature(signer, place, NULL) &&
		   signer->get_signature(signer, text, mac);
}

/*
 * Described in header
 */
size_t cluster_record_write(signer_t *signer, cluster_kind_t kind,
							const char *name, const void *record,
							char buf[REDIRECT_STORE_VALUE_MAX])
{
	size_t max = REDIRECT_STORE_VALUE_MAX - MAC_LINE_LEN;
	uint8_t mac[MAC_LEN];
	const field_t *field;
	const char *value;
	size_t len;
	int i;

	len = snprintf(buf, max, "redirect 1 %s\n", cluster_kinds[kind]);
	for (i = 0; i < kinds[kind].count && len < max; i++)
	{
		field = &kinds[kind].fields[i];
		value = (const char*)record + field->offset;
		if (field->size)
		{
			len += snprintf(buf + len, max - len, "%s %s\n", field->name, value);
		}
		else
		{
			len += snprintf(buf + len, max - len, "%s %" PRIu64 "\n",
							field->name, *(const uint64_t*)value);
		}
	}
	if (len >= max ||
		!get_mac(signer, kind, name, chunk_create((u_char*)buf, len), mac))
	{
		return 0;
	}
	memcpy(buf + len, "mac ", 4);
	chunk_to_hex(chunk_from_thing(mac), buf + len + 4, FALSE);
	buf[len + MAC_LINE_LEN - 1] = '\n';
	return len + MAC_LINE_LEN;
}

/**
 * Take a word from the front of a text that ends with a line feed.
 *
 * @param end			character it ends with
 * @param word			receives it, without end
 */
static bool take(chunk_t *text, char end, chunk_t *word)
{
	u_char *found = memchr(text->ptr, end, text->len);

	if (!found)
	{
		return FALSE;
	}
	*word = chunk_create(text->ptr, found - text->ptr);
	*text = chunk_skip(*text, word->len + 1);
	return TRUE;
}

/**
 * Read a number: digits only, in the one way to write it.
 */
static bool read_number(chunk_t word, uint64_t max, uint64_t *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < word.len; i++)
	{
		if (word.ptr[i] < '0' || word.ptr[i] > '9' ||
			(i && word.ptr[0] == '0') ||
			__builtin_mul_overflow(*number, 10, number) ||
			__builtin_add_overflow(*number, word.ptr[i] - '0', number))
		{
			return FALSE;
		}
	}
	return word.len && (!max || *number <= max || *number == CLUSTER_UNKNOWN);
}

/**
 * Read a text: printable ASCII, no spaces.
 */
static bool read_text(chunk_t word, size_t size, char *text)
{
	size_t i;

	if (word.len >= size)
	{
		return FALSE;
	}
	for (i = 0; i < word.len; i++)
	{
		if (word.ptr[i] <= ' ' || word.ptr[i] > '~')
		{
			return FALSE;
		}
	}
	memcpy(text, word.ptr, word.len);
	text[word.len] = '\0';
	return TRUE;
}

/**
 * Read all fields.
 */
static bool read_fields(cluster_kind_t kind, chunk_t text, char *record)
{
	const field_t *field;
	chunk_t word;
	int i;

	memset(record, 0, kinds[kind].size);
	for (i = 0; i < kinds[kind].count; i++)
	{
		field = &kinds[kind].fields[i];
		if (!take(&text, ' ', &word) ||
			!chunk_equals(word, chunk_from_str((char*)field->name)) ||
			!take(&text, '\n', &word) ||
			!(field->size ? read_text(word, field->size, record + field->offset)
						  : read_number(word, field->max,
									(uint64_t*)(record + field->offset))))
		{
			return FALSE;
		}
	}
	return !text.len;
}

/*
 * Described in header
 */
cluster_verdict_t cluster_record_read(signer_t *signer, cluster_kind_t kind,
									  const char *name, chunk_t value,
									  void *record)
{
	uint8_t mac[MAC_LEN];
	char hex[2 * MAC_LEN + 1];
	chunk_t text, line;

	if (value.len > REDIRECT_STORE_VALUE_MAX)
	{
		return CLUSTER_TOO_LONG;
	}
	if (value.len <= MAC_LINE_LEN || value.ptr[value.len - 1] != '\n')
	{
		return CLUSTER_MALFORMED;
	}
	text = chunk_create(value.ptr, value.len - MAC_LINE_LEN);
	line = chunk_skip(value, text.len);
	if (!memeq(line.ptr, "mac ", 4))
	{
		return CLUSTER_MALFORMED;
	}
	if (!get_mac(signer, kind, name, text, mac))
	{
		return CLUSTER_FORGED;
	}
	chunk_to_hex(chunk_from_thing(mac), hex, FALSE);
	if (!memeq_const(hex, line.ptr + 4, 2 * MAC_LEN))
	{
		return CLUSTER_FORGED;
	}
	/* all that follows was written by who has the secret */
	if (!take(&text, ' ', &line) || !chunk_equals(line, chunk_from_str("redirect")) ||
		!take(&text, ' ', &line))
	{
		return CLUSTER_MALFORMED;
	}
	if (!chunk_equals(line, chunk_from_str("1")))
	{
		return CLUSTER_VERSION;
	}
	if (!take(&text, '\n', &line) ||
		!chunk_equals(line, chunk_from_str((char*)cluster_kinds[kind])) ||
		!read_fields(kind, text, record))
	{
		return CLUSTER_MALFORMED;
	}
	return CLUSTER_OK;
}
