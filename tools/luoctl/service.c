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

/* The first descriptor that the command is given. */
#define LISTEN_FDS_START	3

#define HOLDER_TIMEOUT_MS	10000

/* What was found of an earlier run: its files by name. */
struct found {
	struct mapping mapping;
	int *fds;
	struct sessions sessions;
	const struct session *outgoing;	/* the files are of it, or NULL */
};

static bool is_named(const struct service_path *path, const char *name)
{
	return strlen(name) == path->len && !strncmp(name, path->name, path->len);
}

/* The file of that name, or -1. */
static int found_fd(const struct found *found, const char *name)
{
	const struct mapping_entry *entry = mapping_find(&found->mapping, name);

	return entry ? found->fds[entry - found->mapping.entries] : -1;
}

/* A file that is passed over would be lost with the session. */
static int check_found(const struct service *service, const struct found *found)
{
	for (size_t i = 0; i < found->mapping.nr; i++) {
		const char *name = found->mapping.entries[i].name;
		bool known = mapping_find(&service->files, name);

		for (size_t j = 0; j < service->nr_copies; j++)
			known |= is_named(&service->copies[j], name);
		if (!known)
			return complain("session %s: has a file %s, and neither %s=SIZE nor --copy %s=PATH is among the arguments",
					service->session, name, name, name);
	}

	return 0;
}

static int create_file(const struct mapping_entry *entry)
{
	int fd = memfd_create(entry->name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && !ftruncate(fd, entry->size))
		return fd;
	complain("%s: no memfd of %llu bytes: %s", entry->name, entry->size,
		 strerror(errno));
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

/* The descriptor of the command itself: it may have no right to see others. */
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
		return complain("--link %s: expected NAME=PATH, and NAME=SIZE among the arguments",
				link->name);
	if (!lstat(link->path, &st) && !S_ISLNK(st.st_mode))
		return complain("%s: is there, and is no symbolic link",
				link->path);
	unlink(link->path);
	target = xasprintf("/proc/self/fd/%zu", LISTEN_FDS_START + i);
	ret = symlink(target, link->path);
	free(target);
	if (ret)
		complain("%s: no symbolic link: %s", link->path, strerror(errno));

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

/* Put a copy back at its path, with the owner and the mode that the file had. */
static int put_back(const struct service_path *copy, int from,
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

static int put_back_all(const struct service *service, const struct found *found)
{
	for (size_t i = 0; i < service->nr_copies; i++) {
		const struct service_path *copy = &service->copies[i];

		for (size_t j = 0; j < found->mapping.nr; j++) {
			const struct mapping_entry *entry =
				&found->mapping.entries[j];

			if (is_named(copy, entry->name) &&
			    put_back(copy, found->fds[j], entry))
				return -1;
		}
	}

	return 0;
}

/* An inode among the descriptors of one process. */
struct search {
	pid_t pid;
	const char *inode;	/* as in NOTE_INODES */
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

/* A copy has the owner and the mode of the file, as long as this kernel runs. */
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

/* Take one file that process @pid keeps: "DEVICE:INODE NAME". */
static int take_file(pid_t pid, const char *line, struct found *found)
{
	struct search search = { pid, line };
	const char *name = strchr(line, ' ') ?: " ?";
	int fd = proc_each_fd(has_inode, &search), taken;

	taken = fd ? proc_take_fd(pid, fd) : -1;
	if (taken < 0)
		return complain("session %s: is outgoing, and process %d does not have its file %s; luoctl abort %s, if that may be lost",
				found->outgoing->name, pid, name + 1,
				found->outgoing->name);
	/* The number is for a file of the command, or for none. */
	if (pid == getpid())
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	found->fds = xrealloc(found->fds, found->mapping.nr + 1,
			      sizeof(*found->fds));
	found->fds[found->mapping.nr] = taken;

	if (mapping_add(&found->mapping, name + 1, found->mapping.nr + 1))
		return -1;
	set_owner(&found->mapping.entries[found->mapping.nr - 1], taken);

	return 0;
}

/* Take the files that are kept beside the outgoing session. */
static int take_files(struct found *found)
{
	const struct session *session = found->outgoing;
	char *inodes = state_read(NOTE_INODES, session->name);
	char *rest = inodes, *line;
	int ret = 0;

	while (!ret && (line = strsep(&rest, "\n"))) {
		if (*line)
			ret = take_file(session->pid, line, found);
	}
	if (!ret && !found->mapping.nr)
		ret = complain("session %s: is outgoing, and luoctl has no note of its files; luoctl abort %s, if these may be lost",
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

/* Call the session off: its files are in use again. */
static void end_outgoing(const struct found *found)
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
		/* A session of the same name can be made after that. */
		poll(&end, 1, HOLDER_TIMEOUT_MS);
	}
	close(end.fd);
	state_forget_saved(session->name);
	(void)index_update();
}

/* If the service has stopped for an update that was not made, its files are here. */
static int find_outgoing(const char *name, struct found *found)
{
	const struct session *session;

	sessions_find(&found->sessions);
	session = sessions_outgoing(&found->sessions, name);
	if (!session)
		return 0;
	if (session->pid != getpid() && strcmp(session->process, HOLD_NAME))
		return complain("session %s: is outgoing, and process %d (%s) has it, which is not luoctl's",
				name, session->pid, session->shown_process);
	found->outgoing = session;

	return take_files(found);
}

static int find(struct service *service, struct found *found)
{
	struct taken *taken = &service->taken;
	char *why;
	int ret;

	taken->name = service->session;
	taken->session = session_retrieve_if(taken->name, &taken->holder);
	if (taken->session >= 0) {
		if (restore_files(taken, &found->mapping))
			return -1;
		service->restored = true;
		found->fds = taken->fds;
		return 0;
	}
	if (taken->session != -ENOENT)
		return -1;
	ret = find_outgoing(taken->name, found);
	if (!ret && !found->mapping.nr) {
		why = session_why_none(taken->name);
		fprintf(stderr, "luoctl: %s; its files are new\n", why);
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
	      put_back_all(service, &found);
	for (size_t i = 0; !ret && i < service->nr_links; i++)
		ret = make_link(service, &service->links[i]);
	if (ret && service->restored)
		restore_keep(&service->taken);
	if (!ret && found.outgoing)
		end_outgoing(&found);
	service->taken.fds = service->fds;
out:
	sessions_free(&found.sessions);
	free(found.fds);
	mapping_free(&found.mapping);

	return ret;
}

/* Add what is at the path of a copy, if anything. */
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
		ret = complain("%s: its copy cannot have its owner and mode: %s",
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
