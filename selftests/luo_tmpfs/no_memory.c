// SPDX-License-Identifier: GPL-2.0
/*
 * no_memory save|check DIRECTORY
 *
 * Each allocation of preserving and retrieving a tree fails once, in turn: the call fails
 * with ENOMEM or succeeds without that memory. Only a tree that could not be retrieved is
 * lost, and no memory leaks. Each tree is a directory below DIRECTORY, and in the next
 * kernel each is mounted there in turn.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/mount.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../kselftest.h"
#include "../luo_lib/fault.h"
#include "../luo_lib/fault_each.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"

#define SLACK_KIB	4096
#define TEXT		"content"

static void write_text(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0640);

	if (fd < 0 || write(fd, TEXT, sizeof(TEXT)) != sizeof(TEXT))
		ksft_exit_fail_perror(path);
	close(fd);
}

/* Create the current directory's tree: each kind of node once. */
static void create(void)
{
	write_text("file");
	if (mkdir("directory", 0755) || link("file", "directory/link") ||
	    symlink(TEXT, "symlink") || mkfifo("fifo", 0600) ||
	    setxattr("file", "user.test", TEXT, sizeof(TEXT), 0))
		ksft_exit_fail_perror("create");
}

static bool check(void)
{
	char text[sizeof(TEXT)] = "";
	struct stat file, link;
	int fd = open("directory/link", O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text)) != sizeof(text) ||
	    close(fd) || memcmp(text, TEXT, sizeof(text)))
		return false;
	return !lstat("file", &file) && !lstat("directory/link", &link) &&
	       file.st_ino == link.st_ino && file.st_nlink == 2 &&
	       readlink("symlink", text, sizeof(text)) == sizeof(text) - 1;
}

static bool check_xattr(void)
{
	char text[sizeof(TEXT)];

	return getxattr("file", "user.test", text, sizeof(text)) == sizeof(text);
}

static void enter(const char *path)
{
	if (chdir(path))
		ksft_exit_fail_perror(path);
}

static const char *directory;

static int create_in_directory(int number)
{
	char name[16];

	snprintf(name, sizeof(name), "%d", number);
	enter(directory);
	if (mkdir(name, 0755))
		ksft_exit_fail_perror(name);
	enter(name);
	create();
	return open(".", O_RDONLY | O_DIRECTORY);
}

static bool preserved(int fd, int number)
{
	return check() && check_xattr();
}

/*
 * Attach the tree, check it, and free it. If an allocation failed, an extended attribute may
 * be missing, which is logged: the tree is worth more than that.
 */
static bool retrieved(int fd, int number, bool failed)
{
	bool good;

	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, directory,
		    MOVE_MOUNT_F_EMPTY_PATH))
		ksft_exit_fail_perror("move_mount");
	close(fd);
	enter(directory);
	good = check() && (failed || check_xattr());
	enter("/");
	return !umount2(directory, MNT_DETACH) && good;
}

static const struct fault_each test = {
	.nr = 400,
	.create = create_in_directory,
	.preserved = preserved,
	.retrieved = retrieved,
};

static bool retrieve_each(void)
{
	long before = memory_free(), after;
	bool good = fault_each_retrieve(&test);

	after = memory_free();
	ksft_print_msg("free memory %ld KiB before, %ld KiB after\n", before, after);
	return good && (!free_memory_is_exact() ||
			after >= before - SLACK_KIB);
}

int main(int argc, char *argv[])
{
	bool save = argc == 3 && !strcmp(argv[1], "save");

	if (argc != 3)
		ksft_exit_fail_msg("no_memory save|check DIRECTORY\n");
	directory = argv[2];
	ksft_print_header();
	ksft_set_plan(1);
	fault_set_up();
	if (save) {
		ksft_test_result(fault_each_preserve(&test),
				 "preserve without memory\n");
		session_hold();
	} else {
		ksft_test_result(retrieve_each(),
				 "retrieve without memory\n");
	}
	ksft_finished();
}
