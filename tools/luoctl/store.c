// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "util.h"

/* A property of all units, one paragraph for each unit. */
#define SHOW	"systemctl show --type=service -p Id -p ActiveState -p FileDescriptorStoreMax -p NFileDescriptorStore -p FileDescriptorStorePreserve '*'"

#define TREE_PREFIX	"luoctl-tree@"

/* One unit, as its properties are read. */
struct unit {
	char *name;
	bool active;
	bool has_store;
	bool has_descriptors;
	bool preserved;
};

/* systemd's own services store sockets and the like, which no kernel hands over. */
static bool is_of_systemd(const char *name)
{
	return !strncmp(name, "systemd-", 8);
}

static void add_unit(char **services, bool *trees, struct unit *unit)
{
	char *more;

	if (unit->name && unit->preserved && !is_of_systemd(unit->name) &&
	    (unit->has_descriptors || (unit->active && unit->has_store))) {
		*trees |= !strncmp(unit->name, TREE_PREFIX, strlen(TREE_PREFIX));
		more = xasprintf("%s%s%s", *services ?: "",
				 *services ? ", " : "", unit->name);
		free(*services);
		*services = more;
	}
	free(unit->name);
	*unit = (struct unit){};
}

static void read_property(struct unit *unit, const char *line)
{
	const char *value = strchr(line, '=');

	if (!value)
		return;
	value++;
	if (!strncmp(line, "Id=", 3)) {
		free(unit->name);
		unit->name = xstrdup(value);
	} else if (!strncmp(line, "ActiveState=", 12)) {
		unit->active = !strcmp(value, "active");
	} else if (!strncmp(line, "FileDescriptorStoreMax=", 23)) {
		unit->has_store = strcmp(value, "0");
	} else if (!strncmp(line, "NFileDescriptorStore=", 21)) {
		unit->has_descriptors = strcmp(value, "0");
	} else if (!strncmp(line, "FileDescriptorStorePreserve=", 28)) {
		unit->preserved = !strcmp(value, "yes");
	}
}

char *store_services(bool *trees)
{
	FILE *in = popen(SHOW, "re");
	char *services = NULL, *line = NULL;
	struct unit unit = {};
	size_t size = 0;

	*trees = false;
	if (!in)
		return NULL;
	while (getline(&line, &size, in) > 0) {
		line[strcspn(line, "\n")] = 0;
		if (*line)
			read_property(&unit, line);
		else
			add_unit(&services, trees, &unit);
	}
	add_unit(&services, trees, &unit);
	free(line);
	pclose(in);

	return services;
}
