// SPDX-License-Identifier: GPL-2.0
/*
 * status - the state of live update on one screen, with the verdict first: whether
 * a session or an object is lost, or waits to be restored. The exit status is for
 * monitoring.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "judge.h"
#include "kexec_tools.h"
#include "luoctl.h"
#include "policy.h"
#include "state.h"

struct status {
	struct stored stored;
	struct records incoming;
	bool incoming_known;
	bool loaded;
	char *policy;		/* NULL if this kernel has no write policy */
	char **saved;
	size_t nr_ended;	/* of those saved, how many have ended */
};

static bool has_ended(const struct status *status, const char *name)
{
	return !sessions_outgoing(&status->stored.sessions, name);
}

static void read_status(struct status *status)
{
	*status = (struct status){ .loaded = kexec_loaded() };
	stored_read(&status->stored);
	status->incoming_known = !running_records("incoming",
						  &status->incoming) ||
				 !policy_exists();
	status->policy = policy_exists() ? policy_get() : NULL;
	status->saved = state_names(NOTE_SAVED);
	for (char **name = status->saved; *name; name++)
		status->nr_ended += has_ended(status, *name);
}

static void free_status(struct status *status)
{
	stored_free(&status->stored);
	records_free(&status->incoming);
	state_names_free(status->saved);
	free(status->policy);
}

static const char *verdict_of(const struct status *status)
{
	if (status->nr_ended)
		return "a session that was saved has ended";
	if (status->incoming.nr)
		return "objects of the previous kernel wait to be restored";
	if (!status->incoming_known || !status->stored.known)
		return "cannot tell: " DEBUGFS " cannot be read";

	return "nothing is lost";
}

static void print_sessions(const struct status *status, bool outgoing,
			   const char *title)
{
	const struct sessions *sessions = &status->stored.sessions;

	for (size_t i = 0; i < sessions->nr; i++) {
		const struct session *session = &sessions->sessions[i];

		if (!strcmp(session->direction, "incoming") == outgoing)
			continue;
		printf("%s  %s, kept by process %d (%s)\n", title,
		       session->name, session->pid, session->process);
	}
}

static void print(const struct status *status)
{
	printf("live update is on: %s\n", verdict_of(status));
	print_sessions(status, true, "outgoing");
	print_sessions(status, false, "restored");
	for (char **name = status->saved; *name; name++) {
		if (has_ended(status, *name))
			printf("ended     %s, saved in this boot, and no process has it\n",
			       *name);
	}
	if (status->incoming.nr)
		printf("unclaimed %zu records of the previous kernel; luoctl dump --incoming lists them\n",
		       status->incoming.nr);
	printf("loaded    %s\n", status->loaded ?
	       "an image: kexec -e boots it, luoctl abort unloads it" :
	       "no image");
	if (status->policy)
		printf("policy    %s\n", status->policy);
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
	json_open_array(json, "ended");
	for (char **name = status->saved; *name; name++) {
		if (has_ended(status, *name))
			json_string(json, NULL, *name);
	}
	json_close(json);
	if (status->incoming_known)
		json_number(json, "unclaimed", status->incoming.nr);
	else
		json_null(json, "unclaimed");
	json_boolean(json, "loaded", status->loaded);
	json_string(json, "policy", status->policy);
}

static int run(int argc, char **argv)
{
	struct status status;
	int ret;

	if (argc != 1)
		return usage(&status_command);
	if (state_check_live())
		return EXIT_FAILED;

	read_status(&status);
	if (want_json)
		print_json(&status);
	else
		print(&status);
	if (status.nr_ended || status.incoming.nr)
		ret = EXIT_LOSS;
	else if (!status.incoming_known || !status.stored.known)
		ret = EXIT_FAILED;
	else
		ret = EXIT_DONE;
	if (ret == EXIT_FAILED)
		complain("%s", verdict_of(&status));
	free_status(&status);

	return ret;
}

const struct command status_command = {
	.name = "status",
	.arguments = "",
	.does = "say whether something is lost or waits to be restored",
	.run = run,
};
