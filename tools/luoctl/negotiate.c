// SPDX-License-Identifier: GPL-2.0
/*
 * negotiate - set the write policy of the running kernel to the versions that an image
 * reads. It does not change objects that are stored already, so it must be done before
 * data is saved.
 */
#include <stdlib.h>

#include "luoctl.h"
#include "policy.h"
#include "report.h"
#include "target.h"

static void show(const struct report *report, const struct report *back,
		 const char *old, const char *policy)
{
	struct json *json = json_stdout();

	if (!want_json) {
		printf("the write policy is now %s; it was %s\n\n", policy, old);
		report_print(report);
		if (back) {
			puts("\nrollback:");
			report_print_formats(back);
		}
		return;
	}
	json_string(json, "policy", policy);
	json_string(json, "before", old);
	report_json(json, report);
	if (back) {
		json_open_object(json, "rollback");
		report_json(json, back);
		json_close(json);
	} else {
		json_null(json, "rollback");
	}
}

/* Show what survives under the new policy, and with @rollback in the way back. */
static int report(const struct target *target, const char *old,
		  const char *policy, bool rollback)
{
	struct report forth, back = {};
	int ret;

	report_make(&forth, &target->from, &target->to);
	if (rollback)
		report_make(&back, &target->to, &target->from);
	show(&forth, rollback ? &back : NULL, old, policy);
	ret = verdicts_count(&back.verdicts, FATE_LOST) ? EXIT_LOSS :
	      report_exit(&forth);
	report_free(&forth);
	if (rollback)
		report_free(&back);

	return ret;
}

static int negotiate(struct target *target, bool rollback)
{
	char *old = policy_get();
	int ret = EXIT_FAILED;
	char *policy;

	if (!old)
		return ret;
	policy = policy_for(&target->from, &target->to, rollback, old);
	if (!policy_set(policy)) {
		running_read_selected(&target->from);
		ret = report(target, old, policy, rollback);
	}
	free(policy);
	free(old);

	return ret;
}

static int set_option(int option, void *context)
{
	bool *rollback = context;

	*rollback = true;

	return 0;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		TARGET_MODULE,
		{ "rollback", no_argument, NULL, 'r' },
		{}
	};
	struct target target = {};
	int ret = EXIT_FAILED;
	bool rollback = false;

	if (!target_parse(&target, &negotiate_command, argc, argv, options,
			  set_option, &rollback) && !target_read(&target))
		ret = negotiate(&target, rollback);
	target_free(&target);

	return ret;
}

const struct command negotiate_command = {
	.name = "negotiate",
	.arguments = "[--rollback] [--module FILE]... IMAGE",
	.does = "set the write policy to the versions that IMAGE reads",
	.run = run,
};
