/* SPDX-License-Identifier: GPL-2.0 */
/*
 * note - the ELF notes of a kernel. Finds them and bounds them; what is in them
 * is for the caller.
 */
#ifndef LUOCTL_NOTE_H
#define LUOCTL_NOTE_H

#include "util.h"

struct note {
	u32 type;
	struct bytes desc;
};

/* Returns 0 to go on. */
typedef int (*note_fn)(const struct note *note, void *context);

/*
 * Calls @fn for each note with the name LUO. @what is for complaints: about
 * notes that do not fit where they are, or ELF headers that do not fit the
 * file. Returns 0, -1, or what @fn returned.
 */
int notes_of_section(const struct bytes *section, const char *what, note_fn fn,
		     void *context);
int notes_of_elf(const struct bytes *file, const char *what, note_fn fn,
		 void *context);

/* In what has no headers, whatever looks like a note; @fn has the last word. */
void notes_of_raw(const struct bytes *bytes, note_fn fn, void *context);

#endif
