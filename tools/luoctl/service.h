/* SPDX-License-Identifier: GPL-2.0 */
/*
 * service - the files of a service under luoctl run: memfds, links to them, and copies of
 * small files, which are made the first time and restored after an update.
 */
#ifndef LUOCTL_SERVICE_H
#define LUOCTL_SERVICE_H

#include "restore.h"

/* NAME=PATH */
struct service_path {
	const char *name;	/* not terminated: up to the '=' */
	size_t len;
	const char *path;
};

struct service {
	const char *session;
	struct mapping files;	/* the memfds, with the sizes that they are made with */
	int *fds;		/* of these */
	struct service_path *links;
	size_t nr_links;
	struct service_path *copies;
	size_t nr_copies;

	bool restored;		/* the files are of the previous kernel, and */
	struct taken taken;	/* this is their session */
};

/* Find or make the files. Complains and returns -1; a session is kept then. */
int service_open(struct service *service);

/* Save the files, to be kept until the kexec. Complains and returns -1. */
int service_save(const struct service *service);

void service_free(struct service *service);

#endif
