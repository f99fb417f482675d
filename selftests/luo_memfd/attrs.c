// SPDX-License-Identifier: GPL-2.0
/*
 * attrs save|pass|check [plain]
 *
 * Preserves files with names, modes, owners, times, flags and extended attributes, and
 * changes all of these again after that. "plain": a kernel that does not carry them has
 * saved or passed on the files, which therefore have the defaults.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/session.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL	0x0008U
#endif

#define LONGEST		249
#define CONTENT		"content"
#define VALUE_MAX	32

/* Times are this many seconds after the epoch, and 11 nanoseconds. */
enum { ATIME = 11, MTIME = 1000000022 };

struct file {
	const char *what;
	const char *name;
	unsigned int create;
	int open;		/* again, with these flags, if not 0 */
	int set;		/* O_* to be set by F_SETFL */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	const char *user;	/* value of user.test, "-" to be removed again */
	const char *trusted;	/* of trusted.test */
};

static char longest[LONGEST + 1];

static const struct file files[] = {
	{ "a name", "cache", .mode = 0777 },
	{ "an empty name", "", .mode = 0777 },
	{ "the longest name", longest, .mode = 0777 },
	{ "a name with other characters", "a/b c", .mode = 0777 },
	{ "no permissions", "mode", .mode = 0111 },
	{ "more permissions", "setgid", .mode = 02755 },
	{ "an owner", "owner", .mode = 0600, .uid = 1000, .gid = 0xfffffffe },
	{ "not executable", "noexec", .create = MFD_NOEXEC_SEAL,
	  .mode = 0640 },
	{ "read only", "reader", .open = O_RDONLY | O_CLOEXEC, .mode = 0777 },
	{ "write only", "writer", .open = O_WRONLY, .mode = 0777 },
	{ "direct", "direct", .open = O_RDWR | O_DIRECT, .mode = 0777 },
	{ "flags", "flags", .set = O_APPEND | O_NONBLOCK | O_NOATIME,
	  .mode = 0777 },
	{ "read only with flags", "both", .open = O_RDONLY | O_CLOEXEC,
	  .set = O_NONBLOCK, .mode = 0777 },
	{ "extended attributes", "xattrs", .mode = 0777, .user = "value",
	  .trusted = "" },
	{ "an extended attribute that is removed", "removed", .mode = 0777,
	  .user = "-", .trusted = "trusted" },
};

static int fds[ARRAY_SIZE(files)];

static int reopen(int fd, int flags)
{
	char path[32];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, flags);
	if (again < 0)
		ksft_exit_fail_perror(path);
	close(fd);
	return again;
}

static int create(const struct file *file)
{
	int fd = memfd_create(file->name, file->create | MFD_ALLOW_SEALING);

	if (fd < 0 || write(fd, CONTENT, sizeof(CONTENT)) != sizeof(CONTENT))
		ksft_exit_fail_perror(file->what);
	return file->open ? reopen(fd, file->open) : fd;
}

static void set(int fd, const char *name, const char *value)
{
	if (value && fsetxattr(fd, name, value, strlen(value), 0))
		ksft_exit_fail_perror(name);
}

/* Set the attributes with which the file is preserved. All are changed later. */
static void prepare(const struct file *file, int fd)
{
	set(fd, "user.test", file->user ? "before" : NULL);
	if (file->user && *file->user == '-')
		set(fd, "user.other", "stays");
}

static void change_times(int fd)
{
	const struct timespec times[] = { { ATIME, ATIME }, { MTIME, ATIME } };

	if (futimens(fd, times))
		ksft_exit_fail_perror("futimens");
}

static void change(const struct file *file, int fd)
{
	if (file->user && *file->user == '-') {
		if (fremovexattr(fd, "user.test"))
			ksft_exit_fail_perror("fremovexattr");
	} else {
		set(fd, "user.test", file->user);
	}
	set(fd, "trusted.test", file->trusted);
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | file->set) ||
	    fchown(fd, file->uid, file->gid) || fchmod(fd, file->mode))
		ksft_exit_fail_perror(file->what);
}

static bool has_name(const struct file *file, int fd, bool plain)
{
	char path[32], found[2 * LONGEST] = "", wanted[2 * LONGEST];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	snprintf(wanted, sizeof(wanted),
		 plain ? "/ (deleted)" : "/memfd:%s (deleted)", file->name);
	if (readlink(path, found, sizeof(found) - 1) < 0)
		ksft_exit_fail_perror(path);
	if (strcmp(found, wanted))
		ksft_print_msg("is called %s, not %s\n", found, wanted);
	return !strcmp(found, wanted);
}

static bool same(const char *what, long found, long wanted)
{
	if (found != wanted)
		ksft_print_msg("%s is %lo, not %lo\n", what, found, wanted);
	return found == wanted;
}

/* Check the times. ctime is from the call that set the others, shortly before the kexec. */
static bool has_times(const struct statx *stat, time_t booted)
{
	return same("atime", stat->stx_atime.tv_sec, ATIME) &&
	       same("atime", stat->stx_atime.tv_nsec, ATIME) &&
	       same("mtime", stat->stx_mtime.tv_sec, MTIME) &&
	       same("mtime", stat->stx_mtime.tv_nsec, ATIME) &&
	       same("ctime before boot", stat->stx_ctime.tv_sec < booted, 1) &&
	       same("btime before ctime", stat->stx_btime.tv_sec <=
		    stat->stx_ctime.tv_sec, 1);
}

static time_t boot_time(void)
{
	struct timespec now, up;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_BOOTTIME, &up);
	return now.tv_sec - up.tv_sec + 1;
}

static bool has_xattr(int fd, const char *name, const char *wanted)
{
	char value[VALUE_MAX] = "";
	ssize_t len = fgetxattr(fd, name, value, sizeof(value) - 1);

	if (!wanted)
		return len < 0;
	if (len != (ssize_t)strlen(wanted) || strcmp(value, wanted)) {
		ksft_print_msg("%s is %s, not %s\n", name, value, wanted);
		return false;
	}
	return true;
}

static bool has_xattrs(const struct file *file, int fd)
{
	bool removed = file->user && *file->user == '-';

	return has_xattr(fd, "user.test", removed ? NULL : file->user) &&
	       has_xattr(fd, "user.other", removed ? "stays" : NULL) &&
	       has_xattr(fd, "trusted.test", file->trusted);
}

static int get_flags(int fd)
{
	return fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK |
				     O_NOATIME | O_DIRECT);
}

static int wanted_flags(const struct file *file)
{
	return ((file->open ?: O_RDWR) & ~O_CLOEXEC) | file->set;
}

static bool has_attributes(const struct file *file, int fd)
{
	struct statx stat;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &stat))
		ksft_exit_fail_perror("statx");
	return has_times(&stat, boot_time()) &&
	       same("mode", stat.stx_mode, S_IFREG | file->mode) &&
	       same("uid", stat.stx_uid, file->uid) &&
	       same("gid", stat.stx_gid, file->gid) &&
	       same("flags", get_flags(fd), wanted_flags(file)) &&
	       has_xattrs(file, fd);
}

static bool is_plain(const struct file *file, int fd)
{
	struct stat stat;

	if (fstat(fd, &stat))
		ksft_exit_fail_perror("fstat");
	/* A stock kernel makes a file with F_SEAL_EXEC executable, and seals it. */
	return (file->create ||
		same("mode", stat.st_mode, S_IFREG | 0777)) &&
	       same("uid", stat.st_uid, 0) && same("gid", stat.st_gid, 0) &&
	       same("flags", get_flags(fd), O_RDWR) &&
	       has_xattr(fd, "user.test", NULL);
}

/* Check position and contents, and that the file can be used according to its flags. */
static bool works(int fd, bool was_open_again)
{
	off_t pos = lseek(fd, 0, SEEK_CUR);
	int mode = fcntl(fd, F_GETFL) & O_ACCMODE;
	char text[sizeof(CONTENT)] = "";
	int again;

	if (!same("position", pos, was_open_again ? 0 : sizeof(CONTENT)) ||
	    !same("written", pwrite(fd, CONTENT, 1, 0),
		  mode == O_RDONLY ? -1 : 1))
		return false;
	again = mode == O_WRONLY ? reopen(dup(fd), O_RDONLY) : dup(fd);
	if (pread(again, text, sizeof(text), 0) < 0)
		ksft_exit_fail_perror("read");
	close(again);
	return !memcmp(text, CONTENT, sizeof(CONTENT));
}

static void check_files(bool plain)
{
	int session = session_retrieve("attrs");

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		fds[i] = session_retrieve_file(session, i);
		ksft_test_result(has_name(&files[i], fds[i], plain) &&
				 (plain ? is_plain(&files[i], fds[i]) :
				  has_attributes(&files[i], fds[i])) &&
				 ((plain && files[i].create) ||
				  works(fds[i], files[i].open)),
				 "%s: %s\n", files[i].what,
				 plain ? "as a new file" : "unchanged");
	}
	session_finish(session);
}

static void save_files(bool again)
{
	int session = session_create("attrs");

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		session_preserve(session, fds[i], i);
		if (!again)
			change(&files[i], fds[i]);
		change_times(fds[i]);
	}
	session_hold();
}

int main(int argc, char *argv[])
{
	bool first = argc > 1 && !strcmp(argv[1], "save");
	bool last = argc > 1 && !strcmp(argv[1], "check");
	bool plain = argc > 2;

	ksft_print_header();
	ksft_set_plan(first ? 1 : ARRAY_SIZE(files));
	memset(longest, 'n', LONGEST);
	if (!first)
		check_files(plain);
	for (size_t i = 0; first && i < ARRAY_SIZE(files); i++) {
		fds[i] = create(&files[i]);
		prepare(&files[i], fds[i]);
	}
	if (!last)
		save_files(!first);
	if (first)
		ksft_test_result_pass("files are preserved\n");
	ksft_finished();
}
