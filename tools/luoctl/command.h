/* SPDX-License-Identifier: GPL-2.0 */
/*
 * command - a command that is given descriptors, as sd_listen_fds_with_names(3) takes
 * them.
 */
#ifndef LUOCTL_COMMAND_H
#define LUOCTL_COMMAND_H

#include "mapping.h"

/*
 * Complain if there is no such program, and return what to exit with: what else is
 * wrong with it is seen when it is run. Returns 0 if there is one.
 */
int command_check(const char *command);

/* A number above all descriptors that a command with this many files is given. */
int command_fd_above(const struct mapping *mapping);

/*
 * Run the command in the place of luoctl, with @fds from 3 on. If it cannot be run,
 * complain and return what to exit with, with the descriptors where they were.
 */
int command_exec(const struct mapping *mapping, const int *fds, char **command);

/* Set a variable of the environment to a number. */
void command_set_number(const char *variable, unsigned long value);

#endif
