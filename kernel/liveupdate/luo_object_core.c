// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Versioned objects
 *
 * A subsystem that needs its state after a live update stores it as an object: a
 * plain structure of fixed-width fields, under a kind, an instance and a version.
 * Several versions of one object may be stored side by side. The next kernel, which
 * may be newer or older than this one, loads the newest version that it can read.
 *
 * The life of an object::
 *
 *   this kernel                           the next one
 *   luo_store_object()  ------ kexec ---> luo_read_object()
 *       luo_replace_object()                  any number of times
 *       luo_abort_object()                luo_finish_object()
 *
 * An object is part of the handover when luo_store_object() returns, until it is
 * aborted. An object of the previous kernel stays in memory until it is finished; if
 * no subsystem finishes it, user space can list and drop it. No call panics because
 * of data that the previous kernel wrote.
 *
 * luo_object_register_kind() registers a kind with its versions. luo_object_save()
 * and luo_object_load() then convert between the versions.
 *
 * This file has the public calls and the two sets of this kernel: the objects for
 * the next kernel and those of the previous one. It calls luo_object_out.c,
 * luo_object_in.c and luo_object_convert.c. Subsystems and modules call it.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/luo_kind.h>
#include <linux/luo_object.h>
#include <linux/printk.h>

#define CREATE_TRACE_POINTS
#include <trace/events/luo.h>

#include "luo_handover.h"
#include "luo_object_internal.h"

struct luo_object_out luo_objects_out = LUO_OBJECT_OUT_INIT(luo_objects_out);
struct luo_object_in luo_objects_in =
	LUO_OBJECT_IN_INIT(luo_objects_in, &luo_objects_out);

static bool luo_objects_enabled(void)
{
	return luo_handover_enabled();
}

/**
 * luo_store_object_flags - Store one version of an object for the next kernel.
 * @data:    The wire struct. Copied; the caller keeps it.
 * @size:    Its size in bytes, 1 to %LUO_OBJECT_SIZE_MAX.
 * @id:      The object.
 * @version: The version that @data is in, less than %LUO_OBJECT_VERSION_SUBSECTIONS.
 * @flags:   %LUO_OBJECT_RECORD_OPTIONAL, or 0.
 *
 * The object is part of the handover when this returns, until
 * luo_abort_object().
 *
 * Context: Process context, may sleep; from device_initcall() on.
 * Return: 0; -EEXIST if this version is stored already; -E2BIG if the object has
 * %LUO_OBJECT_VERSIONS_MAX versions already; -ENOSPC if the list of kinds is full;
 * -EINVAL if the size, the version, a flag or the name of the kind is invalid;
 * -EOPNOTSUPP if live update is off; -ENOMEM if there is no memory. Nothing is
 * changed on failure.
 */
int luo_store_object_flags(const void *data, size_t size,
			   const struct luo_object_id *id, u32 version,
			   u32 flags)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;
	if (version >= LUO_OBJECT_VERSION_SUBSECTIONS)
		return -EINVAL;

	return luo_object_out_store(&luo_objects_out, data, size, id, version,
				    flags, GFP_KERNEL);
}

/**
 * luo_replace_object - Replace the data of one version of a stored object.
 * @data:    The new wire struct. Copied; the caller keeps it.
 * @size:    Its size in bytes, the same as when it was stored.
 * @id:      The object.
 * @version: The version.
 *
 * Allocates nothing, so that it cannot fail because there is no memory. If a kexec
 * stops this CPU during the update, the next kernel finds the version corrupt.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT if this version is not stored; -EMSGSIZE if it was stored
 * with another size; -EOPNOTSUPP if live update is off.
 */
int luo_replace_object(const void *data, size_t size,
		       const struct luo_object_id *id, u32 version)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_out_update(&luo_objects_out, data, size, id, version);
}

/**
 * luo_abort_object - Remove an object from the handover.
 * @id: The object. All its versions and subsections are freed. Nothing happens if there
 *      are none.
 *
 * Context: Process context, may sleep.
 */
void luo_abort_object(const struct luo_object_id *id)
{
	luo_object_out_abort(&luo_objects_out, id);
}
EXPORT_SYMBOL_GPL(luo_abort_object);

/**
 * luo_object_any - Check whether any object is stored for the next kernel.
 *
 * Context: Process context, may sleep.
 * Return: true if one is.
 */
bool luo_object_any(void)
{
	return luo_object_out_any(&luo_objects_out);
}

/**
 * luo_read_object - Read one version of an object of the previous kernel.
 * @data:    Set to the wire struct. Unchanged on failure.
 * @size:    Size of that version in bytes.
 * @id:      The object.
 * @version: The version.
 *
 * The object stays until luo_finish_object().
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: 0; -ENOENT if this version was not stored; -EMSGSIZE if it has
 * another size; -EBADMSG if its data, or the table or list that leads to it, is
 * corrupt; -EOPNOTSUPP if live update is off; -ENOMEM if there is no memory.
 */
int luo_read_object(void *data, size_t size, const struct luo_object_id *id,
		    u32 version)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_in_read(&luo_objects_in, data, size, id, version);
}

/**
 * luo_finish_object - Free an object of the previous kernel.
 * @id: The object. All its versions and subsections are freed.
 *
 * Does not free memory that the object refers to, such as an array: the caller that
 * restored this memory owns it. Use luo_object_finish() for an object with elements or
 * pages.
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: 0; -ENOENT if there is no such object; -EBADMSG if it is not found and the
 * table or list that leads to it is corrupt; -EOPNOTSUPP if live update is off;
 * -ENOMEM if there is no memory, in which case the caller may retry.
 */
int luo_finish_object(const struct luo_object_id *id)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_in_finish(&luo_objects_in, id);
}
EXPORT_SYMBOL_GPL(luo_finish_object);

/**
 * luo_object_next - Find the next object of a kind of the previous kernel.
 * @kind: The kind.
 * @iter: All zero before the first object. Set to the object.
 *
 * For luo_object_for_each().
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: true if there is another object; else false, with @iter->err set.
 */
bool luo_object_next(const struct luo_object_kind *kind,
		     struct luo_object_iter *iter)
{
	if (!luo_objects_enabled()) {
		iter->err = -EOPNOTSUPP;
		return false;
	}

	return luo_object_in_next(&luo_objects_in, kind->name, iter);
}
EXPORT_SYMBOL_GPL(luo_object_next);

/**
 * luo_object_save - Store an object in every version that the policy selects.
 * @kind:     Its kind, registered.
 * @instance: Its number within the kind.
 * @object:   The newest struct, or the struct that it is in together with its
 *            subsections and members; in a kind without fields, the argument of the save
 *            functions.
 *
 * Skips a version that would lose the value of a field, and logs the name of the
 * field. If it skips all, stores an exceptional version. Stores the subsections that are
 * needed. Saves containers and preserves pages, until luo_object_abort(). Callers must
 * serialise the saves of an object that has subsections or members.
 *
 * Context: Process context, may sleep; from device_initcall() on.
 * Return: 0; -EINVAL if @kind is not registered, or if no version that is stored as
 * an object is selected; -ENODATA if every selected version would lose a value;
 * -ERANGE if a field has an invalid value; -EEXIST if any version is stored already;
 * -EPROTO if objects of the kind are stored in another layout with the same number;
 * -ENOSPC if the list of kinds is full; -EOPNOTSUPP if live update is off, or the policy
 * is to store no objects of the kind; -ENOMEM
 * if there is no memory; -EADDRNOTAVAIL if a page cannot be preserved where it is; or the
 * errno of a save or downgrade function. On failure no version is stored by this call.
 */
int luo_object_save(const struct luo_object_kind *kind, u64 instance,
		    const void *object)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_convert_save(&luo_objects_out, kind, instance, object,
				       GFP_KERNEL);
}
EXPORT_SYMBOL_GPL(luo_object_save);

/**
 * luo_object_update - Change a stored object.
 * @kind:     Its kind, registered.
 * @instance: Its number within the kind.
 * @object:   As for luo_object_save().
 *
 * First converts @object to every version that is stored or selected by the policy.
 * Then overwrites the stored versions, removes a version that would now lose the
 * value of a field, and stores a version that was skipped before and can be written
 * now. Does the same for subsections, and removes those that are not needed. Saves
 * containers again. Pages stay as luo_object_save() has preserved them. On failure all
 * stored versions are unchanged.
 *
 * Memory is allocated only to store a version or a subsection that is not stored yet, and
 * for the items of containers. A freeze function that changes only values never fails with
 * -ENOMEM.
 *
 * Context: Process context, may sleep. Callers must serialise the updates of one
 * object.
 * Return: 0; -ENOENT if no version is stored; -ENODATA if every version would lose
 * a value, in which case the stored ones are outdated: save the object in another
 * way, or call luo_abort_object(); -EMSGSIZE if a version is stored with another
 * size; -ERANGE if a field has an invalid value; -EINVAL if pages were added;
 * -EOPNOTSUPP if live update is off, or the policy is to store no objects of the kind;
 * -ENOMEM if there is no memory; or the errno of a save or downgrade function.
 */
int luo_object_update(const struct luo_object_kind *kind, u64 instance,
		      const void *object)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_convert_update(&luo_objects_out, kind, instance, object);
}
EXPORT_SYMBOL_GPL(luo_object_update);

/**
 * luo_object_load - Load an object from the newest common version.
 * @kind:     Its kind; need not be registered.
 * @instance: Its number within the kind.
 * @object:   Set to the newest struct and its subsections, unchanged on failure; in a
 *            kind without fields, the argument of the load functions. Its containers and
 *            pages are empty, and get items and pages.
 *
 * If the newest common version is corrupt, loads an older one. The object stays
 * until luo_finish_object().
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: 0; -ENOENT if there is no such object, or only in unknown versions that
 * are all optional; -EPROTONOSUPPORT if there are only unknown versions, or if it has an
 * unknown mandatory subsection, which is logged; -EPROTO if the previous kernel has
 * another layout for all common versions; -EBADMSG or -EMSGSIZE if all common versions
 * are corrupt, or -EBADMSG if its elements or pages are; -EINVAL if a container or pages are
 * not empty; -ERANGE if a field has an invalid value; -ENOLINK if it refers to an object
 * that was not stored; -EOPNOTSUPP if live update is off; -ENOMEM if there is no memory;
 * or the errno of a load or upgrade function.
 */
int luo_object_load(const struct luo_object_kind *kind, u64 instance,
		    void *object)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_convert_load(&luo_objects_in, kind, instance, object);
}
EXPORT_SYMBOL_GPL(luo_object_load);

/**
 * luo_object_unload - Free the items and pages that luo_object_load() has added.
 * @kind:   The kind of the object.
 * @object: The struct of the object. Its containers and pages are empty afterwards.
 *
 * Items that the owner has added are freed too, with kfree(). If the object is saved, call
 * luo_object_abort() before.
 *
 * Context: Process context, may sleep.
 */
void luo_object_unload(const struct luo_object_kind *kind, void *object)
{
	luo_object_members_unload(kind, object);
}
EXPORT_SYMBOL_GPL(luo_object_unload);

/**
 * luo_object_abort - Undo luo_object_save().
 * @kind:     The kind of the object; need not be registered.
 * @instance: Its number within the kind.
 *
 * As luo_abort_object(), and frees the elements of its containers and unpreserves its
 * pages, which stay with their owner. Allocates nothing. Nothing happens if the object is
 * not stored.
 *
 * Context: Process context, may sleep.
 */
void luo_object_abort(const struct luo_object_kind *kind, u64 instance)
{
	luo_object_convert_abort(&luo_objects_out, kind, instance);
}
EXPORT_SYMBOL_GPL(luo_object_abort);

/**
 * luo_object_finish - Free an object of the previous kernel, and what its fields lead to.
 * @kind:     Its kind; need not be registered.
 * @instance: Its number within the kind.
 *
 * As luo_finish_object(), and frees its elements and the pages that were not claimed by
 * luo_object_load(). If the object cannot be loaded, what it leads to stays allocated.
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: As luo_finish_object(). After -ENOMEM the caller may retry.
 */
int luo_object_finish(const struct luo_object_kind *kind, u64 instance)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_convert_finish(&luo_objects_in, kind, instance);
}
EXPORT_SYMBOL_GPL(luo_object_finish);

/**
 * luo_object_walk - Call a function for an object after those that it refers to.
 * @kind:     Its kind, registered.
 * @instance: Its number within the kind.
 * @fn:       Called for each object of the previous kernel that the object refers to,
 *            directly or through others, and at last for the object. Each object comes
 *            after those that it refers to. An object to which two paths lead comes
 *            twice, unless @fn finishes it.
 * @context:  Passed to @fn.
 *
 * Skips objects that their owner has saved for the next kernel and finished.
 *
 * Context: Process context, may sleep; from subsys_initcall() on. Takes
 * luo_object_kinds_lock and holds it while @fn runs.
 * Return: 0; -ELOOP if an object refers to itself through others, or if more than 16
 * references lead to an object; -ENOPKG if the kind of an object is not registered, for
 * example because its module is not loaded; the errno of @fn; or as luo_object_load().
 * The log names both ends of the reference.
 */
int luo_object_walk(const struct luo_object_kind *kind, u64 instance,
		    luo_object_walk_fn fn, void *context)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_reference_walk(&luo_objects_in, kind, instance, fn,
					 context);
}
EXPORT_SYMBOL_GPL(luo_object_walk);

/**
 * luo_object_load_newest - Load an object and report from which version.
 * @kind:     Its kind; need not be registered.
 * @instance: Its number within the kind.
 * @object:   As for luo_object_load().
 * @version:  Set to the version that was loaded, unchanged on failure.
 *
 * For a kind whose versions differ in more than their fields, such as the elements
 * of an array that a field leads to.
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: 0 or a negative errno, see luo_object_load().
 */
int luo_object_load_newest(const struct luo_object_kind *kind, u64 instance,
			   void *object, u32 *version)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_convert_load_newest(&luo_objects_in, kind, instance,
					      object, version);
}

/**
 * luo_object_report_failure - Log that an object could not be restored.
 * @fmt: The object and the reason, as for printk().
 *
 * For code that reads objects version by version.
 *
 * Context: Any.
 */
void luo_object_report_failure(const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_err("restore failed: %pV\n", &vaf);
	va_end(args);
}
EXPORT_SYMBOL_GPL(luo_object_report_failure);

/* KHO accepts blobs from fs_initcall() on. Drivers store from device_initcall() on. */
static int __init luo_object_init(void)
{
	int err;

	if (!luo_objects_enabled())
		return 0;

	err = luo_object_out_publish(&luo_objects_out);
	if (err)
		pr_err("no objects can be handed over: the list of kinds was not published: %d\n",
		       err);

	return err ?: luo_object_layout_register();
}
fs_initcall_sync(luo_object_init);
