/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_OBJECT_TEST_ELFNOTE_H
#define _LUO_OBJECT_TEST_ELFNOTE_H

/* A program has no catalogue. What a note says is compiled all the same. */
#define ELFNOTE_NAME(counter)	ELFNOTE_NAME_(counter)
#define ELFNOTE_NAME_(counter)	elfnote_##counter
#define ELFNOTE32(name, type, desc)					\
	static const typeof(desc) ELFNOTE_NAME(__COUNTER__)		\
		__attribute__((unused)) = desc

#endif /* _LUO_OBJECT_TEST_ELFNOTE_H */
