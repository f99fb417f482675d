// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "index.h"
#include "state.h"
#include "stored.h"

/* Read the fields of all objects, if those of some kind contain its name. */
static void read_names(struct records *records)
{
	struct records named;

	for (size_t i = 0; i < records->nr; i++) {
		if (!compat_name_field(records->records[i].kind))
			continue;
		/* An older kernel has no file without the elements. */
		if (!running_records("outgoing.fields", &named) ||
		    !running_records("outgoing.dump", &named)) {
			records_free(records);
			*records = named;
		}
		return;
	}
}

static void find_ended(struct stored *stored)
{
	size_t nr = 0;

	stored->ended = state_names(NOTE_SAVED);
	/* Processes of other users may hold sessions that cannot be seen. */
	for (char **name = stored->ended; *name; name++) {
		if (!stored->sessions_known ||
		    sessions_outgoing(&stored->sessions, *name))
			free(*name);
		else
			stored->ended[nr++] = *name;
	}
	stored->ended[nr] = NULL;
}

void stored_read(struct stored *stored)
{
	/* Retrieve the index, so that it is not counted as unclaimed. */
	index_arrive();
	*stored = (struct stored){ .sessions_known = !geteuid() };
	/* A kernel that does not support versioned objects has none. */
	stored->records_known = !running_records("outgoing",
						 &stored->records) ||
				access(SYSFS_OBJECTS, F_OK);
	read_names(&stored->records);
	sessions_find(&stored->sessions);
	find_ended(stored);
	stored->unclaimed_known = !running_unclaimed(&stored->unclaimed);
}

void stored_free(struct stored *stored)
{
	records_free(&stored->records);
	sessions_free(&stored->sessions);
	if (stored->ended)
		state_names_free(stored->ended);
	unclaimed_free(&stored->unclaimed);
}

/* Get the value of a text field, such as: name "pstore". NULL if there is none. */
static char *text_field(const struct record *record, const char *name)
{
	size_t len = strlen(name);
	const char *line = record->fields;

	while (line && *line) {
		size_t size = strcspn(line, "\n");

		if (size > len + 2 && !strncmp(line, name, len) &&
		    line[len] == ' ' && line[len + 1] == '"')
			return xasprintf("%.*s", (int)(size - len - 3),
					 line + len + 2);
		line += size + (line[size] == '\n');
	}

	return NULL;
}

char *stored_name(const struct record *record)
{
	const char *field = compat_name_field(record->kind);
	char *name = field ? text_field(record, field) : NULL, *full;

	if (!name)
		return xasprintf("%s/%llu", record->kind, record->instance);
	full = xasprintf("%s/%s", record->kind, name);
	free(name);

	return full;
}

bool stored_is_outgoing(const struct session *session)
{
	return strcmp(session->direction, "incoming");
}
