// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Kinds of objects
 *
 * A subsystem registers a kind with all its versions, so that the write policy
 * applies to it and sysfs shows it. luo_object_convert.c saves and loads the
 * objects.
 *
 * It is called by subsystems and modules, and by luo_object_sysfs.c to drop objects.
 * It calls luo_object_policy.c, luo_object_sysfs.c, luo_object_order.c and
 * luo_object_convert.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_handover.h"
#include "luo_object_internal.h"

LIST_HEAD(luo_object_kinds);

/* Protects luo_object_kinds, the selected versions of each kind, and the policy. */
DEFINE_MUTEX(luo_object_kinds_lock);

/* Other files in the directory of the kinds in sysfs, and a word that drop takes. */
static const char * const luo_object_kind_names_reserved[] = {
	"all", "drop", "unclaimed", "waiting", "write",
};

static bool luo_object_kind_valid(const struct luo_object_kind *kind)
{
	unsigned int i;

	if (kind->elements || !luo_object_fdt_name_valid(kind->name) ||
	    match_string(luo_object_kind_names_reserved,
			 ARRAY_SIZE(luo_object_kind_names_reserved),
			 kind->name) >= 0 ||
	    !kind->nr_versions || kind->nr_versions > LUO_OBJECT_VERSIONS_MAX)
		return false;

	if (kind->fields ? !luo_object_fields_valid(kind) :
			   kind->drop || kind->nr_subsections ||
			   kind->nr_members || kind->handlers)
		return false;
	if (!luo_object_members_valid(kind))
		return false;

	for (i = 0; i < kind->nr_versions; i++) {
		const struct luo_object_version *version = &kind->versions[i];

		if (version->flags & ~LUO_OBJECT_RECORD_OPTIONAL ||
		    version->version >= LUO_OBJECT_VERSION_SUBSECTIONS)
			return false;
		if (version->external) {
			if (version->save || version->load)
				return false;
		} else if (!version->size ||
			   version->size > LUO_OBJECT_SIZE_MAX ||
			   (!luo_object_version_readable(kind, version) &&
			    !luo_object_version_writable(kind, version))) {
			return false;
		}
		if (i && version->version >= version[-1].version)
			return false;
	}

	return true;
}

/**
 * luo_object_kind_find - Find a registered kind by its name.
 * @name: The name.
 *
 * Context: luo_object_kinds_lock is held.
 * Return: The kind, or NULL.
 */
const struct luo_object_kind *luo_object_kind_find(const char *name)
{
	const struct luo_object_kind *kind;

	list_for_each_entry(kind, &luo_object_kinds, list) {
		if (!strcmp(kind->name, name))
			return kind;
	}

	return NULL;
}

static int luo_object_kind_add(struct luo_object_kind *kind)
{
	int err;

	if (luo_object_kind_find(kind->name))
		return -EEXIST;

	err = luo_object_policy_select(kind, luo_object_policy_get(),
				       &kind->selected);
	if (err == -EINVAL)
		err = luo_object_policy_select(kind, "all", &kind->selected);
	if (err)
		return err;

	/* Subsections are updated with the object. */
	if (!luo_object_is_subsection(kind->name)) {
		kind->room = luo_object_convert_room_alloc(kind);
		if (!kind->room)
			return -ENOMEM;
	}

	err = luo_object_sysfs_add(kind);
	if (err) {
		luo_object_convert_room_free(kind->room);
		kind->room = NULL;
		return err;
	}

	list_add_tail(&kind->list, &luo_object_kinds);
	if (luo_object_policy_none(kind))
		pr_info("kind %s: no objects are stored\n", kind->name);

	return 0;
}

static void luo_object_kind_del(struct luo_object_kind *kind)
{
	unsigned int i;

	for (i = 0; i < kind->nr_subsections; i++)
		luo_object_kind_del(kind->subsections[i].kind);

	if (!kind->list.next)
		return;

	list_del(&kind->list);
	kind->list = (struct list_head){};
	kind->frozen = false;
	kind->is_ready = false;
	kind->ready_err = 0;
	WRITE_ONCE(kind->selected, 0);
	luo_object_convert_room_free(kind->room);
	kind->room = NULL;
	luo_object_sysfs_remove(kind);
}

static int luo_object_kind_add_all(struct luo_object_kind *kind)
{
	unsigned int i;
	int err;

	guard(mutex)(&luo_object_kinds_lock);

	err = luo_object_kind_add(kind);
	for (i = 0; i < kind->nr_subsections && !err; i++) {
		err = luo_object_kind_add(kind->subsections[i].kind);
		if (err)
			luo_object_kind_del(kind);
	}

	return err;
}

static void luo_object_kind_del_all(struct luo_object_kind *kind)
{
	guard(mutex)(&luo_object_kinds_lock);

	luo_object_kind_del(kind);
}

/**
 * luo_object_register_kind - Register a kind of object.
 * @kind: The kind. The caller owns it and must not free it before
 *        luo_object_unregister_kind().
 *
 * Registers its subsections too. Calls its ready function if all kinds that it needs are
 * ready, and then those of kinds that have waited for it.
 *
 * Context: Process context, may sleep. Takes luo_object_order_lock and
 * luo_object_kinds_lock.
 * Return: 0; the errno of its ready function; -EOPNOTSUPP if live update is off; -EEXIST
 * if a kind with this name is registered; -EINVAL if the name is invalid, if it is a kind
 * of elements, if the versions are not listed newest first, if the size of a version is
 * invalid, if a version has no way to be read or written, if the fallback of a field is
 * out of its range, or if a subsection or a member is invalid; -ENOMEM if there is no
 * memory.
 */
int luo_object_register_kind(struct luo_object_kind *kind)
{
	unsigned int i;
	int err;

	if (!luo_handover_enabled())
		return -EOPNOTSUPP;

	if (luo_object_is_subsection(kind->name) ||
	    !luo_object_kind_valid(kind) || !luo_object_subsections_valid(kind))
		return -EINVAL;

	for (i = 0; i < kind->nr_subsections; i++) {
		if (!luo_object_kind_valid(kind->subsections[i].kind))
			return -EINVAL;
	}

	guard(mutex)(&luo_object_order_lock);

	err = luo_object_kind_add_all(kind);
	if (err)
		return err;

	luo_object_order_run();
	err = kind->ready_err;
	if (err)
		luo_object_kind_del_all(kind);

	return err;
}
EXPORT_SYMBOL_GPL(luo_object_register_kind);

/**
 * luo_object_unregister_kind - Undo luo_object_register_kind().
 * @kind: The kind. Nothing happens if it is not registered.
 *
 * Objects of the kind that are stored stay stored. No further one can be saved. Kinds that
 * need it and are ready stay ready.
 *
 * Context: Process context, may sleep. Takes luo_object_order_lock and
 * luo_object_kinds_lock, and waits for the ready function of the kind and for readers of
 * its files in sysfs.
 */
void luo_object_unregister_kind(struct luo_object_kind *kind)
{
	guard(mutex)(&luo_object_order_lock);

	luo_object_kind_del_all(kind);
}
EXPORT_SYMBOL_GPL(luo_object_unregister_kind);

/**
 * luo_object_kind_writes - Check whether the policy selects a version of a kind.
 * @kind:    A registered kind.
 * @version: The version.
 *
 * User space may change the policy at any time.
 *
 * Context: Any.
 * Return: true if luo_object_save() would store that version now.
 */
bool luo_object_kind_writes(const struct luo_object_kind *kind, u32 version)
{
	unsigned long selected = READ_ONCE(kind->selected);
	unsigned int i;

	for (i = 0; i < kind->nr_versions; i++) {
		if (kind->versions[i].version == version)
			return selected & BIT(i);
	}

	return false;
}

static int luo_object_kind_drop_all(struct luo_object_in *in,
				    const struct luo_object_kind *kind, bool *found)
{
	struct luo_object_iter iter = {};
	int err, result = 0;

	while (luo_object_in_next(in, kind->name, &iter)) {
		err = luo_object_convert_drop(in, kind, iter.instance);
		result = result ?: err;
		*found = true;
	}

	return result ?: iter.err == -ENOMEM ? iter.err : 0;
}

/**
 * luo_object_kind_drop - Free unclaimed objects.
 * @in:       The set that they are in.
 * @name:     The name of their kind, NULL for all kinds.
 * @instance: The number of one object, NULL for all objects of the kind.
 *
 * If the kind is registered, also frees the elements and pages of the objects, and the
 * memory that its drop function frees.
 *
 * Context: Process context, may sleep. Takes luo_object_kinds_lock.
 * Return: 0; -ENOENT if there is no such object; -ENOMEM if there is no memory; or
 * the errno of a drop function, with its object unchanged.
 */
int luo_object_kind_drop(struct luo_object_in *in, const char *name,
			 const u64 *instance)
{
	struct luo_object_kind *kind;
	int err, result = 0;
	bool found = false;

	guard(mutex)(&luo_object_kinds_lock);

	list_for_each_entry(kind, &luo_object_kinds, list) {
		if (!luo_object_convert_drops(kind) ||
		    (name && strcmp(name, kind->name)))
			continue;

		if (instance)
			return luo_object_convert_drop(in, kind, *instance);

		err = luo_object_kind_drop_all(in, kind, &found);
		result = result ?: err;
	}
	if (result)
		return result;

	if (instance) {
		const struct luo_object_id id = { name, *instance };

		return luo_object_in_finish(in, &id);
	}

	err = luo_object_in_drop(in, name);

	return found && err == -ENOENT ? 0 : err;
}
