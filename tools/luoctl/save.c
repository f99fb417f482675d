// SPDX-License-Identifier: GPL-2.0
/*
 * save - puts descriptors into a session and sees to it that the session stays
 * until the kexec: a session ends with its last descriptor, and what is in it
 * is then no longer preserved.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hold.h"
#include "index.h"
#include "journal.h"
#include "luoctl.h"
#include "mapping.h"
#include "proc.h"
#include "save.h"
#include "session.h"
#include "state.h"

/* MemAvailable in bytes; all there may be if the kernel does not say. */
static u64 available_memory(void)
{
	unsigned long long kib;
	struct bytes text;
	const char *at;
	u64 size = ~0ULL;

	if (read_file("/proc/meminfo", 0x10000, &text))
		return size;
	at = strstr((char *)text.data, "MemAvailable:");
	if (at && sscanf(at, "MemAvailable: %llu", &kib) == 1)
		size = kib << 10;
	free(text.data);

	return size;
}

/* A copy takes memory, and a device or a pipe may never end. */
static int open_copy(const char *path)
{
	int fd = open_regular(path, SSIZE_MAX);
	u64 available = available_memory();
	struct stat st;

	if (fd < 0)
		return complain_file(path, SSIZE_MAX);
	if (fstat(fd, &st)) {
		complain_file(path, SSIZE_MAX);
	} else if ((u64)st.st_size > available) {
		complain("%s: a copy takes %llu MiB of memory, and %llu MiB are available",
			 path, (u64)st.st_size >> 20, available >> 20);
	} else {
		return fd;
	}
	close(fd);

	return -1;
}

int save_copy(const char *path)
{
	int from = open_copy(path), to;
	ssize_t copied = -1;

	if (from < 0)
		return -1;
	to = memfd_create("luo-copy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (to >= 0) {
		do {
			copied = sendfile(to, from, NULL, 0x7ffff000);
		} while (copied > 0);
		if (copied < 0)
			complain("%s: cannot be copied: %s", path,
				 strerror(errno));
		else
			lseek(to, 0, SEEK_SET);
	} else {
		complain("no memfd for a copy of %s: %s", path,
			 strerror(errno));
	}
	close(from);
	if (copied < 0 && to >= 0) {
		close(to);
		to = -1;
	}

	return to;
}

void save_add_fd(struct save *save, int fd, const char *where)
{
	struct mapping *mapping = &save->mapping;
	struct stat st;

	save->fds = xrealloc(save->fds, mapping->nr, sizeof(*save->fds));
	save->wheres = xrealloc(save->wheres, mapping->nr,
				sizeof(*save->wheres));
	save->fds[mapping->nr - 1] = fd;
	save->wheres[mapping->nr - 1] = xstrdup(where);
	if (fd >= 0 && !fstat(fd, &st))
		mapping->entries[mapping->nr - 1].size = st.st_size;
}

/* "NAME=WHERE" */
static int add(struct save *save, const char *argument, bool copy)
{
	struct mapping *mapping = &save->mapping;
	const char *equals = strchr(argument, '=');
	char *name;
	int ret, fd;

	if (!equals || !equals[1])
		return complain("'%s': expected NAME=%s", argument,
				copy ? "PATH" : "DESCRIPTOR or NAME=PATH");

	name = xasprintf("%.*s", (int)(equals - argument), argument);
	ret = mapping_add(mapping, name, mapping->nr + 1);
	free(name);
	if (ret)
		return -1;

	fd = copy ? save_copy(equals + 1) : proc_open(equals + 1);
	save_add_fd(save, fd, equals + 1);

	return fd < 0 ? -1 : 0;
}

/* The kernel has no error of its own for that. */
static int check_once(const struct save *save, size_t index)
{
	struct stat st, other;

	if (fstat(save->fds[index], &st))
		return 0;
	for (size_t i = 0; i < index; i++) {
		if (!fstat(save->fds[i], &other) && other.st_ino == st.st_ino &&
		    other.st_dev == st.st_dev)
			return complain("%s: %s is %s, too, and a file is in a session once",
					save->mapping.entries[index].name,
					save->wheres[index],
					save->mapping.entries[i].name);
	}

	return 0;
}

static int preserve(const struct save *save, int session, int names)
{
	for (size_t i = 0; i < save->mapping.nr; i++) {
		if (check_once(save, i) ||
		    session_preserve(session, save->fds[i],
				     save->mapping.entries[i].token,
				     save->mapping.entries[i].name,
				     save->wheres[i]))
			return -1;
	}

	return session_preserve(session, names, MAPPING_TOKEN,
				"the names of the descriptors", "their memfd");
}

static char *append(char *text, char *more)
{
	char *both = xasprintf("%s%s", text, more);

	free(text);
	free(more);

	return both;
}

/*
 * For luoctl kexec, which refuses if the session has ended by then, and for a luoctl
 * save of the same file.
 */
static int note_saved(const struct save *save, const char *versions)
{
	char *files = xstrdup(""), *inodes = xstrdup("");
	struct stat st;
	int ret;

	for (size_t i = 0; i < save->mapping.nr; i++) {
		const char *name = save->mapping.entries[i].name;

		files = append(files, xasprintf("%s%s", i ? ", " : "", name));
		if (!fstat(save->fds[i], &st))
			inodes = append(inodes, state_inode_line(&st, name));
	}
	ret = state_write(NOTE_SAVED, save->session_name, files) ?:
	      state_write(NOTE_INODES, save->session_name, inodes) ?:
	      state_note_versions(save->session_name, versions);
	if (ret)
		state_forget_saved(save->session_name);
	free(files);
	free(inodes);

	return ret;
}

static void say(const struct save *save, pid_t holder)
{
	const struct mapping *mapping = &save->mapping;

	if (want_json) {
		struct json *json = json_stdout();

		json_string(json, "session", save->session_name);
		if (holder)
			json_number(json, "holder", holder);
		else
			json_null(json, "holder");
		json_boolean(json, "stored", !holder);
		json_open_array(json, "files");
		for (size_t i = 0; i < mapping->nr; i++) {
			json_open_object(json, NULL);
			json_string(json, "name", mapping->entries[i].name);
			json_id(json, "token", mapping->entries[i].token);
			json_close(json);
		}
		json_close(json);
		return;
	}

	printf("session %s has", save->session_name);
	for (size_t i = 0; i < mapping->nr; i++)
		printf("%s %s", i ? "," : "", mapping->entries[i].name);
	if (holder)
		printf("; process %d keeps it until the kexec; luoctl abort %s calls it off\n",
		       holder, save->session_name);
	else
		puts("; the service manager keeps it until the kexec");
}

/* Have the session, and the files if they have no other owner, kept by a process. */
static int keep_in_process(const struct save *save, int session, int names,
			   pid_t *holder)
{
	size_t nr = 2 + (save->keep_files ? save->mapping.nr : 0);
	int *fds = xzalloc(nr * sizeof(*fds));

	fds[0] = session;
	fds[1] = names;
	for (size_t i = 2; i < nr; i++)
		fds[i] = save->fds[i - 2];
	*holder = hold(fds, nr);
	free(fds);

	return *holder < 0 ? -1 : 0;
}

static int keep_in_store(const struct save *save, int session)
{
	const struct mapping *mapping = &save->mapping;
	int ret = hold_store(session, save->session_name);

	for (size_t i = 0; !ret && save->keep_files && i < mapping->nr; i++)
		ret = hold_store(save->fds[i], mapping->entries[i].name);
	if (ret)
		hold_unstore(save->session_name, 0);

	return ret;
}

int save_session(const struct save *save, pid_t *holder)
{
	int names = mapping_memfd(&save->mapping);
	char *versions = state_versions();
	int session, ret = -1;

	*holder = 0;
	if (names < 0)
		goto out;
	session = session_create(save->session_name);
	if (session < 0)
		goto err_names;

	ret = preserve(save, session, names) ?: note_saved(save, versions);
	if (ret)
		goto err_session;
	ret = hold_has_store() ? keep_in_store(save, session) :
				 keep_in_process(save, session, names, holder);
	if (ret) {
		state_forget_saved(save->session_name);
	} else {
		journal(JOURNAL_SAVED, save->session_name,
			"session %s is saved for the next kernel",
			save->session_name);
		(void)index_update();
	}
err_session:
	/* Without another descriptor of it the session ends here. */
	close(session);
err_names:
	close(names);
out:
	free(versions);

	return ret;
}

void save_free(struct save *save)
{
	for (size_t i = 0; i < save->mapping.nr; i++) {
		if (save->fds)
			close(save->fds[i]);
		if (save->wheres)
			free(save->wheres[i]);
	}
	free(save->fds);
	free(save->wheres);
	mapping_free(&save->mapping);
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "copy", required_argument, NULL, 'c' },
		{ "timeout", required_argument, NULL, 't' },
		{}
	};
	struct save args = {};
	int option, ret = 0;
	pid_t holder;

	/* Options may stand between names: their order gives the tokens. */
	while (!ret && (option = getopt_long(argc, argv, "-", options,
					     NULL)) >= 0) {
		if (option == 'c')
			ret = add(&args, optarg, true);
		else if (option == 't')
			ret = session_parse_timeout(optarg);
		else if (option != 1)
			ret = usage(&save_command);
		else if (args.session_name)
			ret = add(&args, optarg, false);
		else
			args.session_name = optarg;
	}
	if (!ret && (!args.mapping.nr || optind < argc))
		ret = usage(&save_command);
	ret = ret ?: session_check_name(args.session_name) ?:
	      save_session(&args, &holder);
	if (!ret)
		say(&args, holder);
	save_free(&args);

	return ret ? EXIT_FAILED : EXIT_DONE;
}

const struct command save_command = {
	.name = "save",
	.arguments = "[--timeout SECONDS] SESSION NAME=DESCRIPTOR|PATH|--copy NAME=PATH...",
	.does = "put descriptors into a session that is kept until the kexec",
	.run = run,
};
