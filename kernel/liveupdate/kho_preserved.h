/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _KHO_PRESERVED_H
#define _KHO_PRESERVED_H

#include <linux/types.h>

struct kho_radix_node;

/**
 * struct kho_preserved_ops - what a walk over preserved memory calls.
 * @pages: called with a word of a leaf in which bits are set. Bit i of @bits
 *	stands for the 1 << @order pages from @pfn + (i << @order) on.
 * @node: called with each page of the tree itself.
 *
 * Either may be NULL. What is not zero ends the walk, and is its result.
 */
struct kho_preserved_ops {
	int (*pages)(unsigned long pfn, unsigned int order, unsigned long bits,
		     void *data);
	int (*node)(phys_addr_t phys, void *data);
};

int kho_preserved_walk(phys_addr_t root, const struct kho_preserved_ops *ops,
		       void *data);
int kho_preserved_hold(phys_addr_t root);
void kho_preserved_release(void);

#endif /* _KHO_PRESERVED_H */
