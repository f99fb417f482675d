// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Lists and xarrays of objects
 *
 * The items of a list or an xarray are saved as the elements of an object, and each element
 * is loaded as an item. A table of functions does what differs between the containers. An
 * item is any struct with the wire struct of the elements in it; its other members are
 * zero when it was loaded.
 *
 * It is called by luo_object_member.c. It calls luo_elements.c. Callers must keep a
 * container unchanged during a call.
 */

#include <linux/errno.h>
#include <linux/export.h>
#include <linux/limits.h>
#include <linux/list.h>
#include <linux/luo_member.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include "luo_array_internal.h"
#include "luo_elements_internal.h"
#include "luo_object_internal.h"

/* How many items to add until another task may run. */
#define LUO_CONTAINER_BATCH	1024

static struct list_head *luo_list_node(const struct luo_member *member, void *item)
{
	return item + member->node;
}

static void *luo_list_next(const struct luo_member *member, void *container,
			   void *item, unsigned long *index)
{
	const struct list_head *node = item ? luo_list_node(member, item) : container;

	return node->next == container ? NULL : (void *)node->next - member->node;
}

static int luo_list_insert(const struct luo_member *member, void *container,
			   void *item)
{
	list_add_tail(luo_list_node(member, item), container);

	return 0;
}

static void luo_list_remove(const struct luo_member *member, void *container,
			    void *item, unsigned long index)
{
	list_del(luo_list_node(member, item));
}

const struct luo_container_ops luo_list_ops = {
	.next	= luo_list_next,
	.insert	= luo_list_insert,
	.remove	= luo_list_remove,
};
EXPORT_SYMBOL_GPL(luo_list_ops);

static void *luo_xarray_next(const struct luo_member *member, void *container,
			     void *item, unsigned long *index)
{
	return item ? xa_find_after(container, index, ULONG_MAX, XA_PRESENT) :
		      xa_find(container, index, ULONG_MAX, XA_PRESENT);
}

static void luo_xarray_key(const struct luo_member *member, void *element,
			   unsigned long index)
{
	*(u64 *)(element + member->node - member->ser) = index;
}

static int luo_xarray_insert(const struct luo_member *member, void *container,
			     void *item)
{
	const u64 key = *(u64 *)(item + member->node);
	int err;

	if (key != (unsigned long)key)
		return -EBADMSG;
	err = xa_insert(container, key, item, GFP_KERNEL);

	return err == -EBUSY ? -EBADMSG : err;
}

static void luo_xarray_remove(const struct luo_member *member, void *container,
			      void *item, unsigned long index)
{
	xa_erase(container, index);
}

const struct luo_container_ops luo_xarray_ops = {
	.next	= luo_xarray_next,
	.key	= luo_xarray_key,
	.insert	= luo_xarray_insert,
	.remove	= luo_xarray_remove,
};
EXPORT_SYMBOL_GPL(luo_xarray_ops);

static u64 luo_container_count(const struct luo_member *member, void *container)
{
	unsigned long index = 0;
	void *item = NULL;
	u64 count = 0;

	while ((item = member->ops->next(member, container, item, &index))) {
		if (!(++count % LUO_CONTAINER_BATCH))
			cond_resched();
	}

	return count;
}

/**
 * luo_container_save - Save the items of a container as elements.
 * @member:    The member of the object.
 * @container: The container.
 * @ser:       Set to the description of the elements; all zero if there is none or on
 *             failure.
 * @gfp:       Allocation mask.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM if there is no memory; or as luo_elements_save().
 */
int luo_container_save(const struct luo_member *member, void *container,
		       struct luo_elements_ser *ser, gfp_t gfp)
{
	const u64 count = luo_container_count(member, container);
	void *elements = NULL, *element, *item = NULL;
	unsigned long index = 0;
	struct luo_array array;
	int err;

	if (count) {
		elements = kvmalloc_array(count, member->kind->size,
					  gfp | __GFP_NOWARN);
		if (!elements) {
			*ser = (struct luo_elements_ser){};
			return -ENOMEM;
		}
	}

	element = elements;
	while ((item = member->ops->next(member, container, item, &index))) {
		memcpy(element, item + member->ser, member->kind->size);
		if (member->ops->key)
			member->ops->key(member, element, index);
		element += member->kind->size;
	}

	err = luo_elements_save(ser, &array, member->kind, elements, count, gfp);
	luo_array_unmap(&array);
	kvfree(elements);

	return err;
}

static int luo_container_add(const struct luo_member *member, void *container,
			     const void *element)
{
	void *item = kzalloc(member->size, GFP_KERNEL);
	int err;

	if (!item)
		return -ENOMEM;

	memcpy(item + member->ser, element, member->kind->size);
	err = member->ops->insert(member, container, item);
	if (err)
		kfree(item);

	return err;
}

/**
 * luo_container_load - Add an item to a container for each element.
 * @member:    The member of the object.
 * @container: The container, which is empty. On failure it may have some of the items, so
 *             call luo_container_unload().
 * @ser:       As read from the object: any values.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBADMSG if two elements have the same key; -ENOMEM if there is no memory; or
 * as luo_elements_copy().
 */
int luo_container_load(const struct luo_member *member, void *container,
		       const struct luo_elements_ser *ser)
{
	void *elements;
	u64 i;
	int err;

	if (!ser->count)
		return 0;

	err = luo_elements_copy(ser, member->kind, &elements);
	if (err)
		return err;

	for (i = 0; i < ser->count && !err; i++) {
		err = luo_container_add(member, container,
					elements + i * member->kind->size);
		if (!(i % LUO_CONTAINER_BATCH))
			cond_resched();
	}
	kvfree(elements);

	return err;
}

/**
 * luo_container_unload - Remove and free all items of a container.
 * @member:    The member of the object.
 * @container: The container, whose items are from kmalloc() or kzalloc().
 *
 * Context: Process context, may sleep.
 */
void luo_container_unload(const struct luo_member *member, void *container)
{
	unsigned long index = 0, nr = 0;
	void *item;

	while ((item = member->ops->next(member, container, NULL, &index))) {
		member->ops->remove(member, container, item, index);
		kfree(item);
		if (!(++nr % LUO_CONTAINER_BATCH))
			cond_resched();
	}
}

/**
 * luo_container_empty - Check whether a container is empty.
 * @member:    The member of the object.
 * @container: The container.
 *
 * Return: true if it has no item.
 */
bool luo_container_empty(const struct luo_member *member, void *container)
{
	unsigned long index = 0;

	return !member->ops->next(member, container, NULL, &index);
}
