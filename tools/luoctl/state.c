// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "running.h"
#include "state.h"

#define DEVICE		"/dev/liveupdate"
#define NOTES		"/run/luoctl"
#define NOTE_MAX	0x10000

static const char *const directories[] = {
	[NOTE_SAVED] = NOTES "/saved",
	[NOTE_VERSIONS] = NOTES "/versions",
	[NOTE_INODES] = NOTES "/inodes",
	[NOTE_TREES] = NOTES "/trees",
	[NOTE_INDEX] = NOTES "/index",
	[NOTE_ARRIVED] = NOTES "/arrived",
	[NOTE_RESTORED] = NOTES "/restored",
	[NOTE_RETRIEVED] = NOTES "/retrieved",
	[NOTE_READY] = NOTES "/ready",
	[NOTE_POLICY] = NOTES "/policy",
	[NOTE_LOADED] = NOTES "/loaded",
};

bool state_switches_on(const char *command_line, const char *name)
{
	size_t len = strlen(name);
	bool on = false;

	while (*command_line) {
		size_t word = strcspn(command_line, "\n ");

		/* The kernel uses the last one. */
		if (word > len + 1 && !strncmp(command_line, name, len) &&
		    command_line[len] == '=') {
			const char *value = command_line + len + 1;

			on = strchr("1yYtT", *value) ||
			     !strncmp(value, "on", 2);
		}
		command_line += word + strspn(command_line + word, "\n ");
	}

	return on;
}

int state_check_live(void)
{
	struct bytes line;
	bool kho, live;

	if (!access(DEVICE, F_OK))
		return 0;
	if (read_file("/proc/cmdline", NOTE_MAX, &line))
		return complain("live update is off: there is no " DEVICE);
	kho = state_switches_on((char *)line.data, "kho");
	live = state_switches_on((char *)line.data, "liveupdate");
	free(line.data);
	if (kho && live)
		return complain("live update is off: there is no " DEVICE " although the command line has kho=on liveupdate=on: this kernel is built without it");

	return complain("live update is off, nothing is handed over: the command line of this kernel does not have %s%s%s",
			kho ? "" : "kho=on", kho || live ? "" : " ",
			live ? "" : "liveupdate=on");
}

/* Check if a character needs no encoding in a file name. */
static bool is_plain(const char *name, const char *at)
{
	return *at != '/' && *at != '%' && (*at != '.' || at > name);
}

/* Encode the name of a session as a file name, with "%2f" for a slash. */
static char *encode(const char *name)
{
	char *encoded = xzalloc(3 * strlen(name) + 1), *to = encoded;

	for (const char *at = name; *at; at++) {
		if (is_plain(name, at))
			*to++ = *at;
		else
			to += sprintf(to, "%%%02x", *at);
	}

	return encoded;
}

static char *decode(const char *encoded)
{
	char *name = xzalloc(strlen(encoded) + 1), *to = name;
	unsigned int code;

	while (*encoded) {
		if (*encoded == '%' && sscanf(encoded + 1, "%2x", &code) == 1 &&
		    encoded[1] && encoded[2]) {
			*to++ = code;
			encoded += 3;
		} else {
			*to++ = *encoded++;
		}
	}

	return name;
}

static char *path_of(enum state_note note, const char *name)
{
	char *encoded = encode(name ?: "note");
	char *path = xasprintf("%s/%s", directories[note], encoded);

	free(encoded);

	return path;
}

int state_write(enum state_note note, const char *name, const char *text)
{
	char *path = path_of(note, name);
	int err = -1;
	FILE *file;

	/* Ignore errors: fopen() fails then. */
	mkdir("/run", 0755);
	mkdir(NOTES, 0755);
	mkdir(directories[note], 0755);
	file = fopen(path, "we");
	if (file) {
		err = fputs(text, file) < 0 ? -1 : 0;
		err = fclose(file) ?: err;
	}
	if (err)
		complain("%s: cannot be written: %s", path, strerror(errno));
	free(path);

	return err ? -1 : 0;
}

char *state_read(enum state_note note, const char *name)
{
	char *path = path_of(note, name);
	struct bytes text;
	int err = read_file(path, NOTE_MAX, &text);

	free(path);

	return err ? NULL : (char *)text.data;
}

void state_remove(enum state_note note, const char *name)
{
	char *path = path_of(note, name);

	unlink(path);
	free(path);
}

u64 state_time(enum state_note note, const char *name)
{
	char *path = path_of(note, name);
	struct stat st;
	int err = stat(path, &st);

	free(path);

	return err ? 0 : st.st_mtime;
}

int state_lock(void)
{
	int fd;

	mkdir("/run", 0755);
	mkdir(NOTES, 0755);
	fd = open(NOTES "/lock", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0 && !flock(fd, LOCK_EX))
		return fd;
	complain(NOTES "/lock: %s", strerror(errno));
	if (fd >= 0)
		close(fd);

	return -1;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **state_names(enum state_note note)
{
	char **names = xzalloc(sizeof(*names));
	DIR *directory = opendir(directories[note]);
	struct dirent *entry;
	size_t nr = 0;

	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] == '.')
			continue;
		names = xrealloc(names, nr + 2, sizeof(*names));
		names[nr++] = decode(entry->d_name);
		names[nr] = NULL;
	}
	if (directory)
		closedir(directory);
	qsort(names, nr, sizeof(*names), compare_names);

	return names;
}

void state_names_free(char **names)
{
	for (char **name = names; *name; name++)
		free(*name);
	free(names);
}

char *state_versions(void)
{
	char *all = xstrdup("");
	DIR *kinds = opendir(SYSFS_OBJECTS);
	struct dirent *kind;

	while (kinds && (kind = readdir(kinds))) {
		char *path = xasprintf(SYSFS_OBJECTS "/%s/selected",
				       kind->d_name);
		struct bytes versions;
		char *more;

		/* Files beside the directories of kinds cannot be read like this. */
		if (!read_file(path, NOTE_MAX, &versions)) {
			more = xasprintf("%s%s:%s", all, kind->d_name,
					 (char *)versions.data);
			free(versions.data);
			free(all);
			all = more;
		}
		free(path);
	}
	if (kinds)
		closedir(kinds);

	return all;
}

int state_note_versions(const char *session, const char *before)
{
	char *now = state_versions();
	int ret = 0;

	/* If the policy changed during the save, the versions are unknown. */
	if (*now && !strcmp(before, now))
		ret = state_write(NOTE_VERSIONS, session, now);
	else
		state_remove(NOTE_VERSIONS, session);
	free(now);

	return ret;
}

void state_forget_saved(const char *session)
{
	state_remove(NOTE_SAVED, session);
	state_remove(NOTE_VERSIONS, session);
	state_remove(NOTE_INODES, session);
	state_remove(NOTE_TREES, session);
}

char *state_inode_line(const struct stat *st, const char *name)
{
	return xasprintf("%llu:%llu %s\n", (unsigned long long)st->st_dev,
			 (unsigned long long)st->st_ino, name);
}

/* Check if the note has a line that begins with @begin. */
static bool note_has_line(enum state_note note, const char *name, const char *begin)
{
	char *text = state_read(note, name), *rest = text, *line;
	size_t len = strlen(begin);
	bool found = false;

	while (!found && (line = strsep(&rest, "\n")))
		found = !strncmp(line, begin, len);
	free(text);

	return found;
}

char *state_session_of(int fd)
{
	char **names = state_names(NOTE_INODES), *found = NULL, *line;
	struct stat st;

	if (!fstat(fd, &st)) {
		line = state_inode_line(&st, "");
		line[strlen(line) - 1] = 0;
		for (char **name = names; *name && !found; name++) {
			if (note_has_line(NOTE_INODES, *name, line))
				found = xstrdup(*name);
		}
		free(line);
	}
	state_names_free(names);

	return found;
}
