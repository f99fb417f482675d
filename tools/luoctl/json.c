// SPDX-License-Identifier: GPL-2.0
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

/* What is not ASCII passes as it is, and is UTF-8 if it was. */
static void write_quoted(FILE *out, const char *text)
{
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if ((unsigned char)*text < 0x20)
			fprintf(out, "\\u%04x", *text);
		else
			putc(*text, out);
	}
	putc('"', out);
}

static void begin(struct json *json, const char *key)
{
	if (json->more)
		putc(',', json->out);
	if (json->depth)
		fprintf(json->out, "\n%*s", 2 * json->depth, "");
	if (key) {
		write_quoted(json->out, key);
		fputs(": ", json->out);
	}
	json->more = true;
}

static void open_level(struct json *json, const char *key, char opening,
		       char closing)
{
	begin(json, key);
	putc(opening, json->out);
	assert(json->depth < sizeof(json->closing));
	json->closing[json->depth++] = closing;
	json->more = false;
}

void json_object(struct json *json, const char *key)
{
	open_level(json, key, '{', '}');
}

void json_array(struct json *json, const char *key)
{
	open_level(json, key, '[', ']');
}

void json_end(struct json *json)
{
	json->depth--;
	if (json->more)
		fprintf(json->out, "\n%*s", 2 * json->depth, "");
	putc(json->closing[json->depth], json->out);
	json->more = true;
	if (!json->depth)
		putc('\n', json->out);
}

void json_string(struct json *json, const char *key, const char *value)
{
	begin(json, key);
	if (value)
		write_quoted(json->out, value);
	else
		fputs("null", json->out);
}

void json_u64(struct json *json, const char *key, u64 value)
{
	begin(json, key);
	fprintf(json->out, "%llu", value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	begin(json, key);
	fputs(value ? "true" : "false", json->out);
}

#define DEPTH_MAX	16

struct parser {
	const char *at;
	unsigned int depth;
};

static bool parse_value(struct parser *parser, struct json_value *value);

static void skip_space(struct parser *parser)
{
	while (*parser->at && strchr(" \t\r\n", *parser->at))
		parser->at++;
}

static bool take(struct parser *parser, const char *word)
{
	size_t len = strlen(word);

	skip_space(parser);
	if (strncmp(parser->at, word, len))
		return false;
	parser->at += len;

	return true;
}

/* \uXXXX as UTF-8. Halves of a pair are not put together: no name has them. */
static bool parse_unicode(struct parser *parser, char **to)
{
	unsigned int code = 0;

	for (int i = 0; i < 4; i++) {
		int digit = *parser->at++;

		if (!isxdigit(digit))
			return false;
		code = code << 4 | (isdigit(digit) ? digit - '0' :
				    tolower(digit) - 'a' + 10);
	}
	if (!code || (code >= 0xd800 && code < 0xe000))
		return false;
	if (code < 0x80) {
		*(*to)++ = code;
	} else if (code < 0x800) {
		*(*to)++ = 0xc0 | code >> 6;
		*(*to)++ = 0x80 | (code & 0x3f);
	} else {
		*(*to)++ = 0xe0 | code >> 12;
		*(*to)++ = 0x80 | (code >> 6 & 0x3f);
		*(*to)++ = 0x80 | (code & 0x3f);
	}

	return true;
}

static bool parse_escape(struct parser *parser, char **to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (*parser->at == 'u') {
		parser->at++;
		return parse_unicode(parser, to);
	}
	found = *parser->at ? strchr(from, *parser->at) : NULL;
	if (!found)
		return false;
	*(*to)++ = into[found - from];
	parser->at++;

	return true;
}

/* What is read is never longer than how it is written. */
static bool parse_string(struct parser *parser, char **string)
{
	char *to;

	if (!take(parser, "\""))
		return false;
	to = *string = xzalloc(strlen(parser->at) + 1);
	while (*parser->at != '"') {
		if ((unsigned char)*parser->at < 0x20)
			return false;
		if (*parser->at != '\\') {
			*to++ = *parser->at++;
			continue;
		}
		parser->at++;
		if (!parse_escape(parser, &to))
			return false;
	}
	parser->at++;

	return true;
}

/* Members of an object, or elements of an array, up to its end. */
static bool parse_children(struct parser *parser, struct json_value *value,
			   const char *end)
{
	struct json_value **link = &value->child;

	if (++parser->depth > DEPTH_MAX)
		return false;
	while (!take(parser, end)) {
		if (value->child && !take(parser, ","))
			return false;
		*link = xzalloc(sizeof(**link));
		if (value->type == JSON_OBJECT &&
		    (!parse_string(parser, &(*link)->key) ||
		     !take(parser, ":")))
			return false;
		if (!parse_value(parser, *link))
			return false;
		link = &(*link)->next;
	}
	parser->depth--;

	return true;
}

static bool parse_number(struct parser *parser, u64 *number)
{
	char *end;

	if (!isdigit((unsigned char)*parser->at))
		return false;
	errno = 0;
	*number = strtoull(parser->at, &end, 10);
	parser->at = end;

	return !errno && !strchr(".eE", *end ?: ',');
}

static bool parse_value(struct parser *parser, struct json_value *value)
{
	if (take(parser, "{")) {
		value->type = JSON_OBJECT;
		return parse_children(parser, value, "}");
	}
	if (take(parser, "[")) {
		value->type = JSON_ARRAY;
		return parse_children(parser, value, "]");
	}
	if (*parser->at == '"') {
		value->type = JSON_STRING;
		return parse_string(parser, &value->string);
	}
	if (take(parser, "null"))
		return true;
	value->type = JSON_BOOL;
	value->number = take(parser, "true");
	if (value->number || take(parser, "false"))
		return true;
	value->type = JSON_NUMBER;

	return parse_number(parser, &value->number);
}

struct json_value *json_parse(const char *text)
{
	struct parser parser = { .at = text };
	struct json_value *value = xzalloc(sizeof(*value));

	if (parse_value(&parser, value)) {
		skip_space(&parser);
		if (!*parser.at)
			return value;
	}
	json_free(value);

	return NULL;
}

void json_free(struct json_value *value)
{
	while (value) {
		struct json_value *next = value->next;

		json_free(value->child);
		free(value->key);
		free(value->string);
		free(value);
		value = next;
	}
}

const struct json_value *json_member(const struct json_value *object,
				     const char *key)
{
	if (!object || object->type != JSON_OBJECT)
		return NULL;
	for (object = object->child; object; object = object->next) {
		if (!strcmp(object->key, key))
			return object;
	}

	return NULL;
}
