// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "json.h"

static void add(struct json *json, const char *key, struct json_object *value)
{
	struct json_object *parent;

	if (!json->depth) {
		json->open[0] = value;
		return;
	}
	parent = json->open[json->depth - 1];
	if (key)
		json_object_object_add(parent, key, value);
	else
		json_object_array_add(parent, value);
}

static void open_level(struct json *json, const char *key,
		       struct json_object *value)
{
	add(json, key, value);
	assert(json->depth < JSON_DEPTH_MAX);
	json->open[json->depth++] = value;
}

void json_open_object(struct json *json, const char *key)
{
	open_level(json, key, json_object_new_object());
}

void json_open_array(struct json *json, const char *key)
{
	open_level(json, key, json_object_new_array());
}

void json_close(struct json *json)
{
	json->depth--;
}

void json_string(struct json *json, const char *key, const char *value)
{
	add(json, key, value ? json_object_new_string(value) : NULL);
}

void json_number(struct json *json, const char *key, u64 value)
{
	add(json, key, json_object_new_uint64(value));
}

void json_id(struct json *json, const char *key, u64 value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", value);
	json_string(json, key, text);
}

void json_boolean(struct json *json, const char *key, bool value)
{
	add(json, key, json_object_new_boolean(value));
}

void json_null(struct json *json, const char *key)
{
	add(json, key, NULL);
}

void json_write(struct json *json, FILE *out)
{
	assert(!json->depth);
	fputs(json_object_to_json_string_ext(json->open[0],
					     JSON_C_TO_STRING_PRETTY |
					     JSON_C_TO_STRING_SPACED |
					     JSON_C_TO_STRING_NOSLASHESCAPE),
	      out);
	putc('\n', out);
	json_object_put(json->open[0]);
	json->open[0] = NULL;
}

struct json_object *json_parse(const char *text, size_t size)
{
	/* json-c counts one level more, for the value in the innermost array. */
	struct json_tokener *tokener =
		json_tokener_new_ex(JSON_DEPTH_MAX + 1);
	struct json_object *value;
	size_t end;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
			       JSON_TOKENER_ALLOW_TRAILING_CHARS);
	value = json_tokener_parse_ex(tokener, text, size);
	end = json_tokener_get_parse_end(tokener);
	while (end < size && isspace((unsigned char)text[end]))
		end++;
	if (json_tokener_get_error(tokener) != json_tokener_success ||
	    end < size) {
		json_object_put(value);
		value = NULL;
	}
	json_tokener_free(tokener);

	return value;
}
