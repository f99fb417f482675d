// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The list of names in a session, as luoctl reads it
 *
 * The input is the JSON document that the previous kernel has left in a memfd.
 */

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libfuzzer.h>

#include "expect.h"
#include "mapping.h"

int fuzz_run(const uint8_t *data, size_t size)
{
	int fd = memfd_create("mapping", 0);
	struct mapping mapping = {}, again = {};

	FUZZ_EXPECT(fd >= 0);
	FUZZ_EXPECT(write(fd, data, size) == (ssize_t)size);

	if (mapping_read(fd, &mapping)) {
		FUZZ_EXPECT(!mapping.nr);
	} else {
		/* The mapping can be written again, and is the same. */
		int copy = mapping_memfd(&mapping);

		FUZZ_EXPECT(copy >= 0);
		FUZZ_EXPECT(!mapping_read(copy, &again));
		FUZZ_EXPECT(again.nr == mapping.nr);
		for (size_t i = 0; i < mapping.nr; i++) {
			FUZZ_EXPECT(!strcmp(mapping.entries[i].name,
					    again.entries[i].name));
			FUZZ_EXPECT(mapping.entries[i].token ==
				    again.entries[i].token);
		}
		close(copy);
		mapping_free(&again);
		mapping_free(&mapping);
	}
	close(fd);

	return 0;
}
