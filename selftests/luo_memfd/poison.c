// SPDX-License-Identifier: GPL-2.0
/*
 * poison save|pass|stock
 *
 * A page that the hardware has reported as damaged is lost, and must not be handed
 * over as good: in the next kernel a read of it fails, an access to a mapping raises
 * SIGBUS, and no allocation gets the page frame. All other pages are unchanged. The
 * formats of a stock kernel cannot say that, so it must refuse such a file.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <libliveupdate.h>

#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"

#define NR_PAGES	64
#define TOKEN_FRAMES	1000
#define PAGEMAP		"/proc/self/pagemap"
#define PAGEFLAGS	"/proc/kpageflags"
#define PFN_MASK	((1UL << 55) - 1)
#define FREE		(1UL << 10)
#define POISONED	(1UL << 19)

enum {
	BEFORE,		/* poisoned before it was preserved */
	AFTER,		/* poisoned after that, another page in each kernel */
	PUNCHED,	/* poisoned before that, and punched after it */
	GOOD,
	DROPPED,	/* poisoned, and not retrieved */
	NR_FILES
};

static const char *const names[] = { "before", "after", "punched", "good", "dropped" };

/* The frame of each page that was poisoned, and 0 for the others. */
struct frames {
	unsigned long of[NR_FILES][NR_PAGES];
};

static int fds[NR_FILES];
static struct frames *frames;
static sigjmp_buf fault;
static volatile sig_atomic_t fault_expected;

/* A program that poisons a page that it has mapped gets the signal as a warning. */
static void on_fault(int signal)
{
	if (fault_expected)
		siglongjmp(fault, signal);
}

static void *map(int fd, size_t size)
{
	void *mem = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (mem == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
	return mem;
}

static uint64_t read_word(const char *path, unsigned long nr)
{
	int fd = open(path, O_RDONLY);
	uint64_t word;

	if (fd < 0 || pread(fd, &word, sizeof(word), nr * sizeof(word)) != sizeof(word))
		ksft_exit_fail_perror(path);
	close(fd);
	return word;
}

/* A pinned page is poisoned although -EBUSY is returned. */
static void poison(int file, unsigned long index)
{
	char *mem = map(fds[file], NR_PAGES * PAGE), *page = mem + index * PAGE;

	*(volatile char *)page;
	frames->of[file][index] = read_word(PAGEMAP, (unsigned long)page / PAGE) &
				  PFN_MASK;
	if (madvise(page, PAGE, MADV_HWPOISON) && errno != EBUSY)
		ksft_exit_fail_perror("MADV_HWPOISON");
	if (!(read_word(PAGEFLAGS, frames->of[file][index]) & POISONED))
		ksft_exit_fail_msg("%s: page %lu is not poisoned\n", names[file], index);
	munmap(mem, NR_PAGES * PAGE);
}

static void create(int file)
{
	unsigned char page[PAGE];

	fds[file] = memfd_create(names[file], 0);
	if (fds[file] < 0 || ftruncate(fds[file], NR_PAGES * PAGE))
		ksft_exit_fail_perror("memfd");
	for (unsigned long i = 0; i < NR_PAGES; i++) {
		pattern_fill(page, file + 1, i);
		if (pwrite(fds[file], page, PAGE, i * PAGE) != PAGE)
			ksft_exit_fail_perror("write");
	}
}

static void create_files(void)
{
	int session = session_create("move");

	/* A poisoned page cannot be moved out of the scratch areas. */
	for (int i = 0; i < NR_FILES; i++) {
		create(i);
		session_preserve(session, fds[i], i);
	}
	close(session);

	poison(BEFORE, 5);
	poison(DROPPED, 6);
	poison(PUNCHED, 9);
}

static void punch(int file, unsigned long index)
{
	if (fallocate(fds[file], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
		      index * PAGE, PAGE))
		ksft_exit_fail_perror("punch");
	frames->of[file][index] = 0;
}

static void save(bool first)
{
	int session, fd = memfd_create("frames", 0);
	struct frames *old = frames;

	if (fd < 0 || ftruncate(fd, sizeof(*frames)))
		ksft_exit_fail_perror("frames");
	frames = map(fd, sizeof(*frames));
	if (first)
		create_files();
	else
		*frames = *old;

	session = session_create("poison");
	session_preserve(session, fd, TOKEN_FRAMES);
	for (int i = 0; i < NR_FILES; i++)
		if (first || i != DROPPED)
			session_preserve(session, fds[i], i);
	poison(AFTER, 20 + stage());
	if (first)
		punch(PUNCHED, 9);
	session_hold();
	ksft_test_result_pass("files are preserved\n");
}

static bool kept_from_use(unsigned long frame)
{
	uint64_t flags = read_word(PAGEFLAGS, frame);

	if (flags & POISONED && !(flags & FREE))
		return true;
	ksft_print_msg("frame %#lx has the flags %#llx\n", frame,
		       (unsigned long long)flags);
	return false;
}

static bool check_poisoned(int file, const char *mem, unsigned long index)
{
	char byte;

	if (pread(fds[file], &byte, 1, index * PAGE) != -1 || errno != EIO) {
		ksft_print_msg("%s: page %lu can be read\n", names[file], index);
		return false;
	}
	if (!sigsetjmp(fault, 1)) {
		fault_expected = 1;
		*(volatile const char *)(mem + index * PAGE);
		fault_expected = 0;
		ksft_print_msg("%s: page %lu can be accessed\n", names[file], index);
		return false;
	}
	fault_expected = 0;
	return kept_from_use(frames->of[file][index]);
}

static bool check_good(int file, unsigned long index)
{
	bool hole = file == PUNCHED && index == 9;
	unsigned char page[PAGE];

	if (pread(fds[file], page, PAGE, index * PAGE) == PAGE &&
	    pattern_matches(page, PAGE, hole ? 0 : file + 1, index))
		return true;
	ksft_print_msg("%s: page %lu has changed\n", names[file], index);
	return false;
}

static bool check_file(int file)
{
	char *mem = map(fds[file], NR_PAGES * PAGE);
	bool good = true;

	for (unsigned long i = 0; i < NR_PAGES; i++)
		good &= frames->of[file][i] ? check_poisoned(file, mem, i) :
					      check_good(file, i);
	munmap(mem, NR_PAGES * PAGE);
	return good;
}

static void check(void)
{
	int session = session_retrieve("poison");

	frames = map(session_retrieve_file(session, TOKEN_FRAMES), sizeof(*frames));
	for (int i = 0; i < DROPPED; i++) {
		fds[i] = session_retrieve_file(session, i);
		ksft_test_result(check_file(i), "%s\n", names[i]);
	}
	session_finish(session);
	ksft_test_result(stage() > 2 || kept_from_use(frames->of[DROPPED][6]),
			 "dropped\n");
}

static void check_stock(void)
{
	int session = session_retrieve("poison"), fd;

	frames = map(session_retrieve_file(session, TOKEN_FRAMES), sizeof(*frames));
	for (int i = 0; i < DROPPED; i++) {
		fd = luo_session_retrieve_fd(session, i);
		if (i <= AFTER) {
			ksft_test_result(fd == -EOPNOTSUPP, "%s: is refused\n", names[i]);
			continue;
		}
		fds[i] = fd;
		ksft_test_result(fd >= 0 && check_file(i), "%s\n", names[i]);
	}
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";

	ksft_print_header();
	signal(SIGBUS, on_fault);
	if (!strcmp(what, "stock")) {
		ksft_set_plan(DROPPED);
		check_stock();
	} else if (!strcmp(what, "pass")) {
		ksft_set_plan(NR_FILES + 1);
		check();
		save(false);
	} else {
		ksft_set_plan(1);
		save(true);
	}
	ksft_finished();
}
