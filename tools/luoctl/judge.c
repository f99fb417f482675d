// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/*
 * Objects that were stored before the policy was what it is, in no version that
 * @to reads. @one is the instance of one of them.
 */
static size_t count_unread(const struct catalogue *to, const struct kind *from,
			   const struct records *stored, bool objects, u64 *one)
{
	const struct carrier *carrier = compat_carrier(from->name);
	size_t nr = 0, last, i;
	bool read = false;

	/* The versions of an object follow each other. */
	for (i = 0; i < stored->nr; i = last) {
		const struct record *first = &stored->records[i];

		read = first->optional;
		for (last = i; last < stored->nr; last++) {
			const struct record *record = &stored->records[last];
			struct version version = { .version = record->version };

			if (record->instance != first->instance ||
			    strcmp(record->kind, first->kind))
				break;
			read |= reads(to, from->name, &version, objects);
		}
		if (strcmp(first->kind, from->name))
			continue;
		if (carrier && carrier->has_stock(first->instance))
			read |= catalogue_has(to, "file", carrier->stock);
		if (!read) {
			*one = first->instance;
			nr++;
		}
	}

	return nr;
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

void stored_read(struct stored *stored)
{
	*stored = (struct stored){};
	/* A kernel without versioned objects has none. */
	stored->known = !running_records("outgoing", &stored->records) ||
			access(SYSFS_OBJECTS, F_OK);
	sessions_find(&stored->sessions);
}

void stored_free(struct stored *stored)
{
	records_free(&stored->records);
	sessions_free(&stored->sessions);
}

/* Is there an object of the kind, or a file that may travel with it? */
static bool has_objects(const struct stored *stored, const struct kind *kind)
{
	const struct records *records = &stored->records;

	if (!stored->known)
		return true;
	for (size_t i = 0; i < records->nr; i++) {
		if (!strcmp(records->records[i].kind, kind->name))
			return true;
	}
	for (size_t i = 0; i < stored->sessions.nr; i++) {
		if (compat_carrier(kind->name) &&
		    strcmp(stored->sessions.sessions[i].direction, "incoming"))
			return true;
	}

	return false;
}

/* Does @to read every version that @from may have stored? */
static bool reads_all(const struct catalogue *to, const struct kind *from,
		      bool objects)
{
	for (size_t i = 0; i < from->nr_versions; i++) {
		const struct version *version = &from->versions[i];

		if (version->flags & LUO_NOTE_WRITABLE &&
		    !reads(to, from->name, version, objects))
			return false;
	}

	return true;
}

static void judge_kind(const struct catalogue *from, const struct catalogue *to,
		       const struct kind *kind, const struct stored *stored,
		       struct verdicts *verdicts)
{
	bool objects = reads_objects(from, to);
	const struct version *common = newest(to, kind, true, objects);
	struct verdict *verdict = add_verdict(verdicts, kind->name);
	size_t nr_unread;
	u64 instance;

	verdict->is_kind = true;
	verdict->written = list_versions(kind, LUO_NOTE_WRITABLE, true);
	verdict->read = list_read(to, kind, objects);
	if (!verdict->written)
		return;
	if (stored && !has_objects(stored, kind)) {
		verdict->fate = FATE_NOTHING;
		return;
	}

	verdict->why = why_lost(to, kind, common, objects);
	if (!verdict->why) {
		verdict->has_common = true;
		verdict->common = common->version;
		nr_unread = stored ? count_unread(to, kind, &stored->records,
						  objects, &instance) : 0;
		if (!nr_unread && stored && !stored->known &&
		    !reads_all(to, kind, objects)) {
			verdict->fate = FATE_UNKNOWN;
			verdict->why = xasprintf("in which versions objects are stored cannot be read in " DEBUGFS "/luo_objects, and %s does not read all of them",
						 to->name);
			return;
		}
		if (!nr_unread)
			return;
		verdict->fate = FATE_LOST;
		verdict->why = xasprintf("%zu stored already, before the write policy was what it is, in no version that %s reads; %llu is one",
					 nr_unread, to->name, instance);
		return;
	}
	verdict->fate = all_optional(kind) ? FATE_LEFT : FATE_LOST;
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
	   const struct stored *stored, struct verdicts *verdicts)
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
		judge_kind(from, to, &from->kinds[i], stored, verdicts);
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

unsigned int verdicts_lost(const struct verdicts *verdicts,
			   char *const *accepted, size_t nr_accepted)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct verdict *verdict = &verdicts->verdicts[i];
		bool lost = verdict->fate == FATE_LOST;

		for (size_t j = 0; lost && j < nr_accepted; j++)
			lost = strcmp(verdict->name, accepted[j]);
		nr += lost;
	}

	return nr;
}

unsigned int verdicts_unknown(const struct verdicts *verdicts)
{
	unsigned int nr = 0;

	for (size_t i = 0; i < verdicts->nr; i++)
		nr += verdicts->verdicts[i].fate == FATE_UNKNOWN;

	return nr;
}

static const char *const fates[] = {
	[FATE_SURVIVES] = "survives",
	[FATE_NOTHING] = "nothing stored",
	[FATE_LEFT] = "is left behind",
	[FATE_UNKNOWN] = "cannot be told",
	[FATE_LOST] = "is lost",
};

int verdicts_exit(const struct verdicts *verdicts)
{
	if (verdicts_lost(verdicts, NULL, 0))
		return EXIT_LOSS;
	if (!verdicts_unknown(verdicts))
		return EXIT_DONE;
	complain("cannot tell whether all survives");

	return EXIT_FAILED;
}

/*
 * The verdict that decides about sessions: all have the same fate, because the next
 * kernel reads no session if there is a file in one that it cannot read.
 */
static const struct verdict *session_verdict(const struct verdicts *verdicts)
{
	static const char *const needed[] = { "machine", "kho", "luo" };
	const struct verdict *found = NULL;

	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct verdict *verdict = &verdicts->verdicts[i];
		bool decides = verdict->is_handler ||
			       compat_carrier(verdict->name);

		for (size_t j = 0; j < ARRAY_SIZE(needed); j++)
			decides |= !strcmp(verdict->name, needed[j]);
		if (decides && verdict->fate > FATE_LEFT &&
		    (!found || verdict->fate > found->fate))
			found = verdict;
	}

	return found;
}

static bool is_outgoing(const struct session *session)
{
	return strcmp(session->direction, "incoming");
}

static size_t nr_outgoing(const struct stored *stored)
{
	size_t nr = 0;

	for (size_t i = 0; stored && i < stored->sessions.nr; i++)
		nr += is_outgoing(&stored->sessions.sessions[i]);

	return nr;
}

static void print_session(const struct session *session, const char *fate)
{
	u64 size = 0;

	for (size_t i = 0; i < session->files.nr; i++) {
		if (session->files.entries[i].size != MAPPING_SIZE_UNKNOWN)
			size += session->files.entries[i].size;
	}
	printf("%s: ", session->name);
	if (session->has_files)
		printf("%zu file%s, %llu KiB, ", session->files.nr,
		       session->files.nr == 1 ? "" : "s", (size + 1023) >> 10);
	printf("%s\n", fate);
}

void verdicts_headline(const struct verdicts *verdicts,
		       const struct stored *stored)
{
	unsigned int nr_lost = verdicts_lost(verdicts, NULL, 0);
	const struct verdict *verdict = session_verdict(verdicts);
	const char *fate = !verdict ? "arrives" :
			   verdict->fate == FATE_LOST ? "is lost" :
			   "cannot be told";
	size_t nr = nr_outgoing(stored);

	if (nr_lost)
		printf("%u of what is there would be lost\n", nr_lost);
	else if (verdicts_unknown(verdicts))
		puts("cannot tell whether all survives");
	else
		puts("all survives");
	if (stored && !nr)
		puts("no session is saved");
	for (size_t i = 0; stored && i < stored->sessions.nr; i++) {
		if (is_outgoing(&stored->sessions.sessions[i]))
			print_session(&stored->sessions.sessions[i], fate);
	}
	putchar('\n');
}

void stored_json(struct json *json, const struct stored *stored,
		 const struct verdicts *verdicts)
{
	const struct verdict *verdict = session_verdict(verdicts);

	json_open_array(json, "sessions");
	for (size_t i = 0; i < stored->sessions.nr; i++) {
		const struct session *session = &stored->sessions.sessions[i];

		if (!is_outgoing(session))
			continue;
		json_open_object(json, NULL);
		json_string(json, "name", session->name);
		json_string(json, "fate", !verdict ? "survives" :
			    verdict->fate == FATE_LOST ? "lost" : "unknown");
		json_close(json);
	}
	json_close(json);
}

static void print_kernel(const char *role, const struct catalogue *catalogue)
{
	printf("%-5s%s", role, catalogue->name);
	if (catalogue->release)
		printf(", %s", catalogue->release);
	if (catalogue->format)
		printf(" (%s)", catalogue->format);
	puts(catalogue->notes ? "" :
	     ", which has no catalogue and is judged by its strings");
}

void verdicts_print(const struct catalogue *from, const struct catalogue *to,
		    const struct verdicts *verdicts)
{
	int name = 4, written = 7, read = 4;

	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct verdict *verdict = &verdicts->verdicts[i];
		int len = strlen(verdict->name);

		name = len > name ? len : name;
		len = strlen(verdict->written ?: "");
		written = len > written ? len : written;
		len = strlen(verdict->read ?: "");
		read = len > read ? len : read;
	}

	print_kernel("from", from);
	print_kernel("to", to);
	printf("\n%-*s  %-*s  %-*s  COMMON\n", name, "WHAT", written, "WRITTEN",
	       read, "READ");
	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct verdict *verdict = &verdicts->verdicts[i];
		char common[12];

		if (verdict->has_common)
			snprintf(common, sizeof(common), "%u", verdict->common);
		else
			snprintf(common, sizeof(common), "%s",
				 !verdict->is_kind &&
				 verdict->fate == FATE_SURVIVES ? "same" : "-");
		printf("%-*s  %-*s  %-*s  %-6s  %s\n", name, verdict->name,
		       written, verdict->written ?: "-", read,
		       verdict->read ?: "-", common,
		       verdict->written || !verdict->is_kind ?
		       fates[verdict->fate] : "is not written");
	}
	putchar('\n');
	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct verdict *verdict = &verdicts->verdicts[i];

		if (verdict->why)
			printf("%s %s: %s\n", verdict->name,
			       fates[verdict->fate], verdict->why);
	}
}

static void kernel_json(struct json *json, const char *key,
			const struct catalogue *catalogue)
{
	json_open_object(json, key);
	json_string(json, "name", catalogue->name);
	json_string(json, "release", catalogue->release);
	json_string(json, "format", catalogue->format);
	json_boolean(json, "catalogue", catalogue->notes);
	json_close(json);
}

/* "1, 0" or "a, b": an array of numbers or of strings. */
static void json_list(struct json *json, const char *key, const char *list,
		      bool numbers)
{
	char *copy = xstrdup(list ?: ""), *rest = copy, *word;
	u64 number;

	json_open_array(json, key);
	while ((word = strsep(&rest, ","))) {
		word += strspn(word, " ");
		if (numbers && parse_u64(word, &number))
			json_number(json, NULL, number);
		else if (*word)
			json_string(json, NULL, word);
	}
	json_close(json);
	free(copy);
}

void verdicts_json(struct json *json, const struct catalogue *from,
		   const struct catalogue *to, const struct verdicts *verdicts)
{
	static const char *const words[] = {
		[FATE_SURVIVES] = "survives",
		[FATE_NOTHING] = "nothing",
		[FATE_LEFT] = "left",
		[FATE_UNKNOWN] = "unknown",
		[FATE_LOST] = "lost",
	};

	kernel_json(json, "from", from);
	kernel_json(json, "to", to);
	json_open_array(json, "verdicts");
	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct verdict *verdict = &verdicts->verdicts[i];

		json_open_object(json, NULL);
		json_string(json, "name", verdict->name);
		json_boolean(json, "kind", verdict->is_kind);
		json_string(json, "fate", words[verdict->fate]);
		json_list(json, "written", verdict->written, verdict->is_kind);
		json_list(json, "read", verdict->read, verdict->is_kind);
		if (verdict->has_common)
			json_number(json, "common", verdict->common);
		else
			json_null(json, "common");
		json_string(json, "why", verdict->why);
		json_close(json);
	}
	json_close(json);
	json_number(json, "lost", verdicts_lost(verdicts, NULL, 0));
}
