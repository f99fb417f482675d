// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Conversion of objects between versions
 *
 * Saving an object stores every version that the policy selects. Loading an object
 * reads the newest version that the previous kernel stored and this kernel can read.
 * A subsystem therefore does not need to know the versions of the other kernel.
 *
 * It is called by luo_object_core.c, luo_object_kind.c and PKRAM. It converts with
 * the fields of the kind (luo_object_field.c) or with its save and load functions,
 * and calls luo_object_reference.c, luo_object_out.c and luo_object_in.c, and
 * luo_elements.c to drop objects.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/luo_field.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <trace/events/luo.h>

#include "luo_elements_internal.h"
#include "luo_object_internal.h"

/* Convert @object to one version. The caller frees the wire struct. */
static void *luo_object_wire(const struct luo_object_kind *kind,
			     const struct luo_object_version *version,
			     const void *object, gfp_t gfp)
{
	void *wire = kzalloc(version->size, gfp);
	int err;

	if (!wire)
		return ERR_PTR(-ENOMEM);

	err = kind->fields ?
	      luo_object_fields_save(kind, version, wire, object, gfp) :
	      version->save(wire, object);
	if (err) {
		kfree(wire);
		return ERR_PTR(err);
	}

	return wire;
}

static int luo_object_store_version(struct luo_object_out *out,
				    const struct luo_object_kind *kind,
				    const struct luo_object_version *version,
				    u64 instance, const void *object, gfp_t gfp)
{
	const struct luo_object_id id = { kind->name, instance };
	void *wire = luo_object_wire(kind, version, object, gfp);
	int err;

	if (IS_ERR(wire))
		return PTR_ERR(wire);

	err = luo_object_out_store_version(out, wire, &id, version, gfp);
	kfree(wire);

	return err;
}

/**
 * luo_object_convert_save - Store an object in all selected versions.
 * @out:      The set to store it in.
 * @kind:     Its kind.
 * @instance: Its number within the kind.
 * @object:   Its newest struct, or the argument of the save functions.
 * @gfp:      Allocation mask.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, see luo_object_save().
 */
int luo_object_convert_save(struct luo_object_out *out,
			    const struct luo_object_kind *kind, u64 instance,
			    const void *object, gfp_t gfp)
{
	const struct luo_object_id id = { kind->name, instance };
	unsigned long selected = READ_ONCE(kind->selected), stored = 0;
	int err, refused = 0;
	unsigned int i;

	/* Versions of two saves would be two states of one object. */
	if (luo_object_out_stored(out, &id))
		return -EEXIST;

	for_each_set_bit(i, &selected, kind->nr_versions) {
		if (kind->versions[i].external)
			continue;

		err = luo_object_store_version(out, kind, &kind->versions[i],
					       instance, object, gfp);
		/* Skip a version that would lose a value. */
		if (err == -ENODATA) {
			refused = err;
			continue;
		}
		if (err)
			goto err_abort;
		stored |= BIT(i);
	}

	/* A kind that is not registered has no selected versions. */
	return stored ? 0 : refused ?: -EINVAL;

err_abort:
	/* Another call may have stored other versions; remove only those above. */
	for_each_set_bit(i, &stored, kind->nr_versions)
		luo_object_out_abort_version(out, &id,
					     kind->versions[i].version);

	return err;
}

/**
 * struct luo_object_change - The versions of an object that an update writes.
 * @wire:   The wire struct of each version that can be written, else NULL.
 * @stored: A bit for each version that was stored before the update.
 * @added:  A bit for each version that the update has added.
 */
struct luo_object_change {
	void *wire[LUO_OBJECT_VERSIONS_MAX];
	unsigned long stored;
	unsigned long added;
};

/* Convert @object to all versions that are stored or selected. Store nothing yet. */
static int luo_object_change_convert(struct luo_object_change *change,
				     struct luo_object_out *out,
				     const struct luo_object_kind *kind,
				     const struct luo_object_id *id,
				     const void *object)
{
	const unsigned long selected = READ_ONCE(kind->selected);
	int result = -ENOENT;
	unsigned int i;
	size_t size;
	void *wire;

	for (i = 0; i < kind->nr_versions; i++) {
		const struct luo_object_version *version = &kind->versions[i];

		size = luo_object_out_size(out, id, version->version);
		if (size && size != version->size)
			return -EMSGSIZE;
		if (version->external || (!size && !(selected & BIT(i))))
			continue;

		change->stored |= size ? BIT(i) : 0;
		wire = luo_object_wire(kind, version, object, GFP_KERNEL);
		if (wire == ERR_PTR(-ENODATA)) {
			result = result ? -ENODATA : 0;
			continue;
		}
		if (IS_ERR(wire))
			return PTR_ERR(wire);
		change->wire[i] = wire;
		result = 0;
	}

	return change->stored ? result : -ENOENT;
}

/* Store the versions that are not stored yet. No later step of an update can fail. */
static int luo_object_change_add(struct luo_object_change *change,
				 struct luo_object_out *out,
				 const struct luo_object_kind *kind,
				 const struct luo_object_id *id)
{
	unsigned int i;
	int err;

	for (i = 0; i < kind->nr_versions; i++) {
		const struct luo_object_version *version = &kind->versions[i];

		if (!change->wire[i] || change->stored & BIT(i))
			continue;

		err = luo_object_out_store_version(out, change->wire[i], id,
						   version, GFP_KERNEL);
		if (err)
			goto err_abort;
		change->added |= BIT(i);
	}

	return 0;

err_abort:
	for_each_set_bit(i, &change->added, kind->nr_versions)
		luo_object_out_abort_version(out, id,
					     kind->versions[i].version);

	return err;
}

/* Overwrite the versions that were stored, and remove those that would lose a value. */
static void luo_object_change_write(const struct luo_object_change *change,
				    struct luo_object_out *out,
				    const struct luo_object_kind *kind,
				    const struct luo_object_id *id)
{
	unsigned int i;

	for_each_set_bit(i, &change->stored, kind->nr_versions) {
		const struct luo_object_version *version = &kind->versions[i];

		if (change->wire[i])
			luo_object_out_update(out, change->wire[i],
					      version->size, id,
					      version->version);
		else
			luo_object_out_abort_version(out, id, version->version);
	}
}

/**
 * luo_object_convert_update - Change an object in all its versions.
 * @out:      The set that it is in.
 * @kind:     Its kind.
 * @instance: Its number within the kind.
 * @object:   As for luo_object_convert_save().
 *
 * Context: Process context, may sleep. Callers must serialise the updates of one
 * object.
 * Return: 0 or a negative errno, see luo_object_update().
 */
int luo_object_convert_update(struct luo_object_out *out,
			      const struct luo_object_kind *kind, u64 instance,
			      const void *object)
{
	const struct luo_object_id id = { kind->name, instance };
	struct luo_object_change change = {};
	unsigned int i;
	int err;

	err = luo_object_change_convert(&change, out, kind, &id, object);
	if (!err)
		err = luo_object_change_add(&change, out, kind, &id);
	if (!err)
		luo_object_change_write(&change, out, kind, &id);

	for (i = 0; i < kind->nr_versions; i++)
		kfree(change.wire[i]);

	return err;
}

static int luo_object_read_version(struct luo_object_in *in,
				   const struct luo_object_kind *kind,
				   const struct luo_object_version *version,
				   u64 instance, void *object, bool refer,
				   bool *found)
{
	const struct luo_object_id id = { kind->name, instance };
	int err;

	void *wire __free(kfree) = kzalloc(version->size, GFP_KERNEL);
	if (!wire)
		return -ENOMEM;

	err = luo_object_in_read_version(in, wire, &id, version);
	if (err)
		return err;

	*found = true;
	if (!kind->fields)
		return version->load(wire, object);

	if (refer)
		err = luo_object_reference_check(in, kind, version->version,
						 instance, wire);

	return err ?: luo_object_fields_load(kind, version, wire, object);
}

/* No readable version was found. Return -EPROTONOSUPPORT if there is another one. */
static int luo_object_report_unknown(struct luo_object_in *in,
				     const struct luo_object_kind *kind,
				     u64 instance)
{
	const struct luo_object_id id = { kind->name, instance };
	char found[64], understood[64] = "none";
	int nr, len = 0;
	bool mandatory;
	unsigned int i;

	nr = luo_object_in_versions(in, &id, found, sizeof(found), &mandatory);
	if (nr < 0)
		return nr;
	if (!mandatory)
		return -ENOENT;

	for (i = 0; i < kind->nr_versions; i++) {
		if (luo_object_version_readable(kind, &kind->versions[i]))
			len += scnprintf(understood + len,
					 sizeof(understood) - len, "%s%u",
					 len ? "," : "",
					 kind->versions[i].version);
	}
	pr_err("kind %s instance %llu: found versions %s, understood are %s\n",
	       kind->name, instance, found, understood);

	return -EPROTONOSUPPORT;
}

/* Check whether an older version may be valid after this error. */
static bool luo_object_is_damage(int err)
{
	return err == -EBADMSG || err == -EMSGSIZE || err == -ERANGE ||
	       err == -EPROTO || err == -ENOLINK;
}

/* Load an object. If @refer is true, check that the objects it refers to exist. */
static int luo_object_load_versions(struct luo_object_in *in,
				    const struct luo_object_kind *kind,
				    u64 instance, void *object, bool refer,
				    u32 *loaded)
{
	int err, damage = 0;
	bool found = false;
	unsigned int i;

	for (i = 0; i < kind->nr_versions; i++) {
		const struct luo_object_version *version = &kind->versions[i];

		if (version->external ||
		    !luo_object_version_readable(kind, version))
			continue;

		err = luo_object_read_version(in, kind, version, instance,
					      object, refer, &found);
		if (!err) {
			trace_luo_negotiate(kind->name, instance,
					    version->version, 0);
			*loaded = version->version;
			return 0;
		}
		/* A load function may have changed the object. */
		if (found && !kind->fields)
			return err;
		if (luo_object_is_damage(err))
			damage = damage && damage != -EBADMSG ? damage : err;
		else if (err != -ENOENT)
			return err;
	}

	err = damage ?: luo_object_report_unknown(in, kind, instance);
	trace_luo_negotiate(kind->name, instance, -1, err);

	return err;
}

/**
 * luo_object_convert_load_newest - Load an object from the newest common version.
 * @in:       The set that it is in.
 * @kind:     Its kind.
 * @instance: Its number within the kind.
 * @object:   Its newest struct, or the argument of the load functions.
 * @loaded:   Set to the version that was loaded.
 *
 * If a record of the kind is corrupt, a version that is not found may have been
 * stored. Reading it returns -EBADMSG, and an older version is loaded if there is
 * one. If there is none, an error other than -EBADMSG is returned if any version had
 * one, because it is about a version that was certainly stored.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, see luo_object_load_newest().
 */
int luo_object_convert_load_newest(struct luo_object_in *in,
				   const struct luo_object_kind *kind,
				   u64 instance, void *object, u32 *loaded)
{
	return luo_object_load_versions(in, kind, instance, object, true, loaded);
}

/**
 * luo_object_convert_version - Find a version of a kind that is not external.
 * @kind:    The kind.
 * @version: The version: any number.
 *
 * Return: The version, or NULL if the kind does not have it or it is external.
 */
const struct luo_object_version *
luo_object_convert_version(const struct luo_object_kind *kind, u32 version)
{
	unsigned int i;

	for (i = 0; i < kind->nr_versions; i++) {
		if (kind->versions[i].version == version &&
		    !kind->versions[i].external)
			return &kind->versions[i];
	}

	return NULL;
}

/**
 * luo_object_convert_save_version - Store an object in one version.
 * @out:      The set to store it in.
 * @kind:     Its kind.
 * @instance: Its number within the kind.
 * @object:   As for luo_object_convert_save().
 * @version:  The version.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, see luo_object_save_version().
 */
int luo_object_convert_save_version(struct luo_object_out *out,
				    const struct luo_object_kind *kind,
				    u64 instance, const void *object, u32 version)
{
	const struct luo_object_version *v;

	v = luo_object_convert_version(kind, version);
	if (!v || !luo_object_version_writable(kind, v))
		return -EINVAL;

	return luo_object_store_version(out, kind, v, instance, object,
					GFP_KERNEL);
}

/**
 * luo_object_convert_drops - Check whether objects of a kind refer to other memory.
 * @kind: The kind.
 *
 * Return: true if it has elements or a drop function.
 */
bool luo_object_convert_drops(const struct luo_object_kind *kind)
{
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		if (kind->fields[i].form == LUO_FORM_ELEMENTS)
			return true;
	}

	return kind->drop;
}

/* Free the elements of an object. */
static int luo_object_drop_elements(struct luo_object_in *in,
				    const struct luo_object_kind *kind,
				    const void *ser)
{
	unsigned int i;
	int err;

	for (i = 0; i < kind->nr_fields; i++) {
		if (kind->fields[i].form != LUO_FORM_ELEMENTS)
			continue;
		err = luo_elements_finish_from(in->handover,
					       ser + kind->fields[i].offset);
		if (err)
			return err;
	}

	return 0;
}

/**
 * luo_object_convert_drop - Free an unclaimed object and the memory it refers to.
 * @in:       The set that it is in.
 * @kind:     Its kind, which has elements or a drop function.
 * @instance: Its number within the kind.
 *
 * If the object cannot be loaded, frees only the object. The objects that it refers to
 * may have been dropped before.
 *
 * Context: Process context, may sleep.
 * Return: 0; the errno of the drop function, with the object unchanged; or as
 * luo_object_in_finish().
 */
int luo_object_convert_drop(struct luo_object_in *in,
			    const struct luo_object_kind *kind, u64 instance)
{
	const struct luo_object_id id = { kind->name, instance };
	u32 version;
	int err;

	void *ser __free(kfree) = kzalloc(kind->size, GFP_KERNEL);
	if (!ser)
		return -ENOMEM;

	err = luo_object_load_versions(in, kind, instance, ser, false, &version);
	if (!err) {
		err = luo_object_drop_elements(in, kind, ser);
		if (!err && kind->drop)
			err = kind->drop(ser);
	} else if (err != -ENOMEM) {
		err = 0;
	}

	return err ?: luo_object_in_finish(in, &id);
}
