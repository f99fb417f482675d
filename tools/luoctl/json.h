/* SPDX-License-Identifier: GPL-2.0 */
/*
 * json - documents, written and parsed by json-c. The layout of those that
 * luoctl prints is in Documentation/admin-guide/luoctl-json.rst. @key is NULL in
 * an array and for the outermost value.
 */
#ifndef LUOCTL_JSON_H
#define LUOCTL_JSON_H

#include <json-c/json.h>

#include "util.h"

#define JSON_DEPTH_MAX	16

/* A document that is being written: objects and arrays that are open. */
struct json {
	struct json_object *open[JSON_DEPTH_MAX];
	unsigned int depth;
};

void json_open_object(struct json *json, const char *key);
void json_open_array(struct json *json, const char *key);
/* Close the innermost object or array. */
void json_close(struct json *json);
/* A @value of NULL is null. */
void json_string(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, u64 value);
/* A 64-bit identifier is a string: other programs read numbers as doubles. */
void json_id(struct json *json, const char *key, u64 value);
void json_boolean(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* Write the document with a newline, and free it. All levels are closed. */
void json_write(struct json *json, FILE *out);

/*
 * Parse a document. Returns NULL if the text is not JSON, or is nested deeper than
 * JSON_DEPTH_MAX. json_object_put() frees it.
 */
struct json_object *json_parse(const char *text, size_t size);

#endif
