/* SPDX-License-Identifier: GPL-2.0 */
/*
 * journal - send events to the journal of systemd, each with its MESSAGE_ID, which
 * luoctl(8) lists. A message is a datagram of fields. Debian has no static library of
 * systemd, so that a static luoctl could not be linked with it.
 */
#ifndef LUOCTL_JOURNAL_H
#define LUOCTL_JOURNAL_H

#include "util.h"

enum journal_event {
	JOURNAL_SAVED,		/* a session is saved for the next kernel */
	JOURNAL_REFUSED,	/* a kexec is refused */
	JOURNAL_JUMPED,		/* an image is about to be booted */
	JOURNAL_RESTORED,	/* a session of the previous kernel is restored */
	JOURNAL_LOST,		/* a loss that was accepted with --accept */
};

/*
 * Send an event about @subject: a session, an image or an argument of --accept. Does
 * nothing if there is no journal.
 */
__printf(3, 4) void journal(enum journal_event event, const char *subject,
			    const char *fmt, ...);

#endif
