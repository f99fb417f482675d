// SPDX-License-Identifier: GPL-2.0
/*
 * blackout - show where the time of the last update went, from the moment when the
 * previous kernel froze its files until the sessions were ready again.
 *
 * The kernel measures its own parts (/sys/kernel/luo_ledger), and luoctl restore notes
 * when it retrieved a session and when its command was ready.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "blackout.h"
#include "luoctl.h"
#include "state.h"

#define LEDGER		"/sys/kernel/luo_ledger"
#define VALUE_MAX	4096
#define BAR_WIDTH	40
#define SECOND_NS	1000000000LL

/* The parts in their order. Each ends where the next one begins. */
enum part {
	PART_FREEZE,
	PART_DEVICES,
	PART_JUMP,
	PART_KERNEL,
	PART_USER,
	PART_RETRIEVE,
	PART_READY,
	NR_PARTS,
};

static const struct {
	const char *name;	/* in JSON */
	const char *text;
} parts[NR_PARTS] = {
	[PART_FREEZE] = { "freeze", "previous kernel: files are frozen" },
	[PART_DEVICES] = { "devices", "previous kernel: devices and processors are shut down" },
	[PART_JUMP] = { "jump", "jump, unpacking of the kernel, early boot" },
	[PART_KERNEL] = { "kernel", "this kernel: memory, processors, devices" },
	[PART_USER] = { "user", "user space until the first session is restored" },
	[PART_RETRIEVE] = { "retrieve", "sessions are retrieved" },
	[PART_READY] = { "ready", "services until the last one is ready" },
};

/*
 * When each part begins, in nanoseconds of CLOCK_MONOTONIC; the last one is the end.
 * @nr are known.
 */
struct blackout {
	s64 times[NR_PARTS + 1];
	size_t nr;		/* parts, whose begin and end are known */
	u64 generation;
	char *previous;		/* release; NULL if this kernel was not handed over to */
};

s64 blackout_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);

	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static char *read_text(const char *name)
{
	char *path = xasprintf(LEDGER "/%s", name), *text = NULL;
	struct bytes bytes;

	if (!read_file(path, VALUE_MAX, &bytes)) {
		text = (char *)bytes.data;
		text[strcspn(text, "\n")] = 0;
	}
	free(path);

	return text;
}

/* Returns -1 if the kernel does not know it. */
static int read_time(const char *name, s64 *time)
{
	char *text = read_text(name), *end;
	long long value;
	int ret = -1;

	if (text) {
		errno = 0;
		value = strtoll(text, &end, 10);
		if (end > text && !*end && !errno) {
			*time = value;
			ret = 0;
		}
	}
	free(text);

	return ret;
}

void blackout_note_retrieved(const char *session, s64 begin)
{
	char *text = xasprintf("%lld %lld", (long long)begin,
			       (long long)blackout_now());

	state_write(NOTE_RETRIEVED, session, text);
	free(text);
}

void blackout_note_ready(const char *session)
{
	char *text = xasprintf("%lld", (long long)blackout_now());

	state_write(NOTE_READY, session, text);
	free(text);
}

/* Extend the parts of user space by a session that was retrieved. */
static void add_session(struct blackout *blackout, const char *name)
{
	char *retrieved = state_read(NOTE_RETRIEVED, name);
	char *ready = state_read(NOTE_READY, name);
	bool first = blackout->nr < PART_READY;
	s64 *times = blackout->times, last;
	long long begin, end;

	if (retrieved && sscanf(retrieved, "%lld %lld", &begin, &end) == 2) {
		if (first || begin < times[PART_RETRIEVE])
			times[PART_RETRIEVE] = begin;
		if (first || end > times[PART_READY])
			times[PART_READY] = end;
		blackout->nr = PART_READY;
	}
	last = ready ? strtoll(ready, NULL, 10) : 0;
	if (last > times[NR_PARTS])
		times[NR_PARTS] = last;
	free(ready);
	free(retrieved);
}

static void read_sessions(struct blackout *blackout)
{
	char **names = state_names(NOTE_RETRIEVED);
	s64 *times = blackout->times;

	for (char **name = names; *name; name++)
		add_session(blackout, *name);
	state_names_free(names);
	if (blackout->nr < PART_READY || !times[NR_PARTS])
		return;

	/* Another session may be retrieved after the last one that is ready. */
	if (times[NR_PARTS] < times[PART_READY])
		times[NR_PARTS] = times[PART_READY];
	blackout->nr = NR_PARTS;
}

static void blackout_read(struct blackout *blackout)
{
	char *generation = read_text("generation");
	s64 *times = blackout->times;

	*blackout = (struct blackout){ .previous = read_text("previous") };
	blackout->generation = generation ? strtoull(generation, NULL, 10) : 0;
	free(generation);
	if (!blackout->previous ||
	    read_time("freeze", &times[PART_FREEZE]) ||
	    read_time("devices", &times[PART_DEVICES]) ||
	    read_time("jump", &times[PART_JUMP]) ||
	    read_time("init", &times[PART_USER]))
		return;

	/* CLOCK_MONOTONIC begins with the kernel. */
	times[PART_KERNEL] = 0;
	blackout->nr = PART_USER;
	read_sessions(blackout);
}

static s64 duration(const struct blackout *blackout, size_t i)
{
	return blackout->times[i + 1] - blackout->times[i];
}

static s64 total(const struct blackout *blackout)
{
	return blackout->times[blackout->nr] - blackout->times[0];
}

static void print_bar(const struct blackout *blackout, size_t i)
{
	s64 length = total(blackout) ? BAR_WIDTH * duration(blackout, i) /
				       total(blackout) : 0;

	while (length-- > 0)
		putchar('#');
	putchar('\n');
}

static void print_blackout(const struct blackout *blackout)
{
	struct utsname uts;

	uname(&uts);
	printf("%.3f s from Linux %s to Linux %s, kernel %llu since the cold boot%s\n",
	       (double)total(blackout) / SECOND_NS, blackout->previous,
	       uts.release, blackout->generation,
	       blackout->nr < NR_PARTS ?
	       ", as far as it is known: no session was restored by luoctl yet" : "");
	for (size_t i = 0; i < blackout->nr; i++) {
		printf("%9.3f s  %-54s ", (double)duration(blackout, i) / SECOND_NS,
		       parts[i].text);
		print_bar(blackout, i);
	}
}

static void print_json(const struct blackout *blackout)
{
	struct json *json = json_stdout();
	struct utsname uts;

	uname(&uts);
	json_string(json, "from", blackout->previous);
	json_string(json, "to", uts.release);
	json_number(json, "generation", blackout->generation);
	json_boolean(json, "complete", blackout->nr == NR_PARTS);
	json_number(json, "nanoseconds", total(blackout));
	json_open_array(json, "parts");
	for (size_t i = 0; i < blackout->nr; i++) {
		json_open_object(json, NULL);
		json_string(json, "name", parts[i].name);
		json_number(json, "nanoseconds", duration(blackout, i));
		json_close(json);
	}
	json_close(json);
}

static int run(int argc, char **argv)
{
	struct blackout blackout;
	int ret = 0;

	if (argc > 1)
		return usage(&blackout_command);
	if (access(LEDGER, F_OK)) {
		complain("there is no " LEDGER ": this kernel does not measure updates, or live update is off");
		return EXIT_FAILED;
	}

	blackout_read(&blackout);
	if (!blackout.previous)
		ret = complain("no update since the cold boot");
	else if (!blackout.nr)
		ret = complain("Linux %s handed over to this kernel, and it is not known when: the previous kernel measured with another clock, or had none that continues over a kexec",
			       blackout.previous);
	else if (want_json)
		print_json(&blackout);
	else
		print_blackout(&blackout);
	free(blackout.previous);

	return ret ? EXIT_FAILED : EXIT_DONE;
}

const struct command blackout_command = {
	.name = "blackout",
	.arguments = "",
	.does = "show where the time of the last update went",
	.run = run,
};
