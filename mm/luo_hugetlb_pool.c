// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Preserved huge pages and the pool
 *
 * A kernel counts the huge pages that it preserves, for each size and node, and how many of
 * them are surplus, in a page that the next kernel finds by a subtree of KHO.
 *
 * The next kernel reads these numbers before it allocates its pool. Such a page is pending
 * until it is adopted, when its file is retrieved, or dropped, when nothing retrieves the
 * file. The pool waits for the pending pages that were not surplus:
 *
 * - hugepages= and nr_hugepages count them, so that fewer pages are allocated. Each node
 *   allocates fewer pages, so that all nodes have the same number once every pending page is
 *   adopted; if hugepages= gives a number per node, that number counts;
 * - if hugepages= or nr_hugepages is smaller than their number, the others become surplus
 *   pages when they are adopted, as if the pages were in use when the pool is made smaller;
 * - without hugepages=, those that were persistent are persistent again;
 * - a dropped page joins the pool if the pool has less pages than nr_hugepages, and is freed
 *   to the page allocator otherwise.
 *
 * The numbers are only a hint, which a corrupt page of numbers makes wrong. When objects can
 * be read, they are compared with the objects. If there are too many, the pool is filled. It
 * is also filled if pages are still pending when no object is left, or if this kernel cannot
 * retrieve files.
 *
 * They are not an object with a table of fields, because the pool is allocated before memory
 * can be allocated otherwise, and so before objects can be read. Therefore each number is
 * checked here, and another version is ignored.
 *
 * Called by mm/hugetlb.c and by the other files of the handler.
 */

#define pr_fmt(fmt) "luo_hugetlb: " fmt

#include <linux/crc32c.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/hugetlb.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/luo_kind.h>
#include <linux/minmax.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/nodemask.h>
#include <linux/numa.h>
#include <linux/printk.h>
#include <linux/spinlock.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "hugetlb_internal.h"
#include "luo_hugetlb.h"

/**
 * struct luo_hugetlb_pending - Pages of the previous kernel that are not adopted yet.
 * @loaded:  The numbers were read.
 * @nr:      Number of pages by node.
 * @surplus: How many of them will be surplus pages.
 */
struct luo_hugetlb_pending {
	bool loaded;
	unsigned long nr[MAX_NUMNODES];
	unsigned long surplus[MAX_NUMNODES];
};

/* By size. hugetlb_lock protects the numbers. */
static struct luo_hugetlb_pending luo_hugetlb_pending[HUGE_MAX_HSTATE];

/* The numbers of the previous kernel were read for all sizes, and freed. */
static bool luo_hugetlb_pool_read __ro_after_init;

/* How many pages of each size this kernel preserves on each node, and its lock. */
static unsigned long luo_hugetlb_preserved[HUGE_MAX_HSTATE][MAX_NUMNODES];
static DEFINE_MUTEX(luo_hugetlb_pool_lock);

/* The page for the next kernel. */
struct luo_hugetlb_pool_ser *luo_hugetlb_pool_out;

static_assert(sizeof(struct luo_hugetlb_pool_ser) <= PAGE_SIZE);

/**
 * luo_hugetlb_pool_crc - Compute the CRC of the numbers of huge pages.
 * @pool: The numbers. The number of entries is valid.
 *
 * Return: The CRC.
 */
u32 luo_hugetlb_pool_crc(const struct luo_hugetlb_pool_ser *pool)
{
	u32 crc = crc32c(0, pool, offsetof(struct luo_hugetlb_pool_ser, crc));

	return crc32c(crc, pool->entries, pool->nr * sizeof(*pool->entries));
}

/* Find the numbers of the previous kernel. Return NULL if there are none or no valid ones. */
static const struct luo_hugetlb_pool_ser *luo_hugetlb_pool_find(void)
{
	const struct luo_hugetlb_pool_ser *pool;
	phys_addr_t phys;
	size_t size;

	if (luo_hugetlb_pool_read ||
	    kho_retrieve_subtree(LUO_HUGETLB_POOL_SUBTREE, &phys, &size))
		return NULL;

	if (!PAGE_ALIGNED(phys) || size != sizeof(*pool)) {
		pr_err_once("the numbers of preserved huge pages are at %pa in %zu bytes, expected a page with %zu: the pool does not wait for these pages\n",
			    &phys, size, sizeof(*pool));
		return NULL;
	}

	pool = phys_to_virt(phys);
	if (pool->magic != LUO_HUGETLB_POOL_MAGIC ||
	    pool->version != LUO_HUGETLB_POOL_VERSION ||
	    pool->nr > LUO_HUGETLB_POOL_MAX ||
	    pool->crc != luo_hugetlb_pool_crc(pool)) {
		pr_err_once("the numbers of preserved huge pages are corrupt or of another version: the pool does not wait for these pages\n");
		return NULL;
	}

	return pool;
}

static void luo_hugetlb_pending_load(struct hstate *h,
				     struct luo_hugetlb_pending *pending)
{
	const struct luo_hugetlb_pool_ser *pool = luo_hugetlb_pool_find();
	const struct luo_hugetlb_pool_entry_ser *entry;
	unsigned long max = max_pfn >> huge_page_order(h);
	u32 i;

	pending->loaded = true;
	for (i = 0; pool && i < pool->nr; i++) {
		entry = &pool->entries[i];
		if (entry->order != huge_page_order(h))
			continue;
		/* Another kernel may number nodes in another way. */
		if (entry->nid >= MAX_NUMNODES || !node_online(entry->nid) ||
		    entry->nr > max || entry->surplus > entry->nr) {
			pr_err("%llu preserved huge pages of order %u on node %u are not possible: the pool does not wait for them\n",
			       entry->nr, entry->order, entry->nid);
			continue;
		}
		pending->nr[entry->nid] = entry->nr;
		pending->surplus[entry->nid] = entry->surplus;
		max -= entry->nr;
	}
}

static struct luo_hugetlb_pending *luo_hugetlb_pending_of(struct hstate *h)
{
	struct luo_hugetlb_pending *pending = &luo_hugetlb_pending[hstate_index(h)];

	if (!pending->loaded)
		luo_hugetlb_pending_load(h, pending);

	return pending;
}

/* The pages on a node that the pool waits for. */
static unsigned long
luo_hugetlb_pending_awaited(const struct luo_hugetlb_pending *pending, int nid)
{
	return pending->nr[nid] - pending->surplus[nid];
}

static unsigned long
luo_hugetlb_pending_sum(const struct luo_hugetlb_pending *pending)
{
	unsigned long sum = 0;
	int nid;

	for_each_online_node(nid)
		sum += luo_hugetlb_pending_awaited(pending, nid);

	return sum;
}

/**
 * luo_hugetlb_pool_awaited - Count the pages that the pool waits for.
 * @h: The size.
 *
 * Context: Under hugetlb_lock, or at boot.
 * Return: The number of huge pages.
 */
unsigned long luo_hugetlb_pool_awaited(struct hstate *h)
{
	return luo_hugetlb_pending_sum(luo_hugetlb_pending_of(h));
}

/*
 * Let the pool wait for @count pages on a node, or on all if @nid is NUMA_NO_NODE. There are
 * so many pages.
 */
static void luo_hugetlb_pending_await(struct luo_hugetlb_pending *pending, int nid,
				      unsigned long count)
{
	unsigned long nr;
	int i;

	/* First the pages that it has waited for. */
	for_each_online_node(i) {
		if (nid != NUMA_NO_NODE && i != nid)
			continue;
		nr = min(count, luo_hugetlb_pending_awaited(pending, i));
		pending->surplus[i] = pending->nr[i] - nr;
		count -= nr;
	}
	for_each_online_node(i) {
		if (nid != NUMA_NO_NODE && i != nid)
			continue;
		nr = min(count, pending->surplus[i]);
		pending->surplus[i] -= nr;
		count -= nr;
	}
}

/*
 * Divide hugepages= among the nodes, so that all have the same number in the end. What a
 * node has no memory for, hugetlb_hstate_alloc_pages() allocates on others.
 */
static void __init luo_hugetlb_pool_divide(struct hstate *h,
					   const struct luo_hugetlb_pending *pending,
					   unsigned long count)
{
	const nodemask_t *nodes = hstate_is_gigantic(h) ? &hugetlb_bootmem_nodes :
							  &node_states[N_MEMORY];
	unsigned long least, nr;
	int nid, best;

	while (count--) {
		best = NUMA_NO_NODE;
		for_each_node_mask(nid, *nodes) {
			nr = h->max_huge_pages_node[nid] +
			     luo_hugetlb_pending_awaited(pending, nid);
			if (best == NUMA_NO_NODE || nr < least) {
				best = nid;
				least = nr;
			}
		}
		if (best == NUMA_NO_NODE)
			return;
		h->max_huge_pages_node[best]++;
	}
}

/**
 * luo_hugetlb_pool_boot - Subtract preserved pages from hugepages=.
 * @h: The size, with the values of hugepages=.
 *
 * Lowers the numbers of pages to allocate.
 *
 * Context: At boot, before the pages are allocated.
 * Return: By how many pages the number of all nodes was lowered.
 */
unsigned long __init luo_hugetlb_pool_boot(struct hstate *h)
{
	struct luo_hugetlb_pending *pending = luo_hugetlb_pending_of(h);
	unsigned long nr, sum = 0;
	bool by_node = false;
	int nid;

	if (!h->max_huge_pages)
		return 0;

	for_each_online_node(nid)
		by_node |= h->max_huge_pages_node[nid] > 0;
	if (by_node) {
		/* The pages on a node without a number become surplus. */
		for_each_online_node(nid) {
			nr = min(luo_hugetlb_pending_awaited(pending, nid),
				 h->max_huge_pages_node[nid]);
			h->max_huge_pages_node[nid] -= nr;
			luo_hugetlb_pending_await(pending, nid, nr);
			sum += nr;
		}
	} else {
		sum = min(luo_hugetlb_pending_sum(pending), h->max_huge_pages);
		luo_hugetlb_pending_await(pending, NUMA_NO_NODE, sum);
	}
	h->max_huge_pages -= sum;
	if (sum && !by_node && num_online_nodes() > 1)
		luo_hugetlb_pool_divide(h, pending, h->max_huge_pages);

	return sum;
}

/**
 * luo_hugetlb_pool_resize - Change the number of pages that the pool waits for.
 * @h:     The size.
 * @count: The new number of persistent pages that a user has asked for.
 * @nid:   The node for that, or NUMA_NO_NODE for all nodes.
 *
 * Context: Under hugetlb_lock.
 * Return: How many of these pages are pending, at most @count.
 */
unsigned long luo_hugetlb_pool_resize(struct hstate *h, unsigned long count,
				      int nid)
{
	struct luo_hugetlb_pending *pending = luo_hugetlb_pending_of(h);
	unsigned long persistent, awaited, surplus = 0;
	int i;

	if (nid == NUMA_NO_NODE) {
		persistent = h->nr_huge_pages - h->surplus_huge_pages;
		awaited = luo_hugetlb_pending_sum(pending);
		for_each_online_node(i)
			surplus += pending->surplus[i];
	} else {
		persistent = h->nr_huge_pages_node[nid] -
			     h->surplus_huge_pages_node[nid];
		awaited = luo_hugetlb_pending_awaited(pending, nid);
		surplus = pending->surplus[nid];
	}

	/* Take pages out of the surplus state before others are allocated. */
	if (count >= persistent + awaited)
		awaited += min(surplus, count - persistent - awaited);
	else
		awaited = min(awaited, count);
	luo_hugetlb_pending_await(pending, nid, awaited);

	return awaited;
}

/**
 * luo_hugetlb_pool_adopt - Count a page of the previous kernel.
 * @h:   Its size.
 * @nid: Its node.
 *
 * Context: Under hugetlb_lock.
 */
void luo_hugetlb_pool_adopt(struct hstate *h, int nid)
{
	struct luo_hugetlb_pending *pending = luo_hugetlb_pending_of(h);
	bool surplus = pending->nr[nid] &&
		       !luo_hugetlb_pending_awaited(pending, nid);

	lockdep_assert_held(&hugetlb_lock);
	h->nr_huge_pages++;
	h->nr_huge_pages_node[nid]++;
	if (surplus) {
		h->surplus_huge_pages++;
		h->surplus_huge_pages_node[nid]++;
	}
	luo_hugetlb_pool_drop(h, nid);
	/* Without hugepages= the pool has as many pages as it had. */
	h->max_huge_pages = max(h->max_huge_pages,
				h->nr_huge_pages - h->surplus_huge_pages);
}

/**
 * luo_hugetlb_pool_wants - Check if the pool waits for a page that nothing retrieves.
 * @h:   Its size.
 * @nid: Its node.
 *
 * Context: Under hugetlb_lock.
 * Return: true if the page belongs into the pool.
 */
bool luo_hugetlb_pool_wants(struct hstate *h, int nid)
{
	struct luo_hugetlb_pending *pending = luo_hugetlb_pending_of(h);
	unsigned long persistent = h->nr_huge_pages - h->surplus_huge_pages;

	lockdep_assert_held(&hugetlb_lock);

	return luo_hugetlb_pending_awaited(pending, nid) &&
	       persistent + luo_hugetlb_pending_sum(pending) <= h->max_huge_pages;
}

/**
 * luo_hugetlb_pool_drop - Remove one page from the pending ones.
 * @h:   Its size.
 * @nid: Its node.
 *
 * Context: Under hugetlb_lock.
 */
void luo_hugetlb_pool_drop(struct hstate *h, int nid)
{
	struct luo_hugetlb_pending *pending = luo_hugetlb_pending_of(h);

	if (!pending->nr[nid])
		return;
	if (!luo_hugetlb_pending_awaited(pending, nid))
		pending->surplus[nid]--;
	pending->nr[nid]--;
}

/**
 * luo_hugetlb_pool_lose - Do not wait any more for a page that cannot be used.
 * @h:   Its size.
 * @nid: Its node.
 *
 * The pool is smaller by this page, as if it had been poisoned in the pool.
 *
 * Context: Process context.
 */
void luo_hugetlb_pool_lose(struct hstate *h, int nid)
{
	guard(spinlock_irq)(&hugetlb_lock);
	luo_hugetlb_pool_drop(h, nid);
	h->max_huge_pages = min(h->max_huge_pages,
				h->nr_huge_pages - h->surplus_huge_pages +
				luo_hugetlb_pool_awaited(h));
}

/**
 * luo_hugetlb_pool_count - Count a page that this kernel preserves.
 * @h:     Its size.
 * @nid:   Its node.
 * @delta: 1, or -1 if it is not preserved any more.
 *
 * Context: Process context, may sleep.
 */
void luo_hugetlb_pool_count(struct hstate *h, int nid, long delta)
{
	guard(mutex)(&luo_hugetlb_pool_lock);
	luo_hugetlb_preserved[hstate_index(h)][nid] += delta;
}

/**
 * luo_hugetlb_pool_write - Write the numbers of preserved pages for the next kernel.
 *
 * Context: Process context, may sleep.
 */
void luo_hugetlb_pool_write(void)
{
	struct luo_hugetlb_pool_ser *pool = luo_hugetlb_pool_out;
	struct hstate *h;
	unsigned long nr;
	u64 lost = 0;
	int nid;

	guard(mutex)(&luo_hugetlb_pool_lock);
	pool->nr = 0;
	for_each_hstate(h) {
		for_each_online_node(nid) {
			nr = luo_hugetlb_preserved[hstate_index(h)][nid];
			if (!nr)
				continue;
			if (pool->nr == LUO_HUGETLB_POOL_MAX) {
				lost += nr;
				continue;
			}
			pool->entries[pool->nr++] =
				(struct luo_hugetlb_pool_entry_ser){
					.order = huge_page_order(h),
					.nid = nid,
					.nr = nr,
					.surplus = min(READ_ONCE(h->surplus_huge_pages_node[nid]),
						       nr),
				};
		}
	}
	pool->crc = luo_hugetlb_pool_crc(pool);
	if (lost)
		pr_warn_once("the next kernel's pool does not wait for %llu huge pages, because there are too many nodes\n",
			     lost);
}

/* Allocate the pages that the pool does not wait for any more. */
static void luo_hugetlb_pool_fill(struct hstate *h)
{
	unsigned long count = READ_ONCE(h->max_huge_pages), nr;

	spin_lock_irq(&hugetlb_lock);
	nr = h->nr_huge_pages - h->surplus_huge_pages + luo_hugetlb_pool_awaited(h);
	spin_unlock_irq(&hugetlb_lock);
	if (nr >= count)
		return;

	__nr_hugepages_store_common(false, h, NUMA_NO_NODE, count, 0);
	if (READ_ONCE(h->max_huge_pages) < count)
		pr_warn("the pool of %lu kB has %lu huge pages, because there is no memory for %lu\n",
			huge_page_size(h) / SZ_1K, READ_ONCE(h->max_huge_pages),
			count);
}

static void luo_hugetlb_pool_end_size(struct hstate *h)
{
	struct luo_hugetlb_pending *pending = luo_hugetlb_pending_of(h);
	unsigned long nr = 0;
	int nid;

	spin_lock_irq(&hugetlb_lock);
	for_each_online_node(nid) {
		nr += pending->nr[nid];
		pending->nr[nid] = 0;
		pending->surplus[nid] = 0;
	}
	spin_unlock_irq(&hugetlb_lock);
	if (!nr)
		return;

	pr_warn("%lu huge pages of %lu kB that the previous kernel has preserved did not join the pool, which does not wait for them any more\n",
		nr, huge_page_size(h) / SZ_1K);
	luo_hugetlb_pool_fill(h);
}

/**
 * luo_hugetlb_pool_end - Do not wait any more for any page, and fill the pool.
 *
 * Call it when the files of the previous kernel are all retrieved or dropped, or if this
 * kernel cannot retrieve any. A page is pending then only if the numbers differ from the
 * pages that were adopted: the page could not be read, or is on another node.
 *
 * Context: Process context, may sleep.
 */
void luo_hugetlb_pool_end(void)
{
	struct hstate *h;

	for_each_hstate(h)
		luo_hugetlb_pool_end_size(h);
}

/* Return the number of pages of a size that all files of the previous kernel have. */
static unsigned long __init luo_hugetlb_pool_objects(struct hstate *h)
{
	struct luo_object_iter iter;
	struct luo_hugetlb_ser ser;
	unsigned long nr = 0;

	luo_object_for_each(luo_hugetlb_kind, &iter) {
		if (!luo_object_load(luo_hugetlb_kind, iter.instance, &ser) &&
		    ser.order == huge_page_order(h))
			nr += ser.nr;
	}

	return nr;
}

/* Compare the numbers with the objects, and fill the pool if it waits for other pages. */
static void __init luo_hugetlb_pool_verify(struct hstate *h)
{
	struct luo_hugetlb_pending *pending = luo_hugetlb_pending_of(h);
	unsigned long objects = luo_hugetlb_pool_objects(h), nr = 0, excess;
	int nid;

	for_each_online_node(nid)
		nr += pending->nr[nid];
	if (nr == objects)
		return;

	pr_err("the previous kernel has preserved %lu huge pages of %lu kB, and the pool waits for %lu\n",
	       objects, huge_page_size(h) / SZ_1K, nr);
	if (nr < objects)
		return;

	spin_lock_irq(&hugetlb_lock);
	for_each_online_node(nid) {
		excess = min(nr - objects, pending->nr[nid]);
		pending->nr[nid] -= excess;
		pending->surplus[nid] = min(pending->surplus[nid],
					    pending->nr[nid]);
		nr -= excess;
	}
	spin_unlock_irq(&hugetlb_lock);
	luo_hugetlb_pool_fill(h);
}

static void __init luo_hugetlb_pool_free_in(void)
{
	phys_addr_t phys;
	size_t size;

	if (!kho_retrieve_subtree(LUO_HUGETLB_POOL_SUBTREE, &phys, &size) &&
	    kho_preserved_order(phys) == 0)
		kho_restore_free(phys_to_virt(phys));
}

/**
 * luo_hugetlb_pool_init - Compare the numbers with the objects, and prepare new ones.
 *
 * Context: At boot, when objects can be read and all sizes are known.
 * Return: 0 or a negative errno.
 */
int __init luo_hugetlb_pool_init(void)
{
	struct luo_hugetlb_pool_ser *pool;
	struct hstate *h;
	int err;

	for_each_hstate(h)
		luo_hugetlb_pool_verify(h);
	luo_hugetlb_pool_read = true;
	luo_hugetlb_pool_free_in();

	pool = kho_alloc_preserve(sizeof(*pool));
	if (IS_ERR(pool))
		return PTR_ERR(pool);

	pool->magic = LUO_HUGETLB_POOL_MAGIC;
	pool->version = LUO_HUGETLB_POOL_VERSION;
	luo_hugetlb_pool_out = pool;
	luo_hugetlb_pool_write();
	err = kho_add_subtree(LUO_HUGETLB_POOL_SUBTREE, pool, sizeof(*pool));
	if (err) {
		luo_hugetlb_pool_out = NULL;
		kho_unpreserve_free(pool);
	}

	return err;
}

/**
 * luo_hugetlb_pool_exit - Undo luo_hugetlb_pool_init().
 */
void __init luo_hugetlb_pool_exit(void)
{
	kho_remove_subtree(luo_hugetlb_pool_out);
	kho_unpreserve_free(luo_hugetlb_pool_out);
	luo_hugetlb_pool_out = NULL;
}
