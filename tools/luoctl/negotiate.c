// SPDX-License-Identifier: GPL-2.0
/*
 * negotiate - has the running kernel write what an image reads, and no more. To
 * be done before anything is saved: what is stored stays as it was stored.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "luoctl.h"
#include "policy.h"
#include "state.h"

/* Says what comes of the policy, and with @rollback of the way back. */
static int report(const struct catalogue *from, const struct catalogue *to,
		  const char *old, const char *policy, bool rollback)
{
	struct verdicts verdicts, back = {};
	struct stored stored;
	unsigned int nr_lost;
	int ret;

	stored_read(&stored);
	judge(from, to, &stored, &verdicts);
	if (rollback)
		judge(to, from, NULL, &back);
	nr_lost = verdicts_lost(&verdicts, NULL, 0) +
		  verdicts_lost(&back, NULL, 0);

	if (want_json) {
		struct json *json = json_stdout();

		json_string(json, "policy", policy);
		json_string(json, "before", old);
		verdicts_json(json, from, to, &verdicts);
		if (rollback) {
			json_open_object(json, "rollback");
			verdicts_json(json, to, from, &back);
			json_close(json);
		} else {
			json_null(json, "rollback");
		}
	} else {
		printf("the write policy is %s; it was %s\n\n", policy, old);
		verdicts_headline(&verdicts, &stored);
		verdicts_print(from, to, &verdicts);
		if (rollback) {
			puts("\nand back:");
			verdicts_print(to, from, &back);
		}
	}
	ret = nr_lost ? EXIT_LOSS : verdicts_exit(&verdicts);
	verdicts_free(&verdicts);
	verdicts_free(&back);
	stored_free(&stored);

	return ret;
}

static int negotiate(struct catalogue *from, const struct catalogue *to,
		     bool rollback)
{
	char *old = policy_get();
	int ret = EXIT_FAILED;
	char *policy;

	if (!old)
		return ret;
	policy = policy_for(from, to, rollback);
	if (!policy_set(policy)) {
		running_read_selected(from);
		ret = report(from, to, old, policy, rollback);
	}
	free(policy);
	free(old);

	return ret;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "module", required_argument, NULL, 'm' },
		{ "rollback", no_argument, NULL, 'r' },
		{}
	};
	char **modules = xzalloc(argc * sizeof(*modules));
	struct catalogue from = {}, to = {};
	int nr_modules = 0, ret = EXIT_FAILED, option;
	bool rollback = false;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == '?')
			break;
		if (option == 'm')
			modules[nr_modules++] = optarg;
		else
			rollback = true;
	}
	if (option == '?' || argc - optind != 1) {
		usage(&negotiate_command);
		goto out;
	}

	if (state_check_live() || running_read(&from) || catalogue_read_image(&to, argv[optind]))
		goto out;
	while (nr_modules--) {
		if (catalogue_add_module(&to, modules[nr_modules]))
			goto out;
	}
	ret = negotiate(&from, &to, rollback);

out:
	free(modules);
	catalogue_free(&from);
	catalogue_free(&to);

	return ret;
}

const struct command negotiate_command = {
	.name = "negotiate",
	.arguments = "[--rollback] [--module FILE]... IMAGE",
	.does = "have this kernel write what IMAGE reads",
	.run = run,
};
