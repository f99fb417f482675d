// SPDX-License-Identifier: GPL-2.0
/*
 * Make random calls, apply each of them to a model with a byte for each page too, and
 * compare both. This tests the search for the regions that a call changes.
 */
#include <limits.h>

#include "model_api.h"

/* Few enough that the arrays of regions, at most one for two pages, do not grow. */
#define NR_PAGES	200
#define NR_CALLS	5000
#define BASE		SZ_1G

#define PRESENT		1
#define NOINIT		2

static u8 memory[NR_PAGES];
static u8 reserved[NR_PAGES];
static unsigned int seed = 1;

/* Return the same random numbers with every C library. */
static unsigned int below(unsigned int limit)
{
	seed = seed * 1103515245 + 12345;

	return (seed >> 16) % limit;
}

static void set(u8 *model, unsigned int page, unsigned int nr, u8 value)
{
	memset(model + page, value, nr);
}

static void mark_noinit(unsigned int page, unsigned int nr)
{
	for (unsigned int i = page; i < page + nr; i++)
		if (reserved[i])
			reserved[i] = NOINIT;
}

/* Existing memory keeps its flags. */
static void add_missing(u8 *model, unsigned int page, unsigned int nr)
{
	for (unsigned int i = page; i < page + nr; i++)
		if (!model[i])
			model[i] = PRESENT;
}

static void call_once(void)
{
	unsigned int page = below(NR_PAGES);
	unsigned int nr = below(below(4) ? 8 : NR_PAGES - page) + 1;
	phys_addr_t base = BASE + page * PAGE_SIZE;
	phys_addr_t size;

	if (nr > NR_PAGES - page)
		nr = NR_PAGES - page;
	size = nr * PAGE_SIZE;

	switch (below(5)) {
	case 0:
		ASSERT_EQ(0, memblock_add(base, size));
		set(memory, page, nr, PRESENT);
		break;
	case 1:
		ASSERT_EQ(0, memblock_remove(base, size));
		set(memory, page, nr, 0);
		break;
	case 2:
		ASSERT_EQ(0, memblock_reserve(base, size));
		add_missing(reserved, page, nr);
		break;
	case 3:
		ASSERT_EQ(0, memblock_phys_free(base, size));
		set(reserved, page, nr, 0);
		break;
	case 4:
		ASSERT_EQ(0, memblock_reserved_mark_noinit(base, size));
		mark_noinit(page, nr);
		break;
	}
}

/* Check that the regions are those of the model, and that adjacent ones are merged. */
static void compare(const struct memblock_type *type, const u8 *model)
{
	unsigned int page = 0, i = 0;

	while (page < NR_PAGES) {
		unsigned int end = page;

		while (end < NR_PAGES && model[end] == model[page])
			end++;
		if (model[page]) {
			const struct memblock_region *region = &type->regions[i++];

			ASSERT_LT(i, type->cnt + 1);
			ASSERT_EQ(BASE + page * PAGE_SIZE, region->base);
			ASSERT_EQ((end - page) * PAGE_SIZE, region->size);
			ASSERT_EQ(model[page] == NOINIT,
				  !!(region->flags & MEMBLOCK_RSRV_NOINIT));
		}
		page = end;
	}
	ASSERT_EQ(i, type->cnt);
}

/* Check that a search from an address finds the same free ranges as one from the start. */
static void compare_free_ranges(void)
{
	phys_addr_t base = BASE + below(NR_PAGES + 1) * PAGE_SIZE;
	phys_addr_t start, end, from_start, from_end;
	u64 i, j;

	j = memblock_free_range_index(base);
	for_each_free_mem_range(i, NUMA_NO_NODE, MEMBLOCK_NONE, &start, &end, NULL) {
		if (end <= base)
			continue;
		do {
			__next_mem_range(&j, NUMA_NO_NODE, MEMBLOCK_NONE,
					 &memblock.memory, &memblock.reserved,
					 &from_start, &from_end, NULL);
			ASSERT_NE(j, (u64)ULLONG_MAX);
		} while (from_end <= base);
		ASSERT_EQ(start, from_start);
		ASSERT_EQ(end, from_end);
	}
}

int memblock_model_checks(void)
{
	const char *func_testing = "memblock regions against a model";

	prefix_reset();
	prefix_push(func_testing);
	test_print("Running %s tests...\n", func_testing);

	reset_memblock_regions();
	for (int i = 0; i < NR_CALLS; i++) {
		call_once();
		compare(&memblock.memory, memory);
		compare(&memblock.reserved, reserved);
		compare_free_ranges();
	}
	reset_memblock_regions();
	test_pass_pop();

	return 0;
}
