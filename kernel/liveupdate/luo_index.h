/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_INDEX_H
#define _LUO_INDEX_H

#include <linux/gfp_types.h>
#include <linux/types.h>

/**
 * struct luo_index - An index of structures by a number, their first member.
 * @slots: 2^@order slots with linear probing. NULL is an empty slot.
 * @order: The order. There are no slots while @slots is NULL.
 * @count: Number of slots in use.
 * @multiplier: A random odd number, part of the hash function.
 *
 * Several entries may have the same number. Callers must serialise the calls for one
 * index.
 */
struct luo_index {
	u64 **slots;
	unsigned int order;
	unsigned long count;
	u64 multiplier;
};

bool luo_index_full(const struct luo_index *index);
int luo_index_alloc(struct luo_index *spare, unsigned int order, gfp_t gfp);
void luo_index_move(struct luo_index *index, struct luo_index *spare);

int luo_index_add(struct luo_index *index, u64 *entry, gfp_t gfp);
void luo_index_del(struct luo_index *index, u64 *entry);
void luo_index_destroy(struct luo_index *index);

u64 *luo_index_next(const struct luo_index *index, u64 key,
		    unsigned long *cursor);

/**
 * luo_index_for_each - Iterate over all entries with a number.
 * @index:  The index. The body must not change it.
 * @key:    The number.
 * @cursor: An unsigned long that the iterator uses.
 * @entry:  Points at each entry in turn.
 */
#define luo_index_for_each(index, key, cursor, entry)			\
	for ((cursor) = 0;						\
	     ((entry) = (void *)luo_index_next(index, key, &(cursor)));)

#endif /* _LUO_INDEX_H */
