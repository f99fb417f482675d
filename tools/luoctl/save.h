/* SPDX-License-Identifier: GPL-2.0 */
/*
 * save - save files in a session that is held until the kexec, for luoctl save and
 * luoctl run.
 */
#ifndef LUOCTL_SAVE_H
#define LUOCTL_SAVE_H

#include <sys/types.h>

#include "mapping.h"

/* The files to save. @fds and @wheres have an element for each entry of @mapping. */
struct save {
	const char *session_name;
	struct mapping mapping;
	int *fds;
	char **wheres;		/* where the files came from, for errors */
	bool keep_files;	/* keep the files open together with the session */
};

/* Add the file of the last entry of the mapping. @save owns @fd afterwards. */
void save_add_fd(struct save *save, int fd, const char *where);

/*
 * Copy the present contents of a file to a memfd. Returns its descriptor. On error,
 * prints the error and returns -1.
 */
int save_copy(const char *path);

/*
 * Save the files. Sets @holder to the pid of the holder process, or to 0 if the service
 * manager holds the session. Returns 0. On error, prints the error and returns -1.
 */
int save_session(const struct save *save, pid_t *holder);

void save_free(struct save *save);

#endif
