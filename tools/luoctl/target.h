/* SPDX-License-Identifier: GPL-2.0 */
/*
 * target - the two kernels of an update as the commands that compare them are told
 * about them: --from IMAGE, or else the kernel that runs, --module FILE and IMAGE.
 */
#ifndef LUOCTL_TARGET_H
#define LUOCTL_TARGET_H

#include <getopt.h>

#include "catalogue.h"
#include "luoctl.h"

struct target {
	const char *from_path;	/* NULL for the kernel that runs */
	const char *image;
	char **modules;
	size_t nr_modules;
	struct catalogue from;
	struct catalogue to;
};

#define TARGET_FROM	{ "from", required_argument, NULL, 'f' }
#define TARGET_MODULE	{ "module", required_argument, NULL, 'm' }

/*
 * Parse the arguments of a command. @option is called with each option that is not
 * one of those above and returns -1 if it is wrong; NULL if there are none. Complains
 * with the usage of @command and returns -1.
 */
int target_parse(struct target *target, const struct command *command, int argc,
		 char **argv, const struct option *options,
		 int (*option)(int option, void *context), void *context);

/*
 * Read both catalogues. Complains and returns -1, also if this kernel hands nothing
 * over and is not replaced by --from.
 */
int target_read(struct target *target);
void target_free(struct target *target);

#endif
