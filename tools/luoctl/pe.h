/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pe - the sections of a PE file. Images that EFI boots are PE files: an arm64 Image, a
 * bzImage, an EFI zboot image, and a unified kernel image, which is systemd's stub with
 * the kernel in section .linux.
 */
#ifndef LUOCTL_PE_H
#define LUOCTL_PE_H

#include "util.h"

/* Read a little-endian integer at offset @at, which must be in the file. */
u16 get_le16(const struct bytes *bytes, size_t at);
u32 get_le32(const struct bytes *bytes, size_t at);

/* Check if the file has these bytes at offset @at. */
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
	u64 raw_size;		/* with padding */
};

enum pe_result {
	PE_IS,
	PE_NOT,			/* not a PE file */
	PE_TRUNCATED,		/* the file must have at least *@end bytes */
};

/* Read the headers and check that each section is in the file. */
enum pe_result pe_read(const struct bytes *file, struct pe *pe, u64 *end);
/* The same for the first bytes of a file: sections may end after them. */
enum pe_result pe_read_header(const struct bytes *file, struct pe *pe, u64 *end);
void pe_section(const struct bytes *file, const struct pe *pe, u16 nr,
		struct pe_section *section);
/* False if there is no section of that name. */
bool pe_find_section(const struct bytes *file, const struct pe *pe,
		     const char *name, struct pe_section *section);

#endif
