// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Bugs on purpose
 *
 * A module with bugs that checkers of the kernel must report, so that a test can verify
 * that the report is made and noticed: tools/testing/selftests/luo_fault. A parameter
 * selects the bug. Loading the module always fails, and it does no lasting harm.
 */

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>

static char *bug;
module_param(bug, charp, 0);
MODULE_PARM_DESC(bug, "warn, leak, overflow, shift, locks, sleep, list or race");

static void report_warn(void)
{
	WARN(1, "a warning on purpose\n");
}

/*
 * Cached objects of the allocator may still contain old addresses, so allocate more
 * objects than are cached.
 */
static void report_leak(void)
{
	unsigned int i;
	void *lost;

	for (i = 0; i < 512; i++) {
		lost = kzalloc(96, GFP_KERNEL);
		OPTIMIZER_HIDE_VAR(lost);
	}
}

static void report_overflow(void)
{
	size_t size = 96;
	char *data = kmalloc(size, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(size);
	if (data)
		READ_ONCE(data[size]);
	kfree(data);
}

static void report_shift(void)
{
	unsigned int by = 32, value = 1;

	OPTIMIZER_HIDE_VAR(by);
	value <<= by;
	OPTIMIZER_HIDE_VAR(value);
}

/* Take two locks in both orders. */
static void report_locks(void)
{
	static DEFINE_MUTEX(one);
	static DEFINE_MUTEX(other);

	mutex_lock(&one);
	mutex_lock(&other);
	mutex_unlock(&other);
	mutex_unlock(&one);

	mutex_lock(&other);
	mutex_lock(&one);
	mutex_unlock(&one);
	mutex_unlock(&other);
}

static void report_sleep(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
}

static void report_list(void)
{
	LIST_HEAD(list);
	LIST_HEAD(entry);

	list.next = &entry;
	list_add(&entry, &list);
}

/* Two tasks increment a counter at once, without a lock. */
static int report_count(void *count)
{
	unsigned long end = jiffies + 5 * HZ;

	while (time_before(jiffies, end)) {
		(*(unsigned long *)count)++;
		/*
		 * Otherwise it is read only once, and KCSAN does not report a race between writes.
		 */
		barrier();
		cond_resched();
	}

	return 0;
}

static void report_race(void)
{
	struct task_struct *other;
	unsigned long count = 0;

	other = kthread_create(report_count, &count, "luo_report_race");
	if (IS_ERR(other))
		return;
	get_task_struct(other);
	wake_up_process(other);
	report_count(&count);
	kthread_stop_put(other);
}

static const struct {
	const char *name;
	void (*run)(void);
} report_bugs[] = {
	{ "warn", report_warn },
	{ "leak", report_leak },
	{ "overflow", report_overflow },
	{ "shift", report_shift },
	{ "locks", report_locks },
	{ "sleep", report_sleep },
	{ "list", report_list },
	{ "race", report_race },
};

static int __init report_init(void)
{
	unsigned int i;

	for (i = 0; bug && i < ARRAY_SIZE(report_bugs); i++) {
		if (!strcmp(bug, report_bugs[i].name)) {
			report_bugs[i].run();
			return -ECANCELED;
		}
	}

	return -EINVAL;
}
module_init(report_init);

MODULE_DESCRIPTION("Bugs on purpose, for the checkers of the kernel to report");
MODULE_LICENSE("GPL");
