// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "running.h"
#include "state.h"
#include "target.h"

int target_parse(struct target *target, const struct command *command, int argc,
		 char **argv, const struct option *options,
		 int (*option)(int option, void *context), void *context)
{
	int found;

	target->modules = xzalloc(argc * sizeof(*target->modules));
	while ((found = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (found == 'f')
			target->from_path = optarg;
		else if (found == 'm')
			target->modules[target->nr_modules++] = optarg;
		else if (found == '?' || !option || option(found, context))
			return usage(command);
	}
	if (argc - optind != 1)
		return usage(command);
	target->image = argv[optind];

	return 0;
}

int target_read(struct target *target)
{
	if (!target->from_path && state_check_live())
		return -1;
	if (target->from_path ?
	    catalogue_read_image(&target->from, target->from_path) :
	    running_read(&target->from))
		return -1;
	if (catalogue_read_image(&target->to, target->image))
		return -1;
	for (size_t i = 0; i < target->nr_modules; i++) {
		if (catalogue_add_module(&target->to, target->modules[i]))
			return -1;
	}

	return 0;
}

void target_free(struct target *target)
{
	free(target->modules);
	catalogue_free(&target->from);
	catalogue_free(&target->to);
}
