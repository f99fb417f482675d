// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <string.h>

#include "pe.h"

#define DOS_PE_OFFSET		0x3c
#define DOS_HEADER_SIZE		0x40
#define PE_MACHINE		4
#define PE_SECTIONS		6
#define PE_OPTIONAL_SIZE	20
#define PE_HEADER_SIZE		24
#define PE_SECTION_SIZE		40
#define PE_VIRTUAL_SIZE		8
#define PE_RAW_SIZE		16
#define PE_RAW_OFFSET		20

u16 get_le16(const struct bytes *bytes, size_t at)
{
	u16 value;

	memcpy(&value, bytes->data + at, sizeof(value));

	return le16toh(value);
}

u32 get_le32(const struct bytes *bytes, size_t at)
{
	u32 value;

	memcpy(&value, bytes->data + at, sizeof(value));

	return le32toh(value);
}

bool has_bytes(const struct bytes *bytes, size_t at, const void *what,
	       size_t len)
{
	return at <= bytes->size && len <= bytes->size - at &&
	       !memcmp(bytes->data + at, what, len);
}

enum pe_result pe_read_header(const struct bytes *file, struct pe *pe, u64 *end)
{
	u64 at;

	if (!has_bytes(file, 0, "MZ", 2))
		return PE_NOT;
	*end = DOS_HEADER_SIZE;
	if (*end > file->size)
		return PE_TRUNCATED;
	at = get_le32(file, DOS_PE_OFFSET);
	/* A kernel without EFI support begins with MZ too, but has 0 here. */
	if (!at)
		return PE_NOT;
	*end = at + PE_HEADER_SIZE;
	if (*end > file->size)
		return PE_TRUNCATED;
	if (!has_bytes(file, at, "PE\0\0", 4))
		return PE_NOT;

	pe->machine = get_le16(file, at + PE_MACHINE);
	pe->nr_sections = get_le16(file, at + PE_SECTIONS);
	pe->sections = at + PE_HEADER_SIZE +
		       get_le16(file, at + PE_OPTIONAL_SIZE);
	*end = pe->sections + (u64)pe->nr_sections * PE_SECTION_SIZE;

	return *end > file->size ? PE_TRUNCATED : PE_IS;
}

void pe_section(const struct bytes *file, const struct pe *pe, u16 nr,
		struct pe_section *section)
{
	size_t at = pe->sections + (size_t)nr * PE_SECTION_SIZE;
	u32 size = get_le32(file, at + PE_VIRTUAL_SIZE);

	memcpy(section->name, file->data + at, sizeof(section->name) - 1);
	section->name[sizeof(section->name) - 1] = 0;
	section->offset = get_le32(file, at + PE_RAW_OFFSET);
	/* In the file a section is padded to the file alignment. */
	section->raw_size = get_le32(file, at + PE_RAW_SIZE);
	section->size = size && size < section->raw_size ? size :
			section->raw_size;
}

enum pe_result pe_read(const struct bytes *file, struct pe *pe, u64 *end)
{
	enum pe_result result = pe_read_header(file, pe, end);

	if (result != PE_IS)
		return result;
	for (u16 nr = 0; nr < pe->nr_sections; nr++) {
		struct pe_section section;

		pe_section(file, pe, nr, &section);
		*end = section.offset + section.raw_size;
		if (*end > file->size)
			return PE_TRUNCATED;
	}

	return PE_IS;
}

bool pe_find_section(const struct bytes *file, const struct pe *pe,
		     const char *name, struct pe_section *section)
{
	for (u16 nr = 0; nr < pe->nr_sections; nr++) {
		pe_section(file, pe, nr, section);
		if (!strcmp(section->name, name))
			return true;
	}

	return false;
}
