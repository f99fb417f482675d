// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hold.h"
#include "session.h"

static bool is_one_of(int fd, const int *fds, size_t nr)
{
	while (nr--) {
		if (fds[nr] == fd)
			return true;
	}

	return false;
}

static void close_others(const int *fds, size_t nr, int ready)
{
	DIR *open_fds = opendir("/proc/self/fd");
	struct dirent *entry;
	u64 fd;

	if (!open_fds)
		return;
	while ((entry = readdir(open_fds))) {
		if (parse_u64(entry->d_name, &fd) && fd > 2 &&
		    (int)fd != dirfd(open_fds) && (int)fd != ready &&
		    !is_one_of(fd, fds, nr))
			close(fd);
	}
	closedir(open_fds);
}

/* Leave the session, the terminal and the directory of the starter. */
static void detach(const int *fds, size_t nr, int ready)
{
	int null = open("/dev/null", O_RDWR);

	setsid();
	prctl(PR_SET_NAME, HOLD_NAME);
	signal(SIGHUP, SIG_IGN);
	/* It may stay for months, and should not keep a file system busy. */
	if (chdir("/"))
		_exit(EXIT_FAILED);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	close_others(fds, nr, ready);
}

static void __attribute__((noreturn)) keep(const int *fds, size_t nr, int ready)
{
	detach(fds, nr, ready);
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
		return complain("no process to keep the descriptors: %s",
				strerror(errno));
	fflush(stdout);
	pid = fork();
	if (!pid)
		keep(fds, nr, ready[1]);
	close(ready[1]);
	if (pid < 0)
		complain("no process to keep the descriptors: %s",
			 strerror(errno));
	else if (read(ready[0], &byte, 1) != 1)
		pid = complain("the process that was to keep the descriptors has ended");
	close(ready[0]);

	return pid;
}

/* Is the session to be finished? */
static bool read_ready(int ready)
{
	bool at_end = false;
	char byte;
	ssize_t got;

	for (;;) {
		got = read(ready, &byte, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got != 1)
			return at_end;
		if (byte != HOLD_AT_EXEC)
			return byte != HOLD_KEEP;
		at_end = true;
	}
}

static void __attribute__((noreturn)) wait_ready(int session, int ready)
{
	detach(&session, 1, ready);
	if (read_ready(ready) && !session_finish(session))
		_exit(EXIT_DONE);
	close(ready);
	for (;;)
		pause();
}

pid_t hold_until(int session, int ready)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid)
		wait_ready(session, ready);
	if (pid < 0)
		complain("no process to keep the session: %s", strerror(errno));

	return pid;
}

/* systemd says with FDSTORE how many descriptors it stores, since 254. */
bool hold_has_store(void)
{
	const char *store = getenv("FDSTORE"), *notify = getenv("NOTIFY_SOCKET");
	u64 nr;

	return notify && store && parse_u64(store, &nr) && nr;
}

/* sd_notify(3), with a descriptor unless that is -1. */
static int notify(const char *message, int fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path ? strlen(path) : 0;
	char control[CMSG_SPACE(sizeof(fd))] = {};
	struct iovec iov = { (char *)message, strlen(message) };
	struct msghdr msg = {
		.msg_name = &address,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	int sock, ret, error;

	if (!len || len >= sizeof(address.sun_path) ||
	    !strchr("/@", path[0])) {
		errno = EINVAL;
		return -1;
	}
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = 0;
	msg.msg_namelen = offsetof(struct sockaddr_un, sun_path) + len;
	if (fd >= 0) {
		struct cmsghdr *cmsg;

		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(cmsg), &fd, sizeof(fd));
	}

	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return -1;
	ret = sendmsg(sock, &msg, MSG_NOSIGNAL) < 0 ? -1 : 0;
	error = errno;
	close(sock);
	errno = error;

	return ret;
}

/*
 * The manager closes the pipe when it has come to the barrier, and so has taken
 * what came before. A sender that has ended is not known to it any more.
 */
static int barrier(void)
{
	struct pollfd end = { .events = 0 };
	int fds[2], ret;

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	end.fd = fds[0];
	ret = notify("BARRIER=1", fds[1]);
	close(fds[1]);
	if (!ret && poll(&end, 1, 30000) != 1) {
		errno = ETIMEDOUT;
		ret = -1;
	}
	close(fds[0]);

	return ret;
}

int hold_store(int fd, const char *name)
{
	char *message = xasprintf("FDSTORE=1\nFDNAME=%s\nFDPOLL=0", name);
	int ret = notify(message, fd);

	if (!ret)
		ret = barrier();
	if (ret)
		complain("%s: the service manager does not take the descriptor: %s",
			 name, strerror(errno));
	free(message);

	return ret;
}

void hold_unstore(const char *name)
{
	char *message = xasprintf("FDSTOREREMOVE=1\nFDNAME=%s", name);

	/* A session that has ended does no harm there. */
	(void)notify(message, -1);
	free(message);
}
