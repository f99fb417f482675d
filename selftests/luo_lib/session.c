// SPDX-License-Identifier: GPL-2.0
/* Sessions of LUO for tests: the calls of libliveupdate, which exit on failure. */
#include <stdlib.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "session.h"

static int open_luo(void)
{
	int luo = luo_open_device();

	if (luo < 0)
		ksft_exit_fail_msg("%s: %s\n", LUO_DEVICE, strerror(errno));
	return luo;
}

int session_create(const char *name)
{
	int luo = open_luo();
	int session = luo_create_session(luo, name);

	if (session < 0)
		ksft_exit_fail_msg("session %s: %s\n", name, strerror(-session));
	close(luo);
	return session;
}

int session_retrieve(const char *name)
{
	int luo = open_luo();
	int session = luo_retrieve_session(luo, name);

	if (session < 0)
		ksft_exit_fail_msg("session %s: %s\n", name, strerror(-session));
	close(luo);
	return session;
}

void session_preserve(int session, int fd, unsigned long token)
{
	int err = luo_session_preserve_fd(session, fd, token);

	if (err)
		ksft_exit_fail_msg("preserve %#lx: %s\n", token, strerror(-err));
}

int session_retrieve_file(int session, unsigned long token)
{
	int fd = luo_session_retrieve_fd(session, token);

	if (fd < 0)
		ksft_exit_fail_msg("retrieve %#lx: %s\n", token, strerror(-fd));
	return fd;
}

void session_finish(int session)
{
	int err = luo_session_finish(session);

	if (err)
		ksft_exit_fail_msg("finish: %s\n", strerror(-err));
	close(session);
}

void session_hold(void)
{
	pid_t pid = fork();

	if (pid < 0)
		ksft_exit_fail_perror("fork");
	if (pid)
		return;
	setsid();
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	for (;;)
		pause();
}

int stage(void)
{
	const char *value = getenv("STAGE");

	return value ? atoi(value) : 1;
}
