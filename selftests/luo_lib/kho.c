// SPDX-License-Identifier: GPL-2.0
/*
 * Counts the preservations of KHO: walks the radix tree for the next kernel in memory,
 * through /proc/kcore. KHO's device tree in debugfs has its address.
 * include/linux/kho/abi/kexec_handover.h describes the tree: five levels of tables, and
 * bitmaps whose bits are keys. The lower part of a key is the page frame number, shifted
 * right by the order; the position of the highest bit encodes the order.
 *
 * The device tree is in debugfs only in a kernel that was not booted by kexec.
 */
#include <fcntl.h>
#include <libfdt.h>
#include <linux/elf.h>
#include <stdint.h>
#include <unistd.h>

#include "../kselftest.h"
#include "kho.h"

#define FDT		"/sys/kernel/debug/kho/out/fdt"
#define FDT_SIZE	(64 << 10)
#define SUBTREE		"preserved-data"
#define KCORE		"/proc/kcore"
#define CHUNK		(1 << 20)
#define MAX_SEGMENTS	64

#define PAGE		4096
#define TABLE_BITS	9
#define BITMAP_BITS	15
#define TOP_LEVEL	5
#define ORDER_0_BIT	52

struct kcore {
	int fd;
	int nr_segments;
	struct elf64_phdr segments[MAX_SEGMENTS];
};

static struct kcore kcore_open(void)
{
	struct kcore kcore = { .fd = open(KCORE, O_RDONLY) };
	struct elf64_hdr header;
	ssize_t size;

	if (kcore.fd < 0 ||
	    pread(kcore.fd, &header, sizeof(header), 0) != sizeof(header))
		ksft_exit_fail_perror(KCORE);
	kcore.nr_segments = header.e_phnum < MAX_SEGMENTS ? header.e_phnum : MAX_SEGMENTS;
	size = kcore.nr_segments * sizeof(*kcore.segments);
	if (pread(kcore.fd, kcore.segments, size, header.e_phoff) != size)
		ksft_exit_fail_perror(KCORE);

	return kcore;
}

static void kcore_read_page(const struct kcore *kcore, uint64_t phys, void *page)
{
	const struct elf64_phdr *segment = kcore->segments;

	for (int i = 0; i < kcore->nr_segments; i++, segment++) {
		/* A segment without a physical address has this one. */
		if (segment->p_type != PT_LOAD || segment->p_paddr == -1ULL ||
		    phys < segment->p_paddr || phys - segment->p_paddr >= segment->p_memsz)
			continue;
		if (pread(kcore->fd, page, PAGE,
			  segment->p_offset + phys - segment->p_paddr) != PAGE)
			ksft_exit_fail_perror(KCORE);
		return;
	}
	ksft_exit_fail_msg("%s has no %#llx\n", KCORE, (unsigned long long)phys);
}

/*
 * Read the device tree as debugfs has it, and return its size there. It ends where the
 * tree ended when the file was made, so that the names of properties are missing.
 */
static size_t read_fdt(char *fdt)
{
	int fd = open(FDT, O_RDONLY);
	ssize_t size = fd < 0 ? -1 : read(fd, fdt, FDT_SIZE);

	if (size <= 0)
		ksft_exit_fail_perror(FDT);
	close(fd);

	return size;
}

/* The root node comes first, and only one of its properties is an address. */
static uint64_t map_address(void)
{
	static char fdt[FDT_SIZE];
	const struct fdt_property *property;
	int offset, len;
	uint64_t phys;

	read_fdt(fdt);
	fdt_for_each_property_offset(offset, fdt, 0) {
		property = fdt_get_property_by_offset(fdt, offset, &len);
		if (!property || len != sizeof(phys))
			continue;
		memcpy(&phys, property->data, sizeof(phys));
		return phys;
	}
	ksft_exit_fail_msg("%s has no address\n", FDT);
}

static long count_bits(const uint64_t *bitmap)
{
	long bits = 0;

	for (unsigned int i = 0; i < PAGE / sizeof(*bitmap); i++)
		bits += __builtin_popcountll(bitmap[i]);

	return bits;
}

/* A table stays in the tree after its last key was removed. Do not count it. */
static long walk(const struct kcore *kcore, struct kho *kho, uint64_t phys,
		 int level, uint64_t prefix)
{
	uint64_t table[PAGE / sizeof(uint64_t)];
	long keys = 0;
	int high_bit;

	kcore_read_page(kcore, phys, table);
	if (!level) {
		high_bit = 63 - __builtin_clzll(prefix << BITMAP_BITS);
		keys = count_bits(table);
		kho->keys += keys;
		kho->bytes += keys * PAGE << (ORDER_0_BIT - high_bit);
	} else {
		for (unsigned int i = 0; i < PAGE / sizeof(*table); i++)
			if (table[i])
				keys += walk(kcore, kho, table[i], level - 1,
					     prefix << TABLE_BITS | i);
	}
	if (keys)
		kho->tables += PAGE;

	return keys;
}

struct kho kho_read(void)
{
	struct kcore kcore = kcore_open();
	struct kho kho = {};

	walk(&kcore, &kho, map_address(), TOP_LEVEL, 0);
	close(kcore.fd);

	return kho;
}

/* The offset of the first page of a segment that begins with these bytes, or -1. */
static int64_t find_page(const struct kcore *kcore, const struct elf64_phdr *segment,
			 const void *begin, size_t size)
{
	static char chunk[CHUNK];

	for (uint64_t at = 0; at < segment->p_memsz; at += CHUNK) {
		uint64_t left = segment->p_memsz - at;
		ssize_t len = pread(kcore->fd, chunk, left < CHUNK ? left : CHUNK,
				    segment->p_offset + at);

		for (ssize_t page = 0; page + PAGE <= len; page += PAGE)
			if (!memcmp(chunk + page, begin, size))
				return at + page;
	}

	return -1;
}

uint64_t kho_find_fdt(void)
{
	static char fdt[FDT_SIZE];
	size_t size = read_fdt(fdt);
	struct kcore kcore = kcore_open();
	const struct elf64_phdr *segment = kcore.segments;

	for (int i = 0; i < kcore.nr_segments; i++, segment++) {
		int64_t at;

		if (segment->p_type != PT_LOAD || segment->p_paddr == -1ULL)
			continue;
		at = find_page(&kcore, segment, fdt, size < PAGE ? size : PAGE);
		if (at >= 0) {
			close(kcore.fd);
			return segment->p_paddr + at;
		}
	}
	ksft_exit_fail_msg("%s has no device tree of KHO\n", KCORE);
}

uint64_t kho_find_subtree(const char *name)
{
	char fdt[PAGE];
	struct kcore kcore = kcore_open();
	const void *property;
	uint64_t phys;
	int len;

	kcore_read_page(&kcore, kho_find_fdt(), fdt);
	close(kcore.fd);
	property = fdt_getprop(fdt, fdt_subnode_offset(fdt, 0, name), SUBTREE, &len);
	if (!property || len != sizeof(phys))
		ksft_exit_fail_msg("KHO has no subtree %s\n", name);
	memcpy(&phys, property, sizeof(phys));

	return phys;
}
