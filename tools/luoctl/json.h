/* SPDX-License-Identifier: GPL-2.0 */
/*
 * json - writes JSON as it goes, and reads small documents into a tree. @key is
 * NULL in an array and for the outermost value.
 */
#ifndef LUOCTL_JSON_H
#define LUOCTL_JSON_H

#include "util.h"

struct json {
	FILE *out;
	unsigned int depth;
	bool more;		/* something precedes on this level */
	char closing[16];
};

void json_object(struct json *json, const char *key);
void json_array(struct json *json, const char *key);
/* Ends the innermost object or array; with the outermost goes a newline. */
void json_end(struct json *json);
/* A @value of NULL is null. */
void json_string(struct json *json, const char *key, const char *value);
void json_u64(struct json *json, const char *key, u64 value);
void json_bool(struct json *json, const char *key, bool value);

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY,
		 JSON_OBJECT };

struct json_value {
	enum json_type type;
	char *key;
	char *string;
	u64 number;		/* and whether a JSON_BOOL is true */
	struct json_value *child;
	struct json_value *next;
};

/*
 * Returns NULL where @text is no JSON, is nested deeper than it should be, or
 * has a number that is not an unsigned integer.
 */
struct json_value *json_parse(const char *text);
void json_free(struct json_value *value);
/* NULL if there is none, or @object is none. */
const struct json_value *json_member(const struct json_value *object,
				     const char *key);

#endif
