/* SPDX-License-Identifier: GPL-2.0 */
/*
 * journal - events for the journal of systemd, each with a MESSAGE_ID of its own, which
 * luoctl(8) lists. The protocol is a datagram of fields; the library for it is not
 * used because Debian has none to link a static luoctl with.
 */
#ifndef LUOCTL_JOURNAL_H
#define LUOCTL_JOURNAL_H

#include "util.h"

enum journal_event {
	JOURNAL_SAVED,		/* a session, for the next kernel */
	JOURNAL_REFUSED,	/* a kexec */
	JOURNAL_JUMPED,		/* is about to boot an image */
	JOURNAL_RESTORED,	/* a session, from the previous kernel */
	JOURNAL_LOST,		/* what was accepted to be lost */
};

/*
 * Send an event about @subject, a session, an image or what --accept takes. Nothing is
 * said if there is no journal: what happened has happened anyway.
 */
__printf(3, 4) void journal(enum journal_event event, const char *subject,
			    const char *fmt, ...);

#endif
