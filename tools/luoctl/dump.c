// SPDX-License-Identifier: GPL-2.0
/*
 * dump - show each object in each version, with its fields.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "luoctl.h"
#include "running.h"

/* The objects to show. */
struct selection {
	const char *kind;	/* NULL for all */
	bool one;
	u64 instance;
};

static bool selects(const struct selection *selection,
		    const struct record *record)
{
	if (selection->kind && strcmp(selection->kind, record->kind))
		return false;

	return !selection->one || selection->instance == record->instance;
}

/* Show an integer as a JSON number, and every other value as a string. */
static void show_value(const char *name, const char *value)
{
	u64 number;

	if (strncmp(value, "0x", 2) && parse_u64(value, &number))
		json_number(json_stdout(), name, number);
	else
		json_string(json_stdout(), name, value);
}

/* Show lines of "name value", as text or as members of a JSON object. */
static void show_fields(char *lines)
{
	char *line, *name;

	while ((line = strsep(&lines, "\n"))) {
		if (!*line)
			continue;
		if (want_json) {
			name = strsep(&line, " ");
			show_value(name, line ?: "");
		} else {
			printf("  %s\n", line);
		}
	}
}

static void show(const struct record *record)
{
	struct json *json = json_stdout();

	if (want_json) {
		json_open_object(json, NULL);
		json_string(json, "kind", record->kind);
		json_id(json, "instance", record->instance);
		json_number(json, "version", record->version);
		json_number(json, "size", record->size);
		json_boolean(json, "optional", record->optional);
		json_open_object(json, "fields");
		show_fields(record->fields);
		json_close(json);
		json_close(json);
	} else {
		printf("%s:%llu version %u, %u bytes, %s\n", record->kind,
		       record->instance, record->version, record->size,
		       record->optional ? "optional" : "mandatory");
		show_fields(record->fields);
	}
}

static int dump(const char *which, const struct selection *selection)
{
	char *with_fields = xasprintf("%s.dump", which);
	struct records records;
	size_t nr = 0;
	int err;

	err = running_records(with_fields, &records);
	free(with_fields);
	if (err) {
		if (errno == ENOENT)
			return complain("this kernel has no versioned objects");
		return complain(DEBUGFS "/luo_objects/%s: %s", which,
				strerror(errno));
	}

	if (want_json)
		json_open_array(json_stdout(), which);
	for (size_t i = 0; i < records.nr; i++) {
		if (selects(selection, &records.records[i])) {
			show(&records.records[i]);
			nr++;
		}
	}
	if (want_json)
		json_close(json_stdout());
	records_free(&records);
	if (!nr && selection->one)
		return complain("no %s object %s:%llu", which, selection->kind,
				selection->instance);
	if (!nr && selection->kind)
		return complain("no %s objects of kind %s", which,
				selection->kind);

	return 0;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "incoming", no_argument, NULL, 'i' },
		{}
	};
	struct selection selection = {};
	const char *which = "outgoing";
	char *colon, *argument;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option != 'i')
			return usage(&dump_command);
		which = "incoming";
	}
	if (argc - optind > 1)
		return usage(&dump_command);
	argument = argv[optind];
	colon = argument ? strchr(argument, ':') : NULL;
	if (colon) {
		selection.one = true;
		if (!parse_u64(colon + 1, &selection.instance)) {
			complain("%s: expected KIND or KIND:INSTANCE",
				 argument);
			return EXIT_FAILED;
		}
		*colon = 0;
	}
	selection.kind = argument;

	return running_check_debugfs() || dump(which, &selection) ?
	       EXIT_FAILED : EXIT_DONE;
}

const struct command dump_command = {
	.name = "dump",
	.arguments = "[--incoming] [KIND[:INSTANCE]]",
	.does = "show objects one by one, with their fields",
	.run = run,
};
