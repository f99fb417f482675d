// SPDX-License-Identifier: GPL-2.0
/*
 * list - show what the previous kernel handed over and nothing has restored, and the
 * sessions with the processes that hold them and the files that luoctl or systemd has
 * saved in them.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "index.h"
#include "luoctl.h"
#include "state.h"
#include "stored.h"

/* Count the records of files of the previous kernel that were not restored. */
static u64 count_unclaimed(const struct unclaimed *unclaimed)
{
	u64 nr = 0;

	for (size_t i = 0; i < unclaimed->nr; i++) {
		if (compat_carrier(unclaimed->kinds[i].kind))
			nr += unclaimed->kinds[i].nr;
	}

	return nr;
}

static void print_file(const struct mapping_entry *entry, size_t nr)
{
	char *name = quoted(entry->name);

	printf("%s%s", nr ? ", " : "", name);
	free(name);
	if (entry->files != MAPPING_NO_DIRECTORY)
		printf(" (%llu files, %llu bytes)", entry->files, entry->size);
	else if (entry->size != MAPPING_SIZE_UNKNOWN)
		printf(" (%llu bytes)", entry->size);
}

static void print_unclaimed(const struct stored *stored)
{
	const struct unclaimed *unclaimed = &stored->unclaimed;

	if (!stored->unclaimed_known)
		puts("cannot tell whether anything was not restored: " SYSFS_OBJECTS "/unclaimed cannot be read");
	for (size_t i = 0; i < unclaimed->nr; i++)
		printf("%llu records of %s of the previous kernel have not been restored%s\n",
		       unclaimed->kinds[i].nr, unclaimed->kinds[i].kind,
		       compat_carrier(unclaimed->kinds[i].kind) ?
		       ": luoctl restore SESSION" : "");
}

static void print_restored(void)
{
	char **names = state_names(NOTE_RESTORED);

	for (char **name = names; *name; name++) {
		char *by = state_read(NOTE_RESTORED, *name);

		printf("session %s was restored in this boot, by %s\n", *name,
		       by ?: "an unknown process");
		free(by);
	}
	state_names_free(names);
}

static void restored_json(struct json *json)
{
	char **names = state_names(NOTE_RESTORED);

	json_open_array(json, "restored");
	for (char **name = names; *name; name++) {
		char *by = state_read(NOTE_RESTORED, *name);

		json_open_object(json, NULL);
		json_string(json, "name", *name);
		json_string(json, "by", by);
		json_close(json);
		free(by);
	}
	json_close(json);
	state_names_free(names);
}

/* Check that the session was not restored, and that no process holds it. */
static bool is_left(const struct stored *stored, const char *name)
{
	char *restored = state_read(NOTE_RESTORED, name);
	const struct sessions *sessions = &stored->sessions;
	bool left = !restored;

	free(restored);
	for (size_t i = 0; i < sessions->nr; i++) {
		if (!stored_is_outgoing(&sessions->sessions[i]) &&
		    !strcmp(sessions->sessions[i].name, name))
			left = false;
	}

	return left;
}

/* Print the sessions in the index of the previous kernel that were not restored. */
static void print_arrived(const struct stored *stored)
{
	char **names = state_names(NOTE_ARRIVED);

	for (char **name = names; *name; name++) {
		struct arrived arrived;
		char *time;

		if (!is_left(stored, *name) || !index_find(*name, &arrived))
			continue;
		time = time_text(arrived.when);
		printf("session %s (%s) was saved at %s by the previous kernel, and %s\n",
		       *name, arrived.files, time,
		       arrived.ended ? "is lost: it ended before the kexec" :
		       "luoctl has not restored it");
		free(time);
		free(arrived.files);
	}
	state_names_free(names);
}

static void arrived_json(struct json *json, const struct stored *stored)
{
	char **names = state_names(NOTE_ARRIVED);

	json_open_array(json, "arrived");
	for (char **name = names; *name; name++) {
		struct arrived arrived;

		if (!is_left(stored, *name) || !index_find(*name, &arrived))
			continue;
		json_open_object(json, NULL);
		json_string(json, "name", *name);
		json_string(json, "contents", arrived.files);
		json_number(json, "saved", arrived.when);
		json_boolean(json, "lost", arrived.ended);
		json_close(json);
		free(arrived.files);
	}
	json_close(json);
	state_names_free(names);
}

static void print(const struct stored *stored)
{
	const struct sessions *sessions = &stored->sessions;

	print_unclaimed(stored);
	print_arrived(stored);
	for (char **name = stored->ended; *name; name++)
		printf("session %s was saved in this boot and has ended: no process holds it\n",
		       *name);
	print_restored();
	if (!sessions->nr) {
		puts("no process holds a session");
		return;
	}
	printf("%-24s %-9s %7s %-15s FILES\n", "SESSION", "DIRECTION", "PID",
	       "PROCESS");
	for (size_t i = 0; i < sessions->nr; i++) {
		const struct session *session = &sessions->sessions[i];

		printf("%-24s %-9s %7d %-15s ", session->shown,
		       session->direction, session->pid,
		       session->shown_process);
		for (size_t j = 0; j < session->files.nr; j++)
			print_file(&session->files.entries[j], j);
		puts(session->has_files ? "" : "-");
	}
}

static void print_json(const struct stored *stored)
{
	const struct sessions *sessions = &stored->sessions;
	struct json *json = json_stdout();

	json_open_array(json, "sessions");
	for (size_t i = 0; i < sessions->nr; i++) {
		const struct session *session = &sessions->sessions[i];

		json_open_object(json, NULL);
		json_string(json, "name", session->name);
		json_string(json, "direction", session->direction);
		json_number(json, "pid", session->pid);
		json_string(json, "process", session->process);
		json_open_array(json, "files");
		for (size_t j = 0; j < session->files.nr; j++) {
			const struct mapping_entry *entry =
				&session->files.entries[j];

			json_open_object(json, NULL);
			json_string(json, "name", entry->name);
			json_id(json, "token", entry->token);
			if (entry->size != MAPPING_SIZE_UNKNOWN)
				json_number(json, "size", entry->size);
			else
				json_null(json, "size");
			if (entry->files != MAPPING_NO_DIRECTORY)
				json_number(json, "files", entry->files);
			json_close(json);
		}
		json_close(json);
		json_close(json);
	}
	json_close(json);
	arrived_json(json, stored);
	restored_json(json);
	json_open_array(json, "ended");
	for (char **name = stored->ended; *name; name++)
		json_string(json, NULL, *name);
	json_close(json);
	json_number(json, "unclaimed", count_unclaimed(&stored->unclaimed));
}

static int run(int argc, char **argv)
{
	struct stored stored;

	if (argc != 1)
		return usage(&list_command);
	if (state_check_live())
		return EXIT_FAILED;
	if (geteuid())
		fputs("luoctl: only root can see the sessions of other users' processes\n",
		      stderr);

	stored_read(&stored);
	if (want_json)
		print_json(&stored);
	else
		print(&stored);
	stored_free(&stored);

	return EXIT_DONE;
}

const struct command list_command = {
	.name = "list",
	.arguments = "",
	.does = "list sessions, the processes that hold them, and the files in them",
	.run = run,
};
