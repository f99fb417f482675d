// SPDX-License-Identifier: GPL-2.0

/**
 * DOC: Preserved memory while a kernel boots
 *
 * The previous kernel lists the pages that it has preserved in a radix tree, see
 * include/linux/kho/abi/kexec_handover.h. Nothing may overwrite these pages before
 * the page allocator manages all memory:
 *
 * - memblock allocates from scratch memory only, in which nothing is preserved,
 *   until memblock_free_all() has returned;
 * - memblock_free_all() and the initialisation of deferred struct pages, which
 *   hand memory to the page allocator, use for_each_unpreserved_range() to skip
 *   the preserved pages.
 *
 * Preserved pages are therefore not reserved in memblock. Reserving them would
 * need one region per run of pages, of which there may be as many as there are
 * pages, and each of the steps above would scan all regions.
 *
 * The tree itself lies in memory that is not preserved. Its nodes are reserved in
 * memblock while the tree is needed, and freed when the page allocator manages all
 * memory. With 4 KiB pages, a node covers at least 128 MiB in one order, so these
 * reservations are few.
 *
 * It is called by kexec_handover.c and by the code that frees memory at boot. All
 * of it is __init.
 */

#define pr_fmt(fmt) "KHO: " fmt

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kho_preserved.h>
#include <linux/kho_radix_tree.h>
#include <linux/memblock.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/printk.h>
#include <linux/sort.h>

#include "kho_preserved.h"

#define WINDOW_PAGES	KHO_WINDOW_PAGES

/* A window lies within one leaf, for every order. */
static_assert(WINDOW_PAGES <= 1UL << KHO_BITMAP_SIZE_LOG2);

/* A key below this one has an order above the largest possible one. */
#define MIN_KEY		BIT(KHO_BITMAP_SIZE_LOG2)
#define MAX_ORDER_BIT	(64 - PAGE_SHIFT)
#define NR_ORDERS	(MAX_ORDER_BIT - KHO_BITMAP_SIZE_LOG2 + 1)

static_assert(NR_ORDERS <= BITS_PER_LONG);

/*
 * @tree: The tree. NULL if nothing is preserved.
 * @orders: A bit for each order that the tree has keys of.
 * @nodes: Physical addresses of the nodes, ascending. NULL if there was no memory for
 *	the list. All nodes are reserved.
 * @nr_nodes: Number of nodes.
 */
static struct {
	struct kho_radix_tree *tree;
	unsigned long orders;
	phys_addr_t *nodes;
	unsigned long nr_nodes;
} preserved __initdata;

static unsigned int __init level_shift(unsigned int level)
{
	return (level - 1) * KHO_TABLE_SIZE_LOG2 + KHO_BITMAP_SIZE_LOG2;
}

/* The smallest number of pages of memory for each node of a valid tree. */
#define MIN_NODE_PAGES	64

/* State of kho_preserved_walk(). */
struct preserved_walk {
	const struct kho_preserved_ops *ops;
	void *data;
};

static int __init walk_word(unsigned long key, unsigned long bits, void *data)
{
	const struct preserved_walk *walk = data;
	unsigned int order;
	unsigned long pfn;

	if (key < MIN_KEY) {
		pr_err("the order of key %#lx is out of range\n", key);
		return -EINVAL;
	}

	order = MAX_ORDER_BIT - __fls(key);
	pfn = (key ^ BIT(__fls(key))) << order;

	return walk->ops->pages(pfn, order, bits, walk->data);
}

static int __init walk_node(phys_addr_t phys, void *data)
{
	const struct preserved_walk *walk = data;

	if (!PAGE_ALIGNED(phys) || !memblock_is_memory(phys)) {
		pr_err("a node of the tree is at %pa, where no memory is\n", &phys);
		return -EINVAL;
	}

	return walk->ops->node ? walk->ops->node(phys, walk->data) : 0;
}

/**
 * kho_preserved_walk - Walk over all preserved memory, word by word.
 * @tree: The tree of the previous kernel.
 * @ops: The functions to call.
 * @data: Passed to the functions.
 *
 * The nodes must be unchanged since the previous kernel, and memblock must know
 * all memory.
 *
 * Context: Before the page allocator frees memory. Does not sleep.
 * Return: 0; the first result of a call that is not 0; -EINVAL if the tree leads
 * to an address where there is no memory, or has a key of an invalid order.
 */
int __init kho_preserved_walk(struct kho_radix_tree *tree,
			      const struct kho_preserved_ops *ops, void *data)
{
	struct preserved_walk walk = { .ops = ops, .data = data };
	const struct kho_radix_walk_cb cb = {
		.word = ops->pages ? walk_word : NULL,
		.node = walk_node,
	};

	return kho_radix_walk_tree(tree, &cb, &walk);
}

static int __init add_order(unsigned long pfn, unsigned int order,
			    unsigned long bits, void *data)
{
	preserved.orders |= BIT(order);

	return 0;
}

/*
 * A valid tree has far fewer nodes than memory has pages. A corrupt one may refer to the same
 * nodes in so many ways that the walk would not end.
 */
static int __init count_node(phys_addr_t phys, void *data)
{
	preserved.nr_nodes++;
	if (preserved.nr_nodes > PHYS_PFN(memblock_phys_mem_size()) / MIN_NODE_PAGES) {
		pr_err("the tree has more than %lu nodes\n", preserved.nr_nodes - 1);
		return -EINVAL;
	}

	return 0;
}

static int __init add_node(phys_addr_t phys, void *data)
{
	unsigned long *nr = data;

	preserved.nodes[(*nr)++] = phys;

	return 0;
}

static int __init reserve_node(phys_addr_t phys, void *data)
{
	unsigned long *nr = data;
	int err;

	err = memblock_reserve(phys, PAGE_SIZE);
	if (!err)
		(*nr)++;

	return err;
}

/* Free the first *@data nodes of the walk. Before the page allocator, they stay readable. */
static int __init free_node(phys_addr_t phys, void *data)
{
	unsigned long *nr = data;

	if (!*nr)
		return 1;
	(*nr)--;

	return memblock_phys_free(phys, PAGE_SIZE);
}

static int __init compare_nodes(const void *a, const void *b)
{
	const phys_addr_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* Check that the sorted list has no node twice. It would be freed twice. */
static int __init check_nodes(void)
{
	for (unsigned long i = 1; i < preserved.nr_nodes; i++) {
		if (preserved.nodes[i] == preserved.nodes[i - 1]) {
			pr_err("the node at %pa is twice in the tree\n",
			       &preserved.nodes[i]);
			return -EINVAL;
		}
	}

	return 0;
}

/* Reserve the nodes, lowest first. Set *@nr to the number of reserved nodes. */
static int __init reserve_sorted(struct kho_radix_tree *tree, unsigned long *nr)
{
	static const struct kho_preserved_ops collect = { .node = add_node };
	unsigned long nr_nodes = 0;
	int err;

	*nr = 0;
	kho_preserved_walk(tree, &collect, &nr_nodes);
	sort(preserved.nodes, nr_nodes, sizeof(*preserved.nodes), compare_nodes, NULL);

	err = check_nodes();
	for (; *nr < nr_nodes && !err; *nr += !err)
		err = memblock_reserve(preserved.nodes[*nr], PAGE_SIZE);

	return err;
}

/* Free the first @nr nodes, and forget the tree. */
static void __init release_nodes(unsigned long nr)
{
	static const struct kho_preserved_ops free = { .node = free_node };

	if (!preserved.nodes) {
		kho_preserved_walk(preserved.tree, &free, &nr);
		goto out;
	}

	/*
	 * Free the highest node first, so that memblock does not move regions. If
	 * memblock has no memory for its regions, no later call will succeed.
	 */
	while (nr--)
		if (memblock_phys_free(preserved.nodes[nr], PAGE_SIZE))
			break;
	memblock_free(preserved.nodes,
		      array_size(preserved.nr_nodes, sizeof(*preserved.nodes)));
out:
	memset(&preserved, 0, sizeof(preserved));
}

/**
 * kho_preserved_hold - Keep preserved pages from the page allocator.
 * @tree: The tree of the previous kernel.
 *
 * After this call, for_each_unpreserved_range() skips the pages that the tree
 * lists. Reserves the nodes of the tree in memblock, lowest first. That takes 8
 * bytes of scratch memory per node, and at most two allocations for the regions of
 * memblock. If there is no memory for the list, the nodes are reserved in the order
 * of the walk, for which memblock moves its regions more often.
 *
 * Context: Before memblock_free_all().
 * Return: 0; -EINVAL if the tree is corrupt; -ENOMEM. On error all pages count as
 * not preserved. If memblock has no memory for its regions, it cannot free a part
 * of one either, and some nodes stay reserved.
 */
int __init kho_preserved_hold(struct kho_radix_tree *tree)
{
	static const struct kho_preserved_ops measure = {
		.pages = add_order,
		.node = count_node,
	};
	static const struct kho_preserved_ops reserve = { .node = reserve_node };
	unsigned long nr = 0;
	int err;

	err = kho_preserved_walk(tree, &measure, NULL);
	if (err)
		goto err_reset;

	preserved.tree = tree;
	preserved.nodes = memblock_alloc(array_size(preserved.nr_nodes,
						    sizeof(*preserved.nodes)),
					 SMP_CACHE_BYTES);
	err = preserved.nodes ? reserve_sorted(tree, &nr) :
				kho_preserved_walk(tree, &reserve, &nr);
	if (err)
		release_nodes(nr);

	return err;

err_reset:
	memset(&preserved, 0, sizeof(preserved));
	return err;
}

/**
 * kho_preserved_release - Free the nodes of the tree.
 *
 * The tree must not be used after this call. Before the page allocator runs, this
 * undoes kho_preserved_hold().
 */
void __init kho_preserved_release(void)
{
	release_nodes(preserved.nr_nodes);
}

/* The page allocator manages all memory before the first initcall. */
static int __init release_tree(void)
{
	if (preserved.nodes)
		kho_preserved_release();
	else if (preserved.tree)
		pr_warn("%lu pages of the tree stay reserved\n", preserved.nr_nodes);

	return 0;
}
core_initcall(release_tree);

/*
 * Find the leaf below @node, the root, that has @key. If there is none, return NULL
 * and set *@end to the first larger key that another part of the tree may have.
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

/* Find the leaf for a key of @order. Usually it is the one that was found last. */
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
 * kho_preserved_within - Find keys that lie within larger ones.
 * @larger: The larger keys found so far. The caller sets @root and zeroes the rest
 *	before the walk.
 * @pfn: As in the call of kho_preserved_ops.pages.
 * @order: As in that call.
 * @bits: As in that call.
 *
 * A kernel must not preserve a page under two keys. If the previous one did, the
 * larger key is used and the smaller one is ignored. The walk visits larger orders
 * first, so call this for each word of the walk.
 *
 * Takes a few instructions for each larger order, regardless of the number of keys.
 *
 * Return: The bits of @bits whose pages are under a larger key as well.
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

/* State of kho_preserved_over_nodes(). */
struct over_nodes {
	const struct kho_radix_node *root;
	void (*found)(unsigned long pfn, unsigned int order, void *data);
	void *data;
};

static int __init find_over_node(phys_addr_t phys, void *data)
{
	const struct over_nodes *over = data;
	const struct kho_radix_leaf *leaf;
	unsigned long orders, key, bit, end;

	for (orders = preserved.orders; orders; orders &= orders - 1) {
		unsigned int order = __ffs(orders);
		unsigned long pfn = PHYS_PFN(phys) >> order;

		key = 1UL << (MAX_ORDER_BIT - order) | pfn;
		bit = key & (BIT(KHO_BITMAP_SIZE_LOG2) - 1);
		leaf = find_leaf(over->root, key, &end);
		if (leaf && leaf->bitmap[BIT_WORD(bit)] & BIT_MASK(bit))
			over->found(pfn << order, order, over->data);
	}

	return 0;
}

/**
 * kho_preserved_over_nodes - Find keys over pages that have nodes of the tree.
 * @tree: The tree of the previous kernel, for which kho_preserved_hold() succeeded.
 * @found: Called with the first page and the order of each such key, once for each
 *	node.
 * @data: Passed to @found.
 *
 * The nodes are freed by kho_preserved_release(). A page that has one must therefore
 * not be restored.
 *
 * Takes a few instructions for each node and for each order, regardless of the number
 * of keys.
 *
 * Context: Before kho_preserved_release().
 */
void __init kho_preserved_over_nodes(struct kho_radix_tree *tree,
				     void (*found)(unsigned long pfn,
						   unsigned int order, void *data),
				     void *data)
{
	static const struct kho_preserved_ops ops = { .node = find_over_node };
	struct over_nodes over = { .root = tree->root, .found = found, .data = data };

	kho_preserved_walk(tree, &ops, &over);
}

/* Mark the pages of the window that are preserved under keys of @order. */
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
 * kho_unpreserved_look_up - Find the preserved pages around a page.
 * @run: The walk. Its window is moved to @pfn and filled.
 * @pfn: The page frame number.
 *
 * Context: Takes no lock and does not sleep.
 */
void __init kho_unpreserved_look_up(struct kho_unpreserved *run, unsigned long pfn)
{
	const struct kho_radix_leaf *leaf;
	unsigned long orders = preserved.orders;
	unsigned int order;

	run->window_pfn = round_down(pfn, WINDOW_PAGES);
	run->checked_pfn = ULONG_MAX;
	bitmap_zero(run->preserved, WINDOW_PAGES);

	for (; orders; orders &= orders - 1) {
		unsigned long order_key, key, end;

		order = __ffs(orders);
		order_key = 1UL << (MAX_ORDER_BIT - order);
		key = order_key | run->window_pfn >> order;
		leaf = find_leaf(preserved.tree->root, key, &end);
		if (leaf) {
			add_preserved(run, leaf, key, order);
			run->checked_pfn = run->window_pfn + WINDOW_PAGES;
		} else if (end < 2 * order_key) {
			run->checked_pfn = min(run->checked_pfn,
					       (end - order_key) << order);
		}
	}
}

/**
 * kho_unpreserved_init - Begin a walk over the pages that are not preserved.
 * @run: The walk.
 * @start: First page frame number of the range.
 * @end: The number after the last one of the range.
 */
void __init kho_unpreserved_init(struct kho_unpreserved *run, unsigned long start,
				 unsigned long end)
{
	run->next_pfn = start;
	run->limit_pfn = end;
	run->window_pfn = 0;
	run->checked_pfn = preserved.tree ? 0 : ULONG_MAX;
}

/**
 * kho_nr_unpreserved - Count the pages that are not preserved.
 * @start: First page frame number of the range.
 * @end: The number after the last one of the range.
 *
 * Return: The number of pages that for_each_unpreserved_range() finds.
 */
unsigned long __init kho_nr_unpreserved(unsigned long start, unsigned long end)
{
	unsigned long nr = end - start;
	struct kho_unpreserved run;

	if (!preserved.tree)
		return nr;

	while (start < end) {
		kho_unpreserved_look_up(&run, start);
		if (run.checked_pfn <= run.window_pfn + WINDOW_PAGES) {
			/* Do not count preserved pages outside of the range. */
			bitmap_clear(run.preserved, 0, start - run.window_pfn);
			if (end < run.checked_pfn)
				bitmap_clear(run.preserved, end - run.window_pfn,
					     run.checked_pfn - end);
			nr -= bitmap_weight(run.preserved, WINDOW_PAGES);
		}
		start = run.checked_pfn;
	}

	return nr;
}
