// SPDX-License-Identifier: GPL-2.0
/*
 * status - show the state of live update on one screen. The first line is the verdict:
 * whether data is lost, was not restored yet, or would be lost by booting the image that
 * is loaded. The exit status is for monitoring.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kexec_tools.h"
#include "luoctl.h"
#include "policy.h"
#include "record.h"
#include "report.h"
#include "state.h"

#define ABSENT	"/sys/module/luo_memfd/parameters/absent"

struct status {
	struct stored stored;
	struct stakes stakes;	/* lost, whatever image is booted */
	enum kexec_loaded loaded;
	char *image;		/* the image that luoctl has loaded, or NULL */
	struct catalogue from;
	struct catalogue to;
	bool judged;		/* @report is valid */
	struct report report;	/* on a kexec into @image */
	char *policy;		/* NULL if this kernel has no write policy */
	u64 absent;		/* bytes of memfds that are not in the page cache yet */
	bool updated;		/* luoctl update has led to this boot */
	struct record_of_update update;
};

/* Find what would be lost by booting the image that luoctl has loaded. */
static void judge_image(struct status *status)
{
	status->image = state_read(NOTE_LOADED, NULL);
	if (status->loaded != KEXEC_LOADED || running_read(&status->from) ||
	    catalogue_read_image(&status->to, status->image))
		return;
	report_make(&status->report, &status->from, &status->to);
	status->judged = true;
}

/* A kernel without luo_memfd.lazy brings in all pages when a file is retrieved. */
static u64 read_absent(void)
{
	struct bytes text;
	u64 pages;

	if (read_file(ABSENT, 64, &text))
		return 0;
	pages = strtoull((char *)text.data, NULL, 10);
	free(text.data);

	return pages * sysconf(_SC_PAGESIZE);
}

static void read_status(struct status *status)
{
	*status = (struct status){ .loaded = kexec_loaded() };
	stored_read(&status->stored);
	stakes_find_here(&status->stored, &status->stakes);
	status->policy = policy_exists() ? policy_get() : NULL;
	status->absent = read_absent();
	status->updated = !record_read(&status->update);
	judge_image(status);
}

static void free_status(struct status *status)
{
	if (status->judged)
		report_free(&status->report);
	catalogue_free(&status->from);
	catalogue_free(&status->to);
	stakes_free(&status->stakes);
	stored_free(&status->stored);
	free(status->image);
	free(status->policy);
	record_free(&status->update);
}

/* Check if there is an outgoing session. */
static bool has_outgoing(const struct stored *stored)
{
	for (size_t i = 0; i < stored->sessions.nr; i++) {
		if (stored_is_outgoing(&stored->sessions.sessions[i]))
			return true;
	}

	return false;
}

/* Was the machine booted cold instead of by the kexec of luoctl update? */
static bool update_failed(const struct status *status)
{
	return status->updated && !status->update.arrived;
}

static int exit_of(const struct status *status)
{
	if (update_failed(status) || stakes_count(&status->stakes, FATE_LOST))
		return EXIT_LOSS;
	if (status->judged && stakes_count(&status->report.stakes, FATE_LOST))
		return EXIT_LOSS;
	if (stakes_count(&status->stakes, FATE_UNKNOWN))
		return EXIT_FAILED;
	if (status->loaded == KEXEC_NOT_LOADED ||
	    (status->judged &&
	     !stakes_count(&status->report.stakes, FATE_UNKNOWN)))
		return EXIT_DONE;

	return has_outgoing(&status->stored) ? EXIT_FAILED : EXIT_DONE;
}

static const char *verdict_of(const struct status *status)
{
	if (update_failed(status))
		return "the last update ended in a cold boot";
	if (*status->stored.ended)
		return "a session that was saved has ended";
	if (stakes_count(&status->stakes, FATE_LOST))
		return "sessions or objects of the previous kernel were not restored";
	switch (exit_of(status)) {
	case EXIT_LOSS:
		return "data would be lost by booting the image that is loaded";
	case EXIT_FAILED:
		return "cannot tell whether data is lost";
	}

	return "nothing is lost";
}

static void print_sessions(const struct status *status, bool outgoing,
			   const char *title)
{
	const struct sessions *sessions = &status->stored.sessions;

	for (size_t i = 0; i < sessions->nr; i++) {
		const struct session *session = &sessions->sessions[i];

		if (stored_is_outgoing(session) != outgoing)
			continue;
		printf("%s  %s, held by process %d (%s)\n", title,
		       session->shown, session->pid, session->shown_process);
	}
}

static const char *image_of(const struct status *status)
{
	if (status->loaded == KEXEC_NOT_LOADED)
		return "no image";
	if (status->loaded == KEXEC_LOADED_BY_OTHERS)
		return REPORT_FOREIGN_LOAD;

	return status->image;
}

static void print_image(const struct status *status)
{
	const struct stakes *stakes = &status->report.stakes;

	printf("loaded    %s\n", image_of(status));
	if (status->loaded != KEXEC_LOADED)
		return;
	if (!status->judged)
		puts("          cannot tell what survives: the image cannot be read");
	else if (!stakes_count(stakes, FATE_LOST) &&
		 !stakes_count(stakes, FATE_UNKNOWN))
		puts("          everything survives; kexec -e boots it, luoctl abort unloads it");
	for (size_t i = 0; i < stakes->nr; i++) {
		if (stakes->stakes[i].fate > FATE_LEFT)
			printf("          %s %s: %s\n", stakes->stakes[i].name,
			       stakes->stakes[i].fate == FATE_LOST ?
			       "would be lost" : "may be lost",
			       stakes->stakes[i].why);
	}
}

static void print_update(const struct status *status)
{
	const struct record_of_update *update = &status->update;
	char *left = time_text(update->left);

	if (update->arrived)
		printf("updated   at %s from %s by %s; services were away for at most %llu s\n",
		       left, update->from, update->image, update->back - update->left);
	else
		printf("lost      what was handed over at %s from %s to %s: this is a cold boot; the kexec was refused, or that kernel failed\n",
		       left, update->from, update->image);
	if (!update->arrived && *update->services)
		printf("lost      what was in systemd's store: %s\n", update->services);
	free(left);
}

static void print(const struct status *status)
{
	printf("live update is on: %s\n", verdict_of(status));
	if (status->updated)
		print_update(status);
	for (size_t i = 0; i < status->stakes.nr; i++)
		printf("%s  %s: %s\n",
		       status->stakes.stakes[i].fate == FATE_LOST ?
		       "lost    " : "unknown ",
		       status->stakes.stakes[i].name,
		       status->stakes.stakes[i].why);
	print_sessions(status, true, "outgoing");
	print_sessions(status, false, "restored");
	if (!status->stored.sessions_known)
		puts("sessions  only root can see those of other users' processes");
	if (status->absent)
		printf("absent    %llu KiB of memfds, which come when they are used\n",
		       status->absent >> 10);
	print_image(status);
	if (status->policy)
		printf("policy    %s\n", status->policy);
}

static void stakes_json(struct json *json, const struct status *status)
{
	const struct unclaimed *unclaimed = &status->stored.unclaimed;
	u64 nr = 0;

	json_open_array(json, "ended");
	for (char **name = status->stored.ended; *name; name++)
		json_string(json, NULL, *name);
	json_close(json);
	for (size_t i = 0; i < unclaimed->nr; i++)
		nr += unclaimed->kinds[i].nr;
	if (status->stored.unclaimed_known)
		json_number(json, "unclaimed", nr);
	else
		json_null(json, "unclaimed");
}

static void update_json(struct json *json, const struct status *status)
{
	const struct record_of_update *update = &status->update;

	if (!status->updated) {
		json_null(json, "update");
		return;
	}
	json_open_object(json, "update");
	json_string(json, "from", update->from);
	json_string(json, "image", update->image);
	json_string(json, "services", update->services);
	json_boolean(json, "arrived", update->arrived);
	json_number(json, "left", update->left);
	json_number(json, "back", update->back);
	json_close(json);
}

static void print_json(const struct status *status)
{
	const struct sessions *sessions = &status->stored.sessions;
	struct json *json = json_stdout();

	json_string(json, "verdict", verdict_of(status));
	json_open_array(json, "sessions");
	for (size_t i = 0; i < sessions->nr; i++) {
		json_open_object(json, NULL);
		json_string(json, "name", sessions->sessions[i].name);
		json_string(json, "direction", sessions->sessions[i].direction);
		json_number(json, "pid", sessions->sessions[i].pid);
		json_string(json, "process", sessions->sessions[i].process);
		json_close(json);
	}
	json_close(json);
	stakes_json(json, status);
	json_number(json, "absent", status->absent);
	update_json(json, status);
	json_boolean(json, "loaded", status->loaded != KEXEC_NOT_LOADED);
	json_string(json, "image", status->loaded == KEXEC_LOADED ?
		    status->image : NULL);
	json_string(json, "policy", status->policy);
}

static size_t count_sessions(const struct status *status, bool outgoing)
{
	const struct sessions *sessions = &status->stored.sessions;
	size_t nr = 0;

	for (size_t i = 0; i < sessions->nr; i++)
		nr += stored_is_outgoing(&sessions->sessions[i]) == outgoing;

	return nr;
}

static void metric(FILE *out, const char *name, const char *help,
		   const char *labels, u64 value)
{
	if (help)
		fprintf(out, "# HELP luoctl_%s %s\n# TYPE luoctl_%s gauge\n",
			name, help, name);
	fprintf(out, "luoctl_%s%s %llu\n", name, labels, value);
}

/* @status is NULL if live update is off. */
static void write_metrics(FILE *out, const struct status *status)
{
	metric(out, "live_update", "Whether live update is on.", "", !!status);
	metric(out, "status", "0 if nothing is lost, 1 if data is lost, 2 if luoctl cannot tell.",
	       "", status ? exit_of(status) : EXIT_FAILED);
	if (!status)
		return;
	metric(out, "sessions", "Sessions that processes hold.",
	       "{direction=\"outgoing\"}", count_sessions(status, true));
	metric(out, "sessions", NULL, "{direction=\"incoming\"}",
	       count_sessions(status, false));
	metric(out, "lost", "Sessions and objects that are lost, or will be by any kexec.", "",
	       stakes_count(&status->stakes, FATE_LOST));
	metric(out, "absent_bytes", "Bytes of restored memfds that come when they are used.",
	       "", status->absent);
	metric(out, "image_loaded", "Whether an image is loaded for kexec.", "",
	       status->loaded != KEXEC_NOT_LOADED);
}

/* Replace the file atomically, so that a reader never sees a part of it. */
static int write_prometheus(const char *path, const struct status *status)
{
	char *temporary = xasprintf("%s.%d", path, getpid());
	FILE *out = fopen(temporary, "we");
	int err = -1;

	if (out) {
		write_metrics(out, status);
		err = ferror(out);
		err = fclose(out) || err ? -1 : rename(temporary, path);
	}
	if (err) {
		complain("%s: %s", path, strerror(errno));
		unlink(temporary);
	}
	free(temporary);

	return err;
}

static int parse(int argc, char **argv, const char **prometheus)
{
	static const struct option options[] = {
		{ "prometheus", required_argument, NULL, 'p' },
		{}
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option != 'p')
			return usage(&status_command);
		*prometheus = optarg;
	}

	return optind < argc ? usage(&status_command) : 0;
}

/* A machine that boots cold may do so into a kernel without live update. */
static int check_update_without_live(void)
{
	struct record_of_update update;
	int ret = EXIT_FAILED;
	char *left;

	if (record_read(&update))
		return ret;
	if (!update.arrived) {
		left = time_text(update.left);
		complain("what was handed over at %s from %s to %s is lost: the machine was booted cold, without live update",
			 left, update.from, update.image);
		free(left);
		ret = EXIT_LOSS;
	}
	record_free(&update);

	return ret;
}

static int run(int argc, char **argv)
{
	const char *prometheus = NULL;
	struct status status;
	int ret;

	if (parse(argc, argv, &prometheus))
		return EXIT_FAILED;
	if (state_check_live()) {
		if (prometheus)
			write_prometheus(prometheus, NULL);
		return check_update_without_live();
	}

	read_status(&status);
	if (want_json)
		print_json(&status);
	else
		print(&status);
	ret = exit_of(&status);
	if (ret == EXIT_FAILED && !complaint())
		complain("%s", verdict_of(&status));
	if (prometheus && write_prometheus(prometheus, &status))
		ret = EXIT_FAILED;
	free_status(&status);

	return ret;
}

const struct command status_command = {
	.name = "status",
	.arguments = "[--prometheus FILE]",
	.does = "show whether data is lost or was not restored yet",
	.run = run,
};
