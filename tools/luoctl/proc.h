/* SPDX-License-Identifier: GPL-2.0 */
/*
 * proc - descriptors of other processes: which there are, and one of them as a
 * descriptor of ours, of the same open file.
 */
#ifndef LUOCTL_PROC_H
#define LUOCTL_PROC_H

#include <sys/types.h>

#include "util.h"

/* An open file of a process. Returns 0 to go on. */
typedef int (*proc_fd_fn)(pid_t pid, int fd, const char *target, void *context);

/* All that may be seen. Returns 0, or what @fn returned. */
int proc_each_fd(proc_fd_fn fn, void *context);

int proc_each_own_fd(proc_fd_fn fn, void *context);

/* Returns the descriptor, or -1 with errno. */
int proc_take_fd(pid_t pid, int fd);

/* The name of a process; to be freed. "?" if it cannot be read. */
char *proc_name(pid_t pid);

/*
 * The descriptor that @where names: a number, for one that luoctl was started
 * with; /proc/PID/fd/N or a symbolic link to that; or a file to open. Complains
 * and returns -1.
 */
int proc_open(const char *where);

/* A descriptor for the process; -1 with errno. */
int proc_pidfd(pid_t pid);

/* Has the process begun to end? False if there is none. */
bool proc_is_exiting(pid_t pid);

/*
 * The status of wait(2) of a process that has ended and was waited for. Returns 0, or
 * -1 if it is not known.
 */
int proc_exit_status(int pidfd, int *status);

/* Is it the process @ancestor, or one that it or one of its children has started? */
bool proc_descends_from(pid_t pid, pid_t ancestor);

#endif
