// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "json.h"
#include "mapping.h"

#define TEXT_MAX	0x100000

/* What systemd allows in the name of a descriptor. */
static bool is_name(const char *name)
{
	size_t len = strlen(name);

	if (!len || len > 255)
		return false;
	for (; *name; name++) {
		if (*name < ' ' || *name > '~' || *name == ':')
			return false;
	}

	return true;
}

static bool has_name(const struct mapping *mapping, const char *name)
{
	for (size_t i = 0; i < mapping->nr; i++) {
		if (!strcmp(mapping->entries[i].name, name))
			return true;
	}

	return false;
}

static void append(struct mapping *mapping, const char *name, u64 token)
{
	mapping->entries = xrealloc(mapping->entries, mapping->nr + 1,
				    sizeof(*mapping->entries));
	mapping->entries[mapping->nr].name = xstrdup(name);
	mapping->entries[mapping->nr++].token = token;
}

int mapping_add(struct mapping *mapping, const char *name, u64 token)
{
	if (!is_name(name))
		return complain("'%s' is no name for a descriptor: expected 1 to 255 ASCII characters, none of them a colon",
				name);
	if (has_name(mapping, name))
		return complain("%s: two descriptors of that name", name);
	append(mapping, name, token);

	return 0;
}

void mapping_free(struct mapping *mapping)
{
	for (size_t i = 0; i < mapping->nr; i++)
		free(mapping->entries[i].name);
	free(mapping->entries);
	*mapping = (struct mapping){};
}

static void write_text(FILE *out, const struct mapping *mapping)
{
	struct json json = { .out = out };

	json_object(&json, NULL);
	json_u64(&json, "version", 1);
	json_object(&json, "units");
	json_object(&json, "luoctl");
	json_array(&json, "fdstore");
	for (size_t i = 0; i < mapping->nr; i++) {
		json_object(&json, NULL);
		json_string(&json, "type", "fd");
		json_string(&json, "name", mapping->entries[i].name);
		json_u64(&json, "token", mapping->entries[i].token);
		json_end(&json);
	}
	json_end(&json);
	json_end(&json);
	json_end(&json);
	json_end(&json);
}

int mapping_memfd(const struct mapping *mapping)
{
	int fd = memfd_create(MAPPING_MEMFD, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	FILE *out = fd < 0 ? NULL : fdopen(dup(fd), "w");
	int err = -1;

	if (out) {
		write_text(out, mapping);
		err = fclose(out);
	}
	if (!err)
		err = fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK |
			    F_SEAL_GROW | F_SEAL_WRITE);
	if (!err)
		return fd;

	complain("cannot write the names of the descriptors: %s",
		 strerror(errno));
	if (fd >= 0)
		close(fd);

	return -1;
}

static const char *read_entry(const struct json_value *entry,
			      struct mapping *mapping)
{
	const struct json_value *type = json_member(entry, "type");
	const struct json_value *name = json_member(entry, "name");
	const struct json_value *token = json_member(entry, "token");

	if (!type || type->type != JSON_STRING)
		return "has an entry without a type";
	if (strcmp(type->string, "fd"))
		return NULL;
	if (!name || name->type != JSON_STRING || !is_name(name->string))
		return "has an entry without a name";
	if (!token || token->type != JSON_NUMBER ||
	    token->number == MAPPING_TOKEN)
		return "has an entry without a token";
	append(mapping, name->string, token->number);

	return NULL;
}

static const char *read_units(const struct json_value *units,
			      struct mapping *mapping)
{
	const struct json_value *unit, *entry;
	const char *wrong = NULL;

	if (!units || units->type != JSON_OBJECT)
		return "has no units";
	for (unit = units->child; unit; unit = unit->next) {
		const struct json_value *store = json_member(unit, "fdstore");

		if (!store || store->type != JSON_ARRAY)
			continue;
		for (entry = store->child; !wrong && entry; entry = entry->next)
			wrong = read_entry(entry, mapping);
	}

	return wrong;
}

static const char *read_text(const char *text, struct mapping *mapping)
{
	struct json_value *root = json_parse(text);
	const struct json_value *version = json_member(root, "version");
	const char *wrong;

	if (!root || root->type != JSON_OBJECT)
		wrong = "is not JSON";
	else if (!version || version->type != JSON_NUMBER ||
		 version->number != 1)
		wrong = "is not of version 1";
	else
		wrong = read_units(json_member(root, "units"), mapping);
	json_free(root);
	if (wrong)
		mapping_free(mapping);

	return wrong;
}

/* The position of the descriptor is left as it is. */
const char *mapping_read(int fd, struct mapping *mapping)
{
	const char *wrong = "cannot be read";
	struct stat st;
	char *text;

	*mapping = (struct mapping){};
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return wrong;
	if (st.st_size > TEXT_MAX)
		return "is too long";
	text = xzalloc(st.st_size + 1);
	if (pread(fd, text, st.st_size, 0) == st.st_size)
		wrong = read_text(text, mapping);
	free(text);

	return wrong;
}
