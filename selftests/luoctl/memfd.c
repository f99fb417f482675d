// SPDX-License-Identifier: GPL-2.0
/*
 * memfd TEXT [POSITION] - create a memfd with a text, and a process in the background that has
 * it open. Print the path of the memfd.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = memfd_create("memfd", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	pid_t pid;

	if (argc < 2 || fd < 0 ||
	    write(fd, argv[1], strlen(argv[1])) != (ssize_t)strlen(argv[1]) ||
	    lseek(fd, argc > 2 ? atol(argv[2]) : 0, SEEK_SET) < 0)
		return 1;

	pid = fork();
	if (pid < 0)
		return 1;
	if (pid) {
		printf("/proc/%d/fd/%d\n", pid, fd);
		return 0;
	}
	setsid();
	close(0);
	close(1);
	close(2);
	for (;;)
		pause();
}
