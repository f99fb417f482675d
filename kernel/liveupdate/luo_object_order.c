// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The order of kinds
 *
 * The objects of a kind may need those of other kinds, which another module may own. The
 * kind lists the names of these, and each reference of its fields needs the kind that it
 * leads to. When all of them are ready, its ready function is called, which loads its
 * objects. So modules can be loaded in any order, and a module that waits does not block.
 *
 * A kind is ready when its ready function has succeeded, or, if it has none, when it is
 * registered. Kinds that need each other in a circle are never ready. The file waiting in
 * sysfs lists the kinds that wait, and for which, and luoctl status prints them if their
 * objects are unclaimed.
 *
 * It is called by luo_object_kind.c when a kind is registered or unregistered, and by
 * luo_object_sysfs.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/list.h>
#include <linux/luo_field.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "luo_object_internal.h"

/* Is taken before luo_object_kinds_lock. Held while a ready function runs. */
DEFINE_MUTEX(luo_object_order_lock);

static bool luo_object_order_is_ready(const char *name)
{
	const struct luo_object_kind *kind = luo_object_kind_find(name);

	return kind && (!kind->ready || kind->is_ready);
}

/**
 * luo_object_order_waits - Get the next kind that a kind waits for.
 * @kind: The kind.
 * @next: 0 at the first call, and not changed between calls.
 *
 * Context: luo_object_kinds_lock is held.
 * Return: The name of the kind, which may be returned twice; NULL if there is no other one.
 */
const char *luo_object_order_waits(const struct luo_object_kind *kind,
				   unsigned int *next)
{
	unsigned int nr_needs = 0, i;
	const char *name;

	lockdep_assert_held(&luo_object_kinds_lock);

	if (!kind->ready || kind->is_ready)
		return NULL;

	while (kind->needs && kind->needs[nr_needs])
		nr_needs++;
	while (*next < nr_needs + kind->nr_fields) {
		i = (*next)++;
		if (i >= nr_needs &&
		    kind->fields[i - nr_needs].form != LUO_FORM_REFERENCE)
			continue;
		name = i < nr_needs ? kind->needs[i] :
				      kind->fields[i - nr_needs].target;
		if (strcmp(name, kind->name) && !luo_object_order_is_ready(name))
			return name;
	}

	return NULL;
}

/* Find the first kind whose ready function can be called. */
static struct luo_object_kind *luo_object_order_next(void)
{
	struct luo_object_kind *kind;
	unsigned int next;

	guard(mutex)(&luo_object_kinds_lock);

	list_for_each_entry(kind, &luo_object_kinds, list) {
		next = 0;
		if (kind->ready && !kind->is_ready && !kind->ready_err &&
		    !luo_object_order_waits(kind, &next))
			return kind;
	}

	return NULL;
}

/**
 * luo_object_order_run - Call the ready functions of all kinds that wait for no other one.
 *
 * A kind whose function fails is not ready, and the function is not called again. A kind
 * that has become ready is frozen before those that it needs.
 *
 * Context: Process context, may sleep. luo_object_order_lock is held. Takes
 * luo_object_kinds_lock, and does not hold it while a function runs.
 */
void luo_object_order_run(void)
{
	struct luo_object_kind *kind;
	int err;

	lockdep_assert_held(&luo_object_order_lock);

	while ((kind = luo_object_order_next())) {
		err = kind->ready();
		if (err)
			pr_err("kind %s: its objects were not loaded: %d\n",
			       kind->name, err);

		guard(mutex)(&luo_object_kinds_lock);
		kind->ready_err = err;
		kind->is_ready = !err;
		list_move_tail(&kind->list, &luo_object_kinds);
	}
}
