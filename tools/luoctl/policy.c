// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compat.h"
#include "judge.h"
#include "policy.h"
#include "running.h"

static const char path[] = SYSFS_OBJECTS "/write";

bool policy_exists(void)
{
	return !access(path, F_OK);
}

char *policy_get(void)
{
	struct bytes text;

	if (read_file(path, 4096, &text)) {
		if (errno == ENOENT)
			complain("this kernel has no write policy: it does not support versioned objects");
		else
			complain("%s: %s", path, strerror(errno));
		return NULL;
	}
	text.data[strcspn((char *)text.data, "\n")] = 0;

	return (char *)text.data;
}

int policy_set(const char *policy)
{
	if (!write_file(path, policy))
		return 0;
	switch (errno) {
	case EACCES:
	case EPERM:
		return complain("the write policy: must be root");
	case EINVAL:
		return complain("the kernel refused the write policy '%s'",
				policy);
	case EBUSY:
		return complain("the write policy '%s': objects are stored that it excludes; the kernel log has their kind",
				policy);
	}

	return complain("%s: %s", path, strerror(errno));
}

static bool can_roll_back(const struct version *version)
{
	return version->flags & LUO_NOTE_WRITABLE &&
	       version->flags & LUO_NOTE_READABLE;
}

/* Select the versions of @kind, which is of @from, to write. */
static void select_versions(const struct catalogue *from, struct kind *kind,
			    const struct catalogue *to, bool rollback)
{
	const struct version *common = judge_newest_common(from, to, kind);
	const struct carrier *carrier = compat_carrier(kind->name);

	if (!common || kind_is_excluded(kind))
		return;
	for (size_t i = 0; i < kind->nr_versions; i++) {
		struct version *version = &kind->versions[i];

		version->selected = version == common;
		/* Without the stock version, files are saved with the own handler. */
		if (carrier && version->version == carrier->stock_version &&
		    !catalogue_has(to, "file", carrier->own))
			version->selected = true;
	}
	for (size_t i = 0; rollback && i < kind->nr_versions; i++) {
		if (can_roll_back(&kind->versions[i])) {
			kind->versions[i].selected = true;
			break;
		}
	}
}

void policy_select(struct catalogue *from, const struct catalogue *to,
		   bool rollback)
{
	for (size_t i = 0; i < from->nr_kinds; i++)
		select_versions(from, &from->kinds[i], to, rollback);
}

/* Add a word to @policy, which is freed. */
static char *add_word(char *policy, const char *separator, const char *word)
{
	char *more = xasprintf("%s%s%s", policy, *policy ? separator : "", word);

	free(policy);

	return more;
}

static char *add_kind(char *policy, const struct kind *kind)
{
	bool first = true;

	if (kind_is_excluded(kind)) {
		policy = add_word(policy, ";", kind->name);
		return add_word(policy, ":", "none");
	}
	for (size_t i = 0; i < kind->nr_versions; i++) {
		char *more;

		if (!kind->versions[i].selected)
			continue;
		more = first ?
		       xasprintf("%s%s%s:%u", policy, *policy ? ";" : "",
				 kind->name, kind->versions[i].version) :
		       xasprintf("%s,%u", policy, kind->versions[i].version);
		first = false;
		free(policy);
		policy = more;
	}

	return policy;
}

char *policy_for(const struct catalogue *from, const struct catalogue *to,
		 bool rollback, const char *old)
{
	/* A kind that a module registers later is excluded as before. */
	bool none = !strncmp(old, "none", 4) && (!old[4] || old[4] == ';');
	char *policy = xstrdup(none ? "none" : "");

	for (size_t i = 0; i < from->nr_kinds; i++) {
		struct kind kind = from->kinds[i];
		size_t size = kind.nr_versions * sizeof(*kind.versions);

		/* Elements have the newest version, whatever the policy is. */
		if (catalogue_is_elements(from, &from->kinds[i]))
			continue;
		kind.versions = xzalloc(size + 1);
		if (size)
			memcpy(kind.versions, from->kinds[i].versions, size);
		select_versions(from, &kind, to, rollback);
		policy = add_kind(policy, &kind);
		free(kind.versions);
	}
	/* The kernel has no kinds. */
	if (!*policy) {
		free(policy);
		policy = xstrdup("all");
	}

	return policy;
}
