/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KHO_PRESERVED_TREE_H
#define KHO_PRESERVED_TREE_H

#include <linux/types.h>

/*
 * Memory as a machine has it, in memblock, with scratch memory in front. Pages of
 * it are there when they are touched. Physical and virtual addresses are the same.
 */
#define SCRATCH_SIZE	(256UL << 20)

struct machine {
	unsigned long start_pfn;
	unsigned long end_pfn;
	struct kho_radix_node *root;
	unsigned long nr_nodes;
};

/* A machine with that much memory and an empty tree, once in a process. */
void machine_create(struct machine *machine, unsigned long size);

/* As the previous kernel does it. The nodes lie anywhere behind scratch memory. */
void tree_add(struct machine *machine, unsigned long pfn, unsigned int order);

/* The leaf that has a key, made if it is not there. */
struct kho_radix_leaf *tree_leaf(struct machine *machine, unsigned long key);
/* The leaf that has a key, or NULL. */
struct kho_radix_leaf *tree_find_leaf(const struct machine *machine, unsigned long key);
unsigned long tree_key(unsigned long pfn, unsigned int order);

/* The same numbers with every C library. */
unsigned long random_below(unsigned long limit);

#endif
