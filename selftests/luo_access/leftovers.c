// SPDX-License-Identifier: GPL-2.0
/*
 * Check that no user can read memory that was preserved.
 *
 *   leftovers save MIB    preserve two files that are filled with a word, and wait
 *   leftovers drop        finish the session of the first file without retrieving it
 *   leftovers claim MIB   retrieve the second file, which must be unchanged
 *   leftovers search MIB  as the user nobody, allocate that much memory in several ways,
 *                         and search it for the word
 */
#include <err.h>
#include <fcntl.h>
#include <grp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libliveupdate.h>

#define NOBODY		65534
#define MIB		((size_t)1 << 20)

static const char * const sessions[] = { "dropped", "unclaimed" };

/* The word is computed at run time, so that the program's own file does not have it. */
static uint64_t word(void)
{
	return strtoull("5ec2e7f051ade8ff", NULL, 16);
}

static void fill(uint64_t *mem, size_t size)
{
	uint64_t secret = word();

	for (size_t i = 0; i < size / sizeof(*mem); i++)
		mem[i] = secret;
}

static size_t count(const uint64_t *mem, size_t size)
{
	uint64_t secret = word();
	size_t nr = 0;

	for (size_t i = 0; i < size / sizeof(*mem); i++)
		nr += mem[i] == secret;

	return nr;
}

static void save(size_t size)
{
	int luo = luo_open_device();

	if (luo < 0)
		err(1, "%s", LUO_DEVICE);

	for (size_t i = 0; i < 2; i++) {
		int session = luo_create_session(luo, sessions[i]);
		int fd = memfd_create(sessions[i], 0);
		void *mem;

		if (session < 0 || fd < 0 || ftruncate(fd, size))
			errx(1, "session %s", sessions[i]);
		mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (mem == MAP_FAILED)
			err(1, "mmap");
		fill(mem, size);
		if (luo_session_preserve_fd(session, fd, 1))
			errx(1, "preserve in %s", sessions[i]);
	}
	close(luo);
	daemonize_and_wait();
}

static void drop(void)
{
	int luo = luo_open_device();
	int session;

	if (luo < 0)
		err(1, "%s", LUO_DEVICE);
	session = luo_retrieve_session(luo, sessions[0]);
	if (session < 0 || luo_session_finish(session))
		errx(1, "session %s cannot be finished", sessions[0]);
}

static void claim(size_t size)
{
	int luo = luo_open_device();
	int session, fd;
	void *mem;

	if (luo < 0)
		err(1, "%s", LUO_DEVICE);
	session = luo_retrieve_session(luo, sessions[1]);
	fd = session < 0 ? -1 : luo_session_retrieve_fd(session, 1);
	if (fd < 0)
		errx(1, "session %s cannot be retrieved", sessions[1]);
	mem = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (mem == MAP_FAILED || count(mem, size) != size / sizeof(uint64_t))
		errx(1, "the file is not what it was");
}

static size_t look(void *mem, size_t size)
{
	size_t nr;

	if (mem == MAP_FAILED)
		err(1, "mmap");
	nr = count(mem, size);
	/* Write each page, so that none is shared or merged and all stay allocated. */
	memset(mem, 1, size);

	return nr;
}

static size_t look_in_file(const char *what, int fd, size_t size, bool allocate)
{
	if (fd < 0 || ftruncate(fd, size) ||
	    (allocate && posix_fallocate(fd, 0, size)))
		err(1, "%s", what);

	return look(mmap(NULL, size, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_POPULATE, fd, 0), size);
}

/* A read from a pipe must return only the bytes that were written to it. */
static size_t look_in_pipe(void)
{
	static uint64_t page[512];
	size_t nr = 0;
	int fds[2];

	if (pipe(fds) || write(fds[1], "x", 1) != 1)
		err(1, "pipe");
	if (read(fds[0], page, sizeof(page)) != 1)
		errx(1, "a pipe gives more than was written to it");
	nr = count(page, sizeof(page));
	close(fds[0]);
	close(fds[1]);

	return nr;
}

static void take_and_look(size_t size)
{
	uint64_t control[8] = {};
	size_t nr = 0;

	if (setgroups(0, NULL) || setgid(NOBODY) || setuid(NOBODY))
		err(1, "nobody");

	/* Check that the search finds the word if it is there. */
	fill(&control[3], sizeof(control[0]));
	if (count(control, sizeof(control)) != 1)
		errx(1, "the search does not work");
	memset(control, 0, sizeof(control));

	nr += look(mmap(NULL, size / 2, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0),
		   size / 2);
	nr += look_in_file("memfd", memfd_create("holes", 0), size / 4, false);
	nr += look_in_file("memfd", memfd_create("allocated", 0), size / 8, true);
	nr += look_in_file("tmpfs", open("/dev/shm", O_TMPFILE | O_RDWR, 0600),
			   size / 8, true);
	for (unsigned int i = 0; i < 1000; i++)
		nr += look_in_pipe();
	printf("# found %zu words in %zu MiB\n", nr, size / MIB);
	if (nr)
		exit(1);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	size_t size = argc > 2 ? strtoul(argv[2], NULL, 0) * MIB : 0;

	if (!strcmp(what, "save"))
		save(size);
	else if (!strcmp(what, "drop"))
		drop();
	else if (!strcmp(what, "claim"))
		claim(size);
	else if (!strcmp(what, "search"))
		take_and_look(size);
	else
		errx(2, "leftovers save|drop|claim|search");

	return 0;
}
