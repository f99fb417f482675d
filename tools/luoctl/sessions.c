// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "index.h"
#include "proc.h"
#include "session.h"
#include "sessions.h"

/* Determine the direction by an ioctl, which is not called on the session of systemd. */
static const char *direction(const struct session *session)
{
	const char *found = "unknown";
	int fd;

	if (!strcmp(session->name, SESSION_SYSTEMD))
		return found;
	fd = proc_copy_fd(session->pid, session->fd);
	if (fd >= 0) {
		found = session_is_outgoing(fd) ? "outgoing" : "incoming";
		close(fd);
	}

	return found;
}

/* Add a session, but only once for each process. */
static int add_session(pid_t pid, int fd, const char *target, void *context)
{
	struct sessions *sessions = context;
	const char *name = session_name(target);
	struct session *session;

	/* The index has no files of users. */
	if (!name || !strcmp(name, INDEX_SESSION))
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
		.shown = quoted(name),
		.pid = pid,
		.fd = fd,
		.process = proc_name(pid),
	};
	session->shown_process = quoted(session->process);
	session->direction = direction(session);

	return 0;
}

/* Add the names of the files, if the process of a session has the mapping open too. */
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

/* Find the sessions that the service manager holds too: it hands them over. */
static void find_stored(struct sessions *sessions)
{
	for (size_t i = 0; i < sessions->nr; i++) {
		struct session *session = &sessions->sessions[i];

		for (size_t j = 0; j < sessions->nr && !session->stored; j++) {
			const struct session *other = &sessions->sessions[j];

			session->stored = other->pid == 1 &&
					  !strcmp(other->name, session->name) &&
					  !strcmp(other->direction, session->direction);
		}
	}
}

void sessions_find(struct sessions *sessions)
{
	*sessions = (struct sessions){};
	proc_each_fd(add_session, sessions);
	find_stored(sessions);
	if (sessions->nr)
		proc_each_fd(add_files, sessions);
}

void sessions_free(struct sessions *sessions)
{
	for (size_t i = 0; i < sessions->nr; i++) {
		free(sessions->sessions[i].name);
		free(sessions->sessions[i].shown);
		free(sessions->sessions[i].process);
		free(sessions->sessions[i].shown_process);
		mapping_free(&sessions->sessions[i].files);
	}
	free(sessions->sessions);
	*sessions = (struct sessions){};
}

const struct session *sessions_outgoing(const struct sessions *sessions,
					const char *name)
{
	for (size_t i = 0; i < sessions->nr; i++) {
		const struct session *session = &sessions->sessions[i];

		if (!strcmp(session->name, name) &&
		    strcmp(session->direction, "incoming"))
			return session;
	}

	return NULL;
}
