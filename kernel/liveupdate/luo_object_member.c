// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Members of objects
 *
 * The struct of an object can have members that are more than numbers: pages, lists and
 * xarrays. Each is saved in a field of the object. A table of the kind names the members,
 * so that saving, loading, aborting and finishing an object do the same with all of them,
 * and the code of the kind does not access these fields.
 *
 * All lists of pages are read, and all containers are loaded, before a page is claimed.
 * Claiming pages needs no memory, so a load that fails because there is no memory changes
 * nothing.
 *
 * It is called by luo_object_convert.c, luo_object_subsection.c, luo_object_kind.c,
 * luo_object_core.c and luo_elements.c. It calls luo_pages.c, luo_container.c,
 * luo_elements.c and luo_object_out.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/luo_field.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_elements_internal.h"
#include "luo_object_internal.h"
#include "luo_pages_internal.h"

/**
 * luo_object_member_any_pages - Check whether objects of a kind have pages.
 * @kind: The kind.
 *
 * Return: true if it has a field that is pages.
 */
bool luo_object_member_any_pages(const struct luo_object_kind *kind)
{
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		if (kind->fields[i].form == LUO_FORM_PAGES)
			return true;
	}

	return false;
}

/* Find the first field of a member. */
static const struct luo_field *
luo_object_member_field(const struct luo_object_kind *kind,
			const struct luo_member *member)
{
	const enum luo_field_form form = member->ops ? LUO_FORM_ELEMENTS :
						       LUO_FORM_PAGES;
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		if (kind->fields[i].offset == member->field)
			return kind->fields[i].form == form ? &kind->fields[i] :
							      NULL;
	}

	return NULL;
}

/**
 * luo_object_members_valid - Check the members of a kind.
 * @kind: The kind.
 *
 * If a field were droppable, the memory of its member could be stored without an object
 * that leads to it.
 *
 * Return: true if there are not too many, and each has a field of its shape that is not
 * droppable and leads to the kind of its elements.
 */
bool luo_object_members_valid(const struct luo_object_kind *kind)
{
	unsigned int i;

	if (kind->nr_members > LUO_OBJECT_MEMBERS_MAX)
		return false;

	for (i = 0; i < kind->nr_members; i++) {
		const struct luo_member *member = &kind->members[i];
		const struct luo_field *field =
			luo_object_member_field(kind, member);

		if (field && !field->droppable &&
		    (!member->ops || !field->target ||
		     !strcmp(field->target, member->kind->name)))
			continue;
		pr_warn("kind %s: field %s cannot hold its member\n", kind->name,
			field ? field->name : "of a member");
		return false;
	}

	return true;
}

static size_t luo_object_member_size(const struct luo_member *member)
{
	return member->ops ? sizeof(struct luo_elements_ser) :
			     sizeof(struct luo_pages_ser);
}

static int luo_object_member_save(const struct luo_member *member,
				  const void *object, void *ser, gfp_t gfp)
{
	/* Saving a container does not change it, but some of its functions do. */
	void *memory = (void *)object + member->offset;

	return member->ops ? luo_container_save(member, memory, ser, gfp) :
			     luo_pages_save(ser, memory, gfp);
}

static void luo_object_member_abort(const struct luo_member *member, const void *ser)
{
	if (member->ops)
		luo_elements_abort(ser);
	else
		luo_pages_abort(ser);
}

/**
 * luo_object_members_save - Save the members of an object.
 * @kind:     Its kind.
 * @object:   The object.
 * @ser:      A copy of its newest struct. The fields of the members are set.
 * @gfp:      Allocation mask.
 *
 * Context: Process context, may sleep.
 * Return: 0; the errno of luo_pages_save() or luo_container_save(), with no member saved.
 */
int luo_object_members_save(const struct luo_object_kind *kind, const void *object,
			    void *ser, gfp_t gfp)
{
	const struct luo_member *members = kind->members;
	unsigned int i;
	int err;

	for (i = 0; i < kind->nr_members; i++) {
		err = luo_object_member_save(&members[i], object,
					     ser + members[i].field, gfp);
		if (err)
			goto err_abort;
	}

	return 0;

err_abort:
	while (i--)
		luo_object_member_abort(&members[i], ser + members[i].field);

	return err;
}

/**
 * luo_object_members_update - Save the containers of an object that is stored.
 * @kind:     Its kind.
 * @object:   The object.
 * @ser:      A copy of its newest struct. The fields of the members are set.
 * @old:      The stored fields of the members. Those of pages are copied.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL if pages were added, removed or replaced; or the errno of
 * luo_container_save(), with nothing changed.
 */
int luo_object_members_update(const struct luo_object_kind *kind, const void *object,
			      void *ser, const union luo_member_ser *old)
{
	const struct luo_member *members = kind->members;
	const struct luo_pages *pages;
	unsigned int i;
	int err;

	for (i = 0; i < kind->nr_members; i++) {
		if (!members[i].ops) {
			pages = object + members[i].offset;
			err = -EINVAL;
			if (!luo_pages_stored(&old[i].pages, pages))
				goto err_abort;
			memcpy(ser + members[i].field, &old[i],
			       sizeof(old[i].pages));
			continue;
		}
		err = luo_object_member_save(&members[i], object,
					     ser + members[i].field, GFP_KERNEL);
		if (err)
			goto err_abort;
	}

	return 0;

err_abort:
	while (i--) {
		if (members[i].ops)
			luo_elements_abort(ser + members[i].field);
	}

	return err;
}

/**
 * luo_object_members_get - Copy the fields of the members.
 * @kind:   The kind.
 * @ser:    The newest struct.
 * @fields: Set to the fields, one for each member.
 */
void luo_object_members_get(const struct luo_object_kind *kind, const void *ser,
			    union luo_member_ser *fields)
{
	unsigned int i;

	for (i = 0; i < kind->nr_members; i++)
		memcpy(&fields[i], ser + kind->members[i].field,
		       luo_object_member_size(&kind->members[i]));
}

/**
 * luo_object_members_stored - Read the fields of the members of a stored object.
 * @out:      The set that it is in.
 * @kind:     Its kind.
 * @instance: Its number within the kind.
 * @fields:   Set to the fields, one for each member.
 *
 * The fields are equal in all versions that have them.
 *
 * Context: Process context, may sleep.
 */
void luo_object_members_stored(struct luo_object_out *out,
			       const struct luo_object_kind *kind, u64 instance,
			       union luo_member_ser *fields)
{
	const struct luo_object_id id = { kind->name, instance };
	unsigned int i, j;
	u32 version;

	memset(fields, 0, kind->nr_members * sizeof(*fields));
	for (j = kind->nr_versions * 2; j--;) {
		version = kind->versions[j / 2].version |
			  (j % 2 ? LUO_OBJECT_VERSION_SUBSECTIONS : 0);
		for (i = 0; i < kind->nr_members; i++)
			luo_object_out_read(out, &id, version,
					    kind->members[i].field, &fields[i],
					    luo_object_member_size(&kind->members[i]));
	}
}

/**
 * luo_object_members_abort - Undo luo_object_members_save().
 * @kind:     The kind.
 * @fields:   The fields of the members.
 *
 * Context: Process context, may sleep.
 */
void luo_object_members_abort(const struct luo_object_kind *kind,
			      const union luo_member_ser *fields)
{
	unsigned int i;

	for (i = 0; i < kind->nr_members; i++)
		luo_object_member_abort(&kind->members[i], &fields[i]);
}

static int luo_object_member_check_poison(u64 instance, const void *data,
					  size_t size, const void *arg)
{
	const struct luo_object_kind *kind = arg;
	const struct luo_member *member;
	unsigned int i;
	u64 pfn;

	for (i = 0; i < kind->nr_members; i++) {
		member = &kind->members[i];
		if (member->ops || member->field + luo_object_member_size(member) > size)
			continue;

		pfn = luo_pages_poisoned(data + member->field);
		if (pfn) {
			pr_err("kind %s instance %llu: page frame %#llx is poisoned: save the object without it\n",
			       kind->name, instance, pfn);
			return -EHWPOISON;
		}
	}

	return 0;
}

/**
 * luo_object_members_check_poison - Check the pages of all stored objects of a kind.
 * @out:      The set that they are in.
 * @kind:     The kind.
 *
 * Context: Process context, may sleep. Takes the lock of @out.
 * Return: 0; -EHWPOISON, with a line in the log, if the hardware has reported a page as
 * damaged since it was saved.
 */
int luo_object_members_check_poison(struct luo_object_out *out,
				    const struct luo_object_kind *kind)
{
	if (!kind->nr_members)
		return 0;

	return luo_object_out_each(out, kind->name,
				   luo_object_member_check_poison, kind);
}

/**
 * luo_object_members_replaced - Free what an update does not need.
 * @kind:     The kind.
 * @fields:   The fields of the members before an update that succeeded, or those of one
 *            that failed.
 *
 * Context: Process context, may sleep.
 */
void luo_object_members_replaced(const struct luo_object_kind *kind,
				 const union luo_member_ser *fields)
{
	unsigned int i;

	for (i = 0; i < kind->nr_members; i++) {
		if (kind->members[i].ops)
			luo_elements_abort(&fields[i].elements);
	}
}

static bool luo_object_member_empty(const struct luo_member *member, void *memory)
{
	const struct luo_pages *pages = memory;

	return member->ops ? luo_container_empty(member, memory) :
			     !pages->nr_runs;
}

static void luo_object_member_unload(const struct luo_member *member, void *memory)
{
	if (member->ops)
		luo_container_unload(member, memory);
	else
		luo_pages_free(memory);
}

/* Log why a member cannot be loaded, with the name of its field. */
static void luo_object_member_report(const struct luo_object_kind *kind,
				     u64 instance, const struct luo_member *member,
				     const char *why, int err)
{
	const struct luo_field *field = luo_object_member_field(kind, member);
	const char *name = field ? field->name : "of a member";

	pr_err("kind %s instance %llu: not loaded, because of field %.*s: %s: %d\n",
	       kind->name, instance, (int)strcspn(name, "."), name, why, err);
}

/* Load a container, or read a list of pages. */
static int luo_object_member_load(const struct luo_object_kind *kind, u64 instance,
				  const struct luo_member *member, const void *ser,
				  void *memory)
{
	const char *why = "its elements are corrupt";
	int err;

	err = member->ops ? luo_container_load(member, memory, ser) :
			    luo_pages_read(ser, memory, &why);
	/* The array has another size than the object says. */
	if (err == -EMSGSIZE)
		err = -EBADMSG;
	if (err && err != -ENOMEM)
		luo_object_member_report(kind, instance, member,
					 err == -EBADMSG ? why :
					 "it cannot be read", err);

	return err;
}

/* Claim all pages whose lists were read. On failure no page is claimed. */
static int luo_object_members_claim(const struct luo_object_kind *kind, u64 instance,
				    void *object)
{
	const struct luo_member *members = kind->members;
	unsigned int i, j;

	for (i = 0; i < kind->nr_members; i++) {
		if (members[i].ops || !luo_pages_claim(object + members[i].offset))
			continue;
		luo_object_member_report(kind, instance, &members[i],
					 "a page is used twice", -EBADMSG);
		goto err_free;
	}

	return 0;

err_free:
	/* Pages up to here were claimed, and of those after it only the list was read. */
	for (j = 0; j < kind->nr_members; j++) {
		struct luo_pages *pages = object + members[j].offset;

		if (members[j].ops)
			continue;
		if (j > i)
			pages->nr_runs = 0;
		luo_pages_free(pages);
	}

	return -EBADMSG;
}

/**
 * luo_object_members_load - Load the members of an object.
 * @kind:     Its kind.
 * @instance: Its number within the kind.
 * @ser:      Its newest struct, which was loaded.
 * @object:   The object, whose members are empty. On failure they stay so.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL if a member is not empty; or the errno of luo_container_load(),
 * luo_pages_read() or luo_pages_claim().
 */
int luo_object_members_load(const struct luo_object_kind *kind, u64 instance,
			    const void *ser, void *object)
{
	const struct luo_member *members = kind->members;
	unsigned int i;
	int err = 0;

	for (i = 0; i < kind->nr_members; i++) {
		if (!luo_object_member_empty(&members[i],
					     object + members[i].offset))
			return -EINVAL;
	}

	for (i = 0; i < kind->nr_members && !err; i++)
		err = luo_object_member_load(kind, instance, &members[i],
					     ser + members[i].field,
					     object + members[i].offset);
	if (!err)
		err = luo_object_members_claim(kind, instance, object);
	if (!err)
		return 0;

	while (i--) {
		struct luo_pages *pages = object + members[i].offset;

		/* None of these pages is claimed. */
		if (!members[i].ops)
			pages->nr_runs = 0;
		luo_object_member_unload(&members[i], object + members[i].offset);
	}

	return err;
}

/**
 * luo_object_members_unload - Free the items and pages of an object.
 * @kind:     Its kind.
 * @object:   The object. Its members are empty afterwards.
 *
 * Context: Process context, may sleep.
 */
void luo_object_members_unload(const struct luo_object_kind *kind, void *object)
{
	unsigned int i;

	for (i = 0; i < kind->nr_members; i++)
		luo_object_member_unload(&kind->members[i],
					 object + kind->members[i].offset);
}
