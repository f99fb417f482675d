// SPDX-License-Identifier: GPL-2.0
/* The files that carry.c sends from kernel to kernel. */
#include "../kselftest.h"
#include "carry.h"
#include "../luo_lib/pattern.h"

#define ALL_SEALS \
	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | \
	 F_SEAL_FUTURE_WRITE | F_SEAL_EXEC)
#define NR_SMALL_FILES	300

static const struct {
	enum reach reach;
	struct shape shape;
} table[] = {
	/* Sizes and tails */
	{ BY_ANY, { "no bytes" } },
	{ BY_ANY, { "1 byte", .size = 1, .before = PAGES(0, 1, 1, 1) } },
	{ BY_ANY, { "4095 bytes", .size = 4095, .before = PAGES(0, 1, 1, 1) } },
	{ BY_ANY, { "4096 bytes", .size = 4096, .before = PAGES(0, 1, 1, 1) } },
	{ BY_ANY, { "4097 bytes", .size = 4097, .before = PAGES(0, 1, 1, 2) } },
	{ BY_ANY, { "16 MiB", .size = 16 << 20,
		    .before = PAGES(0, 1, 1, 4096) } },

	/* Holes */
	{ BY_ANY, { "1 byte of hole", .size = 1 } },
	{ BY_ANY, { "1 MiB of hole", .size = 1 << 20 } },
	{ BY_ANY, { "hole first", .size = 16 * PAGE,
		    .before = PAGES(8, 1, 1, 8) } },
	{ BY_ANY, { "hole last", .size = 16 * PAGE,
		    .before = PAGES(0, 1, 1, 8) } },
	{ BY_ANY, { "hole in the tail", .size = 16 * PAGE + 1,
		    .before = PAGES(0, 1, 1, 16) } },
	{ BY_ANY, { "hole in front of the tail", .size = 16 * PAGE + 1,
		    .before = PAGES(16, 1, 1, 1) } },
	{ BY_ANY, { "every 2nd page", .size = 1024 * PAGE,
		    .before = PAGES(0, 2, 1, 512) } },
	{ BY_ANY, { "every other 2nd page", .size = 1024 * PAGE,
		    .before = PAGES(1, 2, 1, 512) } },
	{ BY_ANY, { "every 16th page", .size = 2048 * PAGE,
		    .before = PAGES(3, 16, 1, 128) } },
	{ BY_ANY, { "every 512th page", .size = 4096 * PAGE,
		    .before = PAGES(511, 512, 1, 8) } },
	{ BY_ANY, { "runs of 3 in 7", .size = 700 * PAGE,
		    .before = PAGES(0, 7, 3, 100) } },

	/* Allocated, not written */
	{ BY_ANY, { "allocated", .size = 1 << 20, .allocated = true } },
	{ BY_ANY, { "allocated, tail", .size = 3 * PAGE + 7,
		    .allocated = true } },
	{ BY_ANY, { "allocated, written before", .size = 64 * PAGE,
		    .allocated = true, .before = PAGES(1, 4, 1, 16) } },
	{ BY_ANY, { "allocated, written after", .size = 64 * PAGE,
		    .allocated = true, .after = PAGES(1, 4, 1, 16) } },
	{ BY_ANY, { "allocated, mapped after", .size = 64 * PAGE,
		    .allocated = true, .after = PAGES(0, 4, 1, 16),
		    .by = BY_MMAP } },

	/* Written while preserved */
	{ BY_ANY, { "rewritten by write", .size = 64 * PAGE,
		    .before = PAGES(0, 1, 1, 64), .after = PAGES(0, 2, 1, 32) } },
	{ BY_ANY, { "rewritten by mmap", .size = 64 * PAGE,
		    .before = PAGES(0, 1, 1, 64), .after = PAGES(0, 2, 1, 32),
		    .by = BY_MMAP } },
	{ BY_ANY, { "rewritten by splice", .size = 64 * PAGE,
		    .before = PAGES(0, 1, 1, 64), .after = PAGES(0, 2, 1, 32),
		    .by = BY_SPLICE } },
	{ BY_ANY, { "holes filled by write", .size = 64 * PAGE,
		    .before = PAGES(0, 8, 1, 8), .after = PAGES(1, 2, 1, 32) } },
	{ BY_ANY, { "holes filled by mmap", .size = 64 * PAGE,
		    .before = PAGES(0, 8, 1, 8), .after = PAGES(1, 2, 1, 32),
		    .by = BY_MMAP } },
	{ BY_ANY, { "holes filled by splice", .size = 64 * PAGE,
		    .before = PAGES(0, 8, 1, 8), .after = PAGES(1, 2, 1, 32),
		    .by = BY_SPLICE } },
	{ BY_ANY, { "tail filled by write", .size = 5 * PAGE + 100,
		    .after = PAGES(5, 1, 1, 1) } },
	{ BY_ANY, { "empty, all filled", .size = 1024 * PAGE,
		    .after = PAGES(0, 1, 1, 1024) } },

	/* Position */
	{ BY_ANY, { "position", .size = PAGE, .before = PAGES(0, 1, 1, 1),
		    .pos = 1234 } },
	{ BY_ANY, { "position moved", .size = PAGE,
		    .before = PAGES(0, 1, 1, 1), .pos = 1234,
		    .pos_after = 4321 } },
	{ BY_ANY, { "position behind the end", .size = PAGE,
		    .before = PAGES(0, 1, 1, 1), .pos = 1L << 50 } },
	{ BY_ANY, { "position of nothing", .pos = 77 } },

	/* A stock kernel supports neither of these two. */
	{ BY_PKRAM, { "sealed while preserved", .size = PAGE,
		      .before = PAGES(0, 1, 1, 1),
		      .seals_after = F_SEAL_GROW | F_SEAL_SHRINK } },
	{ BY_PKRAM, { "not executable", .size = PAGE,
		      .before = PAGES(0, 1, 1, 1),
		      .memfd = MFD_NOEXEC_SEAL } },

	/* A stock kernel would fill the holes of these. */
	{ BY_PKRAM, { "4 GiB with 16 pages", .size = 4L << 30,
		      .before = PAGES(65535, 65536, 1, 16) } },
	{ BY_PKRAM, { "1 TiB, written while preserved", .size = 1L << 40,
		      .before = PAGES(0, 1 << 24, 3, 16),
		      .after = PAGES(5, 1 << 24, 3, 16), .by = BY_MMAP } },
	{ BY_PKRAM, { "16 TiB less a page", .size = (1L << 44) - PAGE,
		      .before = PAGES(0, (1L << 32) - 2, 1, 2) } },

	{ BY_NEWEST, { "16 TiB", .size = 1L << 44,
		       .before = PAGES(0, (1L << 32) - 1, 1, 2) } },
	{ BY_NEWEST, { "8 EiB less a byte", .size = LONG_MAX,
		       .before = PAGES(0, (1L << 51) - 1, 1, 2),
		       .after = PAGES(1L << 50, 1, 1, 1),
		       .pos = LONG_MAX } },
};

/* All sets of seals, each on a file with one page. */
static int add_seals(struct shape *shapes)
{
	for (unsigned int seals = 0; seals <= ALL_SEALS; seals++)
		shapes[seals] = (struct shape) {
			.name = "64 sets of seals",
			.size = PAGE,
			.before = PAGES(0, 1, 1, 1),
			.seals = seals,
		};
	return ALL_SEALS + 1;
}

static int add_small_files(struct shape *shapes)
{
	for (int i = 0; i < NR_SMALL_FILES; i++)
		shapes[i] = (struct shape) {
			.name = "300 small files",
			.size = 1 + i * 97,
			.before = PAGES(0, 2, 1, 1 + i * 97 / PAGE / 2),
			.pos = i,
		};
	return NR_SMALL_FILES;
}

int carry_shapes(struct shape *shapes, enum reach reach)
{
	int count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].reach <= reach)
			shapes[count++] = table[i].shape;
	count += add_seals(shapes + count);
	count += add_small_files(shapes + count);
	return count;
}
