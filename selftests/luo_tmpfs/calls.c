// SPDX-License-Identifier: GPL-2.0
/*
 * System calls on the files of a tree that was retrieved. Run it in the directory that make_tree
 * of functions.sh has filled, on a tmpfs of 100 MiB and 3000 inodes, as the superuser. The
 * files are the same afterwards.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "../kselftest_harness.h"

#define PAGE	4096
#define NOBODY	65534

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	int ret = fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);

	return -ret;
}

static bool has_text(const char *path, const char *text)
{
	char found[256] = "";
	int fd = open(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, found, sizeof(found) - 1);

	if (fd >= 0)
		close(fd);

	return len == (ssize_t)strlen(text) && !memcmp(found, text, len);
}

TEST(open_existing)
{
	EXPECT_EQ(-1, open("a/text", O_WRONLY | O_CREAT | O_EXCL, 0644));
	EXPECT_EQ(EEXIST, errno);
	EXPECT_EQ(-1, open("a/text/file", O_RDONLY));
	EXPECT_EQ(ENOTDIR, errno);
	EXPECT_EQ(-1, open("a", O_WRONLY));
	EXPECT_EQ(EISDIR, errno);
	EXPECT_EQ(-1, open("a/b/link", O_RDONLY | O_NOFOLLOW));
	EXPECT_EQ(ELOOP, errno);
	EXPECT_EQ(-1, open("dangling", O_RDONLY));
	EXPECT_EQ(ENOENT, errno);
}

TEST(read_and_write)
{
	struct stat stat;
	int fd;

	ASSERT_EQ(0, write_file("a/io", "0123456789"));
	fd = open("a/io", O_RDWR | O_APPEND);
	ASSERT_LE(0, fd);
	EXPECT_EQ(3, write(fd, "abc", 3));
	EXPECT_TRUE(has_text("a/io", "0123456789abc"));
	EXPECT_EQ(0, ftruncate(fd, 2));
	EXPECT_EQ(0, ftruncate(fd, 4));
	EXPECT_EQ(0, fstat(fd, &stat));
	EXPECT_EQ(4, stat.st_size);
	EXPECT_EQ(0, fsync(fd));
	close(fd);
	EXPECT_EQ(0, unlink("a/io"));
}

TEST(holes)
{
	int fd = open("a/hole", O_RDWR | O_CREAT, 0600);
	struct stat stat;

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, fallocate(fd, 0, 0, 8 * PAGE));
	EXPECT_EQ(0, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PAGE,
			       2 * PAGE));
	EXPECT_EQ(0, fallocate(fd, FALLOC_FL_KEEP_SIZE, 8 * PAGE, PAGE));
	EXPECT_EQ(0, fstat(fd, &stat));
	EXPECT_EQ(8 * PAGE, stat.st_size);
	EXPECT_EQ(7 * PAGE / 512, stat.st_blocks);
	EXPECT_EQ(1, pwrite(fd, "x", 1, 4 * PAGE));
	/* Pages that were allocated and not written are holes. */
	EXPECT_EQ(4 * PAGE, lseek(fd, 0, SEEK_DATA));
	EXPECT_EQ(5 * PAGE, lseek(fd, 4 * PAGE, SEEK_HOLE));
	close(fd);
	EXPECT_EQ(0, unlink("a/hole"));
}

/* A hole of a file that was handed over is filled, and punched again. */
TEST(hole_that_was_handed_over)
{
	int fd = open("a/sparse", O_RDWR);
	struct stat before, after;
	char *map;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fstat(fd, &before));
	map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 100 * PAGE);
	ASSERT_NE(MAP_FAILED, map);
	map[5] = 1;
	EXPECT_EQ(0, fstat(fd, &after));
	EXPECT_EQ(before.st_blocks + PAGE / 512, after.st_blocks);
	EXPECT_EQ(0, munmap(map, PAGE));
	EXPECT_EQ(0, fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			       100 * PAGE, PAGE));
	EXPECT_EQ(0, fstat(fd, &after));
	EXPECT_EQ(before.st_blocks, after.st_blocks);
	close(fd);
}

TEST(mappings)
{
	int fd = open("a/b/large", O_RDWR);
	char *shared, *private, byte;

	ASSERT_LE(0, fd);
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, PAGE);
	private = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, PAGE);
	ASSERT_NE(MAP_FAILED, shared);
	ASSERT_NE(MAP_FAILED, private);
	shared[0]++;
	EXPECT_EQ(1, pread(fd, &byte, 1, PAGE));
	EXPECT_EQ(shared[0], byte);
	EXPECT_EQ(shared[0], private[0]);
	private[0]--;
	shared[0]--;
	EXPECT_EQ(shared[0], private[0]);
	EXPECT_EQ(0, madvise(shared, PAGE, MADV_DONTNEED));
	EXPECT_EQ(0, mlock(shared, PAGE));
	close(fd);
}

TEST(copies)
{
	int from = open("a/b/random", O_RDONLY);
	int to = open("copy", O_RDWR | O_CREAT, 0600);
	int pipes[2];
	struct stat stat;
	loff_t at = 0;

	ASSERT_EQ(0, pipe(pipes));
	ASSERT_EQ(0, fstat(from, &stat));
	EXPECT_EQ(stat.st_size, sendfile(to, from, NULL, stat.st_size));
	EXPECT_EQ(PAGE, splice(from, &at, pipes[1], NULL, PAGE, 0));
	EXPECT_EQ(PAGE, splice(pipes[0], NULL, to, NULL, PAGE, 0));
	EXPECT_LT(0, copy_file_range(from, &(loff_t){ 0 }, to, NULL, PAGE, 0));
	close(from);
	close(to);
	close(pipes[0]);
	close(pipes[1]);
	EXPECT_EQ(0, unlink("copy"));
}

TEST(links)
{
	struct stat stat;

	EXPECT_EQ(0, lstat("a/text", &stat));
	EXPECT_EQ(3, stat.st_nlink);
	EXPECT_EQ(0, link("a/text", "another"));
	EXPECT_EQ(0, lstat("a/b/c/text", &stat));
	EXPECT_EQ(4, stat.st_nlink);
	EXPECT_EQ(-1, link("a", "directory"));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-1, link("/proc/version", "elsewhere"));
	EXPECT_EQ(EXDEV, errno);
	EXPECT_EQ(0, unlink("another"));
	EXPECT_EQ(0, lstat("empty/text", &stat));
	EXPECT_EQ(3, stat.st_nlink);
}

TEST(directories)
{
	struct stat stat;

	EXPECT_EQ(-1, rmdir("a"));
	EXPECT_EQ(ENOTEMPTY, errno);
	EXPECT_EQ(-1, unlink("a"));
	EXPECT_EQ(EISDIR, errno);
	EXPECT_EQ(-1, rmdir("a/text"));
	EXPECT_EQ(ENOTDIR, errno);
	EXPECT_EQ(-1, mkdir("a", 0755));
	EXPECT_EQ(EEXIST, errno);
	/* A directory with the bit setgid gives its group to what is created in it. */
	EXPECT_EQ(0, mkdir("setgid/new", 0755));
	EXPECT_EQ(0, lstat("setgid/new", &stat));
	EXPECT_EQ(1001, stat.st_gid);
	EXPECT_TRUE(stat.st_mode & S_ISGID);
	EXPECT_EQ(3, (lstat("setgid", &stat), stat.st_nlink));
	EXPECT_EQ(0, rmdir("setgid/new"));
	EXPECT_EQ(2, (lstat("setgid", &stat), stat.st_nlink));
}

TEST(renames)
{
	EXPECT_EQ(0, write_file("one", "1"));
	EXPECT_EQ(0, write_file("a/two", "2"));
	EXPECT_EQ(-1, renameat2(AT_FDCWD, "one", AT_FDCWD, "a/two", RENAME_NOREPLACE));
	EXPECT_EQ(EEXIST, errno);
	EXPECT_EQ(0, renameat2(AT_FDCWD, "one", AT_FDCWD, "a/two", RENAME_EXCHANGE));
	EXPECT_TRUE(has_text("one", "2"));
	EXPECT_EQ(0, rename("one", "a/two"));
	EXPECT_TRUE(has_text("a/two", "2"));
	EXPECT_EQ(-1, rename("a", "a/b/c/below"));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, rename("empty/empty", "a"));
	EXPECT_EQ(ENOTEMPTY, errno);
	EXPECT_EQ(0, unlink("a/two"));
	EXPECT_EQ(0, rename("a/b", "moved"));
	EXPECT_EQ(0, rename("moved", "a/b"));
}

TEST(temporary_file)
{
	int fd = open("a", O_TMPFILE | O_RDWR, 0600);
	char path[64];

	ASSERT_LE(0, fd);
	EXPECT_EQ(4, write(fd, "text", 4));
	sprintf(path, "/proc/self/fd/%d", fd);
	EXPECT_EQ(0, linkat(AT_FDCWD, path, AT_FDCWD, "named", AT_SYMLINK_FOLLOW));
	close(fd);
	EXPECT_TRUE(has_text("named", "text"));
	EXPECT_EQ(0, unlink("named"));
}

TEST(open_after_unlink)
{
	int fd;

	EXPECT_EQ(0, write_file("gone", "still there"));
	fd = open("gone", O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, unlink("gone"));
	EXPECT_EQ(11, lseek(fd, 0, SEEK_END));
	close(fd);
}

TEST(permissions)
{
	int status = -1;
	pid_t pid;

	EXPECT_EQ(0, write_file("sticky/root", "x"));
	pid = fork();
	ASSERT_LE(0, pid);
	if (!pid) {
		if (setgid(NOBODY) || setuid(NOBODY))
			_exit(1);
		if (open("a/nothing", O_RDONLY) >= 0 || errno != EACCES)
			_exit(2);
		/* A sticky directory: only the owner may delete. */
		if (write_file("sticky/mine", "x") || rename("sticky/mine", "sticky/own"))
			_exit(3);
		if (!unlink("sticky/root") || errno != EPERM)
			_exit(4);
		_exit(unlink("sticky/own") ? 5 : 0);
	}
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, unlink("sticky/root"));
}

/* Only the user of the ACL that the file came with may read it. */
TEST(access_control_list)
{
	static const uid_t users[] = { 1004, 1005 };
	int status;

	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		ASSERT_LE(0, pid);
		if (!pid) {
			if (setgid(NOBODY) || setuid(users[i]))
				_exit(2);
			_exit(open("a/b/random", O_RDONLY) < 0);
		}
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(i, WEXITSTATUS(status));
	}
}

TEST(attributes)
{
	struct timespec times[2] = { { 1, 2 }, { 3, 4 } }, old[2];
	struct stat stat;
	char value[16];

	ASSERT_EQ(0, lstat("a/text", &stat));
	old[0] = stat.st_atim;
	old[1] = stat.st_mtim;
	EXPECT_EQ(0, utimensat(AT_FDCWD, "a/text", times, 0));
	EXPECT_EQ(0, lstat("a/text", &stat));
	EXPECT_EQ(4, stat.st_mtim.tv_nsec);
	EXPECT_EQ(0, utimensat(AT_FDCWD, "a/text", old, 0));
	EXPECT_EQ(9, getxattr("a/text", "user.name", value, sizeof(value)));
	EXPECT_EQ(-1, setxattr("a/text", "user.name", "x", 1, XATTR_CREATE));
	EXPECT_EQ(EEXIST, errno);
	EXPECT_EQ(0, setxattr("a/text", "user.other", "x", 1, XATTR_CREATE));
	EXPECT_EQ(0, removexattr("a/text", "user.other"));
	EXPECT_EQ(-1, removexattr("a/text", "user.other"));
	EXPECT_EQ(ENODATA, errno);
	EXPECT_EQ(-1, setxattr("a/text", "strange.name", "x", 1, 0));
	EXPECT_EQ(EOPNOTSUPP, errno);
}

TEST(locks)
{
	int one = open("a/text", O_RDWR), other = open("a/text", O_RDWR);
	struct flock lock = { .l_type = F_WRLCK, .l_len = 1 };

	EXPECT_EQ(0, flock(one, LOCK_EX));
	EXPECT_EQ(-1, flock(other, LOCK_EX | LOCK_NB));
	EXPECT_EQ(0, fcntl(one, F_OFD_SETLK, &lock));
	EXPECT_EQ(-1, fcntl(other, F_OFD_SETLK, &lock));
	close(one);
	EXPECT_EQ(0, flock(other, LOCK_EX | LOCK_NB));
	close(other);
}

TEST(read_directory)
{
	DIR *directory = opendir(".");
	unsigned int nr = 0, again = 0;
	long first;

	ASSERT_NE(NULL, directory);
	readdir(directory);
	first = telldir(directory);
	while (readdir(directory))
		nr++;
	seekdir(directory, first);
	while (readdir(directory))
		again++;
	EXPECT_LT(10, nr);
	EXPECT_EQ(nr, again);
	closedir(directory);
}

TEST(pipe_with_a_name)
{
	int from = open("fifo", O_RDONLY | O_NONBLOCK), to = open("fifo", O_WRONLY);
	char text[4];

	EXPECT_EQ(4, write(to, "text", 4));
	EXPECT_EQ(4, read(from, text, sizeof(text)));
	close(from);
	close(to);
}

TEST(flags)
{
	int fd = open("a/b/c", O_RDONLY), flags = 0;

	EXPECT_EQ(0, ioctl(fd, FS_IOC_GETFLAGS, &flags));
	EXPECT_EQ(FS_NODUMP_FL, flags);
	close(fd);
	fd = open("append", O_WRONLY | O_CREAT, 0600);
	flags = FS_APPEND_FL;
	EXPECT_EQ(0, ioctl(fd, FS_IOC_SETFLAGS, &flags));
	EXPECT_EQ(-1, open("append", O_WRONLY | O_TRUNC));
	EXPECT_EQ(EPERM, errno);
	flags = 0;
	EXPECT_EQ(0, ioctl(fd, FS_IOC_SETFLAGS, &flags));
	close(fd);
	EXPECT_EQ(0, unlink("append"));
}

/* The limits of the mount are kept, and what came with the tree counts. */
TEST(limits)
{
	struct statvfs before, after;
	char path[32];
	int fd, i;

	ASSERT_EQ(0, statvfs(".", &before));
	EXPECT_EQ(100 << 20, before.f_blocks * before.f_frsize);
	EXPECT_EQ(3000, before.f_files);
	EXPECT_GT(before.f_blocks, before.f_bfree);

	fd = open("full", O_WRONLY | O_CREAT, 0600);
	EXPECT_EQ(0, fallocate(fd, 0, 0, before.f_bfree * before.f_frsize));
	EXPECT_EQ(-1, fallocate(fd, 0, 0, (before.f_bfree + 1) * before.f_frsize));
	EXPECT_EQ(ENOSPC, errno);
	close(fd);
	EXPECT_EQ(0, unlink("full"));

	for (i = 0; i < 3001; i++) {
		sprintf(path, "empty/file%d", i);
		if (mknod(path, S_IFREG | 0600, 0))
			break;
	}
	EXPECT_EQ(ENOSPC, errno);
	EXPECT_GT(3000, i);
	while (i--) {
		sprintf(path, "empty/file%d", i);
		unlink(path);
	}
	EXPECT_EQ(0, statvfs(".", &after));
	EXPECT_EQ(before.f_bfree, after.f_bfree);
	EXPECT_EQ(before.f_ffree, after.f_ffree);
}

TEST_HARNESS_MAIN
