// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: The memory of the machine
 *
 * A file mapping in place of physical memory, so that pages have addresses, orders and
 * alignment, and can be mapped a second time. Physical addresses differ from all valid
 * pointers. The translation of an invalid address aborts the program. Free pages are
 * poisoned for the address sanitizer.
 */

#define _GNU_SOURCE
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sanitizer/asan_interface.h>

#include <linux/errno.h>
#include <linux/memblock.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#define ARENA_PHYS	0x100000000ULL
#define ARENA_SIZE	(256UL << 20)
#define ARENA_PAGES	(ARENA_SIZE / PAGE_SIZE)
#define ARENA_FREE_BYTE	0x6b

unsigned long max_pfn = (ARENA_PHYS + ARENA_SIZE) / PAGE_SIZE;

static int arena_fd;
static void *arena;
/* Order + 1 of an allocation in its first page, 0xff in its others. */
static u8 arena_pages[ARENA_PAGES];

struct arena_mapping {
	void *start;
	size_t size;
};

static struct arena_mapping arena_mappings[16];

static void __attribute__((__constructor__(101))) arena_init(void)
{
	arena_fd = memfd_create("arena", 0);
	assert(arena_fd >= 0);
	assert(!ftruncate(arena_fd, ARENA_SIZE));
	/* Aligned to the largest order, like physical memory. */
	arena = aligned_alloc(PAGE_SIZE << MAX_PAGE_ORDER, ARENA_SIZE);
	arena = mmap(arena, ARENA_SIZE, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_FIXED, arena_fd, 0);
	assert(arena != MAP_FAILED);
	ASAN_POISON_MEMORY_REGION(arena, ARENA_SIZE);
}

void *phys_to_virt(u64 address)
{
	if (address < ARENA_PHYS || address - ARENA_PHYS >= ARENA_SIZE) {
		fprintf(stderr, "physical address %#llx does not exist\n",
			address);
		abort();
	}

	return arena + (address - ARENA_PHYS);
}

u64 virt_to_phys(const void *mem)
{
	unsigned long offset = (unsigned long)mem - (unsigned long)arena;

	assert(offset < ARENA_SIZE);

	return ARENA_PHYS + offset;
}

bool virt_addr_valid(const void *mem)
{
	return mem >= arena && mem < arena + ARENA_SIZE;
}

bool pfn_valid(unsigned long pfn)
{
	return pfn >= ARENA_PHYS >> PAGE_SHIFT && pfn < max_pfn;
}

long copy_from_kernel_nofault(void *dst, const void *src, size_t size)
{
	const size_t left = arena + ARENA_SIZE - src;

	if (!virt_addr_valid(src) || size > left ||
	    __asan_region_is_poisoned((void *)src, size))
		return -EFAULT;
	memcpy(dst, src, size);

	return 0;
}

/* Split an allocation into allocations of order 0. */
void split_page(struct page *first, unsigned int order)
{
	unsigned long page = ((unsigned long)first - ARENA_PHYS) >> PAGE_SHIFT;

	assert(page < ARENA_PAGES && arena_pages[page] == order + 1);
	memset(&arena_pages[page], 1, 1UL << order);
}

unsigned long page_to_pfn(const struct page *page)
{
	return (unsigned long)page >> PAGE_SHIFT;
}

struct page *pfn_to_page(unsigned long pfn)
{
	return (struct page *)(pfn << PAGE_SHIFT);
}

unsigned int get_order(unsigned long size)
{
	unsigned int order = 0;

	while (PAGE_SIZE << order < size)
		order++;

	return order;
}

static bool arena_is_free(unsigned long page, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < 1UL << order; i++) {
		if (arena_pages[page + i])
			return false;
	}

	return true;
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	unsigned long page, nr = 1UL << order;
	void *mem;

	for (page = 0; page < ARENA_PAGES; page += nr) {
		if (!arena_is_free(page, order))
			continue;

		memset(&arena_pages[page], 0xff, nr);
		arena_pages[page] = order + 1;
		mem = arena + page * PAGE_SIZE;
		ASAN_UNPOISON_MEMORY_REGION(mem, PAGE_SIZE << order);
		if (gfp & __GFP_ZERO)
			memset(mem, 0, PAGE_SIZE << order);
		return (unsigned long)mem;
	}

	return 0;
}

void free_pages(unsigned long address, unsigned int order)
{
	unsigned long page = (address - (unsigned long)arena) >> PAGE_SHIFT;

	assert(page < ARENA_PAGES && arena_pages[page] == order + 1);
	memset(&arena_pages[page], 0, 1UL << order);
	memset((void *)address, ARENA_FREE_BYTE, PAGE_SIZE << order);
	ASAN_POISON_MEMORY_REGION((void *)address, PAGE_SIZE << order);
}

void *vmap(struct page **pages, unsigned int nr_pages, unsigned long flags,
	   int prot)
{
	struct arena_mapping *mapping = arena_mappings;
	unsigned int i;
	void *mem;

	while (mapping->start)
		mapping++;
	assert(mapping < arena_mappings + ARRAY_SIZE(arena_mappings));

	mem = mmap(NULL, nr_pages * PAGE_SIZE, PROT_NONE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert(mem != MAP_FAILED);
	for (i = 0; i < nr_pages; i++) {
		void *page = mmap(mem + i * PAGE_SIZE, PAGE_SIZE,
				  PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_FIXED, arena_fd,
				  (unsigned long)pages[i] - ARENA_PHYS);

		assert(page != MAP_FAILED);
	}
	*mapping = (struct arena_mapping){ mem, nr_pages * PAGE_SIZE };

	return mem;
}

void vunmap(const void *mem)
{
	struct arena_mapping *mapping = arena_mappings;

	while (mapping->start != mem)
		mapping++;
	assert(mapping < arena_mappings + ARRAY_SIZE(arena_mappings));
	munmap(mapping->start, mapping->size);
	mapping->start = NULL;
}
