// SPDX-License-Identifier: GPL-2.0
/*
 * restore - retrieve the files of a session of the previous kernel, and pass them to a
 * command by the convention of sd_listen_fds_with_names(3).
 *
 * A session can be retrieved once, and ends when its last descriptor is closed. Therefore
 * a process holds it until the command is ready (see ready.h), and after any error. The
 * next restore takes it over from that process.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blackout.h"
#include "cgroup.h"
#include "command.h"
#include "directory.h"
#include "hold.h"
#include "luoctl.h"
#include "mapping.h"
#include "restore.h"
#include "session.h"

static void report_holder(const char *name, pid_t holder)
{
	if (holder)
		fprintf(stderr, "luoctl: session %s is held by process %d; luoctl restore can take it over\n",
			name, holder);
	else
		fprintf(stderr, "luoctl: session %s is in the descriptor store of the service manager\n",
			name);
}

/* Check if the session came from the descriptor store of the service manager. */
static bool is_stored(const struct session_holder *holder)
{
	return !holder->pid && hold_has_store();
}

void restore_keep(struct retrieved *retrieved)
{
	pid_t pid = retrieved->holder.pid;

	if (!pid && !is_stored(&retrieved->holder))
		pid = hold(&retrieved->session, 1);
	if (pid >= 0)
		report_holder(retrieved->name, pid);
	close(retrieved->session);
}

/* Read the names of the files from the session. */
static int retrieve_names(const char *name, int session,
			  struct mapping *mapping)
{
	int fd = session_retrieve_fd(session, MAPPING_TOKEN);
	const char *wrong;

	if (fd < 0)
		return complain("session %s: no names under token %u: %s; set them with --token NAME=TOKEN",
				name, MAPPING_TOKEN, strerror(errno));
	wrong = mapping_read(fd, mapping);
	close(fd);
	if (wrong)
		return complain("session %s: the file with the names, under token %u, %s; set them with --token NAME=TOKEN",
				name, MAPPING_TOKEN, wrong);

	return 0;
}

/*
 * Enter the control group to which the memory of a file is charged when it is retrieved.
 * The one in the mapping may not exist yet: the memory is charged to @own then, the one of
 * luoctl. Returns 0. If the control group was given as an argument, prints an error and
 * returns -1.
 */
static int enter_cgroup(const struct retrieved *retrieved,
			const struct mapping_entry *entry, const char *own)
{
	const char *cgroup = retrieved->cgroup ?: entry->cgroup;

	if (!retrieved->charge_owner || !cgroup || !cgroup_enter(cgroup))
		return 0;
	if (retrieved->cgroup)
		return complain("session %s: control group %s: %s",
				retrieved->name, cgroup, strerror(errno));
	fprintf(stderr, "luoctl: %s: control group %s: %s; the memory is charged to %s\n",
		entry->name, cgroup, strerror(errno), own ?: "luoctl");

	return 0;
}

/* Return to the control group of luoctl. */
static void leave_cgroup(const struct retrieved *retrieved, const char *own)
{
	if (retrieved->charge_owner && own && cgroup_enter(own))
		fprintf(stderr, "luoctl: control group %s: %s\n", own,
			strerror(errno));
}

static int retrieve_file(const struct retrieved *retrieved,
			 const struct mapping_entry *entry)
{
	int fd = session_retrieve_fd(retrieved->session, entry->token);

	if (fd < 0 && errno == ENOENT)
		return complain("session %s: has no token %llu, named %s",
				retrieved->name, entry->token, entry->name);
	if (fd < 0)
		return complain("session %s: %s, token %llu, cannot be retrieved: %s",
				retrieved->name, entry->name, entry->token,
				strerror(errno));

	return fd;
}

static int retrieve_all(struct retrieved *retrieved, const struct mapping *mapping)
{
	char *own = cgroup_of(getpid());
	int ret = 0;

	for (size_t i = 0; !ret && i < mapping->nr; i++) {
		const struct mapping_entry *entry = &mapping->entries[i];

		ret = enter_cgroup(retrieved, entry, own);
		if (ret)
			break;
		retrieved->fds[i] = retrieve_file(retrieved, entry);
		if (retrieved->fds[i] < 0)
			ret = -1;
		leave_cgroup(retrieved, own);
	}
	free(own);

	return ret;
}

int restore_files(struct retrieved *retrieved, struct mapping *mapping)
{
	const char *name = retrieved->name;
	s64 begin = blackout_now();
	int ret = 0;

	if (!mapping->nr)
		ret = retrieve_names(name, retrieved->session, mapping);
	retrieved->fds = xzalloc((mapping->nr + 1) * sizeof(*retrieved->fds));
	ret = ret ?: retrieve_all(retrieved, mapping);
	if (ret)
		restore_keep(retrieved);
	else
		blackout_note_retrieved(name, begin);

	return ret;
}

static void print_file(const char *name, const char *path)
{
	struct json *json = json_stdout();

	if (want_json) {
		json_open_object(json, NULL);
		json_string(json, "name", name);
		json_string(json, "path", path);
		json_close(json);
	} else if (path) {
		printf("%s=%s\n", name, path);
	} else {
		printf("%s is in the descriptor store of the service manager\n", name);
	}
}

static void print_result(const struct retrieved *retrieved,
			 const struct mapping *mapping, pid_t holder)
{
	struct json *json = json_stdout();

	if (want_json) {
		json_string(json, "session", retrieved->name);
		if (holder)
			json_number(json, "holder", holder);
		else
			json_null(json, "holder");
		json_boolean(json, "stored", mapping->nr && !holder);
		json_open_array(json, "files");
	}
	for (size_t i = 0; i < retrieved->nr_mounts; i++)
		print_file(retrieved->mounts[i].name, retrieved->mounts[i].path);
	for (size_t i = 0; i < mapping->nr; i++) {
		char *path = xasprintf("/proc/%d/fd/%d", holder, retrieved->fds[i]);

		print_file(mapping->entries[i].name, holder ? path : NULL);
		free(path);
	}
	if (want_json)
		json_close(json);
}

static int store_fds(const struct mapping *mapping, const int *fds)
{
	for (size_t i = 0; i < mapping->nr; i++) {
		if (hold_store(fds[i], mapping->entries[i].name))
			return -1;
	}

	return 0;
}

/* Keep the files open for other programs, and finish the session. */
static int keep_fds(struct retrieved *retrieved, const struct mapping *mapping)
{
	struct ready_session session = { retrieved->name, retrieved->session,
					 is_stored(&retrieved->holder) };
	pid_t holder = 0;

	if (hold_has_store()) {
		if (store_fds(mapping, retrieved->fds))
			goto err_keep;
	} else if (mapping->nr) {
		holder = hold(retrieved->fds, mapping->nr);
		if (holder < 0)
			goto err_keep;
	}
	if (ready_finish(&session, holder ?: getpid()))
		goto err_release;
	if (retrieved->holder.pid)
		kill(retrieved->holder.pid, SIGTERM);
	if (mapping->nr || retrieved->nr_mounts)
		print_result(retrieved, mapping, holder);

	return 0;

err_release:
	if (holder)
		kill(holder, SIGTERM);
err_keep:
	restore_keep(retrieved);

	return -1;
}

int restore_exec(struct retrieved *retrieved, const struct mapping *mapping,
		 enum ready_when when, char **command)
{
	struct ready_session session = { retrieved->name, retrieved->session,
					 is_stored(&retrieved->holder) };
	pid_t holder = ready_start(when, &session, command_fd_above(mapping));
	int ret;

	if (holder < 0) {
		restore_keep(retrieved);
		return EXIT_OWN_FAILURE;
	}
	if (retrieved->holder.pid)
		kill(retrieved->holder.pid, SIGTERM);
	close(retrieved->session);
	ret = command_exec(mapping, retrieved->fds, command);
	report_holder(retrieved->name, session.stored ? 0 : holder);

	return ret;
}

/* Check the arguments of --mount before anything is mounted. */
static int check_mounts(const struct retrieved *retrieved, const struct mapping *mapping)
{
	for (size_t i = 0; i < retrieved->nr_mounts; i++) {
		const char *name = retrieved->mounts[i].name;
		const struct mapping_entry *entry = mapping_find(mapping, name);
		struct stat st;

		if (!entry)
			return complain("session %s: has no %s", retrieved->name, name);
		if (fstat(retrieved->fds[entry - mapping->entries], &st) ||
		    !S_ISDIR(st.st_mode))
			return complain("session %s: %s is a file, and cannot be mounted",
					retrieved->name, name);
	}

	return 0;
}

/*
 * Attach the trees that --mount names, and remove them from the files. What was mounted
 * before an error stays mounted; the next restore finds it there.
 */
static int mount_trees(struct retrieved *retrieved, struct mapping *mapping)
{
	if (check_mounts(retrieved, mapping))
		return -1;
	for (size_t i = 0; i < retrieved->nr_mounts; i++) {
		const struct restore_mount *mount = &retrieved->mounts[i];
		size_t index = mapping_find(mapping, mount->name) - mapping->entries;
		int *fd = &retrieved->fds[index];

		if (directory_mount(*fd, mount->name, mount->path))
			return -1;
		close(*fd);
		mapping_remove(mapping, index);
		memmove(fd, fd + 1, (mapping->nr - index) * sizeof(*fd));
	}

	return 0;
}

struct arguments {
	struct mapping mapping;
	enum ready_when ready;
	const char *cgroup;
	struct restore_mount *mounts;
	size_t nr_mounts;
};

static int restore(const char *name, struct arguments *args, char **command)
{
	struct retrieved retrieved = {
		.name = name,
		.charge_owner = true,
		.cgroup = args->cgroup,
		.mounts = args->mounts,
		.nr_mounts = args->nr_mounts,
	};
	struct mapping *mapping = &args->mapping;
	int ret;

	if (session_check_name(name))
		return -1;
	ret = *command ? command_check(*command) : 0;
	if (ret)
		return ret;
	retrieved.session = session_retrieve(name, &retrieved.holder);
	if (retrieved.session < 0)
		return -1;
	ret = restore_files(&retrieved, mapping);
	if (!ret && mount_trees(&retrieved, mapping)) {
		restore_keep(&retrieved);
		ret = -1;
	}
	if (!ret && *command)
		ret = restore_exec(&retrieved, mapping, args->ready, command);
	else if (!ret)
		ret = keep_fds(&retrieved, mapping);
	free(retrieved.fds);

	return ret;
}

/* Add an argument NAME=TOKEN. */
static int add_token(struct mapping *mapping, const char *argument)
{
	const char *equals = strchr(argument, '=');
	char *name;
	u64 token;
	int ret;

	if (!equals || !parse_u64(equals + 1, &token))
		return complain("--token %s: expected NAME=TOKEN with a number as token",
				argument);
	name = xasprintf("%.*s", (int)(equals - argument), argument);
	ret = mapping_add(mapping, name, token);
	free(name);

	return ret;
}

/* Add an argument NAME=PATH. */
static int add_mount(struct arguments *args, char *argument)
{
	char *equals = strchr(argument, '=');
	struct stat st;

	if (!equals || equals == argument || !equals[1])
		return complain("--mount %s: expected NAME=PATH", argument);
	*equals = 0;
	for (size_t i = 0; i < args->nr_mounts; i++) {
		if (!strcmp(args->mounts[i].name, argument))
			return complain("--mount %s: is given twice", argument);
	}
	if (stat(equals + 1, &st))
		return complain("--mount %s: %s: %s", argument, equals + 1, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return complain("--mount %s: %s is not a directory", argument, equals + 1);
	args->mounts = xrealloc(args->mounts, args->nr_mounts + 1, sizeof(*args->mounts));
	args->mounts[args->nr_mounts++] = (struct restore_mount){ argument, equals + 1 };

	return 0;
}

static int parse_cgroup(const char *argument, const char **cgroup)
{
	if (*argument != '/')
		return complain("--cgroup %s: expected a path that begins with /, such as /system.slice",
				argument);
	*cgroup = argument;

	return 0;
}

/* Parse options up to the first other word. */
static int parse_options(int argc, char **argv, struct arguments *args)
{
	static const struct option options[] = {
		{ "cgroup", required_argument, NULL, 'c' },
		{ "keep", no_argument, NULL, 'k' },
		{ "mount", required_argument, NULL, 'm' },
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
			ret = ready_parse(optarg, &args->ready);
		else if (option == 'w')
			ret = session_parse_timeout(optarg);
		else if (option == 'c')
			ret = parse_cgroup(optarg, &args->cgroup);
		else if (option == 'm')
			ret = add_mount(args, optarg);
		else
			ret = usage(&restore_command);
	}

	return ret;
}

static int run(int argc, char **argv)
{
	struct arguments args = {};
	bool has_command = false;
	int ret, name;

	for (int i = 1; i < argc; i++)
		has_command |= !strcmp(argv[i], "--");

	/* Options may be before and after the session. */
	ret = parse_options(argc, argv, &args);
	name = optind++;
	if (!ret && name < argc)
		ret = parse_options(argc, argv, &args);
	if (!ret && (name >= argc ||
		     (optind < argc && strcmp(argv[optind - 1], "--"))))
		ret = usage(&restore_command);
	ret = ret ?: restore(argv[name], &args, argv + optind);
	mapping_free(&args.mapping);
	free(args.mounts);

	/* The exit status must differ from those that are usual for commands. */
	if (ret == -1 || ret == EXIT_FAILED)
		ret = has_command ? EXIT_OWN_FAILURE : EXIT_FAILED;

	return ret;
}

const struct command restore_command = {
	.name = "restore",
	.arguments = "[--ready exec|notify|fd] [--keep] [--cgroup PATH] [--mount NAME=PATH]... [--timeout SECONDS] [--token NAME=TOKEN]... SESSION [-- COMMAND...]",
	.does = "retrieve the files of a session, and run COMMAND with them",
	.run = run,
};
