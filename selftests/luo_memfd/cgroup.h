/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_CGROUP_H
#define SELFTESTS_LUO_MEMFD_CGROUP_H

#define CGROUP	"/sys/fs/cgroup/luo_memfd"

/*
 * Create a memory cgroup and move this process into it, or out of it again. Exit with
 * a "Bail out!" line on failure.
 */
void cgroup_enter(void);
void cgroup_leave(void);

#endif
