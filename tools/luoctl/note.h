/* SPDX-License-Identifier: GPL-2.0 */
/*
 * note - find the ELF notes of a kernel and check their sizes. The caller parses them.
 */
#ifndef LUOCTL_NOTE_H
#define LUOCTL_NOTE_H

#include "util.h"

struct note {
	u32 type;
	struct bytes desc;
};

/* Returns 0 to continue with the next note. */
typedef int (*note_fn)(const struct note *note, void *context);

/*
 * Call @fn for each note with the name LUO. If a note is larger than its section, or an
 * ELF header is larger than the file, prints an error that begins with @what and
 * returns -1. Otherwise returns the last value of @fn, or 0.
 */
int notes_of_section(const struct bytes *section, const char *what, note_fn fn,
		     void *context);
int notes_of_elf(const struct bytes *file, const char *what, note_fn fn,
		 void *context);

/*
 * Search bytes without headers for notes. @fn is called for everything that looks like
 * a note, and must check it.
 */
void notes_of_raw(const struct bytes *bytes, note_fn fn, void *context);

#endif
