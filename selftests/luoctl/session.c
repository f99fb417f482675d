// SPDX-License-Identifier: GPL-2.0
/*
 * Use sessions as other programs do.
 *
 * session create NAME NAMES DATA    - create a session with two memfds, NAMES
 *                                     under token 0 and DATA under token 5, and
 *                                     a process in the background that holds it
 * session pass NAME COMMAND...      - retrieve a session as a service manager
 *                                     does, and run a command that has it
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libliveupdate.h>

static int put(int session, const char *text, uint64_t token)
{
	int fd = memfd_create("text", MFD_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) ||
	    lseek(fd, 0, SEEK_SET))
		return -1;

	return luo_session_preserve_fd(session, fd, token);
}

static int create(int luo, const char *name, const char *names, const char *data)
{
	int session = luo_create_session(luo, name);

	if (session < 0 || put(session, names, 0) || put(session, data, 5))
		return 1;
	close(luo);
	if (fork())
		return 0;
	setsid();
	close(0);
	close(1);
	close(2);
	for (;;)
		pause();
}

static int pass(int luo, const char *name, char **command)
{
	int session = luo_retrieve_session(luo, name);

	if (session < 0)
		return 1;
	close(luo);
	dup2(session, 3);
	if (session != 3)
		close(session);
	fcntl(3, F_SETFD, 0);
	execvp(command[0], command);

	return 127;
}

int main(int argc, char **argv)
{
	int luo = luo_open_device();

	if (luo < 0)
		return 1;
	if (argc == 5 && !strcmp(argv[1], "create"))
		return create(luo, argv[2], argv[3], argv[4]);
	if (argc > 3 && !strcmp(argv[1], "pass"))
		return pass(luo, argv[2], argv + 3);

	return 2;
}
