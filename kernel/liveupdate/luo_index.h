/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_INDEX_H
#define _LUO_INDEX_H

#include <linux/gfp_types.h>
#include <linux/types.h>

/**
 * struct luo_index - Finds structures by a number that is their first member.
 * @slots: Open addressing, linear probing; NULL is an empty slot.
 * @order: There are 2^@order slots, none while @slots is NULL.
 * @count: Slots in use.
 * @multiplier: Random and odd; the hash function of @slots.
 *
 * Several entries may have the same number; a probe walks past all of them.
 * Callers bring the locking.
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
 * @index:  The index. Not changed by the body.
 * @key:    The number.
 * @cursor: An unsigned long for the iterator's own use.
 * @entry:  Points at each entry in turn.
 */
#define luo_index_for_each(index, key, cursor, entry)			\
	for ((cursor) = 0;						\
	     ((entry) = (void *)luo_index_next(index, key, &(cursor)));)

#endif /* _LUO_INDEX_H */
