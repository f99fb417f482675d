/* SPDX-License-Identifier: GPL-2.0 */
/*
 * running - what the kernel that runs writes and reads: its catalogue, those of
 * its modules, the write policy in force, and what is stored already.
 */
#ifndef LUOCTL_RUNNING_H
#define LUOCTL_RUNNING_H

#include "catalogue.h"

#define SYSFS_OBJECTS	"/sys/kernel/luo_objects"
#define DEBUGFS		"/sys/kernel/debug"

/* An object that has been stored, in one version. */
struct record {
	char kind[LUO_OBJECT_KIND_LEN];
	u64 instance;
	u32 version;
	u32 size;
	bool optional;
	char *fields;		/* "name value" lines where asked for, or NULL */
};

struct records {
	struct record *records;
	size_t nr;
};

/* Complains and returns -1, also if this kernel has no catalogue. */
int running_read(struct catalogue *catalogue);

/*
 * The versions that the policy selects, into @catalogue, which may have been
 * read from the image of this kernel.
 */
void running_read_selected(struct catalogue *catalogue);

/* Complains and returns -1 where debugfs cannot be read, and says why. */
int running_check_debugfs(void);

/*
 * Objects in @which, "outgoing" or "incoming", or with ".dump" added to that
 * with their fields. Returns 0, or -1 with errno if they cannot be read;
 * complains of nothing.
 */
int running_records(const char *which, struct records *records);
void records_free(struct records *records);

/* Records of the previous kernel that nothing has claimed, by kind. */
struct unclaimed {
	struct {
		char kind[LUO_OBJECT_KIND_LEN];
		u64 nr;
	} *kinds;
	size_t nr;
};

/*
 * From sysfs, which everybody can read. A kernel without versioned objects has
 * none. Returns -1 with errno if that cannot be read.
 */
int running_unclaimed(struct unclaimed *unclaimed);
void unclaimed_free(struct unclaimed *unclaimed);

#endif
