// SPDX-License-Identifier: GPL-2.0
/*
 * notify MESSAGE... - send each to $NOTIFY_SOCKET, in a datagram, as sd_notify(3) does.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = { AF_UNIX, "" };
	const char *path = getenv("NOTIFY_SOCKET");
	int sock = socket(AF_UNIX, SOCK_DGRAM, 0);
	socklen_t len;

	if (!path || strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr, "no NOTIFY_SOCKET\n");
		return 1;
	}
	memcpy(address.sun_path, path, strlen(path));
	if (*path == '@')
		*address.sun_path = 0;
	len = offsetof(struct sockaddr_un, sun_path) + strlen(path);
	for (int i = 1; i < argc; i++) {
		if (sendto(sock, argv[i], strlen(argv[i]), 0, (void *)&address,
			   len) < 0) {
			perror(path);
			return 1;
		}
	}
	/* Do not exit before the manager has looked up the sender. */
	sleep(1);

	return 0;
}
