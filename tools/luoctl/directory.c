// SPDX-License-Identifier: GPL-2.0
/* directory - see directory.h. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <linux/magic.h>

#include "directory.h"

int directory_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		return complain("%s: %s", path, strerror(errno));
	if (!fstatfs(fd, &fs) && fs.f_type == TMPFS_MAGIC)
		return fd;
	close(fd);

	return complain("%s: is not in a tmpfs: trees of other filesystems cannot be saved",
			path);
}

/* Count one name. The links of a file share its memory between them. */
static void count(const FTSENT *entry, u64 *files, double *bytes)
{
	const struct stat *st = entry->fts_statp;

	if (entry->fts_info == FTS_DP || entry->fts_level == FTS_ROOTLEVEL)
		return;
	(*files)++;
	*bytes += st->st_blocks * 512.0 / (S_ISDIR(st->st_mode) ? 1 : st->st_nlink);
}

int directory_count(int fd, u64 *files, u64 *bytes)
{
	char *path = xasprintf("/proc/self/fd/%d", fd);
	char *paths[] = { path, NULL };
	FTS *walk = fts_open(paths, FTS_COMFOLLOW | FTS_PHYSICAL | FTS_XDEV | FTS_NOCHDIR,
			     NULL);
	double memory = 0;
	FTSENT *entry;
	int ret = 0;

	*files = 0;
	while (walk && (entry = fts_read(walk))) {
		/* A file that was deleted meanwhile has no status. */
		if (entry->fts_info == FTS_DNR)
			ret = -1;
		else if (entry->fts_info != FTS_NS)
			count(entry, files, &memory);
	}
	if (walk)
		fts_close(walk);
	free(path);
	*bytes = memory + 0.5;

	return walk ? ret : -1;
}

/* Check if an earlier call has mounted it there. */
static bool is_mounted(int fd, const char *path)
{
	struct stat root, st;

	return !fstat(fd, &root) && !stat(path, &st) && root.st_dev == st.st_dev &&
	       root.st_ino == st.st_ino;
}

int directory_mount(int fd, const char *name, const char *path)
{
	if (is_mounted(fd, path))
		return 0;
	if (!move_mount(fd, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH |
			MOVE_MOUNT_T_SYMLINKS | MOVE_MOUNT_T_AUTOMOUNTS))
		return 0;

	return complain("%s cannot be mounted at %s: %s", name, path, strerror(errno));
}
