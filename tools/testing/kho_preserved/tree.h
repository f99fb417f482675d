/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHO_PRESERVED_TREE_H
#define KHO_PRESERVED_TREE_H

#include <linux/kho_radix_tree.h>
#include <linux/types.h>

/*
 * The memory of a machine, in memblock. Scratch memory is at its beginning. Pages are
 * allocated when they are first accessed. Physical and virtual addresses are equal.
 */
#define SCRATCH_SIZE	(256UL << 20)

struct machine {
	unsigned long start_pfn;
	unsigned long end_pfn;
	struct kho_radix_tree tree;
	unsigned long nr_nodes;
};

/* Create a machine with an empty tree. Call it once per process. */
void machine_create(struct machine *machine, unsigned long size);

/* Add a key like the previous kernel. Nodes are anywhere after scratch memory. */
void tree_add(struct machine *machine, unsigned long pfn, unsigned int order);

/* Find the leaf of a key, or create it. */
struct kho_radix_leaf *tree_leaf(struct machine *machine, unsigned long key);
/* Find the leaf of a key. Returns NULL if there is none. */
struct kho_radix_leaf *tree_find_leaf(const struct machine *machine, unsigned long key);
unsigned long tree_key(unsigned long pfn, unsigned int order);

/* Return the same random numbers with every C library. */
unsigned long random_below(unsigned long limit);

#endif
