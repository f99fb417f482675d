// SPDX-License-Identifier: GPL-2.0
/*
 * list - sessions, the processes that have them, and the files that luoctl or
 * systemd has put into them; then what the previous kernel handed over and nothing
 * has restored.
 */
#include <string.h>
#include <unistd.h>

#include "luoctl.h"
#include "running.h"
#include "sessions.h"
#include "state.h"

/* How many memfds of the previous kernel wait, as far as debugfs says. */
static size_t unclaimed(void)
{
	struct records records;
	size_t nr = 0;

	if (running_records("incoming", &records))
		return 0;
	/* The versions of an object follow each other. */
	for (size_t i = 0; i < records.nr; i++) {
		const struct record *record = &records.records[i];

		nr += !strcmp(record->kind, "memfd") &&
		      (!i || record->instance != record[-1].instance ||
		       strcmp(record[-1].kind, "memfd"));
	}
	records_free(&records);

	return nr;
}

static void print_file(const struct mapping_entry *entry, size_t nr)
{
	printf("%s%s", nr ? ", " : "", entry->name);
	if (entry->size != MAPPING_SIZE_UNKNOWN)
		printf(" (%llu bytes)", entry->size);
}

static void print(const struct sessions *sessions)
{
	size_t nr_unclaimed = unclaimed();

	if (nr_unclaimed)
		printf("%zu memfds of the previous kernel have not been restored: luoctl restore SESSION\n",
		       nr_unclaimed);
	if (!sessions->nr) {
		puts("no process has a session");
		return;
	}
	printf("%-24s %-9s %7s %-15s FILES\n", "SESSION", "DIRECTION", "PID",
	       "PROCESS");
	for (size_t i = 0; i < sessions->nr; i++) {
		const struct session *session = &sessions->sessions[i];

		printf("%-24s %-9s %7d %-15s ", session->name,
		       session->direction, session->pid, session->process);
		for (size_t j = 0; j < session->files.nr; j++)
			print_file(&session->files.entries[j], j);
		puts(session->has_files ? "" : "-");
	}
}

static void print_json(const struct sessions *sessions)
{
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
			json_close(json);
		}
		json_close(json);
		json_close(json);
	}
	json_close(json);
	json_number(json, "unclaimed", unclaimed());
}

static int run(int argc, char **argv)
{
	struct sessions sessions = {};

	if (argc != 1)
		return usage(&list_command);
	if (state_check_live())
		return EXIT_FAILED;
	if (geteuid())
		fputs("luoctl: descriptors of other users' processes are for root to see\n",
		      stderr);

	sessions_find(&sessions);
	if (want_json)
		print_json(&sessions);
	else
		print(&sessions);
	sessions_free(&sessions);

	return EXIT_DONE;
}

const struct command list_command = {
	.name = "list",
	.arguments = "",
	.does = "list sessions, the processes that have them, and the files in them",
	.run = run,
};
