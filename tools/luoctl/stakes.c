// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "hold.h"
#include "stakes.h"
#include "state.h"

/* The arguments of stakes_find(). */
struct judgement {
	const struct catalogue *from;
	const struct catalogue *to;
	const struct stored *stored;
	const struct verdicts *verdicts;
	struct stakes *stakes;
};

/* The formats without which nothing survives, no session, and no object. */
static const char *const for_all[] = { "machine", "kho", NULL };
static const char *const for_sessions[] = { "luo", NULL };
static const char *const for_objects[] = { "luo-objects", NULL };

/* Add a stake, which owns @name and @why. */
static struct stake *add_stake(struct stakes *stakes, char *name,
			       enum fate fate, char *why)
{
	struct stake *stake;

	stakes->stakes = xrealloc(stakes->stakes, stakes->nr + 1,
				  sizeof(*stake));
	stake = &stakes->stakes[stakes->nr++];
	*stake = (struct stake){ .name = name, .fate = fate, .why = why };

	return stake;
}

/* Get the worst verdict on the formats in for_all and @names. */
static const struct verdict *worst(const struct judgement *judgement,
				   const char *const *names)
{
	const struct verdict *all = verdicts_worst(judgement->verdicts, for_all);
	const struct verdict *these = verdicts_worst(judgement->verdicts, names);

	return !these || (all && all->fate >= these->fate) ? all : these;
}

/* Get the index after the last record of the object whose first record is @first. */
static size_t object_end(const struct records *records, size_t first)
{
	const struct record *record = &records->records[first];
	size_t end;

	/* The records of an object are adjacent. */
	for (end = first + 1; end < records->nr; end++) {
		if (records->records[end].instance != record->instance ||
		    strcmp(records->records[end].kind, record->kind))
			break;
	}

	return end;
}

/* Check that a session is outgoing, and the first one of that name. */
static bool is_first(const struct sessions *sessions, size_t index)
{
	const struct session *session = &sessions->sessions[index];

	if (!stored_is_outgoing(session))
		return false;
	for (size_t i = 0; i < index; i++) {
		if (stored_is_outgoing(&sessions->sessions[i]) &&
		    !strcmp(sessions->sessions[i].name, session->name))
			return false;
	}

	return true;
}

/* The fate of all sessions, with the reason. */
struct files {
	enum fate fate;
	const char *cause;
	char *why;
};

static void set_files(struct files *files, enum fate fate, const char *cause,
		      char *why)
{
	if (fate <= files->fate) {
		free(why);
		return;
	}
	free(files->why);
	*files = (struct files){ fate, cause, why };
}

/*
 * Check if the next kernel reads files that were saved in @versions, such as "1,0". If
 * these include the stock version, the files were saved with the stock handler.
 */
static bool reads_noted(const struct judgement *judgement,
			const struct kind *kind, const char *versions)
{
	const struct carrier *carrier = compat_carrier(kind->name);
	char *copy = xstrdup(versions), *rest = copy, *word;
	bool stock = false, read = false;
	u64 number;

	while ((word = strsep(&rest, ","))) {
		if (!parse_u64(word, &number))
			continue;
		stock |= number == carrier->stock_version;
		read |= judge_reads(judgement->from, judgement->to, kind,
				    number);
	}
	free(copy);

	return read && catalogue_has(judgement->to, "file",
				     stock ? carrier->stock : carrier->own);
}

/* Get the versions of the kind in which the session was saved; NULL if unknown. */
static char *noted_versions(const char *session, const char *kind)
{
	char *note = state_read(NOTE_VERSIONS, session), *found = NULL;
	char *rest = note, *line;
	size_t len = strlen(kind);

	while ((line = strsep(&rest, "\n"))) {
		if (!found && !strncmp(line, kind, len) && line[len] == ':')
			found = xstrdup(line + len + 1);
	}
	free(note);

	return found;
}

/* Suggest what to do about files that the next kernel cannot read. */
static char *suggest(const struct judgement *judgement, const struct kind *kind,
		     const char *session)
{
	if (!judge_newest_common(judgement->from, judgement->to, kind))
		return xasprintf("to save the other sessions, use luoctl abort %s",
				 session);

	return xasprintf("use luoctl negotiate %s, luoctl abort %s, and save it again",
			 judgement->to->name, session);
}

/* Judge the files of a kind in a session. Returns false if luoctl has not saved it. */
static bool judge_noted(const struct judgement *judgement,
			const struct kind *kind, const char *session,
			struct files *files)
{
	char *versions = noted_versions(session, kind->name), *read, *out;

	if (!versions)
		return false;
	if (!reads_noted(judgement, kind, versions)) {
		read = judge_list_read(judgement->from, judgement->to, kind);
		out = suggest(judgement, kind, session);
		set_files(files, FATE_LOST, kind->name,
			  xasprintf("session %s was saved in version %s of %s, but %s reads %s; a kernel that cannot read one file reads no session, and /dev/liveupdate cannot be opened; %s",
				    session, versions, kind->name,
				    judgement->to->name, read ?: "none", out));
		free(read);
		free(out);
	}
	free(versions);

	return true;
}

/* Judge the files of a kind by their objects, for sessions that luoctl has not saved. */
static void judge_records(const struct judgement *judgement,
			  const struct kind *kind, struct files *files)
{
	const struct carrier *carrier = compat_carrier(kind->name);
	const struct records *records = &judgement->stored->records;
	bool stock = catalogue_has(judgement->to, "file", carrier->stock);
	size_t nr = 0, end, i, j;
	u64 instance = 0;

	for (i = 0; i < records->nr; i = end) {
		const struct record *first = &records->records[i];
		bool read = stock && carrier->has_stock(first->instance);

		end = object_end(records, i);
		for (j = i; j < end; j++)
			read |= judge_reads(judgement->from, judgement->to,
					    kind, records->records[j].version);
		if (!read && !strcmp(first->kind, kind->name)) {
			instance = first->instance;
			nr++;
		}
	}
	if (nr)
		set_files(files, FATE_LOST, kind->name,
			  xasprintf("%zu files, such as instance %llu, are saved in no version of %s that %s reads, so that it reads no session; use luoctl negotiate %s, and save them again",
				    nr, instance, kind->name,
				    judgement->to->name, judgement->to->name));
}

/* Judge files that were saved in the special version, which is used only if necessary. */
static void judge_special(const struct judgement *judgement,
			  const struct kind *kind, struct files *files)
{
	const u32 special = compat_carrier(kind->name)->special_version;
	const struct records *records = &judgement->stored->records;
	u64 instance = 0;
	size_t nr = 0;

	if (judge_reads(judgement->from, judgement->to, kind, special))
		return;
	for (size_t i = 0; i < records->nr; i++) {
		const struct record *record = &records->records[i];

		if (record->version == special &&
		    !strcmp(record->kind, kind->name)) {
			instance = record->instance;
			nr++;
		}
	}
	if (nr)
		set_files(files, FATE_LOST, kind->name,
			  xasprintf("%zu files, such as %s/%llu, have a page of damaged memory, and %s does not read version %u of %s, the only one that supports it; punch a hole in place of the page, or close the file and save the session again",
				    nr, kind->name, instance,
				    judgement->to->name, special, kind->name));
}

static void judge_files_of(const struct judgement *judgement,
			   const struct kind *kind, struct files *files)
{
	const struct stored *stored = judgement->stored;
	const struct sessions *sessions = &stored->sessions;
	bool known = stored->sessions_known;

	if (stored->records_known)
		judge_special(judgement, kind, files);
	for (size_t i = 0; i < sessions->nr; i++) {
		if (is_first(sessions, i))
			known &= judge_noted(judgement, kind,
					     sessions->sessions[i].name, files);
	}
	if (known)
		return;
	if (stored->records_known && stored->sessions_known)
		judge_records(judgement, kind, files);
	else if (!judge_reads_all(judgement->from, judgement->to, kind))
		set_files(files, FATE_UNKNOWN, kind->name,
			  xasprintf("%s does not read all versions of %s, and the versions of the files cannot be read in "
				    DEBUGFS "/luo_objects",
				    judgement->to->name, kind->name));
}

static bool has_note(enum state_note note, const char *session)
{
	char *text = state_read(note, session);
	bool found = text;

	free(text);

	return found;
}

/*
 * Get the fate of the sessions because of a handler that stores objects, if the objects
 * cannot be read. Such a handler is for directories, of which luoctl save takes a note.
 */
static enum fate noted_handler_fate(const struct stored *stored,
				    const struct verdict *verdict)
{
	const struct sessions *sessions = &stored->sessions;
	enum fate fate = stored->sessions_known ? FATE_SURVIVES : FATE_UNKNOWN;

	for (size_t i = 0; i < sessions->nr; i++) {
		const char *name = sessions->sessions[i].name;

		if (!is_first(sessions, i))
			continue;
		if (has_note(NOTE_TREES, name))
			return verdict->fate;
		if (!has_note(NOTE_SAVED, name))
			fate = FATE_UNKNOWN;
	}

	return fate;
}

/*
 * Get the fate of the sessions because of a handler that the next kernel does not have. A
 * handler that stores objects matters only if one is stored.
 */
static enum fate handler_fate(const struct judgement *judgement,
			      const struct verdict *verdict)
{
	const struct stored *stored = judgement->stored;

	if (!verdict->stores)
		return verdict->fate;
	if (!stored->records_known)
		return noted_handler_fate(stored, verdict);
	for (size_t i = 0; i < stored->records.nr; i++) {
		if (!strcmp(stored->records.records[i].kind, verdict->stores))
			return verdict->fate;
	}

	return FATE_SURVIVES;
}

/*
 * All sessions have the same fate, because the next kernel reads no session if it cannot
 * read one file in one of them.
 */
static struct files judge_files(const struct judgement *judgement)
{
	const struct verdict *verdict = worst(judgement, for_sessions);
	const struct verdicts *verdicts = judgement->verdicts;
	struct files files = {};

	if (verdict)
		set_files(&files, verdict->fate, verdict->name,
			  xstrdup(verdict->why));
	for (size_t i = 0; i < verdicts->nr; i++) {
		verdict = &verdicts->verdicts[i];
		if (verdict->is_handler && verdict->why)
			set_files(&files, handler_fate(judgement, verdict),
				  verdict->name, xstrdup(verdict->why));
	}
	for (size_t i = 0; i < judgement->from->nr_kinds; i++) {
		const struct kind *kind = &judgement->from->kinds[i];

		if (compat_carrier(kind->name))
			judge_files_of(judgement, kind, &files);
	}

	return files;
}

static void judge_sessions(const struct judgement *judgement)
{
	const struct sessions *sessions = &judgement->stored->sessions;
	struct files files = judge_files(judgement);
	struct stake *stake;

	for (size_t i = 0; i < sessions->nr; i++) {
		if (!is_first(sessions, i))
			continue;
		stake = add_stake(judgement->stakes,
				  xasprintf(ACCEPT_SESSION "%s",
					    sessions->sessions[i].name),
				  files.fate,
				  files.why ? xstrdup(files.why) : NULL);
		stake->cause = files.cause;
		stake->session = &sessions->sessions[i];
		judgement->stakes->nr_sessions++;
	}
	if (!judgement->stored->sessions_known && files.fate > FATE_LEFT) {
		stake = add_stake(judgement->stakes, xstrdup("sessions"),
				  FATE_UNKNOWN,
				  xasprintf("only root can see them, and they would be lost: %s",
					    files.why));
		stake->cause = files.cause;
	}
	free(files.why);
}

/* Add sessions that were saved and that no process holds any longer. */
static void add_ended(const struct stored *stored, struct stakes *stakes)
{
	for (char **name = stored->ended; *name; name++) {
		char *files = state_read(NOTE_SAVED, *name);

		add_stake(stakes, xasprintf(ACCEPT_SESSION "%s", *name),
			  FATE_LOST,
			  xasprintf("it (%s) was saved in this boot and has ended, because no process held it any longer; save it again, or use luoctl abort %s",
				    files ?: "", *name));
		free(files);
	}
}

/* List the versions of the records from @first to before @last, as "1, 0". */
static char *list_stored(const struct records *records, size_t first,
			 size_t last)
{
	char *list = xstrdup("");

	for (size_t i = first; i < last; i++) {
		char *more = xasprintf("%s%s%u", list, i > first ? ", " : "",
				       records->records[i].version);

		free(list);
		list = more;
	}

	return list;
}

/* Check if @to reads any version of the object that a record belongs to. */
static bool reads_object(const struct judgement *judgement,
			 const struct record *object)
{
	const struct records *records = &judgement->stored->records;
	const struct kind *kind = catalogue_kind(judgement->from, object->kind);

	for (size_t i = 0; kind && i < records->nr; i++) {
		const struct record *record = &records->records[i];

		if (record->instance == object->instance &&
		    !strcmp(record->kind, object->kind) &&
		    judge_reads(judgement->from, judgement->to, kind,
				record->version))
			return true;
	}

	return false;
}

/*
 * Find a mandatory subsection of an object that @to does not read, so that it does not
 * load the object. Returns the name of the subsection, or NULL.
 */
static const char *unread_subsection(const struct judgement *judgement,
				     const struct record *object)
{
	const struct records *records = &judgement->stored->records;
	size_t len = strlen(object->kind);

	for (size_t i = 0; i < records->nr; i++) {
		const struct record *record = &records->records[i];

		if (record->instance == object->instance && !record->optional &&
		    !strncmp(record->kind, object->kind, len) &&
		    record->kind[len] == '.' && !reads_object(judgement, record))
			return record->kind + len + 1;
	}

	return NULL;
}

/*
 * Explain in a sentence which elements of an object @to does not read. The object has the
 * records from @first to before @last, and @to loads the newest version that it reads.
 */
static char *unread_elements(const struct judgement *judgement,
			     const struct kind *kind, size_t first, size_t last)
{
	const struct records *records = &judgement->stored->records;
	const struct record *newest = NULL;

	for (size_t i = first; i < last; i++) {
		const struct record *record = &records->records[i];

		if (judge_reads(judgement->from, judgement->to, kind,
				record->version) &&
		    (!newest || record->version > newest->version))
			newest = record;
	}

	return newest ? judge_elements(judgement->from, judgement->to, kind,
				       newest->version) : NULL;
}

/* Explain in a sentence why @to does not load an object. */
static char *why_unread(const struct judgement *judgement, const char *elements,
			const char *part, const char *stored, const char *reads)
{
	if (elements)
		return xstrdup(elements);
	if (part)
		return xasprintf("it has the subsection %s, which %s does not read",
				 part, judgement->to->name);

	return xasprintf("stored in version %s, but %s reads %s", stored,
			 judgement->to->name, reads ?: "none");
}

/* Judge the object that has the records from @first to before @last. */
static void judge_object(const struct judgement *judgement,
			 const struct kind *kind, size_t first, size_t last)
{
	const struct records *records = &judgement->stored->records;
	const struct verdict *verdict = worst(judgement, for_objects);
	char *name = stored_name(&records->records[first]);
	bool optional = compat_is_optional(name), read = false;
	char *stored, *reads, *elements;
	struct stake *stake;
	const char *part;

	for (size_t i = first; i < last; i++) {
		optional |= records->records[i].optional;
		read |= kind && judge_reads(judgement->from, judgement->to,
					    kind, records->records[i].version);
	}
	part = read ? unread_subsection(judgement, &records->records[first]) :
		      NULL;
	elements = read ? unread_elements(judgement, kind, first, last) : NULL;
	if (read && !elements && !part && !verdict) {
		free(name);
		return;
	}
	stored = list_stored(records, first, last);
	reads = kind ? judge_list_read(judgement->from, judgement->to, kind) :
		NULL;
	stake = add_stake(judgement->stakes, name,
			  optional ? FATE_LEFT :
			  verdict ? verdict->fate : FATE_LOST,
			  verdict ? xstrdup(verdict->why) :
			  why_unread(judgement, elements, part, stored, reads));
	stake->cause = verdict ? verdict->name : kind ? kind->name : NULL;
	free(stored);
	free(reads);
	free(elements);
}

/* Add one stake for all objects that only add attributes to files. */
static void judge_companions(const struct judgement *judgement)
{
	const struct records *records = &judgement->stored->records;

	/* If all objects are lost, the files are lost too. */
	if (worst(judgement, for_objects))
		return;

	for (size_t i = 0; i < records->nr; i++) {
		const struct record *record = &records->records[i];
		const struct kind *kind =
			catalogue_kind(judgement->from, record->kind);

		if (!compat_is_companion(record->kind) ||
		    (kind && judge_reads(judgement->from, judgement->to, kind,
					 record->version)))
			continue;
		add_stake(judgement->stakes,
			  xstrdup("names, owners and other attributes of files"),
			  FATE_LEFT,
			  xasprintf("%s does not read them", judgement->to->name));
		return;
	}
}

static void judge_objects(const struct judgement *judgement)
{
	const struct records *records = &judgement->stored->records;
	size_t end, i;

	for (i = 0; i < records->nr; i = end) {
		const struct record *first = &records->records[i];

		end = object_end(records, i);
		/* judge_sessions() has judged the objects of files. */
		if (compat_carrier(first->kind) ||
		    compat_is_companion(first->kind) ||
		    compat_is_ledger(first->kind) ||
		    compat_is_layout(first->kind))
			continue;
		judgement->stakes->nr_objects++;
		judge_object(judgement,
			     catalogue_kind(judgement->from, first->kind), i,
			     end);
	}
	judge_companions(judgement);
}

/* Add stakes if the objects cannot be read, so that any kind may have some. */
static void judge_unknown(const struct judgement *judgement)
{
	const struct verdict *verdict = worst(judgement, for_objects);
	const struct verdicts *verdicts = judgement->verdicts;

	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct verdict *kind = &verdicts->verdicts[i];
		struct stake *stake;

		if (!kind->is_kind || kind->is_elements || !kind->written ||
		    compat_carrier(kind->name) || compat_is_test(kind->name) ||
		    compat_is_ledger(kind->name) ||
		    (kind->fate == FATE_LEFT && !verdict) ||
		    (!verdict && judge_reads_all(judgement->from, judgement->to,
				catalogue_kind(judgement->from, kind->name))))
			continue;
		stake = add_stake(judgement->stakes, xstrdup(kind->name), FATE_UNKNOWN,
				  xasprintf("%s does not read all versions, and the stored objects cannot be read in "
					    DEBUGFS "/luo_objects",
					    judgement->to->name));
		stake->cause = verdict ? verdict->name : kind->name;
	}
}

/* Add sessions of the previous kernel that a holder process holds. */
static void add_kept(const struct stored *stored, struct stakes *stakes)
{
	const struct sessions *sessions = &stored->sessions;

	for (size_t i = 0; i < sessions->nr; i++) {
		const struct session *session = &sessions->sessions[i];

		if (stored_is_outgoing(session) ||
		    strcmp(session->process, HOLD_NAME) ||
		    sessions_outgoing(sessions, session->name))
			continue;
		add_stake(stakes, xasprintf(ACCEPT_SESSION "%s", session->name),
			  FATE_LOST,
			  xasprintf("it came from the previous kernel, and process %d holds it until it is restored; use luoctl restore %s, and save it again",
				    session->pid, session->name));
	}
}

static void add_unclaimed(const struct stored *stored, struct stakes *stakes)
{
	const struct unclaimed *unclaimed = &stored->unclaimed;

	if (!stored->unclaimed_known)
		add_stake(stakes, xstrdup(ACCEPT_UNCLAIMED),
			  FATE_UNKNOWN,
			  xstrdup("unclaimed data of the previous kernel cannot be read in "
				  SYSFS_OBJECTS "/unclaimed"));
	for (size_t i = 0; i < unclaimed->nr; i++) {
		const char *waits_for = unclaimed->kinds[i].waits_for;

		add_stake(stakes, xstrdup(ACCEPT_UNCLAIMED), FATE_LOST,
			  xasprintf("%llu records of %s from the previous kernel were not restored, and are not handed on; %s%s",
				    unclaimed->kinds[i].nr,
				    unclaimed->kinds[i].kind,
				    waits_for ? "their module waits for the kinds " :
				    "see luoctl list", waits_for ?: ""));
	}
}

/* Check if there is an object of the kind, or a file that may have one. */
static bool has_objects(const struct stored *stored, const char *kind)
{
	for (size_t i = 0; i < stored->records.nr; i++) {
		if (!strcmp(stored->records.records[i].kind, kind))
			return true;
	}
	for (size_t i = 0; i < stored->sessions.nr; i++) {
		if (compat_carrier(kind) &&
		    stored_is_outgoing(&stored->sessions.sessions[i]))
			return true;
	}

	return false;
}

/* Check if there is an object that has elements of the kind, or structures of it. */
static bool has_elements(const struct catalogue *from,
			 const struct stored *stored, const char *name)
{
	const struct kind *elements = catalogue_kind(from, name);

	for (size_t i = 0; i < from->nr_kinds; i++) {
		const struct kind *kind = &from->kinds[i];

		for (size_t j = 0; j < kind->nr_fields; j++) {
			if (kind->fields[j].type == elements->type &&
			    has_objects(stored, kind->name))
				return true;
		}
	}
	for (size_t i = 0; i < from->nr_parts; i++) {
		if (!strcmp(from->parts[i].part, name) &&
		    has_objects(stored, from->parts[i].kind))
			return true;
	}

	return false;
}

static void set_nothing(const struct catalogue *from,
			const struct stored *stored, struct verdicts *verdicts)
{
	for (size_t i = 0; i < verdicts->nr; i++) {
		struct verdict *verdict = &verdicts->verdicts[i];

		if (!verdict->is_kind || !verdict->written ||
		    (verdict->is_elements ?
		     has_elements(from, stored, verdict->name) :
		     has_objects(stored, verdict->name)))
			continue;
		if (!stored->records_known || !stored->sessions_known)
			continue;
		verdict->fate = FATE_NOTHING;
		free(verdict->why);
		verdict->why = NULL;
	}
}

void stakes_find(const struct catalogue *from, const struct catalogue *to,
		 const struct stored *stored, struct verdicts *verdicts,
		 struct stakes *stakes)
{
	const struct judgement judgement = {
		from, to, stored, verdicts, stakes
	};

	*stakes = (struct stakes){};
	judge_sessions(&judgement);
	add_ended(stored, stakes);
	add_kept(stored, stakes);
	add_unclaimed(stored, stakes);
	if (stored->records_known)
		judge_objects(&judgement);
	else
		judge_unknown(&judgement);
	set_nothing(from, stored, verdicts);
}

void stakes_find_here(const struct stored *stored, struct stakes *stakes)
{
	*stakes = (struct stakes){};
	add_ended(stored, stakes);
	add_kept(stored, stakes);
	add_unclaimed(stored, stakes);
}

void stakes_free(struct stakes *stakes)
{
	for (size_t i = 0; i < stakes->nr; i++) {
		free(stakes->stakes[i].name);
		free(stakes->stakes[i].why);
	}
	free(stakes->stakes);
	*stakes = (struct stakes){};
}

size_t stakes_count(const struct stakes *stakes, enum fate fate)
{
	size_t nr = 0;

	for (size_t i = 0; i < stakes->nr; i++)
		nr += stakes->stakes[i].fate == fate;

	return nr;
}

bool stake_is_named(const struct stake *stake, const char *name)
{
	size_t len = strlen(name);

	if (!strcmp(stake->name, name) ||
	    (stake->cause && !strcmp(stake->cause, name)))
		return true;

	/* A kind is each of its objects. */
	return !strncmp(stake->name, name, len) && stake->name[len] == '/';
}

int stakes_exit(const struct stakes *stakes)
{
	if (stakes_count(stakes, FATE_LOST))
		return EXIT_LOSS;
	if (!stakes_count(stakes, FATE_UNKNOWN))
		return EXIT_DONE;
	complain("cannot tell whether everything survives");

	return EXIT_FAILED;
}
