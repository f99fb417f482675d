// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "proc.h"

/* Since Linux 5.3 and 5.6. Older C libraries do not define them. */
#ifndef SYS_pidfd_open
#define SYS_pidfd_open	434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd	438
#endif

static int each_fd_of(pid_t pid, proc_fd_fn fn, void *context)
{
	char *path = xasprintf("/proc/%d/fd", pid);
	DIR *fds = opendir(path);
	struct dirent *entry;
	int ret = 0;
	u64 fd;

	free(path);
	if (!fds)
		return 0;
	while (!ret && (entry = readdir(fds))) {
		char target[PATH_MAX];
		ssize_t len;

		len = readlinkat(dirfd(fds), entry->d_name, target,
				 sizeof(target) - 1);
		if (len < 0 || !parse_u64(entry->d_name, &fd))
			continue;
		target[len] = 0;
		ret = fn(pid, fd, target, context);
	}
	closedir(fds);

	return ret;
}

int proc_each_fd(proc_fd_fn fn, void *context)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	int ret = 0;
	u64 pid;

	if (!processes)
		return 0;
	while (!ret && (entry = readdir(processes))) {
		if (parse_u64(entry->d_name, &pid))
			ret = each_fd_of(pid, fn, context);
	}
	closedir(processes);

	return ret;
}

int proc_each_own_fd(proc_fd_fn fn, void *context)
{
	return each_fd_of(getpid(), fn, context);
}

int proc_pidfd(pid_t pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}

/* PF_EXITING of the kernel, which /proc/pid/stat shows. */
#define FLAG_EXITING	0x4

/* Read the parent and the flags of a process. Returns 0, or -1 if it does not exist. */
static int read_stat(pid_t pid, pid_t *parent, unsigned int *flags)
{
	char *path = xasprintf("/proc/%d/stat", pid), *end;
	struct bytes stat;
	int ret = -1;

	if (!read_file(path, 4096, &stat)) {
		/* The command name may contain blanks and parentheses. */
		end = strrchr((char *)stat.data, ')');
		if (end && sscanf(end, ") %*c %d %*d %*d %*d %*d %u", parent,
				  flags) == 2)
			ret = 0;
		free(stat.data);
	}
	free(path);

	return ret;
}

bool proc_is_exiting(pid_t pid)
{
	unsigned int flags;
	pid_t parent;

	return !read_stat(pid, &parent, &flags) && flags & FLAG_EXITING;
}

bool proc_descends_from(pid_t pid, pid_t ancestor)
{
	unsigned int flags;

	while (pid > 1 && pid != ancestor) {
		if (read_stat(pid, &pid, &flags))
			return false;
	}

	return pid == ancestor;
}

/* From linux/pidfd.h, since Linux 6.15. Kernels with LUO are newer. */
struct pidfd_info {
	__u64 mask;
	__u64 cgroupid;
	__u32 ids[11];
	__s32 exit_code;
};

#define PIDFD_GET_INFO	_IOWR(0xFF, 11, struct pidfd_info)
#define PIDFD_INFO_EXIT	0x8

int proc_exit_status(int pidfd, int *status)
{
	struct pidfd_info info = { .mask = PIDFD_INFO_EXIT };

	if (ioctl(pidfd, PIDFD_GET_INFO, &info) ||
	    !(info.mask & PIDFD_INFO_EXIT))
		return -1;
	*status = info.exit_code;

	return 0;
}

int proc_copy_fd(pid_t pid, int fd)
{
	int pidfd, copy, error;

	if (pid == getpid())
		return fcntl(fd, F_DUPFD_CLOEXEC, 3);
	pidfd = proc_pidfd(pid);
	if (pidfd < 0)
		return -1;
	copy = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
	error = errno;
	close(pidfd);
	errno = error;

	return copy;
}

char *proc_name(pid_t pid)
{
	char *path = xasprintf("/proc/%d/comm", pid), *name;
	struct bytes comm;

	if (read_file(path, 4096, &comm)) {
		name = xstrdup("?");
	} else {
		name = (char *)comm.data;
		name[strcspn(name, "\n")] = 0;
	}
	free(path);

	return name;
}

/* Parse "/proc/PID/fd/N". */
static bool parse_proc_path(const char *path, pid_t *pid, int *fd)
{
	char end;

	if (sscanf(path, "/proc/self/fd/%d%c", fd, &end) == 1) {
		*pid = getpid();
		return true;
	}

	return sscanf(path, "/proc/%d/fd/%d%c", pid, fd, &end) == 2;
}

static int open_own(const char *where, int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy < 0)
		return complain("%s: luoctl was not started with a descriptor %d",
				where, fd);

	return copy;
}

static int open_other(const char *where, pid_t pid, int fd)
{
	int copy = proc_copy_fd(pid, fd);

	if (copy >= 0)
		return copy;
	switch (errno) {
	case ESRCH:
	case EINVAL:
		return complain("%s: no process %d", where, pid);
	case EBADF:
		return complain("%s: process %d has no descriptor %d", where,
				pid, fd);
	case EPERM:
		return complain("%s: must be root or the owner of process %d",
				where, pid);
	}

	return complain("%s: %s", where, strerror(errno));
}

int proc_open(const char *where, pid_t *owner)
{
	char target[PATH_MAX];
	ssize_t len;
	pid_t pid;
	u64 number;
	int fd;

	*owner = getpid();
	if (parse_u64(where, &number))
		return open_own(where, number > INT_MAX ? -1 : (int)number);

	/* Do not resolve a path in /proc: its link has the name of the file. */
	if (!parse_proc_path(where, &pid, &fd)) {
		len = readlink(where, target, sizeof(target) - 1);
		target[len < 0 ? 0 : len] = 0;
		if (!parse_proc_path(target, &pid, &fd)) {
			fd = open(where, O_RDWR | O_CLOEXEC | O_NONBLOCK);
			if (fd < 0)
				return complain("%s: %s", where, strerror(errno));
			return fd;
		}
	}
	if (pid == getpid())
		return open_own(where, fd);

	*owner = pid;

	return open_other(where, pid, fd);
}
