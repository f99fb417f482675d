/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_XARRAY_H
#define _LUO_OBJECT_TEST_XARRAY_H

#include <errno.h>
#include <linux/slab.h>

/* A sorted list with the calls of an xarray that the core uses. */

struct xa_entry {
	struct xa_entry *next;
	unsigned long index;
	void *entry;
};

struct xarray {
	struct xa_entry *first;
};

typedef unsigned int xa_mark_t;
#define XA_PRESENT	((xa_mark_t)8)

static inline void xa_init(struct xarray *xa)
{
	xa->first = NULL;
}

static inline bool xa_empty(const struct xarray *xa)
{
	return !xa->first;
}

/* The place of the first entry at or after an index. */
static inline struct xa_entry **xa_place(struct xarray *xa, unsigned long index)
{
	struct xa_entry **place = &xa->first;

	while (*place && (*place)->index < index)
		place = &(*place)->next;

	return place;
}

static inline void *xa_load(struct xarray *xa, unsigned long index)
{
	const struct xa_entry *e = *xa_place(xa, index);

	return e && e->index == index ? e->entry : NULL;
}

static inline int xa_insert(struct xarray *xa, unsigned long index, void *entry,
			    gfp_t gfp)
{
	struct xa_entry **place = xa_place(xa, index), *e;

	if (*place && (*place)->index == index)
		return -EBUSY;
	e = kzalloc(sizeof(*e), gfp);
	if (!e)
		return -ENOMEM;
	*e = (struct xa_entry){ *place, index, entry };
	*place = e;

	return 0;
}

static inline void *xa_erase(struct xarray *xa, unsigned long index)
{
	struct xa_entry **place = xa_place(xa, index), *e = *place;
	void *entry;

	if (!e || e->index != index)
		return NULL;
	entry = e->entry;
	*place = e->next;
	kfree(e);

	return entry;
}

static inline void *xa_find(struct xarray *xa, unsigned long *index,
			    unsigned long max, xa_mark_t filter)
{
	const struct xa_entry *e = *xa_place(xa, *index);

	if (!e || e->index > max)
		return NULL;
	*index = e->index;

	return e->entry;
}

static inline void *xa_find_after(struct xarray *xa, unsigned long *index,
				  unsigned long max, xa_mark_t filter)
{
	unsigned long next = *index + 1;
	void *entry = next ? xa_find(xa, &next, max, filter) : NULL;

	if (entry)
		*index = next;

	return entry;
}

#endif /* _LUO_OBJECT_TEST_XARRAY_H */
