/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_ELFNOTE_H
#define _LUO_OBJECT_TEST_ELFNOTE_H

/* A program has no catalogue. What a note says is compiled all the same. */
#define ELFNOTE32(name, type, desc)					\
	static const typeof(desc) __UNIQUE_ID(note) __maybe_unused = desc

#endif /* _LUO_OBJECT_TEST_ELFNOTE_H */
