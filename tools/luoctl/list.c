// SPDX-License-Identifier: GPL-2.0
/*
 * list - sessions, who has them, and what luoctl or systemd has put into them.
 *
 * The kernel has no call that lists sessions, so they are found as descriptors
 * of processes. Those of the last kernel that nobody has retrieved yet are not
 * to be seen. Nothing is called on the session of systemd.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "luoctl.h"
#include "mapping.h"
#include "proc.h"
#include "session.h"

struct session {
	char *name;
	pid_t pid;
	int fd;
	char *process;
	const char *direction;
	struct mapping files;
	bool has_files;
};

struct sessions {
	struct session *sessions;
	size_t nr;
};

/* "outgoing", "incoming", or what is not asked for. */
static const char *direction(const struct session *session)
{
	const char *found = "unknown";
	int fd;

	if (!strcmp(session->name, SESSION_SYSTEMD))
		return found;
	fd = proc_take_fd(session->pid, session->fd);
	if (fd >= 0) {
		found = session_is_outgoing(fd) ? "outgoing" : "incoming";
		close(fd);
	}

	return found;
}

/* One open file, and only once if a process has it several times. */
static int add_session(pid_t pid, int fd, const char *target, void *context)
{
	struct sessions *sessions = context;
	const char *name = session_name(target);
	struct session *session;

	if (!name)
		return 0;
	for (size_t i = 0; i < sessions->nr; i++) {
		session = &sessions->sessions[i];
		if (session->pid == pid && !strcmp(session->name, name))
			return 0;
	}
	sessions->sessions = xrealloc(sessions->sessions, sessions->nr + 1,
				      sizeof(*session));
	session = &sessions->sessions[sessions->nr++];
	*session = (struct session){
		.name = xstrdup(name),
		.pid = pid,
		.fd = fd,
		.process = proc_name(pid),
	};
	session->direction = direction(session);

	return 0;
}

/* Who keeps a session may keep its names too. */
static int add_files(pid_t pid, int fd, const char *target, void *context)
{
	static const char prefix[] = "/memfd:" MAPPING_MEMFD;
	struct sessions *sessions = context;

	if (strncmp(target, prefix, sizeof(prefix) - 1))
		return 0;
	for (size_t i = 0; i < sessions->nr; i++) {
		struct session *session = &sessions->sessions[i];
		char *path;
		int file;

		if (session->pid != pid || session->has_files)
			continue;
		path = xasprintf("/proc/%d/fd/%d", pid, fd);
		file = open(path, O_RDONLY | O_CLOEXEC);
		free(path);
		if (file < 0)
			continue;
		session->has_files = !mapping_read(file, &session->files);
		close(file);
	}

	return 0;
}

static void print(const struct sessions *sessions)
{
	if (!sessions->nr) {
		puts("no session is open");
		return;
	}
	printf("%-24s %-9s %7s %-15s FILES\n", "SESSION", "DIRECTION", "PID",
	       "PROCESS");
	for (size_t i = 0; i < sessions->nr; i++) {
		const struct session *session = &sessions->sessions[i];

		printf("%-24s %-9s %7d %-15s ", session->name,
		       session->direction, session->pid, session->process);
		for (size_t j = 0; j < session->files.nr; j++)
			printf("%s%s", j ? ", " : "",
			       session->files.entries[j].name);
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
			json_close(json);
		}
		json_close(json);
		json_close(json);
	}
	json_close(json);
}

static int run(int argc, char **argv)
{
	struct sessions sessions = {};

	if (argc != 1)
		return usage(&list_command);
	if (geteuid())
		fputs("luoctl: descriptors of other users' processes are for root to see\n",
		      stderr);

	proc_each_fd(add_session, &sessions);
	if (sessions.nr)
		proc_each_fd(add_files, &sessions);
	if (want_json)
		print_json(&sessions);
	else
		print(&sessions);

	for (size_t i = 0; i < sessions.nr; i++) {
		free(sessions.sessions[i].name);
		free(sessions.sessions[i].process);
		mapping_free(&sessions.sessions[i].files);
	}
	free(sessions.sessions);

	return EXIT_DONE;
}

const struct command list_command = {
	.name = "list",
	.arguments = "",
	.does = "list sessions, who has them, and the names in them",
	.run = run,
};
