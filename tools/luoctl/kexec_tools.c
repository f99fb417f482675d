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

/* Get the last line of the output that is not empty. */
static char *last_line(char *text)
{
	char *last = "kexec(8) printed no reason", *line;

	while ((line = strsep(&text, "\n"))) {
		if (*line)
			last = line;
	}

	return last;
}

int kexec_tools(const char *failure, char *const *argv)
{
	char output[4096];
	size_t len = 0;
	int fds[2], status;
	ssize_t got;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return complain("%s: %s", failure, strerror(errno));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		execvp(argv[0], argv);
		/* PATH may lack the directories for programs of root. */
		execv("/usr/sbin/kexec", argv);
		execv("/sbin/kexec", argv);
		dprintf(2, "kexec is not installed; it is in the package kexec-tools\n");
		_exit(127);
	}
	close(fds[1]);
	while ((got = read(fds[0], output + len, sizeof(output) - 1 - len)) > 0)
		len += got;
	output[len] = 0;
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return complain("%s: %s", failure, strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return complain("%s: %s", failure, last_line(output));

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
