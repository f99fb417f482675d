// SPDX-License-Identifier: GPL-2.0
/*
 * store COMMAND... - runs a command as a service manager with a store for
 * descriptors does, and keeps what it is given, in a process that stays. Prints
 * the messages, line by line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET_PATH	"/tmp/store"

/* One message. Returns what came with it, or -1. */
static int receive(int sock)
{
	char text[512] = "", control[CMSG_SPACE(sizeof(int))];
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
	cmsg = CMSG_FIRSTHDR(&msg);
	if (cmsg && cmsg->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(cmsg), sizeof(fd));
	printf("%s\n", text);
	fflush(stdout);
	/* What goes with a barrier is not stored. */
	if (!strcmp(text, "BARRIER=1"))
		close(fd);

	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = { AF_UNIX, SOCKET_PATH };
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), status;
	pid_t manager, pid;

	unlink(SOCKET_PATH);
	if (argc < 2 || bind(sock, (void *)&address, sizeof(address)))
		return 1;

	manager = fork();
	if (!manager) {
		close(0);
		close(2);
		for (;;)
			receive(sock);
	}
	pid = fork();
	if (!pid) {
		setenv("NOTIFY_SOCKET", SOCKET_PATH, 1);
		setenv("FDSTORE", "8", 1);
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	waitpid(pid, &status, 0);

	return WEXITSTATUS(status);
}
