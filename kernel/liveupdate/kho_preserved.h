/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _KHO_PRESERVED_H
#define _KHO_PRESERVED_H

#include <linux/bits.h>
#include <linux/types.h>

struct kho_radix_leaf;
struct kho_radix_node;
struct kho_radix_tree;

/**
 * struct kho_preserved_ops - Functions that kho_preserved_walk() calls.
 * @pages: Called for each word of a leaf that is not zero. Bit i of @bits stands
 *	for the 1 << @order pages from @pfn + (i << @order) on.
 * @node: Called with the physical address of each node of the tree.
 *
 * Either may be NULL. A result other than 0 ends the walk and is its result.
 */
struct kho_preserved_ops {
	int (*pages)(unsigned long pfn, unsigned int order, unsigned long bits,
		     void *data);
	int (*node)(phys_addr_t phys, void *data);
};

/**
 * struct kho_preserved_larger - Larger keys, for kho_preserved_within().
 * @root: Root of the tree.
 * @orders: A bit for each order that the walk has visited. It visits the largest
 *	one first.
 * @first: For each order, the first key of the leaf that was looked up last.
 * @leaf: For each order, that leaf; NULL if it is not in the tree.
 */
struct kho_preserved_larger {
	const struct kho_radix_node *root;
	unsigned long orders;
	unsigned long first[BITS_PER_LONG];
	const struct kho_radix_leaf *leaf[BITS_PER_LONG];
};

unsigned long kho_preserved_within(struct kho_preserved_larger *larger,
				   unsigned long pfn, unsigned int order,
				   unsigned long bits);
int kho_preserved_walk(struct kho_radix_tree *tree,
		       const struct kho_preserved_ops *ops, void *data);
void kho_preserved_over_nodes(struct kho_radix_tree *tree,
			      void (*found)(unsigned long pfn, unsigned int order,
					    void *data),
			      void *data);
int kho_preserved_hold(struct kho_radix_tree *tree);
void kho_preserved_release(void);

#endif /* _KHO_PRESERVED_H */
