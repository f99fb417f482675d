// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "hold.h"
#include "notify.h"

static bool is_one_of(int fd, const int *fds, size_t nr)
{
	while (nr--) {
		if (fds[nr] == fd)
			return true;
	}

	return false;
}

static void close_others(const int *fds, size_t nr)
{
	DIR *open_fds = opendir("/proc/self/fd");
	struct dirent *entry;
	u64 fd;

	if (!open_fds)
		return;
	while ((entry = readdir(open_fds))) {
		if (parse_u64(entry->d_name, &fd) && fd > 2 &&
		    (int)fd != dirfd(open_fds) && !is_one_of(fd, fds, nr))
			close(fd);
	}
	closedir(open_fds);
}

void hold_detach(const int *fds, size_t nr)
{
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	/* Unblock SIGTERM, with which another luoctl terminates this process. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	prctl(PR_SET_NAME, HOLD_NAME);
	signal(SIGHUP, SIG_IGN);
	/* Keep no file system busy: the process may run for months. */
	if (chdir("/"))
		_exit(EXIT_FAILED);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	close_others(fds, nr);
}

static void __attribute__((noreturn)) keep(const int *fds, size_t nr, int ready)
{
	int *kept = xzalloc((nr + 1) * sizeof(*kept));

	memcpy(kept, fds, nr * sizeof(*kept));
	kept[nr] = ready;
	hold_detach(kept, nr + 1);
	if (write(ready, "", 1) != 1)
		_exit(EXIT_FAILED);
	close(ready);
	for (;;)
		pause();
}

pid_t hold(const int *fds, size_t nr)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC))
		return complain("cannot start a process to hold the descriptors: %s",
				strerror(errno));
	fflush(stdout);
	pid = fork();
	if (!pid)
		keep(fds, nr, ready[1]);
	close(ready[1]);
	if (pid < 0)
		complain("cannot start a process to hold the descriptors: %s",
			 strerror(errno));
	else if (read(ready[0], &byte, 1) != 1)
		pid = complain("the process that should hold the descriptors has ended");
	close(ready[0]);

	return pid;
}

/* FDSTORE is the number of descriptors that systemd can store, since systemd 254. */
bool hold_has_store(void)
{
	const char *store = getenv("FDSTORE");
	u64 nr;

	return notify_is_set() && store && parse_u64(store, &nr) && nr;
}

int hold_store(int fd, const char *name)
{
	char *message = xasprintf("FDSTORE=1\nFDNAME=%s\nFDPOLL=0", name);
	int ret = notify_send(message, fd, 0) ?: notify_barrier(0);

	if (ret)
		complain("%s: the service manager did not store the descriptor: %s",
			 name, strerror(errno));
	free(message);

	return ret;
}

void hold_unstore(const char *name, pid_t pid)
{
	char *message = xasprintf("FDSTOREREMOVE=1\nFDNAME=%s", name);

	/* Ignore errors: a finished session in the store does no harm. */
	if (!notify_send(message, -1, pid))
		(void)notify_barrier(pid);
	free(message);
}
