// SPDX-License-Identifier: GPL-2.0
/*
 * A process that counts, a thousand times a second, in a page of a memfd. The kexec may
 * stop it at any moment, so it writes two slots in turn, one of which is always complete.
 *
 * Each count is stored with the counter of the processor, which continues over a kexec. It
 * shows the time without a process that counts.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "../luo_lib/figure.h"
#include "../kselftest.h"
#include "demo_counter.h"
#include "../luo_lib/pattern.h"

#define CHECK		0x9e3779b97f4a7c15UL
#define INTERVAL_USECS	1000
#define CALIBRATE_USECS	200000

struct slot {
	atomic_ulong value;
	atomic_ulong tsc;
	atomic_ulong check;
};

static struct slot *map_slots(int fd)
{
	void *map = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		ksft_exit_fail_perror("counter");
	return map;
}

static unsigned long check_of(unsigned long value, unsigned long tsc)
{
	return (value * CHECK) ^ tsc;
}

static struct slot *last_slot(struct slot *slots)
{
	struct slot *last = NULL;

	for (int i = 0; i < 2; i++)
		if (slots[i].check == check_of(slots[i].value, slots[i].tsc) &&
		    (!last || slots[i].value > last->value))
			last = &slots[i];
	return last;
}

static void count_on(struct slot *slots, unsigned long value)
{
	struct slot *slot = &slots[value % 2];
	unsigned long tsc = counter();

	slot->check = 0;
	slot->value = value;
	slot->tsc = tsc;
	slot->check = check_of(value, tsc);
}

void counter_start(int fd)
{
	unsigned long value = counter_value(fd);
	struct slot *slots;

	if (fork())
		return;
	setsid();
	slots = map_slots(fd);
	for (int i = 0; i < 3; i++)
		close(i);
	for (;;) {
		count_on(slots, ++value);
		usleep(INTERVAL_USECS);
	}
}

unsigned long counter_value(int fd)
{
	struct slot *slots = map_slots(fd);
	struct slot *last = last_slot(slots);
	unsigned long value = last ? last->value : 0;

	munmap(slots, PAGE);
	return value;
}

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static unsigned long ticks_per_millisecond(void)
{
	unsigned long tsc = counter();
	long start = milliseconds();

	usleep(CALIBRATE_USECS);
	return (counter() - tsc) / (milliseconds() - start);
}

long counter_age(int fd)
{
	struct slot *slots = map_slots(fd);
	struct slot *last = last_slot(slots);
	unsigned long ticks = last ? counter() - last->tsc : 0;

	munmap(slots, PAGE);
	return ticks / ticks_per_millisecond();
}
