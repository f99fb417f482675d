// SPDX-License-Identifier: GPL-2.0
/*
 * kexec - check, negotiate, load, go. Loading and going are kexec(8)'s. Whatever
 * fails, or would lose something, leaves the policy and the kernel as they were.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initrd.h"
#include "judge.h"
#include "kexec_tools.h"
#include "luoctl.h"
#include "policy.h"
#include "state.h"

struct jump {
	const char *image;
	const char *from;
	const char *initrd;	/* NULL for none */
	const char *append;
	bool rollback;
	bool load_only;
	bool dry_run;
	char **accepted;
	size_t nr_accepted;
	char **modules;
	size_t nr_modules;

	char *command_line;
	char *old_policy;
};

#define WRITE_PARAMETER	"luo_object.write="

/* Without the words that begin so. */
static char *without_words(const char *line, const char *begin)
{
	char *copy = xstrdup(line), *rest = copy, *word;
	char *kept = xstrdup("");

	while ((word = strsep(&rest, " \n"))) {
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
		/* The line has it from the last jump, if that was one too. */
		char *line = without_words(jump->command_line, WRITE_PARAMETER);

		free(jump->command_line);
		jump->command_line = xasprintf("%s " WRITE_PARAMETER "all",
					       line);
		free(line);
	}

	return 0;
}

static bool accepts(const struct jump *jump, const char *name)
{
	for (size_t i = 0; i < jump->nr_accepted; i++) {
		if (!strcmp(jump->accepted[i], name))
			return true;
	}

	return false;
}

#define ACCEPT_COMMAND_LINE	"cmdline"
#define ACCEPT_UNCLAIMED	"unclaimed"
#define ACCEPT_SESSION		"session:"

/* What is accepted must be a loss that there is: a slip is an error. */
static int check_accepted(const struct jump *jump,
			  const struct verdicts *verdicts)
{
	for (size_t i = 0; i < jump->nr_accepted; i++) {
		const char *accepted = jump->accepted[i];
		bool known = !strcmp(accepted, ACCEPT_COMMAND_LINE) ||
			     !strcmp(accepted, ACCEPT_UNCLAIMED) ||
			     !strncmp(accepted, ACCEPT_SESSION,
				      strlen(ACCEPT_SESSION));

		for (size_t j = 0; !known && j < verdicts->nr; j++)
			known = !strcmp(accepted, verdicts->verdicts[j].name);
		if (!known)
			return complain("--accept %s: nothing of that name would be handed over",
					accepted);
	}

	return 0;
}

/* The names of what is lost and not accepted, "a, b". */
static char *list_lost(const struct jump *jump, const struct verdicts *verdicts)
{
	char *list = xstrdup("");

	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct verdict *verdict = &verdicts->verdicts[i];
		char *more;

		if (verdict->fate != FATE_LOST || accepts(jump, verdict->name))
			continue;
		more = xasprintf("%s%s%s", list, *list ? ", " : "",
				 verdict->name);
		free(list);
		list = more;
	}

	return list;
}

static void show(const struct jump *jump, const struct catalogue *from,
		 const struct catalogue *to, const struct verdicts *verdicts,
		 const struct stored *stored, bool refused)
{
	struct json *json = json_stdout();

	if (!want_json) {
		verdicts_headline(verdicts, stored);
		verdicts_print(from, to, verdicts);
		return;
	}
	verdicts_json(json, from, to, verdicts);
	stored_json(json, stored, verdicts);
	json_string(json, "commandLine", jump->command_line);
	json_boolean(json, "refused", refused);
}

/* Sessions that were saved in this boot and that no process has any more. */
static int check_saved(const struct jump *jump, const struct stored *stored)
{
	char **names = state_names(NOTE_SAVED);
	int ret = EXIT_DONE;

	for (char **name = names; *name && !ret; name++) {
		char *accept = xasprintf(ACCEPT_SESSION "%s", *name);
		char *files = state_read(NOTE_SAVED, *name);

		if (!sessions_outgoing(&stored->sessions, *name) &&
		    !accepts(jump, accept)) {
			complain("no kexec: session %s (%s) was saved and has ended, because no process has it any more; save it again, or luoctl abort %s",
				 *name, files ?: "", *name);
			ret = EXIT_LOSS;
		}
		free(accept);
		free(files);
	}
	state_names_free(names);

	return ret;
}

/* Objects and files of the previous kernel that nothing has restored. */
static int check_unclaimed(const struct jump *jump)
{
	struct records records;
	int ret = EXIT_DONE;

	if (accepts(jump, ACCEPT_UNCLAIMED))
		return ret;
	if (running_records("incoming", &records)) {
		/* A kernel without versioned objects has no list of them. */
		if (!policy_exists())
			return ret;
		complain("no kexec: cannot tell whether objects of the previous kernel wait to be restored, " DEBUGFS "/luo_objects/incoming: %s; --accept "
			 ACCEPT_UNCLAIMED " takes that risk", strerror(errno));
		return EXIT_FAILED;
	}
	if (records.nr) {
		complain("no kexec: %s:%llu of the previous kernel%s not been restored and would be lost; luoctl list says more; --accept "
			 ACCEPT_UNCLAIMED " takes the loss",
			 records.records[0].kind, records.records[0].instance,
			 records.nr > 1 ? " and others have" : " has");
		ret = EXIT_LOSS;
	}
	records_free(&records);

	return ret;
}

/* Do the verdicts stand against the kexec? */
static int check_verdicts(const struct jump *jump,
			  const struct verdicts *verdicts)
{
	char *lost;

	if (verdicts_lost(verdicts, jump->accepted, jump->nr_accepted)) {
		lost = list_lost(jump, verdicts);
		complain("no kexec: %s would be lost; --accept NAME takes a loss",
			 lost);
		free(lost);
		return EXIT_LOSS;
	}
	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct verdict *verdict = &verdicts->verdicts[i];

		if (verdict->fate != FATE_UNKNOWN ||
		    accepts(jump, verdict->name))
			continue;
		complain("no kexec: cannot tell whether %s survives; --accept %s takes that risk",
			 verdict->name, verdict->name);
		return EXIT_FAILED;
	}

	return EXIT_DONE;
}

static int check_command_line(const struct jump *jump)
{
	if (accepts(jump, ACCEPT_COMMAND_LINE) ||
	    (state_switches_on(jump->command_line, "kho") &&
	     state_switches_on(jump->command_line, "liveupdate")))
		return EXIT_DONE;
	complain("no kexec: the command line '%s' does not say kho=on liveupdate=on, and all would be lost; --accept "
		 ACCEPT_COMMAND_LINE " takes that risk", jump->command_line);

	return EXIT_LOSS;
}

/* systemctl kexec ends processes, and so the sessions that they keep. */
static void say_held(const struct stored *stored)
{
	for (size_t i = 0; i < stored->sessions.nr; i++) {
		const struct session *session = &stored->sessions.sessions[i];

		if (session->pid > 1 && strcmp(session->direction, "incoming"))
			fprintf(stderr, "luoctl: session %s is kept by process %d (%s): systemctl kexec ends that process, and the session is lost then; kexec -e does not\n",
				session->name, session->pid, session->process);
	}
}

/* Returns EXIT_DONE if nothing stands against the kexec. */
static int judge_jump(const struct jump *jump, struct catalogue *from,
		      const struct catalogue *to)
{
	struct verdicts verdicts;
	struct stored stored;
	int ret;

	stored_read(&stored);
	judge(from, to, &stored, &verdicts);
	if (check_accepted(jump, &verdicts)) {
		ret = EXIT_FAILED;
	} else {
		ret = check_verdicts(jump, &verdicts) ?:
		      check_command_line(jump) ?:
		      check_saved(jump, &stored) ?: check_unclaimed(jump);
		show(jump, from, to, &verdicts, &stored, ret != EXIT_DONE);
		if (!ret && jump->load_only)
			say_held(&stored);
	}
	verdicts_free(&verdicts);
	stored_free(&stored);

	return ret;
}

static int load(const struct jump *jump)
{
	char *append = xasprintf("--append=%s", jump->command_line);
	char *initrd = jump->initrd ?
		       xasprintf("--initrd=%s", jump->initrd) : NULL;
	char *const argv[] = { "kexec", "-s", "-l", (char *)jump->image, append,
			       initrd, NULL };
	char *to_do = xasprintf("%s cannot be loaded", jump->image);
	int ret;

	ret = kexec_tools(to_do, argv);
	free(to_do);
	free(append);
	free(initrd);

	return ret;
}

static int go(void)
{
	static char *const execute[] = { "kexec", "-e", NULL };
	static char *const unload[] = { "kexec", "-s", "-u", NULL };

	sync();
	/* Who comes back has failed. */
	if (!kexec_tools("the kexec has failed", execute))
		complain("the kexec has failed: kexec -e came back");
	kexec_tools("the image cannot be unloaded", unload);

	return -1;
}

static int negotiate(struct jump *jump, struct catalogue *from,
		     const struct catalogue *to)
{
	char *policy;
	int ret;

	if (!policy_exists())
		return 0;
	if (jump->dry_run) {
		policy_select(from, to, jump->rollback);
		return 0;
	}
	jump->old_policy = policy_get();
	if (!jump->old_policy)
		return -1;
	policy = policy_for(from, to, jump->rollback);
	ret = policy_set(policy);
	free(policy);
	running_read_selected(from);

	return ret;
}

static int read_catalogues(const struct jump *jump, struct catalogue *from,
			   struct catalogue *to)
{
	if (jump->from ? catalogue_read_image(from, jump->from) :
			 running_read(from))
		return -1;
	/* An image of the kernel that runs writes what the policy says. */
	from->running = true;
	running_read_selected(from);
	if (catalogue_read_image(to, jump->image))
		return -1;
	for (size_t i = 0; i < jump->nr_modules; i++) {
		if (catalogue_add_module(to, jump->modules[i]))
			return -1;
	}

	return 0;
}

static int check_kernel(struct jump *jump)
{
	if (geteuid())
		return complain("luoctl kexec: must be root");

	return state_check_live() ?: initrd_find(jump->image, &jump->initrd);
}

/*
 * After a refusal nothing is loaded: what an earlier luoctl kexec --load has loaded
 * was judged by what was there then.
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

/* The policy before the first of several loads is that to go back to. */
static void note_policy(const struct jump *jump)
{
	char *before = state_read(NOTE_POLICY, NULL);

	if (!before)
		state_write(NOTE_POLICY, NULL, jump->old_policy ?: "");
	free(before);
}

static int jump(struct jump *jump)
{
	struct catalogue from = {}, to = {};
	int ret = EXIT_FAILED;

	if (check_kernel(jump) || read_catalogues(jump, &from, &to) ||
	    make_command_line(jump) || negotiate(jump, &from, &to))
		goto out;

	ret = judge_jump(jump, &from, &to);
	if (jump->dry_run)
		goto out;
	if (!ret && (load(jump) || (!jump->load_only && go())))
		ret = EXIT_FAILED;
	if (ret)
		goto out;
	note_policy(jump);
	if (!want_json)
		printf("%s is loaded; kexec -e or systemctl kexec boots it\n",
		       jump->image);

out:
	if (ret && !jump->dry_run)
		undo(jump);
	catalogue_free(&from);
	catalogue_free(&to);

	return ret;
}

static int parse(int argc, char **argv, struct jump *jump)
{
	static const struct option options[] = {
		{ "accept", required_argument, NULL, 'A' },
		{ "append", required_argument, NULL, 'a' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "from", required_argument, NULL, 'f' },
		{ "initrd", required_argument, NULL, 'i' },
		{ "load", no_argument, NULL, 'l' },
		{ "module", required_argument, NULL, 'm' },
		{ "rollback", no_argument, NULL, 'r' },
		{}
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		switch (option) {
		case 'A':
			jump->accepted[jump->nr_accepted++] = optarg;
			break;
		case 'a':
			jump->append = optarg;
			break;
		case 'f':
			jump->from = optarg;
			break;
		case 'i':
			jump->initrd = optarg;
			break;
		case 'l':
			jump->load_only = true;
			break;
		case 'm':
			jump->modules[jump->nr_modules++] = optarg;
			break;
		case 'n':
			jump->dry_run = true;
			break;
		case 'r':
			jump->rollback = true;
			break;
		default:
			return usage(&kexec_command);
		}
	}
	if (argc - optind != 1)
		return usage(&kexec_command);
	jump->image = argv[optind];

	return 0;
}

static int run(int argc, char **argv)
{
	struct jump args = {
		.accepted = xzalloc(argc * sizeof(*args.accepted)),
		.modules = xzalloc(argc * sizeof(*args.modules)),
	};
	int ret = parse(argc, argv, &args) ? EXIT_FAILED : jump(&args);

	free(args.accepted);
	free(args.modules);
	free(args.command_line);
	free(args.old_policy);

	return ret;
}

const struct command kexec_command = {
	.name = "kexec",
	.arguments = "[--from IMAGE] [--rollback] [--accept NAME]... [--module FILE]... [--initrd FILE|none] [--append LINE] [--load] [--dry-run] IMAGE",
	.does = "check, negotiate, load IMAGE and boot it",
	.run = run,
};
