// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "running.h"
#include "state.h"

#define DEVICE		"/dev/liveupdate"
#define NOTES		"/run/luoctl"
#define NOTE_MAX	0x10000

static const char *const folders[] = {
	[NOTE_SAVED] = NOTES "/saved",
	[NOTE_VERSIONS] = NOTES "/versions",
	[NOTE_RESTORED] = NOTES "/restored",
	[NOTE_POLICY] = NOTES "/policy",
	[NOTE_LOADED] = NOTES "/loaded",
};

bool state_switches_on(const char *command_line, const char *name)
{
	size_t len = strlen(name);
	bool on = false;

	while (*command_line) {
		size_t word = strcspn(command_line, "\n ");

		/* The last one counts. */
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
		return complain("live update is off: there is no " DEVICE " although the command line says kho=on liveupdate=on: this kernel is built without it");

	return complain("live update is off: the command line of this kernel does not say %s%s%s; nothing is handed over",
			kho ? "" : "kho=on", kho || live ? "" : " ",
			live ? "" : "liveupdate=on");
}

static char *path_of(enum state_note note, const char *name)
{
	return xasprintf("%s/%s", folders[note], name ?: "note");
}

void state_write(enum state_note note, const char *name, const char *text)
{
	char *path = path_of(note, name);
	FILE *file;

	mkdir("/run", 0755);
	mkdir(NOTES, 0755);
	mkdir(folders[note], 0755);
	file = fopen(path, "we");
	if (file) {
		fputs(text, file);
		fclose(file);
	}
	free(path);
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

char **state_names(enum state_note note)
{
	char **names = xzalloc(sizeof(*names));
	DIR *folder = opendir(folders[note]);
	struct dirent *entry;
	size_t nr = 0;

	while (folder && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		names = xrealloc(names, nr + 2, sizeof(*names));
		names[nr++] = xstrdup(entry->d_name);
		names[nr] = NULL;
	}
	if (folder)
		closedir(folder);

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

		/* A file beside the kinds has no such file in it. */
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

void state_note_versions(const char *session, const char *before)
{
	char *now = state_versions();

	/* If the policy was changed meanwhile, it is not known what was written. */
	if (*now && !strcmp(before, now))
		state_write(NOTE_VERSIONS, session, now);
	else
		state_remove(NOTE_VERSIONS, session);
	free(now);
}
