// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hold.h"
#include "index.h"
#include "proc.h"
#include "save.h"
#include "service.h"
#include "sessions.h"
#include "state.h"

/* The first descriptor of the command, by the convention of sd_listen_fds(3). */
#define LISTEN_FDS_START	3

#define HOLDER_TIMEOUT_MS	10000

/* The files of an earlier run, by name. */
struct found {
	struct mapping mapping;
	int *fds;
	struct sessions sessions;
	const struct session *outgoing;	/* has the files; NULL if they are incoming */
};

static bool is_named(const struct service_path *path, const char *name)
{
	return strlen(name) == path->len && !strncmp(name, path->name, path->len);
}

/* Get the descriptor of the file of that name, or -1. */
static int found_fd(const struct found *found, const char *name)
{
	const struct mapping_entry *entry = mapping_find(&found->mapping, name);

	return entry ? found->fds[entry - found->mapping.entries] : -1;
}

/* Check that no file is ignored: it would be lost when the session is finished. */
static int check_found(const struct service *service, const struct found *found)
{
	for (size_t i = 0; i < found->mapping.nr; i++) {
		const char *name = found->mapping.entries[i].name;
		bool used = mapping_find(&service->files, name);

		for (size_t j = 0; j < service->nr_copies; j++)
			used |= is_named(&service->copies[j], name);
		if (!used)
			return complain("session %s: has a file %s, but the arguments have neither %s=SIZE nor --copy %s=PATH",
					service->session, name, name, name);
	}

	return 0;
}

static int create_file(const struct mapping_entry *entry)
{
	int fd = memfd_create(entry->name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && !ftruncate(fd, entry->size))
		return fd;
	complain("%s: cannot create a memfd of %llu bytes: %s", entry->name,
		 entry->size, strerror(errno));
	if (fd >= 0)
		close(fd);

	return -1;
}

static int open_files(struct service *service, const struct found *found)
{
	for (size_t i = 0; i < service->files.nr; i++) {
		const struct mapping_entry *entry = &service->files.entries[i];
		int fd = found_fd(found, entry->name);

		service->fds[i] = fd >= 0 ? fd : create_file(entry);
		if (service->fds[i] < 0)
			return -1;
	}

	return 0;
}

/*
 * Link to /proc/self/fd, so that the command finds its own descriptor. It may lack the
 * permission to open those of other processes.
 */
static int make_link(const struct service *service,
		     const struct service_path *link)
{
	struct stat st;
	char *target;
	size_t i;
	int ret;

	for (i = 0; i < service->files.nr; i++) {
		if (is_named(link, service->files.entries[i].name))
			break;
	}
	if (i == service->files.nr)
		return complain("--link %s: no file of that name: NAME=PATH also needs an argument NAME=SIZE",
				link->name);
	if (!lstat(link->path, &st) && !S_ISLNK(st.st_mode))
		return complain("%s: exists and is not a symbolic link",
				link->path);
	unlink(link->path);
	target = xasprintf("/proc/self/fd/%zu", LISTEN_FDS_START + i);
	ret = symlink(target, link->path);
	free(target);
	if (ret)
		complain("%s: cannot create the symbolic link: %s", link->path,
			 strerror(errno));

	return ret;
}

static ssize_t send_all(int to, int from)
{
	off_t at = 0;
	ssize_t sent;

	do {
		sent = sendfile(to, from, &at, 0x7ffff000);
	} while (sent > 0);

	return sent;
}

/* Restore the file at @copy's path, with the owner and mode that it had. */
static int restore_copy(const struct service_path *copy, int from,
			const struct mapping_entry *entry)
{
	int fd, ret;

	unlink(copy->path);
	fd = open(copy->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return complain("%s: %s", copy->path, strerror(errno));
	ret = send_all(fd, from);
	if (!ret && entry->has_owner)
		ret = fchown(fd, entry->uid, entry->gid) ?:
		      fchmod(fd, entry->mode);
	if (ret)
		complain("%s: cannot be written: %s", copy->path,
			 strerror(errno));
	close(fd);

	return ret;
}

static int restore_copies(const struct service *service,
			  const struct found *found)
{
	for (size_t i = 0; i < service->nr_copies; i++) {
		const struct service_path *copy = &service->copies[i];

		for (size_t j = 0; j < found->mapping.nr; j++) {
			const struct mapping_entry *entry =
				&found->mapping.entries[j];

			if (is_named(copy, entry->name) &&
			    restore_copy(copy, found->fds[j], entry))
				return -1;
		}
	}

	return 0;
}

/* Search the descriptors of a process for an inode. */
struct search {
	pid_t pid;
	const char *inode;	/* a line of NOTE_INODES */
};

static int has_inode(pid_t pid, int fd, const char *target, void *context)
{
	const struct search *search = context;
	char *path, *line;
	struct stat st;
	int found = 0;

	if (pid != search->pid)
		return 0;
	path = xasprintf("/proc/%d/fd/%d", pid, fd);
	if (!stat(path, &st)) {
		line = state_inode_line(&st, "");
		found = !strncmp(line, search->inode, strlen(line) - 1);
		free(line);
	}
	free(path);

	return found ? fd : 0;
}

/* Note the owner and mode of a copy. add_copy() has set them to those of the file. */
static void set_owner(struct mapping_entry *entry, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return;
	entry->has_owner = true;
	entry->mode = st.st_mode & 07777;
	entry->uid = st.st_uid;
	entry->gid = st.st_gid;
}

/* Add a file that process @pid holds. @line is "DEVICE:INODE NAME". */
static int add_held_file(pid_t pid, const char *line, struct found *found)
{
	struct search search = { pid, line };
	const char *name = strchr(line, ' ') ?: " ?";
	int fd = proc_each_fd(has_inode, &search), copy;

	copy = fd ? proc_copy_fd(pid, fd) : -1;
	if (copy < 0)
		return complain("session %s: is outgoing, but process %d does not hold its file %s; if that may be lost, use luoctl abort %s",
				found->outgoing->name, pid, name + 1,
				found->outgoing->name);
	/* The command must not inherit the original. */
	if (pid == getpid())
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	found->fds = xrealloc(found->fds, found->mapping.nr + 1,
			      sizeof(*found->fds));
	found->fds[found->mapping.nr] = copy;

	if (mapping_add(&found->mapping, name + 1, found->mapping.nr + 1))
		return -1;
	set_owner(&found->mapping.entries[found->mapping.nr - 1], copy);

	return 0;
}

/* Add the files that are held together with the outgoing session. */
static int add_held_files(struct found *found)
{
	const struct session *session = found->outgoing;
	char *inodes = state_read(NOTE_INODES, session->name);
	char *rest = inodes, *line;
	int ret = 0;

	while (!ret && (line = strsep(&rest, "\n"))) {
		if (*line)
			ret = add_held_file(session->pid, line, found);
	}
	if (!ret && !found->mapping.nr)
		ret = complain("session %s: is outgoing, but luoctl has no note of its files; if they may be lost, use luoctl abort %s",
			       session->name, session->name);
	free(inodes);

	return ret;
}

static int close_session(pid_t pid, int fd, const char *target, void *context)
{
	const char *name = session_name(target);

	if (name && !strcmp(name, context))
		close(fd);

	return 0;
}

/* Cancel the session: its files are in use again. */
static void cancel_outgoing(const struct found *found)
{
	const struct session *session = found->outgoing;
	struct pollfd end = { .fd = proc_pidfd(session->pid), .events = POLLIN };

	if (session->pid == getpid()) {
		hold_unstore(session->name, 0);
		for (size_t i = 0; i < found->mapping.nr; i++)
			hold_unstore(found->mapping.entries[i].name, 0);
		proc_each_own_fd(close_session, session->name);
	} else {
		kill(session->pid, SIGTERM);
		/* Its name can be used again after the process has exited. */
		poll(&end, 1, HOLDER_TIMEOUT_MS);
	}
	close(end.fd);
	state_forget_saved(session->name);
	(void)index_update();
}

/* Find the files of a service that was stopped for an update that did not take place. */
static int find_outgoing(const char *name, struct found *found)
{
	const struct session *session;

	sessions_find(&found->sessions);
	session = sessions_outgoing(&found->sessions, name);
	if (!session)
		return 0;
	if (session->pid != getpid() && strcmp(session->process, HOLD_NAME))
		return complain("session %s: is outgoing, and held by process %d (%s), which luoctl did not start",
				name, session->pid, session->shown_process);
	found->outgoing = session;

	return add_held_files(found);
}

static int find(struct service *service, struct found *found)
{
	struct retrieved *retrieved = &service->retrieved;
	char *why;
	int ret;

	retrieved->name = service->session;
	retrieved->session = session_retrieve_if(retrieved->name, &retrieved->holder);
	if (retrieved->session >= 0) {
		if (restore_files(retrieved, &found->mapping))
			return -1;
		service->restored = true;
		found->fds = retrieved->fds;
		return 0;
	}
	if (retrieved->session != -ENOENT)
		return -1;
	ret = find_outgoing(retrieved->name, found);
	if (!ret && !found->mapping.nr) {
		why = session_why_none(retrieved->name);
		fprintf(stderr, "luoctl: %s; creating new files\n", why);
		free(why);
	}

	return ret;
}

int service_open(struct service *service)
{
	struct found found = {};
	int ret = find(service, &found);

	if (ret)
		goto out;
	service->fds = xzalloc((service->files.nr + 1) * sizeof(*service->fds));
	ret = check_found(service, &found) ?: open_files(service, &found) ?:
	      restore_copies(service, &found);
	for (size_t i = 0; !ret && i < service->nr_links; i++)
		ret = make_link(service, &service->links[i]);
	if (ret && service->restored)
		restore_keep(&service->retrieved);
	if (!ret && found.outgoing)
		cancel_outgoing(&found);
	service->retrieved.fds = service->fds;
out:
	sessions_free(&found.sessions);
	free(found.fds);
	mapping_free(&found.mapping);

	return ret;
}

/* Add a copy of the file at a path, if it exists. */
static int add_copy(struct save *save, const struct service_path *copy)
{
	struct mapping *mapping = &save->mapping;
	char *name = xasprintf("%.*s", (int)copy->len, copy->name);
	struct stat st;
	int fd = -1, ret = 0;

	if (stat(copy->path, &st)) {
		fprintf(stderr, "luoctl: %s: %s; session %s is saved without it\n",
			copy->path, strerror(errno), save->session_name);
		goto out;
	}
	fd = save_copy(copy->path);
	ret = fd < 0 ? -1 : mapping_add(mapping, name, mapping->nr + 1);
	if (ret)
		goto out;
	save_add_fd(save, fd, copy->path);
	if (fchown(fd, st.st_uid, st.st_gid) || fchmod(fd, st.st_mode & 07777))
		ret = complain("%s: cannot set owner and mode of its copy: %s",
			       copy->path, strerror(errno));
	set_owner(&mapping->entries[mapping->nr - 1], fd);
out:
	free(name);

	return ret;
}

int service_save(const struct service *service)
{
	struct save save = {
		.session_name = service->session,
		.keep_files = true,
	};
	const struct mapping_entry *entry;
	pid_t holder;
	int ret = 0;

	for (size_t i = 0; !ret && i < service->files.nr; i++) {
		entry = &service->files.entries[i];
		ret = mapping_add(&save.mapping, entry->name, i + 1);
		save_add_fd(&save, fcntl(service->fds[i], F_DUPFD_CLOEXEC, 3),
			    "its memfd");
	}
	for (size_t i = 0; !ret && i < service->nr_copies; i++)
		ret = add_copy(&save, &service->copies[i]);
	ret = ret ?: save_session(&save, &holder);
	save_free(&save);

	return ret;
}

void service_free(struct service *service)
{
	mapping_free(&service->files);
	free(service->fds);
	free(service->links);
	free(service->copies);
}
