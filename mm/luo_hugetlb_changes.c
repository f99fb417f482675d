// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Changes of a hugetlb file
 *
 * hugetlbfs calls this file before and after it adds a page to a file, punches a hole, sets
 * the size, reserves pages, or adds a seal. While a live update has frozen the file, right
 * before the kexec, the caller waits: a change that succeeds then would be lost. If the
 * update is cancelled, it continues.
 *
 * The changes are counted, so that freeze need not search a file that has not changed.
 *
 * The caller may hold the lock of the inode and that of the memory map while it waits.
 * Therefore nothing that runs after a file was frozen may take one of these, and neither
 * may a change: luo_hugetlb_out_freeze() waits for changes that have begun. It must not
 * hold the mutex of a fault or the lock of a mapping, which a change needs that punches a
 * hole: a page fault tries to begin a change, and if it cannot, drops these and waits.
 */

#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/hugetlb.h>
#include <linux/limits.h>
#include <linux/wait_bit.h>

#include "luo_hugetlb.h"

/* What is added to the number of running changes of a frozen file. */
#define LUO_HUGETLB_FROZEN	INT_MIN

/**
 * luo_hugetlb_changes_init - Begin to count the changes of a new file.
 * @inode: The file.
 */
void luo_hugetlb_changes_init(struct inode *inode)
{
	struct luo_hugetlb_changes *changes = &HUGETLBFS_I(inode)->changes;

	atomic_set(&changes->running, 0);
	atomic_long_set(&changes->generation, 0);
}

/**
 * luo_hugetlb_change_begin - Begin to change a file.
 * @inode: The file.
 *
 * Waits while the file is frozen. Call luo_hugetlb_change_end() after the change, and no
 * other change of the same file before.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINTR if the caller was killed while it waited.
 */
int luo_hugetlb_change_begin(struct inode *inode)
{
	struct luo_hugetlb_changes *changes = &HUGETLBFS_I(inode)->changes;

	if (!atomic_inc_unless_negative(&changes->running) &&
	    wait_var_event_killable(&changes->running,
				    atomic_inc_unless_negative(&changes->running)))
		return -EINTR;

	return 0;
}

/**
 * luo_hugetlb_change_try - Begin to change a file, unless it is frozen.
 * @inode: The file.
 *
 * As luo_hugetlb_change_begin(), but does not wait.
 *
 * Context: Any.
 * Return: 0; -EAGAIN if the file is frozen. Call luo_hugetlb_changes_wait() then.
 */
int luo_hugetlb_change_try(struct inode *inode)
{
	struct luo_hugetlb_changes *changes = &HUGETLBFS_I(inode)->changes;

	return atomic_inc_unless_negative(&changes->running) ? 0 : -EAGAIN;
}

/**
 * luo_hugetlb_changes_wait - Wait until a file is not frozen.
 * @inode: The file.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINTR if the caller was killed while it waited.
 */
int luo_hugetlb_changes_wait(struct inode *inode)
{
	struct luo_hugetlb_changes *changes = &HUGETLBFS_I(inode)->changes;

	return wait_var_event_killable(&changes->running,
				       atomic_read(&changes->running) >= 0) ?
	       -EINTR : 0;
}

/**
 * luo_hugetlb_change_end - End a change of a file.
 * @inode: The file.
 */
void luo_hugetlb_change_end(struct inode *inode)
{
	struct luo_hugetlb_changes *changes = &HUGETLBFS_I(inode)->changes;

	/* A page that was added is found by a walk that begins after this is seen. */
	(void)atomic_long_inc_return_release(&changes->generation);
	if (atomic_dec_return(&changes->running) == LUO_HUGETLB_FROZEN)
		wake_up_var(&changes->running);
}

/**
 * luo_hugetlb_changes_freeze - Let all further changes of a file wait.
 * @inode: The file, not frozen.
 *
 * When this returns, no change is being made.
 *
 * Context: Process context. Waits for changes that have begun, which wait for memory only.
 */
void luo_hugetlb_changes_freeze(struct inode *inode)
{
	struct luo_hugetlb_changes *changes = &HUGETLBFS_I(inode)->changes;

	atomic_add(LUO_HUGETLB_FROZEN, &changes->running);
	wait_var_event(&changes->running,
		       atomic_read(&changes->running) == LUO_HUGETLB_FROZEN);
}

/**
 * luo_hugetlb_changes_thaw - Undo luo_hugetlb_changes_freeze().
 * @inode: The file.
 */
void luo_hugetlb_changes_thaw(struct inode *inode)
{
	struct luo_hugetlb_changes *changes = &HUGETLBFS_I(inode)->changes;

	atomic_sub(LUO_HUGETLB_FROZEN, &changes->running);
	wake_up_var(&changes->running);
}

/**
 * luo_hugetlb_changes_seen - Count the changes of a file.
 * @inode: The file.
 *
 * Return: A number that is larger later if a change has ended in between.
 */
long luo_hugetlb_changes_seen(struct inode *inode)
{
	return atomic_long_read_acquire(&HUGETLBFS_I(inode)->changes.generation);
}
