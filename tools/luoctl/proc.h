/* SPDX-License-Identifier: GPL-2.0 */
/*
 * proc - find the descriptors of other processes, and copy them.
 */
#ifndef LUOCTL_PROC_H
#define LUOCTL_PROC_H

#include <sys/types.h>

#include "util.h"

/* Called for a descriptor of a process. Returns 0 to continue. */
typedef int (*proc_fd_fn)(pid_t pid, int fd, const char *target, void *context);

/*
 * Call @fn for each descriptor of each process, as far as luoctl may read /proc. Returns
 * the last value of @fn, or 0.
 */
int proc_each_fd(proc_fd_fn fn, void *context);

/* The same for the descriptors of luoctl itself. */
int proc_each_own_fd(proc_fd_fn fn, void *context);

/*
 * Copy descriptor @fd of a process. Returns a descriptor of the same open file, or -1
 * with errno.
 */
int proc_copy_fd(pid_t pid, int fd);

/* Get the name of a process, or "?" if it cannot be read. The caller frees it. */
char *proc_name(pid_t pid);

/*
 * Open @where: the number of a descriptor that luoctl was started with, /proc/PID/fd/N
 * or a symbolic link to that for a descriptor of a process, or the path of a file.
 * Sets @owner to the process that has it open, which is luoctl itself except for
 * /proc/PID/fd/N. Returns a descriptor. On error, prints the error and returns -1.
 */
int proc_open(const char *where, pid_t *owner);

/* Open a pidfd. Returns -1 with errno on error. */
int proc_pidfd(pid_t pid);

/* Check if the process has begun to exit. False if there is no such process. */
bool proc_is_exiting(pid_t pid);

/*
 * Get the wait status of a process that has exited and was waited for. Returns 0, or -1
 * if the kernel does not provide it.
 */
int proc_exit_status(int pidfd, int *status);

/* Check if @pid is @ancestor or a descendant of it. */
bool proc_descends_from(pid_t pid, pid_t ancestor);

#endif
