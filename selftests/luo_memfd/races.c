// SPDX-License-Identifier: GPL-2.0
/*
 * races save|pass|check
 *
 * Threads write, punch and allocate pages of files, and change the size of one, while
 * the files are preserved and unpreserved again and again, while they are frozen, and
 * until the jump. Each thread records in another preserved file what it is about to do
 * with a page, and when the call has returned. In the next kernel each page must have
 * the content of the last call. Pages with a call that had not returned are not checked.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <libliveupdate.h>

#include "../luo_lib/memory.h"
#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "../luo_lib/shape.h"

#define NR_PAGES	512UL
#define ROUNDS		20
#define ROUND_USECS	10000
#define LAST_USECS	300000
#define TOKEN_REPORTS	100

/* A call for a page: a way to write, or one of these. */
enum { PUNCH = BY_URING + 1, ALLOCATE, NR_KINDS };

/* A page: the seeds of its content before and after the call. 0 is zeroes. */
struct record {
	atomic_uint is;
	atomic_uint becomes;
};

struct report {
	atomic_ulong done[NR_KINDS];
	atomic_ulong refused;
	atomic_ulong failed;
	atomic_ulong size;
	atomic_ulong size_becomes;
	struct record pages[NR_PAGES];
};

struct actor {
	const char *name;
	unsigned int kinds;	/* its calls, as bits */
	bool resizes;
};

static const struct actor actors[] = {
	{ "writer", 1 << BY_WRITE | 1 << PUNCH },
	{ "mapper", 1 << BY_MMAP | 1 << PUNCH },
	{ "splicer", 1 << BY_SPLICE | 1 << ALLOCATE | 1 << PUNCH },
	{ "uring", 1 << BY_URING | 1 << ALLOCATE | 1 << PUNCH },
	{ "all", (1 << NR_KINDS) - 1 },
	{ "resizer", 0, true },
};

#define NR_ACTORS	((int)ARRAY_SIZE(actors))

static int fds[NR_ACTORS], reports_fd;
static struct report *reports;

static bool change(int fd, int kind, unsigned long index, const void *page)
{
	int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

	switch (kind) {
	case PUNCH:
		return !fallocate(fd, punch, index * PAGE, PAGE);
	case ALLOCATE:
		return !fallocate(fd, 0, index * PAGE, PAGE);
	default:
		return write_by(kind, fd, page, PAGE, index * PAGE);
	}
}

static void act(int i, unsigned int seed, unsigned int random)
{
	unsigned long index = random % NR_PAGES;
	struct record *record = &reports[i].pages[index];
	unsigned int before = atomic_load(&record->is), after = seed;
	int kind = (random / NR_PAGES) % NR_KINDS;
	unsigned char page[PAGE];

	while (!(actors[i].kinds & 1U << kind))
		kind = (kind + 1) % NR_KINDS;
	if (kind == PUNCH)
		after = 0;
	else if (kind == ALLOCATE)
		after = before;
	pattern_fill(page, after, index);

	/* Use another seed if the page is written twice, so that a lost write is found. */
	atomic_store(&record->becomes, kind == ALLOCATE ? seed : after);
	if (kind == PUNCH)
		atomic_store(&record->becomes, ~0U);
	if (change(fds[i], kind, index, page)) {
		atomic_store(&record->is, after);
		atomic_store(&record->becomes, after);
		atomic_fetch_add(&reports[i].done[kind], 1);
	} else {
		atomic_fetch_add(errno == EPERM ? &reports[i].refused :
						  &reports[i].failed, 1);
		atomic_store(&record->becomes, before);
	}
}

static void resize(int i, unsigned long size)
{
	unsigned long before = atomic_load(&reports[i].size);

	atomic_store(&reports[i].size_becomes, size);
	if (!ftruncate(fds[i], size)) {
		atomic_store(&reports[i].size, size);
		atomic_fetch_add(&reports[i].done[0], 1);
		return;
	}
	atomic_fetch_add(errno == EPERM ? &reports[i].refused :
					  &reports[i].failed, 1);
	atomic_store(&reports[i].size_becomes, before);
}

static void *run_actor(void *arg)
{
	int i = (const struct actor *)arg - actors;
	unsigned int seed, state = 1 + i;

	for (seed = 1; seed < 1U << 30; seed++) {
		state = state * 1664525 + 1013904223;
		if (actors[i].resizes)
			resize(i, (state >> 8) % (NR_PAGES * PAGE));
		else
			act(i, seed, state >> 8);
		/* Yield, because there may be fewer processors than actors. */
		if (!(seed % 8))
			sched_yield();
	}
	return NULL;
}

/*
 * The kernel waits for a page that must move and is in use by I/O. On a busy machine
 * this may take longer than the kernel waits, so retry.
 */
static int preserve(int session, int i)
{
	int err;

	do {
		err = -luo_session_preserve_fd(session, fds[i], i);
	} while (err == EBUSY);

	return err;
}

/* Set *@session to the session. Return 0 or the error. */
static int preserve_all(int *session, bool reports_too)
{
	int err = 0;

	*session = session_create("races");
	for (int i = 0; i < NR_ACTORS && !err; i++)
		err = preserve(*session, i);
	if (reports_too && !err)
		err = -luo_session_preserve_fd(*session, reports_fd,
					       TOKEN_REPORTS);
	return err;
}

static int preserve_often(void)
{
	int session, err = 0;

	for (int round = 0; round < ROUNDS && !err; round++) {
		err = preserve_all(&session, round % 2);
		usleep(ROUND_USECS);
		close(session);
		usleep(ROUND_USECS);
	}
	return err ?: preserve_all(&session, true);
}

/* Print the error with which it has ended, and continue. */
static void run(int ready)
{
	pthread_t thread;
	int err;

	for (int fd = 0; fd < 3; fd++)
		close(fd);
	setsid();
	for (int i = 0; i < NR_ACTORS; i++)
		if (pthread_create(&thread, NULL, run_actor, (void *)&actors[i]))
			exit(1);
	err = preserve_often();
	usleep(LAST_USECS);
	if (write(ready, &err, sizeof(err)) != sizeof(err))
		exit(1);
	close(ready);
	for (;;)
		pause();
}

static void map_reports(void)
{
	reports = mmap(NULL, NR_ACTORS * sizeof(*reports),
		       PROT_READ | PROT_WRITE, MAP_SHARED, reports_fd, 0);
	if (reports == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
}

static void save(void)
{
	int ready[2], err;

	reports_fd = memfd_create("reports", 0);
	if (reports_fd < 0 || pipe(ready) ||
	    ftruncate(reports_fd, NR_ACTORS * sizeof(*reports)))
		ksft_exit_fail_perror("memfd");
	map_reports();
	memset(reports, 0, NR_ACTORS * sizeof(*reports));
	for (int i = 0; i < NR_ACTORS; i++) {
		fds[i] = memfd_create(actors[i].name, 0);
		if (fds[i] < 0 || ftruncate(fds[i], NR_PAGES * PAGE))
			ksft_exit_fail_perror("memfd");
		atomic_store(&reports[i].size, NR_PAGES * PAGE);
		atomic_store(&reports[i].size_becomes, NR_PAGES * PAGE);
	}
	fflush(stdout);
	if (!fork()) {
		close(ready[0]);
		run(ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &err, sizeof(err)) != sizeof(err))
		err = ECHILD;
	ksft_print_msg("preserving files: %s\n", strerror(err));
	ksft_test_result(!err, "files are preserved and unpreserved %d times\n",
			 ROUNDS);
}

static bool check_pages(int i)
{
	unsigned long wrong = 0, busy = 0, filled = 0;
	unsigned char page[PAGE];

	for (unsigned long index = 0; index < NR_PAGES; index++) {
		struct record *record = &reports[i].pages[index];
		unsigned int seed = atomic_load(&record->is);

		if (atomic_load(&record->becomes) != seed) {
			busy++;
			continue;
		}
		filled += !!seed;
		if (pread(fds[i], page, PAGE, index * PAGE) != PAGE ||
		    !pattern_matches(page, PAGE, seed, index))
			wrong++;
	}
	ksft_print_msg("%s: %lu pages filled, %lu wrong, %lu busy\n",
		       actors[i].name, filled, wrong, busy);
	return filled && !wrong && busy <= 1;
}

static bool check_size(int i)
{
	unsigned long size = lseek(fds[i], 0, SEEK_END);

	ksft_print_msg("%s: %lu bytes, recorded %lu, requested %lu\n",
		       actors[i].name, size, atomic_load(&reports[i].size),
		       atomic_load(&reports[i].size_becomes));
	return size == atomic_load(&reports[i].size) ||
	       size == atomic_load(&reports[i].size_becomes);
}

static void check_actor(int i)
{
	bool is_right = actors[i].resizes ? check_size(i) : check_pages(i);
	unsigned long done = 0;

	for (int kind = 0; kind < NR_KINDS; kind++) {
		unsigned long nr = atomic_load(&reports[i].done[kind]);

		done += nr;
		if (actors[i].kinds & 1U << kind && !nr)
			is_right = false;
	}
	ksft_print_msg("%s: %lu done, %lu refused, %lu failed\n", actors[i].name,
		       done, atomic_load(&reports[i].refused),
		       atomic_load(&reports[i].failed));
	/* Only changes of the size are refused. */
	ksft_test_result(is_right && done && !atomic_load(&reports[i].failed) &&
			 !atomic_load(&reports[i].refused) == !actors[i].resizes,
			 "%s: has the recorded content\n", actors[i].name);
}

static void check(void)
{
	int session = session_retrieve("races");

	reports_fd = session_retrieve_file(session, TOKEN_REPORTS);
	map_reports();
	for (int i = 0; i < NR_ACTORS; i++) {
		fds[i] = session_retrieve_file(session, i);
		check_actor(i);
		close(fds[i]);
	}
	munmap(reports, NR_ACTORS * sizeof(*reports));
	session_finish(session);
	close(reports_fd);
	ksft_test_result(!system("! dmesg | grep 'is lost until'"),
			 "no memory is lost\n");
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	ksft_print_header();
	ksft_set_plan(!strcmp(what, "save") ? 1 :
		      NR_ACTORS + 1 + !strcmp(what, "pass"));
	if (strcmp(what, "save"))
		check();
	if (strcmp(what, "check"))
		save();
	ksft_finished();
}
