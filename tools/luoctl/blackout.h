/* SPDX-License-Identifier: GPL-2.0 */
/*
 * blackout - the times of an update that luoctl itself notes, for luoctl blackout.
 */
#ifndef LUOCTL_BLACKOUT_H
#define LUOCTL_BLACKOUT_H

#include <linux/types.h>

/* CLOCK_MONOTONIC in nanoseconds. */
s64 blackout_now(void);

/* Note that a session was retrieved, from @begin until now. */
void blackout_note_retrieved(const char *session, s64 begin);

/* Note that the command of a session is ready now. */
void blackout_note_ready(const char *session);

#endif
