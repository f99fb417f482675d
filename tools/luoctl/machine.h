/* SPDX-License-Identifier: GPL-2.0 */
/*
 * machine - the machine that a kernel is built for: architecture, page size and byte
 * order. A kernel for another machine cannot read preserved memory.
 */
#ifndef LUOCTL_MACHINE_H
#define LUOCTL_MACHINE_H

#include "util.h"

struct machine {
	const char *arch;	/* as printed by uname -m; NULL if unknown */
	unsigned int page_size;	/* in bytes; 0 if unknown */
	bool big_endian;
};

enum machine_match {
	MACHINE_SAME,
	MACHINE_DIFFERS,
	MACHINE_UNKNOWN,	/* equal in all that is known of both */
};

/* Get the machine that luoctl runs on. */
void machine_running(struct machine *machine);

/* Get the machine for e_machine of an ELF file, or Machine of a PE file. */
void machine_of_elf(u16 number, bool big_endian, struct machine *machine);
void machine_of_pe(u16 number, struct machine *machine);

enum machine_match machine_compare(const struct machine *a,
				   const struct machine *b);

/* Format as "aarch64, pages of 64 KiB, big endian". The caller frees the text. */
char *machine_describe(const struct machine *machine);

#endif
