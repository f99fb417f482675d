// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Elements of objects
 *
 * An object can have any number of elements, which are structs of another kind in an
 * array. The elements of a kernel with the same layout are copied. Those of an older
 * kernel are read one by one, and the fields that they lack get their fallbacks. Of
 * those of a newer kernel, the fields that this kernel does not have are skipped.
 *
 * Therefore each field that is added to elements must be droppable. Add a field that an
 * older kernel must not ignore to the object, in a new version.
 *
 * It is called by subsystems that store objects, and by luo_container.c,
 * luo_object_member.c and luo_pages.c for theirs. It calls luo_array.c, luo_array_in.c,
 * luo_object_convert.c, luo_object_field.c, luo_object_reference.c and
 * luo_object_table.c. Callers must serialise the calls for one object.
 */

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cleanup.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/luo_field.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "luo_array_internal.h"
#include "luo_elements_internal.h"
#include "luo_handover.h"
#include "luo_object_internal.h"

/* How many elements to check or convert until another task may run. */
#define LUO_ELEMENTS_BATCH	1024

#define LUO_ELEMENTS_FIELDS(field, ser)	luo_field_elements(field, ser)

LUO_DEFINE_NESTED(luo_elements, struct luo_elements_ser, LUO_ELEMENTS_FIELDS);

/* Check the elements of an array, unless every value of every field is valid. */
static int luo_elements_check(const struct luo_object_kind *kind, u32 version,
			      const void *elements, u64 count)
{
	u64 i, invalid;
	int err;

	if (luo_object_fields_any(kind))
		return 0;

	for (i = 0; i < count; i += LUO_ELEMENTS_BATCH) {
		err = luo_object_fields_check_all(kind, version,
						  elements + i * kind->size,
						  min(count - i,
						      LUO_ELEMENTS_BATCH),
						  &invalid);
		if (err) {
			pr_warn("kind %s: element %llu of %llu is invalid\n",
				kind->name, i + invalid, count);
			return err;
		}
		cond_resched();
	}

	return 0;
}

/**
 * luo_elements_save - Save the elements of an object for the next kernel.
 * @ser:      Set to the description of the elements; all zero if @count is 0 or on
 *            failure. Store the object that contains it after this call.
 * @array:    Set to the array, which the caller frees with luo_array_free() if it
 *            removes the object; all zero if @count is 0 or on failure.
 * @kind:     The kind of the elements, from LUO_DEFINE_KIND(), whose versions are given as
 *            element. The elements are stored in its newest version.
 * @elements: The elements, newest structs of @kind one after the other. Copied; the
 *            caller keeps them.
 * @count:    Number of elements, may be 0.
 * @gfp:      Allocation mask, as for luo_array_alloc().
 *
 * Context: Process context, may sleep.
 * Return: 0; -ERANGE if a value of a field is invalid; -EINVAL if @kind is not one of
 * elements, if a field of it was added in a later version and is not droppable, if it has
 * a reference, which would not be checked, or pages, which would not be freed, or if
 * @count or @gfp is invalid; -ENOMEM if there is no memory.
 */
int luo_elements_save(struct luo_elements_ser *ser, struct luo_array *array,
		      const struct luo_object_kind *kind, const void *elements,
		      u64 count, gfp_t gfp)
{
	int err;

	*ser = (struct luo_elements_ser){};
	*array = (struct luo_array){};
	if (!kind->elements || !luo_object_fields_droppable(kind) ||
	    luo_object_reference_any(kind) || luo_object_member_any_pages(kind) ||
	    kind->nr_subsections)
		return -EINVAL;
	if (!count)
		return 0;

	err = luo_elements_check(kind, U32_MAX, elements, count);
	if (!err)
		err = luo_array_alloc_raw(array, kind->size, count, gfp);
	if (err)
		return err;

	memcpy(array->data, elements, count * kind->size);
	luo_array_seal(array);
	*ser = (struct luo_elements_ser){
		.array = array->handle,
		.count = count,
		.stride = kind->size,
		.version = kind->versions[0].version,
		.layout = kind->versions[0].layout,
		.kind = luo_object_table_kind_crc(kind->name),
	};

	return 0;
}

/**
 * luo_elements_version_find - Find the version in which this kernel reads elements.
 * @ser:  As read from the object: any values.
 * @kind: The kind of the elements.
 *
 * Return: The version; -EPROTO, -EMSGSIZE or -EPROTONOSUPPORT as luo_elements_copy().
 */
const struct luo_object_version *
luo_elements_version_find(const struct luo_elements_ser *ser,
			  const struct luo_object_kind *kind)
{
	const struct luo_object_version *v = kind->versions;

	if (ser->kind != luo_object_table_kind_crc(kind->name))
		return ERR_PTR(-EPROTO);

	/* The beginning of an element of a newer version is that of the newest here. */
	if (ser->version > v->version)
		return ser->stride > v->size && ser->stride <= LUO_OBJECT_SIZE_MAX ?
		       v : ERR_PTR(-EMSGSIZE);

	v = luo_object_convert_version(kind, ser->version);
	if (!v)
		return ERR_PTR(-EPROTONOSUPPORT);

	return ser->layout == v->layout && ser->stride == v->size ?
	       v : ERR_PTR(-EPROTO);
}

/* Report why luo_elements_version_find() did not find a version. */
static void luo_elements_version_warn(const struct luo_elements_ser *ser,
				      const struct luo_object_kind *kind, int err)
{
	const struct luo_object_version *v = kind->versions;

	if (ser->kind != luo_object_table_kind_crc(kind->name)) {
		pr_err("elements: found a kind with CRC %08x, expected %08x of %s\n",
		       ser->kind, luo_object_table_kind_crc(kind->name), kind->name);
	} else if (err == -EMSGSIZE) {
		pr_err("kind %s version %u: found elements of %u bytes, expected %u to %d\n",
		       kind->name, ser->version, ser->stride, v->size + 1,
		       LUO_OBJECT_SIZE_MAX);
	} else if (err == -EPROTONOSUPPORT) {
		pr_err("kind %s: found elements of version %u, understood are %u to %u\n",
		       kind->name, ser->version,
		       v[kind->nr_versions - 1].version, v->version);
	} else {
		v = luo_object_convert_version(kind, ser->version);
		pr_err("kind %s version %u: found elements of %u bytes with digest %08x, expected %u with %08x\n",
		       kind->name, ser->version, ser->stride, ser->layout,
		       v->size, v->layout);
	}
}

/* Copy elements of another size, and convert them to the newest structs. */
static int luo_elements_convert(const struct luo_elements_ser *ser,
				const struct luo_object_kind *kind,
				const struct luo_object_version *version,
				void **elements)
{
	void *element, *wire = NULL;
	u64 i;
	int err;

	err = luo_array_copy(&wire, ser->array, ser->stride, ser->count);
	if (err)
		return err;

	element = kvmalloc_array(ser->count, kind->size,
				 GFP_KERNEL | __GFP_NOWARN);
	if (!element) {
		kvfree(wire);
		return -ENOMEM;
	}
	*elements = element;

	for (i = 0; i < ser->count; i++, element += kind->size) {
		memcpy(element, wire + i * ser->stride, version->size);
		memset(element + version->size, 0, kind->size - version->size);
		luo_object_fields_fill(kind, version->version, element);
		if (!(i % LUO_ELEMENTS_BATCH))
			cond_resched();
	}
	kvfree(wire);

	return 0;
}

/**
 * luo_elements_copy - Load the elements of an object of the previous kernel.
 * @ser:      As read from the object: any values, but at least one element.
 * @kind:     The kind of the elements.
 * @elements: Set to @ser->count elements, newest structs of @kind, which the caller frees
 *            with kvfree(). NULL on failure.
 *
 * Memory is allocated only if there is an array of this size. The elements stay until
 * luo_elements_finish(), so they can be loaded again.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EPROTO if the elements are of another kind or have another layout;
 * -EPROTONOSUPPORT if this kernel does not read their version; -EMSGSIZE if their size or
 * number is not that of the array; -ERANGE if a value of a field is invalid; -EBADMSG if
 * the array is corrupt or was freed; -ENOMEM if there is no memory.
 */
int luo_elements_copy(const struct luo_elements_ser *ser,
		      const struct luo_object_kind *kind, void **elements)
{
	const struct luo_object_version *version;
	int err;

	*elements = NULL;
	version = luo_elements_version_find(ser, kind);
	if (IS_ERR(version)) {
		luo_elements_version_warn(ser, kind, PTR_ERR(version));
		return PTR_ERR(version);
	}

	if (ser->stride != kind->size)
		err = luo_elements_convert(ser, kind, version, elements);
	else
		err = luo_array_copy(elements, ser->array, ser->stride, ser->count);

	err = err ?: luo_elements_check(kind, version->version, *elements,
					ser->count);
	if (err) {
		kvfree(*elements);
		*elements = NULL;
	}

	return err;
}

/**
 * luo_elements_finish - Free the elements of an object of the previous kernel.
 * @ser: As read from the object: any values.
 *
 * Call it before luo_finish_object(), after the elements were saved for the next
 * kernel. If user space drops the object, they are freed without this call. Nothing
 * happens if they were freed already. The pages of a corrupt list stay allocated,
 * because they cannot be found.
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM if there is no memory, with nothing changed.
 */
int luo_elements_finish(const struct luo_elements_ser *ser)
{
	return luo_array_drop(ser->array, ser->stride, ser->count);
}

/**
 * luo_elements_abort - Free elements of this kernel.
 * @ser:      As luo_elements_save() has set it. The array is not mapped.
 *
 * Context: Process context, may sleep.
 */
void luo_elements_abort(const struct luo_elements_ser *ser)
{
	if (ser->count)
		luo_array_free_stored(ser->array, ser->count * ser->stride);
}
