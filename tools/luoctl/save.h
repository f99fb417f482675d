/* SPDX-License-Identifier: GPL-2.0 */
/*
 * save - puts files into a session that is kept until the kexec. Used by luoctl save,
 * and by luoctl run when its command has stopped.
 */
#ifndef LUOCTL_SAVE_H
#define LUOCTL_SAVE_H

#include <sys/types.h>

#include "mapping.h"

/* What is to be saved; @fds and @wheres go with the entries of @mapping. */
struct save {
	const char *session_name;
	struct mapping mapping;
	int *fds;
	char **wheres;		/* for complaints */
	bool keep_files;	/* what keeps the session keeps the files, too */
};

/* Add the file of the entry that was added to the mapping last. Takes @fd. */
void save_add_fd(struct save *save, int fd, const char *where);

/* Make a memfd with the present contents of a file. Complains and returns -1. */
int save_copy(const char *path);

/*
 * Save all of it. @holder is the process that keeps it, or 0 if the service manager
 * does. Complains and returns -1.
 */
int save_session(const struct save *save, pid_t *holder);

void save_free(struct save *save);

#endif
