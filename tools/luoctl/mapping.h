/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mapping - names for the files of a session. LUO identifies a file by a token, which is
 * a number. As in sessions of systemd since version 261, the file under token 0 is a
 * memfd with a JSON document::
 *
 *   {
 *     "version": 1,
 *     "units": {
 *       "luoctl": {
 *         "fdstore": [
 *           { "type": "fd", "name": "cache", "token": 1, "size": 4096,
 *             "cgroup": "/system.slice/cache.service" }
 *         ]
 *       }
 *     }
 *   }
 *
 * "cgroup" is the control group of the process that had the file open, if that is known.
 * A directory has "files", the number of names under it, and its "size" is the memory of
 * all its files, both when it was saved.
 * A copy of a file may have "mode", "uid" and "gid". Other members, from systemd or a
 * newer luoctl, are ignored.
 */
#ifndef LUOCTL_MAPPING_H
#define LUOCTL_MAPPING_H

#include "util.h"

#define MAPPING_TOKEN	0

/* The name of the memfd. luoctl list finds the memfd by it. */
#define MAPPING_MEMFD	"luo-mapping"

#define MAPPING_SIZE_UNKNOWN	(~0ULL)
#define MAPPING_NO_DIRECTORY	(~0ULL)

struct mapping_entry {
	char *name;
	u64 token;
	u64 size;		/* of the file, in bytes, or MAPPING_SIZE_UNKNOWN */
	u64 files;		/* names in a directory, or MAPPING_NO_DIRECTORY */
	char *cgroup;		/* to which its memory is charged, or NULL */

	/* Of a file that luoctl run has copied, to restore them with the file: */
	bool has_owner;
	unsigned int mode;
	unsigned int uid;
	unsigned int gid;
};

struct mapping {
	struct mapping_entry *entries;
	size_t nr;
};

/* Returns 0. If the name is invalid or exists, prints an error and returns -1. */
int mapping_add(struct mapping *mapping, const char *name, u64 token);
/* Find the entry of that name. Returns NULL if there is none. */
struct mapping_entry *mapping_find(const struct mapping *mapping,
				   const char *name);
/* Remove the entry at @index. Those after it move up. */
void mapping_remove(struct mapping *mapping, size_t index);
void mapping_free(struct mapping *mapping);

/*
 * Write the mapping to a sealed memfd. Returns its descriptor. On error, prints the
 * error and returns -1.
 */
int mapping_memfd(const struct mapping *mapping);

/*
 * Read a mapping from @fd, whose position does not change. Returns NULL, or a few words
 * about the error, in which case @mapping is empty.
 */
const char *mapping_read(int fd, struct mapping *mapping);

#endif
