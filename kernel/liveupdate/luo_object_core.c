// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Versioned objects
 *
 * A subsystem that wants to find its state again after a live update stores it
 * as an object: a plain structure of fixed-width fields, under a kind, an instance
 * and a version. Several versions of one object may be stored side by side; the
 * next kernel takes the newest that it reads, so that it may be newer or older
 * than this one.
 *
 * The life of an object::
 *
 *   this kernel                           the next one
 *   luo_store_object()  ------ kexec ---> luo_read_object()
 *       luo_update_object()                   any number of times
 *       luo_abort_object()                luo_finish_object()
 *
 * What is stored is in the handover at once and stays there until it is
 * aborted. What nobody finishes stays, is listed, and can be dropped from user
 * space. Nothing here panics on what it reads.
 *
 * Registered kinds (luo_object_register_kind()) write no version by hand.
 *
 * This file is the public face: it holds the two sets of this kernel and says
 * whether live update is on.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/luo_object.h>
#include <linux/printk.h>

#define CREATE_TRACE_POINTS
#include <trace/events/luo.h>

#include "luo_handover.h"
#include "luo_object_internal.h"

struct luo_object_out luo_object_out =
	LUO_OBJECT_OUT_INIT(luo_object_out, &luo_handover_kho);
struct luo_object_in luo_object_in =
	LUO_OBJECT_IN_INIT(luo_object_in, &luo_handover_kho);

static bool luo_objects_enabled(void)
{
	return luo_handover_kho.enabled();
}

/**
 * luo_store_object_flags - Store one version of an object for the next kernel.
 * @data:    The wire struct. Copied; the caller keeps it.
 * @size:    Its size in bytes, 1 to %LUO_OBJECT_SIZE_MAX.
 * @id:      Which object.
 * @version: Which version of it @data is, at most %U16_MAX.
 * @flags:   %LUO_OBJECT_RECORD_OPTIONAL, or 0.
 *
 * The object is part of the handover when this returns, until
 * luo_abort_object().
 *
 * Context: Process context, may sleep; from device_initcall() on.
 * Return: 0; -EEXIST if this version is stored already, which stays as it is;
 * -E2BIG if the object has %LUO_OBJECT_VERSIONS_MAX versions already; -ENOSPC if
 * no further kind fits into the list of kinds; -EINVAL for a size, version, flag
 * or name of a kind out of range; -EOPNOTSUPP if live update is off; -ENOMEM.
 * Nothing is changed on failure.
 */
int luo_store_object_flags(const void *data, size_t size,
			   const struct luo_object_id *id, u32 version,
			   u32 flags)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_out_store(&luo_object_out, data, size, id, version,
				    flags, GFP_KERNEL);
}
EXPORT_SYMBOL_GPL(luo_store_object_flags);

/**
 * luo_update_object - Change the data of a stored object.
 * @data:    The new wire struct. Copied; the caller keeps it.
 * @size:    Its size in bytes, the same as when it was stored.
 * @id:      Which object.
 * @version: Which version of it.
 *
 * Allocates nothing, so that it does not fail for want of memory.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT if this version is not stored; -EMSGSIZE if it was stored
 * with another size; -EOPNOTSUPP where live update is off.
 */
int luo_update_object(const void *data, size_t size,
		      const struct luo_object_id *id, u32 version)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_out_update(&luo_object_out, data, size, id, version);
}
EXPORT_SYMBOL_GPL(luo_update_object);

/**
 * luo_abort_object - Take an object back out of the handover.
 * @id: Which object. All its versions go; no harm if there are none.
 *
 * Context: Process context, may sleep.
 */
void luo_abort_object(const struct luo_object_id *id)
{
	luo_object_out_abort(&luo_object_out, id);
}
EXPORT_SYMBOL_GPL(luo_abort_object);

/**
 * luo_read_object - Read one version of an object of the previous kernel.
 * @data:    Where the wire struct goes. Untouched on failure.
 * @size:    Size of that version in bytes.
 * @id:      Which object.
 * @version: Which version of it.
 *
 * The object stays until luo_finish_object().
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: 0; -ENOENT if this version was not stored; -EMSGSIZE if it has
 * another size; -EBADMSG if it, or what would lead to it, is damaged;
 * -EOPNOTSUPP where live update is off; -ENOMEM.
 */
int luo_read_object(void *data, size_t size, const struct luo_object_id *id,
		    u32 version)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_in_read(&luo_object_in, data, size, id, version);
}
EXPORT_SYMBOL_GPL(luo_read_object);

/**
 * luo_finish_object - Be done with an object of the previous kernel.
 * @id: Which object. All its versions are freed.
 *
 * Memory that an object only refers to is not freed with it: that belongs to
 * whoever restored it.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT if there is no such object; -EBADMSG if what would lead
 * to it is damaged; -EOPNOTSUPP where live update is off; -ENOMEM.
 */
int luo_finish_object(const struct luo_object_id *id)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_in_finish(&luo_object_in, id);
}
EXPORT_SYMBOL_GPL(luo_finish_object);

/**
 * luo_object_save - Store an object in every version that the policy selects.
 * @kind:     Its kind, registered.
 * @instance: Which one.
 * @object:   Its newest struct; of a kind without fields what its save
 *            functions are given.
 *
 * A version that would lose something is left out, with a line in the log that
 * names the field.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL if @kind is not registered, or if none of its versions that
 * are stored as an object is selected; an errno of a save or downgrade function;
 * -ENODATA if every selected version would lose something; -ERANGE if a field has a value that it
 * may not have; -EEXIST if any version is stored; or as
 * luo_store_object_flags(). On failure nothing is stored but what was stored
 * before this call.
 */
int luo_object_save(const struct luo_object_kind *kind, u64 instance,
		    const void *object)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_kind_save(&luo_object_out, kind, instance, object,
				    GFP_KERNEL);
}
EXPORT_SYMBOL_GPL(luo_object_save);

/**
 * luo_object_update - Change a stored object.
 * @kind:     Its kind, registered.
 * @instance: Which one.
 * @object:   As for luo_object_save().
 *
 * Every version that is stored or selected by the policy is converted first. Then
 * those that are stored are overwritten, one that would now lose something is
 * removed, and one that was left out before and can be written now is stored. On
 * failure all stored versions are unchanged. Callers serialise the updates of one
 * object.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOENT if it is not stored in any version; -ENODATA if every version
 * would lose something, in which case the stored ones are outdated: save the
 * object in another way, or call luo_abort_object(); -EMSGSIZE if a version is
 * stored with another size; an errno of a save or downgrade function; -ERANGE;
 * -ENOMEM; -EOPNOTSUPP if live update is off.
 */
int luo_object_update(const struct luo_object_kind *kind, u64 instance,
		      const void *object)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_kind_update(&luo_object_out, kind, instance, object);
}
EXPORT_SYMBOL_GPL(luo_object_update);

/**
 * luo_object_load - Load an object from the newest common version.
 * @kind:     Its kind; need not be registered.
 * @instance: Which one.
 * @object:   The newest struct, untouched on failure; of a kind without fields
 *            what its load functions are given.
 *
 * Where the newest common version is damaged an older one is taken. The object
 * stays until luo_finish_object().
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: 0; what the load or upgrade function returned; -ENOENT if there is no
 * such object, or only in unknown versions that are all optional;
 * -EPROTONOSUPPORT if it is there in unknown versions only, which are listed in
 * the log; -EBADMSG or -EMSGSIZE if all common versions are damaged; -ERANGE if
 * a field has a value that it may not have; -EOPNOTSUPP where live update is
 * off; -ENOMEM.
 */
int luo_object_load(const struct luo_object_kind *kind, u64 instance,
		    void *object)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_kind_load(&luo_object_in, kind, instance, object);
}
EXPORT_SYMBOL_GPL(luo_object_load);

/**
 * luo_object_load_newest - Load an object and report from which version.
 * @kind:     Its kind; need not be registered.
 * @instance: Which one.
 * @object:   As for luo_object_load().
 * @version:  Set to the version that was loaded, untouched on failure.
 *
 * For a kind whose versions differ in more than their fields, such as the elements
 * of an array that a field leads to.
 *
 * Context: Process context, may sleep; from subsys_initcall() on.
 * Return: As luo_object_load().
 */
int luo_object_load_newest(const struct luo_object_kind *kind, u64 instance,
			   void *object, u32 *version)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_kind_load_newest(&luo_object_in, kind, instance,
					   object, version);
}
EXPORT_SYMBOL_GPL(luo_object_load_newest);

/**
 * luo_object_save_version - Store an object in one version.
 * @kind:     Its kind.
 * @instance: Which one.
 * @object:   As for luo_object_save().
 * @version:  Which version, whatever the policy says.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL if the version is not written; -ENODATA if it would lose
 * something; or as luo_object_save().
 */
int luo_object_save_version(const struct luo_object_kind *kind, u64 instance,
			    const void *object, u32 version)
{
	if (!luo_objects_enabled())
		return -EOPNOTSUPP;

	return luo_object_kind_save_version(&luo_object_out, kind, instance,
					    object, version);
}
EXPORT_SYMBOL_GPL(luo_object_save_version);

/**
 * luo_failure - Tell that something could not be restored.
 * @fmt: What, as for printk().
 *
 * For code that reads objects version by version. The system goes on.
 */
void luo_failure(const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_err("restore failed: %pV\n", &vaf);
	va_end(args);
}
EXPORT_SYMBOL_GPL(luo_failure);

/* KHO takes blobs from fs_initcall() on, and drivers store from device_initcall(). */
static int __init luo_object_init(void)
{
	int err;

	if (!luo_objects_enabled())
		return 0;

	err = luo_object_out_publish(&luo_object_out);
	if (err)
		pr_err("no objects can be handed over: the list of kinds was not published: %d\n",
		       err);

	return err;
}
fs_initcall_sync(luo_object_init);
