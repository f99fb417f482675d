// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "hold.h"
#include "index.h"
#include "json.h"
#include "proc.h"
#include "session.h"
#include "sessions.h"

/* The token of the index in its session. */
#define INDEX_TOKEN	0
#define INDEX_VERSION	1
#define INDEX_MAX	0x100000

#define HOLDER_TIMEOUT_MS	10000

static int is_holder(pid_t pid, int fd, const char *target, void *context)
{
	const char *name = session_name(target);

	return name && !strcmp(name, INDEX_SESSION) ? pid : 0;
}

/* Terminate the holder process of the index, which ends its session. */
static void end_index(void)
{
	pid_t pid = proc_each_fd(is_holder, NULL);
	struct pollfd end = { .events = POLLIN };

	if (!pid)
		return;
	end.fd = proc_pidfd(pid);
	if (!kill(pid, SIGTERM))
		poll(&end, 1, HOLDER_TIMEOUT_MS);
	if (end.fd >= 0)
		close(end.fd);
}

/* Write the saved sessions. Returns the number of outgoing ones. */
static size_t write_sessions(struct json *json)
{
	char **names = state_names(NOTE_SAVED);
	struct sessions sessions;
	size_t nr = 0;

	sessions_find(&sessions);
	json_open_array(json, "sessions");
	for (char **name = names; *name; name++) {
		char *files = state_read(NOTE_SAVED, *name);
		bool outgoing = sessions_outgoing(&sessions, *name);

		json_open_object(json, NULL);
		json_string(json, "name", *name);
		json_string(json, "files", files);
		json_number(json, "saved", state_time(NOTE_SAVED, *name));
		json_boolean(json, "ended", !outgoing);
		json_close(json);
		free(files);
		nr += outgoing;
	}
	json_close(json);
	sessions_free(&sessions);
	state_names_free(names);

	return nr;
}

/* Write the index. Returns the number of outgoing sessions in it. */
static size_t write_index(FILE *out)
{
	struct json json = {};
	size_t nr;

	json_open_object(&json, NULL);
	json_number(&json, "version", INDEX_VERSION);
	nr = write_sessions(&json);
	json_close(&json);
	json_write(&json, out);

	return nr;
}

static int save_index(int file)
{
	int session = session_create(INDEX_SESSION), ret;

	if (session < 0)
		return -1;
	ret = session_preserve(session, file, INDEX_TOKEN, "the index",
			       "its memfd");
	if (!ret && hold(&session, 1) < 0)
		ret = -1;
	close(session);

	return ret;
}

static int make_index(void)
{
	int fd = memfd_create("luo-index", MFD_CLOEXEC), ret = -1;
	FILE *out = fd < 0 ? NULL : fdopen(dup(fd), "w");
	size_t nr = 0;

	if (out) {
		nr = write_index(out);
		ret = fclose(out);
	}
	if (ret)
		complain("cannot write a memfd for the index");
	else if (nr)
		ret = save_index(fd);
	close(fd);

	return ret;
}

int index_update(void)
{
	int lock = state_lock(), ret;

	if (lock < 0)
		return -1;
	/* Read the index of the previous kernel first: its session has the same name. */
	index_arrive();
	end_index();
	ret = make_index();
	if (ret)
		fputs("luoctl: luoctl list will not show the sessions in the next kernel\n",
		      stderr);
	close(lock);

	return ret;
}

static void note_arrived(const struct json_object *session)
{
	struct json_object *name, *files, *saved, *ended;
	char *text;

	name = json_object_object_get(session, "name");
	files = json_object_object_get(session, "files");
	saved = json_object_object_get(session, "saved");
	ended = json_object_object_get(session, "ended");
	if (!json_object_is_type(name, json_type_string) ||
	    !json_object_is_type(files, json_type_string))
		return;
	text = xasprintf("%llu %d %s",
			 (unsigned long long)json_object_get_uint64(saved),
			 json_object_get_boolean(ended),
			 json_object_get_string(files));
	state_write(NOTE_ARRIVED, json_object_get_string(name), text);
	free(text);
}

/* Write a note for each session of the index. Returns false if the file is invalid. */
static bool read_index(int fd)
{
	struct json_object *root, *version, *sessions;
	struct bytes text;
	bool good;

	if (lseek(fd, 0, SEEK_SET) || read_fd(fd, INDEX_MAX, &text))
		return false;
	root = json_parse((char *)text.data, text.size);
	version = json_object_object_get(root, "version");
	sessions = json_object_object_get(root, "sessions");
	good = json_object_get_int64(version) == INDEX_VERSION &&
	       json_object_is_type(sessions, json_type_array);
	for (size_t i = 0; good && i < json_object_array_length(sessions); i++)
		note_arrived(json_object_array_get_idx(sessions, i));
	json_object_put(root);
	free(text.data);

	return good;
}

void index_arrive(void)
{
	char *done = state_read(NOTE_INDEX, NULL);
	int session, fd;
	bool good;

	free(done);
	if (done || geteuid())
		return;
	session = session_retrieve_quietly(INDEX_SESSION);
	if (session == -ENOENT)
		state_write(NOTE_INDEX, NULL, "none");
	if (session < 0)
		return;
	fd = session_retrieve_fd(session, INDEX_TOKEN);
	good = fd >= 0 && read_index(fd);
	state_write(NOTE_INDEX, NULL, good ? "arrived" : "none");
	if (fd >= 0)
		close(fd);
	session_finish(session);
	close(session);
}

bool index_has_arrived(void)
{
	char *state = state_read(NOTE_INDEX, NULL);
	bool arrived = state && !strcmp(state, "arrived");

	free(state);

	return arrived;
}

bool index_find(const char *session, struct arrived *arrived)
{
	char *text = state_read(NOTE_ARRIVED, session), *rest;

	if (!text)
		return false;
	arrived->when = strtoull(text, &rest, 10);
	arrived->ended = strtoul(rest, &rest, 10);
	arrived->files = xstrdup(rest + (*rest == ' '));
	free(text);

	return true;
}
