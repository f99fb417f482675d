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

/* Check that systemd accepts the name for a descriptor. */
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

struct mapping_entry *mapping_find(const struct mapping *mapping,
				   const char *name)
{
	for (size_t i = 0; i < mapping->nr; i++) {
		if (!strcmp(mapping->entries[i].name, name))
			return &mapping->entries[i];
	}

	return NULL;
}

static void append(struct mapping *mapping, const char *name, u64 token)
{
	mapping->entries = xrealloc(mapping->entries, mapping->nr + 1,
				    sizeof(*mapping->entries));
	mapping->entries[mapping->nr++] = (struct mapping_entry){
		.name = xstrdup(name),
		.size = MAPPING_SIZE_UNKNOWN,
		.files = MAPPING_NO_DIRECTORY,
		.token = token,
	};
}

int mapping_add(struct mapping *mapping, const char *name, u64 token)
{
	if (!is_name(name))
		return complain("'%s' is not a valid name: expected 1 to 255 printable ASCII characters, none of them a colon",
				name);
	if (mapping_find(mapping, name))
		return complain("%s: two descriptors have that name", name);
	append(mapping, name, token);

	return 0;
}

static void free_entry(struct mapping_entry *entry)
{
	free(entry->name);
	free(entry->cgroup);
}

void mapping_remove(struct mapping *mapping, size_t index)
{
	struct mapping_entry *entry = &mapping->entries[index];

	free_entry(entry);
	mapping->nr--;
	memmove(entry, entry + 1, (mapping->nr - index) * sizeof(*entry));
}

void mapping_free(struct mapping *mapping)
{
	for (size_t i = 0; i < mapping->nr; i++)
		free_entry(&mapping->entries[i]);
	free(mapping->entries);
	*mapping = (struct mapping){};
}

static void write_owner(struct json *json, const struct mapping_entry *entry)
{
	if (!entry->has_owner)
		return;
	json_number(json, "mode", entry->mode);
	json_number(json, "uid", entry->uid);
	json_number(json, "gid", entry->gid);
}

static void write_text(FILE *out, const struct mapping *mapping)
{
	struct json json = {};

	json_open_object(&json, NULL);
	json_number(&json, "version", 1);
	json_open_object(&json, "units");
	json_open_object(&json, "luoctl");
	json_open_array(&json, "fdstore");
	for (size_t i = 0; i < mapping->nr; i++) {
		json_open_object(&json, NULL);
		json_string(&json, "type", "fd");
		json_string(&json, "name", mapping->entries[i].name);
		json_number(&json, "token", mapping->entries[i].token);
		if (mapping->entries[i].size != MAPPING_SIZE_UNKNOWN)
			json_number(&json, "size", mapping->entries[i].size);
		if (mapping->entries[i].files != MAPPING_NO_DIRECTORY)
			json_number(&json, "files", mapping->entries[i].files);
		if (mapping->entries[i].cgroup)
			json_string(&json, "cgroup", mapping->entries[i].cgroup);
		write_owner(&json, &mapping->entries[i]);
		json_close(&json);
	}
	json_close(&json);
	json_close(&json);
	json_close(&json);
	json_close(&json);
	json_write(&json, out);
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

/* Read a token: an integer other than MAPPING_TOKEN. */
static bool read_token(const struct json_object *token, u64 *value)
{
	if (!json_object_is_type(token, json_type_int))
		return false;
	*value = json_object_get_uint64(token);

	return *value != MAPPING_TOKEN;
}

static void read_owner(const struct json_object *object,
		       struct mapping_entry *entry)
{
	struct json_object *mode = json_object_object_get(object, "mode");
	struct json_object *uid = json_object_object_get(object, "uid");
	struct json_object *gid = json_object_object_get(object, "gid");

	entry->has_owner = json_object_is_type(mode, json_type_int) &&
			   json_object_is_type(uid, json_type_int) &&
			   json_object_is_type(gid, json_type_int);
	if (!entry->has_owner)
		return;
	entry->mode = json_object_get_uint64(mode) & 07777;
	entry->uid = json_object_get_uint64(uid);
	entry->gid = json_object_get_uint64(gid);
}

/* Read a control group. An invalid one counts as none: the files are there without it. */
static char *read_cgroup(const struct json_object *object)
{
	struct json_object *cgroup = json_object_object_get(object, "cgroup");
	const char *path;

	if (!json_object_is_type(cgroup, json_type_string))
		return NULL;
	path = json_object_get_string(cgroup);

	return *path == '/' && !strstr(path, "/..") ? xstrdup(path) : NULL;
}

/* Read a number, which is ~0 if it is absent. */
static u64 read_number(const struct json_object *object, const char *name)
{
	struct json_object *number = json_object_object_get(object, name);

	return json_object_is_type(number, json_type_int) ?
	       json_object_get_uint64(number) : ~0ULL;
}

static const char *read_entry(const struct json_object *object,
			      struct mapping *mapping)
{
	struct json_object *type, *name, *token;
	struct mapping_entry *entry;
	u64 number;

	type = json_object_object_get(object, "type");
	name = json_object_object_get(object, "name");
	token = json_object_object_get(object, "token");
	if (!json_object_is_type(type, json_type_string))
		return "has an entry without a type";
	if (strcmp(json_object_get_string(type), "fd"))
		return NULL;
	if (!json_object_is_type(name, json_type_string) ||
	    !is_name(json_object_get_string(name)))
		return "has an entry without a name";
	if (!read_token(token, &number))
		return "has an entry without a token";
	append(mapping, json_object_get_string(name), number);
	entry = &mapping->entries[mapping->nr - 1];
	entry->size = read_number(object, "size");
	entry->files = read_number(object, "files");
	entry->cgroup = read_cgroup(object);
	read_owner(object, entry);

	return NULL;
}

static const char *read_units(struct json_object *units,
			      struct mapping *mapping)
{
	const char *wrong = NULL;

	if (!json_object_is_type(units, json_type_object))
		return "has no units";
	json_object_object_foreach(units, key, unit) {
		struct json_object *store;

		(void)key;
		if (!json_object_is_type(unit, json_type_object))
			continue;
		store = json_object_object_get(unit, "fdstore");
		if (!json_object_is_type(store, json_type_array))
			continue;
		for (size_t i = 0; !wrong && i < json_object_array_length(store);
		     i++)
			wrong = read_entry(json_object_array_get_idx(store, i),
					   mapping);
	}

	return wrong;
}

static const char *read_text(const char *text, size_t size,
			     struct mapping *mapping)
{
	struct json_object *root = json_parse(text, size), *version;
	const char *wrong;

	if (!json_object_is_type(root, json_type_object)) {
		wrong = "is not JSON";
	} else {
		version = json_object_object_get(root, "version");
		if (!json_object_is_type(version, json_type_int) ||
		    json_object_get_int64(version) != 1)
			wrong = "is not of version 1";
		else
			wrong = read_units(json_object_object_get(root,
								  "units"),
					   mapping);
	}
	json_object_put(root);
	if (wrong)
		mapping_free(mapping);

	return wrong;
}

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
		wrong = read_text(text, st.st_size, mapping);
	free(text);

	return wrong;
}
