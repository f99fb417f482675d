// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "util.h"

char *cgroup_of(pid_t pid)
{
	char *path = xasprintf("/proc/%d/cgroup", pid), *cgroup = NULL;
	struct bytes text;
	char *line;

	if (!read_file(path, 0x10000, &text)) {
		/* The line of the unified hierarchy is "0::PATH". */
		line = strstr((char *)text.data, "0::/");
		if (line && (line == (char *)text.data || line[-1] == '\n'))
			cgroup = xasprintf("%.*s", (int)strcspn(line + 3, "\n"),
					   line + 3);
		free(text.data);
	}
	free(path);

	return cgroup;
}

/* Find where the unified hierarchy is mounted. The caller frees the path. */
static char *mount_point(void)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	char *path = NULL;
	struct mntent *mount;

	while (mounts && !path && (mount = getmntent(mounts))) {
		if (!strcmp(mount->mnt_type, "cgroup2"))
			path = xstrdup(mount->mnt_dir);
	}
	if (mounts)
		endmntent(mounts);

	return path;
}

int cgroup_enter(const char *path)
{
	char *mount = mount_point(), *procs;
	int ret, error;

	if (!mount) {
		errno = ENOENT;
		return -1;
	}
	procs = xasprintf("%s%s/cgroup.procs", mount, path);
	ret = write_file(procs, "0");
	error = errno;
	free(procs);
	free(mount);
	errno = error;

	return ret;
}
