/* SPDX-License-Identifier: GPL-2.0 */
/*
 * json - write and parse JSON documents with json-c. Documentation/admin-guide/
 * luoctl-json.rst describes the documents that luoctl prints. @key is NULL in an array
 * and for the outermost value.
 */
#ifndef LUOCTL_JSON_H
#define LUOCTL_JSON_H

#include <json-c/json.h>

#include "util.h"

#define JSON_DEPTH_MAX	16

/* A document that is being written, with the objects and arrays that are open. */
struct json {
	struct json_object *open[JSON_DEPTH_MAX];
	unsigned int depth;
};

void json_open_object(struct json *json, const char *key);
void json_open_array(struct json *json, const char *key);
/* Close the innermost object or array. */
void json_close(struct json *json);
/* Write null if @value is NULL. */
void json_string(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, u64 value);
/* Write a 64-bit identifier as a string, because many programs read numbers as doubles. */
void json_id(struct json *json, const char *key, u64 value);
void json_boolean(struct json *json, const char *key, bool value);
void json_null(struct json *json, const char *key);

/* Write the document with a newline, and free it. All levels must be closed. */
void json_write(struct json *json, FILE *out);

/*
 * Parse a document. The caller frees it with json_object_put(). Returns NULL if the text
 * is not JSON, or is nested deeper than JSON_DEPTH_MAX.
 */
struct json_object *json_parse(const char *text, size_t size);

#endif
