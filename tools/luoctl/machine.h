/* SPDX-License-Identifier: GPL-2.0 */
/*
 * machine - the machine that a kernel is built for: architecture, size of a page
 * and byte order. A kernel for another machine finds nothing of this one's.
 */
#ifndef LUOCTL_MACHINE_H
#define LUOCTL_MACHINE_H

#include "util.h"

struct machine {
	const char *arch;	/* as uname -m says it; NULL if unknown */
	unsigned int page_size;	/* in bytes; 0 if unknown */
	bool big_endian;
};

enum machine_match {
	MACHINE_SAME,
	MACHINE_DIFFERS,
	MACHINE_UNKNOWN,	/* one of them may differ in what is not known */
};

/* The machine that luoctl runs on. */
void machine_running(struct machine *machine);

/* e_machine of an ELF file, and Machine of a PE file. */
void machine_of_elf(u16 number, bool big_endian, struct machine *machine);
void machine_of_pe(u16 number, struct machine *machine);

enum machine_match machine_compare(const struct machine *a,
				   const struct machine *b);

/* "arm64, pages of 64 KiB, big endian"; to be freed. */
char *machine_describe(const struct machine *machine);

#endif
