// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include <linux/kho/abi/luo_layout.h>

#include "compat.h"
#include "judge.h"

/* List the versions with @flag, as "1, 0"; with @selected only those that are selected. */
static char *list_versions(const struct kind *kind, u32 flag, bool selected)
{
	char *list = NULL;

	for (size_t i = 0; kind && i < kind->nr_versions; i++) {
		const struct version *version = &kind->versions[i];
		char *more;

		if (!(version->flags & flag) || (selected && !version->selected))
			continue;
		more = xasprintf("%s%s%u", list ?: "", list ? ", " : "",
				 version->version);
		free(list);
		list = more;
	}

	return list;
}

/* Check if @to reads the index of objects that @from writes. */
static bool reads_objects(const struct catalogue *from,
			  const struct catalogue *to)
{
	char *written = catalogue_strings(from, "luo-objects");
	char *read = catalogue_strings(to, "luo-objects");
	bool same = written && read && !strcmp(written, read);

	free(written);
	free(read);

	return same;
}

/* Check if @to reads @version of kind @name; @objects is reads_objects(). */
static bool reads(const struct catalogue *to, const char *name,
		  const struct version *version, bool objects)
{
	const struct carrier *carrier = compat_carrier(name);
	const struct kind *kind = catalogue_kind(to, name);
	const struct version *theirs;

	/* A kernel without notes can read it too. */
	if (carrier && carrier->stock_version == version->version)
		return catalogue_has(to, "file", carrier->stock);
	if (!objects || !kind)
		return false;
	theirs = kind_version(kind, version->version);

	return theirs && theirs->flags & LUO_NOTE_READABLE;
}

/*
 * Compute the digest that also covers the names of the fields, as the kernel stores it.
 * Return 0 if there are no notes of fields.
 */
static u32 layout_digest(const struct kind *kind, u32 version)
{
	u32 digest = 0;

	for (size_t i = 0; i < kind->nr_fields; i++) {
		const struct luo_note_field *field = &kind->fields[i];

		if (field->since <= version)
			digest += LUO_LAYOUT_FIELD(field->name, field->offset,
						   field->size, field->type);
	}

	return digest;
}

static bool same_fields(const struct kind *a, const struct kind *b, u32 version)
{
	u32 ours = layout_digest(a, version), theirs = layout_digest(b, version);

	return !ours || !theirs || ours == theirs;
}

/*
 * Find an enum or a mask with values that @to refuses: they were added without a new
 * version. If one kernel has a newer version, it does not write them in older versions. Notes
 * of older kernels do not have the number of names.
 */
static const struct luo_note_field *find_new_value(const struct kind *from,
						   const struct kind *to, u32 version)
{
	if (from->versions->version != to->versions->version)
		return NULL;
	for (size_t i = 0; i < from->nr_fields; i++) {
		const struct luo_note_field *a = &from->fields[i];

		for (size_t j = 0; j < to->nr_fields; j++) {
			const struct luo_note_field *b = &to->fields[j];

			if (a->since <= version && !strcmp(a->name, b->name) &&
			    b->nr_names && a->nr_names > b->nr_names)
				return a;
		}
	}

	return NULL;
}

static bool same_layout(const struct catalogue *to, const struct kind *from,
			const struct version *version)
{
	const struct kind *kind = catalogue_kind(to, from->name);
	const struct version *theirs = kind ?
		kind_version(kind, version->version) : NULL;

	/* Without a note of it in both kernels the layouts cannot be compared. */
	if (!theirs || (!theirs->size && !theirs->digest) ||
	    (!version->size && !version->digest) ||
	    version->flags & LUO_NOTE_EXTERNAL)
		return true;

	return theirs->size == version->size &&
	       theirs->digest == version->digest &&
	       same_fields(from, kind, version->version) &&
	       !find_new_value(from, kind, version->version);
}

/*
 * Find the newest version that @to reads and that @from writes, or with @selected
 * false could write.
 */
static const struct version *newest_common(const struct catalogue *to,
					   const struct kind *from,
					   bool selected, bool objects)
{
	for (size_t i = 0; i < from->nr_versions; i++) {
		const struct version *version = &from->versions[i];

		if (version->flags & LUO_NOTE_WRITABLE &&
		    (!selected || version->selected) &&
		    reads(to, from->name, version, objects))
			return version;
	}

	return NULL;
}

/* Elements may have elements, up to this depth. A corrupt image may have a loop. */
#define ELEMENTS_DEPTH	8

/* Elements that @to does not read, and the field that leads to them, NULL for a part. */
struct unread {
	const struct luo_note_field *field;
	const struct kind *elements;
};

/* Check if @to reads the elements of a kind, which have the newest version of it. */
static bool reads_elements(const struct catalogue *to,
			   const struct kind *elements)
{
	const struct version *written = elements->versions;
	const struct kind *kind = catalogue_kind(to, elements->name);
	const struct version *theirs;

	if (!kind || !kind->nr_versions)
		return false;
	/* A version is the beginning of the next one, which has a larger stride. */
	theirs = kind->versions;
	if (written->version > theirs->version)
		return written->size > theirs->size &&
		       same_fields(elements, kind, theirs->version);
	theirs = kind_version(kind, written->version);

	return theirs && theirs->flags & LUO_NOTE_READABLE &&
	       same_layout(to, elements, written);
}

/*
 * Find the first structures of an object in @version that @to does not read and to which no
 * field leads. A kernel without a note of their kind has the published layout.
 */
static bool find_unread_part(const struct catalogue *from, const struct catalogue *to,
			     const struct kind *kind, u32 number,
			     struct unread *unread)
{
	const struct version *version = kind_version(kind, number);

	if (!version || version->flags & LUO_NOTE_EXTERNAL)
		return false;
	for (size_t i = 0; i < from->nr_parts; i++) {
		const char *name = from->parts[i].part;
		const struct kind *part = catalogue_kind(from, name);

		if (strcmp(from->parts[i].kind, kind->name) || !part ||
		    !part->nr_versions || !catalogue_kind(to, name) ||
		    reads_elements(to, part))
			continue;
		*unread = (struct unread){ NULL, part };
		return true;
	}

	return false;
}

/* Find the first elements of an object in @version that @to does not read. */
static bool find_unread(const struct catalogue *from, const struct catalogue *to,
			const struct kind *kind, u32 version,
			struct unread *unread, unsigned int depth)
{
	for (size_t i = 0; i < kind->nr_fields; i++) {
		const struct luo_note_field *field = &kind->fields[i];
		const struct kind *elements = catalogue_elements(from, field);

		if (!elements || !elements->nr_versions || field->since > version)
			continue;
		if (!reads_elements(to, elements)) {
			*unread = (struct unread){ field, elements };
			return true;
		}
		if (depth < ELEMENTS_DEPTH &&
		    find_unread(from, to, elements, elements->versions->version,
				unread, depth + 1))
			return true;
	}

	return find_unread_part(from, to, kind, version, unread);
}

const struct version *judge_newest_common(const struct catalogue *from,
					  const struct catalogue *to,
					  const struct kind *kind)
{
	bool objects = catalogue_has(to, "luo-objects", NULL);
	struct unread unread;

	for (size_t i = 0; i < kind->nr_versions; i++) {
		const struct version *version = &kind->versions[i];

		if (version->flags & LUO_NOTE_WRITABLE &&
		    reads(to, kind->name, version, objects) &&
		    same_layout(to, kind, version) &&
		    !find_unread(from, to, kind, version->version, &unread, 0))
			return version;
	}

	return NULL;
}

/* List the versions of @from's kind that @to reads. NULL if there is none. */
static char *list_read(const struct catalogue *to, const struct kind *from,
		       bool objects)
{
	const struct carrier *carrier = compat_carrier(from->name);
	const struct kind *kind = catalogue_kind(to, from->name);

	if (objects && kind)
		return list_versions(kind, LUO_NOTE_READABLE, false);
	if (carrier && catalogue_has(to, "file", carrier->stock))
		return xasprintf("%u", carrier->stock_version);

	return NULL;
}

bool judge_reads(const struct catalogue *from, const struct catalogue *to,
		 const struct kind *kind, u32 number)
{
	const struct version *version = kind_version(kind, number);

	return version && reads(to, kind->name, version,
				reads_objects(from, to)) &&
	       same_layout(to, kind, version);
}

bool judge_reads_all(const struct catalogue *from, const struct catalogue *to,
		     const struct kind *kind)
{
	struct unread unread;

	for (size_t i = 0; i < kind->nr_versions; i++) {
		const struct version *version = &kind->versions[i];

		if (version->flags & LUO_NOTE_WRITABLE &&
		    (!judge_reads(from, to, kind, version->version) ||
		     find_unread(from, to, kind, version->version, &unread, 0)))
			return false;
	}

	return true;
}

char *judge_list_read(const struct catalogue *from, const struct catalogue *to,
		      const struct kind *kind)
{
	return list_read(to, kind, reads_objects(from, to));
}

/* Check if two fields differ only in the kind that they lead to. */
static bool leads_elsewhere(const struct luo_note_field *a,
			    const struct luo_note_field *b)
{
	u32 type = a->type & LUO_FIELD_TYPE;

	return !strcmp(a->name, b->name) && a->offset == b->offset &&
	       a->size == b->size && a->type != b->type &&
	       type == (b->type & LUO_FIELD_TYPE) &&
	       (type == LUO_FIELD_REFERENCE || type == LUO_FIELD_ARRAY);
}

/* Describe in a sentence how two layouts of the same version differ. */
static char *describe_layouts(const struct catalogue *to,
			      const struct kind *from,
			      const struct version *version)
{
	const struct kind *kind = catalogue_kind(to, from->name);
	const struct version *theirs = kind_version(kind, version->version);
	const struct luo_note_field *field;
	size_t nr = from->nr_fields < kind->nr_fields ? from->nr_fields :
		    kind->nr_fields;

	for (size_t i = 0; i < nr; i++) {
		const struct luo_note_field *a = &from->fields[i];
		const struct luo_note_field *b = &kind->fields[i];

		if (leads_elsewhere(a, b))
			return xasprintf("the layouts of version %u differ: field %s leads to another kind of object in %s (digests %08x and %08x)",
					 version->version, a->name, to->name,
					 layout_digest(from, version->version),
					 layout_digest(kind, version->version));
		if (strcmp(a->name, b->name) || a->offset != b->offset ||
		    a->size != b->size || a->type != b->type)
			return xasprintf("the layouts of version %u differ: field %s of %u bytes at offset %u is %s of %u bytes at offset %u in %s (digests %08x and %08x)",
					 version->version, a->name, a->size,
					 a->offset, b->name, b->size, b->offset,
					 to->name,
					 layout_digest(from, version->version),
					 layout_digest(kind, version->version));
	}

	field = find_new_value(from, kind, version->version);
	if (field)
		return xasprintf("field %s of version %u can have a value that %s does not know: it was added without a new version",
				 field->name, version->version, to->name);

	return xasprintf("the layouts of version %u differ: %u bytes with digest %08x, but %u bytes with digest %08x in %s",
			 version->version, version->size, version->digest,
			 theirs->size, theirs->digest, to->name);
}

/* Describe which versions of elements @to reads, or how the layouts differ. */
static char *describe_elements(const struct catalogue *to,
			       const struct kind *elements)
{
	const struct kind *theirs = catalogue_kind(to, elements->name);
	const struct version *newest;

	if (!theirs || !theirs->nr_versions)
		return xasprintf("%s reads none", to->name);
	if (kind_version(theirs, elements->versions->version))
		return describe_layouts(to, elements, elements->versions);
	/* Their newest version is the beginning of what is written. */
	newest = kind_version(elements, theirs->versions->version);
	if (newest && !same_fields(elements, theirs, newest->version))
		return describe_layouts(to, elements, newest);

	return xasprintf("%s reads %u and older", to->name,
			 theirs->versions->version);
}

char *judge_elements(const struct catalogue *from, const struct catalogue *to,
		     const struct kind *kind, u32 version)
{
	struct unread unread;
	char *read, *why;

	if (!find_unread(from, to, kind, version, &unread, 0))
		return NULL;
	read = describe_elements(to, unread.elements);
	why = unread.field ?
	      xasprintf("field %s of version %u leads to elements of %s, which are written in version %u, but %s",
			unread.field->name, version, unread.elements->name,
			unread.elements->versions->version, read) :
	      xasprintf("version %u contains structures of %s, which are written in version %u, but %s",
			version, unread.elements->name,
			unread.elements->versions->version, read);
	free(read);

	return why;
}

static bool all_optional(const struct kind *kind)
{
	for (size_t i = 0; i < kind->nr_versions; i++) {
		if (kind->versions[i].selected &&
		    !(kind->versions[i].flags & LUO_NOTE_OPTIONAL))
			return false;
	}

	return true;
}

/* Get the file handler that saves files of @kind under the current policy. */
static const char *handler(const struct carrier *carrier,
			   const struct kind *kind)
{
	const struct version *stock = kind_version(kind, carrier->stock_version);

	return stock && stock->selected ? carrier->stock : carrier->own;
}

/* Explain in a sentence why objects of the kind would be lost. NULL if they survive. */
static char *why_lost(const struct catalogue *writer,
		      const struct catalogue *to, const struct kind *from,
		      const struct version *common, bool objects)
{
	const struct carrier *carrier = compat_carrier(from->name);
	char *written, *read, *why;

	if (carrier && !catalogue_has(to, "file", handler(carrier, from)))
		return xasprintf("its files are written for file handler %s, which %s does not have, so that it reads no session with such a file",
				 handler(carrier, from), to->name);
	if (common && same_layout(to, from, common))
		return judge_elements(writer, to, from, common->version);
	if (common)
		return describe_layouts(to, from, common);

	written = list_versions(from, LUO_NOTE_WRITABLE, true);
	read = list_read(to, from, objects);
	why = read ?
	      xasprintf("written in %s, but %s reads %s", written,
			to->name, read) :
	      xasprintf("written in %s, but %s reads none", written,
			to->name);
	free(written);
	free(read);

	return why;
}

/* Add to @why what the loss of a mandatory subsection means. Frees @why. */
static char *why_subsection_lost(const struct kind *kind, char *why)
{
	const char *dot = strchr(kind->name, '.');
	char *more;

	if (!dot || all_optional(kind))
		return why;
	more = xasprintf("%s; objects of %.*s that have this subsection are not loaded",
			 why, (int)(dot - kind->name), kind->name);
	free(why);

	return more;
}

static struct verdict *add_verdict(struct verdicts *verdicts, const char *name)
{
	struct verdict *verdict;

	verdicts->verdicts = xrealloc(verdicts->verdicts, verdicts->nr + 1,
				      sizeof(*verdict));
	verdict = &verdicts->verdicts[verdicts->nr++];
	*verdict = (struct verdict){ .fate = FATE_SURVIVES };
	snprintf(verdict->name, sizeof(verdict->name), "%s", name);

	return verdict;
}

/* List elements, which have no fate: they are lost with the objects that have them. */
static void judge_kind_of_elements(const struct catalogue *from,
				   const struct catalogue *to,
				   const struct kind *kind,
				   struct verdicts *verdicts)
{
	const struct kind *theirs = catalogue_kind(to, kind->name);
	struct verdict *verdict;

	/* It has the published layout, and is part of the objects. */
	if (!theirs && catalogue_is_part(from, kind->name))
		return;
	verdict = add_verdict(verdicts, kind->name);
	verdict->is_kind = true;
	verdict->is_elements = true;
	if (!kind->nr_versions)
		return;
	verdict->written = xasprintf("%u", kind->versions->version);
	verdict->read = list_versions(theirs, LUO_NOTE_READABLE, false);
	if (!reads_elements(to, kind)) {
		verdict->fate = FATE_NOTHING;
		return;
	}
	verdict->has_common = true;
	verdict->common = kind->versions->version < theirs->versions->version ?
			  kind->versions->version : theirs->versions->version;
}

static void judge_kind(const struct catalogue *from, const struct catalogue *to,
		       const struct kind *kind, struct verdicts *verdicts)
{
	bool objects = reads_objects(from, to);
	const struct version *common = newest_common(to, kind, true, objects);
	struct verdict *verdict = add_verdict(verdicts, kind->name);

	verdict->is_kind = true;
	verdict->written = list_versions(kind, LUO_NOTE_WRITABLE, true);
	verdict->read = list_read(to, kind, objects);
	if (!verdict->written) {
		verdict->fate = FATE_NOTHING;
		if (kind_is_excluded(kind))
			verdict->why = xstrdup("the write policy excludes it");
		return;
	}

	verdict->why = why_lost(from, to, kind, common, objects);
	if (!verdict->why) {
		verdict->has_common = true;
		verdict->common = common->version;
		return;
	}
	verdict->why = why_subsection_lost(kind, verdict->why);
	/* Do not report objects of tests and samples as lost. */
	verdict->fate = all_optional(kind) || compat_is_test(kind->name) ?
			FATE_LEFT : FATE_LOST;
	common = judge_newest_common(from, to, kind);
	if (from->running && common) {
		char *why = xasprintf("%s; luoctl negotiate selects version %u",
				      verdict->why, common->version);

		free(verdict->why);
		verdict->why = why;
	}
}

/* Judge a format without which nothing else can be read, by its string. */
static void judge_string(const struct catalogue *from,
			 const struct catalogue *to, const char *what,
			 const char *consequence, struct verdicts *verdicts)
{
	struct verdict *verdict = add_verdict(verdicts, what);

	verdict->written = catalogue_strings(from, what);
	verdict->read = catalogue_strings(to, what);
	if (verdict->written && verdict->read &&
	    !strcmp(verdict->written, verdict->read))
		return;

	verdict->fate = FATE_LOST;
	if (!verdict->written)
		verdict->why = xasprintf("%s does not write it: %s", from->name,
					 consequence);
	else if (!verdict->read)
		verdict->why = xasprintf("%s does not read it: %s", to->name,
					 consequence);
	else
		verdict->why = xasprintf("written as %s, but %s reads %s: %s",
					 verdict->written, to->name,
					 verdict->read, consequence);
}

/* A kernel for another machine cannot find anything in memory. */
static void judge_machine(const struct catalogue *from,
			  const struct catalogue *to, struct verdicts *verdicts)
{
	enum machine_match match = machine_compare(&from->machine,
						   &to->machine);
	struct verdict *verdict;

	if (match == MACHINE_SAME)
		return;
	verdict = add_verdict(verdicts, "machine");
	if (match == MACHINE_DIFFERS) {
		verdict->fate = FATE_LOST;
		verdict->why = xasprintf("%s is for another machine: nothing is handed over",
					 to->name);
	} else {
		verdict->fate = FATE_UNKNOWN;
		verdict->why = xasprintf("the machine that %s is for is not known: nothing is handed over if it is another one",
					 to->machine.page_size ? from->name :
					 to->name);
	}
	verdict->written = machine_describe(&from->machine);
	verdict->read = machine_describe(&to->machine);
}

/* Get the kind of the objects that a handler stores: the handler is "KIND-object". */
static const char *stored_kind(const struct catalogue *from, const char *handler)
{
	size_t len = strlen(handler), suffix = strlen("-object");

	for (size_t i = 0; i < from->nr_kinds; i++) {
		const char *kind = from->kinds[i].name;

		if (len == strlen(kind) + suffix &&
		    !strncmp(handler, kind, len - suffix) &&
		    !strcmp(handler + len - suffix, "-object"))
			return kind;
	}

	return NULL;
}

/* Judge file handlers other than those of carriers. */
static void judge_handlers(const struct catalogue *from,
			   const struct catalogue *to,
			   struct verdicts *verdicts)
{
	for (size_t i = 0; i < from->nr_compatibles; i++) {
		const struct compatible *file = &from->compatibles[i];
		const struct carrier *carrier;
		struct verdict *verdict;

		if (strcmp(file->what, "file"))
			continue;
		carrier = compat_carrier_of(file->string);
		if (carrier && catalogue_kind(from, carrier->kind))
			continue;
		verdict = add_verdict(verdicts, file->string);
		verdict->is_handler = true;
		verdict->stores = stored_kind(from, file->string);
		verdict->written = xstrdup(file->string);
		if (catalogue_has(to, "file", file->string)) {
			verdict->read = xstrdup(file->string);
			continue;
		}
		verdict->fate = FATE_LOST;
		verdict->why = xasprintf("%s does not have this file handler, so that it reads no session with such a file",
					 to->name);
	}
}

void judge(const struct catalogue *from, const struct catalogue *to,
	   struct verdicts *verdicts)
{
	*verdicts = (struct verdicts){};
	judge_machine(from, to, verdicts);
	judge_string(from, to, "kho", "nothing is handed over", verdicts);
	judge_string(from, to, "luo", "no file is handed over", verdicts);
	if (catalogue_has(from, "luo-objects", NULL) &&
	    catalogue_has(to, "luo-objects", NULL))
		judge_string(from, to, "luo-objects",
			     "no object is handed over", verdicts);
	judge_handlers(from, to, verdicts);
	for (size_t i = 0; i < from->nr_kinds; i++) {
		const struct kind *kind = &from->kinds[i];

		if (catalogue_is_elements(from, kind))
			judge_kind_of_elements(from, to, kind, verdicts);
		else
			judge_kind(from, to, kind, verdicts);
	}
}

void verdicts_free(struct verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->nr; i++) {
		free(verdicts->verdicts[i].written);
		free(verdicts->verdicts[i].read);
		free(verdicts->verdicts[i].why);
	}
	free(verdicts->verdicts);
	*verdicts = (struct verdicts){};
}

size_t verdicts_count(const struct verdicts *verdicts, enum fate fate)
{
	size_t nr = 0;

	for (size_t i = 0; i < verdicts->nr; i++)
		nr += verdicts->verdicts[i].fate == fate;

	return nr;
}

const struct verdict *verdicts_worst(const struct verdicts *verdicts,
				     const char *const *names)
{
	const struct verdict *found = NULL;

	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct verdict *verdict = &verdicts->verdicts[i];

		for (const char *const *name = names; *name; name++) {
			if (!strcmp(verdict->name, *name) &&
			    verdict->fate > FATE_LEFT &&
			    (!found || verdict->fate > found->fate))
				found = verdict;
		}
	}

	return found;
}
