/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cgroup - the control group of a process, to whose memory limit the pages that it
 * retrieves are charged.
 */
#ifndef LUOCTL_CGROUP_H
#define LUOCTL_CGROUP_H

#include <sys/types.h>

/*
 * Get the control group of a process in the unified hierarchy, such as
 * "/system.slice/cache.service". Returns NULL if it has none or cannot be read. The caller
 * frees the path.
 */
char *cgroup_of(pid_t pid);

/* Move luoctl to a control group. Returns 0, or -1 with errno. */
int cgroup_enter(const char *path);

#endif
