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

#include "command.h"
#include "hold.h"
#include "journal.h"
#include "notify.h"
#include "proc.h"
#include "ready.h"
#include "session.h"
#include "state.h"

/* What the process that decides works with. */
struct watch {
	enum ready_when when;
	const struct ready_session *session;
	pid_t command;		/* luoctl, which is to become the command */
	int pidfd;		/* of it */
	int failed;		/* closed if luoctl runs the command, or has ended */
	int sock;		/* of READY_NOTIFY and READY_FD, else -1 */
};

/*
 * The session, or -1. SIGTERM is from a luoctl that has taken it over; it arrives in
 * poll(2), after which the compiler must read this again.
 */
static int held = -1;

static void let_go(int signal)
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

/* poll(2) that goes on after a signal. */
static void wait_for(struct pollfd *fds, size_t nr)
{
	while (poll(fds, nr, -1) < 0 && errno == EINTR)
		;
}

/*
 * Does luoctl run the command? It closes @failed when it does, and also when it is
 * killed: then it is about to end, or has ended by a signal. Ending by itself before,
 * it would have sent a byte.
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
	/* The exit status is known when the parent has taken it. */
	end.events = 0;
	wait_for(&end, 1);

	return !proc_exit_status(watch->pidfd, &status) && WIFEXITED(status);
}

/* A byte of the command itself: what it runs has the descriptor, too. */
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

/* Pass messages of the command and of what it runs on. Was READY=1 among them? */
static bool pass_on(const struct watch *watch)
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

/* Returns false if the command has ended before it was ready. */
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
						  pass_on(watch);
		if (fds[0].revents & POLLHUP)
			fds[0].fd = -1;
		if (fds[1].revents)
			break;
	}

	return ready;
}

/* Without this process nothing passes messages on. */
static void serve(const struct watch *watch)
{
	struct pollfd fds[] = {
		{ .fd = watch->sock, .events = POLLIN },
		{ .fd = watch->pidfd, .events = POLLIN },
	};

	do {
		wait_for(fds, 2);
		pass_on(watch);
	} while (!fds[1].revents);
}

/* For luoctl restore of the same name, which finds nothing then. */
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

	return 0;
}

static void __attribute__((noreturn)) watch_command(const struct watch *watch)
{
	const int fds[] = { watch->session->fd, watch->pidfd, watch->failed,
			    watch->sock };

	hold_detach(fds, ARRAY_SIZE(fds));
	held = watch->session->fd;
	if (watch->when == READY_NOTIFY)
		signal(SIGTERM, let_go);
	if (has_run(watch)) {
		bool ready = wait_ready(watch);

		if (ready && held >= 0 &&
		    !ready_finish(watch->session, watch->command))
			let_go(SIGTERM);
		if (ready && watch->when == READY_NOTIFY)
			serve(watch);
	}
	if (held < 0 || watch->session->stored)
		_exit(EXIT_DONE);
	signal(SIGTERM, SIG_DFL);
	close(watch->sock);
	for (;;)
		pause();
}

/* A descriptor that no file of a command takes the number of. */
static int move_above(int *fd, int above)
{
	int moved = fcntl(*fd, F_DUPFD_CLOEXEC, above);

	close(*fd);
	*fd = moved;

	return moved < 0 ? -1 : 0;
}

/* A pair of sockets of which the first knows which process has sent a byte. */
static int open_pair(int *fds, int above)
{
	int on = 1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return -1;
	if (move_above(&fds[0], above) || move_above(&fds[1], above))
		return -1;

	return setsockopt(fds[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
}

/* What the command has to find in its environment. */
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

/* The end of luoctl without a command. */
static int failed_fd = -1;

static void say_failed(void)
{
	/* If it cannot be sent, there is no process that could finish the session. */
	(void)!send(failed_fd, "", 1, MSG_NOSIGNAL);
}

static void set_environment(const struct offer *offer)
{
	/* That of a luoctl which runs this one is not for the command. */
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
		holder = complain("no process to keep session %s: %s",
				  session->name, strerror(errno));
		goto out;
	}
	fflush(stdout);
	holder = fork();
	if (!holder)
		watch_command(&watch);
	if (holder < 0) {
		complain("no process to keep session %s: %s", session->name,
			 strerror(errno));
	} else {
		atexit(say_failed);
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
