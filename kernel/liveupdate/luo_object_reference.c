// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: References to objects
 *
 * A field may be the instance of an object of another kind. When an object is loaded,
 * the objects that it refers to must exist: the previous kernel has stored them, and
 * they are not finished, or their owner has stored them for the next kernel, which it
 * does before it finishes them. They are not loaded. A walk visits them in an order in
 * which each object comes after those that it refers to.
 *
 * It is called by luo_object_core.c, luo_object_convert.c and luo_elements.c. It calls
 * luo_object_in.c, luo_object_out.c and, for a walk, luo_object_convert.c.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/errno.h>
#include <linux/luo_field.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_object_internal.h"

/* How many references may lead from the first object of a walk to another one. */
#define LUO_OBJECT_REFERENCE_DEPTH	16

/* Get the object that a field refers to. Return false if it refers to none. */
static bool luo_object_reference_get(const struct luo_field *field,
				     const void *ser, struct luo_object_id *id)
{
	if (field->form != LUO_FORM_REFERENCE)
		return false;

	id->kind = field->target;
	id->instance = *(const u64 *)(ser + field->offset);

	return id->instance != field->none;
}

/**
 * luo_object_reference_any - Check whether objects of a kind refer to others.
 * @kind: The kind.
 *
 * Return: true if it has a field that is a reference.
 */
bool luo_object_reference_any(const struct luo_object_kind *kind)
{
	unsigned int i;

	for (i = 0; i < kind->nr_fields; i++) {
		if (kind->fields[i].form == LUO_FORM_REFERENCE)
			return true;
	}

	return false;
}

/* Check whether an object exists in the previous kernel or in this one. */
static int luo_object_reference_find(struct luo_object_in *in,
				     const struct luo_object_id *id)
{
	int err = luo_object_in_stored(in, id);

	/* In this order: the owner stores the object before it finishes the old one. */
	if ((err == -ENOENT || err == -EBADMSG) &&
	    luo_object_out_stored(in->out, id))
		return 0;

	return err;
}

/* Log an error with both ends of a reference. */
static void luo_object_reference_report(const struct luo_object_kind *kind,
					u64 instance,
					const struct luo_field *field,
					const struct luo_object_id *id,
					const char *what)
{
	pr_err("kind %s instance %llu: field %s refers to kind %s instance %llu, %s\n",
	       kind->name, instance, field->name, id->kind, id->instance, what);
}

/**
 * luo_object_reference_check - Check that the objects exist that an object refers to.
 * @in:       The set that it is in.
 * @kind:     Its kind.
 * @version:  The version that it is in.
 * @instance: Its number within the kind.
 * @ser:      Its data in that version.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOLINK if one does not exist; -ENOMEM if there is no memory.
 */
int luo_object_reference_check(struct luo_object_in *in,
			       const struct luo_object_kind *kind, u32 version,
			       u64 instance, const void *ser)
{
	struct luo_object_id id;
	unsigned int i;
	int err;

	for (i = 0; i < kind->nr_fields; i++) {
		const struct luo_field *field = &kind->fields[i];

		if (field->since > version ||
		    !luo_object_reference_get(field, ser, &id))
			continue;

		err = luo_object_reference_find(in, &id);
		if (!err)
			continue;
		if (err != -ENOENT && err != -EBADMSG)
			return err;
		luo_object_reference_report(kind, instance, field, &id,
					    err == -ENOENT ?
					    "which was not stored, or was freed" :
					    "which may be lost, because the table of its kind is damaged");
		return -ENOLINK;
	}

	return 0;
}

/* A walk, and the objects from its first one to the one that it is at. */
struct luo_object_walk {
	struct luo_object_in *in;
	luo_object_walk_fn fn;
	void *context;
};

struct luo_object_step {
	const struct luo_object_step *from;
	const struct luo_object_kind *kind;
	u64 instance;
};

static int luo_object_walk_step(const struct luo_object_walk *walk,
				const struct luo_object_step *step);

/* Return why a walk cannot continue from a step to an object, or NULL. */
static const char *luo_object_walk_loops(const struct luo_object_step *from,
					 const struct luo_object_id *id)
{
	unsigned int depth;

	for (depth = 0; from; depth++, from = from->from) {
		if (from->instance == id->instance &&
		    !strcmp(from->kind->name, id->kind))
			return "which leads back to it";
	}

	return depth > LUO_OBJECT_REFERENCE_DEPTH ?
	       "to which too many other references lead" : NULL;
}

/* Continue a walk with an object that a field refers to. */
static int luo_object_walk_reference(const struct luo_object_walk *walk,
				     const struct luo_object_step *from,
				     const struct luo_field *field,
				     const struct luo_object_id *id)
{
	const struct luo_object_step step = {
		.from = from,
		.kind = luo_object_kind_find(id->kind),
		.instance = id->instance,
	};
	const char *loops = luo_object_walk_loops(from, id);
	int err;

	if (loops) {
		luo_object_reference_report(from->kind, from->instance, field,
					    id, loops);
		return -ELOOP;
	}

	/* The reference was checked, so the owner has finished the object. */
	err = luo_object_in_stored(walk->in, id);
	if (err == -ENOENT || err == -EBADMSG)
		return 0;
	if (err)
		return err;

	if (!step.kind) {
		luo_object_reference_report(from->kind, from->instance, field,
					    id, "whose kind is not registered");
		return -ENOPKG;
	}

	return luo_object_walk_step(walk, &step);
}

static int luo_object_walk_step(const struct luo_object_walk *walk,
				const struct luo_object_step *step)
{
	const struct luo_object_kind *kind = step->kind;
	struct luo_object_id id;
	unsigned int i;
	u32 version;
	int err;

	if (!luo_object_reference_any(kind))
		return walk->fn(kind, step->instance, walk->context);

	void *ser __free(kfree) = kzalloc(kind->size, GFP_KERNEL);
	if (!ser)
		return -ENOMEM;

	err = luo_object_convert_load_alone(walk->in, kind, step->instance, ser,
					    &version);
	if (err)
		return err;

	for (i = 0; i < kind->nr_fields; i++) {
		if (!luo_object_reference_get(&kind->fields[i], ser, &id))
			continue;
		err = luo_object_walk_reference(walk, step, &kind->fields[i],
						&id);
		if (err)
			return err;
	}

	return walk->fn(kind, step->instance, walk->context);
}

/**
 * luo_object_reference_walk - Call a function for an object after those it refers to.
 * @in:       The set that it is in.
 * @kind:     Its kind.
 * @instance: Its number within the kind.
 * @fn:       As for luo_object_walk().
 * @context:  As for luo_object_walk().
 *
 * Context: Process context, may sleep. Takes luo_object_kinds_lock and holds it while
 * @fn runs.
 * Return: 0 or a negative errno, see luo_object_walk().
 */
int luo_object_reference_walk(struct luo_object_in *in,
			      const struct luo_object_kind *kind, u64 instance,
			      luo_object_walk_fn fn, void *context)
{
	const struct luo_object_walk walk = {
		.in = in,
		.fn = fn,
		.context = context,
	};
	const struct luo_object_step step = {
		.kind = kind,
		.instance = instance,
	};

	guard(mutex)(&luo_object_kinds_lock);

	return luo_object_walk_step(&walk, &step);
}
