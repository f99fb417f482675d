/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_CGROUP_H
#define SELFTESTS_LUO_MEMFD_CGROUP_H

#define CGROUP	"/sys/fs/cgroup/luo_memfd"

/*
 * Makes a memory cgroup, and has this process in it until it leaves. Exit with
 * a "Bail out!" line on failure.
 */
void cgroup_enter(void);
void cgroup_leave(void);

#endif
