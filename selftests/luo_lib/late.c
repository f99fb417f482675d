// SPDX-License-Identifier: GPL-2.0
/* Threads that change preserved files until the jump, and count what they have done. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../kselftest.h"
#include "late.h"
#include "memory.h"
#include "session.h"

/* Each counter is alone in its cache line. */
struct counter {
	atomic_ulong value;
	char padding[56];
};

#define COUNTERS_SIZE	(LATE_MAX_WRITERS * sizeof(struct counter))

static struct counter *counters;
static bool (*write_step)(int writer, unsigned long n);
static unsigned int leisure_usecs;

static void map_counters(int fd)
{
	counters = mmap(NULL, COUNTERS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (counters == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
}

static void *run_writer(void *arg)
{
	int writer = (long)arg;
	long loaded = 0;

	for (unsigned long n = 0; ; n++) {
		if (!loaded) {
			usleep(leisure_usecs);
			loaded = file_get("/sys/kernel/kexec_loaded");
		}
		if (!write_step(writer, n))
			return NULL;
		atomic_store(&counters[writer].value, n + 1);
	}
}

static void start_threads(int nr_writers)
{
	pthread_t thread;

	if (fork())
		return;
	setsid();
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	for (long i = 0; i < nr_writers; i++)
		if (pthread_create(&thread, NULL, run_writer, (void *)i))
			exit(1);
	for (;;)
		pause();
}

void late_start(int session, unsigned long token, int nr_writers, unsigned int usecs,
		bool (*step)(int writer, unsigned long n))
{
	int fd = memfd_create("counters", 0);

	if (fd < 0 || ftruncate(fd, COUNTERS_SIZE))
		ksft_exit_fail_perror("memfd");
	map_counters(fd);
	memset(counters, 0, COUNTERS_SIZE);
	session_preserve(session, fd, token);
	write_step = step;
	leisure_usecs = usecs;
	start_threads(nr_writers);
}

unsigned long late_count(int writer)
{
	return atomic_load(&counters[writer].value);
}

void late_counts(int session, unsigned long token, unsigned long counts[LATE_MAX_WRITERS])
{
	int fd = session_retrieve_file(session, token);

	map_counters(fd);
	for (int i = 0; i < LATE_MAX_WRITERS; i++)
		counts[i] = atomic_load(&counters[i].value);
	munmap(counters, COUNTERS_SIZE);
	close(fd);
}
