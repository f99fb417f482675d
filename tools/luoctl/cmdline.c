// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "cmdline.h"
#include "state.h"
#include "util.h"

#define ACCEPT	"; --accept cmdline accepts the risk"

/* Parse a size such as "512M", in bytes, like memparse() in the kernel. */
static u64 parse_size(const char *text)
{
	static const char units[] = "KMGTPE";
	char *end;
	u64 size = strtoull(text, &end, 0);
	const char *unit = *end ? strchr(units, *end & ~0x20) : NULL;

	return unit ? size << 10 * (unit - units + 1) : size;
}

/* Get the smallest value of mem= in the line, in bytes; ~0 if there is none. */
static u64 memory_limit(const char *line)
{
	char *copy = xstrdup(line), *rest = copy, *word;
	u64 limit = ~0ULL, size;

	while ((word = strsep(&rest, "\n "))) {
		if (strncmp(word, "mem=", 4) || word[4] < '0' || word[4] > '9')
			continue;
		size = parse_size(word + 4);
		limit = size < limit ? size : limit;
	}
	free(copy);

	return limit;
}

static bool has_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	while ((line = strstr(line, word))) {
		if (!line[len] || strchr("\n ", line[len]))
			return true;
		line += len;
	}

	return false;
}

/*
 * Find a memmap= in @line that is not in @running, the command line of this kernel.
 * Returns a copy, or NULL if there is none.
 */
static char *new_map(const char *line, const char *running)
{
	char *copy = xstrdup(line), *rest = copy, *word, *found = NULL;

	while (!found && (word = strsep(&rest, "\n "))) {
		if (!strncmp(word, "memmap=", 7) && !has_word(running, word))
			found = xstrdup(word);
	}
	free(copy);

	return found;
}

/* Data is lost if it is in memory that the next kernel does not use. */
static int check_memory(const char *line)
{
	struct bytes running;
	int ret = 0;
	char *map;

	if (load_file("/proc/cmdline", 0x10000, &running))
		return -1;
	if (memory_limit(line) < memory_limit((char *)running.data))
		ret = complain("no kexec: the command line '%s' has a smaller mem= than this kernel, and data above it would be lost"
			       ACCEPT, line);
	map = new_map(line, (char *)running.data);
	if (!ret && map)
		ret = complain("no kexec: the command line has %s, which this kernel was not booted with, and data there may be lost"
			       ACCEPT, map);
	free(map);
	free(running.data);

	return ret;
}

int cmdline_check(const char *line)
{
	if (!state_switches_on(line, "kho") ||
	    !state_switches_on(line, "liveupdate"))
		return complain("no kexec: everything would be lost: the command line '%s' does not have kho=on liveupdate=on"
				ACCEPT, line);

	return check_memory(line);
}
