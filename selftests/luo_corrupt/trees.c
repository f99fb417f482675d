// SPDX-License-Identifier: GPL-2.0
/*
 * trees save|check CASES
 *
 * Corrupt trees: pairs.h describes the program, and corrupt.sh the cases.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../kselftest.h"
#include "pairs.h"

#define DIRECTORY	"/tmp/trees"
#define SIZE		32768
#define MAX_TEXT	16

/* What the files of a tree contain. */
static void name_text(char *text, int number)
{
	snprintf(text, MAX_TEXT, "tree %d", number);
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
static int create(int number, bool is_corrupt)
{
	char path[64], text[MAX_TEXT];
	int here = open(".", O_RDONLY), fd;

	name_text(text, number);
	snprintf(path, sizeof(path), DIRECTORY "/%s-%d",
		 is_corrupt ? "corrupt" : "healthy", number);
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
	if (fd < 0 || fchdir(here))
		ksft_exit_fail_perror(path);
	close(here);
	return fd;
}

static bool has_text(int dir, const char *path, const char *text, off_t offset)
{
	char found[MAX_TEXT] = "";
	int fd = openat(dir, path, O_RDONLY);
	bool good = fd >= 0 && pread(fd, found, sizeof(found) - 1, offset) > 0 &&
		    !strcmp(found, text);

	close(fd);
	return good;
}

static bool is_unchanged(int fd, int number)
{
	char text[MAX_TEXT];
	struct stat file, link, null;
	char target[16] = "";

	name_text(text, number);
	return has_text(fd, "file-1", text, SIZE) &&
	       has_text(fd, "directory/inner", text, 0) &&
	       !fstatat(fd, "file-1", &file, 0) &&
	       !fstatat(fd, "file-2", &link, 0) &&
	       !fstatat(fd, "null", &null, 0) &&
	       file.st_ino == link.st_ino && file.st_nlink == 2 &&
	       file.st_size == (off_t)(SIZE + strlen(text)) &&
	       null.st_rdev == makedev(1, 3) &&
	       readlinkat(fd, "symlink", target, sizeof(target)) == 6 &&
	       !strcmp(target, "target");
}

int main(int argc, char *argv[])
{
	static const struct pairs trees = {
		.kind = "tmpfs",
		.handler = "luo_tmpfs",
		.create = create,
		.is_unchanged = is_unchanged,
	};

	return pairs_main(argc, argv, &trees);
}
