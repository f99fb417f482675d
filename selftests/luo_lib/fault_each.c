// SPDX-License-Identifier: GPL-2.0
/* Preserve and retrieve files while allocations fail, each in turn. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../kselftest.h"
#include "fault.h"
#include "fault_each.h"
#include "session.h"

static bool report(int number, const char *what, int err)
{
	ksft_print_msg("allocation %d: %s: %s\n", number, what,
		       err ? strerror(-err) : "success");
	return false;
}

static void name_session(char *name, size_t size, int number)
{
	snprintf(name, size, "allocation %d", number);
}

/* Return false if the error is not the one of a failed allocation. */
static bool preserve(const struct fault_each *test, int session, int fd, int number,
		     int *err, bool *failed)
{
	fault_arm(number);
	*err = luo_session_preserve_fd(session, fd, 0);
	*failed = !fault_disarm();
	if (*err && (*err != -ENOMEM || !*failed))
		return report(number, "preserve", *err);
	if (*err && test->refused && !test->refused(fd, number))
		return report(number, "the file that was refused", *err);
	return true;
}

bool fault_each_preserve(const struct fault_each *test)
{
	int number, failures = 0, session, fd, err;
	bool failed = true;
	char name[32];

	for (number = 1; number <= test->nr; number++) {
		name_session(name, sizeof(name), number);
		session = session_create(name);
		fd = test->create(number);
		err = -ENOMEM;
		if (failed) {
			if (!preserve(test, session, fd, number, &err, &failed))
				return false;
			failures += !!err;
		}
		if (err)
			session_preserve(session, fd, 0);
		if (!test->preserved(fd, number))
			return report(number, "the preserved file", err);
		close(fd);
	}
	ksft_print_msg("preserving failed %d times\n", failures);
	return failures && !failed;
}

bool fault_each_retrieve(const struct fault_each *test)
{
	int number, failures = 0, session, fd;
	bool armed, failed = true;
	char name[32];

	for (number = 1; number <= test->nr; number++) {
		name_session(name, sizeof(name), number);
		session = session_retrieve(name);
		armed = failed;
		if (armed)
			fault_arm(number);
		fd = luo_session_retrieve_fd(session, 0);
		if (armed)
			failed = !fault_disarm();
		/* File systems return ENOSPC if they have no memory for an inode. */
		if (fd < 0 && (!failed || (fd != -ENOMEM && fd != -ENOSPC)))
			return report(number, "retrieve", fd);
		if (fd >= 0 && !test->retrieved(fd, number, failed))
			return report(number, "the retrieved file", 0);
		failures += fd < 0;
		session_finish(session);
	}
	ksft_print_msg("retrieving failed %d times\n", failures);
	return failures && !failed;
}
