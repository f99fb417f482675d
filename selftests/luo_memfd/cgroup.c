// SPDX-License-Identifier: GPL-2.0
/* Move this process into a memory cgroup, and out of it again. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../kselftest.h"
#include "cgroup.h"
#include "../luo_lib/memory.h"

#define CGROUPS		"/sys/fs/cgroup"

void cgroup_enter(void)
{
	int fd = open(CGROUPS "/cgroup.subtree_control", O_WRONLY);

	if (fd < 0 || write(fd, "+memory", 7) != 7 || mkdir(CGROUP, 0755))
		ksft_exit_fail_perror(CGROUP);
	close(fd);
	file_set(CGROUP "/cgroup.procs", 0);
}

void cgroup_leave(void)
{
	file_set(CGROUPS "/cgroup.procs", 0);
}

void cgroup_remove(void)
{
	if (rmdir(CGROUP))
		ksft_exit_fail_perror(CGROUP);
}
