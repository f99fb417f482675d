// SPDX-License-Identifier: GPL-2.0
/*
 * trees save|check CASES
 *
 * For each case in CASES, save a session with two trees, the first of which is corrupted
 * before the kexec. It must be refused, with the line in the log that the case expects. The
 * other one must be unchanged after all other memory was written. corrupt.sh describes CASES.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/session.h"

#define COMMAND		"/sys/kernel/debug/luo_corrupt/command"
#define DIRECTORY	"/tmp/trees"
#define MAX_CASES	128
#define MAX_NAME	40
#define SIZE		32768

enum { CORRUPT, HEALTHY };

struct test_case {
	char name[MAX_NAME];
	char expected[MAX_NAME];
	char reason[128];
	int fd;
};

static struct test_case cases[MAX_CASES];
static int nr_cases, kmsg;

/* The instances are those of the trees in the order in which they are preserved. */
static int instance(const struct test_case *tree)
{
	return 1 + 2 * (tree - cases);
}

/* Replace ITSELF, and have the kernel corrupt the tree. */
static void damage(const struct test_case *tree, const char *how)
{
	const char *itself = strstr(how, "ITSELF");
	int len = itself ? itself - how : (int)strlen(how);
	int fd = open(COMMAND, O_WRONLY);
	char line[300], owner[32];

	snprintf(owner, sizeof(owner), "object/tmpfs/%d", instance(tree));
	snprintf(line, sizeof(line), "%s %.*s%s%s", owner, len, how,
		 itself ? owner : "", itself ? itself + strlen("ITSELF") : "");
	if (write(fd, line, strlen(line)) != (ssize_t)strlen(line))
		ksft_exit_fail_msg("%s, %s: %s\n", tree->name, line,
				   strerror(errno));
	close(fd);
}

/* Read the cases, and corrupt the trees if @is_saved. */
static void read_cases(const char *path, bool is_saved)
{
	char line[256], place[64], field[64], value[64], crc[8], text[256];
	struct test_case *tree = NULL, new;
	FILE *file = fopen(path, "r");

	if (!file)
		ksft_exit_fail_perror(path);
	nr_cases = 0;
	while (fgets(line, sizeof(line), file)) {
		strcpy(new.expected, "EBADMSG");
		*new.reason = '\0';
		if (*line == '#' ||
		    sscanf(line, "%39s %63s %63s %63s %7s %39s %127[^\n]",
			   new.name, place, field, value, crc, new.expected,
			   new.reason) < 5)
			continue;
		if (!tree || strcmp(tree->name, new.name)) {
			if (nr_cases == MAX_CASES)
				ksft_exit_fail_msg("too many cases\n");
			tree = &cases[nr_cases++];
			*tree = new;
		}
		snprintf(text, sizeof(text), "%s %s %s%s", place, field, value,
			 strcmp(crc, "crc") ? "" : " crc");
		if (is_saved)
			damage(tree, text);
	}
	fclose(file);
}

static void write_text(int dir, const char *path, const char *text, off_t offset)
{
	int fd = openat(dir, path, O_WRONLY | O_CREAT, 0644);

	if (fd < 0 || pwrite(fd, text, strlen(text), offset) < 0)
		ksft_exit_fail_perror(path);
	close(fd);
}

/*
 * Create a tree. The nodes of a directory are in the order of their creation, the last one
 * first: 1 directory, 2 file-1, which has two extents, 3 file-2, which is a link to it,
 * 4 symlink, 5 null, and 6 inner.
 */
static int create(const char *path, const char *text)
{
	int fd;

	if (mkdir(path, 0755) || chdir(path) ||
	    mknod("null", S_IFCHR | 0600, makedev(1, 3)) ||
	    symlink("target", "symlink"))
		ksft_exit_fail_perror(path);
	write_text(AT_FDCWD, "file-2", text, 0);
	write_text(AT_FDCWD, "file-2", text, SIZE);
	if (link("file-2", "file-1") || mkdir("directory", 0755) ||
	    setxattr("directory", "user.name", text, strlen(text), 0))
		ksft_exit_fail_perror(path);
	write_text(AT_FDCWD, "directory/inner", text, 0);
	fd = open(".", O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		ksft_exit_fail_perror(path);
	return fd;
}

static void save(void)
{
	char path[256];

	for (int i = 0; i < nr_cases; i++) {
		int session = session_create(cases[i].name);

		snprintf(path, sizeof(path), DIRECTORY "/corrupt-%d", i);
		session_preserve(session, create(path, cases[i].name), CORRUPT);
		snprintf(path, sizeof(path), DIRECTORY "/healthy-%d", i);
		session_preserve(session, create(path, cases[i].name), HEALTHY);
	}
}

static bool has_text(int dir, const char *path, const char *text, off_t offset)
{
	char found[MAX_NAME] = "";
	int fd = openat(dir, path, O_RDONLY);
	bool good = fd >= 0 && pread(fd, found, sizeof(found) - 1, offset) > 0 &&
		    !strcmp(found, text);

	close(fd);
	return good;
}

static bool is_unchanged(const struct test_case *tree)
{
	const char *text = tree->name;
	struct stat file, link, null;
	char target[16] = "";

	return has_text(tree->fd, "file-1", text, SIZE) &&
	       has_text(tree->fd, "directory/inner", text, 0) &&
	       !fstatat(tree->fd, "file-1", &file, 0) &&
	       !fstatat(tree->fd, "file-2", &link, 0) &&
	       !fstatat(tree->fd, "null", &null, 0) &&
	       file.st_ino == link.st_ino && file.st_nlink == 2 &&
	       file.st_size == (off_t)(SIZE + strlen(text)) &&
	       null.st_rdev == makedev(1, 3) &&
	       readlinkat(tree->fd, "symlink", target, sizeof(target)) == 6 &&
	       !strcmp(target, "target");
}

/* Count the lines in the log since the last call that are about the tree and its reason. */
static void read_log(const struct test_case *tree, int *nr_refusals, int *nr_reasons)
{
	char line[1024], refusal[64];
	regex_t reason;
	ssize_t len;

	if (regcomp(&reason, tree->reason, REG_NOSUB))
		ksft_exit_fail_msg("no expression: %s\n", tree->reason);
	snprintf(refusal, sizeof(refusal),
		 ";luo_tmpfs: instance %d cannot be retrieved: ", instance(tree));
	*nr_refusals = *nr_reasons = 0;
	while ((len = read(kmsg, line, sizeof(line) - 1)) > 0) {
		line[len] = '\0';
		*nr_refusals += !!strstr(line, refusal);
		*nr_reasons += !regexec(&reason, line, 0, NULL, 0);
	}
	regfree(&reason);
}

static void retrieve(struct test_case *tree)
{
	int session = session_retrieve(tree->name), err, nr_refusals, nr_reasons;

	read_log(tree, &nr_refusals, &nr_reasons);
	err = luo_session_retrieve_fd(session, CORRUPT);
	read_log(tree, &nr_refusals, &nr_reasons);
	if (err >= 0 || strcmp(strerrorname_np(-err), tree->expected))
		ksft_print_msg("%s: %s, expected was %s\n", tree->name,
			       strerror(err < 0 ? -err : 0), tree->expected);
	ksft_test_result(err < 0 && !strcmp(strerrorname_np(-err), tree->expected),
			 "%s: %s\n", tree->name, tree->expected);
	ksft_test_result(nr_refusals == 1 && nr_reasons,
			 "%s: is in the log: %s\n", tree->name, tree->reason);
	tree->fd = session_retrieve_file(session, HEALTHY);
	session_finish(session);
}

static void check(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	if (kmsg < 0)
		ksft_exit_fail_perror("/dev/kmsg");
	for (int i = 0; i < nr_cases; i++)
		retrieve(&cases[i]);
	fflush(stdout);
	ksft_test_result(!system("./fill_memory true"),
			 "no memory belongs to two\n");
	for (int i = 0; i < nr_cases; i++)
		ksft_test_result(is_unchanged(&cases[i]),
				 "%s: the other tree is unchanged\n", cases[i].name);
}

int main(int argc, char *argv[])
{
	if (argc != 3)
		ksft_exit_fail_msg("trees save|check CASES\n");
	ksft_print_header();
	read_cases(argv[2], false);
	if (!strcmp(argv[1], "save")) {
		int here = open(".", O_RDONLY);

		ksft_set_plan(1);
		save();
		if (fchdir(here))
			ksft_exit_fail_perror("fchdir");
		read_cases(argv[2], true);
		ksft_test_result_pass("trees are handed over, and will be corrupted: %d\n",
				      nr_cases);
		session_hold();
	} else {
		ksft_set_plan(1 + 3 * nr_cases);
		check();
	}
	ksft_finished();
}
