// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Conversion of objects between versions
 *
 * Saving an object stores every version that the policy selects. Loading an object
 * reads the newest version that the previous kernel stored and this kernel can read.
 * A subsystem therefore does not need to know the versions of the other kernel.
 *
 * It is called by luo_object_core.c, luo_object_kind.c and PKRAM. It converts with
 * the fields of the kind (luo_object_field.c) or with its save and load functions. It
 * calls luo_object_reference.c, luo_object_subsection.c, luo_object_member.c,
 * luo_object_out.c and luo_object_in.c, and luo_pages.c and luo_array_in.c to free objects.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/align.h>
#include <linux/bitmap.h>
#include <linux/bug.h>
#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/luo_field.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <trace/events/luo.h>

#include "luo_array_internal.h"
#include "luo_elements_internal.h"
#include "luo_object_internal.h"
#include "luo_pages_internal.h"

/* The memory for a version in which an object is written, and for its downgrade function. */
static size_t luo_object_wire_size(const struct luo_object_kind *kind,
				   const struct luo_object_version *version)
{
	return ALIGN(version->size, sizeof(u64)) +
	       (version->downgrade ? ALIGN(kind->size, sizeof(u64)) : 0);
}

/* Convert @object to one version. @wire has luo_object_wire_size() bytes, all zero. */
static int luo_object_wire_fill(const struct luo_object_kind *kind,
				const struct luo_object_version *version,
				const void *object, void *wire)
{
	void *copy = wire + ALIGN(version->size, sizeof(u64));

	return kind->fields ?
	       luo_object_fields_save(kind, version, wire, object, copy) :
	       version->save(wire, object);
}

/*
 * The version as it is stored. @mark is LUO_OBJECT_VERSION_SUBSECTIONS or 0.
 */
static struct luo_object_version
luo_object_marked(const struct luo_object_version *version, u16 mark)
{
	struct luo_object_version marked = *version;

	marked.version |= mark;

	return marked;
}

static int luo_object_store_version(struct luo_object_out *out,
				    const struct luo_object_kind *kind,
				    const struct luo_object_version *version,
				    u64 instance, const void *object, u16 mark,
				    gfp_t gfp)
{
	const struct luo_object_version marked = luo_object_marked(version, mark);
	const struct luo_object_id id = { kind->name, instance };
	int err;

	void *wire __free(kfree) = kzalloc(luo_object_wire_size(kind, version), gfp);
	if (!wire)
		return -ENOMEM;

	err = luo_object_wire_fill(kind, version, object, wire);

	return err ?: luo_object_out_store_version(out, wire, &id, &marked, gfp);
}

/* Store the first exceptional version that can hold the object. */
static int luo_object_save_exceptional(struct luo_object_out *out,
				       const struct luo_object_kind *kind,
				       u64 instance, const void *object, u16 mark,
				       gfp_t gfp)
{
	int err = -ENODATA;
	unsigned int i;

	for (i = 0; i < kind->nr_versions && err == -ENODATA; i++) {
		if (kind->versions[i].exceptional)
			err = luo_object_store_version(out, kind,
						       &kind->versions[i],
						       instance, object, mark,
						       gfp);
	}

	return err;
}

/* Store an object without its subsections. */
static int luo_object_save_alone(struct luo_object_out *out,
				 const struct luo_object_kind *kind, u64 instance,
				 const void *object, u16 mark, gfp_t gfp)
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
					       instance, object, mark, gfp);
		/* Skip a version that would lose a value. */
		if (err == -ENODATA) {
			refused = err;
			continue;
		}
		if (err)
			goto err_abort;
		stored |= BIT(i);
	}

	if (stored)
		return 0;
	if (refused)
		return luo_object_save_exceptional(out, kind, instance, object,
						   mark, gfp);

	/* A kind that is not registered has no selected versions. */
	return luo_object_policy_none(kind) ? -EOPNOTSUPP : -EINVAL;

err_abort:
	/* Another call may have stored other versions; remove only those above. */
	for_each_set_bit(i, &stored, kind->nr_versions)
		luo_object_out_abort_version(out, &id,
					     kind->versions[i].version | mark);

	return err;
}

/* Store an object after its subsections. @ser is its struct, whose members are saved. */
static int luo_object_save_all(struct luo_object_out *out,
			       const struct luo_object_kind *kind, u64 instance,
			       const void *object, const void *ser, gfp_t gfp)
{
	const struct luo_object_id id = { kind->name, instance };
	const u16 mark = luo_object_subsections_mark(kind, object);
	const struct luo_object_subsection *part;
	unsigned int i;
	int err = 0;

	for (i = 0; i < kind->nr_subsections && !err; i++) {
		part = &kind->subsections[i];
		if (luo_object_subsection_needed(part, object))
			err = luo_object_save_alone(out, part->kind, instance,
						    object + part->offset, 0,
						    gfp);
	}
	if (!err)
		err = luo_object_save_alone(out, kind, instance, ser, mark, gfp);
	/* No version is stored, so all subsections that are stored are those of this call. */
	if (err && err != -EEXIST && kind->nr_subsections)
		luo_object_out_abort(out, &id);

	return err;
}

/* Store an object with its members. */
static int luo_object_save_members(struct luo_object_out *out,
				   const struct luo_object_kind *kind,
				   u64 instance, const void *object, gfp_t gfp)
{
	union luo_member_ser fields[LUO_OBJECT_MEMBERS_MAX];
	int err;

	void *ser __free(kfree) = kmemdup(object, kind->size, gfp);
	if (!ser)
		return -ENOMEM;

	err = luo_object_members_save(kind, object, ser, gfp);
	if (err)
		return err;

	err = luo_object_save_all(out, kind, instance, object, ser, gfp);
	if (err) {
		luo_object_members_get(kind, ser, fields);
		luo_object_members_abort(kind, fields);
	}

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
 * Saves the members and stores the subsections that are needed first, so that at no time
 * an object is stored without them.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, see luo_object_save().
 */
int luo_object_convert_save(struct luo_object_out *out,
			    const struct luo_object_kind *kind, u64 instance,
			    const void *object, gfp_t gfp)
{
	const struct luo_object_id id = { kind->name, instance };

	if (kind->nr_subsections && luo_object_out_stored(out, &id))
		return -EEXIST;

	return kind->nr_members ?
	       luo_object_save_members(out, kind, instance, object, gfp) :
	       luo_object_save_all(out, kind, instance, object, object, gfp);
}

/**
 * struct luo_object_change - The versions of an object that an update writes.
 * @kind:     The kind of the object, or of a subsection.
 * @mark:     %LUO_OBJECT_VERSION_SUBSECTIONS if the object will have a mandatory one.
 * @remove:   It is a subsection that is not needed.
 * @wire:     The wire struct of each version that can be written, else NULL.
 * @stored:   A bit for each version that was stored before the update with @mark.
 * @outdated: A bit for each version that was stored before the update without @mark,
 *            or with another one.
 * @added:    A bit for each version that the update has added.
 */
struct luo_object_change {
	const struct luo_object_kind *kind;
	u16 mark;
	bool remove;
	void *wire[LUO_OBJECT_VERSIONS_MAX];
	unsigned long stored;
	unsigned long outdated;
	unsigned long added;
};

/**
 * struct luo_object_room - Memory for the updates of the objects of a kind.
 * @lock: Held by the update that uses it.
 * @size: Size of @data in bytes.
 * @used: How many bytes the update has taken.
 * @data: The memory.
 */
struct luo_object_room {
	struct mutex lock; /* protects @used and @data */
	size_t size;
	size_t used;
	u8 data[] __aligned(sizeof(u64));
};

static size_t luo_object_room_wires(const struct luo_object_kind *kind)
{
	size_t size = 0;
	unsigned int i;

	for (i = 0; i < kind->nr_versions; i++) {
		if (!kind->versions[i].external)
			size += luo_object_wire_size(kind, &kind->versions[i]);
	}

	return size;
}

/**
 * luo_object_convert_room_alloc - Allocate the memory for the updates of a kind.
 * @kind: The kind.
 *
 * An update that writes the versions and subsections that are stored already takes all its
 * memory from here, so that freeze functions do not depend on free memory.
 *
 * Context: Process context, may sleep.
 * Return: The memory, or NULL.
 */
struct luo_object_room *
luo_object_convert_room_alloc(const struct luo_object_kind *kind)
{
	struct luo_object_room *room;
	unsigned int i;
	size_t size;

	size = (kind->nr_subsections + 1) * sizeof(struct luo_object_change) +
	       ALIGN(kind->size, sizeof(u64)) + luo_object_room_wires(kind);
	for (i = 0; i < kind->nr_subsections; i++)
		size += luo_object_room_wires(kind->subsections[i].kind);

	room = kvzalloc(struct_size(room, data, size), GFP_KERNEL);
	if (!room)
		return NULL;
	room->size = size;
	mutex_init(&room->lock);

	return room;
}

/**
 * luo_object_convert_room_free - Free the memory for the updates of a kind.
 * @room: The memory, or NULL.
 */
void luo_object_convert_room_free(struct luo_object_room *room)
{
	if (room)
		mutex_destroy(&room->lock);
	kvfree(room);
}

/* Take zeroed memory. An update writes each version once, so there is enough. */
static void *luo_object_room_take(struct luo_object_room *room, size_t size)
{
	void *mem = room->data + room->used;

	size = ALIGN(size, sizeof(u64));
	if (WARN_ON_ONCE(size > room->size - room->used))
		return NULL;
	room->used += size;

	return memset(mem, 0, size);
}

/*
 * Convert @object to a version. Set @change->wire unless the version would lose a value,
 * which returns -ENODATA.
 */
static int luo_object_change_fill(struct luo_object_change *change,
				  struct luo_object_room *room, unsigned int i,
				  const void *object)
{
	const struct luo_object_version *version = &change->kind->versions[i];
	void *wire;
	int err;

	wire = luo_object_room_take(room, luo_object_wire_size(change->kind, version));
	if (!wire)
		return -ENOMEM;
	err = luo_object_wire_fill(change->kind, version, object, wire);
	if (!err)
		change->wire[i] = wire;

	return err;
}

/* Find a stored version. Return false if it is stored in another size. */
static bool luo_object_change_find(struct luo_object_change *change,
				   struct luo_object_out *out,
				   const struct luo_object_id *id, unsigned int i)
{
	const struct luo_object_version *version = &change->kind->versions[i];
	const u32 other = change->mark ^ LUO_OBJECT_VERSION_SUBSECTIONS;
	size_t size;

	size = luo_object_out_size(out, id, version->version | change->mark);
	if (size && size != version->size)
		return false;
	change->stored |= size ? BIT(i) : 0;

	size = luo_object_out_size(out, id, version->version | other);
	change->outdated |= size ? BIT(i) : 0;

	return true;
}

/* Convert @object to the first exceptional version that can hold it. */
static int luo_object_change_except(struct luo_object_change *change,
				    struct luo_object_room *room,
				    const void *object)
{
	const struct luo_object_kind *kind = change->kind;
	int err = -ENODATA;
	unsigned int i;

	for (i = 0; i < kind->nr_versions && err == -ENODATA; i++) {
		if (kind->versions[i].exceptional)
			err = luo_object_change_fill(change, room, i, object);
	}

	return err;
}

/* Convert @object to all versions that are stored or selected. Store nothing yet. */
static int luo_object_change_convert(struct luo_object_change *change,
				     struct luo_object_room *room,
				     struct luo_object_out *out, u64 instance,
				     const void *object)
{
	const struct luo_object_kind *kind = change->kind;
	const struct luo_object_id id = { kind->name, instance };
	const unsigned long selected = READ_ONCE(kind->selected);
	int err, result = -ENOENT;
	unsigned int i;

	for (i = 0; i < kind->nr_versions; i++) {
		const struct luo_object_version *version = &kind->versions[i];

		if (!luo_object_change_find(change, out, &id, i))
			return -EMSGSIZE;
		if (version->external || version->exceptional ||
		    !((change->stored | change->outdated | selected) & BIT(i)))
			continue;

		err = luo_object_change_fill(change, room, i, object);
		if (err && err != -ENODATA)
			return err;
		result = result ? err : 0;
	}

	/* An exceptional version that was stored may be the only one. */
	if (result && (result == -ENODATA || change->stored || change->outdated))
		result = luo_object_change_except(change, room, object);

	/* A subsection may be added. */
	if (luo_object_is_subsection(kind->name))
		return result == -ENOENT ? -EINVAL : result;

	return change->stored || change->outdated ? result : -ENOENT;
}

/* Remove the versions that the update has added. */
static void luo_object_change_undo(struct luo_object_change *change,
				   struct luo_object_out *out, u64 instance)
{
	const struct luo_object_id id = { change->kind->name, instance };
	unsigned int i;

	for_each_set_bit(i, &change->added, change->kind->nr_versions)
		luo_object_out_abort_version(out, &id,
					     change->kind->versions[i].version |
					     change->mark);
}

/* Store the versions that are not stored yet. No later step of an update can fail. */
static int luo_object_change_add(struct luo_object_change *change,
				 struct luo_object_out *out, u64 instance)
{
	const struct luo_object_id id = { change->kind->name, instance };
	struct luo_object_version marked;
	unsigned int i;
	int err;

	for (i = 0; i < change->kind->nr_versions; i++) {
		if (!change->wire[i] || change->stored & BIT(i))
			continue;

		marked = luo_object_marked(&change->kind->versions[i],
					   change->mark);
		err = luo_object_out_store_version(out, change->wire[i], &id,
						   &marked, GFP_KERNEL);
		if (err)
			return err;
		change->added |= BIT(i);
	}

	return 0;
}

/* Overwrite the versions that were stored, and remove those that would lose a value. */
static void luo_object_change_write(const struct luo_object_change *change,
				    struct luo_object_out *out, u64 instance)
{
	const struct luo_object_id id = { change->kind->name, instance };
	const u32 other = change->mark ^ LUO_OBJECT_VERSION_SUBSECTIONS;
	unsigned int i;

	for_each_set_bit(i, &change->stored, change->kind->nr_versions) {
		const struct luo_object_version *version =
			&change->kind->versions[i];
		const u32 number = version->version | change->mark;

		if (change->wire[i])
			luo_object_out_update(out, change->wire[i],
					      version->size, &id, number);
		else
			luo_object_out_abort_version(out, &id, number);
	}
	for_each_set_bit(i, &change->outdated, change->kind->nr_versions)
		luo_object_out_abort_version(out, &id,
					     change->kind->versions[i].version |
					     other);
}

/* Prepare the changes of the subsections, and of the object, which is the last one. */
static int luo_object_changes_convert(struct luo_object_change *changes,
				      struct luo_object_room *room,
				      struct luo_object_out *out,
				      const struct luo_object_kind *kind,
				      u64 instance, const void *object,
				      const void *ser)
{
	struct luo_object_change *last = &changes[kind->nr_subsections];
	unsigned int i;
	int err;

	for (i = 0; i < kind->nr_subsections; i++) {
		const struct luo_object_subsection *part = &kind->subsections[i];

		changes[i].kind = part->kind;
		changes[i].remove = !luo_object_subsection_needed(part, object);
		if (changes[i].remove)
			continue;
		err = luo_object_change_convert(&changes[i], room, out, instance,
						object + part->offset);
		if (err)
			return err;
	}
	last->kind = kind;
	last->mark = luo_object_subsections_mark(kind, object);

	return luo_object_change_convert(last, room, out, instance, ser);
}

/* Apply changes. On failure nothing is changed. */
static int luo_object_changes_apply(struct luo_object_change *changes,
				    unsigned int nr, struct luo_object_out *out,
				    u64 instance)
{
	unsigned int i;
	int err;

	for (i = 0; i < nr; i++) {
		err = luo_object_change_add(&changes[i], out, instance);
		if (err)
			goto err_undo;
	}
	for (i = 0; i < nr; i++)
		luo_object_change_write(&changes[i], out, instance);
	for (i = 0; i < nr; i++) {
		const struct luo_object_id id = { changes[i].kind->name, instance };

		if (changes[i].remove)
			luo_object_out_abort(out, &id);
	}

	return 0;

err_undo:
	for (i = nr; i--;)
		luo_object_change_undo(&changes[i], out, instance);

	return err;
}

/* Change an object. @ser is its struct, whose members are saved. */
static int luo_object_update_all(struct luo_object_out *out,
				 const struct luo_object_kind *kind,
				 struct luo_object_room *room, u64 instance,
				 const void *object, const void *ser)
{
	const unsigned int nr = kind->nr_subsections + 1;
	struct luo_object_change *changes;
	int err;

	changes = luo_object_room_take(room, nr * sizeof(*changes));
	if (!changes)
		return -ENOMEM;

	err = luo_object_changes_convert(changes, room, out, kind, instance, object,
					 ser);

	return err ?: luo_object_changes_apply(changes, nr, out, instance);
}

/* Change an object with its members. */
static int luo_object_update_members(struct luo_object_out *out,
				     const struct luo_object_kind *kind,
				     struct luo_object_room *room, u64 instance,
				     const void *object)
{
	const struct luo_object_id id = { kind->name, instance };
	union luo_member_ser old[LUO_OBJECT_MEMBERS_MAX];
	union luo_member_ser fields[LUO_OBJECT_MEMBERS_MAX];
	void *ser;
	int err;

	if (!luo_object_out_stored(out, &id))
		return -ENOENT;

	ser = luo_object_room_take(room, kind->size);
	if (!ser)
		return -ENOMEM;
	memcpy(ser, object, kind->size);

	luo_object_members_stored(out, kind, instance, old);
	err = luo_object_members_update(kind, object, ser, old);
	if (err)
		return err;

	luo_object_members_get(kind, ser, fields);
	err = luo_object_update_all(out, kind, room, instance, object, ser);
	luo_object_members_replaced(kind, err ? fields : old);

	return err;
}

/**
 * luo_object_convert_update - Change an object in all its versions.
 * @out:      The set that it is in.
 * @kind:     Its kind.
 * @instance: Its number within the kind.
 * @object:   As for luo_object_convert_save().
 *
 * Stores the subsections that are needed before the object, and removes the others
 * after it. Allocates memory only to store a version or subsection that is not stored yet,
 * and to save the items of containers.
 *
 * Context: Process context, may sleep. Callers must serialise the updates of one
 * object.
 * Return: 0 or a negative errno, see luo_object_update().
 */
int luo_object_convert_update(struct luo_object_out *out,
			      const struct luo_object_kind *kind, u64 instance,
			      const void *object)
{
	struct luo_object_room *room = kind->room;
	int err;

	/* A kind that is not registered, as in tests. */
	if (!room)
		room = luo_object_convert_room_alloc(kind);
	if (!room)
		return -ENOMEM;

	scoped_guard(mutex, &room->lock) {
		room->used = 0;
		err = kind->nr_members ?
		      luo_object_update_members(out, kind, room, instance, object) :
		      luo_object_update_all(out, kind, room, instance, object, object);
	}
	if (room != kind->room)
		luo_object_convert_room_free(room);

	return err == -ENOENT && luo_object_policy_none(kind) ? -EOPNOTSUPP : err;
}

/**
 * luo_object_convert_abort - Remove an object and free what its members were saved in.
 * @out:      The set that it is in.
 * @kind:     Its kind.
 * @instance: Its number within the kind.
 *
 * Context: Process context, may sleep.
 */
void luo_object_convert_abort(struct luo_object_out *out,
			      const struct luo_object_kind *kind, u64 instance)
{
	const struct luo_object_id id = { kind->name, instance };
	union luo_member_ser fields[LUO_OBJECT_MEMBERS_MAX];

	luo_object_members_stored(out, kind, instance, fields);
	luo_object_out_abort(out, &id);
	luo_object_members_abort(kind, fields);
}

static int luo_object_read_version(struct luo_object_in *in,
				   const struct luo_object_kind *kind,
				   const struct luo_object_version *version,
				   u64 instance, void *object, bool refer,
				   u16 mark, bool *found)
{
	const struct luo_object_version marked = luo_object_marked(version, mark);
	const struct luo_object_id id = { kind->name, instance };
	int err;

	void *wire __free(kfree) = kzalloc(version->size, GFP_KERNEL);
	if (!wire)
		return -ENOMEM;

	err = luo_object_in_read_version(in, wire, &id, &marked);
	if (!err && mark && refer)
		err = luo_object_subsections_check(in, kind, instance);
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

/* Load an object from a version, with or without the mark of subsections. */
static int luo_object_load_version(struct luo_object_in *in,
				   const struct luo_object_kind *kind,
				   const struct luo_object_version *version,
				   u64 instance, void *object, bool refer,
				   u32 *loaded, bool *found)
{
	static const u16 marks[] = { 0, LUO_OBJECT_VERSION_SUBSECTIONS };
	int err, result = -ENOENT;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(marks); i++) {
		err = luo_object_read_version(in, kind, version, instance,
					      object, refer, marks[i], found);
		if (!err)
			*loaded = version->version | marks[i];
		if (err != -ENOENT && (!luo_object_is_damage(err) ||
				       (*found && !kind->fields)))
			return err;
		/* Prefer the error of a version that was stored. */
		if (result == -ENOENT || (result == -EBADMSG && err != -ENOENT))
			result = err;
	}

	return result;
}

/*
 * Load an object without its subsections. If @refer is true, check that the objects it
 * refers to exist, and that this kernel knows its mandatory subsections.
 */
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

		err = luo_object_load_version(in, kind, version, instance,
					      object, refer, loaded, &found);
		if (!err) {
			trace_luo_negotiate(kind->name, instance,
					    version->version, 0);
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
	int err;

	if (kind->nr_subsections || kind->nr_members)
		err = luo_object_subsections_load(in, kind, instance, object,
						  loaded);
	else
		err = luo_object_convert_load_alone(in, kind, instance, object,
						    loaded);
	if (!err)
		*loaded &= ~LUO_OBJECT_VERSION_SUBSECTIONS;

	return err;
}

/**
 * luo_object_convert_load_alone - Load an object without its subsections.
 * @in:       The set that it is in.
 * @kind:     Its kind.
 * @instance: Its number within the kind.
 * @object:   Its newest struct, or the argument of the load functions.
 * @loaded:   Set to the version of the record that was loaded, which may have
 *            %LUO_OBJECT_VERSION_SUBSECTIONS.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, see luo_object_load_newest().
 */
int luo_object_convert_load_alone(struct luo_object_in *in,
				  const struct luo_object_kind *kind, u64 instance,
				  void *object, u32 *loaded)
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
 * luo_object_convert_drops - Check whether objects of a kind refer to other memory.
 * @kind: The kind.
 *
 * Return: true if it has elements, pages or a drop function.
 */
bool luo_object_convert_drops(const struct luo_object_kind *kind)
{
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		if (kind->fields[i].form == LUO_FORM_ELEMENTS ||
		    kind->fields[i].form == LUO_FORM_PAGES)
			return true;
	}

	return kind->drop;
}

/* A field that leads to memory, which is freed with the object. */
struct luo_object_drop {
	struct luo_pages pages;
	struct luo_array_in *list;
};

/* Allocate what it takes to free the memory of a field. On failure @drop is all zero. */
static int luo_object_drop_prepare(struct luo_object_drop *drop,
				   const struct luo_field *field, const void *ser)
{
	const struct luo_elements_ser *list = ser + field->offset;
	const struct luo_pages_ser *pages = ser + field->offset;
	const char *why;
	int err;

	if (field->form == LUO_FORM_PAGES) {
		list = &pages->runs;
		err = luo_pages_read(pages, &drop->pages, &why);
		if (err == -ENOMEM)
			return err;
	} else if (field->form != LUO_FORM_ELEMENTS) {
		return 0;
	}

	drop->list = luo_array_drop_prepare(list->array, list->stride, list->count);
	err = PTR_ERR_OR_ZERO(drop->list);
	if (err) {
		kvfree(drop->pages.runs);
		*drop = (struct luo_object_drop){};
	}

	return err;
}

/* Pages that their owner has claimed stay with it. */
static void luo_object_drop_commit(struct luo_object_drop *drop)
{
	if (!luo_pages_claim(&drop->pages))
		luo_pages_free(&drop->pages);
	luo_array_drop_commit(drop->list);
}

static void luo_object_drop_cancel(struct luo_object_drop *drop)
{
	kvfree(drop->pages.runs);
	luo_array_drop_cancel(drop->list);
}

/*
 * Free the memory that an object leads to. Nothing fails after the drop function has
 * succeeded, so it is not called again.
 */
static int luo_object_finish_memory(const struct luo_object_kind *kind, const void *ser,
				    int (*drop)(const void *ser))
{
	unsigned int i;
	int err = 0;

	struct luo_object_drop *drops __free(kfree) =
		kcalloc(kind->nr_fields, sizeof(*drops), GFP_KERNEL);
	if (!drops)
		return -ENOMEM;

	for (i = 0; i < kind->nr_fields && !err; i++)
		err = luo_object_drop_prepare(&drops[i], &kind->fields[i], ser);
	/* Before the elements are freed, because they may lead to what it frees. */
	if (!err && drop)
		err = drop(ser);
	for (i = 0; i < kind->nr_fields; i++) {
		if (err)
			luo_object_drop_cancel(&drops[i]);
		else
			luo_object_drop_commit(&drops[i]);
	}

	return err;
}

static int luo_object_finish_all(struct luo_object_in *in,
				 const struct luo_object_kind *kind, u64 instance,
				 int (*drop)(const void *ser))
{
	const struct luo_object_id id = { kind->name, instance };
	u32 version;
	int err;

	void *ser __free(kfree) = kzalloc(kind->size, GFP_KERNEL);
	if (!ser)
		return -ENOMEM;

	err = luo_object_in_prepare_finish(in);
	if (err)
		return err;

	err = luo_object_load_versions(in, kind, instance, ser, false, &version);
	if (!err)
		err = luo_object_finish_memory(kind, ser, drop);
	else if (err != -ENOMEM)
		err = 0;

	return err ?: luo_object_in_finish(in, &id);
}

/**
 * luo_object_convert_drop - Free an unclaimed object and the memory it refers to.
 * @in:       The set that it is in.
 * @kind:     Its kind, which has elements, pages or a drop function.
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
	return luo_object_finish_all(in, kind, instance, kind->drop);
}

/**
 * luo_object_convert_finish - Free an object, its elements and its unclaimed pages.
 * @in:       The set that it is in.
 * @kind:     Its kind.
 * @instance: Its number within the kind.
 *
 * If the object cannot be loaded, frees only the object.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, see luo_object_finish().
 */
int luo_object_convert_finish(struct luo_object_in *in,
			      const struct luo_object_kind *kind, u64 instance)
{
	const struct luo_object_id id = { kind->name, instance };

	return kind->fields ? luo_object_finish_all(in, kind, instance, NULL) :
			      luo_object_in_finish(in, &id);
}
