/* SPDX-License-Identifier: GPL-2.0 */
/*
 * session - the ioctls for sessions of LUO, with explanations of their errors. Unless
 * described otherwise, functions print an error and return -1 on error.
 */
#ifndef LUOCTL_SESSION_H
#define LUOCTL_SESSION_H

#include <sys/types.h>

#include "util.h"

/* The session of systemd, with the files in the descriptor stores of services. */
#define SESSION_SYSTEMD	"systemd"

/* A process, and its descriptor of a session. */
struct session_holder {
	pid_t pid;
	int fd;
};

/*
 * Time to wait for /dev/liveupdate while another process has it open, and for a file
 * that is busy, in seconds.
 */
extern unsigned int session_timeout;
int session_parse_timeout(const char *text);

/* Check that the name is valid, and not used by systemd or the index. */
int session_check_name(const char *name);

/* Create an outgoing session. Returns its descriptor. */
int session_create(const char *name);
/*
 * Retrieve a session of the previous kernel. Returns its descriptor. If luoctl has
 * inherited the session, it is that one. If a holder process has it, it is taken over
 * from there, and @holder is set to the process; otherwise @holder->pid is 0.
 */
int session_retrieve(const char *name, struct session_holder *holder);

/* The same, but returns -ENOENT without an error message if there is no such session. */
int session_retrieve_if(const char *name, struct session_holder *holder);

/* Retrieve a session only from LUO. Returns -errno without an error message. */
int session_retrieve_quietly(const char *name);

/*
 * Explain why there is no session of that name to retrieve: it is outgoing, was restored
 * already, was lost, or was never saved. The caller frees the text.
 */
char *session_why_none(const char *name);

/* Preserve a file under a token. @name and @where identify it in error messages. */
int session_preserve(int session, int fd, u64 token, const char *name,
		     const char *where);
/* Retrieve a file. Returns its descriptor, or -1 with errno; prints no error. */
int session_retrieve_fd(int session, u64 token);
int session_finish(int session);

/*
 * Check if the session is for the next kernel, and not from the previous one. Does not
 * change the session.
 */
bool session_is_outgoing(int session);

/* Get the name of a session from the target of its link in /proc, or NULL. */
const char *session_name(const char *target);

#endif
