/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_PRESERVED_H
#define _LINUX_KHO_PRESERVED_H

#include <linux/bitmap.h>
#include <linux/mmzone.h>
#include <linux/types.h>

/* The largest block that can be freed to the page allocator at once. */
#define KHO_WINDOW_PAGES	((unsigned long)MAX_ORDER_NR_PAGES)

/**
 * struct kho_unpreserved - A walk over the pages that are not preserved.
 * @start_pfn: First page of the current run.
 * @end_pfn: The page after the last one of the current run.
 *
 * For for_each_unpreserved_range(), which the code that frees memblock's memory to
 * the page allocator uses.
 */
struct kho_unpreserved {
	unsigned long start_pfn;
	unsigned long end_pfn;
	/* private: */
	unsigned long next_pfn;
	unsigned long limit_pfn;
#ifdef CONFIG_KEXEC_HANDOVER
	unsigned long window_pfn;	/* where the bitmap begins */
	unsigned long checked_pfn;	/* no preserved page between the window and this one */
	DECLARE_BITMAP(preserved, KHO_WINDOW_PAGES);
#endif
};

/**
 * for_each_unpreserved_range - Walk over the runs of pages that the previous
 *	kernel has not preserved.
 * @run: &struct kho_unpreserved, the walk; holds the current run.
 * @start: First page frame number of the range.
 * @end: The number after the last one of the range.
 *
 * A run crosses a boundary of MAX_ORDER_NR_PAGES only if nothing is preserved on
 * either side of it. If nothing is preserved at all, the range is one run.
 */
#define for_each_unpreserved_range(run, start, end)			\
	for (kho_unpreserved_init(run, start, end);			\
	     kho_unpreserved_next(run);)

#ifdef CONFIG_KEXEC_HANDOVER

void kho_unpreserved_init(struct kho_unpreserved *run, unsigned long start,
			  unsigned long end);
void kho_unpreserved_look_up(struct kho_unpreserved *run, unsigned long pfn);
unsigned long kho_nr_unpreserved(unsigned long start, unsigned long end);

/*
 * Return the next bit of a window that is set, or that is clear if @invert is
 * ~0UL; KHO_WINDOW_PAGES if there is none. If every other page is preserved, this
 * runs twice for each page that is freed, and a call of find_next_bit() would take
 * most of the time, hence it is inline.
 */
static __always_inline unsigned long
kho_unpreserved_next_bit(const unsigned long *window, unsigned long bit,
			 unsigned long invert)
{
	unsigned long i = BIT_WORD(bit);
	unsigned long word;

	if (bit >= KHO_WINDOW_PAGES)
		return KHO_WINDOW_PAGES;

	word = (window[i] ^ invert) & BITMAP_FIRST_WORD_MASK(bit);
	while (!word) {
		if (++i == BITS_TO_LONGS(KHO_WINDOW_PAGES))
			return KHO_WINDOW_PAGES;
		word = window[i] ^ invert;
	}

	return i * BITS_PER_LONG + __ffs(word);
}

/* Advance to the next run and set @run->start_pfn and @run->end_pfn. */
static __always_inline bool kho_unpreserved_next(struct kho_unpreserved *run)
{
	unsigned long start = run->next_pfn, end;

	for (; start < run->limit_pfn; start = end) {
		if (start >= run->checked_pfn)
			kho_unpreserved_look_up(run, start);

		if (run->checked_pfn > run->window_pfn + KHO_WINDOW_PAGES) {
			end = run->checked_pfn;
		} else {
			start = kho_unpreserved_next_bit(run->preserved,
							 start - run->window_pfn,
							 ~0UL);
			end = kho_unpreserved_next_bit(run->preserved, start, 0);
			start += run->window_pfn;
			end += run->window_pfn;
		}

		end = min(end, run->limit_pfn);
		if (start < end) {
			run->start_pfn = start;
			run->end_pfn = end;
			run->next_pfn = end;
			return true;
		}
	}

	return false;
}

#else

static inline void kho_unpreserved_init(struct kho_unpreserved *run,
					unsigned long start, unsigned long end)
{
	run->next_pfn = start;
	run->limit_pfn = end;
}

static inline bool kho_unpreserved_next(struct kho_unpreserved *run)
{
	run->start_pfn = run->next_pfn;
	run->end_pfn = run->limit_pfn;
	run->next_pfn = run->limit_pfn;

	return run->start_pfn < run->end_pfn;
}

static inline unsigned long kho_nr_unpreserved(unsigned long start,
					       unsigned long end)
{
	return end - start;
}

#endif /* CONFIG_KEXEC_HANDOVER */

#endif /* _LINUX_KHO_PRESERVED_H */
