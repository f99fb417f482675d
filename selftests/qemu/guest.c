// SPDX-License-Identifier: GPL-2.0
/*
 * The only program of a small guest, its process 1. Fills most of the memory with a pattern and
 * compares it again and again. Twice a second, writes a record to the disk, reads the record
 * before it, and prints a line on the serial console:
 *
 *   tick 7 pass 2 bad 0 lost 0 uptime 9123 clock 1764230400
 *
 *   tick	number of this line; also the number of records
 *   pass	how many times all pages were compared
 *   bad	pages that had changed; they are filled again
 *   lost	records that could not be written or read
 *   uptime	milliseconds since the boot, without the time while the guest was stopped
 *   clock	seconds since 1970
 *
 * While a guest is stopped, its clock is stopped too. A line "clock SECONDS" on the console sets
 * it, as the agent of a real guest does. The line "off" ends the guest.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "../luo_lib/pattern.h"
#include "record.h"

#define TICK_MS		500
#define PAGES_AT_ONCE	64

struct guest {
	unsigned char *memory;
	unsigned long nr_pages;
	unsigned long next_page;
	unsigned long passes;
	unsigned long bad;
	int console;
	int disk;
	unsigned long ticks;
	unsigned long lost;
	struct record last;	/* the record on the disk of the last tick */
};

static unsigned long uptime(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000UL + now.tv_nsec / 1000000;
}

/* Obey a line on the console. */
static void listen(const struct guest *guest)
{
	struct timeval now = {};
	char line[64];
	ssize_t len = read(guest->console, line, sizeof(line) - 1);

	if (len <= 0)
		return;
	line[len] = 0;
	if (sscanf(line, "clock %ld", &now.tv_sec) == 1) {
		printf("the clock was %ld s behind\n", now.tv_sec - (long)time(NULL));
		settimeofday(&now, NULL);
	} else if (!strncmp(line, "off", 3)) {
		/* The kernel of the tests cannot power off a PC, but can reset it. */
		reboot(RB_AUTOBOOT);
	}
}

static void check_memory(struct guest *guest)
{
	for (int i = 0; i < PAGES_AT_ONCE; i++) {
		unsigned long index = guest->next_page++;
		unsigned char *page = guest->memory + index * PAGE;

		if (!pattern_matches(page, PAGE, MEMORY_SEED, index)) {
			guest->bad++;
			pattern_fill(page, MEMORY_SEED, index);
		}
		if (guest->next_page == guest->nr_pages) {
			guest->next_page = 0;
			guest->passes++;
		}
	}
}

/* Transfer a sector without the page cache, which is a part of the memory. */
static bool transfer(int disk, struct record *record, unsigned long sector,
		     ssize_t (*call)(int, void *, size_t, off_t))
{
	static alignas(PAGE) struct record buffer;
	bool done;

	buffer = *record;
	done = call(disk, &buffer, SECTOR, sector * SECTOR) == SECTOR;
	*record = buffer;

	return done;
}

static ssize_t write_sector(int fd, void *buffer, size_t len, off_t at)
{
	return pwrite(fd, buffer, len, at);
}

/* Compare the last record with the disk, and write the next one. */
static void write_record(struct guest *guest)
{
	struct record found = {};

	if (guest->ticks && (!transfer(guest->disk, &found, guest->ticks - 1, pread) ||
			     memcmp(&found, &guest->last, SECTOR)))
		guest->lost++;
	guest->last = (struct record){
		.magic = RECORD_MAGIC,
		.tick = guest->ticks,
		.uptime = uptime(),
	};
	if (!transfer(guest->disk, &guest->last, guest->ticks, write_sector) ||
	    fdatasync(guest->disk))
		guest->lost++;
}

static void do_tick(struct guest *guest)
{
	listen(guest);
	write_record(guest);
	printf("tick %lu pass %lu bad %lu lost %lu uptime %lu clock %ld\n",
	       guest->ticks, guest->passes, guest->bad, guest->lost, uptime(),
	       (long)time(NULL));
	guest->ticks++;
}

static int open_devices(struct guest *guest)
{
	if ((mkdir("/dev", 0755) && errno != EEXIST) ||
	    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL))
		return -1;
	guest->console = open("/dev/ttyS0", O_RDWR | O_NONBLOCK | O_NOCTTY);
	guest->disk = open("/dev/vda", O_RDWR | O_DIRECT);
	if (guest->console < 0 || guest->disk < 0 || !freopen("/dev/ttyS0", "w", stdout))
		return -1;
	setlinebuf(stdout);

	return 0;
}

static int fill_memory(struct guest *guest)
{
	struct sysinfo info;

	if (sysinfo(&info))
		return -1;
	guest->nr_pages = info.freeram * info.mem_unit / PAGE / 4 * 3;
	guest->memory = mmap(NULL, guest->nr_pages * PAGE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (guest->memory == MAP_FAILED)
		return -1;
	for (unsigned long i = 0; i < guest->nr_pages; i++)
		pattern_fill(guest->memory + i * PAGE, MEMORY_SEED, i);
	printf("filled %lu pages\n", guest->nr_pages);

	return 0;
}

int main(void)
{
	struct guest guest = {};
	unsigned long next;

	if (open_devices(&guest) || fill_memory(&guest)) {
		perror("guest");
		return 1;
	}
	next = uptime();
	for (;;) {
		check_memory(&guest);
		if (uptime() < next)
			continue;
		do_tick(&guest);
		next = uptime() + TICK_MS;
	}
}
