// SPDX-License-Identifier: GPL-2.0
/*
 * save - preserve files in a session, and keep the session until the kexec. A session
 * ends when its last descriptor is closed, and its files are no longer preserved then.
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

#include "cgroup.h"
#include "directory.h"
#include "hold.h"
#include "index.h"
#include "journal.h"
#include "luoctl.h"
#include "mapping.h"
#include "proc.h"
#include "save.h"
#include "session.h"
#include "state.h"

/* Get MemAvailable, in bytes; ~0 if it cannot be read. */
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

/* Open a file to copy. Refuse devices and pipes, which may never end, and large files. */
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
		complain("%s: a copy needs %llu MiB of memory, but only %llu MiB are available",
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
		complain("%s: cannot create a memfd for a copy: %s", path,
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
	struct mapping_entry *entry = &mapping->entries[mapping->nr - 1];
	struct stat st;

	save->fds = xrealloc(save->fds, mapping->nr, sizeof(*save->fds));
	save->wheres = xrealloc(save->wheres, mapping->nr,
				sizeof(*save->wheres));
	save->fds[mapping->nr - 1] = fd;
	save->wheres[mapping->nr - 1] = xstrdup(where);
	if (fd < 0 || fstat(fd, &st))
		return;
	entry->size = st.st_size;
	if (S_ISDIR(st.st_mode) && directory_count(fd, &entry->files, &entry->size))
		fprintf(stderr, "luoctl: %s: not all of its files could be counted\n", where);
}

/* Add an argument NAME=WHERE, where @option is 'c' for --copy, 'T' for --tree, or 0. */
static int add(struct save *save, const char *argument, int option)
{
	struct mapping *mapping = &save->mapping;
	const char *equals = strchr(argument, '='), *where;
	pid_t owner = 0;
	char *name;
	int ret, fd;

	if (!equals || !equals[1])
		return complain("'%s': expected NAME=%s", argument,
				option ? "PATH" : "DESCRIPTOR or NAME=PATH");

	name = xasprintf("%.*s", (int)(equals - argument), argument);
	ret = mapping_add(mapping, name, mapping->nr + 1);
	free(name);
	if (ret)
		return -1;

	where = equals + 1;
	if (option == 'T')
		fd = directory_open(where);
	else
		fd = option == 'c' ? save_copy(where) : proc_open(where, &owner);
	save_add_fd(save, fd, where);
	/* The process that will use a copy or a tree is not known. */
	if (fd >= 0 && owner)
		mapping->entries[mapping->nr - 1].cgroup = cgroup_of(owner);

	return fd < 0 ? -1 : 0;
}

/* Check that a file is added only once, for which the kernel has no distinct error. */
static int check_once(const struct save *save, size_t index)
{
	struct stat st, other;

	if (fstat(save->fds[index], &st))
		return 0;
	for (size_t i = 0; i < index; i++) {
		if (!fstat(save->fds[i], &other) && other.st_ino == st.st_ino &&
		    other.st_dev == st.st_dev)
			return complain("%s: %s is the same file as %s, and can be in a session only once",
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
 * Write notes from which luoctl kexec sees that the session has ended, and luoctl save
 * that a file is in a session.
 */
static int note_saved(const struct save *save, const char *versions)
{
	char *files = xstrdup(""), *inodes = xstrdup(""), *trees = xstrdup("");
	struct stat st;
	int ret;

	for (size_t i = 0; i < save->mapping.nr; i++) {
		const char *name = save->mapping.entries[i].name;

		files = append(files, xasprintf("%s%s", i ? ", " : "", name));
		if (fstat(save->fds[i], &st))
			continue;
		inodes = append(inodes, state_inode_line(&st, name));
		if (S_ISDIR(st.st_mode))
			trees = append(trees, xasprintf("%s%s", *trees ? ", " : "", name));
	}
	ret = state_write(NOTE_SAVED, save->session_name, files) ?:
	      state_write(NOTE_INODES, save->session_name, inodes) ?:
	      (*trees ? state_write(NOTE_TREES, save->session_name, trees) : 0) ?:
	      state_note_versions(save->session_name, versions);
	if (ret)
		state_forget_saved(save->session_name);
	free(files);
	free(inodes);
	free(trees);

	return ret;
}

static void print_result(const struct save *save, pid_t holder)
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
		printf("; process %d holds it until the kexec; luoctl abort %s cancels it\n",
		       holder, save->session_name);
	else
		puts("; the service manager holds it until the kexec");
}

/* Start a holder process for the session, and for the files with @keep_files. */
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
	/* This ends the session unless it is held. */
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
		{ "tree", required_argument, NULL, 'T' },
		{}
	};
	struct save args = {};
	int option, ret = 0;
	pid_t holder;

	/* The order of the files, with and without an option, determines their tokens. */
	while (!ret && (option = getopt_long(argc, argv, "-", options,
					     NULL)) >= 0) {
		if (option == 'c' || option == 'T')
			ret = add(&args, optarg, option);
		else if (option == 't')
			ret = session_parse_timeout(optarg);
		else if (option != 1)
			ret = usage(&save_command);
		else if (args.session_name)
			ret = add(&args, optarg, 0);
		else
			args.session_name = optarg;
	}
	if (!ret && (!args.mapping.nr || optind < argc))
		ret = usage(&save_command);
	ret = ret ?: session_check_name(args.session_name) ?:
	      save_session(&args, &holder);
	if (!ret)
		print_result(&args, holder);
	save_free(&args);

	return ret ? EXIT_FAILED : EXIT_DONE;
}

const struct command save_command = {
	.name = "save",
	.arguments = "[--timeout SECONDS] SESSION NAME=DESCRIPTOR|PATH|--copy NAME=PATH|--tree NAME=PATH...",
	.does = "save files in a session that is held until the kexec",
	.run = run,
};
