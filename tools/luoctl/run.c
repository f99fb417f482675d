// SPDX-License-Identifier: GPL-2.0
/*
 * run - run a service whose memory survives updates. Its files are memfds. They are
 * created at the first start, saved when the service is stopped for an update, and
 * restored after it.
 *
 * A stop is for an update if an image is loaded for kexec: luoctl kexec --load and
 * systemctl kexec load the image before services are stopped. If the update does not
 * take place and the service is started again, it gets its files back.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "hold.h"
#include "kexec_tools.h"
#include "luoctl.h"
#include "service.h"

struct arguments {
	struct service service;
	enum ready_when ready;
	int stop_signal;
	char **command;
};

/* Signals that supervise() handles or forwards to the command. */
static const int signals[] = {
	SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2,
};

static void fill_signals(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		sigaddset(set, signals[i]);
}

static void __attribute__((noreturn)) run_child(struct arguments *args)
{
	struct service *service = &args->service;
	sigset_t set;

	fill_signals(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	if (service->restored)
		exit(restore_exec(&service->retrieved, &service->files, args->ready,
				  args->command));
	ready_without(args->ready, command_fd_above(&service->files));
	exit(command_exec(&service->files, service->fds, args->command));
}

/*
 * Forward signals to the command until it exits. Returns its wait status. Sets @stopped
 * if luoctl was asked to stop it.
 */
static int supervise(const struct arguments *args, pid_t child, bool *stopped)
{
	sigset_t set;
	int status;

	fill_signals(&set);
	*stopped = false;
	for (;;) {
		int sig = sigwaitinfo(&set, NULL);

		if (sig == SIGCHLD) {
			if (waitpid(child, &status, WNOHANG) == child)
				return status;
		} else if (sig == SIGTERM || sig == SIGINT) {
			*stopped = true;
			kill(child, args->stop_signal);
		} else if (sig > 0) {
			kill(child, sig);
		}
	}
}

/* Get the exit status that a shell would return. */
static int exit_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

static int run_service(struct arguments *args)
{
	struct service *service = &args->service;
	bool stopped;
	sigset_t set;
	pid_t child;
	int status;

	/* A signal must not end luoctl while it is the only holder of the session. */
	fill_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (service_open(service))
		return EXIT_OWN_FAILURE;
	fflush(stdout);
	child = fork();
	if (!child)
		run_child(args);
	if (child < 0) {
		complain("cannot start a process for %s: %s", *args->command,
			 strerror(errno));
		if (service->restored)
			restore_keep(&service->retrieved);
		return EXIT_OWN_FAILURE;
	}
	/* The watcher has the session. */
	if (service->restored)
		close(service->retrieved.session);
	status = supervise(args, child, &stopped);
	if (stopped && kexec_loaded() != KEXEC_NOT_LOADED &&
	    service_save(service))
		return EXIT_OWN_FAILURE;

	return exit_of(status);
}

/* Warn that systemd would end the holder process together with the service. */
static void warn_no_store(void)
{
	if (getenv("INVOCATION_ID") && !hold_has_store())
		fputs("luoctl: the files will be lost if this service is stopped: it has no descriptor store; set FileDescriptorStoreMax=8\n",
		      stderr);
}

/* Parse a size such as "64M". */
static int parse_size(const char *text, u64 *size)
{
	static const char suffixes[] = "KMGT";
	size_t len = strlen(text);
	const char *suffix = len ? strchr(suffixes, text[len - 1]) : NULL;
	unsigned int shift = suffix ? 10 * (suffix - suffixes + 1) : 0;
	char *number = xasprintf("%.*s", (int)(len - !!suffix), text);
	bool is_number = parse_u64(number, size);

	free(number);
	if (!is_number || *size > (u64)LLONG_MAX >> shift)
		return -1;
	*size <<= shift;

	return 0;
}

/* Add an argument NAME=SIZE. */
static int add_file(struct service *service, const char *argument)
{
	struct mapping *files = &service->files;
	const char *equals = strchr(argument, '=');
	char *name;
	u64 size;
	int ret;

	if (!equals || parse_size(equals + 1, &size))
		return complain("'%s': expected NAME=SIZE, with a size in bytes or with the suffix K, M, G or T",
				argument);
	name = xasprintf("%.*s", (int)(equals - argument), argument);
	ret = mapping_add(files, name, files->nr + 1);
	free(name);
	if (!ret)
		files->entries[files->nr - 1].size = size;

	return ret;
}

static int add_path(struct service_path **paths, size_t *nr, const char *option,
		    const char *argument)
{
	const char *equals = strchr(argument, '=');

	if (!equals || equals == argument || equals[1] != '/')
		return complain("%s %s: expected NAME=PATH with an absolute path",
				option, argument);
	*paths = xrealloc(*paths, *nr + 1, sizeof(**paths));
	(*paths)[(*nr)++] = (struct service_path){ argument, equals - argument,
						   equals + 1 };

	return 0;
}

/* Parse "USR1", "SIGUSR1" or a number. */
static int parse_signal(const char *text, int *number)
{
	const char *name = strncmp(text, "SIG", 3) ? text : text + 3;
	u64 value;

	if (parse_u64(text, &value) && value > 0 && value < NSIG) {
		*number = value;
		return 0;
	}
	for (int sig = 1; sig < NSIG; sig++) {
		const char *abbreviation = sigabbrev_np(sig);

		if (abbreviation && !strcmp(abbreviation, name)) {
			*number = sig;
			return 0;
		}
	}

	return complain("--stop-signal %s: expected the name or the number of a signal",
			text);
}

static int add_word(struct service *service, const char *word)
{
	if (service->session)
		return add_file(service, word);
	service->session = word;

	return session_check_name(word);
}

static int parse(int argc, char **argv, struct arguments *args)
{
	static const struct option options[] = {
		{ "copy", required_argument, NULL, 'c' },
		{ "link", required_argument, NULL, 'l' },
		{ "ready", required_argument, NULL, 'r' },
		{ "stop-signal", required_argument, NULL, 's' },
		{ "timeout", required_argument, NULL, 't' },
		{}
	};
	struct service *service = &args->service;
	int option, ret = 0;

	while (!ret && (option = getopt_long(argc, argv, "-", options,
					     NULL)) >= 0) {
		if (option == 'c')
			ret = add_path(&service->copies, &service->nr_copies,
				       "--copy", optarg);
		else if (option == 'l')
			ret = add_path(&service->links, &service->nr_links,
				       "--link", optarg);
		else if (option == 'r')
			ret = ready_parse(optarg, &args->ready);
		else if (option == 's')
			ret = parse_signal(optarg, &args->stop_signal);
		else if (option == 't')
			ret = session_parse_timeout(optarg);
		else if (option == 1)
			ret = add_word(service, optarg);
		else
			ret = usage(&run_command);
	}
	args->command = argv + optind;
	if (!ret && (!service->files.nr || optind >= argc))
		ret = usage(&run_command);

	return ret;
}

static int run(int argc, char **argv)
{
	struct arguments args = { .stop_signal = SIGTERM };
	int ret = EXIT_OWN_FAILURE;

	if (!parse(argc, argv, &args)) {
		ret = command_check(*args.command);
		if (!ret) {
			warn_no_store();
			ret = run_service(&args);
		}
	}
	service_free(&args.service);

	return ret;
}

const struct command run_command = {
	.name = "run",
	.arguments = "[--link NAME=PATH]... [--copy NAME=PATH]... [--stop-signal SIGNAL] [--ready exec|notify|fd] [--timeout SECONDS] SESSION NAME=SIZE... -- COMMAND...",
	.does = "run a service whose files survive updates",
	.run = run,
};
