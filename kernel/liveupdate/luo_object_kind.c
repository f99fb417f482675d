// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Kinds of objects
 *
 * A subsystem registers a kind with all versions that it knows. Saving an
 * object then writes every version that the policy selects, and loading takes
 * the newest one that is there and readable: no chain of ifs, and a subsystem
 * does not know which version the other kernel is at.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_object_internal.h"

LIST_HEAD(luo_object_kinds);

/* Protects luo_object_kinds, what is selected of each, and the policy. */
DEFINE_MUTEX(luo_object_kinds_lock);

static bool luo_object_kind_valid(const struct luo_object_kind *kind)
{
	unsigned int i;

	if (!luo_object_kind_name_valid(kind->name) ||
	    !kind->nr_versions || kind->nr_versions > LUO_OBJECT_VERSIONS_MAX)
		return false;

	for (i = 0; i < kind->nr_versions; i++) {
		const struct luo_object_version *version = &kind->versions[i];

		if (!version->size || version->size > LUO_OBJECT_SIZE_MAX ||
		    version->flags & ~LUO_OBJECT_RECORD_OPTIONAL ||
		    version->external == (version->save || version->load))
			return false;
		if (i && version->version >= version[-1].version)
			return false;
	}

	return true;
}

/**
 * luo_object_register_kind - Register a kind of object.
 * @kind: The kind. Stays the caller's, who keeps it until
 *        luo_object_unregister_kind().
 *
 * Context: Process context, may sleep.
 * Return: 0; -EOPNOTSUPP where live update is off; -EEXIST where the name is
 * taken; -EINVAL where the name is none, or the versions are not newest first, of a
 * size that can be stored, and each saved, loaded or external; -ENOMEM.
 */
int luo_object_register_kind(struct luo_object_kind *kind)
{
	struct luo_object_kind *other;
	int err;

	if (!kho_is_enabled() || !liveupdate_enabled())
		return -EOPNOTSUPP;

	if (!luo_object_kind_valid(kind))
		return -EINVAL;

	guard(mutex)(&luo_object_kinds_lock);

	list_for_each_entry(other, &luo_object_kinds, list) {
		if (!strcmp(other->name, kind->name))
			return -EEXIST;
	}

	err = luo_object_policy_select(kind, luo_object_policy_get(),
				       &kind->selected);
	if (err == -EINVAL)
		err = luo_object_policy_select(kind, "all", &kind->selected);
	if (err)
		return err;

	err = luo_object_sysfs_add(kind);
	if (err)
		return err;

	list_add_tail(&kind->list, &luo_object_kinds);

	return 0;
}
EXPORT_SYMBOL_GPL(luo_object_register_kind);

/**
 * luo_object_unregister_kind - Undo luo_object_register_kind().
 * @kind: The kind. Objects of it that are stored stay stored.
 *
 * Context: Process context, may sleep.
 */
void luo_object_unregister_kind(struct luo_object_kind *kind)
{
	guard(mutex)(&luo_object_kinds_lock);

	list_del(&kind->list);
	luo_object_sysfs_remove(kind);
}
EXPORT_SYMBOL_GPL(luo_object_unregister_kind);

/**
 * luo_object_writes - Whether a version of a kind is being written.
 * @kind:    A registered kind.
 * @version: Which version.
 *
 * The answer may be different at the next call, when the policy was changed.
 *
 * Return: true if luo_object_save() would store that version now.
 */
bool luo_object_writes(const struct luo_object_kind *kind, u32 version)
{
	unsigned long selected = READ_ONCE(kind->selected);
	unsigned int i;

	for (i = 0; i < kind->nr_versions; i++) {
		if (kind->versions[i].version == version)
			return selected & BIT(i);
	}

	return false;
}
EXPORT_SYMBOL_GPL(luo_object_writes);

static int luo_object_save_version(struct luo_object_out *out,
				   const struct luo_object_version *version,
				   const struct luo_object_id *id,
				   const void *object)
{
	void *wire __free(kfree) = kzalloc(version->size, GFP_KERNEL);
	int err;

	if (!wire)
		return -ENOMEM;

	err = version->save(wire, object);
	if (err)
		return err;

	return luo_object_out_store(out, wire, version->size, id,
				    version->version, version->flags);
}

/**
 * luo_object_kind_save - Store an object in all selected versions.
 * @out:      The set to store it in.
 * @kind:     Its kind.
 * @instance: Which one.
 * @object:   What the versions' save functions are given.
 *
 * Return: As luo_object_save().
 */
int luo_object_kind_save(struct luo_object_out *out,
			 const struct luo_object_kind *kind, u64 instance,
			 const void *object)
{
	const struct luo_object_id id = { kind->name, instance };
	unsigned long selected = READ_ONCE(kind->selected), stored = 0;
	unsigned int i;
	int err;

	for_each_set_bit(i, &selected, kind->nr_versions) {
		if (kind->versions[i].external)
			continue;

		err = luo_object_save_version(out, &kind->versions[i], &id,
					      object);
		if (err)
			goto err_abort;
		stored |= BIT(i);
	}

	return 0;

err_abort:
	/* What was there before this call is not this call's. */
	for_each_set_bit(i, &stored, kind->nr_versions)
		luo_object_out_abort_version(out, &id,
					     kind->versions[i].version);

	return err;
}

static int luo_object_load_version(struct luo_object_in *in,
				   const struct luo_object_version *version,
				   const struct luo_object_id *id, void *object,
				   bool *found)
{
	void *wire __free(kfree) = kzalloc(version->size, GFP_KERNEL);
	int err;

	if (!wire)
		return -ENOMEM;

	err = luo_object_in_read(in, wire, version->size, id, version->version);
	if (err)
		return err;

	*found = true;

	return version->load(wire, object);
}

/* No version of ours is there. Is one of somebody else's? */
static int luo_object_load_none(struct luo_object_in *in,
				const struct luo_object_kind *kind,
				const struct luo_object_id *id)
{
	char found[64], understood[64] = "none";
	int nr, len = 0;
	bool mandatory;
	unsigned int i;

	nr = luo_object_in_versions(in, id, found, sizeof(found), &mandatory);
	if (nr < 0)
		return nr;
	if (!mandatory)
		return -ENOENT;

	for (i = 0; i < kind->nr_versions; i++) {
		if (kind->versions[i].load)
			len += scnprintf(understood + len,
					 sizeof(understood) - len, "%s%u",
					 len ? "," : "",
					 kind->versions[i].version);
	}
	pr_err("kind %s instance %llu: found versions %s, understood are %s\n",
	       id->kind, id->instance, found, understood);

	return -EPROTONOSUPPORT;
}

/**
 * luo_object_kind_load - Load an object from the newest common version.
 * @in:       The set that it is in.
 * @kind:     Its kind.
 * @instance: Which one.
 * @object:   What the version's load function is given.
 *
 * Return: As luo_object_load().
 */
int luo_object_kind_load(struct luo_object_in *in,
			 const struct luo_object_kind *kind, u64 instance,
			 void *object)
{
	const struct luo_object_id id = { kind->name, instance };
	int err, damage = 0;
	bool found = false;
	unsigned int i;

	for (i = 0; i < kind->nr_versions; i++) {
		if (!kind->versions[i].load)
			continue;

		err = luo_object_load_version(in, &kind->versions[i], &id,
					      object, &found);
		if (found)
			return err;

		/* An older version may be good where the newest is not. */
		if (err == -EBADMSG || err == -EMSGSIZE)
			damage = damage ?: err;
		else if (err != -ENOENT)
			return err;
	}

	return damage ?: luo_object_load_none(in, kind, &id);
}
