// SPDX-License-Identifier: GPL-2.0
/*
 * catalogue - The kinds of object, versions and formats that a kernel reads and writes,
 * from the notes in its image. The image may be damaged or hostile.
 */
#include <ctype.h>
#include <endian.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "catalogue.h"
#include "compat.h"
#include "image.h"

/* More than any kernel has. They bound the time that a damaged image takes. */
#define NOTES_MAX	10000
#define STRINGS_MAX	100

struct kind *catalogue_kind(const struct catalogue *catalogue, const char *name)
{
	for (size_t i = 0; i < catalogue->nr_kinds; i++) {
		if (!strcmp(catalogue->kinds[i].name, name))
			return &catalogue->kinds[i];
	}

	return NULL;
}

/* Keep kinds sorted by name. */
struct kind *catalogue_add_kind(struct catalogue *catalogue, const char *name)
{
	struct kind *kind = catalogue_kind(catalogue, name);
	size_t at = 0;

	if (kind)
		return kind;

	while (at < catalogue->nr_kinds &&
	       strcmp(catalogue->kinds[at].name, name) < 0)
		at++;
	catalogue->kinds = xrealloc(catalogue->kinds, catalogue->nr_kinds + 1,
				    sizeof(*kind));
	kind = &catalogue->kinds[at];
	memmove(kind + 1, kind, (catalogue->nr_kinds++ - at) * sizeof(*kind));
	*kind = (struct kind){};
	memcpy(kind->name, name, strlen(name) + 1);
	kind->type = LUO_FIELD_ARRAY | LUO_LAYOUT_TARGET(kind->name);

	return kind;
}

struct version *kind_version(const struct kind *kind, u32 version)
{
	for (size_t i = 0; i < kind->nr_versions; i++) {
		if (kind->versions[i].version == version)
			return &kind->versions[i];
	}

	return NULL;
}

struct version *kind_add_version(struct kind *kind, u32 version)
{
	struct version *added;
	size_t at = 0;

	while (at < kind->nr_versions && kind->versions[at].version > version)
		at++;
	kind->versions = xrealloc(kind->versions, kind->nr_versions + 1,
				  sizeof(*added));
	added = &kind->versions[at];
	memmove(added + 1, added, (kind->nr_versions++ - at) * sizeof(*added));
	*added = (struct version){ .version = version };

	return added;
}

bool kind_is_excluded(const struct kind *kind)
{
	bool writable = false;

	for (size_t i = 0; i < kind->nr_versions; i++) {
		if (kind->versions[i].selected)
			return false;
		writable |= kind->versions[i].flags & LUO_NOTE_WRITABLE;
	}

	return writable;
}

const struct kind *catalogue_elements(const struct catalogue *catalogue,
				      const struct luo_note_field *field)
{
	if ((field->type & LUO_FIELD_TYPE) != LUO_FIELD_ARRAY)
		return NULL;
	for (size_t i = 0; i < catalogue->nr_kinds; i++) {
		if (catalogue->kinds[i].type == field->type)
			return &catalogue->kinds[i];
	}

	return NULL;
}

bool catalogue_is_elements(const struct catalogue *catalogue,
			   const struct kind *kind)
{
	for (size_t i = 0; i < kind->nr_versions; i++) {
		if (kind->versions[i].flags & LUO_NOTE_ELEMENT)
			return true;
	}
	for (size_t i = 0; i < catalogue->nr_kinds; i++) {
		const struct kind *other = &catalogue->kinds[i];

		for (size_t j = 0; j < other->nr_fields; j++) {
			if (other->fields[j].type == kind->type)
				return true;
		}
	}

	return false;
}

void catalogue_add_compatible(struct catalogue *catalogue, const char *what,
			      const char *string)
{
	struct compatible *added;

	if (catalogue_has(catalogue, what, string) ||
	    catalogue->nr_compatibles == STRINGS_MAX)
		return;
	catalogue->compatibles = xrealloc(catalogue->compatibles,
					  catalogue->nr_compatibles + 1,
					  sizeof(*added));
	added = &catalogue->compatibles[catalogue->nr_compatibles++];
	*added = (struct compatible){};
	memcpy(added->what, what, strlen(what) + 1);
	memcpy(added->string, string, strlen(string) + 1);
}

bool catalogue_has(const struct catalogue *catalogue, const char *what,
		   const char *string)
{
	for (size_t i = 0; i < catalogue->nr_compatibles; i++) {
		if (!strcmp(catalogue->compatibles[i].what, what) &&
		    (!string ||
		     !strcmp(catalogue->compatibles[i].string, string)))
			return true;
	}

	return false;
}

char *catalogue_strings(const struct catalogue *catalogue, const char *what)
{
	char *strings = NULL;

	for (size_t i = 0; i < catalogue->nr_compatibles; i++) {
		const struct compatible *compatible = &catalogue->compatibles[i];
		char *more;

		if (strcmp(compatible->what, what))
			continue;
		more = xasprintf("%s%s%s", strings ?: "", strings ? ", " : "",
				 compatible->string);
		free(strings);
		strings = more;
	}

	return strings;
}

struct reader {
	struct catalogue *catalogue;
	const char *what;	/* the image in messages, or NULL for no messages */
	unsigned int nr;	/* notes that were read */
};

/* Check that a name ends within @size bytes, and can be shown and typed. */
static bool is_name(const char *name, size_t size)
{
	size_t len = strnlen(name, size);

	if (!len || len == size)
		return false;
	while (len--) {
		if (!isalnum((unsigned char)name[len]) &&
		    !strchr(",._+-", name[len]))
			return false;
	}

	return true;
}

/* Copy a note, which may be unaligned, and longer in a newer kernel. */
static bool copy(const struct bytes *desc, void *note, size_t size)
{
	if (desc->size < size)
		return false;
	memcpy(note, desc->data, size);

	return true;
}

static int is_damaged(const struct reader *reader, const char *which)
{
	return reader->what ?
	       complain("%s: damaged: the note of %s is invalid", reader->what,
			which) : -1;
}

static int add_version(const struct reader *reader, const struct bytes *desc)
{
	struct luo_note_version note;
	struct version *version;
	struct kind *kind;

	if (!copy(desc, &note, sizeof(note)) ||
	    !is_name(note.kind, sizeof(note.kind)) || note.version > 0xffff)
		return is_damaged(reader, "a version");

	kind = catalogue_add_kind(reader->catalogue, note.kind);
	version = kind_version(kind, note.version);
	if (version && (version->flags != note.flags ||
			version->size != note.size ||
			version->digest != note.digest))
		return reader->what ?
		       complain("%s: damaged: two notes of version %u of %s differ",
				reader->what, note.version, note.kind) : -1;
	if (!version)
		version = kind_add_version(kind, note.version);
	version->flags = note.flags;
	version->size = note.size;
	version->digest = note.digest;
	version->selected = note.flags & LUO_NOTE_WRITABLE;

	return 0;
}

static int add_field(const struct reader *reader, const struct bytes *desc)
{
	struct luo_note_field note = {};
	struct kind *kind;

	/* The note of an older kernel is shorter. */
	if ((!copy(desc, &note, sizeof(note)) &&
	     !copy(desc, &note, offsetof(struct luo_note_field, nr_names))) ||
	    !is_name(note.kind, sizeof(note.kind)) ||
	    !is_name(note.name, sizeof(note.name)) ||
	    note.size > LUO_OBJECT_SIZE_MAX ||
	    note.offset > LUO_OBJECT_SIZE_MAX - note.size)
		return is_damaged(reader, "a field");

	kind = catalogue_add_kind(reader->catalogue, note.kind);
	kind->fields = xrealloc(kind->fields, kind->nr_fields + 1,
				sizeof(note));
	kind->fields[kind->nr_fields++] = note;

	return 0;
}

static int add_compatible(const struct reader *reader, const struct bytes *desc)
{
	struct luo_note_compatible note;

	if (!copy(desc, &note, sizeof(note)) ||
	    !is_name(note.what, sizeof(note.what)) ||
	    !is_name(note.compatible, sizeof(note.compatible)))
		return is_damaged(reader, "a string");

	catalogue_add_compatible(reader->catalogue, note.what,
				 note.compatible);

	return 0;
}

static int add_part(const struct reader *reader, const struct bytes *desc)
{
	struct catalogue *catalogue = reader->catalogue;
	struct luo_note_part note;

	if (!copy(desc, &note, sizeof(note)) ||
	    !is_name(note.kind, sizeof(note.kind)) ||
	    !is_name(note.part, sizeof(note.part)))
		return is_damaged(reader, "a part");

	catalogue->parts = xrealloc(catalogue->parts, catalogue->nr_parts + 1,
				    sizeof(note));
	catalogue->parts[catalogue->nr_parts++] = note;

	return 0;
}

bool catalogue_is_part(const struct catalogue *catalogue, const char *kind)
{
	for (size_t i = 0; i < catalogue->nr_parts; i++) {
		if (!strcmp(catalogue->parts[i].part, kind))
			return true;
	}

	return false;
}

static int add_note(const struct note *note, void *context)
{
	struct reader *reader = context;
	int ret = 0;

	if (reader->nr++ == NOTES_MAX)
		return reader->what ?
		       complain("%s: damaged: more than %u notes of LUO",
				reader->what, NOTES_MAX) : -1;

	switch (note->type) {
	case LUO_NOTE_VERSION:
		ret = add_version(reader, &note->desc);
		break;
	case LUO_NOTE_FIELD:
		ret = add_field(reader, &note->desc);
		break;
	case LUO_NOTE_COMPATIBLE:
		ret = add_compatible(reader, &note->desc);
		break;
	case LUO_NOTE_PART:
		ret = add_part(reader, &note->desc);
		break;
	}
	if (!ret)
		reader->catalogue->notes = true;

	return ret;
}

int catalogue_add_notes(struct catalogue *catalogue,
			const struct bytes *section, const char *what)
{
	struct reader reader = { .catalogue = catalogue, .what = what };

	return notes_of_section(section, what, add_note, &reader);
}

/* Notes have the byte order of their machine. Others are not read. */
static bool can_read_notes(const struct machine *machine)
{
	return machine->big_endian == (__BYTE_ORDER == __BIG_ENDIAN);
}

/*
 * Set the page size of a vmlinux of a machine with several page sizes: its header does
 * not have it.
 */
static void add_page_size(struct catalogue *catalogue)
{
	char *shift = catalogue_strings(catalogue, "page-shift");
	u64 value;

	if (!catalogue->machine.page_size && shift && parse_u64(shift, &value) &&
	    value >= 12 && value <= 16)
		catalogue->machine.page_size = 1U << value;
	free(shift);
}

int catalogue_read_image(struct catalogue *catalogue, const char *path)
{
	struct reader reader = { .catalogue = catalogue, .what = path };
	struct image image;
	int ret = 0;

	*catalogue = (struct catalogue){};
	if (image_read(path, &image))
		return -1;
	if (image.module) {
		image_free(&image);
		return complain("%s: found a module, expected a kernel", path);
	}

	catalogue->name = xstrdup(path);
	catalogue->format = xstrdup(image.format);
	catalogue->release = xstrdup(image.release);
	catalogue->machine = image.machine;
	if (!can_read_notes(&image.machine)) {
		/* Without notes, judge() reports that all is lost. */
	} else if (image.elf) {
		ret = notes_of_elf(&image.kernel, path, add_note, &reader);
	} else {
		reader.what = NULL;
		notes_of_raw(&image.kernel, add_note, &reader);
	}
	if (!ret) {
		compat_scan(catalogue, &image.kernel);
		add_page_size(catalogue);
	}
	image_free(&image);
	if (ret)
		catalogue_free(catalogue);

	return ret;
}

int catalogue_add_module(struct catalogue *catalogue, const char *path)
{
	struct reader reader = { .catalogue = catalogue, .what = path };
	struct image image;
	int ret;

	if (image_read(path, &image))
		return -1;
	if (image.module)
		ret = notes_of_elf(&image.kernel, path, add_note, &reader);
	else
		ret = complain("%s: found %s, expected a module", path,
			       image.format);
	image_free(&image);

	return ret;
}

void catalogue_free(struct catalogue *catalogue)
{
	for (size_t i = 0; i < catalogue->nr_kinds; i++) {
		free(catalogue->kinds[i].versions);
		free(catalogue->kinds[i].fields);
	}
	free(catalogue->kinds);
	free(catalogue->compatibles);
	free(catalogue->parts);
	free(catalogue->name);
	free(catalogue->format);
	free(catalogue->release);
	*catalogue = (struct catalogue){};
}
