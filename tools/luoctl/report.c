// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "compat.h"
#include "kexec_tools.h"
#include "report.h"

void report_make(struct report *report, const struct catalogue *from,
		 const struct catalogue *to)
{
	*report = (struct report){
		.from = from, .to = to, .live = from->running
	};
	judge(from, to, &report->verdicts);
	if (!report->live)
		return;
	report->foreign_load = kexec_loaded() == KEXEC_LOADED_BY_OTHERS;
	stored_read(&report->stored);
	stakes_find(from, to, &report->stored, &report->verdicts,
		    &report->stakes);
}

void report_free(struct report *report)
{
	stakes_free(&report->stakes);
	if (report->live)
		stored_free(&report->stored);
	verdicts_free(&report->verdicts);
}

int report_exit(const struct report *report)
{
	if (report->live)
		return stakes_exit(&report->stakes);
	if (verdicts_count(&report->verdicts, FATE_LOST))
		return EXIT_LOSS;
	if (!verdicts_count(&report->verdicts, FATE_UNKNOWN))
		return EXIT_DONE;
	complain("cannot tell whether everything survives");

	return EXIT_FAILED;
}

char *report_size(u64 size)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	size_t unit = 0;

	if (size < 1024)
		return xasprintf("%llu bytes", size);
	for (; size >= 1024 << 10 && unit + 1 < ARRAY_SIZE(units); unit++)
		size >>= 10;

	return xasprintf("%llu %s", (size + 1023) >> 10, units[unit]);
}

static u64 session_size(const struct session *session)
{
	u64 size = 0;

	for (size_t i = 0; i < session->files.nr; i++) {
		if (session->files.entries[i].size != MAPPING_SIZE_UNKNOWN)
			size += session->files.entries[i].size;
	}

	return size;
}

/* Descriptions of the fate of one session, and of several sessions or objects. */
static const struct {
	const char *one;
	const char *all;
} session_fates[] = {
	[FATE_SURVIVES] = { "survives", "all survive" },
	[FATE_NOTHING] = { "survives", "all survive" },
	[FATE_LEFT] = { "is left behind", "all are left behind" },
	[FATE_UNKNOWN] = { "may be lost", "may be lost" },
	[FATE_LOST] = { "is lost", "all are lost" },
};

/* "cache: 3 files, 158 MiB, survives", or "2 sessions, 410 MiB: all survive" */
static void print_sessions_line(const struct report *report)
{
	const struct stakes *stakes = &report->stakes;
	const struct session *session = NULL;
	enum fate fate = FATE_SURVIVES;
	u64 size = 0;
	char *text;

	for (size_t i = 0; i < stakes->nr; i++) {
		if (!stakes->stakes[i].session)
			continue;
		session = stakes->stakes[i].session;
		size += session_size(session);
		fate = stakes->stakes[i].fate;
	}
	text = report_size(size);
	if (!session && !report->stored.sessions_known)
		puts("sessions: only root can see them");
	else if (!session)
		puts("no session is saved");
	else if (stakes->nr_sessions > 1)
		printf("%zu sessions, %s: %s\n", stakes->nr_sessions, text,
		       session_fates[fate].all);
	else if (session->has_files)
		printf("%s: %zu file%s, %s, %s\n", session->shown,
		       session->files.nr, session->files.nr == 1 ? "" : "s",
		       text, session_fates[fate].one);
	else
		printf("%s: %s\n", session->shown, session_fates[fate].one);
	free(text);
}

static size_t count_objects(const struct stakes *stakes, enum fate fate)
{
	size_t nr = 0;

	for (size_t i = 0; i < stakes->nr; i++)
		nr += strchr(stakes->stakes[i].name, '/') &&
		      stakes->stakes[i].fate == fate;

	return nr;
}

static void print_objects_line(const struct report *report)
{
	const struct stakes *stakes = &report->stakes;
	size_t nr = stakes->nr_objects, lost, left, unknown;

	if (!report->stored.records_known) {
		puts("kernel state: unknown, " DEBUGFS "/luo_objects cannot be read");
		return;
	}
	lost = count_objects(stakes, FATE_LOST);
	left = count_objects(stakes, FATE_LEFT);
	unknown = count_objects(stakes, FATE_UNKNOWN);
	if (!nr)
		puts("kernel state: nothing stored");
	else if (!lost && !left && !unknown)
		printf("kernel state: %zu object%s, %s\n", nr,
		       nr == 1 ? "" : "s", session_fates[0].all);
	else
		printf("kernel state: %zu object%s: %zu lost, %zu left behind, %zu unknown\n",
		       nr, nr == 1 ? "" : "s", lost, left, unknown);
}

/* Do not print more stakes of one fate than a person reads. */
#define STAKES_SHOWN	20

static void print_stakes_of(const struct stakes *stakes, enum fate fate,
			    const char *title)
{
	size_t nr = stakes_count(stakes, fate), shown = 0;

	if (!nr)
		return;
	puts(title);
	for (size_t i = 0; i < stakes->nr && shown < STAKES_SHOWN; i++) {
		const struct stake *stake = &stakes->stakes[i];
		char *name;

		if (stake->fate != fate)
			continue;
		name = quoted(stake->name);
		printf("  %s: %s\n", name, stake->why);
		free(name);
		shown++;
	}
	if (nr > shown)
		printf("  and %zu more\n", nr - shown);
}

static void print_files(const struct stake *stake)
{
	const struct session *session = stake->session;

	printf("%s, held by process %d (%s), %s\n", session->shown, session->pid,
	       session->shown_process, session_fates[stake->fate].one);
	for (size_t i = 0; i < session->files.nr; i++) {
		const struct mapping_entry *entry = &session->files.entries[i];
		char *size = entry->size == MAPPING_SIZE_UNKNOWN ?
			     xstrdup("size unknown") :
			     report_size(entry->size);
		char *name;

		name = quoted(entry->name);
		printf("  %s, %s\n", name, size);
		free(name);
		free(size);
	}
}

static void print_live(const struct report *report)
{
	const struct stakes *stakes = &report->stakes;

	print_sessions_line(report);
	print_objects_line(report);
	if (!stakes_count(stakes, FATE_LOST) &&
	    !stakes_count(stakes, FATE_UNKNOWN))
		puts("everything survives");
	print_stakes_of(stakes, FATE_LOST, "would be lost:");
	print_stakes_of(stakes, FATE_UNKNOWN, "may be lost:");
	print_stakes_of(stakes, FATE_LEFT, "is optional, and would be left behind:");
	if (report->foreign_load)
		puts(REPORT_FOREIGN_LOAD);
	putchar('\n');
	for (size_t i = 0; i < stakes->nr; i++) {
		if (stakes->stakes[i].session)
			print_files(&stakes->stakes[i]);
	}
	if (stakes->nr_sessions)
		putchar('\n');
}

static void print_supposed(const struct report *report)
{
	size_t nr = verdicts_count(&report->verdicts, FATE_LOST);

	if (nr)
		printf("%zu format%s would be lost\n", nr, nr == 1 ? "" : "s");
	else if (verdicts_count(&report->verdicts, FATE_UNKNOWN))
		puts("cannot tell whether everything survives");
	else
		puts("everything survives");
	putchar('\n');
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

/* Do not list kinds of tests that have no objects. */
static bool is_shown(const struct verdict *verdict)
{
	return !verdict->is_kind || !compat_is_test(verdict->name) ||
	       verdict->fate > FATE_LEFT ||
	       (verdict->fate == FATE_SURVIVES && verdict->written);
}

static const char *fate_word(const struct report *report,
			     const struct verdict *verdict)
{
	static const char *const words[] = {
		[FATE_SURVIVES] = "survives",
		[FATE_NOTHING] = "nothing stored",
		[FATE_LEFT] = "is left behind",
		[FATE_UNKNOWN] = "may be lost",
		[FATE_LOST] = "is lost",
	};

	if (!verdict->written && verdict->is_kind)
		return "is not written";
	/* The fate of the stored objects was printed before the table. */
	if ((report->live && verdict->fate == FATE_LOST) ||
	    (verdict->is_elements && !verdict->has_common))
		return "is not read";

	return words[verdict->fate];
}

struct widths {
	int name;
	int written;
	int read;
};

static void measure_columns(const struct report *report, struct widths *widths)
{
	for (size_t i = 0; i < report->verdicts.nr; i++) {
		const struct verdict *verdict = &report->verdicts.verdicts[i];
		int len = strlen(verdict->name);

		if (!is_shown(verdict))
			continue;
		widths->name = len > widths->name ? len : widths->name;
		len = strlen(verdict->written ?: "");
		widths->written = len > widths->written ? len : widths->written;
		len = strlen(verdict->read ?: "");
		widths->read = len > widths->read ? len : widths->read;
	}
}

static void print_verdict(const struct report *report,
			  const struct verdict *verdict,
			  const struct widths *widths)
{
	char common[12];

	if (verdict->has_common)
		snprintf(common, sizeof(common), "%u", verdict->common);
	else
		snprintf(common, sizeof(common), "%s",
			 !verdict->is_kind && verdict->fate == FATE_SURVIVES ?
			 "same" : "-");
	printf("%-*s  %-*s  %-*s  %-6s  %s\n", widths->name, verdict->name,
	       widths->written, verdict->written ?: "-", widths->read,
	       verdict->read ?: "-", common, fate_word(report, verdict));
}

void report_print_formats(const struct report *report)
{
	struct widths widths = { strlen("FORMAT"), strlen("WRITTEN"),
				 strlen("READ") };
	const struct verdicts *verdicts = &report->verdicts;

	measure_columns(report, &widths);
	print_kernel("from", report->from);
	print_kernel("to", report->to);
	printf("\n%-*s  %-*s  %-*s  COMMON\n", widths.name, "FORMAT",
	       widths.written, "WRITTEN", widths.read, "READ");
	for (size_t i = 0; i < verdicts->nr; i++) {
		if (is_shown(&verdicts->verdicts[i]))
			print_verdict(report, &verdicts->verdicts[i], &widths);
	}
	putchar('\n');
	for (size_t i = 0; i < verdicts->nr; i++) {
		const struct verdict *verdict = &verdicts->verdicts[i];

		if (verdict->why && is_shown(verdict))
			printf("%s %s: %s\n", verdict->name,
			       fate_word(report, verdict), verdict->why);
	}
}

void report_print(const struct report *report)
{
	if (report->live)
		print_live(report);
	else
		print_supposed(report);
	report_print_formats(report);
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

/* Write a list such as "1, 0" or "a, b" as an array of numbers or strings. */
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

static const char *const fate_words[] = {
	[FATE_SURVIVES] = "survives",
	[FATE_NOTHING] = "nothing",
	[FATE_LEFT] = "left",
	[FATE_UNKNOWN] = "unknown",
	[FATE_LOST] = "lost",
};

static void verdict_json(struct json *json, const struct verdict *verdict)
{
	json_open_object(json, NULL);
	json_string(json, "name", verdict->name);
	json_boolean(json, "kind", verdict->is_kind);
	json_string(json, "fate", fate_words[verdict->fate]);
	json_list(json, "written", verdict->written, verdict->is_kind);
	json_list(json, "read", verdict->read, verdict->is_kind);
	if (verdict->has_common)
		json_number(json, "common", verdict->common);
	else
		json_null(json, "common");
	json_string(json, "why", verdict->why);
	json_close(json);
}

/* Write the members "sessions" and "state". */
static void stakes_json(struct json *json, const struct stakes *stakes)
{
	static const char *const keys[] = { "sessions", "state" };
	size_t prefix = strlen(ACCEPT_SESSION);

	for (size_t key = 0; key < ARRAY_SIZE(keys); key++) {
		json_open_array(json, keys[key]);
		for (size_t i = 0; i < stakes->nr; i++) {
			const struct stake *stake = &stakes->stakes[i];
			bool session = !strncmp(stake->name, ACCEPT_SESSION,
						prefix);

			if (session == !!key)
				continue;
			json_open_object(json, NULL);
			json_string(json, "name", stake->name +
				    (session ? prefix : 0));
			json_string(json, "fate", fate_words[stake->fate]);
			json_string(json, "why", stake->why);
			json_close(json);
		}
		json_close(json);
	}
}

void report_json(struct json *json, const struct report *report)
{
	kernel_json(json, "from", report->from);
	kernel_json(json, "to", report->to);
	stakes_json(json, &report->stakes);
	json_open_array(json, "verdicts");
	for (size_t i = 0; i < report->verdicts.nr; i++)
		verdict_json(json, &report->verdicts.verdicts[i]);
	json_close(json);
	json_number(json, "lost", report->live ?
		    stakes_count(&report->stakes, FATE_LOST) :
		    verdicts_count(&report->verdicts, FATE_LOST));
}
