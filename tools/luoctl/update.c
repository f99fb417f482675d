// SPDX-License-Identifier: GPL-2.0
/*
 * update - Update a host on which systemd runs: find the installed kernel, judge it,
 * ask the operator, load it, and boot it with "systemctl kexec", which stops services
 * in their order. "luoctl kexec" judges and loads. If the kexec fails once systemd has
 * begun to stop services, systemd reboots the machine and all data is lost. So all
 * checks that can refuse run before.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/kho/abi/luo_tmpfs.h>

#include "journal.h"
#include "judge.h"
#include "kexec_tools.h"
#include "luoctl.h"
#include "policy.h"
#include "record.h"
#include "running.h"
#include "session.h"
#include "sessions.h"
#include "stakes.h"
#include "state.h"
#include "store.h"

struct update {
	char *image;
	const char *const *options;	/* for luoctl kexec, @nr_options of them */
	size_t nr_options;
	char **accepted;
	size_t nr_accepted;
	char *services;		/* with descriptors for systemd's store, or NULL */
	bool trees;		/* some of them are trees */
	bool yes;
	bool dry_run;
};

#define PACKAGE_PREFIX	"linux-image-"

/*
 * Find the image that the operator has named: a file, or the version of an installed
 * kernel, with or without the name of its package. Return NULL, with a complaint, if
 * there is no such image.
 */
static char *find_image(const char *named)
{
	static const char *const places[] = {
		"/boot/vmlinuz-%s", "/usr/lib/modules/%s/vmlinuz",
	};
	const char *version = named;

	if (strchr(named, '/'))
		return xstrdup(named);
	if (!strncmp(named, PACKAGE_PREFIX, strlen(PACKAGE_PREFIX)))
		version += strlen(PACKAGE_PREFIX);
	for (size_t i = 0; *version && i < ARRAY_SIZE(places); i++) {
		char *image = NULL;

		if (asprintf(&image, places[i], version) > 0 &&
		    !access(image, F_OK))
			return image;
		free(image);
	}
	complain("no kernel '%s' is installed: there is no /boot/vmlinuz-%s",
		 named, version);

	return NULL;
}

/*
 * Find the image of "previous", or of a version. Return NULL, with a complaint, if there
 * is no such image.
 */
static char *find_rollback(const char *named)
{
	char *release, *image = NULL;

	if (strcmp(named, "previous"))
		return find_image(named);
	release = record_previous();
	if (release)
		image = find_image(release);
	free(release);

	return image;
}

/* Call luoctl kexec with the options of the update and @first before them. */
static int call_kexec(const struct update *update, const char *first)
{
	char **argv = xzalloc((update->nr_options + 4) * sizeof(*argv));
	int argc = 0, ret;

	argv[argc++] = (char *)kexec_command.name;
	argv[argc++] = (char *)first;
	for (size_t i = 0; i < update->nr_options; i++)
		argv[argc++] = (char *)update->options[i];
	argv[argc++] = update->image;
	/* getopt() has read half of the arguments of the update: restart it. */
	optind = 0;
	ret = kexec_command.run(argc, argv);
	free(argv);

	return ret;
}

static bool is_accepted(const struct update *update, const char *name)
{
	char *accepted = xasprintf(ACCEPT_SESSION "%s", name);
	bool found = false;

	for (size_t i = 0; i < update->nr_accepted && !found; i++)
		found = !strcmp(update->accepted[i], accepted);
	free(accepted);

	return found;
}

/* Refuse if only a process keeps a session, because systemctl kexec ends all processes. */
static int check_held(const struct update *update)
{
	struct sessions sessions;
	int ret = EXIT_DONE;

	sessions_find(&sessions);
	for (size_t i = 0; i < sessions.nr && !ret; i++) {
		const struct session *session = &sessions.sessions[i];

		if (session->stored || strcmp(session->direction, "outgoing") ||
		    is_accepted(update, session->name))
			continue;
		complain("no update: session %s would be lost: process %d (%s) keeps it, and systemctl kexec ends that; save it from a unit with FileDescriptorStoreMax= and FileDescriptorStorePreserve=yes, or --accept session:%s accepts the loss",
			 session->shown, session->pid, session->shown_process,
			 session->name);
		ret = EXIT_LOSS;
	}
	sessions_free(&sessions);

	return ret;
}

/*
 * Return why the descriptors in systemd's store would be lost, as a string that the
 * caller frees, or NULL if they arrive.
 */
static char *why_store_is_lost(const struct update *update, int *ret)
{
	/* Services store memfds and trees. No file arrives without the others. */
	const char *const names[] = {
		"machine", "kho", "luo", "memfd",
		update->trees ? LUO_TMPFS_COMPATIBLE : NULL, LUO_TMPFS_KIND, NULL
	};
	struct catalogue from = {}, to = {};
	const struct verdict *worst;
	struct verdicts verdicts = {};
	char *why = NULL;

	*ret = EXIT_DONE;
	if (running_read(&from) || catalogue_read_image(&to, update->image)) {
		*ret = EXIT_FAILED;
		goto out;
	}
	/* Judge what luoctl kexec will make the kernel write. */
	if (policy_exists())
		policy_select(&from, &to, false);
	judge(&from, &to, &verdicts);
	worst = verdicts_worst(&verdicts, names);
	if (worst) {
		*ret = worst->fate == FATE_LOST ? EXIT_LOSS : EXIT_FAILED;
		why = xstrdup(worst->why);
	}
	verdicts_free(&verdicts);
out:
	catalogue_free(&from);
	catalogue_free(&to);

	return why;
}

/*
 * Judge the descriptors in systemd's store. They are in no session until systemd has
 * stopped all services, so luoctl kexec does not see them.
 */
static int check_store(struct update *update)
{
	int ret = EXIT_DONE;
	char *why = NULL;

	update->services = store_services(&update->trees);
	if (update->services && !is_accepted(update, SESSION_SYSTEMD))
		why = why_store_is_lost(update, &ret);
	if (why)
		complain("no update: %s the files of %s in systemd's store: %s; --accept "
			 ACCEPT_SESSION SESSION_SYSTEMD " accepts the %s",
			 ret == EXIT_LOSS ? "would lose" : "cannot tell what becomes of",
			 update->services, why, ret == EXIT_LOSS ? "loss" : "risk");
	free(why);

	return ret;
}

static int check_host(struct update *update)
{
	if (geteuid())
		complain("luoctl update: must be root");
	else if (access("/run/systemd/system", F_OK))
		complain("systemd does not run this machine: use luoctl kexec");
	else if (state_check_live())
		return EXIT_FAILED;
	else
		return check_held(update) ?: check_store(update);

	return EXIT_FAILED;
}

/* Ask for an answer that begins with "y". */
static bool confirm(const struct update *update)
{
	char answer[16];

	if (update->yes)
		return true;
	if (want_json || !isatty(0)) {
		complain("standard input is no terminal to ask on: --yes boots without a question");
		return false;
	}
	printf("Stop all services and boot %s? [y/N] ", update->image);
	fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) &&
	    (*answer == 'y' || *answer == 'Y'))
		return true;
	complain("no update: not confirmed; nothing was changed");

	return false;
}

/* Return when systemd has begun to stop services, or has refused to. */
static int systemctl_kexec(void)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		execlp("systemctl", "systemctl", "kexec", NULL);
		_exit(EXIT_NOT_FOUND);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status))
		return -1;

	return 0;
}

static int boot(const struct update *update)
{
	bool noted = !record_write(update->image, update->services ?: "");
	char *policy;
	int ret;

	if (noted) {
		journal(JOURNAL_JUMPED, update->image, "systemctl kexec into %s",
			update->image);
		sync();
		if (!systemctl_kexec())
			return EXIT_DONE;
	}

	policy = state_read(NOTE_POLICY, NULL);
	ret = abort_load(policy ?: "");
	free(policy);
	if (noted)
		complain("no update: systemctl kexec failed; %s",
			 ret ? "the image is still loaded" :
			 "no image is loaded any more");

	return EXIT_FAILED;
}

static int run_update(struct update *update)
{
	int ret = check_host(update);

	if (ret)
		return ret;
	/* Show the verdict before the question. */
	if (update->dry_run || !update->yes) {
		ret = call_kexec(update, "--dry-run");
		if (ret || update->dry_run)
			return ret;
	}
	if (!confirm(update))
		return EXIT_FAILED;

	return call_kexec(update, "--load") ?: boot(update);
}

/* Separate the options of the update from those for luoctl kexec. */
static int parse(struct update *update, int argc, char **argv, const char **rollback_to)
{
	static const struct option options[] = {
		{ "accept", required_argument, NULL, 'A' },
		{ "append", required_argument, NULL, 'a' },
		{ "dry-run", no_argument, NULL, 'n' },
		{ "initrd", required_argument, NULL, 'i' },
		{ "module", required_argument, NULL, 'm' },
		{ "rollback", no_argument, NULL, 'r' },
		{ "rollback-to", required_argument, NULL, 'R' },
		{ "yes", no_argument, NULL, 'y' },
		{}
	};
	const char **passed = xzalloc(2 * argc * sizeof(*passed));
	int option, which;

	update->options = passed;
	while ((option = getopt_long(argc, argv, "", options, &which)) != -1) {
		switch (option) {
		case '?':
			return -1;
		case 'n':
			update->dry_run = true;
			continue;
		case 'y':
			update->yes = true;
			continue;
		case 'R':
			*rollback_to = optarg;
			continue;
		case 'A':
			update->accepted[update->nr_accepted++] = optarg;
			/* Keep the name of systemd's store from luoctl kexec. */
			if (!strcmp(optarg, ACCEPT_SESSION SESSION_SYSTEMD))
				continue;
			break;
		}
		passed[update->nr_options++] =
			xasprintf("--%s%s%s", options[which].name,
				  optarg ? "=" : "", optarg ?: "");
	}

	return optind == argc - !*rollback_to ? 0 : -1;
}

static int run(int argc, char **argv)
{
	struct update update = {
		.accepted = xzalloc(argc * sizeof(*update.accepted)),
	};
	const char *rollback_to = NULL;
	int ret = EXIT_FAILED;

	if (parse(&update, argc, argv, &rollback_to)) {
		ret = usage(&update_command);
	} else {
		update.image = rollback_to ? find_rollback(rollback_to) :
			       find_image(argv[argc - 1]);
		if (update.image)
			ret = run_update(&update);
	}
	for (size_t i = 0; i < update.nr_options; i++)
		free((char *)update.options[i]);
	free((void *)update.options);
	free(update.accepted);
	free(update.image);
	free(update.services);

	return ret;
}

const struct command update_command = {
	.name = "update",
	.arguments = "[--yes] [--dry-run] [--rollback] [--accept NAME]... [--module FILE]... [--initrd FILE|none] [--append LINE] IMAGE|VERSION|PACKAGE|--rollback-to previous|VERSION",
	.does = "judge an installed kernel, ask, load it and boot it with systemctl kexec",
	.run = run,
};
