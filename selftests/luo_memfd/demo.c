// SPDX-License-Identifier: GPL-2.0
/*
 * demo BYTES - one stage of the demonstration
 *
 * Create three files, or retrieve them from the previous kernel and compare them. Then hand
 * them to the next kernel. The first file has the BYTES on the disk, the second is sparse,
 * and in the third a process counts.
 *
 * Lines without tabs on standard output are for people. A line with tabs is a row of the
 * final table: "row", file, size, pages held before and after, versions written and read,
 * hash, verdict; or "away" and milliseconds.
 */
#include <stdlib.h>
#include <sys/stat.h>

#include <libliveupdate.h>

#include "demo_counter.h"
#include "../luo_lib/memory.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define DISK		"/dev/vda"
#define SESSION		"demo"
#define SELECTED	"/sys/kernel/luo_objects/memfd/selected"
#define INCOMING	"/sys/kernel/debug/luo_objects/incoming"
#define SUM		"/tmp/sum"
#define BUF_LEN		(64 << 10)
#define HASH_LEN	64
#define VERSIONS_LEN	16

enum { ARCHIVE, SPARSE, COUNTER, NR_FILES };

static const char *const names[] = { "archive", "sparse", "counter" };

/* The notes about a file for the next kernel, in a separate file. */
struct note {
	off_t size;
	long pages;
	unsigned long count;
	char hash[HASH_LEN + 1];
	char written[VERSIONS_LEN];
};

static struct note notes[NR_FILES];
static int fds[NR_FILES] = { -1, -1, -1 };

static long pages_held(int fd)
{
	struct stat stat;

	fstat(fd, &stat);
	return stat.st_blocks / 8;
}

static void copy(int from, int to, off_t offset, size_t len)
{
	static char buf[BUF_LEN];

	while (len) {
		ssize_t done = pread(from, buf, len < BUF_LEN ? len : BUF_LEN,
				     offset);

		if (done <= 0 || write(to, buf, done) != done)
			ksft_exit_fail_perror("copy");
		offset += done;
		len -= done;
	}
}

static void read_word(const char *path, char *word, size_t len)
{
	FILE *file = fopen(path, "r");

	if (!file || !fgets(word, len, file))
		ksft_exit_fail_perror(path);
	word[strcspn(word, "\n ")] = 0;
	fclose(file);
}

/*
 * Compute the SHA-256 of a file. If the file has holes, hash the beginning, the end and the
 * content of each piece of data.
 */
static void hash_file(int fd, char *hash)
{
	off_t size = lseek(fd, 0, SEEK_END), data, hole = 0;
	FILE *sum = popen("sha256sum >" SUM, "w");

	if (!sum)
		ksft_exit_fail_perror("sha256sum");
	while (hole < size && (data = lseek(fd, hole, SEEK_DATA)) >= 0) {
		hole = lseek(fd, data, SEEK_HOLE);
		if (data || hole < size)
			fprintf(sum, "%ld-%ld:", data, hole);
		fflush(sum);
		copy(fd, fileno(sum), data, hole - data);
	}
	if (pclose(sum))
		ksft_exit_fail_msg("sha256sum failed\n");
	read_word(SUM, hash, HASH_LEN + 1);
}

static int create_archive(size_t bytes)
{
	int fd = memfd_create(names[ARCHIVE], 0);
	int disk = open(DISK, O_RDONLY);

	if (fd < 0 || disk < 0)
		ksft_exit_fail_perror(DISK);
	copy(disk, fd, 0, bytes);
	close(disk);
	return fd;
}

static int create_sparse(void)
{
	static const struct shape shape = {
		.name = "sparse", .size = 4L << 30,
		.before = PAGES(4711, 65536, 1, 16),
	};

	return shape_create(&shape, 1);
}

static int create_counter(void)
{
	int fd = memfd_create(names[COUNTER], 0);

	if (fd < 0 || ftruncate(fd, 4096))
		ksft_exit_fail_perror("counter");
	return fd;
}

static void create_files(size_t bytes)
{
	fds[ARCHIVE] = create_archive(bytes);
	printf("archive: %ld MiB copied from the disk to a memfd\n",
	       bytes >> 20);
	fds[SPARSE] = create_sparse();
	printf("sparse:  4096 MiB, of which %ld pages of 4 KiB are there\n",
	       pages_held(fds[SPARSE]));
	fds[COUNTER] = create_counter();
	counter_start(fds[COUNTER]);
	printf("counter: a process counts a thousand times a second\n");
	hash_file(fds[ARCHIVE], notes[ARCHIVE].hash);
	hash_file(fds[SPARSE], notes[SPARSE].hash);
}

/* Return the highest version of a memfd among the unclaimed objects. */
static int incoming(int *version)
{
	char line[128], kind[32];
	unsigned int number;
	int count = 0;
	FILE *file;

	*version = 0;
	file = fopen(INCOMING, "r");
	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%31s %*s %u", kind, &number) != 2 ||
		    strcmp(kind, "memfd"))
			continue;
		count++;
		if (number > (unsigned int)*version)
			*version = number;
	}
	fclose(file);
	return count;
}

/* Retrieve a file. Return the version from which it was retrieved. */
static int retrieve_file(int session, int i)
{
	int before, after, fd, version, left;

	before = incoming(&version);
	fd = session_retrieve_file(session, i);
	after = incoming(&left);
	fds[i] = fd;
	return after < before ? version : 0;
}

static const char *compare(int i, unsigned long count, char *hash)
{
	if (i == COUNTER) {
		snprintf(hash, HASH_LEN, "%lu", count);
		return count && count >= notes[i].count ? "went on" : "LOST";
	}
	hash_file(fds[i], hash);
	return strcmp(hash, notes[i].hash) ? "DIFFERENT" : "equal";
}

static void retrieve_files(void)
{
	int session = session_retrieve(SESSION), version_read[NR_FILES];
	unsigned long count;
	long away;
	int fd;

	fd = session_retrieve_file(session, NR_FILES);
	if (pread(fd, notes, sizeof(notes), 0) != sizeof(notes))
		ksft_exit_fail_perror("notes");
	for (int i = 0; i < NR_FILES; i++)
		if (notes[i].size)
			version_read[i] = retrieve_file(session, i);
	session_finish(session);
	count = counter_value(fds[COUNTER]);
	away = counter_age(fds[COUNTER]);
	counter_start(fds[COUNTER]);

	printf("retrieved; the counter stands at %lu, and counts on\n", count);
	printf("away\t%ld\n", away);
	for (int i = 0; i < NR_FILES; i++) {
		char hash[HASH_LEN + 1];
		const char *verdict;

		if (!notes[i].size)
			continue;
		verdict = compare(i, count, hash);
		printf("row\t%s\t%ld\t%ld\t%ld\t%s\t%d\t%s\t%s\n", names[i],
		       notes[i].size, notes[i].pages, pages_held(fds[i]),
		       notes[i].written, version_read[i], hash, verdict);
	}
}

static void drop_sparse(void)
{
	if (fds[SPARSE] < 0)
		return;
	printf("the sparse file stays behind: stock Linux would fill its holes\n");
	close(fds[SPARSE]);
	fds[SPARSE] = -1;
	notes[SPARSE].size = 0;
}

static void note_file(int i, const char *written)
{
	struct stat stat;

	fstat(fds[i], &stat);
	notes[i].size = stat.st_size;
	notes[i].pages = stat.st_blocks / 8;
	snprintf(notes[i].written, VERSIONS_LEN, "%s", written);
	if (i == COUNTER)
		notes[i].count = counter_value(fds[i]);
}

static void preserve_files(void)
{
	int session = session_create(SESSION), fd = memfd_create("notes", 0);
	long before, after, saved = 0;
	char written[VERSIONS_LEN] = "0";

	if (!access(SELECTED, R_OK))
		read_word(SELECTED, written, sizeof(written));
	before = memory_free();
	for (int i = 0; i < NR_FILES; i++) {
		if (fds[i] < 0)
			continue;
		session_preserve(session, fds[i], i);
		note_file(i, written);
		saved++;
	}
	after = memory_free();
	if (write(fd, notes, sizeof(notes)) != sizeof(notes))
		ksft_exit_fail_perror("notes");
	session_preserve(session, fd, NR_FILES);
	session_hold();
	printf("saved %ld files through /dev/liveupdate, version %s, for %ld KiB of memory\n",
	       saved, written, before - after);
}

int main(int argc, char *argv[])
{
	const char *next = getenv("NEXT") ?: "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc != 2)
		ksft_exit_fail_msg("demo BYTES\n");
	if (stage() == 1)
		create_files(atol(argv[1]));
	else
		retrieve_files();
	if (!strcmp(next, "stock"))
		drop_sparse();
	if (*next)
		preserve_files();
	return 0;
}
