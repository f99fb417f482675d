// SPDX-License-Identifier: GPL-2.0
/*
 * A client of memcached on this machine, which uses its text protocol.
 *
 * keys wait        - waits until it answers
 * keys set COUNT   - sets that many keys, each to a different value
 * keys get COUNT   - reads each of them and compares its value; prints the number of
 *                    correct values, and fails unless all are correct
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT		11211
#define VALUE_MIN	32
#define VALUE_MAX	256
#define BATCH		50
#define LINE_LEN	512

static FILE *in, *out;

static int connect_once(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		close(fd);
		return -1;
	}
	in = fdopen(fd, "r");
	out = fdopen(dup(fd), "w");
	return in && out ? 0 : -1;
}

/* Wait until all requests are done. */
static int answers(void)
{
	char line[LINE_LEN];

	fputs("version\r\n", out);
	return !fflush(out) && fgets(line, sizeof(line), in) &&
	       !strncmp(line, "VERSION ", 8);
}

/* Set the value of a key, whose length and letters depend on its number. */
static size_t value_of(unsigned int key, char *value)
{
	unsigned int state = key * 2654435761U + 1;
	size_t len = VALUE_MIN + state % (VALUE_MAX - VALUE_MIN);

	for (size_t i = 0; i < len; i++) {
		state = state * 1664525U + 1013904223U;
		value[i] = 'a' + (state >> 24) % 26;
	}
	value[len] = 0;
	return len;
}

static int set_keys(unsigned int count)
{
	char value[VALUE_MAX + 1];

	for (unsigned int key = 0; key < count; key++) {
		size_t len = value_of(key, value);

		fprintf(out, "set key:%u 0 0 %zu noreply\r\n%s\r\n", key, len,
			value);
	}
	return answers() ? 0 : 1;
}

/* Read the value after a line "VALUE key:KEY FLAGS LENGTH", and compare it. */
static int right(const char *line)
{
	char wanted[VALUE_MAX + 1], found[LINE_LEN];
	unsigned int key;
	size_t len, told;

	if (!fgets(found, sizeof(found), in) ||
	    sscanf(line, "VALUE key:%u 0 %zu", &key, &told) != 2)
		return 0;
	len = value_of(key, wanted);
	return told == len && strlen(found) == len + 2 &&
	       !memcmp(found, wanted, len);
}

static unsigned int get_batch(unsigned int first, unsigned int end)
{
	char line[LINE_LEN], start[LINE_LEN];
	unsigned int key = first, good = 0;

	fputs("get", out);
	for (unsigned int i = first; i < end; i++)
		fprintf(out, " key:%u", i);
	fputs("\r\n", out);
	fflush(out);
	while (fgets(line, sizeof(line), in) && !strncmp(line, "VALUE ", 6)) {
		/* The keys that exist are returned in the requested order. */
		do {
			snprintf(start, sizeof(start), "VALUE key:%u ", key);
		} while (strncmp(line, start, strlen(start)) && ++key < end);
		good += key < end && right(line);
		key++;
	}
	return good;
}

static int get_keys(unsigned int count)
{
	unsigned int good = 0;

	for (unsigned int key = 0; key < count; key += BATCH)
		good += get_batch(key, key + BATCH < count ? key + BATCH :
							     count);
	printf("# %u of %u keys have their values\n", good, count);
	return good != count;
}

static int wait_for_server(void)
{
	for (int i = 0; i < 1000; i++) {
		if (!connect_once())
			return !answers();
		usleep(20000);
	}
	return 1;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "wait"))
		return wait_for_server();
	if (argc != 3)
		return 2;
	if (connect_once()) {
		perror("memcached");
		return 1;
	}
	if (!strcmp(argv[1], "set"))
		return set_keys(atoi(argv[2]));
	if (!strcmp(argv[1], "get"))
		return get_keys(atoi(argv[2]));
	return 2;
}
