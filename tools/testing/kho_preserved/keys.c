// SPDX-License-Identifier: GPL-2.0
/*
 * Compare kho_keys.c with a model that has an owner for each page, and count lookups of
 * keys and walks of the tree per preserved page.
 */
#include <string.h>

#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/kernel.h>
#include <linux/kho_radix_tree.h>
#include <linux/log2.h>
#include <linux/seq_file.h>
#include <linux/memblock.h>

#include "expect.h"
#include "keys.h"
#include "kho_keys.h"
#include "tree.h"

#define LEAF_KEYS	BIT(KHO_BITMAP_SIZE_LOG2)
#define MODEL_PAGES	(2 * LEAF_KEYS)
#define NR_PAGES	BIT(20)

unsigned long nr_key_tests;
static unsigned long nr_walks;
static bool no_memory;

static struct machine machine;
static struct kho_radix_tree tree;
static struct kho_keys keys = { .tree = &tree };

unsigned long kho_encode_radix_key(phys_addr_t phys, unsigned int order)
{
	return tree_key(PHYS_PFN(phys), order);
}

struct kho_radix_leaf *kho_radix_find_leaf(struct kho_radix_tree *tree,
					   unsigned long key)
{
	nr_walks++;

	return tree_find_leaf(&machine, key);
}

struct kho_radix_leaf *kho_radix_make_leaf(struct kho_radix_tree *tree,
					   unsigned long key)
{
	nr_walks++;

	return no_memory ? ERR_PTR(-ENOMEM) : tree_leaf(&machine, key);
}

static bool tree_has(unsigned long pfn, unsigned int order)
{
	unsigned long key = tree_key(pfn, order);
	const struct kho_radix_leaf *leaf = tree_find_leaf(&machine, key);
	unsigned long bit = key % LEAF_KEYS;

	return leaf && leaf->bitmap[BIT_WORD(bit)] >> (bit % BITS_PER_LONG) & 1;
}

/* The order of the key of each page, plus one; 0 if the page is not preserved. */
static u8 model[MODEL_PAGES];

static bool model_overlap(unsigned long pfn, unsigned long end)
{
	for (; pfn < end; pfn++)
		if (model[pfn - machine.start_pfn])
			return true;

	return false;
}

static unsigned int range_order(unsigned long pfn, unsigned long end)
{
	return min_t(unsigned int, __ffs(pfn), ilog2(end - pfn));
}

/* Preserve a range like kho_preserve_pages(): either all keys or none. */
static int preserve(unsigned long pfn, unsigned long end)
{
	unsigned int order;

	if (kho_keys_overlap(&keys, pfn, end))
		return -EEXIST;

	for (; pfn < end; pfn += 1UL << order) {
		order = range_order(pfn, end);
		expect(!kho_keys_add(&keys, pfn, order));
		memset(model + pfn - machine.start_pfn, order + 1, 1UL << order);
	}

	return 0;
}

static void unpreserve(unsigned long pfn)
{
	unsigned int order = model[pfn - machine.start_pfn];

	if (!order--)
		return;
	pfn = round_down(pfn, 1UL << order);
	expect(tree_has(pfn, order));
	kho_keys_del(&keys, pfn, order);
	expect(!tree_has(pfn, order));
	memset(model + pfn - machine.start_pfn, 0, 1UL << order);
}

static unsigned long model_orders(void)
{
	unsigned long orders = 0;

	for (unsigned long i = 0; i < MODEL_PAGES; i++)
		if (model[i])
			orders |= BIT(model[i] - 1);

	return orders;
}

void test_keys_model(void)
{
	unsigned long refused = 0;

	machine_create(&machine, 8UL << 30);
	for (int i = 0; i < 200000; i++) {
		unsigned long pfn = machine.start_pfn + random_below(MODEL_PAGES);
		unsigned long left = machine.start_pfn + MODEL_PAGES - pfn;
		unsigned long nr = min(left, 1 + random_below(1UL << random_below(12)));
		bool overlap = model_overlap(pfn, pfn + nr);

		if (i % 3 == 0) {
			unpreserve(pfn);
			continue;
		}
		expect(preserve(pfn, pfn + nr) == (overlap ? -EEXIST : 0));
		refused += overlap;
	}
	expect(refused > 1000);
	expect(keys.orders == model_orders());

	for (unsigned long i = 0; i < MODEL_PAGES; i++)
		unpreserve(machine.start_pfn + i);
	expect(!keys.orders);
	expect(!kho_keys_overlap(&keys, machine.start_pfn, machine.end_pfn));
}

/* Keys at the edges of leaves, and of the smallest and largest orders. */
void test_keys_bounds(void)
{
	unsigned long pfn, huge = BIT(KHO_KEYS_MAX_ORDER);

	machine_create(&machine, 8UL << 30);
	pfn = round_up(machine.start_pfn, LEAF_KEYS) + LEAF_KEYS;

	expect(!kho_keys_overlap(&keys, pfn - LEAF_KEYS, pfn + LEAF_KEYS));
	expect(!kho_keys_add(&keys, pfn - 1, 0));
	expect(!kho_keys_overlap(&keys, pfn, pfn + LEAF_KEYS));
	expect(kho_keys_overlap(&keys, pfn - 1, pfn + LEAF_KEYS));
	expect(!kho_keys_overlap(&keys, pfn - LEAF_KEYS, pfn - 1));
	expect(kho_keys_overlap(&keys, pfn - LEAF_KEYS, pfn));
	expect(!kho_keys_overlap(&keys, pfn - 1, pfn - 1));

	/* More than a leaf of small keys within a large key, and vice versa. */
	expect(kho_keys_overlap(&keys, round_down(pfn - 1, 2 * LEAF_KEYS),
				round_down(pfn - 1, 2 * LEAF_KEYS) + 2 * LEAF_KEYS));
	kho_keys_del(&keys, pfn - 1, 0);
	expect(!keys.orders);
	expect(!kho_keys_add(&keys, huge, KHO_KEYS_MAX_ORDER));
	expect(kho_keys_overlap(&keys, huge + pfn, huge + pfn + 1));
	expect(!kho_keys_overlap(&keys, pfn, pfn + 1));
	expect(kho_keys_overlap(&keys, 2 * huge - 1, 2 * huge));
	expect(!kho_keys_overlap(&keys, 2 * huge, 2 * huge + 1));

	expect(kho_keys_add(&keys, 0, KHO_KEYS_MAX_ORDER + 1) == -ERANGE);
}

void test_keys_no_memory(void)
{
	machine_create(&machine, 8UL << 30);
	no_memory = true;
	expect(kho_keys_add(&keys, machine.start_pfn, 0) == -ENOMEM);
	expect(!keys.orders);
	expect(!kho_keys_overlap(&keys, machine.start_pfn, machine.end_pfn));
	no_memory = false;
	expect(!kho_keys_add(&keys, machine.start_pfn, 0));
	expect(kho_keys_overlap(&keys, machine.start_pfn, machine.start_pfn + 1));
}

static void cost(const char *name, unsigned long (*pfn_of)(unsigned long i),
		 unsigned long nr, unsigned long max_tests, unsigned long max_walks)
{
	nr_key_tests = 0;
	nr_walks = 0;
	for (unsigned long i = 0; i < nr; i++) {
		unsigned long pfn = pfn_of(i);

		if (!kho_keys_overlap(&keys, pfn, pfn + 1))
			expect(!kho_keys_add(&keys, pfn, 0));
	}
	printf("# %lu pages, %s, %lu orders in use: %lu key tests and %lu walks\n",
	       nr, name, hweight_long(keys.orders), nr_key_tests, nr_walks);
	expect(nr_key_tests <= max_tests);
	expect(nr_walks <= max_walks);
}

static unsigned long side_by_side(unsigned long i)
{
	return machine.start_pfn + i;
}

static unsigned long alternating(unsigned long i)
{
	return machine.start_pfn + 2 * NR_PAGES + 2 * i;
}

static unsigned long at_random(unsigned long i)
{
	return machine.start_pfn + random_below(16 * NR_PAGES);
}

/* A key of 8 pages and one of 512 for each GiB, and one of a GiB. */
static void add_other_orders(void)
{
	unsigned long pfn = round_up(machine.start_pfn + 2 * NR_PAGES, BIT(18));
	unsigned long end = machine.start_pfn + 16 * NR_PAGES;

	expect(!kho_keys_add(&keys, round_up(end, BIT(18)), 18));
	for (; pfn < end; pfn += BIT(18)) {
		expect(!kho_keys_add(&keys, pfn, 3));
		expect(!kho_keys_add(&keys, pfn + 512, 9));
	}
	expect(hweight_long(keys.orders) == 4);
}

void test_keys_cost(void)
{
	unsigned long nr = NR_PAGES;

	machine_create(&machine, 512UL << 30);
	cost("side by side", side_by_side, nr, nr, 2 * (nr / LEAF_KEYS + 1));
	add_other_orders();
	cost("alternating", alternating, nr, 4 * nr, 4 * (2 * nr / LEAF_KEYS + 2));
	/* Each page is in another leaf: at most one walk per order. */
	cost("at random", at_random, nr, 4 * nr, 5 * nr);
}
