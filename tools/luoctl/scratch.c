// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "running.h"
#include "scratch.h"

/* From Linux 7.4 on, the scratch areas are called bootmem. */
#define SCRATCH_LEN	DEBUGFS "/kho/out/scratch_len"
#define BOOTMEM_LEN	DEBUGFS "/kho/out/bootmem_len"

/* Get the size of the largest area, in bytes; 0 if it is unknown. */
static u64 largest_area(void)
{
	struct bytes text;
	u64 largest = 0, size;
	char *rest, *line;

	if (read_file(BOOTMEM_LEN, 0x10000, &text) &&
	    read_file(SCRATCH_LEN, 0x10000, &text))
		return 0;
	rest = (char *)text.data;
	while ((line = strsep(&rest, "\n"))) {
		if (parse_u64(line, &size) && size > largest)
			largest = size;
	}
	free(text.data);

	return largest;
}

static int check(const char *path, u64 largest)
{
	struct stat st;

	if (stat(path, &st) || (u64)st.st_size <= largest)
		return 0;

	return complain("%s: does not fit: it has %llu KiB, and the largest scratch area of KHO has %llu KiB; cold boot with a larger kho_scratch= (kho_bootmem= from Linux 7.4 on)",
			path, (u64)st.st_size >> 10, largest >> 10);
}

int scratch_check(const char *image, const char *initrd)
{
	u64 largest = largest_area();

	if (!largest)
		return 0;

	return check(image, largest) ?: initrd ? check(initrd, largest) : 0;
}
