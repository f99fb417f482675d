/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_LIB_KHO_H
#define SELFTESTS_LUO_LIB_KHO_H

#include <stdint.h>

/**
 * struct kho - The memory that is preserved for the next kernel.
 * @keys:   Number of preservations.
 * @bytes:  Preserved memory in bytes.
 * @tables: Memory of KHO's tree in bytes.
 */
struct kho {
	long keys;
	long bytes;
	long tables;
};

/* Count the preservations in KHO's tree. Exits with "Bail out!" on failure. */
struct kho kho_read(void);

/*
 * The physical addresses of KHO's device tree, and of a subtree of it, in a kernel that
 * was not booted by kexec. They search all memory. Exit with "Bail out!" on failure.
 */
uint64_t kho_find_fdt(void);
uint64_t kho_find_subtree(const char *name);

#endif
