// SPDX-License-Identifier: GPL-2.0
/*
 * negotiate - has the running kernel write what an image reads, and no more. To
 * be done before anything is saved: what is stored stays as it was stored.
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
		printf("the write policy is %s; it was %s\n\n", policy, old);
		report_print(report);
		if (back) {
			puts("\nand back:");
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

/* Says what comes of the policy, and with @rollback of the way back. */
static int report(const struct target *target, const char *old,
		  const char *policy, bool rollback)
{
	struct report there, back = {};
	int ret;

	report_make(&there, &target->from, &target->to);
	if (rollback)
		report_make(&back, &target->to, &target->from);
	show(&there, rollback ? &back : NULL, old, policy);
	ret = verdicts_count(&back.verdicts, FATE_LOST) ? EXIT_LOSS :
	      report_exit(&there);
	report_free(&there);
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
	policy = policy_for(&target->from, &target->to, rollback);
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
	.does = "have this kernel write what IMAGE reads",
	.run = run,
};
