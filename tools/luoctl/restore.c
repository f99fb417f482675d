// SPDX-License-Identifier: GPL-2.0
/*
 * restore - takes the descriptors of a session of the last kernel back and
 * passes them on, as sd_listen_fds_with_names(3) takes them.
 *
 * A session can be retrieved once, and ends with its last descriptor. So a process
 * is left behind that keeps it until the command is ready, and after any error;
 * the next restore takes it over from there.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hold.h"
#include "journal.h"
#include "luoctl.h"
#include "mapping.h"
#include "session.h"
#include "state.h"

/* When a command has what it needs, so that the session may be finished. */
enum ready {
	READY_EXEC,		/* when it runs */
	READY_FD,		/* when it has written to $LUOCTL_READY_FD */
	READY_KEEP,		/* when another luoctl restores or aborts it */
};

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

/* A session that was retrieved. */
struct taken {
	const char *name;
	int session;
	struct session_holder holder;
	int *fds;		/* one for each entry of the mapping */
};

/*
 * Retrieve a session and all of its files. The session is not finished, so that it
 * can be taken over again.
 */
static int take_session(struct taken *taken, struct mapping *mapping)
{
	const char *name = taken->name;
	int session = session_retrieve(name, &taken->holder);
	int ret = 0;

	taken->session = session;
	if (session < 0)
		return -1;
	if (!mapping->nr)
		ret = retrieve_names(name, session, mapping);
	taken->fds = xzalloc((mapping->nr + 1) * sizeof(*taken->fds));
	ret = ret ?: retrieve_all(name, session, mapping, taken->fds);
	if (ret) {
		keep(name, session, &taken->holder);
		close(session);
	}

	return ret;
}

/* For luoctl restore of the same name, which finds nothing then. */
static void note_restored(const struct taken *taken)
{
	char *by = xasprintf("process %d", getpid());

	state_write(NOTE_RESTORED, taken->name, by);
	journal(JOURNAL_RESTORED, taken->name,
		"session %s of the previous kernel is restored, by %s",
		taken->name, by);
	free(by);
}

/* End the session: its files are those of this process now. */
static int finish_session(struct taken *taken)
{
	if (session_finish(taken->session)) {
		keep(taken->name, taken->session, &taken->holder);
		return -1;
	}
	if (taken->holder.pid)
		kill(taken->holder.pid, SIGTERM);
	else if (hold_has_store())
		hold_unstore(taken->name);
	note_restored(taken);

	return 0;
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
 * Run the command in the place of luoctl. Returns if it cannot be run, with the
 * descriptors where they were. @keep_from is above all descriptors in use.
 */
static int exec_command(const struct mapping *mapping, const int *fds,
			int keep_from, char **command)
{
	int *moved = xzalloc((mapping->nr + 1) * sizeof(*moved));
	size_t nr_moved, i;

	/* Out of the way of the numbers that they get. */
	for (nr_moved = 0; nr_moved < mapping->nr; nr_moved++) {
		moved[nr_moved] = fcntl(fds[nr_moved], F_DUPFD_CLOEXEC,
					keep_from);
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

/* A pipe above the descriptors that a command is given. */
static int open_ready(int *ready, int from)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return complain("no pipe: %s", strerror(errno));
	for (int i = 0; i < 2; i++) {
		ready[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, from);
		close(fds[i]);
	}
	if (ready[0] >= 0 && ready[1] >= 0)
		return 0;

	return complain("no pipe: %s", strerror(errno));
}

/* Tell the process that keeps the session, or the command, when to finish it. */
static void set_ready(int fd, enum ready when)
{
	static const char at_exec = HOLD_AT_EXEC, keep = HOLD_KEEP;

	if (when == READY_FD) {
		fcntl(fd, F_SETFD, 0);
		set_number("LUOCTL_READY_FD", fd);
	} else if (write(fd, when == READY_KEEP ? &keep : &at_exec, 1) != 1) {
		/* The process keeps the session then, which loses nothing. */
		return;
	}
}

/*
 * Leave a process behind that has the session until the command is ready, and run
 * the command. Returns if it cannot be run; the session is kept then.
 */
static int run_command(struct taken *taken, const struct mapping *mapping,
		       enum ready when, char **command)
{
	static const char kept = HOLD_KEEP;
	int from = LISTEN_FDS_START + 2 * mapping->nr + 16;
	int ready[2] = { -1, -1 };
	pid_t holder;

	if (open_ready(ready, from))
		goto err_keep;
	holder = hold_until(taken->session, ready[0]);
	if (holder < 0)
		goto err_keep;
	close(ready[0]);
	if (taken->holder.pid)
		kill(taken->holder.pid, SIGTERM);
	close(taken->session);
	if (when != READY_KEEP)
		note_restored(taken);

	set_ready(ready[1], when);
	exec_command(mapping, taken->fds, from, command);
	state_remove(NOTE_RESTORED, taken->name);
	if (write(ready[1], &kept, 1) == 1)
		fprintf(stderr, "luoctl: session %s is kept by process %d; luoctl restore takes it over from there\n",
			taken->name, holder);

	return -1;

err_keep:
	keep(taken->name, taken->session, &taken->holder);

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

/* A service manager keeps the session in its store, and no process does. */
static int run_stored(struct taken *taken, const struct mapping *mapping,
		      char **command)
{
	int from = LISTEN_FDS_START + 2 * mapping->nr;

	if (finish_session(taken))
		return -1;
	exec_command(mapping, taken->fds, from, command);
	keep_fds(taken->name, mapping, taken->fds);

	return -1;
}

static int restore(const char *name, struct mapping *mapping, enum ready when,
		   char **command)
{
	struct taken taken = { .name = name };
	int ret;

	if (session_check_name(name) ||
	    (*command && check_command_there(*command)))
		return -1;
	ret = take_session(&taken, mapping);
	if (!ret && *command)
		ret = !taken.holder.pid && hold_has_store() ?
		      run_stored(&taken, mapping, command) :
		      run_command(&taken, mapping, when, command);
	else if (!ret)
		ret = finish_session(&taken) ?:
		      keep_fds(name, mapping, taken.fds);
	free(taken.fds);

	return ret;
}

static int parse_ready(const char *text, enum ready *when)
{
	if (!strcmp(text, "exec"))
		*when = READY_EXEC;
	else if (!strcmp(text, "fd"))
		*when = READY_FD;
	else
		return complain("--ready %s: expected exec or fd", text);

	return 0;
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

struct arguments {
	struct mapping mapping;
	enum ready ready;
};

/* Take options up to the next word that is none. */
static int parse_options(int argc, char **argv, struct arguments *args)
{
	static const struct option options[] = {
		{ "keep", no_argument, NULL, 'k' },
		{ "ready", required_argument, NULL, 'r' },
		{ "timeout", required_argument, NULL, 'w' },
		{ "token", required_argument, NULL, 't' },
		{}
	};
	int option, ret = 0;

	while (!ret && (option = getopt_long(argc, argv, "+", options,
					     NULL)) >= 0) {
		if (option == 't')
			ret = add_token(&args->mapping, optarg);
		else if (option == 'k')
			args->ready = READY_KEEP;
		else if (option == 'r')
			ret = parse_ready(optarg, &args->ready);
		else if (option == 'w')
			ret = session_parse_timeout(optarg);
		else
			ret = usage(&restore_command);
	}

	return ret;
}

static int run(int argc, char **argv)
{
	struct arguments args = { .ready = READY_EXEC };
	int ret, name;

	/* Options may stand on either side of the session. */
	ret = parse_options(argc, argv, &args);
	name = optind++;
	if (!ret && name < argc)
		ret = parse_options(argc, argv, &args);
	if (!ret && (name >= argc ||
		     (optind < argc && strcmp(argv[optind - 1], "--"))))
		ret = usage(&restore_command);
	ret = ret ?: restore(argv[name], &args.mapping, args.ready,
			     argv + optind);
	mapping_free(&args.mapping);

	return ret ? EXIT_FAILED : EXIT_DONE;
}

const struct command restore_command = {
	.name = "restore",
	.arguments = "[--ready exec|fd] [--keep] [--timeout SECONDS] [--token NAME=TOKEN]... SESSION [-- COMMAND...]",
	.does = "take the descriptors of a session back, and run COMMAND with them",
	.run = run,
};
