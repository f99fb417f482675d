// SPDX-License-Identifier: GPL-2.0
/*
 * restore - takes the descriptors of a session of the last kernel back and
 * passes them on, as sd_listen_fds_with_names(3) takes them.
 *
 * A session can be retrieved once, and ends with its last descriptor. So when
 * something goes wrong after that, a process is left behind that keeps it, and
 * from which the next restore takes it over.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hold.h"
#include "luoctl.h"
#include "mapping.h"
#include "session.h"

/* The first descriptor that is passed on. */
#define LISTEN_FDS_START	3

/* Keeps what there is of a session in which something is wrong. */
static void keep(const char *name, int session,
		 const struct session_holder *holder)
{
	pid_t pid = holder->pid ?: hold(&session, 1);

	if (pid > 0)
		fprintf(stderr, "luoctl: session %s is kept by process %d; luoctl restore takes it over from there\n",
			name, pid);
}

/* The names that the session has for its tokens. */
static int retrieve_names(const char *name, int session,
			  struct mapping *mapping)
{
	int fd = session_retrieve_fd(session, MAPPING_TOKEN);
	const char *wrong;

	if (fd < 0)
		return complain("session %s: no names under token %u: %s; --token NAME=TOKEN gives them",
				name, MAPPING_TOKEN, strerror(errno));
	wrong = mapping_read(fd, mapping);
	close(fd);
	if (wrong)
		return complain("session %s: the file with the names, under token %u, %s; --token NAME=TOKEN gives them",
				name, MAPPING_TOKEN, wrong);

	return 0;
}

static int retrieve_all(const char *name, int session,
			const struct mapping *mapping, int *fds)
{
	for (size_t i = 0; i < mapping->nr; i++) {
		const struct mapping_entry *entry = &mapping->entries[i];

		fds[i] = session_retrieve_fd(session, entry->token);
		if (fds[i] < 0 && errno == ENOENT)
			return complain("session %s: has no token %llu, which is to be %s",
					name, entry->token, entry->name);
		if (fds[i] < 0)
			return complain("session %s: %s, token %llu, cannot be retrieved: %s",
					name, entry->name, entry->token,
					strerror(errno));
	}

	return 0;
}

/*
 * Takes all descriptors of a session and ends it. On success @fds has one for
 * each entry of @mapping, and is the caller's to free.
 */
static int take_session(const char *name, struct mapping *mapping, int **fds)
{
	struct session_holder holder;
	int session = session_retrieve(name, &holder);
	int ret = 0;

	if (session < 0)
		return -1;
	if (!mapping->nr)
		ret = retrieve_names(name, session, mapping);
	*fds = xzalloc((mapping->nr + 1) * sizeof(**fds));
	ret = ret ?: retrieve_all(name, session, mapping, *fds) ?:
	      session_finish(session);
	if (ret)
		keep(name, session, &holder);
	else if (holder.pid)
		kill(holder.pid, SIGTERM);
	else if (hold_has_store())
		hold_unstore(name);
	close(session);

	return ret;
}

static void say(const char *name, const struct mapping *mapping,
		const int *fds, pid_t holder)
{
	struct json *json = json_stdout();

	if (want_json) {
		json_string(json, "session", name);
		if (holder)
			json_number(json, "holder", holder);
		else
			json_null(json, "holder");
		json_boolean(json, "stored", !holder);
		json_open_array(json, "files");
	}
	for (size_t i = 0; i < mapping->nr; i++) {
		char *path = xasprintf("/proc/%d/fd/%d", holder, fds[i]);

		if (want_json) {
			json_open_object(json, NULL);
			json_string(json, "name", mapping->entries[i].name);
			json_string(json, "path", holder ? path : NULL);
			json_close(json);
		} else if (holder) {
			printf("%s=%s\n", mapping->entries[i].name, path);
		} else {
			printf("%s is in the store of the service manager\n",
			       mapping->entries[i].name);
		}
		free(path);
	}
	if (want_json)
		json_close(json);
}

/* Without a command they are kept, for others to open. */
static int keep_fds(const char *name, const struct mapping *mapping,
		    const int *fds)
{
	pid_t holder = 0;

	if (!mapping->nr)
		return 0;
	if (hold_has_store()) {
		for (size_t i = 0; i < mapping->nr; i++) {
			if (hold_store(fds[i], mapping->entries[i].name))
				return -1;
		}
	} else {
		holder = hold(fds, mapping->nr);
		if (holder < 0)
			return -1;
	}
	say(name, mapping, fds, holder);

	return 0;
}

static void set_number(const char *variable, unsigned long value)
{
	char *text = xasprintf("%lu", value);

	setenv(variable, text, 1);
	free(text);
}

static void set_environment(const struct mapping *mapping)
{
	char *names = xstrdup("");

	for (size_t i = 0; i < mapping->nr; i++) {
		char *more = xasprintf("%s%s%s", names, i ? ":" : "",
				       mapping->entries[i].name);

		free(names);
		names = more;
	}
	set_number("LISTEN_FDS", mapping->nr);
	set_number("LISTEN_PID", getpid());
	setenv("LISTEN_FDNAMES", names, 1);
	free(names);
}

/*
 * Runs the command in the place of luoctl. Returns if it cannot, with the
 * descriptors where they were.
 */
static int run_command(const struct mapping *mapping, const int *fds,
		       char **command)
{
	int *moved = xzalloc((mapping->nr + 1) * sizeof(*moved));
	size_t nr_moved, i;

	/* Out of the way of where they go. */
	for (nr_moved = 0; nr_moved < mapping->nr; nr_moved++) {
		moved[nr_moved] = fcntl(fds[nr_moved], F_DUPFD_CLOEXEC,
					LISTEN_FDS_START + 2 * mapping->nr);
		if (moved[nr_moved] < 0)
			goto err_free;
	}
	for (i = 0; i < nr_moved; i++)
		close(fds[i]);
	for (i = 0; i < nr_moved; i++)
		dup2(moved[i], LISTEN_FDS_START + i);
	set_environment(mapping);
	execvp(command[0], command);

err_free:
	complain("cannot run %s: %s", command[0], strerror(errno));
	for (i = 0; i < nr_moved; i++)
		dup2(moved[i], fds[i]);
	free(moved);

	return -1;
}

/* Whether there is such a program. What else is wrong with it will be seen. */
static int check_command_there(const char *command)
{
	const char *path = getenv("PATH") ?: "/bin:/usr/bin";

	if (strchr(command, '/'))
		return access(command, X_OK) ?
		       complain("%s: %s", command, strerror(errno)) : 0;
	while (*path) {
		size_t len = strcspn(path, ":");
		char *file = xasprintf("%.*s/%s", (int)len, path, command);
		int err = access(file, X_OK);

		free(file);
		if (!err)
			return 0;
		path += len + (path[len] == ':');
	}

	return complain("%s: no such command", command);
}

static int restore(const char *name, struct mapping *mapping, char **command)
{
	int *fds = NULL, ret;

	if (session_check_name(name) ||
	    (*command && check_command_there(*command)))
		return -1;
	ret = take_session(name, mapping, &fds);
	if (!ret && *command) {
		ret = run_command(mapping, fds, command);
		keep_fds(name, mapping, fds);
	} else if (!ret) {
		ret = keep_fds(name, mapping, fds);
	}
	free(fds);

	return ret;
}

/* "NAME=TOKEN" */
static int add_token(struct mapping *mapping, const char *argument)
{
	const char *equals = strchr(argument, '=');
	char *name;
	u64 token;
	int ret;

	if (!equals || !parse_u64(equals + 1, &token))
		return complain("--token %s: expected NAME=TOKEN, and the token to be a number",
				argument);
	name = xasprintf("%.*s", (int)(equals - argument), argument);
	ret = mapping_add(mapping, name, token);
	free(name);

	return ret;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "token", required_argument, NULL, 't' },
		{}
	};
	struct mapping mapping = {};
	int option, ret = 0, name;

	/* Options may stand on either side of the session. */
	while ((option = getopt_long(argc, argv, "+", options, NULL)) == 't' &&
	       !ret)
		ret = add_token(&mapping, optarg);
	name = optind++;
	while (option < 0 && name < argc && !ret &&
	       (option = getopt_long(argc, argv, "+", options, NULL)) == 't')
		ret = add_token(&mapping, optarg);
	if (!ret && (option >= 0 || name >= argc ||
		     (optind < argc && strcmp(argv[optind - 1], "--"))))
		ret = usage(&restore_command);
	ret = ret ?: restore(argv[name], &mapping, argv + optind);
	mapping_free(&mapping);

	return ret ? EXIT_FAILED : EXIT_DONE;
}

const struct command restore_command = {
	.name = "restore",
	.arguments = "[--token NAME=TOKEN]... SESSION [-- COMMAND...]",
	.does = "take the descriptors of a session back, and run COMMAND with them",
	.run = run,
};
