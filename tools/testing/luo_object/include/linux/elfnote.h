/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_ELFNOTE_H
#define _LUO_OBJECT_TEST_ELFNOTE_H

#include <linux/compiler.h>
#include <linux/types.h>

/* For other notes. In tools/include, __used is another word for "unused". */
#undef __used
#define __used			__attribute__((__used__))
#ifndef __section
#define __section(section)	__attribute__((__section__(section)))
#endif
#define __UNIQUE_ID(prefix)	ELFNOTE_NAME(__COUNTER__)

#define ELFNOTE_NAME(counter)	ELFNOTE_NAME_(counter)
#define ELFNOTE_NAME_(counter)	elfnote_##counter

/* Emit the same notes as the kernel, so that the program has a catalogue. */
#define ELFNOTE32(note_name, note_type, note_desc)			\
	static const struct {						\
		u32 name_size, desc_size, type;				\
		char name[(sizeof(note_name) + 3) & ~3];		\
		typeof(note_desc) desc;					\
	} ELFNOTE_NAME(__COUNTER__)					\
	__attribute__((used, aligned(4), section(".note." note_name))) = {	\
		sizeof(note_name), sizeof(note_desc), note_type,	\
		note_name, note_desc					\
	}

#endif /* _LUO_OBJECT_TEST_ELFNOTE_H */
