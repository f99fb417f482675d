// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Extents of a memfd
 *
 * The input is the fields of a &struct luo_memfd_ser_v1, and the extents. Valid
 * extents are walked key by key and split into parts, as when a file is retrieved, and
 * added to a list, as when a file is preserved.
 */

#include <stdlib.h>

#include <libfuzzer.h>
#include <linux/fs.h>
#include <linux/luo_run.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../../../mm/luo_memfd.h"
#include "expect.h"
#include "input.h"

#define FUZZ_EXTENTS_MAX	64
/* Longer extents are not walked page by page. */
#define FUZZ_KEYS_MAX		4096
#define FUZZ_PARTS		5

/* Allocations for the list of extents do not fail. */
bool luo_loopback_fails(void)
{
	return false;
}

static void fuzz_walk(const struct luo_memfd_extent_ser *extent, u32 flags)
{
	struct luo_run run = luo_memfd_extent_run(extent, flags);
	unsigned int order, nr_keys = 0;
	u32 done, there;

	for (done = 0; done < run.nr_pages; done += 1U << order) {
		u64 pfn = run.pfn + done;

		order = luo_run_key_order(&run, done);
		FUZZ_EXPECT(order < 32);
		FUZZ_EXPECT(1ULL << order <= run.nr_pages - done);
		FUZZ_EXPECT(!(pfn & ((1ULL << order) - 1)));
		FUZZ_EXPECT(pfn + (1ULL << order) <=
			    PHYS_PFN(PHYS_ADDR_MAX) + 1ULL);
		FUZZ_EXPECT(luo_run_key_after(&run, done, 1) ==
			    done + (1U << order));
		there = luo_run_mirror(&run, done, 1U << order);
		FUZZ_EXPECT(there <= run.nr_pages - (1U << order));
		FUZZ_EXPECT(luo_run_mirror(&run, there, 1U << order) == done);
		if (++nr_keys == FUZZ_KEYS_MAX)
			return;
	}
	FUZZ_EXPECT(done == run.nr_pages);
}

static void fuzz_split(const struct luo_memfd_extent_ser *extents, u64 nr,
		       u64 nr_pages, u32 flags)
{
	const struct luo_memfd_ser_v1 memfd = {
		.nr_extents = nr, .nr_pages = nr_pages, .flags = flags,
	};
	struct luo_memfd_part parts[FUZZ_PARTS] = {};
	unsigned int i, nr_parts;
	u64 pages = 0;

	nr_parts = luo_memfd_part_split(&memfd, extents, parts, FUZZ_PARTS);
	FUZZ_EXPECT(nr_parts >= 1 && nr_parts <= FUZZ_PARTS);
	for (i = 0; i < nr_parts; i++)
		pages += parts[i].nr_pages;
	FUZZ_EXPECT(pages == nr_pages);
}

static void fuzz_collect(const struct luo_memfd_extent_ser *extents, u64 nr)
{
	struct luo_memfd_extents list = {};
	u64 i, pages = 0;

	FUZZ_EXPECT(!luo_memfd_extents_reserve(&list, nr));
	for (i = 0; i < nr; i++) {
		luo_memfd_extents_add(&list, 0, &extents[i]);
		pages += extents[i].nr_pages;
	}
	FUZZ_EXPECT(list.nr <= nr && list.nr_pages == pages);
	luo_memfd_extents_free(&list);
}

int fuzz_run(const u8 *data, size_t size)
{
	struct fuzz_input input = { data, size };
	struct luo_memfd_extent_ser *extents;
	u64 file_size, nr_pages, nr, end, i;
	u32 flags;

	file_size = fuzz_take(&input, sizeof(u64));
	nr_pages = fuzz_take(&input, sizeof(u32));
	flags = fuzz_take(&input, sizeof(u8)) & LUO_MEMFD_FLAGS;
	nr = min_t(u64, FUZZ_EXTENTS_MAX, input.left / sizeof(*extents));

	/* On the heap, so that ASan detects accesses after the end. */
	extents = malloc(nr * sizeof(*extents));
	memcpy(extents, input.data, nr * sizeof(*extents));

	/* Set a matching sum, so that most inputs pass its check. */
	if (!nr_pages) {
		for (i = 0; i < nr; i++)
			nr_pages += extents[i].nr_pages;
	}

	if (luo_memfd_extents_valid(extents, nr, nr_pages, file_size,
				    LUO_MEMFD_DESCENDING)) {
		for (i = 0; i < nr; i++) {
			FUZZ_EXPECT(extents[i].order <= MAX_PAGE_ORDER);
			end = extents[i].index + extents[i].nr_pages;
			FUZZ_EXPECT(end > extents[i].index);
			FUZZ_EXPECT(extents[i].index <
				    DIV_ROUND_UP(file_size, PAGE_SIZE));
			fuzz_walk(&extents[i], flags);
		}
		fuzz_collect(extents, nr);
		fuzz_split(extents, nr, nr_pages, flags);
	}
	free(extents);

	return 0;
}
