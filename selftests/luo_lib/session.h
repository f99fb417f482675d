/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SELFTESTS_LUO_MEMFD_SESSION_H
#define SELFTESTS_LUO_MEMFD_SESSION_H

/* Exit with a "Bail out!" line on failure; the file descriptor otherwise. */
int session_create(const char *name);
int session_retrieve(const char *name);
void session_preserve(int session, int fd, unsigned long token);
int session_retrieve_file(int session, unsigned long token);
void session_finish(int session);

/*
 * Leaves a process behind that has all file descriptors of this one open, for
 * a session ends with the last of its descriptors.
 */
void session_hold(void);

/* The stage of the test, from 1. */
int stage(void);

#endif
