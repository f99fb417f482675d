// SPDX-License-Identifier: GPL-2.0
/*
 * kexec - check, negotiate, load, go. Loading and going are kexec(8)'s. Whatever
 * fails, or would lose something, leaves the policy and the kernel as they were.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "judge.h"
#include "luoctl.h"
#include "policy.h"

struct jump {
	const char *image;
	const char *from;
	const char *initrd;
	const char *append;
	bool rollback;
	bool load_only;
	char **accepted;
	size_t nr_accepted;
	char **modules;
	size_t nr_modules;

	char *command_line;
	char *old_policy;
};

/* Of what kexec-tools said, the last line that says something. */
static char *last_line(char *text)
{
	char *last = "it does not say why", *line;

	while ((line = strsep(&text, "\n"))) {
		if (*line)
			last = line;
	}

	return last;
}

/* Runs kexec-tools. Complains and returns -1 where it fails. */
static int kexec_tools(const char *to_do, char *const *argv)
{
	char said[4096];
	size_t len = 0;
	int fds[2], status;
	ssize_t got;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return complain("%s: %s", to_do, strerror(errno));
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		execvp(argv[0], argv);
		/* Not everybody's PATH has it. */
		execv("/usr/sbin/kexec", argv);
		execv("/sbin/kexec", argv);
		dprintf(2, "no program kexec; the package kexec-tools has it\n");
		_exit(127);
	}
	close(fds[1]);
	while ((got = read(fds[0], said + len, sizeof(said) - 1 - len)) > 0)
		len += got;
	said[len] = 0;
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return complain("%s: %s", to_do, strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return complain("%s: %s", to_do, last_line(said));

	return 0;
}

/* Whether a command line switches something on: NAME=on, 1, y. */
static bool switches_on(const char *command_line, const char *name)
{
	size_t len = strlen(name);
	bool on = false;

	while (*command_line) {
		size_t word = strcspn(command_line, "\n ");

		/* The last one counts. */
		if (word > len + 1 && !strncmp(command_line, name, len) &&
		    command_line[len] == '=') {
			const char *value = command_line + len + 1;

			on = strchr("1yYtT", *value) ||
			     !strncmp(value, "on", 2);
		}
		command_line += word + strspn(command_line + word, "\n ");
	}

	return on;
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
		char *more = xasprintf("%s luo_object.write=all",
				       jump->command_line);

		free(jump->command_line);
		jump->command_line = more;
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

/* What is accepted has to be something, lest a slip goes unnoticed. */
static int check_accepted(const struct jump *jump,
			  const struct verdicts *verdicts)
{
	for (size_t i = 0; i < jump->nr_accepted; i++) {
		bool known = !strcmp(jump->accepted[i], ACCEPT_COMMAND_LINE);

		for (size_t j = 0; !known && j < verdicts->nr; j++)
			known = !strcmp(jump->accepted[i],
					verdicts->verdicts[j].name);
		if (!known)
			return complain("--accept %s: nothing of that name would be handed over",
					jump->accepted[i]);
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
		 bool refused)
{
	struct json *json = json_stdout();

	if (!want_json) {
		verdicts_print(from, to, verdicts);
		return;
	}
	verdicts_json(json, from, to, verdicts);
	json_string(json, "commandLine", jump->command_line);
	json_boolean(json, "refused", refused);
}

/* Returns EXIT_DONE if nothing stands against the kexec. */
static int judge_jump(const struct jump *jump, struct catalogue *from,
		      const struct catalogue *to)
{
	bool silent = !switches_on(jump->command_line, "kho") ||
		      !switches_on(jump->command_line, "liveupdate");
	struct records stored = {};
	struct verdicts verdicts;
	int ret = EXIT_DONE;
	bool known;

	running_read_selected(from);
	known = !running_records("outgoing", &stored);
	judge(from, to, known ? &stored : NULL, &verdicts);
	if (check_accepted(jump, &verdicts)) {
		ret = EXIT_FAILED;
	} else if (verdicts_lost(&verdicts, jump->accepted, jump->nr_accepted)) {
		char *lost = list_lost(jump, &verdicts);

		show(jump, from, to, &verdicts, true);
		complain("no kexec: %s would be lost; --accept NAME takes a loss",
			 lost);
		free(lost);
		ret = EXIT_LOSS;
	} else if (silent && !accepts(jump, ACCEPT_COMMAND_LINE)) {
		complain("no kexec: the command line '%s' does not say kho=on liveupdate=on, and all would be lost; --accept "
			 ACCEPT_COMMAND_LINE " takes that risk",
			 jump->command_line);
		ret = EXIT_LOSS;
	} else {
		show(jump, from, to, &verdicts, false);
	}
	verdicts_free(&verdicts);
	records_free(&stored);

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

static int negotiate(struct jump *jump, const struct catalogue *from,
		     const struct catalogue *to)
{
	char *policy;
	int ret;

	if (!policy_exists())
		return 0;
	jump->old_policy = policy_get();
	if (!jump->old_policy)
		return -1;
	policy = policy_for(from, to, jump->rollback);
	ret = policy_set(policy);
	free(policy);

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

static int check_kernel(const struct jump *jump)
{
	if (geteuid())
		return complain("a kexec is for root, the kernel wants it so");
	if (access("/dev/liveupdate", F_OK))
		return complain("this kernel hands nothing over: it has no /dev/liveupdate, or was booted without kho=on liveupdate=on");
	if (jump->initrd && access(jump->initrd, R_OK))
		return complain("%s: %s", jump->initrd, strerror(errno));

	return 0;
}

static int jump(struct jump *jump)
{
	struct catalogue from = {}, to = {};
	int ret = EXIT_FAILED;

	if (check_kernel(jump) || read_catalogues(jump, &from, &to) ||
	    make_command_line(jump) || negotiate(jump, &from, &to))
		goto out;

	ret = judge_jump(jump, &from, &to);
	if (!ret && (load(jump) || (!jump->load_only && go())))
		ret = EXIT_FAILED;
	if (ret && jump->old_policy)
		policy_set(jump->old_policy);
	if (!ret && !want_json)
		printf("%s is loaded; kexec -e or systemctl kexec boots it\n",
		       jump->image);

out:
	catalogue_free(&from);
	catalogue_free(&to);

	return ret;
}

static int parse(int argc, char **argv, struct jump *jump)
{
	static const struct option options[] = {
		{ "accept", required_argument, NULL, 'A' },
		{ "append", required_argument, NULL, 'a' },
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
	.arguments = "[--from IMAGE] [--rollback] [--accept NAME]... [--module FILE]... [--initrd FILE] [--append LINE] [--load] IMAGE",
	.does = "check, negotiate, load IMAGE and boot it",
	.run = run,
};
