/* SPDX-License-Identifier: GPL-2.0 */
/*
 * state - the state of live update on this machine: whether it is on, and the notes
 * in /run/luoctl for later commands of the same boot. Notes are hints: without them,
 * messages are less precise, and some losses are not noticed.
 */
#ifndef LUOCTL_STATE_H
#define LUOCTL_STATE_H

#include <sys/stat.h>

#include "util.h"

/* Check that live update is on. Returns 0, or -1 after printing what is missing. */
int state_check_live(void);

/* Check if the command line of a kernel has @name=on, or 1, or y. */
bool state_switches_on(const char *command_line, const char *name);

enum state_note {
	NOTE_SAVED,	/* the files of a session that was saved: "a, b" */
	NOTE_VERSIONS,	/* its versions: a line such as "memfd:1,0" for each kind */
	NOTE_INODES,	/* its inodes: a line "DEVICE:INODE NAME" for each file */
	NOTE_TREES,	/* there only if it has directories, which are trees: "a, b" */
	NOTE_INDEX,	/* the index of the previous kernel: "arrived" or "none" */
	NOTE_ARRIVED,	/* a session in that index: "TIME ENDED FILES" */
	NOTE_RESTORED,	/* the process that restored a session: "process 712" */
	NOTE_RETRIEVED,	/* when a session was retrieved: "BEGIN END" in ns */
	NOTE_READY,	/* when its command was ready, in ns */
	NOTE_POLICY,	/* the write policy before luoctl kexec --load */
	NOTE_LOADED,	/* the image that luoctl kexec --load has loaded */
};

/*
 * Write a note. @name is the session; NULL for NOTE_INDEX, NOTE_POLICY and NOTE_LOADED.
 * Returns 0. On error, prints the error and returns -1.
 */
int state_write(enum state_note note, const char *name, const char *text);
/* Read a note. The caller frees the text. Returns NULL if there is no such note. */
char *state_read(enum state_note note, const char *name);
void state_remove(enum state_note note, const char *name);

/* Get the time of the note, in seconds since 1970; 0 if there is none. */
u64 state_time(enum state_note note, const char *name);

/*
 * Wait for the lock on data that is shared with other luoctl processes. Returns a
 * descriptor; closing it unlocks. On error, prints the error and returns -1.
 */
int state_lock(void);

/* Get the versions that are selected now, as in NOTE_VERSIONS. The caller frees the text. */
char *state_versions(void);

/*
 * Write NOTE_VERSIONS for a session, if the versions are still those in @before, which
 * the caller got before the save. Returns 0. On error, prints the error and returns -1.
 */
int state_note_versions(const char *session, const char *before);

/* Remove all notes of a session that was saved. */
void state_forget_saved(const char *session);

/* Format a line of NOTE_INODES. The caller frees it. */
char *state_inode_line(const struct stat *st, const char *name);

/*
 * Get the name of the session in which luoctl has saved the file, or NULL. The session
 * may have ended since. The caller frees the name.
 */
char *state_session_of(int fd);

/* Get the names that have a note, as an array that ends with NULL. */
char **state_names(enum state_note note);
void state_names_free(char **names);

#endif
