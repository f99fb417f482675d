/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pe - sections of a PE file, which an image that EFI boots is: an arm64 Image,
 * a bzImage, a kernel in EFI zboot, and a unified kernel image, which is systemd's
 * stub with the kernel in its section .linux.
 */
#ifndef LUOCTL_PE_H
#define LUOCTL_PE_H

#include "util.h"

/* Read an integer of the file, which is little-endian. @at must be in it. */
u16 get_le16(const struct bytes *bytes, size_t at);
u32 get_le32(const struct bytes *bytes, size_t at);

/* Does the file have these bytes there? */
bool has_bytes(const struct bytes *bytes, size_t at, const void *what,
	       size_t len);

struct pe {
	u16 machine;
	u16 nr_sections;
	u64 sections;		/* offset of the table */
};

struct pe_section {
	char name[9];
	u64 offset;
	u64 size;
	u64 raw_size;		/* with what fills it up */
};

/* The offset at which the file has to end at least is kept in @end. */
enum pe_result {
	PE_IS,
	PE_NOT,			/* the file is no PE file */
	PE_TRUNCATED,
};

/* Read the headers and check that each section is in the file. */
enum pe_result pe_read(const struct bytes *file, struct pe *pe, u64 *end);
/* The same of its first bytes: sections may end behind them. */
enum pe_result pe_read_header(const struct bytes *file, struct pe *pe, u64 *end);
void pe_section(const struct bytes *file, const struct pe *pe, u16 nr,
		struct pe_section *section);
/* False if there is no section of that name. */
bool pe_find_section(const struct bytes *file, const struct pe *pe,
		     const char *name, struct pe_section *section);

#endif
