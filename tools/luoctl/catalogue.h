/* SPDX-License-Identifier: GPL-2.0 */
/*
 * catalogue - what a kernel writes and reads, from its ELF notes (linux/kho/abi/
 * luo_note.h): kinds of objects with their versions and fields, and the strings that
 * must be equal in two kernels.
 */
#ifndef LUOCTL_CATALOGUE_H
#define LUOCTL_CATALOGUE_H

#include <linux/kho/abi/luo_layout.h>
#include <linux/kho/abi/luo_note.h>

#include "machine.h"
#include "note.h"

struct version {
	u32 version;
	u32 flags;		/* LUO_NOTE_* */
	u32 size;
	u32 digest;
	bool selected;		/* is being written */
};

struct kind {
	char name[LUO_OBJECT_KIND_LEN];
	u32 type;		/* of the fields that lead to elements of this kind */
	struct version *versions;	/* newest first */
	size_t nr_versions;
	struct luo_note_field *fields;
	size_t nr_fields;
};

struct compatible {
	char what[LUO_NOTE_WHAT_LEN];
	char string[LUO_OBJECT_KIND_LEN];
};

struct catalogue {
	char *name;		/* for people: a path, or "this kernel" */
	char *format;
	char *release;		/* "7.3.4-pkram"; may be NULL */
	struct machine machine;
	bool running;
	bool notes;		/* has notes, and is not judged by its strings */
	struct kind *kinds;
	size_t nr_kinds;
	struct compatible *compatibles;
	size_t nr_compatibles;
	struct luo_note_part *parts;
	size_t nr_parts;
};

/* These complain and return -1. */
int catalogue_read_image(struct catalogue *catalogue, const char *path);
int catalogue_add_module(struct catalogue *catalogue, const char *path);
int catalogue_add_notes(struct catalogue *catalogue,
			const struct bytes *section, const char *what);
void catalogue_free(struct catalogue *catalogue);

struct kind *catalogue_kind(const struct catalogue *catalogue, const char *name);
/* The kind of that name, made if it is not there. */
struct kind *catalogue_add_kind(struct catalogue *catalogue, const char *name);
struct version *kind_version(const struct kind *kind, u32 version);
struct version *kind_add_version(struct kind *kind, u32 version);
/* Check if it could be written, but the write policy selects no version of it. */
bool kind_is_excluded(const struct kind *kind);

/* Get the kind of the elements that a field leads to. Returns NULL if it leads to none. */
const struct kind *catalogue_elements(const struct catalogue *catalogue,
				      const struct luo_note_field *field);
/*
 * Check if a kind is one of elements, which are not stored as objects: its notes say so, or
 * a field of another kind leads to it. Older kernels do not say so in the notes.
 */
bool catalogue_is_elements(const struct catalogue *catalogue,
			   const struct kind *kind);

/* Check if structures of a kind are part of objects whose fields do not name it. */
bool catalogue_is_part(const struct catalogue *catalogue, const char *kind);

void catalogue_add_compatible(struct catalogue *catalogue, const char *what,
			      const char *string);
bool catalogue_has(const struct catalogue *catalogue, const char *what,
		   const char *string);
/* Its strings for @what, "a, b"; to be freed. NULL if there are none. */
char *catalogue_strings(const struct catalogue *catalogue, const char *what);

#endif
