/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_LIB_SESSION_H
#define SELFTESTS_LUO_LIB_SESSION_H

/* These exit with a "Bail out!" line on failure. */
int session_create(const char *name);
int session_retrieve(const char *name);
void session_preserve(int session, int fd, unsigned long token);
int session_retrieve_file(int session, unsigned long token);
void session_finish(int session);

/*
 * Start a process that keeps all file descriptors of this one open, because a session
 * ends when its last descriptor is closed.
 */
void session_hold(void);

/* Return the number of the stage, from 1. */
int stage(void);

#endif
