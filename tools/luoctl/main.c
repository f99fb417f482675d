// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "luoctl.h"

static const struct command *const commands[] = {
	&check_command,
	&negotiate_command,
	&save_command,
	&restore_command,
	&kexec_command,
	&list_command,
	&tree_command,
	&dump_command,
};

bool want_json;

struct json *json_stdout(void)
{
	static struct json json;

	json.out = stdout;

	return &json;
}

int usage(const struct command *command)
{
	complain("usage: luoctl %s %s", command->name, command->arguments);

	return EXIT_FAILED;
}

static int help(FILE *out, int ret)
{
	fputs("usage: luoctl [--json] COMMAND ...\n\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %s %s\n      %s\n", commands[i]->name,
			commands[i]->arguments, commands[i]->does);
	fputs("\nluoctl(8) has it all.\n", out);

	return ret;
}

/* Takes --json out of the arguments, up to the command that is to be run. */
static int take_json(int argc, char **argv)
{
	int kept = 1;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--")) {
			while (i < argc)
				argv[kept++] = argv[i++];
			break;
		}
		if (!strcmp(argv[i], "--json"))
			want_json = true;
		else
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;

	return kept;
}

static int run(int argc, char **argv)
{
	if (argc < 2)
		return help(stderr, EXIT_FAILED);
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") ||
	    !strcmp(argv[1], "-h"))
		return help(stdout, EXIT_DONE);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(argv[1], commands[i]->name))
			return commands[i]->run(argc - 1, argv + 1);
	}
	complain("no command '%s'; luoctl help lists them", argv[1]);

	return EXIT_FAILED;
}

/* Descriptors that are opened are never to be taken for the standard ones. */
static void open_standard(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	} while (fd >= 0 && fd < 3);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	int ret;

	open_standard();
	/* Commands say how they are called. */
	opterr = 0;
	ret = run(take_json(argc, argv), argv);
	if (want_json && ret != EXIT_DONE && complaint()) {
		struct json *json = json_stdout();

		/* One document, whatever happens. */
		if (!json->more) {
			json_object(json, NULL);
			json_string(json, "error", complaint());
			json_end(json);
		}
	}
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write to standard output");
		ret = EXIT_FAILED;
	}

	return ret;
}
