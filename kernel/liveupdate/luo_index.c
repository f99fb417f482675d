// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: An index of preserved structures
 *
 * A table of objects may hold a million records, in preserved pages that leave
 * no room for the links of a tree or a chained hash. This index is one word
 * per entry at a load of 3/8 to 3/4, costs the same at any size, and needs
 * neither RCU nor a work queue, so that the object core also builds in user
 * space; rhashtable would take 16 bytes more for each record.
 *
 * It is called by the tables and calls only the allocator.
 */

#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/slab.h>

#include "luo_index.h"

#define LUO_INDEX_MIN_ORDER	6

static unsigned long luo_index_home(const struct luo_index *index, u64 key)
{
	return hash_64(key, index->order);
}

static unsigned long luo_index_mask(const struct luo_index *index)
{
	return (1UL << index->order) - 1;
}

static void luo_index_place(struct luo_index *index, u64 *entry)
{
	unsigned long i = luo_index_home(index, *entry);

	while (index->slots[i])
		i = (i + 1) & luo_index_mask(index);
	index->slots[i] = entry;
}

static int luo_index_grow(struct luo_index *index, gfp_t gfp)
{
	unsigned long nr_slots = index->slots ? 1UL << index->order : 0;
	u64 **old = index->slots, **slots;
	unsigned int order = old ? index->order + 1 : LUO_INDEX_MIN_ORDER;
	unsigned long i;

	slots = kvcalloc(1UL << order, sizeof(*slots), gfp);
	if (!slots)
		return -ENOMEM;

	index->slots = slots;
	index->order = order;
	for (i = 0; i < nr_slots; i++) {
		if (old[i])
			luo_index_place(index, old[i]);
	}
	kvfree(old);

	return 0;
}

/**
 * luo_index_add - Add an entry.
 * @index: The index.
 * @entry: The number, first member of the structure that is to be found.
 * @gfp:   How to allocate.
 *
 * Return: 0, or -ENOMEM with nothing changed.
 */
int luo_index_add(struct luo_index *index, u64 *entry, gfp_t gfp)
{
	int err;

	if (!index->slots || index->count >= (3UL << index->order) / 4) {
		err = luo_index_grow(index, gfp);
		if (err)
			return err;
	}

	luo_index_place(index, entry);
	index->count++;

	return 0;
}

/**
 * luo_index_del - Remove an entry.
 * @index: The index.
 * @entry: What was added. No harm if it is not there.
 */
void luo_index_del(struct luo_index *index, u64 *entry)
{
	unsigned long mask, hole, i;

	if (!index->slots)
		return;

	mask = luo_index_mask(index);
	hole = luo_index_home(index, *entry);
	while (index->slots[hole] != entry) {
		if (!index->slots[hole])
			return;
		hole = (hole + 1) & mask;
	}
	index->count--;

	/* Close the gap with what would no longer be found past it. */
	for (i = (hole + 1) & mask; index->slots[i]; i = (i + 1) & mask) {
		unsigned long home = luo_index_home(index, *index->slots[i]);

		if (((i - home) & mask) >= ((i - hole) & mask)) {
			index->slots[hole] = index->slots[i];
			hole = i;
		}
	}
	index->slots[hole] = NULL;
}

/**
 * luo_index_next - The next entry with a number.
 * @index:  The index.
 * @key:    The number.
 * @cursor: 0 for the first entry; left so that the next call continues.
 *
 * Return: The entry, or NULL when there is no further one.
 */
u64 *luo_index_next(const struct luo_index *index, u64 key,
		    unsigned long *cursor)
{
	unsigned long home, mask;
	u64 *entry;

	if (!index->slots)
		return NULL;

	home = luo_index_home(index, key);
	mask = luo_index_mask(index);
	while ((entry = index->slots[(home + *cursor) & mask])) {
		++*cursor;
		if (*entry == key)
			return entry;
	}

	return NULL;
}

/**
 * luo_index_destroy - Free an index; the entries are the caller's.
 * @index: The index, empty and usable afterwards.
 */
void luo_index_destroy(struct luo_index *index)
{
	kvfree(index->slots);
	*index = (struct luo_index){};
}
