// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hold.h"
#include "index.h"
#include "liveupdate.h"
#include "proc.h"
#include "session.h"
#include "sessions.h"
#include "state.h"

#define DEVICE		"/dev/liveupdate"

int session_check_name(const char *name)
{
	size_t len = strlen(name);

	if (!len || len >= LIVEUPDATE_SESSION_NAME_LENGTH)
		return complain("session '%s': found a name of %zu bytes, expected 1 to %u",
				name, len, LIVEUPDATE_SESSION_NAME_LENGTH - 1);
	for (size_t i = 0; i < len; i++) {
		if (name[i] <= ' ' || name[i] > '~' || name[i] == ':')
			return complain("session '%s': a name has visible ASCII characters only, and no colon",
					name);
	}
	if (!strcmp(name, SESSION_SYSTEMD))
		return complain("session %s: belongs to the service manager, which takes it by itself",
				name);
	if (!strcmp(name, INDEX_SESSION))
		return complain("session %s: is the index of luoctl itself; luoctl list shows it",
				name);

	return 0;
}

static int is_device(pid_t pid, int fd, const char *target, void *context)
{
	return strcmp(target, DEVICE) ? 0 : pid;
}

static int complain_busy(void)
{
	pid_t pid = proc_each_fd(is_device, NULL);
	char *name;

	if (!pid)
		return complain(DEVICE " is in use by another process, and takes one at a time");
	name = proc_name(pid);
	complain(DEVICE " is in use by process %d (%s), and takes one at a time",
		 pid, name);
	free(name);

	return -1;
}

unsigned int session_timeout = 10;

int session_parse_timeout(const char *text)
{
	u64 seconds;

	if (!parse_u64(text, &seconds) || seconds > 86400)
		return complain("--timeout %s: expected a number of seconds",
				text);
	session_timeout = seconds;

	return 0;
}

#define POLL_US		20000

/* It takes one process at a time, which is soon done with it. */
static int wait_device(void)
{
	u64 left = session_timeout * 1000000ULL / POLL_US;
	int fd;

	while ((fd = open(DEVICE, O_RDWR | O_CLOEXEC)) < 0 &&
	       errno == EBUSY && left--)
		usleep(POLL_US);

	return fd;
}

static int open_device(void)
{
	int fd = wait_device();

	if (fd >= 0)
		return fd;
	switch (errno) {
	case EBUSY:
		return complain_busy();
	case EACCES:
	case EPERM:
		return complain(DEVICE ": must be root");
	case ENOENT:
	case ENODEV:
	case ENXIO:
		return state_check_live();
	case EIO:
		return complain(DEVICE ": this kernel cannot read the sessions of the last one; its log says why");
	}

	return complain(DEVICE ": %s", strerror(errno));
}

int session_create(const char *name)
{
	struct liveupdate_ioctl_create_session args = {
		.size = sizeof(args),
	};
	int device = open_device(), ret;

	if (device < 0)
		return -1;
	memcpy(args.name, name, strlen(name));
	ret = ioctl(device, LIVEUPDATE_IOCTL_CREATE_SESSION, &args);
	if (ret && errno == EEXIST)
		complain("session %s: exists already; luoctl list says who has it",
			 name);
	else if (ret)
		complain("session %s: %s", name, strerror(errno));
	close(device);

	return ret ? -1 : args.fd;
}

const char *session_name(const char *target)
{
	static const char prefix[] = "anon_inode:[luo_session] ";

	if (strncmp(target, prefix, sizeof(prefix) - 1))
		return NULL;

	return target + sizeof(prefix) - 1;
}

struct search {
	const char *name;
	struct session_holder *holder;
};

static int is_session(pid_t pid, int fd, const char *target, void *context)
{
	struct search *search = context;
	const char *name = session_name(target);
	int taken;
	bool found;

	if (!name || strcmp(name, search->name))
		return 0;
	/* There may be one of the same name on its way out. */
	taken = proc_take_fd(pid, fd);
	found = taken >= 0 && !session_is_outgoing(taken);
	if (taken >= 0)
		close(taken);
	if (found)
		*search->holder = (struct session_holder){ pid, fd };

	return found;
}

/* A session of another process, which can be taken over if that is luoctl. */
static int take_over(const char *name, struct session_holder *holder)
{
	struct search search = { name, holder };
	char *process;
	int taken = -1;

	if (!proc_each_fd(is_session, &search))
		return complain("session %s: is taken already, by a process that cannot be seen",
				name);

	process = proc_name(holder->pid);
	if (strcmp(process, HOLD_NAME)) {
		complain("session %s: is taken already, by process %d (%s)",
			 name, holder->pid, process);
	} else {
		taken = proc_take_fd(holder->pid, holder->fd);
		if (taken < 0)
			complain("session %s: cannot be taken over from process %d: %s",
				 name, holder->pid, strerror(errno));
	}
	free(process);

	return taken;
}

static int is_own(pid_t pid, int fd, const char *target, void *context)
{
	const char *name = session_name(target);

	return name && !strcmp(name, context) && !session_is_outgoing(fd) ?
	       fd : 0;
}

/* Did the previous kernel hand anything over, as far as debugfs says? */
static bool handed_over(void)
{
	return access("/sys/kernel/debug/kho/.", F_OK) ||
	       !access("/sys/kernel/debug/kho/in/fdt", F_OK);
}

static char *why_lost(const char *name, struct arrived *arrived)
{
	char *time = time_text(arrived->when);
	char *why;

	if (arrived->ended)
		why = xasprintf("session %s: was lost: the previous kernel had saved it (%s) at %s, and it had ended before the kexec, because no process had it any more",
				name, arrived->files, time);
	else
		why = xasprintf("session %s: was lost: the previous kernel had saved it (%s) at %s, and it has not arrived: the process that kept it has ended after luoctl kexec, or another program has restored it",
				name, arrived->files, time);
	free(time);
	free(arrived->files);

	return why;
}

static char *why_never(const char *name)
{
	char **names = state_names(NOTE_ARRIVED);
	char *list = xstrdup(""), *why;

	for (char **other = names; *other; other++) {
		char *more = xasprintf("%s%s%s", list, *list ? ", " : "", *other);

		free(list);
		list = more;
	}
	why = xasprintf("session %s: never was: no session of that name was saved in the previous kernel, but %s",
			name, list);
	free(list);
	state_names_free(names);

	return why;
}

char *session_why_none(const char *name)
{
	char *restored = state_read(NOTE_RESTORED, name), *why;
	const struct session *outgoing;
	struct sessions sessions;
	struct arrived arrived;

	index_arrive();
	sessions_find(&sessions);
	outgoing = sessions_outgoing(&sessions, name);
	if (outgoing)
		why = xasprintf("session %s: is outgoing: process %d (%s) has it, and the next kernel gets it",
				name, outgoing->pid, outgoing->process);
	else if (restored)
		why = xasprintf("session %s: was restored already in this boot, by %s",
				name, restored);
	else if (index_find(name, &arrived))
		why = why_lost(name, &arrived);
	else if (index_has_arrived())
		why = why_never(name);
	else if (!handed_over())
		why = xasprintf("session %s: the previous kernel handed nothing over: this kernel was not booted by a live update, or all was lost",
				name);
	else
		why = xasprintf("session %s: the previous kernel handed over none of that name",
				name);
	free(restored);
	sessions_free(&sessions);

	return why;
}

static int complain_no_session(const char *name)
{
	char *why = session_why_none(name);

	complain("%s", why);
	free(why);

	return -1;
}

int session_retrieve(const char *name, struct session_holder *holder)
{
	int session = session_retrieve_if(name, holder);

	return session == -ENOENT ? complain_no_session(name) : session;
}

int session_retrieve_if(const char *name, struct session_holder *holder)
{
	struct liveupdate_ioctl_retrieve_session args = {
		.size = sizeof(args),
	};
	int device, ret, error;

	/* A service manager retrieves what is in its store, and passes it on. */
	*holder = (struct session_holder){};
	ret = proc_each_own_fd(is_own, (void *)name);
	if (ret) {
		/* The number is for a file of the command, or for none. */
		fcntl(ret, F_SETFD, FD_CLOEXEC);
		return fcntl(ret, F_DUPFD_CLOEXEC, 3);
	}

	device = open_device();
	if (device < 0)
		return -1;
	memcpy(args.name, name, strlen(name));
	ret = ioctl(device, LIVEUPDATE_IOCTL_RETRIEVE_SESSION, &args);
	error = errno;
	close(device);
	if (!ret)
		return args.fd;
	if (error == ENOENT)
		return -ENOENT;
	if (error == EINVAL)
		return take_over(name, holder);

	return complain("session %s: %s", name, strerror(error));
}

/* Is a process known to have the file in a session? */
static bool is_in_session(int fd)
{
	char *name = state_session_of(fd);
	struct sessions sessions;
	bool found = false;

	if (name) {
		sessions_find(&sessions);
		found = sessions_outgoing(&sessions, name);
		sessions_free(&sessions);
	}
	free(name);

	return found;
}

#define BUSY_POLL_US	100000

/*
 * A page that must move out of the scratch areas and is in use by I/O is an EBUSY that
 * passes; a file that is in a session already is one that does not.
 */
static int preserve_patiently(int session,
			      struct liveupdate_session_preserve_fd *args)
{
	u64 left = session_timeout * 1000000ULL / BUSY_POLL_US;
	int ret;

	ret = ioctl(session, LIVEUPDATE_SESSION_PRESERVE_FD, args);
	if (!ret || errno != EBUSY)
		return ret;
	/* Waiting is of no use then. */
	if (is_in_session(args->fd))
		left = 0;
	errno = EBUSY;
	while (ret && errno == EBUSY && left--) {
		usleep(BUSY_POLL_US);
		ret = ioctl(session, LIVEUPDATE_SESSION_PRESERVE_FD, args);
	}

	return ret;
}

static int complain_file_busy(int fd, const char *name, const char *where)
{
	char *other = state_session_of(fd);

	if (other && is_in_session(fd))
		complain("%s: %s is in a session already: %s", name, where,
			 other);
	else
		complain("%s: %s is busy, tried for %u seconds: its pages are in use by I/O, such as a pipe that is not read or a transfer to a device, or it is in a session already, of another program",
			 name, where, session_timeout);
	free(other);

	return -1;
}

int session_retrieve_quietly(const char *name)
{
	struct liveupdate_ioctl_retrieve_session args = {
		.size = sizeof(args),
	};
	int device = wait_device(), ret;

	if (device < 0)
		return -errno;
	memcpy(args.name, name, strlen(name));
	ret = ioctl(device, LIVEUPDATE_IOCTL_RETRIEVE_SESSION, &args) ?
	      -errno : args.fd;
	close(device);

	return ret;
}

int session_preserve(int session, int fd, u64 token, const char *name,
		     const char *where)
{
	struct liveupdate_session_preserve_fd args = {
		.size = sizeof(args),
		.fd = fd,
		.token = token,
	};

	if (!preserve_patiently(session, &args))
		return 0;
	switch (errno) {
	case ENOENT:
		return complain("%s: %s is not of a kind that this kernel carries; a memfd is",
				name, where);
	case EBUSY:
		return complain_file_busy(fd, name, where);
	case EFBIG:
		return complain("%s: %s is larger than the format that is written can tell",
				name, where);
	case EOPNOTSUPP:
		return complain("%s: %s has seals that this kernel cannot carry",
				name, where);
	}

	return complain("%s: %s cannot be preserved: %s", name, where,
			strerror(errno));
}

int session_retrieve_fd(int session, u64 token)
{
	struct liveupdate_session_retrieve_fd args = {
		.size = sizeof(args),
		.token = token,
	};

	return ioctl(session, LIVEUPDATE_SESSION_RETRIEVE_FD, &args) ? -1 :
	       args.fd;
}

int session_finish(int session)
{
	struct liveupdate_session_finish args = { .size = sizeof(args) };

	return ioctl(session, LIVEUPDATE_SESSION_FINISH, &args) ?
	       complain("the session cannot be finished: %s", strerror(errno)) :
	       0;
}

bool session_is_outgoing(int session)
{
	struct liveupdate_session_preserve_fd args = {
		.size = sizeof(args),
		.fd = -1,
		.token = ~0ULL,
	};

	/* Sessions that came from the last kernel do not look at the rest. */
	return ioctl(session, LIVEUPDATE_SESSION_PRESERVE_FD, &args) &&
	       errno != EINVAL;
}
