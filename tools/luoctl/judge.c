// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "judge.h"

/* "1, 0": the versions that have @flag and, where asked, are selected. */
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

/* Whether objects of any kind are looked for by @to. */
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

/* Whether @to reads @version of @name. */
static bool reads(const struct catalogue *to, const char *name,
		  const struct version *version, bool objects)
{
	const struct carrier *carrier = compat_carrier(name);
	const struct kind *kind = catalogue_kind(to, name);
	const struct version *theirs;

	/* Which a kernel without any notes can do. */
	if (carrier && carrier->stock_version == version->version)
		return catalogue_has(to, "file", carrier->stock);
	if (!objects || !kind)
		return false;
	theirs = kind_version(kind, version->version);

	return theirs && theirs->flags & LUO_NOTE_READABLE;
}

static bool same_layout(const struct catalogue *to, const struct kind *from,
			const struct version *version)
{
	const struct kind *kind = catalogue_kind(to, from->name);
	const struct version *theirs = kind ?
		kind_version(kind, version->version) : NULL;

	/* Who has no notes for it cannot say. */
	if (!theirs || (!theirs->size && !theirs->digest) ||
	    (!version->size && !version->digest) ||
	    version->flags & LUO_NOTE_EXTERNAL)
		return true;

	return theirs->size == version->size &&
	       theirs->digest == version->digest;
}

/* The newest version that is written, or could be, and that @to reads. */
static const struct version *newest(const struct catalogue *to,
				    const struct kind *from, bool selected,
				    bool objects)
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

const struct version *judge_newest_common(const struct catalogue *to,
					  const struct kind *from)
{
	bool objects = catalogue_has(to, "luo-objects", NULL);
	const struct version *common = newest(to, from, false, objects);

	return common && same_layout(to, from, common) ? common : NULL;
}

/* The versions of @from's kind that @to reads, and what else @to has of it. */
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
	for (size_t i = 0; i < kind->nr_versions; i++) {
		const struct version *version = &kind->versions[i];

		if (version->flags & LUO_NOTE_WRITABLE &&
		    !judge_reads(from, to, kind, version->version))
			return false;
	}

	return true;
}

char *judge_list_read(const struct catalogue *from, const struct catalogue *to,
		      const struct kind *kind)
{
	return list_read(to, kind, reads_objects(from, to));
}

/* The field in which two layouts of the same version differ, as a sentence. */
static char *describe_layouts(const struct catalogue *to,
			      const struct kind *from,
			      const struct version *version)
{
	const struct kind *kind = catalogue_kind(to, from->name);
	const struct version *theirs = kind_version(kind, version->version);
	size_t nr = from->nr_fields < kind->nr_fields ? from->nr_fields :
		    kind->nr_fields;

	for (size_t i = 0; i < nr; i++) {
		const struct luo_note_field *a = &from->fields[i];
		const struct luo_note_field *b = &kind->fields[i];

		if (strcmp(a->name, b->name) || a->offset != b->offset ||
		    a->size != b->size || a->type != b->type)
			return xasprintf("version %u is not the same in both: field %s, %u bytes at %u, is %s, %u bytes at %u, there",
					 version->version, a->name, a->size,
					 a->offset, b->name, b->size, b->offset);
	}

	return xasprintf("version %u is not the same in both: %u bytes with digest %08x here, %u bytes with digest %08x there",
			 version->version, version->size, version->digest,
			 theirs->size, theirs->digest);
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

/* The file handler that files of @kind travel with, or NULL. */
static const char *handler(const struct carrier *carrier,
			   const struct kind *kind)
{
	const struct version *stock = kind_version(kind, carrier->stock_version);

	return stock && stock->selected ? carrier->stock : carrier->own;
}

/* A sentence about why it is lost, or NULL. */
static char *why_lost(const struct catalogue *to, const struct kind *from,
		      const struct version *common, bool objects)
{
	const struct carrier *carrier = compat_carrier(from->name);
	char *written, *read, *why;

	if (carrier && !catalogue_has(to, "file", handler(carrier, from)))
		return xasprintf("its files are written for the file handler %s, which %s lacks, and no session is read that has one",
				 handler(carrier, from), to->name);
	if (common && same_layout(to, from, common))
		return NULL;
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

static void judge_kind(const struct catalogue *from, const struct catalogue *to,
		       const struct kind *kind, struct verdicts *verdicts)
{
	bool objects = reads_objects(from, to);
	const struct version *common = newest(to, kind, true, objects);
	struct verdict *verdict = add_verdict(verdicts, kind->name);

	verdict->is_kind = true;
	verdict->written = list_versions(kind, LUO_NOTE_WRITABLE, true);
	verdict->read = list_read(to, kind, objects);
	if (!verdict->written)
		return;

	verdict->why = why_lost(to, kind, common, objects);
	if (!verdict->why) {
		verdict->has_common = true;
		verdict->common = common->version;
		return;
	}
	/* The user of a kernel with tests knows that it has these kinds. */
	verdict->fate = all_optional(kind) || compat_is_test(kind->name) ?
			FATE_LEFT : FATE_LOST;
	common = newest(to, kind, false, objects);
	if (from->running && common && same_layout(to, kind, common)) {
		char *why = xasprintf("%s; luoctl negotiate selects version %u",
				      verdict->why, common->version);

		free(verdict->why);
		verdict->why = why;
	}
}

/* One of the strings on which all else rests. */
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
		verdict->why = xasprintf("%s has none: %s", from->name,
					 consequence);
	else if (!verdict->read)
		verdict->why = xasprintf("%s has none: %s", to->name,
					 consequence);
	else
		verdict->why = xasprintf("written as %s, but %s reads %s: %s",
					 verdict->written, to->name,
					 verdict->read, consequence);
}

/* Nothing is found in memory that another machine has written. */
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
		verdict->why = xasprintf("%s is a kernel for another machine: nothing is handed over",
					 to->name);
	} else {
		verdict->fate = FATE_UNKNOWN;
		verdict->why = xasprintf("%s does not say for which machine it is: if that is another one, nothing is handed over",
					 to->machine.page_size ? from->name :
					 to->name);
	}
	verdict->written = machine_describe(&from->machine);
	verdict->read = machine_describe(&to->machine);
}

/* File handlers that belong to no kind. */
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
		verdict->written = xstrdup(file->string);
		if (catalogue_has(to, "file", file->string)) {
			verdict->read = xstrdup(file->string);
			continue;
		}
		verdict->fate = FATE_LOST;
		verdict->why = xasprintf("%s lacks this file handler, and no session is read that has one",
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
	for (size_t i = 0; i < from->nr_kinds; i++)
		judge_kind(from, to, &from->kinds[i], verdicts);
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
