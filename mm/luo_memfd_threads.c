// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: A memfd taken over by several processors
 *
 * A large file is cut into parts, and whoever retrieves it has help from other
 * processors with them. A part begins and ends between two KHO keys, so that
 * nobody has to know of the others; they meet at the lock of the page cache and at
 * that of the LRU list, each of which is taken once for a batch of pages.
 *
 * Only lists with a CRC that holds are cut: where something is missing, the list is
 * wrong, and what it says of other parts need not be true.
 *
 * Pages are charged to the memory cgroup of whoever retrieves the file, whoever
 * does it.
 */

#include <linux/align.h>
#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/math.h>
#include <linux/memcontrol.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "luo_memfd.h"

/* What is less is done before somebody else has woken up. */
#define LUO_MEMFD_PAGES_PER_THREAD	8192

/* The more threads there are, the longer they wait for the page cache. */
#define LUO_MEMFD_THREADS_MAX		8

/* So that who is done early finds more to do. */
#define LUO_MEMFD_PARTS_PER_THREAD	4

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "luo_memfd."

static unsigned int luo_memfd_threads = 4;
module_param_named(threads, luo_memfd_threads, uint, 0644);

struct luo_memfd_sharing;

struct luo_memfd_helper {
	struct work_struct work;
	struct luo_memfd_sharing *sharing;
};

/**
 * struct luo_memfd_sharing - A file that is taken over by several.
 * @inode:    The file.
 * @memfd:    What was handed over.
 * @extents:  What is in it.
 * @memcg:    Who is charged.
 * @err:      The first error.
 * @next:     The part that nobody has begun yet.
 * @nr_parts: How many there are.
 * @parts:    The parts.
 * @helpers:  The other threads.
 */
struct luo_memfd_sharing {
	struct inode *inode;
	const struct luo_memfd_ser_v1 *memfd;
	const struct luo_memfd_extent_ser *extents;
	struct mem_cgroup *memcg;
	int err;
	atomic_t next;
	unsigned int nr_parts;
	struct luo_memfd_part parts[LUO_MEMFD_THREADS_MAX *
				    LUO_MEMFD_PARTS_PER_THREAD];
	struct luo_memfd_helper helpers[LUO_MEMFD_THREADS_MAX - 1];
};

static unsigned int luo_memfd_nr_threads(u64 nr_pages)
{
	unsigned int max_threads = clamp(READ_ONCE(luo_memfd_threads), 1,
					 LUO_MEMFD_THREADS_MAX);

	return clamp(nr_pages / LUO_MEMFD_PAGES_PER_THREAD, 1,
		     min(max_threads, num_online_cpus()));
}

/* Where the first key begins that is @nr pages after @offset, or more. */
static u32 luo_memfd_key_after(const struct luo_memfd_extent_ser *extent,
			       u32 offset, u64 nr, u32 flags)
{
	u64 end = offset + nr;

	if (end >= extent->nr_pages)
		return extent->nr_pages;

	if (extent->order || !(flags & LUO_MEMFD_RANGE_KEYS))
		return round_up(end, 1U << extent->order);

	while (offset < end)
		offset += 1U << luo_memfd_extent_key(extent, offset, flags);

	return offset;
}

/* The last part has what is left, and there may be fewer than were wanted. */
static void luo_memfd_cut(struct luo_memfd_sharing *sharing,
			  unsigned int nr_parts)
{
	u64 wanted = DIV_ROUND_UP_ULL(sharing->memfd->nr_pages, nr_parts);
	struct luo_memfd_part *part = sharing->parts;
	u32 offset, end;
	u64 i;

	for (i = 0; i < sharing->memfd->nr_extents; i++) {
		const struct luo_memfd_extent_ser *extent = &sharing->extents[i];

		for (offset = 0; offset < extent->nr_pages; offset = end) {
			if (part->nr_pages >= wanted)
				*++part = (struct luo_memfd_part){ i, offset };
			end = luo_memfd_key_after(extent, offset,
						  wanted - part->nr_pages,
						  sharing->memfd->flags);
			part->nr_pages += end - offset;
		}
	}
	sharing->nr_parts = part - sharing->parts + 1;
}

static void luo_memfd_take_parts(struct luo_memfd_sharing *sharing)
{
	unsigned int i;
	int err;

	while ((i = atomic_fetch_inc(&sharing->next)) < sharing->nr_parts) {
		/* After an error the pages are only freed. */
		err = luo_memfd_take_part(READ_ONCE(sharing->err) ?
					  NULL : sharing->inode,
					  sharing->memfd, sharing->extents,
					  &sharing->parts[i]);
		if (err)
			cmpxchg(&sharing->err, 0, err);
		if (err == -EBADMSG)
			atomic_set(&sharing->next, sharing->nr_parts);
	}
}

static void luo_memfd_help(struct work_struct *work)
{
	struct luo_memfd_helper *helper =
		container_of(work, struct luo_memfd_helper, work);
	struct mem_cgroup *memcg;

	memcg = set_active_memcg(helper->sharing->memcg);
	luo_memfd_take_parts(helper->sharing);
	set_active_memcg(memcg);
}

static int luo_memfd_share(struct luo_memfd_sharing *sharing,
			   unsigned int nr_threads)
{
	unsigned int i;

	luo_memfd_cut(sharing, nr_threads * LUO_MEMFD_PARTS_PER_THREAD);
	sharing->memcg = get_mem_cgroup_from_mm(current->mm);
	for (i = 0; i < nr_threads - 1; i++) {
		sharing->helpers[i].sharing = sharing;
		INIT_WORK(&sharing->helpers[i].work, luo_memfd_help);
		queue_work(system_dfl_wq, &sharing->helpers[i].work);
	}
	luo_memfd_take_parts(sharing);
	/* Who has not begun by now need not. */
	for (i = 0; i < nr_threads - 1; i++)
		cancel_work_sync(&sharing->helpers[i].work);
	mem_cgroup_put(sharing->memcg);

	return sharing->err;
}

/**
 * luo_memfd_take_together - Take over all of a file, with others if that pays.
 * @inode:   The file, that nobody else has seen yet.
 * @memfd:   What was handed over.
 * @extents: What is in it.
 *
 * Context: Process context, may sleep.
 * Return: As luo_memfd_take_part(). Of what is behind something that is missing,
 * others may have taken some by then.
 */
int luo_memfd_take_together(struct inode *inode,
			    const struct luo_memfd_ser_v1 *memfd,
			    const struct luo_memfd_extent_ser *extents)
{
	unsigned int nr_threads = luo_memfd_nr_threads(memfd->nr_pages);
	struct luo_memfd_sharing *sharing __free(kfree) = NULL;

	if (nr_threads > 1)
		sharing = kzalloc_obj(*sharing);
	if (!sharing)
		return luo_memfd_take_all(inode, memfd, extents);

	sharing->inode = inode;
	sharing->memfd = memfd;
	sharing->extents = extents;

	return luo_memfd_share(sharing, nr_threads);
}
