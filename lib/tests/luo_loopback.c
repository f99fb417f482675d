// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: A handover to oneself
 *
 * Replacements of the functions of luo_handover.c without KHO: preserved pages stay in
 * memory, and a function simulates the kexec by making outgoing pages incoming ones. They
 * test objects, pools and arrays in one kernel, and in user space. luo_loopback_init()
 * redirects the calls of the running test to them.
 *
 * It keeps a list of all keys, so it detects leaks. It refuses to preserve a page twice,
 * and to claim a key twice. It can fail the nth allocation. The running test fails if
 * pages are freed twice or with another order.
 */

#include <kunit/static_stub.h>
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/luo_array.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "luo_loopback.h"

#define LUO_LOOPBACK_KEYS_MAX		16384
#define LUO_LOOPBACK_PAGES_MAX		4096
#define LUO_LOOPBACK_MAPPINGS_MAX	8

/* A key of caller-owned pages has no memory. */
struct luo_loopback_key {
	void *mem;
	u64 address;
	unsigned int order;
	enum luo_loopback_state state;
};

/* A page or folio of a caller. */
struct luo_loopback_page {
	u64 address;
	unsigned int order;
	unsigned int refs;
};

static struct {
	struct kunit *test;
	struct luo_loopback_key *keys;
	unsigned long nr_keys;
	struct luo_loopback_page *pages;
	unsigned long nr_pages;
	long uncounted;
	void *mappings[LUO_LOOPBACK_MAPPINGS_MAX];
	unsigned int max_order;
	unsigned int largest;
	unsigned int scopes;
	unsigned long fail_nth;
	bool failed;
	void (*on_claim)(u64 address);
	unsigned long steal_nth;
	u64 stolen;
	u64 poisoned;
	void *outgoing_blob;
	size_t outgoing_size;
	bool incoming;
	u64 incoming_address;
	size_t incoming_size;
} loopback;

/* Static, because a lock on the heap would need a separate lockdep key. */
struct luo_object_out luo_loopback_out =
	LUO_OBJECT_OUT_INIT(luo_loopback_out);
struct luo_object_in luo_loopback_in =
	LUO_OBJECT_IN_INIT(luo_loopback_in, &luo_loopback_out);

static struct luo_loopback_key *luo_loopback_key(u64 address,
						 enum luo_loopback_state state)
{
	unsigned long i;

	for (i = 0; i < loopback.nr_keys; i++) {
		if (loopback.keys[i].address == address &&
		    loopback.keys[i].state == state)
			return &loopback.keys[i];
	}

	return NULL;
}

static void luo_loopback_free_key(struct luo_loopback_key *key)
{
	if (key->mem)
		free_pages((unsigned long)key->mem, key->order);
	*key = loopback.keys[--loopback.nr_keys];
}

static void luo_loopback_free_page(struct luo_loopback_page *page)
{
	free_pages((unsigned long)phys_to_virt(page->address), page->order);
	*page = loopback.pages[--loopback.nr_pages];
}

/* Free the memory of a key, or drop the reference to the caller's pages. */
static void luo_loopback_free_all(struct luo_loopback_key *key)
{
	unsigned long i = 0;

	while (!key->mem && i < loopback.nr_pages) {
		if (loopback.pages[i].address - key->address <
		    PAGE_SIZE << key->order)
			luo_loopback_free_page(&loopback.pages[i]);
		else
			i++;
	}
	luo_loopback_free_key(key);
}

static bool loopback_enabled(void)
{
	return true;
}

static void *loopback_alloc(unsigned int order, gfp_t gfp)
{
	struct luo_loopback_key *key = &loopback.keys[loopback.nr_keys];

	loopback.scopes |= current->flags;
	if (luo_loopback_fails() || order > loopback.max_order ||
	    loopback.nr_keys == LUO_LOOPBACK_KEYS_MAX)
		return NULL;

	key->mem = (void *)__get_free_pages(gfp, order);
	if (!key->mem)
		return NULL;

	key->address = virt_to_phys(key->mem);
	key->order = order;
	key->state = LUO_LOOPBACK_OUTGOING;
	loopback.nr_keys++;
	loopback.largest = max(loopback.largest, order);

	return key->mem;
}

static void luo_loopback_give_back(void *mem, unsigned int order,
				   enum luo_loopback_state state)
{
	struct luo_loopback_key *key = luo_loopback_key(virt_to_phys(mem),
							state);

	if (!key || key->order != order)
		KUNIT_FAIL(loopback.test, "freed what is not there");
	else
		luo_loopback_free_all(key);
}

static void loopback_free(void *mem, unsigned int order)
{
	if (mutex_is_locked(&luo_loopback_out.lock))
		KUNIT_FAIL(loopback.test, "freed with the lock held");
	luo_loopback_give_back(mem, order, LUO_LOOPBACK_OUTGOING);
}

static int loopback_order(u64 address)
{
	struct luo_loopback_key *key = luo_loopback_key(address,
							LUO_LOOPBACK_INCOMING);

	return key ? key->order : -ENOENT;
}

static void *loopback_claim(u64 address, unsigned int order)
{
	struct luo_loopback_key *key = luo_loopback_key(address,
							LUO_LOOPBACK_INCOMING);

	if (loopback.on_claim)
		loopback.on_claim(address);

	/* Another caller has claimed it first. */
	if (loopback.steal_nth && !--loopback.steal_nth && key) {
		key->state = LUO_LOOPBACK_CLAIMED;
		loopback.stolen = address;
		return NULL;
	}

	if (!key || key->order != order)
		return NULL;
	key->state = LUO_LOOPBACK_CLAIMED;

	return phys_to_virt(address);
}

static void loopback_release(void *mem, unsigned int order)
{
	luo_loopback_give_back(mem, order, LUO_LOOPBACK_CLAIMED);
}

static struct luo_loopback_page *luo_loopback_page(u64 address)
{
	unsigned long i;

	for (i = 0; i < loopback.nr_pages; i++) {
		if (loopback.pages[i].address == address)
			return &loopback.pages[i];
	}

	return NULL;
}

/* Split one allocation into pages of order 0. */
static void luo_loopback_split(u64 address, unsigned int order)
{
	unsigned long i;

	split_page(pfn_to_page(PHYS_PFN(address)), order);
	for (i = 0; i < 1UL << order; i++)
		loopback.pages[loopback.nr_pages++] = (struct luo_loopback_page){
			.address = address + i * PAGE_SIZE,
		};
}

/**
 * luo_loopback_page_alloc - Allocate a page or folio to be preserved.
 * @order: Its order.
 *
 * Return: Its address, held with one reference; 0 when there is no memory.
 */
u64 luo_loopback_page_alloc(unsigned int order)
{
	struct luo_loopback_page *page = &loopback.pages[loopback.nr_pages];
	unsigned long mem;

	if (loopback.nr_pages == LUO_LOOPBACK_PAGES_MAX)
		return 0;

	mem = __get_free_pages(GFP_KERNEL, order);
	if (!mem)
		return 0;

	page->address = virt_to_phys((void *)mem);
	page->order = order;
	page->refs = 1;
	loopback.nr_pages++;

	return page->address;
}

/**
 * luo_loopback_run_alloc - Allocate contiguous pages of order 0.
 * @order: Allocates 2^@order pages, naturally aligned.
 *
 * Return: The address of the first, each held with one reference; 0 when there is
 * no memory.
 */
u64 luo_loopback_run_alloc(unsigned int order)
{
	u64 address = luo_loopback_page_alloc(order);
	unsigned long i;

	if (!address || !order)
		return address;

	loopback.nr_pages--;
	luo_loopback_split(address, order);
	for (i = 0; i < 1UL << order; i++)
		luo_loopback_page_get(address + i * PAGE_SIZE);

	return address;
}

/**
 * luo_loopback_page_get - Take a reference to a page.
 * @address: Its address.
 */
void luo_loopback_page_get(u64 address)
{
	luo_loopback_page(address)->refs++;
}

/**
 * luo_loopback_pages_held - Count the pages and folios that have a reference.
 *
 * Return: Their number.
 */
unsigned long luo_loopback_pages_held(void)
{
	unsigned long i, nr = 0;

	for (i = 0; i < loopback.nr_pages; i++)
		nr += !!loopback.pages[i].refs;

	return nr;
}

/* A claimed folio has one reference, counted in its key. */
static void loopback_put(u64 address)
{
	struct luo_loopback_key *key = luo_loopback_key(address,
							LUO_LOOPBACK_CLAIMED);
	struct luo_loopback_page *page = luo_loopback_page(address);

	if (key)
		luo_loopback_free_all(key);
	else if (!page || !page->refs)
		KUNIT_FAIL(loopback.test, "put a page that is not held");
	else if (!--page->refs)
		luo_loopback_free_page(page);
}

/* The order of the key that KHO would use for the first of these pages. */
static unsigned int luo_loopback_range_order(u64 address, unsigned long nr_pages)
{
	return min_t(unsigned int, __ffs64(address >> PAGE_SHIFT),
		     ilog2(nr_pages));
}

static void loopback_unpreserve(u64 address, unsigned long nr_pages,
				unsigned int order)
{
	struct luo_loopback_key *key;
	unsigned int step;

	for (; nr_pages; nr_pages -= order ? 1 : 1UL << step) {
		step = order ?: luo_loopback_range_order(address, nr_pages);
		key = luo_loopback_key(address, LUO_LOOPBACK_OUTGOING);
		if (!key || key->order != step)
			KUNIT_FAIL(loopback.test, "unpreserved what is not");
		else
			luo_loopback_free_key(key);
		address += PAGE_SIZE << step;
	}
}

/* Check whether a page is under a key of this kernel. */
static bool luo_loopback_overlaps(u64 address, unsigned long nr_pages)
{
	const struct luo_loopback_key *key;
	unsigned long i;

	for (i = 0; i < loopback.nr_keys; i++) {
		key = &loopback.keys[i];
		if (key->state == LUO_LOOPBACK_OUTGOING &&
		    address < key->address + (PAGE_SIZE << key->order) &&
		    key->address < address + nr_pages * PAGE_SIZE)
			return true;
	}

	return false;
}

static int loopback_preserve(u64 address, unsigned long nr_pages,
			     unsigned int order)
{
	unsigned int step;

	loopback.scopes |= current->flags;
	if (luo_loopback_fails())
		return -ENOMEM;
	if (luo_loopback_overlaps(address, nr_pages << order))
		return -EEXIST;

	for (; nr_pages; nr_pages -= order ? 1 : 1UL << step) {
		step = order ?: luo_loopback_range_order(address, nr_pages);
		KUNIT_ASSERT_LT(loopback.test, loopback.nr_keys,
				LUO_LOOPBACK_KEYS_MAX + 0UL);
		loopback.keys[loopback.nr_keys++] = (struct luo_loopback_key){
			.address = address,
			.order = step,
			.state = LUO_LOOPBACK_OUTGOING,
		};
		address += PAGE_SIZE << step;
	}

	return 0;
}

static bool luo_loopback_claim_key(u64 address, unsigned int order)
{
	struct luo_loopback_key *key = luo_loopback_key(address,
							LUO_LOOPBACK_INCOMING);
	struct luo_loopback_page *page, folio;
	unsigned long i = 0;

	if (!key || key->order != order)
		return false;
	if (key->mem)
		luo_loopback_split(address, order);
	*key = loopback.keys[--loopback.nr_keys];

	while (i < loopback.nr_pages) {
		page = &loopback.pages[i];
		if (page->address - address >= PAGE_SIZE << order) {
			i++;
		} else if (page->order) {
			folio = *page;
			*page = loopback.pages[--loopback.nr_pages];
			luo_loopback_split(folio.address, folio.order);
		} else {
			loopback.uncounted++;
			page->refs = 1;
			i++;
		}
	}

	return true;
}

static unsigned long loopback_claim_pages(struct kho_restored *restored,
					  u64 address, unsigned int order,
					  unsigned long nr)
{
	unsigned long done = 0;

	while (done < nr && luo_loopback_claim_key(address, order)) {
		address += PAGE_SIZE << order;
		done++;
	}
	restored->nr_pages += done << order;

	return done;
}

static unsigned long loopback_claim_singles(struct kho_restored *restored,
					    const u64 *pfns, unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr; i++) {
		if (!loopback_claim_pages(restored, pfns[i] << PAGE_SHIFT, 0, 1))
			break;
	}

	return i;
}

static void loopback_claim_end(struct kho_restored *restored)
{
	loopback.uncounted -= restored->nr_pages;
	restored->nr_pages = 0;
}

static void *loopback_map(const u64 *runs, unsigned long nr_runs)
{
	unsigned long i, j, nr_pages = 0, n = 0;
	struct page **pages;
	unsigned int slot = 0;

	if (luo_loopback_fails())
		return NULL;

	while (loopback.mappings[slot]) {
		if (++slot == LUO_LOOPBACK_MAPPINGS_MAX)
			return NULL;
	}

	for (i = 0; i < nr_runs; i++)
		nr_pages += 1UL << (runs[i] & LUO_ARRAY_RUN_ORDER);

	pages = kvmalloc_objs(*pages, nr_pages);
	if (!pages)
		return NULL;

	for (i = 0; i < nr_runs; i++) {
		for (j = 0; j < 1UL << (runs[i] & LUO_ARRAY_RUN_ORDER); j++)
			pages[n++] = pfn_to_page(PHYS_PFN(runs[i]) + j);
	}
	loopback.mappings[slot] = vmap(pages, nr_pages, VM_MAP, PAGE_KERNEL);
	kvfree(pages);

	return loopback.mappings[slot];
}

static void loopback_unmap(void *mapping)
{
	unsigned int slot;

	for (slot = 0; slot < LUO_LOOPBACK_MAPPINGS_MAX; slot++) {
		if (loopback.mappings[slot] == mapping) {
			vunmap(mapping);
			loopback.mappings[slot] = NULL;
			return;
		}
	}
	KUNIT_FAIL(loopback.test, "unmapped what is not there");
}

static int loopback_publish(void *blob, size_t size)
{
	KUNIT_EXPECT_NULL(loopback.test, loopback.outgoing_blob);
	loopback.outgoing_blob = blob;
	loopback.outgoing_size = size;

	return 0;
}

static int loopback_find(u64 *address, size_t *size)
{
	if (!loopback.incoming)
		return -ENOENT;

	*address = loopback.incoming_address;
	*size = loopback.incoming_size;

	return 0;
}

/* A kexec loses the heap and keeps the preserved pages. */
static void luo_loopback_forget(struct list_head *tables)
{
	struct luo_object_table *table, *next;

	list_for_each_entry_safe(table, next, tables, list) {
		luo_index_destroy(&table->index);
		list_del(&table->list);
		kfree(table);
	}
}

/* The tables of the incoming set are copies. */
static void luo_loopback_forget_blocks(struct list_head *tables)
{
	struct luo_object_block_ser *block, *next;
	struct luo_object_table *table;

	list_for_each_entry(table, tables, list) {
		for (block = table->first; block; block = next) {
			next = luo_object_next_block(block);
			free_page((unsigned long)block);
		}
	}
}

/**
 * luo_loopback_forget_in - Forget the objects of the previous kernel.
 * @in: A set that reads from the loopback.
 *
 * The memory of the objects that were not finished stays preserved.
 */
void luo_loopback_forget_in(struct luo_object_in *in)
{
	luo_loopback_forget_blocks(&in->tables);
	luo_loopback_forget(&in->tables);
	luo_loopback_forget(&in->lost);
	luo_pool_in_forget(&in->pool);
	*in = (struct luo_object_in)
		LUO_OBJECT_IN_INIT(*in, &luo_loopback_out);
}

static void luo_loopback_forget_all(void)
{
	unsigned int slot;

	luo_loopback_forget(&luo_loopback_out.tables);
	luo_loopback_out = (struct luo_object_out)
		LUO_OBJECT_OUT_INIT(luo_loopback_out);
	luo_loopback_forget_in(&luo_loopback_in);

	for (slot = 0; slot < LUO_LOOPBACK_MAPPINGS_MAX; slot++) {
		if (loopback.mappings[slot])
			vunmap(loopback.mappings[slot]);
		loopback.mappings[slot] = NULL;
	}
}

static void luo_loopback_free_everything(void)
{
	luo_loopback_forget_all();
	while (loopback.nr_keys)
		luo_loopback_free_key(&loopback.keys[0]);
	while (loopback.nr_pages)
		luo_loopback_free_page(&loopback.pages[0]);
	loopback.outgoing_blob = NULL;
	loopback.incoming = false;
}

/* Publish the list of kinds, as at boot. Does not fail here. */
static int luo_loopback_boot(void)
{
	unsigned int max_order = loopback.max_order;
	unsigned long fail_nth = loopback.fail_nth;
	int err;

	loopback.max_order = MAX_PAGE_ORDER;
	loopback.fail_nth = 0;
	err = luo_object_out_publish(&luo_loopback_out);
	loopback.max_order = max_order;
	loopback.fail_nth = fail_nth;

	return err;
}

/**
 * luo_loopback_reset - Free all memory that is preserved, stored or allocated.
 */
void luo_loopback_reset(void)
{
	luo_loopback_free_everything();
	KUNIT_EXPECT_EQ(loopback.test, luo_loopback_boot(), 0);
}

static bool luo_loopback_page_preserved(const struct luo_loopback_page *page)
{
	const struct luo_loopback_key *key;
	unsigned long i;

	for (i = 0; i < loopback.nr_keys; i++) {
		key = &loopback.keys[i];
		if (page->address - key->address < PAGE_SIZE << key->order)
			return true;
	}

	return false;
}

/* A page has no reference until it is claimed, and then one. */
static void luo_loopback_kexec_pages(void)
{
	unsigned long i = 0;

	while (i < loopback.nr_pages) {
		if (luo_loopback_page_preserved(&loopback.pages[i]))
			loopback.pages[i++].refs = 0;
		else
			luo_loopback_free_page(&loopback.pages[i]);
	}
}

/**
 * luo_loopback_kexec - Simulate a kexec and continue as the next kernel.
 *
 * Makes outgoing pages incoming, frees all other pages, and empties the two sets.
 */
void luo_loopback_kexec(void)
{
	unsigned long i = 0;

	luo_loopback_forget_all();
	while (i < loopback.nr_keys) {
		if (loopback.keys[i].state != LUO_LOOPBACK_OUTGOING) {
			luo_loopback_free_key(&loopback.keys[i]);
			continue;
		}
		loopback.keys[i++].state = LUO_LOOPBACK_INCOMING;
	}

	luo_loopback_kexec_pages();

	loopback.incoming = loopback.outgoing_blob;
	if (loopback.incoming) {
		loopback.incoming_address = virt_to_phys(loopback.outgoing_blob);
		loopback.incoming_size = loopback.outgoing_size;
	}
	loopback.outgoing_blob = NULL;
	KUNIT_EXPECT_EQ(loopback.test, luo_loopback_boot(), 0);
}

/**
 * luo_loopback_fails - Check whether an allocation must fail.
 *
 * Asked by the functions of the handover, and by the allocators of the
 * user-space build.
 *
 * Return: true for the allocation that luo_loopback_fail_nth() has selected.
 */
bool luo_loopback_fails(void)
{
	/* A caller in reclaim may wait for that lock. */
	if (loopback.test && mutex_is_locked(&luo_loopback_out.lock))
		KUNIT_FAIL(loopback.test, "allocated with the lock held");

	if (!loopback.fail_nth || --loopback.fail_nth)
		return false;

	loopback.failed = true;

	return true;
}

/**
 * luo_loopback_fail_nth - Make one of the next allocations fail.
 * @nth: Its number, from 1; 0 for none.
 */
void luo_loopback_fail_nth(unsigned long nth)
{
	loopback.fail_nth = nth;
	loopback.failed = false;
}

/**
 * luo_loopback_failed - Check whether the selected allocation has failed.
 *
 * Return: true if it has; false if there were fewer allocations.
 */
bool luo_loopback_failed(void)
{
	return loopback.failed;
}

/**
 * luo_loopback_forget_scopes - Reset the result of luo_loopback_scopes().
 */
void luo_loopback_forget_scopes(void)
{
	loopback.scopes = 0;
}

/**
 * luo_loopback_scopes - Get the flags of the tasks that allocated or preserved.
 *
 * Return: PF_*, of all calls together.
 */
unsigned int luo_loopback_scopes(void)
{
	return loopback.scopes;
}

/**
 * luo_loopback_on_claim - Set a function to call before each claim of a folio.
 * @on_claim: The function, which gets the address of the claim; NULL for none.
 */
void luo_loopback_on_claim(void (*on_claim)(u64 address))
{
	loopback.on_claim = on_claim;
}

/**
 * luo_loopback_steal - Let another caller win one of the next claims of folios.
 * @nth: Number of the claim, from 1.
 */
void luo_loopback_steal(unsigned long nth)
{
	loopback.steal_nth = nth;
	loopback.stolen = 0;
}

/**
 * luo_loopback_stolen - Get the folio that the other caller has claimed.
 *
 * Return: Its address, which the caller must put; 0 if there were fewer claims.
 */
u64 luo_loopback_stolen(void)
{
	return loopback.stolen;
}

/**
 * luo_loopback_set_max_order - Make allocations of larger orders fail.
 * @order: The largest order that can be allocated.
 */
void luo_loopback_set_max_order(unsigned int order)
{
	loopback.max_order = order;
}

/*
 * The list of kinds is preserved from boot on, and the first block of a kind from
 * its first object on. No test counts them unless there is an object.
 */
static bool luo_loopback_permanent(const struct luo_loopback_key *key)
{
	struct luo_object_table *table;

	if (key->state == LUO_LOOPBACK_INCOMING)
		return loopback.incoming &&
		       key->address == loopback.incoming_address;

	if (key->state != LUO_LOOPBACK_OUTGOING || !key->mem)
		return false;

	list_for_each_entry(table, &luo_loopback_out.tables, list) {
		if (key->mem == table->first && !table->nr_records)
			return true;
	}

	return key->mem == loopback.outgoing_blob;
}

/**
 * luo_loopback_keys - Count keys.
 * @state: The state of the keys to count. The list of kinds and the blocks of kinds that
 *         have no objects do not count.
 *
 * Return: How many.
 */
unsigned long luo_loopback_keys(enum luo_loopback_state state)
{
	unsigned long i, nr = 0;

	for (i = 0; i < loopback.nr_keys; i++)
		nr += loopback.keys[i].state == state &&
		      !luo_loopback_permanent(&loopback.keys[i]);

	return nr;
}

/**
 * luo_loopback_pages - Count pages.
 * @state: Count pages under keys in this state, see luo_loopback_keys().
 *
 * Return: How many.
 */
unsigned long luo_loopback_pages(enum luo_loopback_state state)
{
	unsigned long i, nr = 0;

	for (i = 0; i < loopback.nr_keys; i++) {
		if (loopback.keys[i].state == state &&
		    !luo_loopback_permanent(&loopback.keys[i]))
			nr += 1UL << loopback.keys[i].order;
	}

	return nr;
}

/**
 * luo_loopback_largest - Get the largest order that was allocated in this test.
 *
 * Return: The order.
 */
unsigned int luo_loopback_largest(void)
{
	return loopback.largest;
}

/**
 * luo_loopback_blob - Get the list of kinds that is published.
 * @size: Set to its size in bytes, without the memory in which it can grow.
 *
 * Return: The blob.
 */
void *luo_loopback_blob(size_t *size)
{
	*size = luo_loopback_out.fdt_end + sizeof(u64);

	return loopback.outgoing_blob;
}

/**
 * luo_loopback_lose_blob - Set a wrong address and size of the incoming blob.
 * @address: The address.
 * @size:    The size in bytes.
 */
void luo_loopback_lose_blob(u64 address, size_t size)
{
	loopback.incoming = true;
	loopback.incoming_address = address;
	loopback.incoming_size = size;
}

/**
 * luo_loopback_incoming_key - Find a key of the previous kernel.
 * @nth:     Number of the key, from 0.
 * @address: Set to its physical address.
 * @order:   Set to its order.
 *
 * Return: true; false if there are no more.
 */
bool luo_loopback_incoming_key(unsigned long nth, u64 *address,
			       unsigned int *order)
{
	unsigned long i;

	for (i = 0; i < loopback.nr_keys; i++) {
		if (loopback.keys[i].state != LUO_LOOPBACK_INCOMING || nth--)
			continue;
		*address = loopback.keys[i].address;
		*order = loopback.keys[i].order;
		return true;
	}

	return false;
}

/**
 * luo_loopback_lose_key - Remove a key of the previous kernel.
 * @address: The physical address of an incoming key.
 */
void luo_loopback_lose_key(u64 address)
{
	luo_loopback_free_all(luo_loopback_key(address, LUO_LOOPBACK_INCOMING));
}

/**
 * luo_loopback_poison - Make one page a poisoned one.
 * @address: The physical address of the page; 0 for none.
 */
void luo_loopback_poison(u64 address)
{
	loopback.poisoned = address;
}

static unsigned long loopback_poisoned(u64 address, unsigned long nr_pages)
{
	u64 nr = (loopback.poisoned - address) >> PAGE_SHIFT;

	return loopback.poisoned && loopback.poisoned >= address && nr < nr_pages ?
	       nr : nr_pages;
}

static void luo_loopback_redirect(struct kunit *test)
{
	kunit_activate_static_stub(test, luo_handover_enabled, loopback_enabled);
	kunit_activate_static_stub(test, luo_handover_alloc, loopback_alloc);
	kunit_activate_static_stub(test, luo_handover_free, loopback_free);
	kunit_activate_static_stub(test, luo_handover_order, loopback_order);
	kunit_activate_static_stub(test, luo_handover_claim, loopback_claim);
	kunit_activate_static_stub(test, luo_handover_release, loopback_release);
	kunit_activate_static_stub(test, luo_handover_preserve, loopback_preserve);
	kunit_activate_static_stub(test, luo_handover_unpreserve, loopback_unpreserve);
	kunit_activate_static_stub(test, luo_handover_poisoned, loopback_poisoned);
	kunit_activate_static_stub(test, luo_handover_claim_pages, loopback_claim_pages);
	kunit_activate_static_stub(test, luo_handover_claim_singles, loopback_claim_singles);
	kunit_activate_static_stub(test, luo_handover_claim_end, loopback_claim_end);
	kunit_activate_static_stub(test, luo_handover_put, loopback_put);
	kunit_activate_static_stub(test, luo_handover_map, loopback_map);
	kunit_activate_static_stub(test, luo_handover_unmap, loopback_unmap);
	kunit_activate_static_stub(test, luo_handover_publish, loopback_publish);
	kunit_activate_static_stub(test, luo_handover_find, loopback_find);
}

/**
 * luo_loopback_init - Begin a test; the init function of a suite.
 * @test: The test.
 *
 * Return: 0 or -ENOMEM.
 */
int luo_loopback_init(struct kunit *test)
{
	luo_loopback_redirect(test);

	loopback.test = test;
	loopback.max_order = MAX_PAGE_ORDER;
	loopback.keys = kvcalloc(LUO_LOOPBACK_KEYS_MAX, sizeof(*loopback.keys),
				 GFP_KERNEL);

	loopback.pages = kvcalloc(LUO_LOOPBACK_PAGES_MAX,
				  sizeof(*loopback.pages), GFP_KERNEL);

	return loopback.keys && loopback.pages ? luo_loopback_boot() : -ENOMEM;
}

/**
 * luo_loopback_exit - End a test; the exit function of a suite.
 * @test: The test. It fails if pages are still preserved or claimed.
 */
void luo_loopback_exit(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_OUTGOING), 0UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_INCOMING), 0UL);
	KUNIT_EXPECT_EQ(test, luo_loopback_keys(LUO_LOOPBACK_CLAIMED), 0UL);
	KUNIT_EXPECT_EQ(test, loopback.nr_pages, 0UL);
	KUNIT_EXPECT_EQ(test, loopback.uncounted, 0L);

	luo_loopback_free_everything();
	kvfree(loopback.pages);
	kvfree(loopback.keys);
	memset(&loopback, 0, sizeof(loopback));
}
