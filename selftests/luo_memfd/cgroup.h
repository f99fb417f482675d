/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_CGROUP_H
#define SELFTESTS_LUO_MEMFD_CGROUP_H

#define CGROUP	"/sys/fs/cgroup/luo_memfd"

/*
 * Create a memory cgroup and move this process into it; move it out again; remove the
 * group, which may still be charged. Exit with a "Bail out!" line on failure.
 */
void cgroup_enter(void);
void cgroup_leave(void);
void cgroup_remove(void);

#endif
