// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Objects before a kexec
 *
 * A kind can have functions that are called in reboot(), before the files of sessions are
 * frozen. Its freeze function stores the last values of its objects, and may refuse the
 * kexec. If it or a later step refuses, the kinds that were frozen are unfrozen, and the
 * system continues. A kind that waits for others (luo_object_order.c) is not frozen.
 *
 * A kexec is also refused if the hardware has reported a page of an object as damaged since
 * it was saved: the next kernel would take it for good memory.
 *
 * It is called by liveupdate_reboot().
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/luo_kind.h>
#include <linux/mutex.h>
#include <linux/printk.h>

#include "luo_object_freeze.h"
#include "luo_object_internal.h"

static int luo_object_freeze_kind(struct luo_object_kind *kind)
{
	int err;

	err = luo_object_members_check_poison(&luo_objects_out, kind);
	if (err || !kind->freeze || (kind->ready && !kind->is_ready))
		return err;

	err = kind->freeze();
	if (err)
		pr_err("kind %s: refused the kexec: %d\n", kind->name, err);
	kind->frozen = !err;

	return err;
}

static void luo_object_unfreeze_all(void)
{
	struct luo_object_kind *kind;

	lockdep_assert_held(&luo_object_kinds_lock);

	list_for_each_entry(kind, &luo_object_kinds, list) {
		if (!kind->frozen)
			continue;
		kind->frozen = false;
		if (kind->unfreeze)
			kind->unfreeze();
	}
}

/**
 * luo_object_freeze - Call the freeze functions of all kinds.
 *
 * The kind that was registered, or became ready, last is the first, because it may use the
 * others.
 *
 * Context: Process context, may sleep. Takes luo_object_kinds_lock.
 * Return: 0; -EHWPOISON if a page of an object is poisoned; or the errno of a freeze
 * function. On failure all kinds that were frozen are unfrozen.
 */
int luo_object_freeze(void)
{
	struct luo_object_kind *kind;
	int err;

	guard(mutex)(&luo_object_kinds_lock);

	list_for_each_entry_reverse(kind, &luo_object_kinds, list) {
		err = luo_object_freeze_kind(kind);
		if (err) {
			luo_object_unfreeze_all();
			return err;
		}
	}

	return 0;
}

/**
 * luo_object_unfreeze - Undo luo_object_freeze(), because the kexec was refused.
 *
 * Context: Process context, may sleep. Takes luo_object_kinds_lock.
 */
void luo_object_unfreeze(void)
{
	guard(mutex)(&luo_object_kinds_lock);

	luo_object_unfreeze_all();
}
