/* SPDX-License-Identifier: GPL-2.0 */
/*
 * command - run a command that gets its descriptors by the convention of
 * sd_listen_fds_with_names(3).
 */
#ifndef LUOCTL_COMMAND_H
#define LUOCTL_COMMAND_H

#include "mapping.h"

/*
 * Check that the program exists and can be executed. Other errors show when it is run.
 * Returns 0. On error, prints the error and returns the exit status.
 */
int command_check(const char *command);

/* Get a number above all descriptors that a command with these files gets. */
int command_fd_above(const struct mapping *mapping);

/*
 * Replace luoctl with the command, with @fds from descriptor 3 on. On error, prints the
 * error, moves the descriptors back to their numbers, and returns the exit status.
 */
int command_exec(const struct mapping *mapping, const int *fds, char **command);

/* Set an environment variable to a number. */
void command_set_number(const char *variable, unsigned long value);

#endif
