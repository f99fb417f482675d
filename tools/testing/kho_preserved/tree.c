// SPDX-License-Identifier: GPL-2.0
/* Create trees like those of the previous kernel. */
#include <sys/mman.h>

#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/seq_file.h>
#include <linux/memblock.h>
#include <linux/kho/abi/kexec_handover.h>

#include "tree.h"

#define ORDER_0_BIT	(64 - PAGE_SHIFT)
#define NODE_STEP	2654435761UL

static u64 state = 1;

unsigned long random_below(unsigned long limit)
{
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;

	return (state >> 24) % limit;
}

/* Allocate a node in a separate page. The pages are scattered over memory. */
static struct kho_radix_node *node_create(struct machine *machine)
{
	unsigned long first = machine->start_pfn + PHYS_PFN(SCRATCH_SIZE);
	unsigned long nr = 1UL << ilog2(machine->end_pfn - first);

	return phys_to_virt(PFN_PHYS(first + machine->nr_nodes++ * NODE_STEP % nr));
}

void machine_create(struct machine *machine, unsigned long size)
{
	void *memory = mmap(NULL, size + SZ_2M, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	phys_addr_t base;

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	base = ALIGN((phys_addr_t)memory, SZ_2M);
	memblock_add(base, size);
	memblock_mark_kho_scratch(base, SCRATCH_SIZE);
	memblock_set_kho_scratch_only();
	memblock_allow_resize();

	machine->start_pfn = PHYS_PFN(base);
	machine->end_pfn = machine->start_pfn + PHYS_PFN(size);
	machine->nr_nodes = 0;
	machine->tree.root = node_create(machine);
}

unsigned long tree_key(unsigned long pfn, unsigned int order)
{
	return 1UL << (ORDER_0_BIT - order) | pfn >> order;
}

static u64 *tree_entry(struct kho_radix_node *node, int level, unsigned long key)
{
	unsigned int shift = (level - 1) * KHO_TABLE_SIZE_LOG2 + KHO_BITMAP_SIZE_LOG2;

	return &node->table[key >> shift & ((1 << KHO_TABLE_SIZE_LOG2) - 1)];
}

struct kho_radix_leaf *tree_find_leaf(const struct machine *machine, unsigned long key)
{
	struct kho_radix_node *node = machine->tree.root;

	for (int level = KHO_TREE_MAX_DEPTH - 1; level > 0; level--) {
		u64 *entry = tree_entry(node, level, key);

		if (!*entry)
			return NULL;
		node = phys_to_virt(*entry);
	}

	return (struct kho_radix_leaf *)node;
}

struct kho_radix_leaf *tree_leaf(struct machine *machine, unsigned long key)
{
	struct kho_radix_node *node = machine->tree.root;

	for (int level = KHO_TREE_MAX_DEPTH - 1; level > 0; level--) {
		u64 *entry = tree_entry(node, level, key);

		if (!*entry)
			*entry = virt_to_phys(node_create(machine));
		node = phys_to_virt(*entry);
	}

	return (struct kho_radix_leaf *)node;
}

void tree_add(struct machine *machine, unsigned long pfn, unsigned int order)
{
	unsigned long key = tree_key(pfn, order);
	unsigned long bit = key & ((1UL << KHO_BITMAP_SIZE_LOG2) - 1);

	tree_leaf(machine, key)->bitmap[bit / 64] |= 1UL << bit % 64;
}
