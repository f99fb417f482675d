// SPDX-License-Identifier: GPL-2.0
/*
 * abort - undo what luoctl has prepared: the image that kexec --load has loaded, the
 * write policy that it has set, and the sessions that luoctl holds.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hold.h"
#include "index.h"
#include "kexec_tools.h"
#include "luoctl.h"
#include "sessions.h"
#include "state.h"

/* Terminate the luoctl process that holds the session. */
static int release(const struct session *session)
{
	if (strcmp(session->process, HOLD_NAME))
		return complain("session %s: held by process %d (%s), which luoctl did not start",
				session->shown, session->pid, session->shown_process);
	if (kill(session->pid, SIGTERM))
		return complain("session %s: process %d: %s", session->name,
				session->pid, strerror(errno));
	if (!want_json)
		printf("session %s is cancelled\n", session->name);

	return 0;
}

static int abort_session(const char *name)
{
	const struct session *session;
	struct sessions sessions;
	char *saved = state_read(NOTE_SAVED, name);
	int ret = 0;

	sessions_find(&sessions);
	session = sessions_outgoing(&sessions, name);
	if (session)
		ret = release(session);
	else if (!saved)
		ret = complain("session %s: not saved in this boot", name);
	if (!ret) {
		state_forget_saved(name);
		ret = index_update();
	}
	sessions_free(&sessions);
	free(saved);

	return ret;
}

/* Cancel all sessions that luoctl has saved, and unload the image. */
static int abort_all(void)
{
	char **names = state_names(NOTE_SAVED);
	char *policy = state_read(NOTE_POLICY, NULL);
	int ret = 0;

	for (char **name = names; *name; name++)
		ret = abort_session(*name) ?: ret;
	state_names_free(names);
	ret = (policy ? abort_load(policy) : kexec_unload()) ?: ret;
	free(policy);
	if (!ret && !want_json)
		puts("no image is loaded, and luoctl holds no session for the next kernel");

	return ret;
}

static int run(int argc, char **argv)
{
	int ret;

	if (argc > 2)
		return usage(&abort_command);
	if (geteuid()) {
		complain("luoctl abort: must be root");
		return EXIT_FAILED;
	}
	ret = argc > 1 ? abort_session(argv[1]) : abort_all();

	return ret ? EXIT_FAILED : EXIT_DONE;
}

const struct command abort_command = {
	.name = "abort",
	.arguments = "[SESSION]",
	.does = "cancel a session, or cancel all, unload the image and restore the write policy",
	.run = run,
};
