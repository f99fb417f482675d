/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_LIB_FIGURE_H
#define SELFTESTS_LUO_LIB_FIGURE_H

#include <stdint.h>
#include <stdio.h>

/*
 * Read the counter of the CPU, which a kexec does not reset. In the virtual machine of
 * make bench it counts instructions.
 */
static inline uint64_t counter(void)
{
#if defined(__x86_64__)
	uint32_t low, high;

	asm volatile("lfence; rdtsc" : "=a" (low), "=d" (high) : : "memory");

	return (uint64_t)high << 32 | low;
#elif defined(__aarch64__)
	uint64_t count, frequency;

	asm volatile("isb; mrs %0, cntvct_el0" : "=r" (count) : : "memory");
	asm volatile("mrs %0, cntfrq_el0" : "=r" (frequency));

	return count / frequency * 1000000000 +
	       count % frequency * 1000000000 / frequency;
#else
#error "which counter continues over a kexec on this architecture?"
#endif
}

/*
 * Print a figure, as selftests/README describes it: of @work with @kib KiB, for @pages
 * pages, or 0 if it does not count pages.
 */
static inline void figure(const char *work, unsigned long kib, const char *name,
			  long value, const char *unit, unsigned long pages)
{
	printf("# figure: %s %luK %s %ld %s", work, kib, name, value, unit);
	printf(pages ? " %lu\n" : "\n", pages);
}

#endif
