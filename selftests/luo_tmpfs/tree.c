// SPDX-License-Identifier: GPL-2.0
/*
 * tree save SESSION DIRECTORY...      - preserve directories, and hold the session
 * tree refuse ERRNO SESSION DIRECTORY - the same, which must fail with this error
 * tree restore SESSION DIRECTORY...   - retrieve them, and move each to a directory
 * tree again SESSION DIRECTORY        - as restore, but save it again before it is moved
 * tree fails ERRNO SESSION            - retrieve the first one, which must fail
 * tree drop SESSION                   - finish a session without retrieving anything
 * tree list DIRECTORY                 - print what stat does not: nanoseconds, the time
 *                                       of creation, flags, extended attributes, holes
 * tree socket PATH                    - create a socket
 * tree xattr PATH NAME SIZE           - set an extended attribute
 * tree flags PATH FLAGS               - set the flags of a file
 * tree acl PATH TYPE UID              - set an ACL of the type access or default, in which
 *                                       a user may read
 * tree fill DIRECTORY NR              - create NR files
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <endian.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/session.h"

#define XATTR_MAX	65536
#define MAX_NAMES	4096
#define PER_DIRECTORY	100

static int open_directory(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		ksft_exit_fail_perror(path);
	return fd;
}

static void save(char **argv)
{
	int session = session_create(*argv++);

	for (int token = 0; argv[token]; token++)
		session_preserve(session, open_directory(argv[token]), token);
	session_hold();
}

static void expect(int err, const char *wanted)
{
	if (strcmp(strerrorname_np(-err) ?: "success", wanted))
		ksft_exit_fail_msg("found %s, expected %s\n", strerror(-err),
				   wanted);
}

static void refuse(char **argv)
{
	int fd = open_directory(argv[2]);
	int session = session_create(argv[1]);

	expect(luo_session_preserve_fd(session, fd, 0), argv[0]);
}

static void move(int fd, const char *path)
{
	if (syscall(SYS_move_mount, fd, "", AT_FDCWD, path,
		    MOVE_MOUNT_F_EMPTY_PATH))
		ksft_exit_fail_perror(path);
}

static void restore(char **argv)
{
	int session = session_retrieve(*argv++);

	for (int token = 0; argv[token]; token++)
		move(session_retrieve_file(session, token), argv[token]);
	session_finish(session);
}

static void again(char **argv)
{
	int old = session_retrieve(argv[0]), new;
	int fd = session_retrieve_file(old, 0);

	session_finish(old);
	new = session_create(argv[0]);
	session_preserve(new, fd, 0);
	move(fd, argv[1]);
	session_hold();
}

static void fails(char **argv)
{
	int session = session_retrieve(argv[1]);

	expect(luo_session_retrieve_fd(session, 0), argv[0]);
	session_finish(session);
}

static void print_text(const char *text)
{
	for (; *text; text++)
		printf(isgraph(*text) ? "%c" : "\\%02hhx", *text);
}

static void print_xattrs(const char *path)
{
	static char names[MAX_NAMES], value[XATTR_MAX];
	ssize_t len = llistxattr(path, names, sizeof(names)), size;

	for (char *name = names; name - names < len; name += strlen(name) + 1) {
		unsigned int sum = 0;

		size = lgetxattr(path, name, value, sizeof(value));
		for (ssize_t i = 0; i < size; i++)
			sum = sum * 31 + value[i];
		printf(" %s=%zd:%u", name, size, sum);
	}
}

static void print_data(const char *path, off_t size)
{
	int fd = open(path, O_RDONLY);
	off_t data = 0, hole;

	while (data < size && (data = lseek(fd, data, SEEK_DATA)) >= 0) {
		hole = lseek(fd, data, SEEK_HOLE);
		printf(" %lld-%lld", (long long)data, (long long)hole);
		data = hole;
	}
	close(fd);
}

static void print_flags(const char *path)
{
	int fd = open(path, O_RDONLY), flags = 0;

	if (!ioctl(fd, FS_IOC_GETFLAGS, &flags))
		printf(" flags %x", flags);
	close(fd);
}

static void print_time(const char *what, const struct statx_timestamp *time)
{
	printf(" %s %lld.%09u", what, (long long)time->tv_sec, time->tv_nsec);
}

static int print_file(const char *path, const struct stat *stat, int type,
		      struct FTW *ftw)
{
	struct statx found;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW,
		  STATX_BASIC_STATS | STATX_BTIME, &found))
		ksft_exit_fail_perror(path);
	print_text(path);
	print_time("a", &found.stx_atime);
	print_time("m", &found.stx_mtime);
	print_time("c", &found.stx_ctime);
	print_time("b", &found.stx_btime);
	if (S_ISREG(stat->st_mode))
		print_data(path, stat->st_size);
	if (S_ISREG(stat->st_mode) || S_ISDIR(stat->st_mode))
		print_flags(path);
	print_xattrs(path);
	printf("\n");
	return 0;
}

static void list(char **argv)
{
	if (chdir(argv[0]) || nftw(".", print_file, 20, FTW_PHYS))
		ksft_exit_fail_perror(argv[0]);
}

static void create_socket(char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strncpy(address.sun_path, argv[0], sizeof(address.sun_path) - 1);
	if (fd < 0 || bind(fd, (void *)&address, sizeof(address)))
		ksft_exit_fail_perror(argv[0]);
}

static void set_xattr(char **argv)
{
	static char value[XATTR_MAX];
	size_t size = atoi(argv[2]);

	for (size_t i = 0; i < size; i++)
		value[i] = i * 7 + argv[1][strlen(argv[1]) - 1];
	if (lsetxattr(argv[0], argv[1], value, size, 0))
		ksft_exit_fail_perror(argv[0]);
}

static void set_flags(char **argv)
{
	int fd = open(argv[0], O_RDONLY), flags = strtol(argv[1], NULL, 0);

	if (fd < 0 || ioctl(fd, FS_IOC_SETFLAGS, &flags))
		ksft_exit_fail_perror(argv[0]);
}

static void set_acl(char **argv)
{
	struct {
		struct posix_acl_xattr_header header;
		struct posix_acl_xattr_entry entries[5];
	} acl = {
		.header.a_version = htole32(POSIX_ACL_XATTR_VERSION),
		.entries = {
			{ htole16(ACL_USER_OBJ), htole16(6), htole32(ACL_UNDEFINED_ID) },
			{ htole16(ACL_USER), htole16(4), htole32(atoi(argv[2])) },
			{ htole16(ACL_GROUP_OBJ), 0, htole32(ACL_UNDEFINED_ID) },
			{ htole16(ACL_MASK), htole16(4), htole32(ACL_UNDEFINED_ID) },
			{ htole16(ACL_OTHER), 0, htole32(ACL_UNDEFINED_ID) },
		},
	};
	char name[64];

	snprintf(name, sizeof(name), "system.posix_acl_%s", argv[1]);
	if (setxattr(argv[0], name, &acl, sizeof(acl), 0))
		ksft_exit_fail_perror(argv[0]);
}

static void fill(char **argv)
{
	char name[32];
	int fd;

	if (chdir(argv[0]))
		ksft_exit_fail_perror(argv[0]);
	for (int i = 0; i < atoi(argv[1]); i++) {
		sprintf(name, "d%d", i / PER_DIRECTORY);
		if (i % PER_DIRECTORY == 0 && mkdir(name, 0755))
			ksft_exit_fail_perror(name);
		sprintf(name, "d%d/f%d", i / PER_DIRECTORY, i);
		fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
		if (fd < 0 || write(fd, name, strlen(name)) < 0)
			ksft_exit_fail_perror(name);
		close(fd);
	}
}

static void drop(char **argv)
{
	session_finish(session_retrieve(argv[0]));
}

static const struct {
	const char *name;
	int min_args;
	void (*run)(char **argv);
} commands[] = {
	{ "save", 2, save },
	{ "refuse", 3, refuse },
	{ "restore", 2, restore },
	{ "again", 2, again },
	{ "fails", 2, fails },
	{ "drop", 1, drop },
	{ "list", 1, list },
	{ "socket", 1, create_socket },
	{ "xattr", 3, set_xattr },
	{ "flags", 2, set_flags },
	{ "acl", 3, set_acl },
	{ "fill", 2, fill },
};

int main(int argc, char *argv[])
{
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(commands[i].name, argv[1]) &&
		    argc - 2 >= commands[i].min_args) {
			commands[i].run(argv + 2);
			return 0;
		}
	}
	ksft_exit_fail_msg("the beginning of tree.c lists the commands\n");
}
