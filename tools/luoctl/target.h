/* SPDX-License-Identifier: GPL-2.0 */
/*
 * target - the arguments of commands that compare two kernels: --from IMAGE or the
 * running kernel, --module FILE, and IMAGE.
 */
#ifndef LUOCTL_TARGET_H
#define LUOCTL_TARGET_H

#include <getopt.h>

#include "catalogue.h"
#include "luoctl.h"

struct target {
	const char *from_path;	/* NULL for the running kernel */
	const char *image;
	char **modules;
	size_t nr_modules;
	struct catalogue from;
	struct catalogue to;
};

#define TARGET_FROM	{ "from", required_argument, NULL, 'f' }
#define TARGET_MODULE	{ "module", required_argument, NULL, 'm' }

/*
 * Parse the arguments of a command. @option is called for each option other than the
 * two above, and returns -1 if it is invalid; it may be NULL. Returns 0. On error, prints
 * the usage of @command and returns an error.
 */
int target_parse(struct target *target, const struct command *command, int argc,
		 char **argv, const struct option *options,
		 int (*option)(int option, void *context), void *context);

/*
 * Read both catalogues. Returns 0. On error, prints the error and returns -1. It is an
 * error if live update is off, except with --from.
 */
int target_read(struct target *target);
void target_free(struct target *target);

#endif
