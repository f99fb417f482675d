// SPDX-License-Identifier: GPL-2.0
/*
 * tree - show the subtrees of KHO, and the number and size of objects by kind and
 * version, for the next kernel and from the previous one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "handover.h"
#include "luoctl.h"
#include "running.h"

/* All objects of a kind, in one version. */
struct group {
	const char *kind;
	u32 version;
	u64 nr;
	u64 size;
	u64 nr_optional;
};

struct groups {
	struct group *groups;
	size_t nr;
};

static int compare_groups(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	int ret = strcmp(x->kind, y->kind);

	return ret ?: (y->version > x->version) - (y->version < x->version);
}

static void add_record(struct groups *groups, const struct record *record)
{
	struct group *group = groups->groups;
	size_t i;

	for (i = 0; i < groups->nr; i++, group++) {
		if (group->version == record->version &&
		    !strcmp(group->kind, record->kind))
			break;
	}
	if (i == groups->nr) {
		groups->groups = xrealloc(groups->groups, groups->nr + 1,
					  sizeof(*group));
		group = &groups->groups[groups->nr++];
		*group = (struct group){
			.kind = record->kind,
			.version = record->version,
		};
	}
	group->nr++;
	group->size += record->size;
	group->nr_optional += record->optional;
}

static void print_groups(const struct groups *groups)
{
	const char *kind = "";

	for (size_t i = 0; i < groups->nr; i++) {
		const struct group *group = &groups->groups[i];

		if (strcmp(group->kind, kind))
			printf("    %s\n", group->kind);
		kind = group->kind;
		printf("      version %u: %llu object%s, %llu bytes",
		       group->version, group->nr, group->nr == 1 ? "" : "s",
		       group->size);
		if (group->nr_optional)
			printf(", %llu of them optional", group->nr_optional);
		putchar('\n');
	}
}

static void print_side(const char *title, const struct handover *handover,
		       const struct groups *groups)
{
	printf("%s", title);
	if (handover->compatible)
		printf(" (%s)", handover->compatible);
	putchar('\n');
	for (size_t i = 0; i < handover->nr; i++) {
		printf("  %s, %llu bytes\n", handover->subtrees[i].name,
		       handover->subtrees[i].size);
	}
	if (groups->nr)
		puts("  objects");
	print_groups(groups);
	if (!handover->nr && !groups->nr)
		puts("  nothing");
}

static void json_side(struct json *json, const char *key,
		      const struct handover *handover,
		      const struct groups *groups)
{
	json_open_object(json, key);
	json_string(json, "compatible", handover->compatible);
	json_open_array(json, "subtrees");
	for (size_t i = 0; i < handover->nr; i++) {
		json_open_object(json, NULL);
		json_string(json, "name", handover->subtrees[i].name);
		json_number(json, "size", handover->subtrees[i].size);
		json_close(json);
	}
	json_close(json);
	json_open_array(json, "objects");
	for (size_t i = 0; i < groups->nr; i++) {
		const struct group *group = &groups->groups[i];

		json_open_object(json, NULL);
		json_string(json, "kind", group->kind);
		json_number(json, "version", group->version);
		json_number(json, "objects", group->nr);
		json_number(json, "bytes", group->size);
		json_number(json, "optional", group->nr_optional);
		json_close(json);
	}
	json_close(json);
	json_close(json);
}

/* @which is the file of objects in debugfs, @kho the directory of KHO. */
static int show(const char *which, const char *kho, const char *title)
{
	struct groups groups = {};
	struct records records;
	struct handover handover;

	handover_read(kho, &handover);
	/* A kernel that does not support versioned objects has none. */
	if (running_records(which, &records) && errno != ENOENT) {
		handover_free(&handover);
		return complain(DEBUGFS "/luo_objects/%s: %s", which,
				strerror(errno));
	}
	for (size_t i = 0; i < records.nr; i++)
		add_record(&groups, &records.records[i]);
	if (groups.nr)
		qsort(groups.groups, groups.nr, sizeof(*groups.groups),
		      compare_groups);

	if (want_json)
		json_side(json_stdout(), which, &handover, &groups);
	else
		print_side(title, &handover, &groups);
	free(groups.groups);
	records_free(&records);
	handover_free(&handover);

	return 0;
}

static int run(int argc, char **argv)
{
	int ret;

	if (argc != 1)
		return usage(&tree_command);
	if (running_check_debugfs())
		return EXIT_FAILED;

	ret = show("outgoing", "out", "for the next kernel");
	ret = ret ?: show("incoming", "in", "from the previous kernel");

	return ret ? EXIT_FAILED : EXIT_DONE;
}

const struct command tree_command = {
	.name = "tree",
	.arguments = "",
	.does = "show what is handed over, by kind and version",
	.run = run,
};
