// SPDX-License-Identifier: GPL-2.0
/*
 * check - report what a kexec would preserve: of the data on this machine, or with --from
 * of everything that another kernel may have stored.
 */
#include "initrd.h"
#include "luoctl.h"
#include "report.h"
#include "scratch.h"
#include "target.h"

static int compare(const struct target *target)
{
	struct report report;
	int ret;

	report_make(&report, &target->from, &target->to);
	if (want_json)
		report_json(json_stdout(), &report);
	else
		report_print(&report);
	ret = report_exit(&report);
	report_free(&report);

	return ret;
}

/* luoctl kexec refuses images that do not fit. Report them here too. */
static int check_fits(const struct target *target)
{
	if (target->from_path)
		return EXIT_DONE;

	return scratch_check(target->image, initrd_beside(target->image)) ?
	       EXIT_FAILED : EXIT_DONE;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		TARGET_FROM, TARGET_MODULE, {}
	};
	struct target target = {};
	int ret = EXIT_FAILED;

	if (!target_parse(&target, &check_command, argc, argv, options, NULL,
			  NULL) && !target_read(&target))
		ret = compare(&target) ?: check_fits(&target);
	target_free(&target);

	return ret;
}

const struct command check_command = {
	.name = "check",
	.arguments = "[--from IMAGE] [--module FILE]... IMAGE",
	.does = "report what would survive a kexec into IMAGE",
	.run = run,
};
