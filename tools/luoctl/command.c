// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

/* The first descriptor of the command, by the convention of sd_listen_fds(3). */
#define LISTEN_FDS_START	3

/* The exit status of env(1) and timeout(1) for a command that cannot be run. */
static int exit_of_errno(int error)
{
	return error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_INVOKE;
}

static int complain_command(const char *command)
{
	int ret = exit_of_errno(errno);

	complain("%s: %s", command, strerror(errno));

	return ret;
}

int command_check(const char *command)
{
	const char *path = getenv("PATH") ?: "/bin:/usr/bin";

	if (strchr(command, '/'))
		return access(command, X_OK) ? complain_command(command) : 0;
	while (*path) {
		size_t len = strcspn(path, ":");
		char *file = xasprintf("%.*s/%s", (int)len, path, command);
		int err = access(file, X_OK);

		free(file);
		if (!err)
			return 0;
		path += len + (path[len] == ':');
	}
	complain("%s: no such command", command);

	return EXIT_NOT_FOUND;
}

int command_fd_above(const struct mapping *mapping)
{
	return LISTEN_FDS_START + 2 * mapping->nr + 16;
}

void command_set_number(const char *variable, unsigned long value)
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
	command_set_number("LISTEN_FDS", mapping->nr);
	command_set_number("LISTEN_PID", getpid());
	setenv("LISTEN_FDNAMES", names, 1);
	/* A newer service manager sets it to the ID of luoctl's own pidfd. */
	unsetenv("LISTEN_PIDFDID");
	free(names);
}

int command_exec(const struct mapping *mapping, const int *fds, char **command)
{
	int *moved = xzalloc((mapping->nr + 1) * sizeof(*moved));
	int above = command_fd_above(mapping), ret;
	size_t nr_moved, i;

	/* Move the descriptors above all numbers that the command gets. */
	for (nr_moved = 0; nr_moved < mapping->nr; nr_moved++) {
		moved[nr_moved] = fcntl(fds[nr_moved], F_DUPFD_CLOEXEC, above);
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
	ret = exit_of_errno(errno);
	complain("cannot run %s: %s", command[0], strerror(errno));
	for (i = 0; i < nr_moved; i++)
		dup2(moved[i], fds[i]);
	free(moved);

	return ret;
}
