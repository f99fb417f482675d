/* SPDX-License-Identifier: GPL-2.0 */
/*
 * luoctl - the operator's command for live updates. One file for each command;
 * each takes its arguments as main() does, argv[0] being its own name, and
 * returns what luoctl exits with.
 */
#ifndef LUOCTL_H
#define LUOCTL_H

#include "json.h"

/* Set by --json: results are to be one JSON document on stdout. */
extern bool want_json;

/*
 * The document that is printed at the end: an object with "schema", to which the
 * command adds its members, and then "error".
 */
struct json *json_stdout(void);

struct command {
	const char *name;
	const char *arguments;
	const char *does;
	int (*run)(int argc, char **argv);
};

/* Complain with the usage of the command. Returns EXIT_FAILED. */
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
extern const struct command tree_command;
extern const struct command update_command;

#endif
