/* SPDX-License-Identifier: GPL-2.0 */
/*
 * luoctl - the operator's command for live updates. Each command has a file. Its run()
 * gets its arguments like main(), with the name of the command in argv[0], and returns
 * the exit status.
 */
#ifndef LUOCTL_H
#define LUOCTL_H

#include "json.h"

/* Set by --json: print the results as one JSON document on stdout. */
extern bool want_json;

/*
 * Get the document that main() prints at the end. It is an object with the member
 * "schema". The command adds its members, and main() adds "error".
 */
struct json *json_stdout(void);

struct command {
	const char *name;
	const char *arguments;
	const char *does;
	int (*run)(int argc, char **argv);
};

/* Print the usage of the command as an error. Returns EXIT_FAILED. */
int usage(const struct command *command);

extern const struct command abort_command;
extern const struct command check_command;
extern const struct command dump_command;
extern const struct command kexec_command;
extern const struct command list_command;
extern const struct command negotiate_command;
extern const struct command restore_command;
extern const struct command run_command;
extern const struct command save_command;
extern const struct command status_command;
extern const struct command blackout_command;
extern const struct command tree_command;
extern const struct command update_command;

#endif
