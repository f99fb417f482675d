/* SPDX-License-Identifier: GPL-2.0 */
/*
 * running - the running kernel: its catalogue and those of its modules, the versions
 * that the write policy selects, and the objects that are stored.
 */
#ifndef LUOCTL_RUNNING_H
#define LUOCTL_RUNNING_H

#include "catalogue.h"

#define SYSFS_OBJECTS	"/sys/kernel/luo_objects"
#define DEBUGFS		"/sys/kernel/debug"

/* A stored object, in one version. */
struct record {
	char kind[LUO_OBJECT_KIND_LEN];
	u64 instance;
	u32 version;
	u32 size;
	bool optional;
	char *fields;		/* lines of "name value"; NULL if they were not read */
	size_t fields_len;
	size_t fields_room;
};

struct records {
	struct record *records;
	size_t nr;
};

/*
 * Read the catalogue. Returns 0. On error, and if this kernel has no catalogue, prints
 * an error and returns -1.
 */
int running_read(struct catalogue *catalogue);

/*
 * Read the versions that the write policy selects. @catalogue may have been read from
 * the image of this kernel.
 */
void running_read_selected(struct catalogue *catalogue);

/* Check that debugfs can be read. Returns 0, or -1 after printing an error. */
int running_check_debugfs(void);

/*
 * Read the objects in @which: "outgoing" or "incoming", or with the suffix ".fields" to
 * include their fields, or ".dump" to include their elements too. Returns 0, or -1 with
 * errno; prints no error.
 */
int running_records(const char *which, struct records *records);
void records_free(struct records *records);

/* Records of the previous kernel that nothing has claimed, by kind. */
struct unclaimed {
	struct {
		char kind[LUO_OBJECT_KIND_LEN];
		u64 nr;
		char *waits_for;	/* kinds, "a, b"; NULL for none */
	} *kinds;
	size_t nr;
};

/*
 * Read the number of unclaimed records, and the kinds that they wait for. Does not need root. There are none if the kernel
 * does not support versioned objects. Returns 0, or -1 with errno; prints no error.
 */
int running_unclaimed(struct unclaimed *unclaimed);
void unclaimed_free(struct unclaimed *unclaimed);

#endif
