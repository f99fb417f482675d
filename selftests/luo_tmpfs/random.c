// SPDX-License-Identifier: GPL-2.0
/*
 * random make SEED NR DIRECTORY   - create NR files of all types in it
 * random change SEED NR DIRECTORY - make NR changes to the files in it
 *
 * The same seed gives the same names, attributes and contents. A change that cannot be
 * made, such as a name that exists, is omitted.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MAX_PATH	4000
#define MAX_CONTENT	(256 << 10)

struct paths {
	char **paths;
	size_t nr;
};

/* All names, and those of directories. */
static struct paths all, directories;

static size_t below(size_t limit)
{
	return ((size_t)random() << 31 | random()) % limit;
}

static void add(struct paths *to, const char *path)
{
	to->paths = realloc(to->paths, (to->nr + 1) * sizeof(*to->paths));
	if (!to->paths)
		err(1, "memory");
	to->paths[to->nr] = strdup(path);
	if (!to->paths[to->nr++])
		err(1, "memory");
}

static const char *pick(const struct paths *from)
{
	return from->paths[below(from->nr)];
}

/* Make a new path in a random directory: any bytes except '/' and NUL, and a number. */
static const char *new_path(void)
{
	static char path[MAX_PATH + 300];
	static unsigned int number;
	size_t len = below(50) ? below(20) : below(240);
	const char *directory;
	char *at;

	do {
		directory = pick(&directories);
	} while (strlen(directory) > MAX_PATH);
	at = stpcpy(stpcpy(path, directory), "/");
	while (len--) {
		*at = 1 + below(255);
		at += *at != '/';
	}
	sprintf(at, "%u", number++);

	return path;
}

/* Fill a buffer of static size, from which all contents come. */
static const char *bytes(void)
{
	static char buffer[MAX_CONTENT];

	for (size_t i = 0; i < 64; i++)
		buffer[below(sizeof(buffer))] = random();

	return buffer;
}

/* Write to some places of a file, which may leave holes, and set its size. */
static void write_file(int fd)
{
	int writes = below(4);

	while (writes--) {
		size_t limit = below(20) ? 3000 : MAX_CONTENT / 4;

		if (pwrite(fd, bytes() + below(MAX_CONTENT / 2), below(limit),
			   below(4) ? 0 : below(MAX_CONTENT)) < 0)
			err(1, "write");
	}
	if (!below(10) && ftruncate(fd, below(MAX_CONTENT)))
		err(1, "ftruncate");
}

static int create(const char *path)
{
	int fd;

	switch (below(20)) {
	case 0 ... 1:
		return mkdir(path, 0700);
	case 2 ... 3:
		return symlink(pick(&all), path);
	case 4 ... 5:
		return link(pick(&all), path);
	case 6:
		return mkfifo(path, 0600);
	case 7:
		return mknod(path, (below(2) ? S_IFCHR : S_IFBLK) | 0600,
			     makedev(below(4096), below(1 << 20)));
	default:
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
		if (fd < 0)
			return -1;
		write_file(fd);
		return close(fd);
	}
}

static void set_xattr(const char *path)
{
	char name[64];

	sprintf(name, "%s.%zu", below(2) ? "trusted" : "security", below(1000));
	lsetxattr(path, name, bytes(), below(20) ? below(200) : below(30000), 0);
	lsetxattr(path, "user.name", path, strlen(path), 0);
}

/* Set the owner, mode and times. Symbolic links have no mode. */
static void set_attributes(const char *path, const struct stat *st)
{
	struct timespec times[2];

	for (int i = 0; i < 2; i++) {
		times[i].tv_sec = (long)below(1UL << 33) - (1L << 31);
		times[i].tv_nsec = below(1000000000);
	}
	if (lchown(path, below(70000), below(70000)))
		err(1, "chown");
	if (!S_ISLNK(st->st_mode) && chmod(path, below(010000)))
		err(1, "chmod");
	if (!below(10))
		set_xattr(path);
	if (utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW))
		err(1, "utimensat");
}

static void create_file(void)
{
	const char *path = new_path();
	struct stat st;

	if (create(path) || lstat(path, &st))
		return;
	add(&all, path);
	if (S_ISDIR(st.st_mode))
		add(&directories, path);
	else
		set_attributes(path, &st);
}

static void make(size_t nr)
{
	struct stat st;

	add(&all, ".");
	add(&directories, ".");
	while (all.nr < nr)
		create_file();

	/* Files in a directory change its times. */
	for (size_t i = directories.nr; i--;) {
		if (lstat(directories.paths[i], &st))
			err(1, "stat");
		set_attributes(directories.paths[i], &st);
	}
}

static void change_contents(const char *path)
{
	int fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode)) {
		write_file(fd);
		if (!below(4))
			fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
				  below(MAX_CONTENT), 1 + below(MAX_CONTENT));
	}
	close(fd);
}

static void change(void)
{
	const char *path = pick(&all);
	struct stat st;

	switch (below(6)) {
	case 0:
		create_file();
		break;
	case 1:
		/* A directory that is not empty stays. */
		if (strcmp(path, "."))
			remove(path);
		break;
	case 2:
		rename(path, new_path());
		break;
	case 3:
		if (!lstat(path, &st))
			set_attributes(path, &st);
		break;
	default:
		change_contents(path);
	}
}

static int found(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	add(&all, path);
	if (type == FTW_D)
		add(&directories, path);

	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void change_all(size_t nr)
{
	if (nftw(".", found, 20, FTW_PHYS))
		err(1, "nftw");
	/* A tree that was handed over may list its names in another order. */
	qsort(all.paths, all.nr, sizeof(*all.paths), by_name);
	qsort(directories.paths, directories.nr, sizeof(*directories.paths), by_name);
	while (nr--)
		change();
}

int main(int argc, char **argv)
{
	if (argc != 5)
		errx(1, "arguments: make|change SEED NR DIRECTORY");
	srandom(atoi(argv[2]));
	umask(0);
	if (chdir(argv[4]))
		err(1, "%s", argv[4]);
	if (!strcmp(argv[1], "make"))
		make(atoi(argv[3]));
	else
		change_all(atoi(argv[3]));

	return 0;
}
