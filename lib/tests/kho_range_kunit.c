// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Tests of memory that cannot be preserved
 *
 * Test kho_check_range() and its users: kho_preserve_pages(), kho_alloc_folio() and
 * kho_vmalloc(). The tests do not hot-add memory: scratch areas and addresses without
 * memory are refused in the same way.
 */

#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/kexec_handover.h>
#include <linux/kho/abi/kexec_handover.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#define VMALLOC_PAGES	40

static unsigned long kho_range_scratch_pfn(struct kunit *test)
{
	unsigned long pfn;

	for (pfn = 0; pfn < max_pfn; pfn += pageblock_nr_pages) {
		if (pfn_valid(pfn) &&
		    kho_scratch_overlap(PFN_PHYS(pfn), PAGE_SIZE))
			return pfn;
	}
	kunit_skip(test, "there is no scratch area");
}

static void kho_range_scratch(struct kunit *test)
{
	unsigned long pfn = kho_range_scratch_pfn(test);
	struct page *page = pfn_to_page(pfn);

	KUNIT_EXPECT_EQ(test, kho_check_range(PFN_PHYS(pfn), PAGE_SIZE),
			-EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, kho_check_range(PFN_PHYS(pfn), 1), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, kho_check_range(PFN_PHYS(pfn - 1), 2 * PAGE_SIZE),
			-EADDRNOTAVAIL);

	/* Refused without a warning, because it is not a bug of the caller. */
	KUNIT_EXPECT_EQ(test, kho_preserve_pages(page, 1), -EADDRNOTAVAIL);
}

static void kho_range_absent(struct kunit *test)
{
	const phys_addr_t end = PFN_PHYS(ALIGN(max_pfn, PAGES_PER_SECTION));
	const phys_addr_t last = (1ULL << MAX_PHYSMEM_BITS) - PAGE_SIZE;
	struct folio *folio;
	phys_addr_t phys;

	KUNIT_EXPECT_EQ(test, kho_check_range(end, PAGE_SIZE), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, kho_check_range(last, PAGE_SIZE), -EADDRNOTAVAIL);
	KUNIT_EXPECT_EQ(test, kho_check_range(last + PAGE_SIZE, PAGE_SIZE),
			-EADDRNOTAVAIL);

	/* All of the range is checked, not only its first byte. */
	folio = kho_alloc_folio(GFP_KERNEL, 0);
	KUNIT_ASSERT_NOT_NULL(test, folio);
	phys = PFN_PHYS(folio_pfn(folio));
	KUNIT_EXPECT_EQ(test, kho_check_range(phys, PAGE_SIZE), 0);
	KUNIT_EXPECT_EQ(test, kho_check_range(phys, end + PAGE_SIZE - phys),
			-EADDRNOTAVAIL);
	folio_put(folio);
}

static void kho_range_folio(struct kunit *test)
{
	struct folio *folio;
	unsigned int order;

	for (order = 0; order <= pageblock_order; order++) {
		/* With this flag, the page allocator may use the scratch areas. */
		folio = kho_alloc_folio(GFP_HIGHUSER_MOVABLE, order);
		KUNIT_ASSERT_NOT_NULL(test, folio);
		KUNIT_EXPECT_EQ(test, folio_order(folio), order);
		KUNIT_EXPECT_EQ(test, kho_check_range(PFN_PHYS(folio_pfn(folio)),
						      folio_size(folio)), 0);
		folio_put(folio);
	}
}

static void kho_range_vmalloc(struct kunit *test)
{
	struct kho_vmalloc preservation;
	struct vm_struct *area;
	unsigned long i;
	char *mem;

	if (!kho_is_enabled())
		kunit_skip(test, "KHO is off");

	KUNIT_EXPECT_NULL(test, kho_vmalloc(0));
	KUNIT_EXPECT_NULL(test, kho_vmalloc(SIZE_MAX));

	mem = kho_vmalloc(VMALLOC_PAGES * PAGE_SIZE - 1);
	KUNIT_ASSERT_NOT_NULL(test, mem);
	area = find_vm_area(mem);
	KUNIT_ASSERT_EQ(test, area->nr_pages, VMALLOC_PAGES);
	KUNIT_EXPECT_NULL(test, memchr_inv(mem, 0, VMALLOC_PAGES * PAGE_SIZE));
	for (i = 0; i < area->nr_pages; i++)
		KUNIT_EXPECT_EQ(test, kho_check_range(page_to_phys(area->pages[i]),
						      PAGE_SIZE), 0);

	KUNIT_ASSERT_EQ(test, kho_preserve_vmalloc(mem, &preservation), 0);
	KUNIT_EXPECT_EQ(test, preservation.total_pages, VMALLOC_PAGES);
	kho_unpreserve_vmalloc(&preservation);
	vfree(mem);
}

/* The caller of vmap() owns the pages of such an area. */
static void kho_range_vmap(struct kunit *test)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct kho_vmalloc preservation;
	void *mem;

	KUNIT_ASSERT_NOT_NULL(test, page);
	mem = vmap(&page, 1, VM_MAP, PAGE_KERNEL);
	KUNIT_EXPECT_NOT_NULL(test, mem);
	if (mem)
		KUNIT_EXPECT_EQ(test, kho_preserve_vmalloc(mem, &preservation),
				-EOPNOTSUPP);
	vunmap(mem);
	__free_page(page);
}

static struct kunit_case kho_range_cases[] = {
	KUNIT_CASE(kho_range_scratch),
	KUNIT_CASE(kho_range_absent),
	KUNIT_CASE(kho_range_folio),
	KUNIT_CASE(kho_range_vmalloc),
	KUNIT_CASE(kho_range_vmap),
	{}
};

static struct kunit_suite kho_range_suite = {
	.name = "kho_range",
	.test_cases = kho_range_cases,
};

kunit_test_suite(kho_range_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of where KHO can preserve memory");
