// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: An index of preserved structures
 *
 * A table of objects may hold a million records, in preserved pages whose format has
 * no links for a tree or a chained hash. This index is an open hash table with one
 * word per slot at a load of 3/8 to 3/4. A lookup costs the same at any size. It
 * needs neither RCU nor a work queue, so that the object core also builds in user
 * space. With 100,000 records a lookup takes a fifth of the instructions of an xarray
 * or an rhashtable, and the index a third of the memory of an rhashtable and a
 * hundredth of that of an xarray: ``make bench BENCH=objects``.
 *
 * The numbers come from another kernel, which may be broken. With a fixed hash
 * function it could send a million numbers that share one slot, and each insertion
 * would probe past all earlier ones. The hash function therefore begins with a
 * multiplication by a random odd number, which is drawn anew whenever slots are
 * allocated. Equal numbers share a slot under any hash function: callers must
 * bound how many of them they add.
 *
 * It is called by the tables, the pools and PKRAM, and calls only the allocator.
 * Callers must serialise the calls for one index.
 */

#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "luo_index.h"

#define LUO_INDEX_MIN_ORDER	6

static unsigned long luo_index_home(const struct luo_index *index, u64 key)
{
	key *= index->multiplier;
	key ^= key >> 32;

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
	index->count++;
}

/**
 * luo_index_full - Check whether another entry needs more slots.
 * @index: The index.
 *
 * Return: true if luo_index_add() would allocate.
 */
bool luo_index_full(const struct luo_index *index)
{
	return !index->slots || index->count >= (3UL << index->order) / 4;
}

/**
 * luo_index_alloc - Allocate an empty index.
 * @spare: Set to the index. Free it with luo_index_destroy().
 * @order: Allocates 2^@order slots, but at least a minimum.
 * @gfp:   Allocation mask.
 *
 * Return: 0; -ENOMEM if there is no memory, with @spare unchanged.
 */
int luo_index_alloc(struct luo_index *spare, unsigned int order, gfp_t gfp)
{
	u64 **slots;

	order = max(order, LUO_INDEX_MIN_ORDER);
	slots = kvcalloc(1UL << order, sizeof(*slots), gfp);
	if (!slots)
		return -ENOMEM;

	*spare = (struct luo_index){
		.slots = slots,
		.order = order,
		.multiplier = get_random_u64() | 1,
	};

	return 0;
}

/**
 * luo_index_move - Move all entries into another index.
 * @index: The index. It has the slots of @spare when the call returns.
 * @spare: An empty index with more slots. It has the old slots of @index when the
 *         call returns; free them with luo_index_destroy().
 *
 * Allocates and frees nothing, so that callers may hold a lock that memory reclaim
 * waits for.
 */
void luo_index_move(struct luo_index *index, struct luo_index *spare)
{
	unsigned long nr_slots = index->slots ? 1UL << index->order : 0, i;

	for (i = 0; i < nr_slots; i++) {
		if (index->slots[i])
			luo_index_place(spare, index->slots[i]);
	}
	swap(*index, *spare);
}

/**
 * luo_index_add - Add an entry.
 * @index: The index.
 * @entry: The number, which is the first member of the structure to find.
 * @gfp:   Allocation mask. Nothing is allocated unless luo_index_full().
 *
 * Return: 0; -ENOMEM if there is no memory, with nothing changed.
 */
int luo_index_add(struct luo_index *index, u64 *entry, gfp_t gfp)
{
	struct luo_index spare;
	int err;

	if (luo_index_full(index)) {
		err = luo_index_alloc(&spare, index->order + 1, gfp);
		if (err)
			return err;
		luo_index_move(index, &spare);
		luo_index_destroy(&spare);
	}

	luo_index_place(index, entry);

	return 0;
}

/**
 * luo_index_del - Remove an entry.
 * @index: The index.
 * @entry: The entry. Nothing happens if it is not in the index.
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

	/*
	 * A probe ends at an empty slot. Move each following entry into the hole if
	 * the probe for it passes the hole.
	 */
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
 * luo_index_next - Find the next entry with a number.
 * @index:  The index.
 * @key:    The number.
 * @cursor: 0 for the first entry. Updated, so that the next call continues.
 *
 * Return: The entry, or NULL if there is no further one.
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
 * luo_index_destroy - Free the slots of an index, but not the entries.
 * @index: The index. It is empty and can be used again.
 */
void luo_index_destroy(struct luo_index *index)
{
	kvfree(index->slots);
	*index = (struct luo_index){};
}
