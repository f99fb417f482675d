// SPDX-License-Identifier: GPL-2.0
/*
 * check - says before the kexec what will survive it. Without --from the kernel
 * that runs is asked what it writes, with the write policy in force and, where
 * debugfs can be read, with what is stored already.
 */
#include <getopt.h>
#include <stdlib.h>

#include "judge.h"
#include "luoctl.h"
#include "state.h"

static int compare(const struct catalogue *from, const struct catalogue *to)
{
	struct verdicts verdicts;
	struct stored stored = {};
	int ret;

	if (from->running)
		stored_read(&stored);
	judge(from, to, from->running ? &stored : NULL, &verdicts);
	if (want_json) {
		verdicts_json(json_stdout(), from, to, &verdicts);
		stored_json(json_stdout(), &stored, &verdicts);
	} else {
		verdicts_headline(&verdicts, from->running ? &stored : NULL);
		verdicts_print(from, to, &verdicts);
	}
	ret = verdicts_exit(&verdicts);
	verdicts_free(&verdicts);
	stored_free(&stored);

	return ret;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "from", required_argument, NULL, 'f' },
		{ "module", required_argument, NULL, 'm' },
		{}
	};
	struct catalogue from = {}, to = {};
	char **modules = xzalloc(argc * sizeof(*modules));
	const char *from_path = NULL;
	int nr_modules = 0, ret = EXIT_FAILED, option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == '?')
			break;
		if (option == 'f')
			from_path = optarg;
		else
			modules[nr_modules++] = optarg;
	}
	if (option == '?' || argc - optind != 1) {
		usage(&check_command);
		goto out;
	}

	if (!from_path && state_check_live())
		goto out;
	if (from_path ? catalogue_read_image(&from, from_path) :
			running_read(&from))
		goto out;
	if (catalogue_read_image(&to, argv[optind]))
		goto out;
	while (nr_modules--) {
		if (catalogue_add_module(&to, modules[nr_modules]))
			goto out;
	}
	ret = compare(&from, &to);

out:
	free(modules);
	catalogue_free(&from);
	catalogue_free(&to);

	return ret;
}

const struct command check_command = {
	.name = "check",
	.arguments = "[--from IMAGE] [--module FILE]... IMAGE",
	.does = "say what will survive a kexec into IMAGE",
	.run = run,
};
