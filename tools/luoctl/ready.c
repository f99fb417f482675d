// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blackout.h"
#include "command.h"
#include "hold.h"
#include "journal.h"
#include "notify.h"
#include "proc.h"
#include "ready.h"
#include "session.h"
#include "state.h"

/* The state of the watcher, the process that finishes the session. */
struct watch {
	enum ready_when when;
	const struct ready_session *session;
	pid_t command;		/* luoctl, which will execute the command */
	int pidfd;		/* of @command */
	int failed;		/* closed when luoctl executes the command or exits */
	int sock;		/* for READY_NOTIFY and READY_FD; -1 otherwise */
};

/*
 * The session, or -1 if another luoctl has taken it over. That luoctl sends SIGTERM,
 * which arrives in poll(2).
 */
static int held = -1;

static void close_session(int signal)
{
	if (held >= 0)
		close(held);
	held = -1;
}

int ready_parse(const char *text, enum ready_when *when)
{
	if (!strcmp(text, "exec"))
		*when = READY_EXEC;
	else if (!strcmp(text, "notify"))
		*when = READY_NOTIFY;
	else if (!strcmp(text, "fd"))
		*when = READY_FD;
	else
		return complain("--ready %s: expected exec, notify or fd", text);

	return 0;
}

/* Call poll(2) without timeout, again after a signal. */
static void wait_for(struct pollfd *fds, size_t nr)
{
	while (poll(fds, nr, -1) < 0 && errno == EINTR)
		;
}

/*
 * Wait until luoctl executes the command, or exits. Returns whether it executed the
 * command. Both execve() and a signal that kills luoctl close @failed. If luoctl exits
 * by itself, it sends a byte first.
 */
static bool has_run(const struct watch *watch)
{
	struct pollfd end = { .fd = watch->pidfd, .events = POLLIN };
	ssize_t got;
	int status;
	char byte;

	do {
		got = read(watch->failed, &byte, 1);
	} while (got < 0 && errno == EINTR);
	if (got)
		return false;
	if (!proc_is_exiting(watch->command) && !poll(&end, 1, 0))
		return true;
	/* The exit status is known after the parent has waited for the process. */
	end.events = 0;
	wait_for(&end, 1);

	return !proc_exit_status(watch->pidfd, &status) && WIFEXITED(status);
}

/* Read a byte of the command. Ignore bytes of its children, which inherit the socket. */
static bool read_byte(const struct watch *watch)
{
	struct notice notice;

	while (!notify_receive(watch->sock, &notice) && notice.len) {
		notify_close(&notice);
		if (notice.sender == watch->command)
			return true;
	}

	return false;
}

/* Forward messages of the command and its descendants. Returns whether one had READY=1. */
static bool forward(const struct watch *watch)
{
	struct notice notice;
	bool ready = false;

	while (!notify_receive(watch->sock, &notice)) {
		if (proc_descends_from(notice.sender, watch->command)) {
			ready |= notify_has(&notice, "READY=1");
			notify_forward(&notice, watch->command);
		}
		notify_close(&notice);
	}

	return ready;
}

/* Wait until the command is ready. Returns false if it exits before. */
static bool wait_ready(const struct watch *watch)
{
	struct pollfd fds[] = {
		{ .fd = watch->sock, .events = POLLIN },
		{ .fd = watch->pidfd, .events = POLLIN },
	};
	bool ready = false;

	if (watch->when == READY_EXEC || watch->when == READY_KEEP)
		return watch->when == READY_EXEC;
	while (!ready) {
		wait_for(fds, 2);
		ready = watch->when == READY_FD ? read_byte(watch) :
						  forward(watch);
		if (fds[0].revents & POLLHUP)
			fds[0].fd = -1;
		if (fds[1].revents)
			break;
	}

	return ready;
}

/* Forward messages as long as the command runs: its NOTIFY_SOCKET is ours. */
static void forward_all(const struct watch *watch)
{
	struct pollfd fds[] = {
		{ .fd = watch->sock, .events = POLLIN },
		{ .fd = watch->pidfd, .events = POLLIN },
	};

	do {
		wait_for(fds, 2);
		forward(watch);
	} while (!fds[1].revents);
}

/* Note the process, so that a later luoctl restore can report it. */
static void note_restored(const char *name, pid_t by)
{
	char *who = xasprintf("process %d", by);

	state_write(NOTE_RESTORED, name, who);
	journal(JOURNAL_RESTORED, name,
		"session %s of the previous kernel is restored, by %s", name,
		who);
	free(who);
}

int ready_finish(const struct ready_session *session, pid_t by)
{
	if (session_finish(session->fd))
		return -1;
	if (session->stored)
		hold_unstore(session->name, by);
	note_restored(session->name, by);
	blackout_note_ready(session->name);

	return 0;
}

static void __attribute__((noreturn)) watch_command(const struct watch *watch)
{
	const int fds[] = { watch->session->fd, watch->pidfd, watch->failed,
			    watch->sock };

	hold_detach(fds, ARRAY_SIZE(fds));
	held = watch->session->fd;
	if (watch->when == READY_NOTIFY)
		signal(SIGTERM, close_session);
	if (has_run(watch)) {
		bool ready = wait_ready(watch);

		if (ready && held >= 0 &&
		    !ready_finish(watch->session, watch->command))
			close_session(SIGTERM);
		if (ready && watch->when == READY_NOTIFY)
			forward_all(watch);
	}
	if (held < 0 || watch->session->stored)
		_exit(EXIT_DONE);
	signal(SIGTERM, SIG_DFL);
	close(watch->sock);
	for (;;)
		pause();
}

/* Move a descriptor above the numbers that the files of the command get. */
static int move_above(int *fd, int above)
{
	int moved = fcntl(*fd, F_DUPFD_CLOEXEC, above);

	close(*fd);
	*fd = moved;

	return moved < 0 ? -1 : 0;
}

/* Create a pair of sockets. The first one receives the credentials of senders. */
static int open_pair(int *fds, int above)
{
	int on = 1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return -1;
	if (move_above(&fds[0], above) || move_above(&fds[1], above))
		return -1;

	return setsockopt(fds[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
}

/* The environment of the command. */
struct offer {
	char *address;		/* for NOTIFY_SOCKET */
	int fd;			/* for LUOCTL_READY_FD, or -1 */
};

static int open_watch(struct watch *watch, struct offer *offer, int *failed,
		      int above)
{
	int fds[2];

	watch->pidfd = proc_pidfd(watch->command);
	if (watch->pidfd < 0 || move_above(&watch->pidfd, above) ||
	    open_pair(fds, above))
		return -1;
	watch->failed = fds[0];
	*failed = fds[1];
	if (watch->when == READY_NOTIFY) {
		watch->sock = notify_listen(&offer->address);
		return watch->sock < 0 ? -1 : move_above(&watch->sock, above);
	}
	if (watch->when == READY_FD) {
		if (open_pair(fds, above))
			return -1;
		watch->sock = fds[0];
		offer->fd = fds[1];
	}

	return 0;
}

/* The other end of watch->failed. */
static int failed_fd = -1;

static void send_failed(void)
{
	/* If it fails, there is no watcher that could finish the session. */
	(void)!send(failed_fd, "", 1, MSG_NOSIGNAL);
}

static void set_environment(const struct offer *offer)
{
	/* It may be set by another luoctl, whose command is this one. */
	unsetenv("LUOCTL_READY_FD");
	if (offer->address)
		setenv("NOTIFY_SOCKET", offer->address, 1);
	if (offer->fd >= 0) {
		fcntl(offer->fd, F_SETFD, 0);
		command_set_number("LUOCTL_READY_FD", offer->fd);
	}
}

pid_t ready_start(enum ready_when when, const struct ready_session *session,
		  int above)
{
	struct offer offer = { .fd = -1 };
	struct watch watch = {
		.when = when,
		.session = session,
		.command = getpid(),
		.pidfd = -1,
		.failed = -1,
		.sock = -1,
	};
	pid_t holder;

	if (when == READY_DEFAULT)
		watch.when = notify_is_set() ? READY_NOTIFY : READY_EXEC;
	if (open_watch(&watch, &offer, &failed_fd, above)) {
		holder = complain("cannot start a process to hold session %s: %s",
				  session->name, strerror(errno));
		goto out;
	}
	fflush(stdout);
	holder = fork();
	if (!holder)
		watch_command(&watch);
	if (holder < 0) {
		complain("cannot start a process to hold session %s: %s",
			 session->name, strerror(errno));
	} else {
		atexit(send_failed);
		set_environment(&offer);
	}
out:
	close(watch.pidfd);
	close(watch.failed);
	close(watch.sock);
	free(offer.address);

	return holder;
}

void ready_without(enum ready_when when, int above)
{
	struct offer offer = { .fd = -1 };
	int null;

	if (when == READY_FD) {
		null = open("/dev/null", O_WRONLY | O_CLOEXEC);
		offer.fd = fcntl(null, F_DUPFD_CLOEXEC, above);
		close(null);
	}
	set_environment(&offer);
}
