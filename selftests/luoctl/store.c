// SPDX-License-Identifier: GPL-2.0
/*
 * store COMMAND... - run a command as a service manager with a store for descriptors does. A
 * process in the background keeps the descriptors. Print each line of the messages after the
 * name of its sender: "command", or "another" for other processes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET_PATH	"/tmp/store"

/* The process of the command. */
static pid_t pid;

static const char *name_of(const struct ucred *sender)
{
	return sender->pid == pid ? "command" : "another";
}

/* Receive a message. Return its descriptor, or -1. */
static int receive(int sock)
{
	char text[512] = "", control[CMSG_SPACE(sizeof(int)) +
				     CMSG_SPACE(sizeof(struct ucred))];
	struct ucred sender = {};
	struct iovec iov = { text, sizeof(text) - 1 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *cmsg;
	int fd = -1;

	if (recvmsg(sock, &msg, 0) < 0)
		return -1;
	for (cmsg = CMSG_FIRSTHDR(&msg); cmsg; cmsg = CMSG_NXTHDR(&msg, cmsg)) {
		if (cmsg->cmsg_type == SCM_RIGHTS)
			memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
		else if (cmsg->cmsg_type == SCM_CREDENTIALS)
			memcpy(&sender, CMSG_DATA(cmsg), sizeof(sender));
	}
	printf("%s: %s\n", name_of(&sender), text);
	fflush(stdout);
	/* The descriptor of a barrier is not stored. */
	if (!strcmp(text, "BARRIER=1"))
		close(fd);

	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { AF_UNIX, SOCKET_PATH };
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), status, on = 1;
	pid_t manager;

	unlink(SOCKET_PATH);
	if (argc < 2 || bind(sock, (void *)&address, sizeof(address)) ||
	    setsockopt(sock, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)))
		return 1;

	pid = fork();
	if (pid) {
		manager = fork();
		if (!manager) {
			close(0);
			close(2);
			for (;;)
				receive(sock);
		}
	} else {
		setenv("NOTIFY_SOCKET", SOCKET_PATH, 1);
		setenv("FDSTORE", "8", 1);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	waitpid(pid, &status, 0);

	return WEXITSTATUS(status);
}
