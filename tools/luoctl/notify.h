/* SPDX-License-Identifier: GPL-2.0 */
/*
 * notify - the protocol of sd_notify(3), from both ends: luoctl sends messages to the
 * service manager, and stands between the manager and a command to see its READY=1.
 *
 * The library of systemd is not used because Debian has none to link a static luoctl
 * with.
 */
#ifndef LUOCTL_NOTIFY_H
#define LUOCTL_NOTIFY_H

#include <sys/types.h>

#include "util.h"

/* As in systemd, and in the kernel: SCM_MAX_FD. */
#define NOTIFY_TEXT_MAX	4096
#define NOTIFY_FDS_MAX	253

/* One message. */
struct notice {
	char text[NOTIFY_TEXT_MAX + 1];
	size_t len;
	int fds[NOTIFY_FDS_MAX];
	size_t nr_fds;
	pid_t sender;
};

/* Does the environment name a socket of a service manager? */
bool notify_is_set(void);

/*
 * Send a message to the service manager, with a descriptor unless that is -1, in the
 * name of process @pid, or of this one if that is 0. Returns 0, or -1 with errno.
 */
int notify_send(const char *message, int fd, pid_t pid);

/*
 * Wait until the service manager has taken what was sent before: it does not know a
 * sender any more that has ended. Returns 0, or -1 with errno.
 */
int notify_barrier(pid_t pid);

/*
 * Make a socket for messages of a command, and its address for NOTIFY_SOCKET in
 * @address, to be freed. Returns the socket, or -1 with errno.
 */
int notify_listen(char **address);

/* Receive a message. Returns 0, or -1 with errno. Its descriptors are to be closed. */
int notify_receive(int sock, struct notice *notice);
void notify_close(struct notice *notice);

/* Send a message of another process on, in the name of process @pid. */
void notify_forward(const struct notice *notice, pid_t pid);

/* Has the message that line? */
bool notify_has(const struct notice *notice, const char *line);

#endif
