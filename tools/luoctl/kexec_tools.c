// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy.h"
#include "state.h"
#include "util.h"
#include "kexec_tools.h"

/* Of what kexec-tools said, the last line that says something. */
static char *last_line(char *text)
{
	char *last = "it does not say why", *line;

	while ((line = strsep(&text, "\n"))) {
		if (*line)
			last = line;
	}

	return last;
}

/* Runs kexec-tools. Complains and returns -1 where it fails. */
int kexec_tools(const char *to_do, char *const *argv)
{
	char said[4096];
	size_t len = 0;
	int fds[2], status;
	ssize_t got;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return complain("%s: %s", to_do, strerror(errno));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		execvp(argv[0], argv);
		/* Not everybody's PATH has it. */
		execv("/usr/sbin/kexec", argv);
		execv("/sbin/kexec", argv);
		dprintf(2, "no program kexec; the package kexec-tools has it\n");
		_exit(127);
	}
	close(fds[1]);
	while ((got = read(fds[0], said + len, sizeof(said) - 1 - len)) > 0)
		len += got;
	said[len] = 0;
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return complain("%s: %s", to_do, strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return complain("%s: %s", to_do, last_line(said));

	return 0;
}

enum kexec_loaded kexec_loaded(void)
{
	struct bytes text;
	bool loaded;
	char *image;

	if (read_file("/sys/kernel/kexec_loaded", 4096, &text) &&
	    read_file("/sys/kernel/kexec/loaded", 4096, &text))
		return KEXEC_NOT_LOADED;
	loaded = text.size && text.data[0] == '1';
	free(text.data);
	if (!loaded)
		return KEXEC_NOT_LOADED;
	image = state_read(NOTE_LOADED, NULL);
	free(image);

	return image ? KEXEC_LOADED : KEXEC_LOADED_BY_OTHERS;
}

int kexec_unload(void)
{
	static char *const unload[] = { "kexec", "-s", "-u", NULL };

	int ret = kexec_loaded() == KEXEC_NOT_LOADED ? 0 :
		  kexec_tools("the image cannot be unloaded", unload);

	if (!ret)
		state_remove(NOTE_LOADED, NULL);

	return ret;
}

int abort_load(const char *policy)
{
	int ret = kexec_unload();

	if (*policy && policy_exists() && policy_set(policy))
		ret = -1;
	if (!ret)
		state_remove(NOTE_POLICY, NULL);

	return ret;
}
