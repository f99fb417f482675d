// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Retrieving a memfd on several processors
 *
 * Divides a large file into parts, some of which are claimed by threads on other
 * processors. They contend only for the locks of the page cache and of the LRU list,
 * which are taken once for a batch of pages. Called by luo_memfd_in.c.
 *
 * The list of extents must have a valid CRC. If a key is missing, the list is corrupt,
 * and luo_memfd_retrieve.c claims no more pages, but threads may have claimed pages of
 * other parts already.
 *
 * All pages are charged to the memory cgroup of the process that retrieves the file.
 */

#include <linux/atomic.h>
#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/memcontrol.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "luo_memfd.h"

/* With fewer pages, one processor is done before another one wakes up. */
#define LUO_MEMFD_PAGES_PER_THREAD	8192

/* With more threads, they mostly wait for the lock of the page cache. */
#define LUO_MEMFD_THREADS_MAX		8

/* More than one, so that a thread that finishes early claims another part. */
#define LUO_MEMFD_PARTS_PER_THREAD	4

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "luo_memfd."

static unsigned int luo_memfd_threads_max = 4;
module_param_named(threads, luo_memfd_threads_max, uint, 0644);

struct luo_memfd_threads;

struct luo_memfd_helper {
	struct work_struct work;
	struct luo_memfd_threads *threads;
};

/**
 * struct luo_memfd_threads - A file that several threads retrieve.
 * @inode:    The file.
 * @memfd:    The file that was preserved.
 * @extents:  Its extents.
 * @memcg:    The memory cgroup that is charged.
 * @err:      -EBADMSG if a key was missing, or the first error.
 * @next:     The first part that no thread has begun.
 * @nr_parts: Number of parts.
 * @parts:    The parts.
 * @helpers:  The other threads.
 */
struct luo_memfd_threads {
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

static unsigned int luo_memfd_threads_nr(u64 nr_pages)
{
	unsigned int max_threads = clamp(READ_ONCE(luo_memfd_threads_max), 1,
					 LUO_MEMFD_THREADS_MAX);

	return clamp(nr_pages / LUO_MEMFD_PAGES_PER_THREAD, 1,
		     min(max_threads, num_online_cpus()));
}

static void luo_memfd_threads_run(struct luo_memfd_threads *threads)
{
	unsigned int i;
	int err;

	while ((i = atomic_fetch_inc(&threads->next)) < threads->nr_parts) {
		/* After an error the other pages are put. */
		err = luo_memfd_retrieve_part(READ_ONCE(threads->err) ?
					      NULL : threads->inode,
					      threads->memfd, threads->extents,
					      &threads->parts[i]);
		if (err == -EBADMSG) {
			WRITE_ONCE(threads->err, err);
			atomic_set(&threads->next, threads->nr_parts);
		} else if (err) {
			cmpxchg(&threads->err, 0, err);
		}
	}
}

static void luo_memfd_threads_help(struct work_struct *work)
{
	struct luo_memfd_helper *helper =
		container_of(work, struct luo_memfd_helper, work);
	struct mem_cgroup *memcg;

	memcg = set_active_memcg(helper->threads->memcg);
	luo_memfd_threads_run(helper->threads);
	set_active_memcg(memcg);
}

static int luo_memfd_threads_share(struct luo_memfd_threads *threads,
				   unsigned int nr_threads)
{
	unsigned int i;

	threads->nr_parts =
		luo_memfd_part_split(threads->memfd, threads->extents,
				     threads->parts,
				     nr_threads * LUO_MEMFD_PARTS_PER_THREAD);
	threads->memcg = get_mem_cgroup_from_mm(current->mm);
	for (i = 0; i < nr_threads - 1; i++) {
		threads->helpers[i].threads = threads;
		INIT_WORK(&threads->helpers[i].work, luo_memfd_threads_help);
		queue_work(system_dfl_wq, &threads->helpers[i].work);
	}
	luo_memfd_threads_run(threads);
	/* All parts are begun: cancel the helpers that have not started. */
	for (i = 0; i < nr_threads - 1; i++)
		cancel_work_sync(&threads->helpers[i].work);
	mem_cgroup_put(threads->memcg);

	return threads->err;
}

/**
 * luo_memfd_threads_retrieve - Claim all pages of a file, on several processors if that
 *                              is faster.
 * @inode:   The file to insert the pages into. No process can see it yet.
 * @memfd:   The file that was preserved.
 * @extents: Its extents, valid, with a CRC that matches.
 *
 * Context: Process context, may sleep.
 * Return: As luo_memfd_retrieve_part(), except that after -EBADMSG some later extents
 * may have been claimed.
 */
int luo_memfd_threads_retrieve(struct inode *inode,
			       const struct luo_memfd_ser_v1 *memfd,
			       const struct luo_memfd_extent_ser *extents)
{
	unsigned int nr_threads = luo_memfd_threads_nr(memfd->nr_pages);
	struct luo_memfd_threads *threads __free(kfree) = NULL;

	if (nr_threads > 1)
		threads = kzalloc_obj(*threads);
	if (!threads)
		return luo_memfd_retrieve_all(inode, memfd, extents);

	threads->inode = inode;
	threads->memfd = memfd;
	threads->extents = extents;

	return luo_memfd_threads_share(threads, nr_threads);
}
