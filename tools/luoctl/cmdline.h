/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmdline - check that a kernel that is booted with a command line takes over the
 * preserved memory.
 */
#ifndef LUOCTL_CMDLINE_H
#define LUOCTL_CMDLINE_H

/* Returns 0. If data would be lost, prints an error and returns -1. */
int cmdline_check(const char *line);

#endif
