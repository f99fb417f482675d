// SPDX-License-Identifier: GPL-2.0
/*
 * files save|change|pass|pass_changed|check|check_changed
 *
 * Files of all shapes. "save" creates and preserves them, "change" also changes them after
 * that. "pass" checks the files of the previous kernel, and preserves them again;
 * "pass_changed" expects those that were changed.
 *
 * The counts of the pool, the page frames, and which pages are reserved are compared with
 * those before the files were preserved, or after they were changed.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"
#include "hugetlb.h"

#define TOKEN_REPORT	100
#define MAX_PAGES	16

enum origin { MEMFD, NAMED, UNLINKED };

/*
 * A character is a page: "." for a hole, "r" for a hole that is reserved, "x" for a page,
 * "X" for a page that was written again later, and "o" for a page after the end of the
 * file, which is full of zeroes.
 */
static const struct shape {
	const char *name;
	enum origin origin;
	const char *before;
	const char *after;
	int seals;
	int later_seals;
	long pos;
} shapes[] = {
	{ "dense", MEMFD, "xxxx", "xXxX", .pos = 12345 },
	{ "holes", MEMFD, ".x..xx.x", "xx..xX.." },
	{ "reserved", MEMFD, "rrxr.r", "rxxr.r" },
	{ "only reserved", MEMFD, "..rr", "rrrr" },
	{ "empty", MEMFD, "", "x" },
	{ "only holes", MEMFD, "......", "......" },
	{ "grows", MEMFD, "x", "xx.xrx" },
	{ "shrinks", MEMFD, "xxrx", "x" },
	{ "all punched", MEMFD, "xxx", "..." },
	{ "after the end", MEMFD, "x.oo", "x.oo" },
	{ "sealed", MEMFD, "x.", "xx", .seals = F_SEAL_GROW | F_SEAL_SHRINK,
	  .later_seals = F_SEAL_SEAL },
	{ "named", NAMED, "x.x", "xxx", .pos = 7 },
	{ "unlinked", UNLINKED, "xr.", ".rx" },
};

#define NR_SHAPES	ARRAY_SIZE(shapes)

/* What the next kernel must find. It is in another memfd. */
struct report {
	struct counts counts;
	unsigned long frames[NR_SHAPES][MAX_PAGES];
};

static int fds[NR_SHAPES];
static struct report *report;

static const char *state(int i, bool changed)
{
	return changed ? shapes[i].after : shapes[i].before;
}

static bool is_page(char c)
{
	return c && strchr("xXo", c);
}

static long state_size(const char *s)
{
	return strcspn(s, "o");
}

static unsigned long seed(int i, char c)
{
	return c == 'x' ? i + 1 : c == 'X' ? i + 101 : 0;
}

static bool set_page(int i, unsigned long page, char from, char to)
{
	int fd = fds[i];

	if (from == to)
		return true;
	switch (to) {
	case '.':
		return huge_punch(fd, page, 1);
	case 'r':
		return huge_reserve(fd, page, 1);
	case 'o':
		return !fallocate(fd, FALLOC_FL_KEEP_SIZE, page * huge_size(),
				  huge_size());
	default:
		return huge_write(fd, page, seed(i, to));
	}
}

/* Bring a file from one state to the other. */
static bool set_state(int i, const char *from, const char *to)
{
	size_t len = strlen(from);
	bool ok = true;

	if (state_size(from) != state_size(to) || !len)
		ok = !ftruncate(fds[i], state_size(to) * huge_size());
	for (size_t page = 0; to[page]; page++)
		ok = set_page(i, page, page < len ? from[page] : '.', to[page]) && ok;
	return ok;
}

static void create(int i)
{
	const struct shape *shape = &shapes[i];

	fds[i] = shape->origin == MEMFD ? huge_memfd(shape->name) :
		 huge_file(shape->name, shape->origin == UNLINKED);
	if (!set_state(i, "", shape->before) ||
	    (shape->seals && fcntl(fds[i], F_ADD_SEALS, shape->seals)) ||
	    lseek(fds[i], shape->pos, SEEK_SET) != shape->pos)
		ksft_exit_fail_msg("%s: %s\n", shape->name, strerror(errno));
}

static void map_report(int fd)
{
	report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED,
		      fd, 0);
	if (report == MAP_FAILED)
		ksft_exit_fail_perror("mmap");
}

static void write_report(bool changed)
{
	const char *s;

	report->counts = counts_read();
	for (size_t i = 0; i < NR_SHAPES; i++) {
		s = state(i, changed);
		/* A mapping ends with the file. */
		for (long page = 0; page < state_size(s); page++)
			report->frames[i][page] = is_page(s[page]) ?
						  huge_frame(fds[i], page) : 0;
	}
}

static bool check_pages(int i, const char *s)
{
	long nr = 0;

	for (unsigned long page = 0; s[page]; page++) {
		nr += is_page(s[page]);
		if ((long)page < state_size(s) &&
		    !huge_matches(fds[i], page, seed(i, s[page]))) {
			ksft_print_msg("page %lu, %c, has other contents\n", page,
				       s[page]);
			return false;
		}
	}
	if (huge_present(fds[i]) == nr)
		return true;
	ksft_print_msg("%ld pages, expected %ld\n", huge_present(fds[i]), nr);
	return false;
}

static bool check_inode(int i, bool changed)
{
	const struct shape *shape = &shapes[i];
	int seals = shape->seals | (changed ? shape->later_seals : 0);
	struct stat st;

	if (shape->origin != MEMFD)
		seals = F_SEAL_SEAL;
	if (fstat(fds[i], &st) ||
	    st.st_size != state_size(state(i, changed)) * (long)huge_size() ||
	    st.st_blksize != (long)huge_size()) {
		ksft_print_msg("size %ld, of a page %ld\n", (long)st.st_size,
			       (long)st.st_blksize);
		return false;
	}
	if (shape->origin != MEMFD &&
	    ((st.st_mode & 07777) != 0640 || st.st_uid != 12 || st.st_gid != 34)) {
		ksft_print_msg("mode %o, owner %u:%u\n", st.st_mode, st.st_uid,
			       st.st_gid);
		return false;
	}
	if (fcntl(fds[i], F_GET_SEALS) != seals ||
	    lseek(fds[i], 0, SEEK_CUR) != shape->pos) {
		ksft_print_msg("seals %#x, position %ld\n",
			       fcntl(fds[i], F_GET_SEALS),
			       (long)lseek(fds[i], 0, SEEK_CUR));
		return false;
	}
	return true;
}

static bool check_name(int i)
{
	char path[64], name[64] = "", wanted[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[i]);
	snprintf(wanted, sizeof(wanted), "/%s%s (deleted)",
		 shapes[i].origin == MEMFD ? "memfd:" : "", shapes[i].name);
	if (readlink(path, name, sizeof(name) - 1) > 0 && !strcmp(name, wanted))
		return true;
	ksft_print_msg("its name is %s\n", name);
	return false;
}

static bool check_frames(int i, const char *s)
{
	for (long page = 0; page < state_size(s); page++)
		if (is_page(s[page]) &&
		    huge_frame(fds[i], page) != report->frames[i][page]) {
			ksft_print_msg("page %ld is in frame %#lx, expected %#lx\n",
				       page, huge_frame(fds[i], page),
				       report->frames[i][page]);
			return false;
		}
	return true;
}

static void check_file(int i, bool changed)
{
	const char *s = state(i, changed);

	ksft_test_result(check_inode(i, changed) && check_name(i) &&
			 check_pages(i, s) && check_frames(i, s),
			 "%s\n", shapes[i].name);
}

/* The pages of the files, which are not in the pool yet. */
static long nr_preserved(bool changed)
{
	long nr = 0;

	for (size_t i = 0; i < NR_SHAPES; i++)
		for (const char *s = state(i, changed); *s; s++)
			nr += is_page(*s);
	return nr;
}

static void check(bool changed)
{
	struct counts before = counts_read(), after;
	int session = session_retrieve("hugetlb");

	map_report(session_retrieve_file(session, TOKEN_REPORT));
	counts_print("previous kernel", &report->counts);
	counts_print("before the files are retrieved", &before);
	ksft_test_result(before.nr[0] + nr_preserved(changed) ==
			 report->counts.nr[0] && before.free[0] == before.nr[0],
			 "the pool waits for the pages\n");
	for (size_t i = 0; i < NR_SHAPES; i++)
		fds[i] = session_retrieve_file(session, i);
	after = counts_read();
	ksft_test_result(counts_same(&report->counts, &after),
			 "the counts of the pool\n");
	for (size_t i = 0; i < NR_SHAPES; i++)
		check_file(i, changed);
	session_finish(session);
}

static void close_all(void)
{
	struct counts counts;

	for (size_t i = 0; i < NR_SHAPES; i++)
		close(fds[i]);
	counts = counts_read();
	ksft_test_result(counts.free[0] == counts.nr[0] && !counts.reserved &&
			 !counts.surplus[0],
			 "after the files are closed, all pages are free\n");
	if (counts.free[0] != counts.nr[0])
		counts_print("after close", &counts);
}

/* Preserve the files, and change them if they were created and @changed is true. */
static void save(bool create_files, bool changed)
{
	int session = session_create("hugetlb"), fd;
	bool ok, change = create_files && changed;

	fd = memfd_create("report", 0);
	if (fd < 0 || ftruncate(fd, sizeof(*report)))
		ksft_exit_fail_perror("memfd");
	for (size_t i = 0; create_files && i < NR_SHAPES; i++)
		create(i);
	map_report(fd);
	session_preserve(session, fd, TOKEN_REPORT);
	for (size_t i = 0; i < NR_SHAPES; i++)
		session_preserve(session, fds[i], i);
	for (size_t i = 0; change && i < NR_SHAPES; i++) {
		ok = set_state(i, shapes[i].before, shapes[i].after) &&
		     (!shapes[i].later_seals ||
		      !fcntl(fds[i], F_ADD_SEALS, shapes[i].later_seals));
		if (!ok)
			ksft_exit_fail_msg("%s: %s\n", shapes[i].name,
					   strerror(errno));
	}
	write_report(changed);
	/* The pages that were punched are free again when the files are frozen. */
	for (int i = 0; change && i < 2; i++)
		if (report->counts.nr[i])
			report->counts.free[i] = report->counts.nr[i] -
						 nr_preserved(true);
	session_hold();
	ksft_test_result_pass("files are preserved%s\n",
			      change ? " and changed" : "");
}

int main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "";
	bool changed = strstr(what, "_changed");

	ksft_print_header();
	ksft_set_plan((!strcmp(what, "save") || !strcmp(what, "change") ? 0 :
		       NR_SHAPES + 2) + !strstr(what, "check") +
		      !!strstr(what, "check"));
	if (!strcmp(what, "save") || !strcmp(what, "change")) {
		save(true, !strcmp(what, "change"));
	} else {
		check(changed);
		if (strstr(what, "pass"))
			save(false, changed);
		else
			close_all();
	}
	ksft_finished();
}
