// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
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
		return complain("session %s: belongs to the service manager, which retrieves it itself",
				name);
	if (!strcmp(name, INDEX_SESSION))
		return complain("session %s: is the index of luoctl itself; see luoctl list",
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
		return complain(DEVICE " is in use by another process; only one can use it at a time");
	name = proc_name(pid);
	complain(DEVICE " is in use by process %d (%s); only one can use it at a time",
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

/* Open the device. Only one process at a time can; wait while another one has it open. */
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
		return complain(DEVICE ": this kernel cannot read the sessions of the previous one; its log has the reason");
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
		complain("session %s: exists already; luoctl list shows its process",
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
	int copy;
	bool found;

	if (!name || strcmp(name, search->name))
		return 0;
	/* There may be an outgoing session of the same name. */
	copy = proc_copy_fd(pid, fd);
	found = copy >= 0 && !session_is_outgoing(copy);
	if (copy >= 0)
		close(copy);
	if (found)
		*search->holder = (struct session_holder){ pid, fd };

	return found;
}

/* Take over a session that another process has retrieved, if that is a holder process. */
static int take_over(const char *name, struct session_holder *holder)
{
	struct search search = { name, holder };
	char *process;
	int session = -1;

	if (!proc_each_fd(is_session, &search))
		return complain("session %s: was retrieved already, by an unknown process",
				name);

	process = proc_name(holder->pid);
	if (strcmp(process, HOLD_NAME)) {
		complain("session %s: was retrieved already, by process %d (%s)",
			 name, holder->pid, process);
	} else {
		session = proc_copy_fd(holder->pid, holder->fd);
		if (session < 0)
			complain("session %s: cannot be taken over from process %d: %s",
				 name, holder->pid, strerror(errno));
	}
	free(process);

	return session;
}

static int is_own(pid_t pid, int fd, const char *target, void *context)
{
	const char *name = session_name(target);

	return name && !strcmp(name, context) && !session_is_outgoing(fd) ?
	       fd : 0;
}

/* Check if the previous kernel handed anything over; true if debugfs is not mounted. */
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
		why = xasprintf("session %s: was lost: the previous kernel saved it (%s) at %s, but it ended before the kexec because no process held it any longer",
				name, arrived->files, time);
	else
		why = xasprintf("session %s: was lost: the previous kernel saved it (%s) at %s, but it was not handed over: the process that held it ended after luoctl kexec, or another program has restored it",
				name, arrived->files, time);
	free(time);
	free(arrived->files);

	return why;
}

static char *why_never_saved(const char *name)
{
	char **names = state_names(NOTE_ARRIVED);
	char *list = xstrdup(""), *why;

	for (char **other = names; *other; other++) {
		char *more = xasprintf("%s%s%s", list, *list ? ", " : "", *other);

		free(list);
		list = more;
	}
	why = xasprintf("session %s: was never saved: the sessions of the previous kernel are %s",
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
		why = xasprintf("session %s: is outgoing: process %d (%s) holds it for the next kernel",
				name, outgoing->pid, outgoing->process);
	else if (restored)
		why = xasprintf("session %s: was restored already in this boot, by %s",
				name, restored);
	else if (index_find(name, &arrived))
		why = why_lost(name, &arrived);
	else if (index_has_arrived())
		why = why_never_saved(name);
	else if (!handed_over())
		why = xasprintf("session %s: the previous kernel handed nothing over: this was a cold boot, or everything was lost",
				name);
	else
		why = xasprintf("session %s: the previous kernel handed over no session of that name",
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

	/* The service manager passes sessions in its descriptor store to the service. */
	*holder = (struct session_holder){};
	ret = proc_each_own_fd(is_own, (void *)name);
	if (ret) {
		/* The command must not inherit the original. */
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

/* Check if luoctl has saved the file in a session that still exists. */
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
 * EBUSY is temporary if a page must move out of the scratch areas while it is in use by
 * I/O, and permanent if the file is in a session already.
 */
static int preserve_retry(int session,
			  struct liveupdate_session_preserve_fd *args)
{
	u64 left = session_timeout * 1000000ULL / BUSY_POLL_US;
	int ret;

	ret = ioctl(session, LIVEUPDATE_SESSION_PRESERVE_FD, args);
	if (!ret || errno != EBUSY)
		return ret;
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
		complain("%s: %s is busy after %u seconds: its pages are in use by I/O, such as a pipe that is not read or a transfer to a device, or it is in a session of another program",
			 name, where, session_timeout);
	free(other);

	return -1;
}

static bool is_directory(int fd)
{
	int error = errno;
	struct stat st;
	bool is = !fstat(fd, &st) && S_ISDIR(st.st_mode);

	errno = error;

	return is;
}

/* The kernel log has the path of the file that cannot be preserved. */
static int complain_directory(int fd, const char *name, const char *where)
{
	char *other;

	switch (errno) {
	case ENOENT:
		return complain("%s: %s cannot be preserved: this kernel has no handler for directories of a tmpfs, or the write policy excludes the kind tmpfs",
				name, where);
	case EBUSY:
		other = state_session_of(fd);
		if (other)
			complain("%s: %s is in a session already: %s", name, where, other);
		else
			complain("%s: %s cannot be preserved: a file in it is in a session already, or its pages are in use; the kernel log has its path",
				 name, where);
		free(other);
		return -1;
	case EOPNOTSUPP:
	case E2BIG:
		return complain("%s: %s cannot be preserved: %s; the kernel log has the path of the file",
				name, where, strerror(errno));
	}

	return complain("%s: %s cannot be preserved: %s", name, where,
			strerror(errno));
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

	if (!preserve_retry(session, &args))
		return 0;
	if (is_directory(fd))
		return complain_directory(fd, name, where);
	switch (errno) {
	case ENOENT:
		return complain("%s: %s cannot be preserved: this kernel has no handler for such files; it has one for memfds",
				name, where);
	case EBUSY:
		return complain_file_busy(fd, name, where);
	case EFBIG:
		return complain("%s: %s is larger than the selected format supports",
				name, where);
	case EOPNOTSUPP:
		return complain("%s: %s has seals that this kernel cannot preserve",
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

	/* Sessions of the previous kernel fail with -EINVAL before they check the rest. */
	return ioctl(session, LIVEUPDATE_SESSION_PRESERVE_FD, &args) &&
	       errno != EINVAL;
}
