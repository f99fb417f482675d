// SPDX-License-Identifier: GPL-2.0

/**
 * DOC: Preserved memory while a kernel boots
 *
 * The previous kernel says in a radix tree which pages it has preserved, see
 * include/linux/kho/abi/kexec_handover.h. Until the page allocator has taken
 * over the memory, nothing may touch them:
 *
 * - memblock allocates from scratch memory only, in which nothing is preserved,
 *   and goes on to do so until memblock_free_all() is done;
 * - memblock_free_all() and the initialisation of deferred struct pages, which
 *   give memory to the page allocator, ask here for the pages that they may
 *   give, with for_each_unpreserved_range().
 *
 * So memblock need not know of preserved pages. Were each of them reserved, a
 * region would be needed for every run of them, of which there may be as many as
 * pages, and each step of the above would look at all regions.
 *
 * The tree itself is in memory that is not preserved. Its nodes are reserved as
 * long as it is needed, and freed when the page allocator has all memory. There
 * is one node for at least 128 MiB in each order that was used (with pages of
 * 4 KiB), so these reservations are few.
 *
 * Called by kexec_handover.c and by what frees memory at boot. All of it is gone
 * after boot.
 */

#define pr_fmt(fmt) "KHO: " fmt

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kho_preserved.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/printk.h>
#include <linux/sort.h>

#include "kho_preserved.h"

#define WINDOW_PAGES	KHO_WINDOW_PAGES

/* A window lies within one leaf, whatever the order. */
static_assert(WINDOW_PAGES <= 1UL << KHO_BITMAP_SIZE_LOG2);

/* Keys below this one would stand for more memory than there can be. */
#define MIN_KEY		BIT(KHO_BITMAP_SIZE_LOG2)
#define MAX_ORDER_BIT	(64 - PAGE_SHIFT)
#define NR_ORDERS	(MAX_ORDER_BIT - KHO_BITMAP_SIZE_LOG2 + 1)

static_assert(NR_ORDERS <= BITS_PER_LONG);

/*
 * @root: the tree, NULL when nothing is preserved or when all that is preserved
 *	is reserved in memblock.
 * @orders: a bit for each order that was used.
 * @nodes: physical addresses of the nodes, ascending; all of them reserved.
 * @nr_nodes: how many.
 */
static struct {
	struct kho_radix_node *root;
	unsigned long orders;
	phys_addr_t *nodes;
	unsigned long nr_nodes;
} preserved __initdata;

static unsigned int __init level_shift(unsigned int level)
{
	return (level - 1) * KHO_TABLE_SIZE_LOG2 + KHO_BITMAP_SIZE_LOG2;
}

static int __init walk_leaf(const struct kho_radix_leaf *leaf, unsigned long key,
			    const struct kho_preserved_ops *ops, void *data)
{
	unsigned int order, i;
	unsigned long pfn;
	int err;

	if (key < MIN_KEY) {
		pr_err("the order of key %#lx is out of range\n", key);
		return -EINVAL;
	}

	order = MAX_ORDER_BIT - __fls(key);
	pfn = (key ^ (1UL << __fls(key))) << order;

	for (i = 0; i < ARRAY_SIZE(leaf->bitmap); i++) {
		if (!leaf->bitmap[i])
			continue;
		err = ops->pages(pfn + ((unsigned long)i * BITS_PER_LONG << order),
				 order, leaf->bitmap[i], data);
		if (err)
			return err;
	}

	return 0;
}

static int __init walk_node(phys_addr_t phys, unsigned int level, unsigned long key,
			    const struct kho_preserved_ops *ops, void *data)
{
	const struct kho_radix_node *node;
	unsigned int i;
	int err;

	if (!PAGE_ALIGNED(phys) || !memblock_is_memory(phys)) {
		pr_err("a node of the tree is at %pa, where no memory is\n", &phys);
		return -EINVAL;
	}

	if (ops->node) {
		err = ops->node(phys, data);
		if (err)
			return err;
	}

	node = phys_to_virt(phys);
	if (!level)
		return ops->pages ? walk_leaf((const void *)node, key, ops, data) : 0;

	for (i = 0; i < ARRAY_SIZE(node->table); i++) {
		if (!node->table[i])
			continue;
		err = walk_node(node->table[i], level - 1,
				key | (unsigned long)i << level_shift(level),
				ops, data);
		if (err)
			return err;
	}

	return 0;
}

/**
 * kho_preserved_walk - walk over all preserved memory, word by word.
 * @root: physical address of the tree that the previous kernel has left.
 * @ops: what to call.
 * @data: handed to the calls.
 *
 * The nodes have to be untouched since the previous kernel, and memblock has to
 * know the memory.
 *
 * Return: 0, the first result of a call that is not 0, or -EINVAL if the tree
 * leads to where no memory is or has keys of an order that cannot be.
 */
int __init kho_preserved_walk(phys_addr_t root, const struct kho_preserved_ops *ops,
			      void *data)
{
	return walk_node(root, KHO_TREE_MAX_DEPTH - 1, 0, ops, data);
}

static int __init add_order(unsigned long pfn, unsigned int order,
			    unsigned long bits, void *data)
{
	preserved.orders |= BIT(order);

	return 0;
}

static int __init count_node(phys_addr_t phys, void *data)
{
	preserved.nr_nodes++;

	return 0;
}

static int __init add_node(phys_addr_t phys, void *data)
{
	unsigned long *nr = data;

	preserved.nodes[(*nr)++] = phys;

	return 0;
}

static int __init compare_nodes(const void *a, const void *b)
{
	const phys_addr_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/**
 * kho_preserved_hold - keep preserved pages from the page allocator.
 * @root: physical address of the tree that the previous kernel has left.
 *
 * From here on, for_each_unpreserved_range() leaves out what the tree has. The
 * tree's nodes are reserved in memblock, lowest first, for which 8 bytes of
 * scratch memory for each are allocated, and at most two regions of memblock.
 *
 * Return: 0, -EINVAL if the tree is broken, or -ENOMEM. On error all pages count
 * as not preserved. Where memblock has no memory for its regions it cannot free
 * any either, and nodes stay reserved.
 */
int __init kho_preserved_hold(phys_addr_t root)
{
	static const struct kho_preserved_ops measure = {
		.pages = add_order,
		.node = count_node,
	};
	static const struct kho_preserved_ops collect = {
		.node = add_node,
	};
	unsigned long nr = 0;
	int err;

	err = kho_preserved_walk(root, &measure, NULL);
	if (err)
		goto err_reset;

	preserved.nodes = memblock_alloc(array_size(preserved.nr_nodes,
						    sizeof(*preserved.nodes)),
					 SMP_CACHE_BYTES);
	if (!preserved.nodes) {
		err = -ENOMEM;
		goto err_reset;
	}

	kho_preserved_walk(root, &collect, &nr);
	sort(preserved.nodes, nr, sizeof(*preserved.nodes), compare_nodes, NULL);

	for (nr = 0; nr < preserved.nr_nodes; nr++) {
		err = memblock_reserve(preserved.nodes[nr], PAGE_SIZE);
		if (err)
			goto err_release;
	}

	preserved.root = phys_to_virt(root);

	return 0;

err_release:
	preserved.nr_nodes = nr;
	kho_preserved_release();
err_reset:
	memset(&preserved, 0, sizeof(preserved));
	return err;
}

/**
 * kho_preserved_release - free the tree, which is not looked at any more.
 *
 * Before the page allocator runs, this undoes kho_preserved_hold().
 */
void __init kho_preserved_release(void)
{
	unsigned long nr = preserved.nr_nodes;

	/*
	 * Highest first: then memblock has nothing to move. It fails where it
	 * has no memory for its regions, and then it will for all.
	 */
	while (nr--)
		if (memblock_phys_free(preserved.nodes[nr], PAGE_SIZE))
			break;
	memblock_free(preserved.nodes,
		      array_size(preserved.nr_nodes, sizeof(*preserved.nodes)));
	memset(&preserved, 0, sizeof(preserved));
}

/* Once there are initcalls, the page allocator has all memory. */
static int __init release_tree(void)
{
	if (preserved.root)
		kho_preserved_release();

	return 0;
}
core_initcall(release_tree);

/*
 * Find the leaf below @node, the root, that has @key. Return NULL if there is none:
 * then *@end is the first key after it that another part of the tree could have.
 */
static const struct kho_radix_leaf *__init
find_leaf(const struct kho_radix_node *node, unsigned long key, unsigned long *end)
{
	unsigned int level;
	phys_addr_t phys;

	for (level = KHO_TREE_MAX_DEPTH - 1; level > 0; level--) {
		phys = node->table[key >> level_shift(level) &
				   (BIT(KHO_TABLE_SIZE_LOG2) - 1)];
		if (!phys) {
			*end = (key | (BIT(level_shift(level)) - 1)) + 1;
			return NULL;
		}
		node = phys_to_virt(phys);
	}

	return (const struct kho_radix_leaf *)node;
}

/* The leaf for a key of @order, mostly the one that was looked up last. */
static const struct kho_radix_leaf *__init
larger_leaf(struct kho_preserved_larger *larger, unsigned int order, unsigned long key)
{
	unsigned long first = round_down(key, BIT(KHO_BITMAP_SIZE_LOG2));
	unsigned long end;

	if (larger->first[order] != first) {
		larger->leaf[order] = find_leaf(larger->root, key, &end);
		larger->first[order] = first;
	}

	return larger->leaf[order];
}

/**
 * kho_preserved_within - find keys that lie in larger ones.
 * @larger: what is known of larger keys, with @root set and otherwise zero to begin
 *	with.
 * @pfn: as in the call of kho_preserved_ops.pages.
 * @order: as there.
 * @bits: as there.
 *
 * A kernel must not preserve a page under two keys. If the previous one did, then
 * the larger key wins, and what is in the smaller one is found under it. A walk
 * comes by larger orders first, so this must be called for each word of the walk.
 *
 * Takes some instructions for each larger order, whatever the number of keys.
 *
 * Return: those of @bits whose pages are under a larger key as well.
 */
unsigned long __init kho_preserved_within(struct kho_preserved_larger *larger,
					  unsigned long pfn, unsigned int order,
					  unsigned long bits)
{
	unsigned long orders = larger->orders & ~GENMASK(order, 0);
	unsigned long found = 0;

	larger->orders |= BIT(order);

	for (; orders; orders &= orders - 1) {
		unsigned int by = __ffs(orders), shift = by - order;
		unsigned long key = 1UL << (MAX_ORDER_BIT - by) | pfn >> by;
		unsigned long first = key & (BIT(KHO_BITMAP_SIZE_LOG2) - 1);
		const struct kho_radix_leaf *leaf = larger_leaf(larger, by, key);
		unsigned long bit = first;

		if (!leaf)
			continue;

		if (BIT(shift) >= BITS_PER_LONG) {
			if (leaf->bitmap[BIT_WORD(bit)] & BIT_MASK(bit))
				return bits;
			continue;
		}

		for_each_set_bit_from(bit, leaf->bitmap, first + (BITS_PER_LONG >> shift))
			found |= GENMASK(BIT(shift) - 1, 0) << ((bit - first) << shift);
	}

	return bits & found;
}

/* Adds to the window what is preserved in one order. */
static void __init add_preserved(struct kho_unpreserved *run,
				 const struct kho_radix_leaf *leaf,
				 unsigned long key, unsigned int order)
{
	unsigned long first = key & (BIT(KHO_BITMAP_SIZE_LOG2) - 1);
	unsigned long nr = max(WINDOW_PAGES >> order, 1UL);
	unsigned long pages = min(BIT(order), WINDOW_PAGES);
	unsigned long bit = first;

	if (!order) {
		bitmap_or(run->preserved, run->preserved,
			  leaf->bitmap + BIT_WORD(first), WINDOW_PAGES);
		return;
	}

	for_each_set_bit_from(bit, leaf->bitmap, first + nr)
		bitmap_set(run->preserved, (bit - first) * pages, pages);
}

/**
 * kho_unpreserved_look_up - find what is preserved around a page.
 * @run: the walk; takes what is found in the window of the page.
 * @pfn: the page frame number.
 *
 * Takes no lock and does not sleep.
 */
void __init kho_unpreserved_look_up(struct kho_unpreserved *run, unsigned long pfn)
{
	const struct kho_radix_leaf *leaf;
	unsigned long orders = preserved.orders;
	unsigned int order;

	run->window_pfn = round_down(pfn, WINDOW_PAGES);
	run->known_pfn = ULONG_MAX;
	bitmap_zero(run->preserved, WINDOW_PAGES);

	for (; orders; orders &= orders - 1) {
		unsigned long order_key, key, end;

		order = __ffs(orders);
		order_key = 1UL << (MAX_ORDER_BIT - order);
		key = order_key | run->window_pfn >> order;
		leaf = find_leaf(preserved.root, key, &end);
		if (leaf) {
			add_preserved(run, leaf, key, order);
			run->known_pfn = run->window_pfn + WINDOW_PAGES;
		} else if (end < 2 * order_key) {
			run->known_pfn = min(run->known_pfn,
					     (end - order_key) << order);
		}
	}
}

/**
 * kho_unpreserved_init - begin a walk over the pages that are not preserved.
 * @run: the walk.
 * @start: first page frame number of the range.
 * @end: the number after the last one of the range.
 */
void __init kho_unpreserved_init(struct kho_unpreserved *run, unsigned long start,
				 unsigned long end)
{
	run->next_pfn = start;
	run->limit_pfn = end;
	run->window_pfn = 0;
	run->known_pfn = preserved.root ? 0 : ULONG_MAX;
}

/**
 * kho_nr_unpreserved - count the pages that are not preserved.
 * @start: first page frame number of the range.
 * @end: the number after the last one of the range.
 *
 * Return: the number of pages that for_each_unpreserved_range() finds.
 */
unsigned long __init kho_nr_unpreserved(unsigned long start, unsigned long end)
{
	unsigned long nr = end - start;
	struct kho_unpreserved run;

	if (!preserved.root)
		return nr;

	while (start < end) {
		kho_unpreserved_look_up(&run, start);
		if (run.known_pfn <= run.window_pfn + WINDOW_PAGES) {
			/* Only what is in the range counts. */
			bitmap_clear(run.preserved, 0, start - run.window_pfn);
			if (end < run.known_pfn)
				bitmap_clear(run.preserved, end - run.window_pfn,
					     run.known_pfn - end);
			nr -= bitmap_weight(run.preserved, WINDOW_PAGES);
		}
		start = run.known_pfn;
	}

	return nr;
}
