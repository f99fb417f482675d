/* SPDX-License-Identifier: GPL-2.0 */
/*
 * state - the state of live update on this machine: whether it is switched on, and
 * the notes that luoctl keeps in /run for later commands of the same boot. A note
 * is a hint for a better message or a refusal; without it nothing breaks.
 */
#ifndef LUOCTL_STATE_H
#define LUOCTL_STATE_H

#include <sys/stat.h>

#include "util.h"

/* Complains of what is missing and returns -1 if this kernel hands nothing over. */
int state_check_live(void);

/* Does the command line of a kernel switch NAME on: NAME=on, 1, y? */
bool state_switches_on(const char *command_line, const char *name);

enum state_note {
	NOTE_SAVED,		/* a session was saved; the text is its files */
	NOTE_VERSIONS,		/* of a saved session: "memfd:1,0", a line for each kind */
	NOTE_INODES,		/* of its files: "DEVICE:INODE NAME", a line for each */
	NOTE_INDEX,		/* of the previous kernel: "arrived" or "none" */
	NOTE_ARRIVED,		/* of one of its sessions: "TIME ENDED FILES" */
	NOTE_RESTORED,		/* a session was restored; the text says by whom */
	NOTE_POLICY,		/* the write policy before luoctl kexec --load */
	NOTE_LOADED,		/* the image that luoctl kexec --load has loaded */
};

/*
 * Write a note. @name is the session; NULL for NOTE_INDEX, NOTE_POLICY and NOTE_LOADED.
 * Complains and returns -1.
 */
int state_write(enum state_note note, const char *name, const char *text);
/* NULL if there is no such note; to be freed. */
char *state_read(enum state_note note, const char *name);
void state_remove(enum state_note note, const char *name);

/* When the note was written, in seconds since 1970; 0 if there is none. */
u64 state_time(enum state_note note, const char *name);

/*
 * Wait until no other luoctl has the lock on what is shared. Returns a descriptor, to be
 * closed; complains and returns -1.
 */
int state_lock(void);

/* In which versions objects are written now: "memfd:1,0" and so on; to be freed. */
char *state_versions(void);

/*
 * Note for NOTE_VERSIONS in which a session was saved, if they are still @before,
 * which is of before the save. Complains and returns -1 if it cannot be written.
 */
int state_note_versions(const char *session, const char *before);

/* Remove all notes of a session that was saved. */
void state_forget_saved(const char *session);

/* A line of NOTE_INODES; to be freed. */
char *state_inode_line(const struct stat *st, const char *name);

/*
 * The session that luoctl has saved the file in, or NULL; to be freed. It may have
 * ended since.
 */
char *state_session_of(int fd);

/* The names that have a note, as an array that ends with NULL. */
char **state_names(enum state_note note);
void state_names_free(char **names);

#endif
