/* SPDX-License-Identifier: GPL-2.0 */
/*
 * session - sessions of LUO, and what its errors mean to a person. All complain
 * and return -1 unless said otherwise.
 */
#ifndef LUOCTL_SESSION_H
#define LUOCTL_SESSION_H

#include <sys/types.h>

#include "util.h"

/* The session in which systemd carries what its services have stored. */
#define SESSION_SYSTEMD	"systemd"

/* A descriptor of a session is held by a process. */
struct session_holder {
	pid_t pid;
	int fd;
};

/*
 * Seconds to wait for /dev/liveupdate while another process has it open, and for a file
 * that is busy.
 */
extern unsigned int session_timeout;
int session_parse_timeout(const char *text);

/* Whether a session may have that name, and is not systemd's. */
int session_check_name(const char *name);

/* These return the descriptor of the session. */
int session_create(const char *name);
/*
 * If luoctl was started with the session, that one. Takes over from a process of
 * luoctl that keeps the session, and tells of it in @holder; otherwise its pid
 * is 0.
 */
int session_retrieve(const char *name, struct session_holder *holder);

/* The same, but -ENOENT without a complaint if the previous kernel has left none. */
int session_retrieve_if(const char *name, struct session_holder *holder);

/* As session_retrieve_if(), but with any error as -errno and without complaint. */
int session_retrieve_quietly(const char *name);

/*
 * Why there is no session of that name to retrieve: it is outgoing, was restored
 * already, was lost, or never was. To be freed.
 */
char *session_why_none(const char *name);

/* @name and @where are for complaints. */
int session_preserve(int session, int fd, u64 token, const char *name,
		     const char *where);
/* Returns a descriptor, or -1 with errno; complains of nothing. */
int session_retrieve_fd(int session, u64 token);
int session_finish(int session);

/*
 * Whether the session will go to the next kernel, and did not come from the
 * last. Changes nothing.
 */
bool session_is_outgoing(int session);

/* The name of the session that is behind "anon_inode:…", or NULL. */
const char *session_name(const char *target);

#endif
