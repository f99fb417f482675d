/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_LUO_MEMBER_H
#define _LINUX_LUO_MEMBER_H

#include <linux/list.h>
#include <linux/luo_pages.h>
#include <linux/types.h>
#include <linux/xarray.h>

struct luo_member;
struct luo_object_kind;

/**
 * struct luo_container_ops - The functions of a container.
 * @next:   Return the item after @item, the first one if that is NULL, or NULL if there
 *          is none. @index is kept between the calls, and is 0 before the first one.
 * @key:    Set the key in @element, the wire struct of the item that @next returned. NULL
 *          if items have no key.
 * @insert: Add an item at the end, or at its key. Return 0; -EBADMSG if another item has
 *          its key; -ENOMEM if there is no memory.
 * @remove: Remove an item that @next returned.
 */
struct luo_container_ops {
	void *(*next)(const struct luo_member *member, void *container, void *item,
		      unsigned long *index);
	void (*key)(const struct luo_member *member, void *element,
		    unsigned long index);
	int (*insert)(const struct luo_member *member, void *container, void *item);
	void (*remove)(const struct luo_member *member, void *container, void *item,
		       unsigned long index);
};

extern const struct luo_container_ops luo_list_ops;
extern const struct luo_container_ops luo_xarray_ops;

/**
 * struct luo_member - A member of an object that is saved with it.
 * @field:  Offset of the field in the wire struct that it is saved in, in bytes.
 * @offset: Offset of the member in the struct of the object.
 * @ops:    The functions of the container; NULL if the member is a &struct luo_pages.
 * @kind:   The kind of the elements of a container, and the same below.
 * @size:   Size of an item in bytes.
 * @node:   For a list, offset of the &struct list_head in an item; for an xarray, offset
 *          of the key.
 * @ser:    Offset of the wire struct in an item.
 *
 * See LUO_DEFINE_KIND_MEMBERS().
 */
struct luo_member {
	u32 field;
	u32 offset;
	const struct luo_container_ops *ops;
	const struct luo_object_kind *kind;
	u32 size;
	u32 node;
	u32 ser;
};

#endif /* _LINUX_LUO_MEMBER_H */
