// SPDX-License-Identifier: GPL-2.0
/*
 * kexec - negotiate the versions, check that nothing is lost, load the image, boot it.
 * kexec(8) does the last two. After an error or a refusal, the write policy is restored
 * and no image is loaded.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmdline.h"
#include "index.h"
#include "initrd.h"
#include "journal.h"
#include "kexec_tools.h"
#include "luoctl.h"
#include "policy.h"
#include "report.h"
#include "scratch.h"
#include "state.h"
#include "target.h"

struct jump {
	struct target target;
	const char *initrd;	/* NULL for none */
	const char *append;
	bool rollback;
	bool load_only;
	bool dry_run;
	char **accepted;
	size_t nr_accepted;

	char *command_line;
	char *old_policy;
};

#define WRITE_PARAMETER	"luo_object.write="

/* Copy the line without the words that begin with @begin. */
static char *without_words(const char *line, const char *begin)
{
	char *copy = xstrdup(line), *rest = copy, *word;
	char *kept = xstrdup("");

	while ((word = strsep(&rest, "\n "))) {
		char *more;

		if (!*word || !strncmp(word, begin, strlen(begin)))
			continue;
		more = xasprintf("%s%s%s", kept, *kept ? " " : "", word);
		free(kept);
		kept = more;
	}
	free(copy);

	return kept;
}

static int make_command_line(struct jump *jump)
{
	struct bytes line;

	if (jump->append) {
		jump->command_line = xstrdup(jump->append);
	} else {
		if (load_file("/proc/cmdline", 0x10000, &line))
			return -1;
		jump->command_line = (char *)line.data;
		jump->command_line[strcspn(jump->command_line, "\n")] = 0;
	}
	if (jump->rollback) {
		/* After a rollback the running kernel has the parameter already. */
		char *line = without_words(jump->command_line, WRITE_PARAMETER);

		free(jump->command_line);
		jump->command_line = xasprintf("%s " WRITE_PARAMETER "all",
					       line);
		free(line);
	}

	return 0;
}

#define ACCEPT_COMMAND_LINE	"cmdline"

/* Check if @accepted names something that exists, whether or not it would be lost. */
static bool can_be_accepted(const struct report *report, const char *accepted)
{
	if (!strcmp(accepted, ACCEPT_COMMAND_LINE) ||
	    !strcmp(accepted, ACCEPT_UNCLAIMED))
		return true;
	for (size_t i = 0; i < report->verdicts.nr; i++) {
		if (!strcmp(accepted, report->verdicts.verdicts[i].name))
			return true;
	}
	for (size_t i = 0; i < report->stakes.nr; i++) {
		if (stake_is_named(&report->stakes.stakes[i], accepted))
			return true;
	}
	for (size_t i = 0; i < report->stored.records.nr; i++) {
		char *name = stored_name(&report->stored.records.records[i]);
		bool same = !strcmp(accepted, name);

		free(name);
		if (same)
			return true;
	}

	return false;
}

/* Refuse an --accept that names nothing: it may be misspelled. */
static int check_accepted(const struct jump *jump, const struct report *report)
{
	for (size_t i = 0; i < jump->nr_accepted; i++) {
		const char *accepted = jump->accepted[i];

		if (!can_be_accepted(report, accepted))
			return complain("--accept %s: nothing of that name would be handed over",
					accepted);
	}

	return 0;
}

static bool is_accepted(const struct jump *jump, const struct stake *stake)
{
	for (size_t i = 0; i < jump->nr_accepted; i++) {
		if (stake_is_named(stake, jump->accepted[i]))
			return true;
	}

	return false;
}

/* Find the first stake with @fate that is not accepted. Sets @nr to their number. */
static const struct stake *find_refused(const struct jump *jump,
					const struct stakes *stakes,
					enum fate fate, size_t *nr)
{
	const struct stake *first = NULL;

	*nr = 0;
	for (size_t i = 0; i < stakes->nr; i++) {
		const struct stake *stake = &stakes->stakes[i];

		if (stake->fate != fate || is_accepted(jump, stake))
			continue;
		first = first ?: stake;
		++*nr;
	}

	return first;
}

/* Format the number of further stakes; empty if there is only one. */
static char *more_than_one(size_t nr)
{
	return nr > 1 ? xasprintf("; and %zu more, see luoctl check",
				  nr - 1) : xstrdup("");
}

/* Check that no data would be lost that was not accepted. Returns an exit status. */
static int check_stakes(const struct jump *jump, const struct stakes *stakes)
{
	const struct stake *stake;
	int ret = EXIT_DONE;
	size_t nr;
	char *more;

	stake = find_refused(jump, stakes, FATE_LOST, &nr);
	if (stake) {
		more = more_than_one(nr);
		complain("no kexec: %s would be lost: %s%s; --accept %s accepts the loss",
			 stake->name, stake->why, more, stake->name);
		free(more);
		return EXIT_LOSS;
	}
	stake = find_refused(jump, stakes, FATE_UNKNOWN, &nr);
	if (stake) {
		more = more_than_one(nr);
		complain("no kexec: cannot tell whether %s survives: %s%s; --accept %s accepts the risk",
			 stake->name, stake->why, more, stake->name);
		free(more);
		ret = EXIT_FAILED;
	}

	return ret;
}

static void show(const struct jump *jump, const struct report *report,
		 bool refused)
{
	struct json *json = json_stdout();

	if (!want_json) {
		report_print(report);
		return;
	}
	report_json(json, report);
	json_string(json, "commandLine", jump->command_line);
	json_boolean(json, "refused", refused);
}

static int check_command_line(const struct jump *jump)
{
	for (size_t i = 0; i < jump->nr_accepted; i++) {
		if (!strcmp(jump->accepted[i], ACCEPT_COMMAND_LINE))
			return EXIT_DONE;
	}

	return cmdline_check(jump->command_line) ? EXIT_LOSS : EXIT_DONE;
}

/* Warn that systemctl kexec terminates the processes that hold sessions. */
static void warn_held(const struct stakes *stakes)
{
	for (size_t i = 0; i < stakes->nr; i++) {
		const struct session *session = stakes->stakes[i].session;

		if (session && !session->stored)
			fprintf(stderr, "luoctl: session %s is held by process %d (%s): systemctl kexec ends that process, and the session would be lost; kexec -e does not\n",
				session->shown, session->pid, session->shown_process);
	}
}

/* Log a refusal, or the losses that were accepted. */
static void log_judgement(const struct jump *jump, const struct stakes *stakes,
			  bool refused)
{
	if (refused) {
		journal(JOURNAL_REFUSED, jump->target.image, "%s", complaint());
		return;
	}
	for (size_t i = 0; i < stakes->nr; i++) {
		if (stakes->stakes[i].fate == FATE_LOST)
			journal(JOURNAL_LOST, stakes->stakes[i].name,
				"%s is lost in the kexec into %s, which was accepted: %s",
				stakes->stakes[i].name, jump->target.image,
				stakes->stakes[i].why);
	}
}

/* Decide about the kexec, and show the report. Returns an exit status. */
static int judge_jump(const struct jump *jump)
{
	struct report report;
	int ret;

	report_make(&report, &jump->target.from, &jump->target.to);
	if (check_accepted(jump, &report)) {
		ret = EXIT_FAILED;
	} else {
		ret = check_stakes(jump, &report.stakes) ?:
		      check_command_line(jump);
		show(jump, &report, ret != EXIT_DONE);
		if (!jump->dry_run)
			log_judgement(jump, &report.stakes, ret != EXIT_DONE);
		if (!ret && jump->load_only)
			warn_held(&report.stakes);
	}
	report_free(&report);

	return ret;
}

static int load(const struct jump *jump)
{
	char *append = xasprintf("--append=%s", jump->command_line);
	char *initrd = jump->initrd ?
		       xasprintf("--initrd=%s", jump->initrd) : NULL;
	char *const argv[] = { "kexec", "-s", "-l", (char *)jump->target.image, append,
			       initrd, NULL };
	char *failure = xasprintf("%s cannot be loaded", jump->target.image);
	int ret;

	ret = kexec_tools(failure, argv);
	free(failure);
	free(append);
	free(initrd);

	return ret;
}

static int boot(const struct jump *jump)
{
	static char *const execute[] = { "kexec", "-e", NULL };

	journal(JOURNAL_JUMPED, jump->target.image, "kexec into %s",
		jump->target.image);
	sync();
	/* It does not return on success. */
	if (!kexec_tools("the kexec has failed", execute))
		complain("the kexec has failed: kexec -e returned");
	kexec_unload();

	return -1;
}

static int negotiate(struct jump *jump)
{
	struct target *target = &jump->target;
	char *policy;
	int ret;

	if (!policy_exists())
		return 0;
	if (jump->dry_run) {
		policy_select(&target->from, &target->to, jump->rollback);
		return 0;
	}
	jump->old_policy = policy_get();
	if (!jump->old_policy)
		return -1;
	policy = policy_for(&target->from, &target->to, jump->rollback,
			    jump->old_policy);
	ret = policy_set(policy);
	free(policy);
	running_read_selected(&target->from);
	/* Write the index again, in the versions that the next kernel reads. */
	if (!ret)
		(void)index_update();

	return ret;
}

static int read_target(struct target *target)
{
	if (target_read(target))
		return -1;
	/* --from is the image of the running kernel, whose policy is known. */
	target->from.running = true;
	running_read_selected(&target->from);

	return 0;
}

static int check_kernel(struct jump *jump)
{
	if (geteuid())
		return complain("luoctl kexec: must be root");

	return state_check_live() ?:
	       initrd_find(jump->target.image, &jump->initrd) ?:
	       scratch_check(jump->target.image, jump->initrd);
}

/*
 * Restore the write policy. Also unload the image of an earlier luoctl kexec --load: it
 * was judged by the data that existed then.
 */
static void undo(struct jump *jump)
{
	char *before = state_read(NOTE_POLICY, NULL);

	if (before) {
		abort_load(before);
		free(before);
	} else if (jump->old_policy) {
		policy_set(jump->old_policy);
	}
}

/* Note the image, and the write policy before the first of several loads. */
static int note_loaded(const struct jump *jump)
{
	char *before = state_read(NOTE_POLICY, NULL);
	char *image = realpath(jump->target.image, NULL);

	int ret = state_write(NOTE_LOADED, NULL, image ?: jump->target.image);

	if (!ret && !before)
		ret = state_write(NOTE_POLICY, NULL, jump->old_policy ?: "");
	free(image);
	free(before);
	/* Without the note luoctl abort could not restore the policy. */
	if (ret)
		kexec_unload();

	return ret;
}

static int jump(struct jump *jump)
{
	int ret = EXIT_FAILED;

	if (check_kernel(jump) || read_target(&jump->target) ||
	    make_command_line(jump) || negotiate(jump))
		goto out;

	ret = judge_jump(jump);
	if (jump->dry_run)
		goto out;
	if (!ret && (load(jump) || (!jump->load_only && boot(jump)) ||
		     note_loaded(jump)))
		ret = EXIT_FAILED;
	if (ret)
		goto out;
	if (!want_json)
		printf("%s is loaded; kexec -e or systemctl kexec boots it\n",
		       jump->target.image);

out:
	if (ret && !jump->dry_run)
		undo(jump);

	return ret;
}

static int set_option(int option, void *context)
{
	struct jump *jump = context;

	switch (option) {
	case 'A':
		jump->accepted[jump->nr_accepted++] = optarg;
		break;
	case 'a':
		jump->append = optarg;
		break;
	case 'i':
		jump->initrd = optarg;
		break;
	case 'l':
		jump->load_only = true;
		break;
	case 'n':
		jump->dry_run = true;
		break;
	case 'r':
		jump->rollback = true;
		break;
	}

	return 0;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		TARGET_FROM, TARGET_MODULE,
		{ "accept", required_argument, NULL, 'A' },
		{ "append", required_argument, NULL, 'a' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "initrd", required_argument, NULL, 'i' },
		{ "load", no_argument, NULL, 'l' },
		{ "rollback", no_argument, NULL, 'r' },
		{}
	};
	struct jump args = {
		.accepted = xzalloc(argc * sizeof(*args.accepted)),
	};
	int ret = EXIT_FAILED;

	if (!target_parse(&args.target, &kexec_command, argc, argv, options,
			  set_option, &args))
		ret = jump(&args);
	target_free(&args.target);
	free(args.accepted);
	free(args.command_line);
	free(args.old_policy);

	return ret;
}

const struct command kexec_command = {
	.name = "kexec",
	.arguments = "[--from IMAGE] [--rollback] [--accept NAME]... [--module FILE]... [--initrd FILE|none] [--append LINE] [--load] [--dry-run] IMAGE",
	.does = "negotiate, check, load IMAGE and boot it",
	.run = run,
};
