// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Parts of a memfd
 *
 * Divides the extents of a file into parts of about the same size, for
 * luo_memfd_threads.c. Each part begins and ends at a KHO key, so that several
 * processors can claim parts at the same time. Accesses no page.
 */

#include <linux/luo_run.h>
#include <linux/math.h>
#include <linux/mm.h>

#include "luo_memfd.h"

/**
 * luo_memfd_part_split - Divide a file into parts.
 * @memfd:    The file.
 * @extents:  Its extents, valid.
 * @parts:    Set to the parts. An array of @nr_parts elements, which must be zeroed.
 * @nr_parts: The largest number of parts, not 0.
 *
 * Context: Any.
 * Return: The number of parts, at least 1. Together they have all pages.
 */
unsigned int luo_memfd_part_split(const struct luo_memfd_ser_v1 *memfd,
				  const struct luo_memfd_extent_ser *extents,
				  struct luo_memfd_part *parts,
				  unsigned int nr_parts)
{
	u64 wanted = DIV_ROUND_UP_ULL(memfd->nr_pages, nr_parts);
	struct luo_memfd_part *part = parts;
	u32 offset, end;
	u64 i;

	for (i = 0; i < memfd->nr_extents; i++) {
		struct luo_run run = luo_memfd_extent_run(&extents[i],
							  memfd->flags);

		for (offset = 0; offset < run.nr_pages; offset = end) {
			if (part->nr_pages >= wanted)
				*++part = (struct luo_memfd_part){ i, offset };
			end = luo_run_key_after(&run, offset,
						wanted - part->nr_pages);
			part->nr_pages += end - offset;
		}
	}

	return part - parts + 1;
}
