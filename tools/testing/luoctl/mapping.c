// SPDX-License-Identifier: GPL-2.0
/* Print the names that luoctl reads from a file, one a line, or an error. */
#include <fcntl.h>
#include <stdio.h>

#include "mapping.h"

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	struct mapping mapping;
	const char *wrong = mapping_read(fd, &mapping);

	for (size_t i = 0; i < mapping.nr; i++)
		printf("%s=%llu\n", mapping.entries[i].name,
		       mapping.entries[i].token);
	if (wrong)
		printf("wrong: %s\n", wrong);
	mapping_free(&mapping);

	return 0;
}
