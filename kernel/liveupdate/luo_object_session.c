// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Objects of files in sessions
 *
 * An object can belong to a file in a session: its kind lists the file handlers, and its
 * instance is the data that the handler gives to LUO for the file. Such an object ends
 * with the session. In the kernel that stores it, it is aborted when the session is
 * closed. In the next kernel it is freed when the session is finished or closed, with all
 * that its fields lead to, unless the handler has finished it when the file was retrieved.
 * So the handler frees nothing for a file that was never retrieved. Both happen before the
 * handler's unpreserve() or finish(), which therefore cannot use the object.
 *
 * Nothing is stored for this: LUO hands over the handler and the data of each file.
 *
 * It is called by LUO when it unpreserves or finishes a file. It calls
 * luo_object_convert.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/luo_kind.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "luo_object_internal.h"
#include "luo_object_session.h"

/*
 * LUO cannot finish a file later, and what an object leads to is never freed if the object
 * is not. Wait for memory: if there is none because a program with sessions is being
 * killed, its memory will soon be free.
 */
#define LUO_OBJECT_SESSION_TRIES	50
#define LUO_OBJECT_SESSION_WAIT_MS	20

static bool luo_object_session_owns(const struct luo_object_kind *kind,
				    const char *handler)
{
	const char *const *name;

	for (name = kind->handlers; name && *name; name++) {
		if (!strcmp(*name, handler))
			return true;
	}

	return false;
}

/**
 * luo_object_session_abort - Abort the objects of a file.
 * @out:     The set that they are in.
 * @handler: The compatible string of the file handler.
 * @data:    The data that the handler gave to LUO for the file.
 *
 * Context: Process context, may sleep. Takes luo_object_kinds_lock.
 */
void luo_object_session_abort(struct luo_object_out *out, const char *handler,
			      u64 data)
{
	const struct luo_object_kind *kind;

	guard(mutex)(&luo_object_kinds_lock);

	list_for_each_entry(kind, &luo_object_kinds, list) {
		if (luo_object_session_owns(kind, handler))
			luo_object_convert_abort(out, kind, data);
	}
}

/*
 * Free the objects of a file once. @tries is the number of tries that are left. Return true
 * if there was no memory for some of them.
 */
static bool luo_object_session_try(struct luo_object_in *in, const char *handler,
				   u64 data, unsigned int tries)
{
	const struct luo_object_kind *kind;
	bool again = false;
	int err;

	guard(mutex)(&luo_object_kinds_lock);

	list_for_each_entry(kind, &luo_object_kinds, list) {
		if (!luo_object_session_owns(kind, handler))
			continue;
		err = luo_object_convert_drop(in, kind, data);
		again |= err == -ENOMEM;
		/* -ENOENT: there is none, or it was freed by an earlier try. */
		if (err && err != -ENOENT &&
		    tries == (err == -ENOMEM ? 1 : LUO_OBJECT_SESSION_TRIES))
			pr_err("kind %s instance %llu: not freed with its session: %d\n",
			       kind->name, data, err);
	}

	return again;
}

/**
 * luo_object_session_drop - Free the objects of a file, and what their fields lead to.
 * @in:      The set that they are in.
 * @handler: The compatible string of the file handler.
 * @data:    The data that the handler of the previous kernel gave to LUO for the file.
 *
 * Waits for memory for up to a second. If there is none then, an object stays unclaimed.
 *
 * Context: Process context, may sleep. Takes luo_object_kinds_lock, and does not hold it
 * while it waits.
 */
void luo_object_session_drop(struct luo_object_in *in, const char *handler,
			     u64 data)
{
	unsigned int tries = LUO_OBJECT_SESSION_TRIES;

	while (luo_object_session_try(in, handler, data, tries) && --tries)
		msleep(LUO_OBJECT_SESSION_WAIT_MS);
}

/**
 * luo_object_session_unpreserve - Abort the objects of a file that LUO unpreserves.
 * @handler: The compatible string of the file handler.
 * @data:    The data of the file.
 *
 * LUO calls it before the handler, which frees what the objects led to.
 *
 * Context: Process context, may sleep.
 */
void luo_object_session_unpreserve(const char *handler, u64 data)
{
	luo_object_session_abort(&luo_objects_out, handler, data);
}

/**
 * luo_object_session_finish - Free the objects of a file that LUO finishes.
 * @handler: The compatible string of the file handler.
 * @data:    The data of the file.
 *
 * LUO calls it before the handler.
 *
 * Context: Process context, may sleep.
 */
void luo_object_session_finish(const char *handler, u64 data)
{
	luo_object_session_drop(&luo_objects_in, handler, data);
}
