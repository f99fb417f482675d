// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <endian.h>
#include <string.h>

#include <linux/kho/abi/luo_note.h>

#include "note.h"

#define NAME_SIZE	sizeof(LUO_NOTE_NAME)

/* The name needs no padding. */
static_assert(sizeof(LUO_NOTE_NAME) == 4);

static u64 pad(u64 size)
{
	return (size + 3) & ~3ULL;
}

int notes_of_section(const struct bytes *section, const char *what, note_fn fn,
		     void *context)
{
	size_t at = 0;
	int ret;

	while (section->size - at >= sizeof(Elf64_Nhdr)) {
		u8 *name = section->data + at + sizeof(Elf64_Nhdr);
		size_t left = section->size - at - sizeof(Elf64_Nhdr);
		Elf64_Nhdr header;
		struct note note;

		memcpy(&header, section->data + at, sizeof(header));
		/* The padding after the last note may be missing. */
		if (pad(header.n_namesz) + header.n_descsz > left)
			return complain("%s: damaged: the note at byte %zu of the notes has a size of %llu bytes, but only %zu follow",
					what, at,
					pad(header.n_namesz) + header.n_descsz,
					left);

		note.type = header.n_type;
		note.desc.data = name + pad(header.n_namesz);
		note.desc.size = header.n_descsz;
		if (header.n_namesz == NAME_SIZE &&
		    !memcmp(name, LUO_NOTE_NAME, NAME_SIZE)) {
			ret = fn(&note, context);
			if (ret)
				return ret;
		}
		if (pad(header.n_namesz) + pad(header.n_descsz) >= left)
			break;
		at += sizeof(header) + pad(header.n_namesz) +
		      pad(header.n_descsz);
	}

	return 0;
}

/* Check that @nr elements of @size bytes at offset @at are within @total bytes. */
static bool fits(u64 at, u64 nr, u64 size, u64 total)
{
	return at <= total && nr * size <= total - at;
}

static int check_elf(const struct bytes *file, const char *what, Elf64_Ehdr *elf)
{
	if (file->size < sizeof(*elf))
		return complain("%s: truncated: %zu bytes of an ELF file",
				what, file->size);
	memcpy(elf, file->data, sizeof(*elf));

	if (elf->e_ident[EI_CLASS] != ELFCLASS64)
		return complain("%s: found a 32-bit ELF file, expected a 64-bit one",
				what);
	if (elf->e_ident[EI_DATA] !=
	    (__BYTE_ORDER == __LITTLE_ENDIAN ? ELFDATA2LSB : ELFDATA2MSB))
		return complain("%s: found an ELF file of the other byte order",
				what);
	if (elf->e_phnum && elf->e_phentsize != sizeof(Elf64_Phdr))
		return complain("%s: damaged: found program headers of %u bytes, expected %zu",
				what, elf->e_phentsize, sizeof(Elf64_Phdr));
	if (elf->e_shnum && elf->e_shentsize != sizeof(Elf64_Shdr))
		return complain("%s: damaged: found section headers of %u bytes, expected %zu",
				what, elf->e_shentsize, sizeof(Elf64_Shdr));
	if (!fits(elf->e_phoff, elf->e_phnum, sizeof(Elf64_Phdr), file->size))
		return complain("%s: truncated: the program headers do not fit into %zu bytes",
				what, file->size);
	if (!fits(elf->e_shoff, elf->e_shnum, sizeof(Elf64_Shdr), file->size))
		return complain("%s: truncated: the section headers do not fit into %zu bytes",
				what, file->size);

	return 0;
}

static int notes_of_segments(const struct bytes *file, const Elf64_Ehdr *elf,
			     const char *what, note_fn fn, void *context,
			     unsigned int *nr)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < elf->e_phnum; i++) {
		struct bytes segment;
		Elf64_Phdr phdr;

		memcpy(&phdr, file->data + elf->e_phoff + i * sizeof(phdr),
		       sizeof(phdr));
		if (!fits(phdr.p_offset, 1, phdr.p_filesz, file->size))
			return complain("%s: truncated: segment %u ends at byte %llu, the file at %zu",
					what, i,
					(u64)phdr.p_offset + phdr.p_filesz,
					file->size);
		/* The kernel's notes are never aligned to more. */
		if (phdr.p_type != PT_NOTE || phdr.p_align > 4)
			continue;
		++*nr;
		segment.data = file->data + phdr.p_offset;
		segment.size = phdr.p_filesz;
		ret = notes_of_section(&segment, what, fn, context);
	}

	return ret;
}

static int notes_of_sections(const struct bytes *file, const Elf64_Ehdr *elf,
			     const char *what, note_fn fn, void *context)
{
	int ret = 0;

	for (unsigned int i = 0; !ret && i < elf->e_shnum; i++) {
		struct bytes section;
		Elf64_Shdr shdr;

		memcpy(&shdr, file->data + elf->e_shoff + i * sizeof(shdr),
		       sizeof(shdr));
		if (shdr.sh_type != SHT_NOTE || shdr.sh_addralign > 4)
			continue;
		if (!fits(shdr.sh_offset, 1, shdr.sh_size, file->size))
			return complain("%s: truncated: section %u ends at byte %llu, the file at %zu",
					what, i,
					(u64)shdr.sh_offset + shdr.sh_size,
					file->size);
		section.data = file->data + shdr.sh_offset;
		section.size = shdr.sh_size;
		ret = notes_of_section(&section, what, fn, context);
	}

	return ret;
}

int notes_of_elf(const struct bytes *file, const char *what, note_fn fn,
		 void *context)
{
	unsigned int nr_segments = 0;
	Elf64_Ehdr elf;
	int ret;

	if (check_elf(file, what, &elf))
		return -1;
	ret = notes_of_segments(file, &elf, what, fn, context, &nr_segments);
	/* A module has no segments. */
	if (!ret && !nr_segments)
		ret = notes_of_sections(file, &elf, what, fn, context);

	return ret;
}

void notes_of_raw(const struct bytes *bytes, note_fn fn, void *context)
{
	const struct {
		Elf64_Nhdr header;
		char name[NAME_SIZE];
	} *found;

	for (size_t at = 0; at + sizeof(*found) <= bytes->size; at += 4) {
		struct note note;

		found = (void *)(bytes->data + at);
		if (found->header.n_namesz != NAME_SIZE ||
		    memcmp(found->name, LUO_NOTE_NAME, NAME_SIZE) ||
		    found->header.n_descsz >
		    bytes->size - at - sizeof(*found))
			continue;
		note.type = found->header.n_type;
		note.desc.data = bytes->data + at + sizeof(*found);
		note.desc.size = found->header.n_descsz;
		/* Ignore errors: these bytes may not be a note. */
		(void)fn(&note, context);
	}
}
