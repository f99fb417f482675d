/* SPDX-License-Identifier: GPL-2.0 */
/*
 * service - the files of a service under luoctl run: memfds, links to them, and copies
 * of small files. They are created at the first start and restored after an update.
 */
#ifndef LUOCTL_SERVICE_H
#define LUOCTL_SERVICE_H

#include "restore.h"

/* NAME=PATH */
struct service_path {
	const char *name;	/* @len characters, not terminated */
	size_t len;
	const char *path;
};

struct service {
	const char *session;
	struct mapping files;	/* the memfds, with the sizes to create them with */
	int *fds;		/* their descriptors */
	struct service_path *links;
	size_t nr_links;
	struct service_path *copies;
	size_t nr_copies;

	bool restored;		/* the files are from the previous kernel */
	struct retrieved retrieved; /* their session */
};

/*
 * Restore or create the files. Returns 0. On error, prints the error, keeps the session
 * and returns -1.
 */
int service_open(struct service *service);

/* Save the files until the kexec. Returns 0, or -1 after printing an error. */
int service_save(const struct service *service);

void service_free(struct service *service);

#endif
