/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cmdline - the command line of the next kernel: whether what is handed over arrives
 * with it.
 */
#ifndef LUOCTL_CMDLINE_H
#define LUOCTL_CMDLINE_H

/* Complains and returns -1 if all would be lost. */
int cmdline_check(const char *line);

#endif
