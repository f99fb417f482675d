/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_ELFNOTE_H
#define _LUO_OBJECT_TEST_ELFNOTE_H

#include <linux/types.h>

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
