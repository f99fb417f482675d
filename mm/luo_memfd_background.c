// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Inserting absent pages in the background
 *
 * With ``luo_memfd.lazy=background``, a worker inserts the pages of a file that no task
 * has accessed yet, see luo_memfd_lazy.c, in ascending order. It holds the lock of the
 * file for at most 1 MiB or one folio at a time, and has the lowest priority of the
 * scheduler. The pages are charged to the memory cgroup of the task that retrieved
 * the file.
 *
 * The worker stops when memory is short, or the limit of the cgroup is reached. The other
 * pages are then retrieved on first access. It also stops while the file is preserved,
 * because absent pages take no time in the update.
 *
 * ``/sys/module/luo_memfd/parameters/absent`` has the number of absent pages of all
 * files.
 */

#define pr_fmt(fmt) "luo_memfd: " fmt

#include <linux/cleanup.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/list.h>
#include <linux/memcontrol.h>
#include <linux/moduleparam.h>
#include <linux/pagemap.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/sched/prio.h>
#include <linux/shmem_fs.h>
#include <linux/spinlock.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

#include "luo_memfd_lazy.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "luo_memfd."

static struct workqueue_struct *luo_memfd_background_wq;

static LIST_HEAD(luo_memfd_background_files);
static DEFINE_SPINLOCK(luo_memfd_background_lock);

static int luo_memfd_background_get_absent(char *buffer,
					   const struct kernel_param *param)
{
	struct luo_memfd_lazy *lazy;
	unsigned long nr = 0;

	guard(spinlock)(&luo_memfd_background_lock);

	list_for_each_entry(lazy, &luo_memfd_background_files, background.list)
		nr += READ_ONCE(SHMEM_I(lazy->inode)->nr_absent);

	return sysfs_emit(buffer, "%lu\n", nr);
}

static const struct kernel_param_ops luo_memfd_background_absent_ops = {
	.get = luo_memfd_background_get_absent,
};
module_param_cb(absent, &luo_memfd_background_absent_ops, NULL, 0444);

/* Insert the next absent pages. Return true if others may remain. */
static bool luo_memfd_background_fill(struct luo_memfd_lazy *lazy)
{
	struct luo_memfd_background *background = &lazy->background;
	struct inode *inode = lazy->inode;
	gfp_t gfp = mapping_gfp_mask(inode->i_mapping) | __GFP_NORETRY |
		    __GFP_NOWARN;
	pgoff_t index;
	int err;

	if (READ_ONCE(lazy->preserved) || !READ_ONCE(SHMEM_I(inode)->nr_absent))
		return false;

	index = luo_memfd_absent_next(&lazy->absent, background->index, ULONG_MAX,
				      true);
	if (index == ULONG_MAX)
		return false;

	err = luo_memfd_lazy_fill_ahead(lazy, index, gfp);
	/* The content of this page is lost, which is logged. Continue after it. */
	background->index = err == -EIO ? index + 1 : index;

	return !err || err == -EIO;
}

static void luo_memfd_background_work(struct work_struct *work)
{
	struct luo_memfd_lazy *lazy =
		container_of(work, struct luo_memfd_lazy, background.work);
	struct mem_cgroup *old = set_active_memcg(lazy->background.memcg);
	bool again = luo_memfd_background_fill(lazy);

	set_active_memcg(old);
	if (again)
		queue_work(luo_memfd_background_wq, work);
}

/**
 * luo_memfd_background_start - Start the worker of a file.
 * @lazy: The file.
 *
 * Also after the worker has stopped because the file was preserved. Does nothing if the
 * file was retrieved without one.
 */
void luo_memfd_background_start(struct luo_memfd_lazy *lazy)
{
	if (lazy->background.is_on)
		queue_work(luo_memfd_background_wq, &lazy->background.work);
}

/**
 * luo_memfd_background_init - Initialise the worker of a file.
 * @lazy:  The file.
 * @is_on: Whether it has a worker.
 *
 * The current task is the one whose memory cgroup is charged.
 */
void luo_memfd_background_init(struct luo_memfd_lazy *lazy, bool is_on)
{
	lazy->background.is_on = is_on && luo_memfd_background_wq;
	lazy->background.memcg = get_mem_cgroup_from_mm(current->mm);
	INIT_WORK(&lazy->background.work, luo_memfd_background_work);

	guard(spinlock)(&luo_memfd_background_lock);

	list_add(&lazy->background.list, &luo_memfd_background_files);
}

/**
 * luo_memfd_background_stop - Stop the worker of a file for good.
 * @lazy: The file.
 *
 * Context: Process context, may sleep. Waits for the current step of the worker, which is at
 * most 1 MiB or one folio.
 */
void luo_memfd_background_stop(struct luo_memfd_lazy *lazy)
{
	scoped_guard(spinlock, &luo_memfd_background_lock)
		list_del(&lazy->background.list);
	cancel_work_sync(&lazy->background.work);
	mem_cgroup_put(lazy->background.memcg);
}

static int __init luo_memfd_background_wq_init(void)
{
	struct workqueue_attrs *attrs = alloc_workqueue_attrs();
	struct workqueue_struct *wq;

	wq = alloc_workqueue("luo_memfd", WQ_UNBOUND, 0);
	if (!attrs || !wq)
		goto err;

	attrs->nice = MAX_NICE;
	if (apply_workqueue_attrs(wq, attrs))
		goto err;
	free_workqueue_attrs(attrs);
	luo_memfd_background_wq = wq;

	return 0;

err:
	pr_err("no memory for luo_memfd.lazy=background, pages come when they are used\n");
	if (wq)
		destroy_workqueue(wq);
	free_workqueue_attrs(attrs);

	return -ENOMEM;
}
subsys_initcall(luo_memfd_background_wq_init);
