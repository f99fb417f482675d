// SPDX-License-Identifier: GPL-2.0
/*
 * Each test is a process with a separate machine. The simulations print the cost of keeping
 * preserved pages from the page allocator: steps from one node of the tree to another,
 * bytes that were moved in memblock's arrays, and memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "count.h"
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kho_preserved.h>
#include "expect.h"
#include "keys.h"
#include "kho_preserved.h"
#include "tree.h"

#define BOUND		(64UL << 20)
#define SIMULATED	(1536UL << 30)
#define LEAF_PAGES	BIT(KHO_BITMAP_SIZE_LOG2)

unsigned long nr_steps;
static unsigned long nr_moved;

/* memblock.c calls this instead of memmove(). */
void *counted_memmove(void *to, const void *from, size_t size)
{
	nr_moved += size;

	return memmove(to, from, size);
}

/* memblock.c refers to these for the case that slab is available. */
bool movable_node_enabled;

bool slab_is_available(void)
{
	return false;
}

void *kmalloc(size_t size, gfp_t gfp)
{
	abort();
}

void kfree(void *object)
{
	abort();
}

static int hold(struct machine *machine)
{
	return kho_preserved_hold(&machine->tree);
}

/* Random keys in several orders, some of which overlap, and a model. */
#define MODEL_PAGES	(4 * LEAF_PAGES)
#define NR_RANGES	300

static u8 model[MODEL_PAGES];

static void preserve_random(struct machine *machine)
{
	static const unsigned int orders[] = { 0, 0, 0, 1, 3, 5, 6, 9, 10, 11, 15 };

	for (int i = 0; i < 4000; i++) {
		unsigned int order = orders[random_below(ARRAY_SIZE(orders) - (i % 50 ? 3 : 0))];
		unsigned long pfn = machine->start_pfn + random_below(MODEL_PAGES);
		unsigned long end;

		pfn = round_down(pfn, 1UL << order);
		end = pfn + (1UL << order);
		if (pfn < machine->start_pfn || end > machine->start_pfn + MODEL_PAGES)
			continue;
		tree_add(machine, pfn, order);
		memset(model + pfn - machine->start_pfn, 1, end - pfn);
	}
}

static void compare(const struct machine *machine, unsigned long start,
		    unsigned long end)
{
	unsigned long next = start, nr = 0;
	struct kho_unpreserved run;

	for_each_unpreserved_range(&run, start, end) {
		expect(run.start_pfn >= next && run.end_pfn > run.start_pfn);
		for (; next < run.start_pfn; next++)
			expect(model[next - machine->start_pfn]);
		for (; next < run.end_pfn; next++, nr++)
			expect(!model[next - machine->start_pfn]);
	}
	for (; next < end; next++)
		expect(model[next - machine->start_pfn]);
	expect(kho_nr_unpreserved(start, end) == nr);
}

static void test_model(void)
{
	struct machine machine;

	machine_create(&machine, 8UL << 30);
	preserve_random(&machine);
	expect(!hold(&machine));
	compare(&machine, machine.start_pfn, machine.start_pfn + MODEL_PAGES);
	for (int i = 0; i < NR_RANGES; i++) {
		unsigned long start = random_below(MODEL_PAGES);
		unsigned long end = start + random_below(min(MODEL_PAGES - start, 5000UL)) + 1;

		compare(&machine, machine.start_pfn + start, machine.start_pfn + end);
	}
}

/* All keys of the model, and whether their pages belong to a larger key. */
struct walk {
	struct kho_preserved_larger larger;
	const struct machine *machine;
	unsigned long nr_keys;
	unsigned long nr_within;
};

static u8 model_order[MODEL_PAGES];

/* Larger keys are visited first, so the key in the model is the larger one. */
static int check_within(unsigned long pfn, unsigned int order, unsigned long bits,
			void *data)
{
	struct walk *walk = data;
	unsigned long within = kho_preserved_within(&walk->larger, pfn, order, bits);

	expect(!(within & ~bits));
	for (; bits; bits &= bits - 1) {
		unsigned int bit = __ffs(bits);
		u8 *owner = model_order + pfn + ((unsigned long)bit << order) -
			    walk->machine->start_pfn;
		bool expected = *owner > order + 1;

		expect(!!(within & BIT(bit)) == expected);
		expect(!expected == !*owner);
		if (!expected)
			memset(owner, order + 1, 1UL << order);
		walk->nr_within += expected;
		walk->nr_keys++;
	}

	return 0;
}

static void test_within(void)
{
	static const struct kho_preserved_ops ops = { .pages = check_within };
	struct walk walk = {};
	struct machine machine;

	machine_create(&machine, 8UL << 30);
	preserve_random(&machine);
	walk.machine = &machine;
	walk.larger.root = machine.tree.root;
	expect(!kho_preserved_walk(&machine.tree, &ops, &walk));
	printf("# %lu of %lu keys are in larger ones\n", walk.nr_within, walk.nr_keys);
	expect(walk.nr_within && walk.nr_keys > walk.nr_within);
}

static void test_nothing_held(void)
{
	struct machine machine;
	struct kho_unpreserved run;
	int runs = 0;

	machine_create(&machine, 8UL << 30);
	for_each_unpreserved_range(&run, machine.start_pfn, machine.end_pfn) {
		expect(run.start_pfn == machine.start_pfn && run.end_pfn == machine.end_pfn);
		runs++;
	}
	expect(runs == 1);
	for_each_unpreserved_range(&run, machine.start_pfn, machine.start_pfn)
		expect(false);
}

static int node_is_reserved(phys_addr_t phys, void *data)
{
	return memblock_is_reserved(phys) == *(bool *)data ? 0 : 1;
}

static const struct kho_preserved_ops nodes_reserved = { .node = node_is_reserved };

static void expect_reserved(struct machine *machine, bool reserved)
{
	expect(!kho_preserved_walk(&machine->tree, &nodes_reserved, &reserved));
	if (!reserved)
		expect(!memblock_reserved_size());
}

static void test_nodes(void)
{
	struct machine machine;

	machine_create(&machine, 8UL << 30);
	preserve_random(&machine);
	expect_reserved(&machine, false);
	expect(!hold(&machine));
	expect_reserved(&machine, true);
	kho_preserved_release();
	expect_reserved(&machine, false);
	expect(kho_nr_unpreserved(machine.start_pfn, machine.end_pfn) ==
	       machine.end_pfn - machine.start_pfn);
}

/* The nodes are reserved and found without the list. */
static void test_no_memory_for_list(void)
{
	struct machine machine;

	machine_create(&machine, 8UL << 30);
	preserve_random(&machine);
	memblock_clear_kho_scratch(PFN_PHYS(machine.start_pfn), SCRATCH_SIZE);
	expect(!hold(&machine));
	expect_reserved(&machine, true);
	compare(&machine, machine.start_pfn, machine.start_pfn + MODEL_PAGES);
	kho_preserved_release();
	expect_reserved(&machine, false);
}

/* Neither the list fits, nor the larger array of regions: nothing is held. */
static void test_no_memory_at_all(void)
{
	struct machine machine;

	machine_create(&machine, 256UL << 30);
	for (unsigned long pfn = machine.start_pfn; pfn < machine.end_pfn; pfn += LEAF_PAGES)
		tree_add(&machine, pfn, 0);
	memblock_clear_kho_scratch(PFN_PHYS(machine.start_pfn), SCRATCH_SIZE);
	expect(hold(&machine) == -ENOMEM);
	expect(kho_nr_unpreserved(machine.start_pfn, machine.end_pfn) ==
	       machine.end_pfn - machine.start_pfn);
}

/* The list of nodes just fits; then memblock's array must grow. */
static void test_no_memory_for_regions(void)
{
	struct machine machine;
	phys_addr_t base;

	machine_create(&machine, 256UL << 30);
	base = PFN_PHYS(machine.start_pfn);
	for (unsigned long pfn = machine.start_pfn; pfn < machine.end_pfn; pfn += LEAF_PAGES)
		tree_add(&machine, pfn, 0);
	expect(machine.nr_nodes > 2000 && machine.nr_nodes < 3000);
	memblock_clear_kho_scratch(base + SZ_32K, SCRATCH_SIZE - SZ_32K);
	expect(hold(&machine) == -ENOMEM);
	expect(kho_nr_unpreserved(machine.start_pfn, machine.end_pfn) ==
	       machine.end_pfn - machine.start_pfn);
}

/* Find the first node below another one. */
static u64 *first_entry(struct kho_radix_node *node)
{
	u64 *entry = node->table;

	while (!*entry)
		entry++;

	return entry;
}

static void test_broken_node(void)
{
	struct machine machine;
	u64 *entry;

	machine_create(&machine, 8UL << 30);
	tree_add(&machine, machine.start_pfn, 0);
	entry = first_entry(machine.tree.root);
	*entry += 8;
	expect(hold(&machine) == -EINVAL);
	*entry = PFN_PHYS(machine.end_pfn + SZ_1M);
	expect(hold(&machine) == -EINVAL);
	expect(!memblock_reserved_size());
}

/* One node below two others, or below the same one twice: it would be freed twice. */
static void test_shared_node(void)
{
	struct machine machine;
	u64 *entry;

	machine_create(&machine, 8UL << 30);
	tree_add(&machine, machine.start_pfn, 0);
	entry = first_entry(machine.tree.root);
	entry[1] = *entry;
	expect(hold(&machine) == -EINVAL);
	entry[1] = 0;
	expect(!memblock_reserved_size());
	expect(!hold(&machine));
}

/* Each level below the root has one node in all its entries: the paths are too many to walk. */
static void test_endless(void)
{
	struct machine machine;
	struct kho_radix_node *node;

	machine_create(&machine, 8UL << 30);
	tree_add(&machine, machine.start_pfn, 0);
	node = machine.tree.root;
	for (int level = KHO_TREE_MAX_DEPTH - 1; level > 0; level--) {
		u64 next = *first_entry(node);

		for (size_t i = 0; i < ARRAY_SIZE(node->table) && node != machine.tree.root; i++)
			node->table[i] = next;
		node = phys_to_virt(next);
	}
	expect(hold(&machine) == -EINVAL);
	expect(!memblock_reserved_size());
}

struct over {
	unsigned long pfn[8];
	unsigned int order[8];
	unsigned int nr;
};

static void add_over(unsigned long pfn, unsigned int order, void *data)
{
	struct over *over = data;

	expect(over->nr < ARRAY_SIZE(over->pfn));
	over->pfn[over->nr] = pfn;
	over->order[over->nr++] = order;
}

/* Keys over the root: one of a page, and one of many pages. */
static void test_over_nodes(void)
{
	struct machine machine;
	struct over over = {};
	unsigned long root;

	machine_create(&machine, 8UL << 30);
	root = PHYS_PFN(virt_to_phys(machine.tree.root));
	for (unsigned long pfn = root - 64; pfn < root + 64; pfn++)
		if (pfn != root)
			tree_add(&machine, pfn, 0);
	tree_add(&machine, round_down(root, 32) + 32, 5);
	expect(!hold(&machine));
	kho_preserved_over_nodes(&machine.tree, add_over, &over);
	expect(!over.nr);

	kho_preserved_release();
	tree_add(&machine, root, 0);
	tree_add(&machine, round_down(root, 32), 5);
	expect(!hold(&machine));
	kho_preserved_over_nodes(&machine.tree, add_over, &over);
	expect(over.nr == 2);
	expect(over.pfn[0] == root && over.order[0] == 0);
	expect(over.pfn[1] == round_down(root, 32) && over.order[1] == 5);
}

static void test_broken_order(void)
{
	struct machine machine;

	machine_create(&machine, 8UL << 30);
	tree_leaf(&machine, 0)->bitmap[0] = 2;
	expect(hold(&machine) == -EINVAL);
	expect(!memblock_reserved_size());
}

static unsigned long count_memory(const struct machine *machine)
{
	/* The old and the new array while memblock replaces one, and the list. */
	unsigned long regions = sizeof(struct memblock_region) * memblock.reserved.max;

	return regions + regions / 2 + machine->nr_nodes * sizeof(phys_addr_t);
}

/* @unpreserved is the expected number of pages that are not preserved. */
static void simulate(const char *name, struct machine *machine,
		     unsigned long unpreserved)
{
	unsigned long nr_pages = machine->end_pfn - machine->start_pfn;
	unsigned long hold_steps, memory, runs = 0;
	struct kho_unpreserved run;
	clock_t start = clock();

	nr_steps = 0;
	nr_moved = 0;
	expect(!hold(machine));
	hold_steps = nr_steps;
	memory = count_memory(machine);
	expect(kho_nr_unpreserved(machine->start_pfn, machine->end_pfn) == unpreserved);
	nr_steps = 0;
	for_each_unpreserved_range(&run, machine->start_pfn, machine->end_pfn)
		runs++;
	printf("# %s, 1.5 TiB: %lu pages preserved, %lu nodes\n", name,
	       nr_pages - unpreserved, machine->nr_nodes);
	printf("# %s: %lu KiB of memory, %lu regions of memblock, %lu KiB moved\n", name,
	       memory >> 10, memblock.reserved.cnt, nr_moved >> 10);
	printf("# %s: %lu steps to hold, %lu to find %lu runs; %.1f s\n", name,
	       hold_steps, nr_steps, runs, (double)(clock() - start) / CLOCKS_PER_SEC);
	expect(memory <= BOUND);
	/* A few steps for each node, and for each window in each order. */
	expect(hold_steps <= 4 * machine->nr_nodes);
	expect(nr_steps <= nr_pages / MAX_ORDER_NR_PAGES * KHO_TREE_MAX_DEPTH * 4);
	/* The list and the arrays are walked and sorted, but not shifted per entry. */
	expect(nr_moved <= 1024 * machine->nr_nodes);
}

static void fill_leaves(struct machine *machine, unsigned int order, u8 byte)
{
	unsigned long first = tree_key(machine->start_pfn, order);
	unsigned long end = tree_key(machine->end_pfn, order);

	for (unsigned long key = first; key < end;
	     key = round_down(key, LEAF_PAGES) + LEAF_PAGES) {
		unsigned long from = key % LEAF_PAGES / 8;
		unsigned long to = min(end - round_down(key, LEAF_PAGES), LEAF_PAGES) / 8;

		memset((u8 *)tree_leaf(machine, key)->bitmap + from, byte, to - from);
	}
}

static void test_alternating(void)
{
	struct machine machine;

	machine_create(&machine, SIMULATED);
	fill_leaves(&machine, 0, 0x55);
	simulate("alternating", &machine, PHYS_PFN(SIMULATED) / 2);
}

static void test_dense(void)
{
	struct machine machine;

	machine_create(&machine, SIMULATED);
	fill_leaves(&machine, 0, 0xff);
	simulate("dense", &machine, 0);
}

/* One random page in 64, and folios of 2 MiB between them. */
static void test_random(void)
{
	struct machine machine;
	unsigned long unpreserved;

	machine_create(&machine, SIMULATED);
	for (unsigned long pfn = machine.start_pfn; pfn < machine.end_pfn; pfn += 64)
		tree_add(&machine, pfn + random_below(64), 0);
	for (unsigned long pfn = machine.start_pfn; pfn < machine.end_pfn; pfn += 4096)
		tree_add(&machine, pfn + random_below(8) * 512, 9);
	/* One in 64 pages of a folio had a separate key. */
	unpreserved = PHYS_PFN(SIMULATED) / 64 * 63;
	unpreserved -= PHYS_PFN(SIMULATED) / 4096 * (512 - 8);
	simulate("random", &machine, unpreserved);
}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "random keys are what a model has", test_model },
	{ "keys in larger ones are found", test_within },
	{ "nothing preserved is one run", test_nothing_held },
	{ "nodes are reserved, and free again", test_nodes },
	{ "no memory for the list of nodes", test_no_memory_for_list },
	{ "no memory for the regions", test_no_memory_for_regions },
	{ "no memory at all", test_no_memory_at_all },
	{ "a node where there is none", test_broken_node },
	{ "an order that cannot be", test_broken_order },
	{ "a node that is twice in the tree", test_shared_node },
	{ "a tree without an end", test_endless },
	{ "keys over nodes are found", test_over_nodes },
	{ "1.5 TiB, every other page", test_alternating },
	{ "1.5 TiB, random", test_random },
	{ "1.5 TiB, dense", test_dense },
	{ "keys: random pages are what a model has", test_keys_model },
	{ "keys: edges of leaves and orders", test_keys_bounds },
	{ "keys: no memory", test_keys_no_memory },
	{ "keys: what a million pages cost", test_keys_cost },
};

static bool passes(void (*run)(void))
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (!child) {
		run();
		exit(0);
	}

	return child > 0 && waitpid(child, &status, 0) == child && !status;
}

int main(void)
{
	bool failed = false;

	printf("TAP version 13\n1..%zu\n", ARRAY_SIZE(tests));
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++) {
		bool pass = passes(tests[i].run);

		printf("%s %zu %s\n", pass ? "ok" : "not ok", i + 1, tests[i].name);
		failed |= !pass;
	}

	return failed;
}
