/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_KHO_ABI_PSTORE_PKRAM_H
#define _LINUX_KHO_ABI_PSTORE_PKRAM_H

#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/types.h>

/**
 * DOC: pstore on PKRAM ABI
 *
 * The log of a kernel is a PKRAM node, %PSTORE_PKRAM_NODE, with one object that
 * has one page, of any order. The page begins with a &struct pstore_pkram_ser,
 * and the text follows. There are no bytes in the object.
 */

/**
 * PSTORE_PKRAM_NODE - The name of the node.
 */
#define PSTORE_PKRAM_NODE	"pstore"

/**
 * PSTORE_PKRAM_MAGIC - "PSTP" in little endian.
 */
#define PSTORE_PKRAM_MAGIC	0x50545350

/**
 * PSTORE_PKRAM_VERSION - The version of this layout.
 */
#define PSTORE_PKRAM_VERSION	1

/**
 * struct pstore_pkram_ser - The head of a log.
 * @magic:       %PSTORE_PKRAM_MAGIC.
 * @version:     %PSTORE_PKRAM_VERSION.
 * @crc:         CRC-32C of the fields below and of the text.
 * @size:        Bytes of text; 0 if nothing was written.
 * @nr_kernels:  Number of kernels in a row that have handed over a log, including
 *               this one.
 * @nanoseconds: Time of the log: the part below a second.
 * @seconds:     Time of the log: seconds since 1970.
 * @release:     Release of the kernel, padded with NULs.
 */
struct pstore_pkram_ser {
	u32 magic;
	u32 version;
	u32 crc;
	u32 size;
	u32 nr_kernels;
	u32 nanoseconds;
	s64 seconds;
	char release[72];
};

static_assert(sizeof(struct pstore_pkram_ser) == 104);
static_assert(offsetof(struct pstore_pkram_ser, magic) == 0);
static_assert(offsetof(struct pstore_pkram_ser, version) == 4);
static_assert(offsetof(struct pstore_pkram_ser, crc) == 8);
static_assert(offsetof(struct pstore_pkram_ser, size) == 12);
static_assert(offsetof(struct pstore_pkram_ser, nr_kernels) == 16);
static_assert(offsetof(struct pstore_pkram_ser, nanoseconds) == 20);
static_assert(offsetof(struct pstore_pkram_ser, seconds) == 24);
static_assert(offsetof(struct pstore_pkram_ser, release) == 32);

#endif /* _LINUX_KHO_ABI_PSTORE_PKRAM_H */
