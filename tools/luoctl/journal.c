// SPDX-License-Identifier: GPL-2.0
#include <endian.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "journal.h"

#define JOURNAL_SOCKET	"/run/systemd/journal/socket"

/* Priorities are those of syslog(3): 4 is a warning, 5 a notice. */
static const struct {
	const char *id;
	int priority;
} events[] = {
	[JOURNAL_SAVED] = { "efcda4388f77441a89a341c51b4f971a", 5 },
	[JOURNAL_REFUSED] = { "ec7e677ab83543a593a4576ac873451f", 4 },
	[JOURNAL_JUMPED] = { "b8b400128dab4d86a97348a5b564b7e0", 5 },
	[JOURNAL_RESTORED] = { "e7899213e2f34295945c88e38effcf0c", 5 },
	[JOURNAL_LOST] = { "99b333fcf1624f66938189dbfc364456", 4 },
};

/* A value with a newline is preceded by its size. */
static void put_field(FILE *out, const char *key, const char *value)
{
	__le64 size = htole64(strlen(value));

	if (strchr(value, '\n')) {
		fprintf(out, "%s\n", key);
		fwrite(&size, sizeof(size), 1, out);
		fprintf(out, "%s\n", value);
	} else {
		fprintf(out, "%s=%s\n", key, value);
	}
}

static void send_fields(const char *fields, size_t size)
{
	struct sockaddr_un address = { AF_UNIX, JOURNAL_SOCKET };
	int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (sock < 0)
		return;
	if (sendto(sock, fields, size, MSG_NOSIGNAL | MSG_DONTWAIT,
		   (void *)&address, sizeof(address)) < 0) {
		/* Ignore errors: there is no journal, or it is busy. */
	}
	close(sock);
}

void journal(enum journal_event event, const char *subject, const char *fmt,
	     ...)
{
	char *fields = NULL, *message;
	size_t size = 0;
	va_list args;
	FILE *out;

	va_start(args, fmt);
	if (vasprintf(&message, fmt, args) < 0)
		message = NULL;
	va_end(args);
	out = open_memstream(&fields, &size);
	if (message && out) {
		put_field(out, "MESSAGE", message);
		put_field(out, "MESSAGE_ID", events[event].id);
		fprintf(out, "PRIORITY=%d\n", events[event].priority);
		put_field(out, "SYSLOG_IDENTIFIER", "luoctl");
		put_field(out, "LUOCTL_SUBJECT", subject);
	}
	if (out && !fclose(out) && size)
		send_fields(fields, size);
	free(fields);
	free(message);
}
