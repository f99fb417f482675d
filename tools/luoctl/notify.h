/* SPDX-License-Identifier: GPL-2.0 */
/*
 * notify - the protocol of sd_notify(3). luoctl sends messages to the service manager.
 * It also receives the messages of a command, to see READY=1, and forwards them to the
 * manager.
 *
 * Debian has no static library of systemd, so that a static luoctl could not be linked
 * with it.
 */
#ifndef LUOCTL_NOTIFY_H
#define LUOCTL_NOTIFY_H

#include <sys/types.h>

#include "util.h"

/* The limits of systemd, and SCM_MAX_FD of the kernel. */
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

/* Check if NOTIFY_SOCKET is set. */
bool notify_is_set(void);

/*
 * Send a message to the service manager, with a descriptor unless @fd is -1, on behalf
 * of process @pid, or of this process if @pid is 0. Returns 0, or -1 with errno.
 */
int notify_send(const char *message, int fd, pid_t pid);

/*
 * Wait until the service manager has received all earlier messages. It ignores messages
 * of a process that has exited before. Returns 0, or -1 with errno.
 */
int notify_barrier(pid_t pid);

/*
 * Create a socket for messages of a command. Sets @address to its address for
 * NOTIFY_SOCKET, which the caller frees. Returns the socket, or -1 with errno.
 */
int notify_listen(char **address);

/* Receive a message. notify_close() closes its descriptors. Returns 0, or -1 with errno. */
int notify_receive(int sock, struct notice *notice);
void notify_close(struct notice *notice);

/* Forward a message to the service manager on behalf of process @pid. */
void notify_forward(const struct notice *notice, pid_t pid);

/* Check if the message has that line. */
bool notify_has(const struct notice *notice, const char *line);

#endif
