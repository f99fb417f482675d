// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "compat.h"
#include "running.h"

#define SYSFS_MAX	0x100000
#define RECORDS_MAX	((size_t)1 << 30)

static int read_kernel_notes(struct catalogue *catalogue)
{
	static const char path[] = "/sys/kernel/notes";
	struct bytes notes;
	int ret;

	if (read_file(path, SYSFS_MAX, &notes))
		return errno == ENOENT ? 0 :
		       complain("%s: %s", path, strerror(errno));
	ret = catalogue_add_notes(catalogue, &notes, path);
	free(notes.data);

	return ret;
}

static int read_module_notes(struct catalogue *catalogue, const char *module)
{
	struct bytes notes;
	char *path = xasprintf("/sys/module/%s/notes/.note.LUO", module);
	int ret = 0;

	/* Most modules have none. */
	if (!read_file(path, SYSFS_MAX, &notes)) {
		ret = catalogue_add_notes(catalogue, &notes, path);
		free(notes.data);
	}
	free(path);

	return ret;
}

static int read_modules(struct catalogue *catalogue)
{
	DIR *modules = opendir("/sys/module");
	struct dirent *module;
	int ret = 0;

	if (!modules)
		return 0;
	while (!ret && (module = readdir(modules))) {
		if (module->d_name[0] != '.')
			ret = read_module_notes(catalogue, module->d_name);
	}
	closedir(modules);

	return ret;
}

/* Read a list such as "1,0" from a file of a kind. Sets @flag, or selects if it is 0. */
static void read_versions(struct kind *kind, const char *file, u32 flag)
{
	char *path = xasprintf(SYSFS_OBJECTS "/%s/%s", kind->name, file);
	char *rest, *number;
	struct bytes list;
	u64 value;

	if (!read_file(path, SYSFS_MAX, &list)) {
		rest = (char *)list.data;
		rest[strcspn(rest, "\n")] = 0;
		while ((number = strsep(&rest, ","))) {
			struct version *version;

			if (!parse_u64(number, &value) || value > 0xffff)
				continue;
			version = kind_version(kind, value) ?:
				  kind_add_version(kind, value);
			if (flag)
				version->flags |= flag;
			else
				version->selected = true;
		}
		free(list.data);
	}
	free(path);
}

void running_read_selected(struct catalogue *catalogue)
{
	DIR *kinds = opendir(SYSFS_OBJECTS);
	struct dirent *entry;

	if (!kinds)
		return;
	while ((entry = readdir(kinds))) {
		struct kind *kind;
		bool noted;

		if (entry->d_type != DT_DIR || entry->d_name[0] == '.' ||
		    strlen(entry->d_name) >= LUO_OBJECT_KIND_LEN)
			continue;
		noted = catalogue_kind(catalogue, entry->d_name);
		kind = catalogue_add_kind(catalogue, entry->d_name);
		/* A registered kind may have no notes. */
		if (!noted) {
			read_versions(kind, "readable", LUO_NOTE_READABLE);
			read_versions(kind, "writable", LUO_NOTE_WRITABLE);
		}
		for (size_t i = 0; i < kind->nr_versions; i++)
			kind->versions[i].selected = false;
		read_versions(kind, "selected", 0);
	}
	closedir(kinds);
}

int running_read(struct catalogue *catalogue)
{
	struct utsname uts;

	*catalogue = (struct catalogue){
		.name = xstrdup("this kernel"),
		.running = true,
	};
	uname(&uts);
	machine_running(&catalogue->machine);
	catalogue->release = xstrdup(uts.release);

	if (read_kernel_notes(catalogue) || read_modules(catalogue))
		goto err_free;
	if (!catalogue->notes) {
		complain("this kernel (%s) has no catalogue: no LUO notes in /sys/kernel/notes; use --from with the image that it was booted from",
			 catalogue->release);
		goto err_free;
	}
	running_read_selected(catalogue);

	return 0;

err_free:
	catalogue_free(catalogue);

	return -1;
}

int running_check_debugfs(void)
{
	if (!access(DEBUGFS "/.", R_OK | X_OK)) {
		/* The directory exists even if debugfs is not mounted. */
		if (!access(DEBUGFS "/kho", F_OK) ||
		    !access(DEBUGFS "/luo_objects", F_OK))
			return 0;
		return complain(DEBUGFS " has no files of KHO or LUO: it is not mounted, or this kernel has neither");
	}
	if (errno == EACCES)
		return complain(DEBUGFS ": must be root");

	return complain(DEBUGFS ": %s", strerror(errno));
}

/* Parse a line such as "memfd 4096 1 56 mandatory". */
static bool parse_record(char *line, struct record *record)
{
	char *kind = strsep(&line, " "), *word;
	u64 version, size;

	if (strlen(kind) >= sizeof(record->kind))
		return false;
	snprintf(record->kind, sizeof(record->kind), "%s", kind);
	word = strsep(&line, " ");
	if (!word || !parse_u64(word, &record->instance))
		return false;
	word = strsep(&line, " ");
	if (!word || !parse_u64(word, &version))
		return false;
	word = strsep(&line, " ");
	if (!word || !parse_u64(word, &size) || !line)
		return false;
	record->version = version;
	record->size = size;
	record->optional = !strcmp(line, "optional");

	return true;
}

/* Add an indented line, which is a field of the last object. There may be thousands. */
static void add_field(struct records *records, const char *line)
{
	struct record *record;
	size_t len;

	if (!records->nr)
		return;
	record = &records->records[records->nr - 1];
	line += strspn(line, " ");
	len = strlen(line);
	if (record->fields_room - record->fields_len < len + 2) {
		record->fields_room = 2 * record->fields_room + len + 2;
		record->fields = xrealloc(record->fields, record->fields_room, 1);
	}
	memcpy(record->fields + record->fields_len, line, len);
	record->fields_len += len;
	memcpy(record->fields + record->fields_len++, "\n", 2);
}

int running_records(const char *which, struct records *records)
{
	char *path = xasprintf(DEBUGFS "/luo_objects/%s", which);
	char *rest, *line;
	struct bytes text;
	int err, error;

	*records = (struct records){};
	err = read_file(path, RECORDS_MAX, &text);
	error = errno;
	free(path);
	errno = error;
	if (err)
		return -1;

	rest = (char *)text.data;
	while ((line = strsep(&rest, "\n"))) {
		struct record record = {};

		if (*line == ' ') {
			add_field(records, line);
			continue;
		}
		if (!parse_record(line, &record))
			continue;
		if (!(records->nr & (records->nr - 1)))
			records->records = xrealloc(records->records,
						    records->nr ?
						    2 * records->nr : 1,
						    sizeof(record));
		records->records[records->nr++] = record;
	}
	free(text.data);

	return 0;
}

void records_free(struct records *records)
{
	for (size_t i = 0; i < records->nr; i++)
		free(records->records[i].fields);
	free(records->records);
	*records = (struct records){};
}

/* Add names, which are separated by spaces, to a list. */
static char *add_names(char *list, char *names)
{
	char *name, *more;

	while ((name = strsep(&names, " "))) {
		more = xasprintf("%s%s%s", list ?: "", list ? ", " : "", name);
		free(list);
		list = more;
	}

	return list;
}

/* Add the kinds that the kinds of unclaimed objects wait for, "kind name name" in a line. */
static void read_waiting(struct unclaimed *unclaimed)
{
	char *rest, *line, *kind;
	struct bytes text;

	if (read_file(SYSFS_OBJECTS "/waiting", SYSFS_MAX, &text))
		return;
	rest = (char *)text.data;
	while ((line = strsep(&rest, "\n"))) {
		kind = strsep(&line, " ");
		for (size_t i = 0; line && i < unclaimed->nr; i++) {
			if (strcmp(unclaimed->kinds[i].kind, kind))
				continue;
			unclaimed->kinds[i].waits_for =
				add_names(unclaimed->kinds[i].waits_for, line);
			break;
		}
	}
	free(text.data);
}

int running_unclaimed(struct unclaimed *unclaimed)
{
	char *rest, *line, *kind;
	struct bytes text;
	u64 nr;

	*unclaimed = (struct unclaimed){};
	if (read_file(SYSFS_OBJECTS "/unclaimed", SYSFS_MAX, &text))
		return errno == ENOENT ? 0 : -1;

	rest = (char *)text.data;
	while ((line = strsep(&rest, "\n"))) {
		kind = strsep(&line, " ");
		if (!line || !parse_u64(line, &nr) || !nr ||
		    compat_is_companion(kind) || compat_is_layout(kind) ||
		    strlen(kind) >= sizeof(unclaimed->kinds->kind))
			continue;
		unclaimed->kinds = xrealloc(unclaimed->kinds, unclaimed->nr + 1,
					    sizeof(*unclaimed->kinds));
		memcpy(unclaimed->kinds[unclaimed->nr].kind, kind,
		       strlen(kind) + 1);
		unclaimed->kinds[unclaimed->nr].waits_for = NULL;
		unclaimed->kinds[unclaimed->nr++].nr = nr;
	}
	free(text.data);
	read_waiting(unclaimed);

	return 0;
}

void unclaimed_free(struct unclaimed *unclaimed)
{
	for (size_t i = 0; i < unclaimed->nr; i++)
		free(unclaimed->kinds[i].waits_for);
	free(unclaimed->kinds);
	*unclaimed = (struct unclaimed){};
}
