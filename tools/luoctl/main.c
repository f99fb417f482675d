// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
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
	&run_command,
	&kexec_command,
	&update_command,
	&abort_command,
	&status_command,
	&blackout_command,
	&list_command,
	&tree_command,
	&dump_command,
};

bool want_json;

#define LUOCTL_VERSION	"1.0"

/* Increment only for a change that breaks programs that read the documents. */
#define JSON_SCHEMA	1

struct json *json_stdout(void)
{
	static struct json json;

	if (!json.depth) {
		json_open_object(&json, NULL);
		json_number(&json, "schema", JSON_SCHEMA);
	}

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
	fputs("\nSee luoctl COMMAND --help, and luoctl(8).\n",
	      out);

	return ret;
}

static int help_command(const struct command *command)
{
	printf("usage: luoctl %s%s%s\n\n%c%s.\n", command->name,
	       *command->arguments ? " " : "", command->arguments,
	       toupper(command->does[0]), command->does + 1);

	return EXIT_DONE;
}

static int version(void)
{
	if (want_json) {
		json_string(json_stdout(), "version", LUOCTL_VERSION);
		return EXIT_DONE;
	}
	puts("luoctl " LUOCTL_VERSION);

	return EXIT_DONE;
}

/* Check if an argument before "--" is @word. */
static bool asks_for(int argc, char **argv, const char *word)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], word))
			return true;
	}

	return false;
}

/* Remove --json from the arguments before "--". Returns the new number of arguments. */
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

static int call_command(const struct command *command, int argc, char **argv)
{
	if (asks_for(argc, argv, "--help") || asks_for(argc, argv, "-h"))
		return help_command(command);
	if (asks_for(argc, argv, "--version"))
		return version();

	return command->run(argc, argv);
}

static int run(int argc, char **argv)
{
	if (argc < 2)
		return help(stderr, EXIT_FAILED);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(argv[1], commands[i]->name))
			return call_command(commands[i], argc - 1, argv + 1);
	}
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") ||
	    !strcmp(argv[1], "-h"))
		return help(stdout, EXIT_DONE);
	if (!strcmp(argv[1], "version") || !strcmp(argv[1], "--version"))
		return version();
	complain("unknown command '%s'; luoctl help lists all", argv[1]);

	return EXIT_FAILED;
}

/* Open the standard descriptors if closed, so that no other file gets their numbers. */
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
	/* Commands print their usage, so getopt_long() must not print errors. */
	opterr = 0;
	ret = run(take_json(argc, argv), argv);
	if (want_json) {
		struct json *json = json_stdout();

		json_string(json, "error",
			    ret != EXIT_DONE ? complaint() : NULL);
		while (json->depth)
			json_close(json);
		json_write(json, stdout);
	}
	if (fflush(stdout) || ferror(stdout)) {
		complain("cannot write to standard output");
		ret = EXIT_FAILED;
	}

	return ret;
}
