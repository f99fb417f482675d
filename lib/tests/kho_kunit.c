// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of KHO without a kexec
 *
 * Preserve and unpreserve pages of this kernel: no call may preserve a page twice,
 * under any key. To test the restore, the test writes the marks that
 * kho_mem_retrieve() would write.
 */

#include <kunit/test.h>
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/debug_locks.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kconfig.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/kthread.h>
#include <linux/luo_array.h>
#include <linux/luo_pool.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/mm.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define ORDER		3
#define NR_PAGES	8U	/* of @ORDER */
#define NR_ROUNDS	1000

static int kho_test_init(struct kunit *test)
{
	if (!kho_is_enabled())
		kunit_skip(test, "KHO is not enabled");

	return 0;
}

/* Preserve a single page, and unpreserve it. */
static int kho_test_probe(struct page *page)
{
	int err = kho_preserve_pages(page, 1);

	if (!err)
		kho_unpreserve_pages(page, 1);

	return err;
}

/* Every call returns the same result for all pages. */
static void kho_test_pages(struct kunit *test, struct page *page,
			   unsigned int nr_pages, int err)
{
	for (unsigned int i = 0; i < nr_pages; i++)
		KUNIT_EXPECT_EQ(test, kho_test_probe(page + i), err);
}

static struct page *kho_test_alloc(struct kunit *test, gfp_t gfp)
{
	struct page *page = alloc_pages(GFP_KERNEL | gfp, ORDER);

	KUNIT_ASSERT_NOT_NULL(test, page);

	return page;
}

static void kho_test_folio(struct kunit *test)
{
	struct page *page = kho_test_alloc(test, __GFP_COMP);
	struct folio *folio = page_folio(page);

	KUNIT_EXPECT_EQ(test, kho_preserve_folio(folio), 0);
	KUNIT_EXPECT_EQ(test, kho_preserve_folio(folio), -EEXIST);
	kho_test_pages(test, page, NR_PAGES, -EEXIST);
	KUNIT_EXPECT_EQ(test, kho_preserve_pages(page + 1, NR_PAGES - 1), -EEXIST);

	/* The failed calls have not unpreserved it. */
	KUNIT_EXPECT_EQ(test, kho_preserve_folio(folio), -EEXIST);
	kho_unpreserve_folio(folio);
	kho_test_pages(test, page, NR_PAGES, 0);

	folio_put(folio);
}

/* A key of any page inside a larger key. */
static void kho_test_inside(struct kunit *test)
{
	struct page *page = kho_test_alloc(test, __GFP_COMP);
	struct folio *folio = page_folio(page);

	for (unsigned int i = 0; i < NR_PAGES; i++) {
		KUNIT_EXPECT_EQ(test, kho_preserve_pages(page + i, 1), 0);
		KUNIT_EXPECT_EQ(test, kho_preserve_folio(folio), -EEXIST);
		kho_unpreserve_pages(page + i, 1);
	}
	KUNIT_EXPECT_EQ(test, kho_preserve_folio(folio), 0);
	kho_unpreserve_folio(folio);

	folio_put(folio);
}

/* Ranges have several keys. If one is refused, all are removed. */
static void kho_test_range(struct kunit *test)
{
	struct page *page = kho_test_alloc(test, 0);

	split_page(page, ORDER);
	KUNIT_EXPECT_EQ(test, kho_preserve_pages(page + 3, 4), 0);
	for (unsigned int first = 0; first < NR_PAGES; first++) {
		for (unsigned int nr = 1; first + nr <= NR_PAGES; nr++) {
			bool apart = first + nr <= 3 || first >= 7;
			int err = kho_preserve_pages(page + first, nr);

			KUNIT_EXPECT_EQ(test, err, apart ? 0 : -EEXIST);
			if (!err)
				kho_unpreserve_pages(page + first, nr);
		}
	}
	kho_test_pages(test, page, 3, 0);
	kho_test_pages(test, page + 3, 4, -EEXIST);
	kho_test_pages(test, page + 7, 1, 0);
	kho_unpreserve_pages(page + 3, 4);
	kho_test_pages(test, page, NR_PAGES, 0);

	for (unsigned int i = 0; i < NR_PAGES; i++)
		__free_page(page + i);
}

static void kho_test_alloc_preserve(struct kunit *test)
{
	void *mem = kho_alloc_preserve(PAGE_SIZE << ORDER);

	KUNIT_ASSERT_FALSE(test, IS_ERR(mem));
	KUNIT_EXPECT_EQ(test, kho_preserve_folio(virt_to_folio(mem)), -EEXIST);
	kho_test_pages(test, virt_to_page(mem), NR_PAGES, -EEXIST);
	kho_unpreserve_free(mem);
}

static void kho_test_vmalloc(struct kunit *test)
{
	struct kho_vmalloc first, second;
	void *mem = vmalloc(NR_PAGES * PAGE_SIZE);

	KUNIT_ASSERT_NOT_NULL(test, mem);
	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(mem, &first), 0);
	/* The call must not use the old contents, even if it fails. */
	memset(&second, 0xff, sizeof(second));
	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(mem, &second), -EEXIST);
	for (unsigned int i = 0; i < NR_PAGES; i++)
		kho_test_pages(test, vmalloc_to_page(mem + i * PAGE_SIZE), 1, -EEXIST);

	/* The pages that list the pages of the area. */
	kho_test_pages(test, virt_to_page(phys_to_virt(first.first.phys)), 1, -EEXIST);

	kho_unpreserve_vmalloc(&first);
	for (unsigned int i = 0; i < NR_PAGES; i++)
		kho_test_pages(test, vmalloc_to_page(mem + i * PAGE_SIZE), 1, 0);
	vfree(mem);
}

/* If a page cannot be preserved, those before it are unpreserved. */
static void kho_test_vmalloc_error(struct kunit *test)
{
	void *mem = vmalloc(NR_PAGES * PAGE_SIZE);
	struct kho_vmalloc preservation;
	struct page *last;

	KUNIT_ASSERT_NOT_NULL(test, mem);
	last = vmalloc_to_page(mem + (NR_PAGES - 1) * PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, kho_preserve_pages(last, 1), 0);
	memset(&preservation, 0, sizeof(preservation));
	preservation.order = 2;
	KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(mem, &preservation), -EEXIST);
	for (unsigned int i = 0; i < NR_PAGES - 1; i++)
		kho_test_pages(test, vmalloc_to_page(mem + i * PAGE_SIZE), 1, 0);
	kho_test_pages(test, last, 1, -EEXIST);
	kho_unpreserve_pages(last, 1);
	vfree(mem);
}

#ifdef CONFIG_LUO_OBJECT
static void kho_test_array(struct kunit *test)
{
	struct luo_array array;
	u8 *data;

	KUNIT_ASSERT_EQ(test, luo_array_alloc(&array, 1, 64 * PAGE_SIZE, GFP_KERNEL), 0);
	data = array.data;
	for (unsigned int i = 0; i < 64; i++)
		kho_test_pages(test, is_vmalloc_addr(data) ?
			       vmalloc_to_page(data + i * PAGE_SIZE) :
			       virt_to_page(data + i * PAGE_SIZE), 1, -EEXIST);
	kho_test_pages(test, pfn_to_page(PHYS_PFN(array.handle)), 1, -EEXIST);
	luo_array_free(&array);
}

static void kho_test_pool(struct kunit *test)
{
	struct luo_pool *pool = luo_pool_create(GFP_KERNEL);
	void *mem;

	KUNIT_ASSERT_NOT_NULL(test, pool);
	mem = luo_pool_alloc(pool, 64, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, mem);
	kho_test_pages(test, virt_to_page(mem), 1, -EEXIST);
	KUNIT_EXPECT_EQ(test, kho_preserve_folio(virt_to_folio(mem)), -EEXIST);
	luo_pool_free(pool);
}
#endif

/* Two threads that make the same call at the same time. */
struct kho_test_pair {
	int (*run)(struct page *page);
	struct page *page;
	atomic_t nr_ready;
	int result[2];
	struct completion done;
};

static void kho_test_meet(struct kho_test_pair *pair, int nr)
{
	atomic_inc(&pair->nr_ready);
	while (atomic_read(&pair->nr_ready) < nr) {
		cpu_relax();
		cond_resched();
	}
}

static int kho_test_thread(void *data)
{
	struct kho_test_pair *pair = data;

	kho_test_meet(pair, 2);
	pair->result[1] = pair->run(pair->page);
	complete(&pair->done);

	return 0;
}

static void kho_test_run_pair(struct kunit *test, struct kho_test_pair *pair)
{
	struct task_struct *task;

	atomic_set(&pair->nr_ready, 0);
	init_completion(&pair->done);
	task = kthread_run(kho_test_thread, pair, "kho_kunit");
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	kho_test_meet(pair, 2);
	pair->result[0] = pair->run(pair->page);
	wait_for_completion(&pair->done);
}

/* All keys of a run are added without dropping the lock. */
static int kho_test_preserve_most(struct page *page)
{
	return kho_preserve_pages(page + 1, NR_PAGES - 1);
}

static void kho_test_preserve_race(struct kunit *test)
{
	struct kho_test_pair pair = { .run = kho_test_preserve_most };
	struct page *page = kho_test_alloc(test, 0);

	split_page(page, ORDER);
	pair.page = page;
	for (unsigned int i = 0; i < NR_ROUNDS; i++) {
		kho_test_run_pair(test, &pair);
		KUNIT_ASSERT_EQ(test, min(pair.result[0], pair.result[1]), -EEXIST);
		KUNIT_ASSERT_EQ(test, max(pair.result[0], pair.result[1]), 0);
		kho_unpreserve_pages(page + 1, NR_PAGES - 1);
	}
	kho_test_pages(test, page, NR_PAGES, 0);

	for (unsigned int i = 0; i < NR_PAGES; i++)
		__free_page(page + i);
}

/* The mark that kexec_handover.c writes to the first page of a preservation. */
static void kho_test_mark(struct page *page, unsigned int order)
{
	set_page_private(page, 0x4b484f50UL << 32 | order);
}

static struct page *kho_test_alloc_restored(struct kunit *test)
{
	struct page *page = kho_test_alloc(test, 0);

	split_page(page, ORDER);

	return page;
}

static void kho_test_free_restored(struct page *page)
{
	for (unsigned int i = 0; i < NR_PAGES; i++) {
		set_page_private(page + i, 0);
		__free_page(page + i);
	}
}

static void kho_test_marks(struct kunit *test, struct page *page,
			   const int *orders)
{
	for (unsigned int i = 0; i < NR_PAGES; i++)
		KUNIT_EXPECT_EQ(test, kho_preserved_order(page_to_phys(page + i)),
				orders[i] < 0 ? -ENOENT : orders[i]);
}

/* A range may be divided at other places than length and alignment require. */
static void kho_test_restore_divided(struct kunit *test)
{
	static const int none[] = { -1, -1, -1, -1, -1, -1, -1, -1 };
	struct page *page = kho_test_alloc_restored(test);

	kho_test_mark(page, 2);
	kho_test_mark(page + 4, 1);
	kho_test_mark(page + 6, 1);
	KUNIT_EXPECT_PTR_EQ(test, kho_restore_pages(page_to_phys(page), NR_PAGES), page);
	kho_test_marks(test, page, none);
	adjust_managed_page_count(page, -(long)NR_PAGES);

	kho_test_free_restored(page);
}

static void kho_test_restore_wrong(struct kunit *test, struct page *page,
				   unsigned int nr_pages)
{
	kunit_warning_suppress(test)
		KUNIT_EXPECT_NULL(test, kho_restore_pages(page_to_phys(page), nr_pages));
}

/* Either all of a range is restored, or nothing. */
static void kho_test_restore_error(struct kunit *test)
{
	static const int two[] = { 1, -1, 1, -1, -1, -1, -1, -1 };
	struct page *page = kho_test_alloc_restored(test);

	kho_test_mark(page, 1);
	kho_test_mark(page + 2, 1);
	kho_test_restore_wrong(test, page, 1);
	kho_test_restore_wrong(test, page, 3);
	kho_test_restore_wrong(test, page, 5);
	kho_test_restore_wrong(test, page + 1, 1);
	kho_test_marks(test, page, two);

	kho_test_free_restored(page);
}

static int kho_test_restore_small(struct page *page)
{
	struct kho_restored restored = {};

	return kho_restore_run(&restored, page_to_phys(page), 0, NR_PAGES);
}

static int kho_test_restore_large(struct page *page)
{
	struct kho_restored restored = {};

	return kho_restore_run(&restored, page_to_phys(page), ORDER, 1);
}

/* If two threads restore the same preservation, one succeeds. */
static void kho_test_restore_race(struct kunit *test)
{
	struct kho_test_pair pair = { .page = kho_test_alloc_restored(test) };

	for (unsigned int i = 0; i < NR_ROUNDS; i++) {
		for (unsigned int j = 0; j < NR_PAGES; j++)
			kho_test_mark(pair.page + j, 0);
		pair.run = kho_test_restore_small;
		kho_test_run_pair(test, &pair);
		KUNIT_EXPECT_EQ(test, pair.result[0] + pair.result[1], (int)NR_PAGES);

		kho_test_mark(pair.page, ORDER);
		pair.run = kho_test_restore_large;
		kho_test_run_pair(test, &pair);
		KUNIT_EXPECT_EQ(test, pair.result[0] + pair.result[1], 1);
	}

	kho_test_free_restored(pair.page);
}

/* Restored pages are counted as memory of the zone that each of them is in. */
static void kho_test_restore_zones(struct kunit *test)
{
	struct kho_restored restored = {};
	struct page *pages[2];
	unsigned long managed[2];
	u64 pfns[3];

	if (num_online_nodes() < 2)
		kunit_skip(test, "needs two NUMA nodes");

	pages[0] = alloc_pages_node(first_online_node, GFP_KERNEL | __GFP_THISNODE, 0);
	pages[1] = alloc_pages_node(next_online_node(first_online_node),
				    GFP_KERNEL | __GFP_THISNODE, 0);
	KUNIT_ASSERT_NOT_NULL(test, pages[0]);
	KUNIT_ASSERT_NOT_NULL(test, pages[1]);

	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++) {
		managed[i] = zone_managed_pages(page_zone(pages[i]));
		kho_test_mark(pages[i], 0);
		pfns[i] = page_to_pfn(pages[i]);
	}
	pfns[2] = pfns[0];
	/* The first and the last page were restored. */
	KUNIT_EXPECT_EQ(test, kho_restore_singles(&restored, pfns, ARRAY_SIZE(pfns)),
			2UL);
	kho_restore_run_end(&restored);
	kho_restore_run_end(&restored);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++) {
		KUNIT_EXPECT_EQ(test, zone_managed_pages(page_zone(pages[i])),
				managed[i] + 1);
		adjust_managed_page_count(pages[i], -1);
		__free_page(pages[i]);
	}
}

/*
 * A filesystem preserves a page in reclaim, where it may not enter itself again. The
 * lock of the tree is then below fs_reclaim, and lockdep reports it if a node of the
 * tree has been allocated with GFP_KERNEL.
 */
static void kho_test_reclaim(struct kunit *test)
{
	struct page *page;

	if (!IS_ENABLED(CONFIG_PROVE_LOCKING) || !debug_locks)
		kunit_skip(test, "lockdep is off");

	page = kho_test_alloc(test, 0);
	/* Afterwards the tree has the nodes for this page. */
	KUNIT_ASSERT_EQ(test, kho_test_probe(page), 0);

	fs_reclaim_acquire(GFP_KERNEL);
	KUNIT_EXPECT_EQ(test, kho_test_probe(page), 0);
	fs_reclaim_release(GFP_KERNEL);
	KUNIT_EXPECT_TRUE(test, debug_locks);
	__free_pages(page, ORDER);
}

static struct kunit_case kho_test_cases[] = {
	KUNIT_CASE(kho_test_folio),
	KUNIT_CASE(kho_test_inside),
	KUNIT_CASE(kho_test_range),
	KUNIT_CASE(kho_test_alloc_preserve),
	KUNIT_CASE(kho_test_vmalloc),
	KUNIT_CASE(kho_test_vmalloc_error),
#ifdef CONFIG_LUO_OBJECT
	KUNIT_CASE(kho_test_array),
	KUNIT_CASE(kho_test_pool),
#endif
	KUNIT_CASE(kho_test_preserve_race),
	KUNIT_CASE(kho_test_restore_divided),
	KUNIT_CASE(kho_test_restore_error),
	KUNIT_CASE(kho_test_restore_race),
	KUNIT_CASE(kho_test_restore_zones),
	KUNIT_CASE(kho_test_reclaim),
	{}
};

static struct kunit_suite kho_test_suite = {
	.name = "kho",
	.init = kho_test_init,
	.test_cases = kho_test_cases,
};

kunit_test_suite(kho_test_suite);

MODULE_DESCRIPTION("Tests of KHO without a kexec");
MODULE_LICENSE("GPL");
