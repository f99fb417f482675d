/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mapping - which name has which token in a session. LUO knows tokens, which
 * are numbers. As systemd does it since version 261, the file under token 0 is
 * a memfd with a JSON document::
 *
 *   {
 *     "version": 1,
 *     "units": {
 *       "luoctl": {
 *         "fdstore": [
 *           { "type": "fd", "name": "cache", "token": 1, "size": 4096 }
 *         ]
 *       }
 *     }
 *   }
 *
 * A copy of a file may have "mode", "uid" and "gid". Other members, of systemd or of a
 * later luoctl, are ignored.
 */
#ifndef LUOCTL_MAPPING_H
#define LUOCTL_MAPPING_H

#include "util.h"

#define MAPPING_TOKEN	0

/* The name of the memfd, by which luoctl list finds it. */
#define MAPPING_MEMFD	"luo-mapping"

#define MAPPING_SIZE_UNKNOWN	(~0ULL)

struct mapping_entry {
	char *name;
	u64 token;
	u64 size;		/* of the file, in bytes, or MAPPING_SIZE_UNKNOWN */

	/* Of a file that luoctl run has copied, for when it is back at its path: */
	bool has_owner;
	unsigned int mode;
	unsigned int uid;
	unsigned int gid;
};

struct mapping {
	struct mapping_entry *entries;
	size_t nr;
};

/* Complains and returns -1 where the name is no good, or there already. */
int mapping_add(struct mapping *mapping, const char *name, u64 token);
/* The entry of that name, or NULL. */
struct mapping_entry *mapping_find(const struct mapping *mapping,
				   const char *name);
void mapping_free(struct mapping *mapping);

/* A memfd of it, sealed; complains and returns -1. */
int mapping_memfd(const struct mapping *mapping);

/*
 * Reads one. Returns NULL, or a few words on what is wrong, after which
 * @mapping is empty.
 */
const char *mapping_read(int fd, struct mapping *mapping);

#endif
