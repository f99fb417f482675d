// SPDX-License-Identifier: GPL-2.0
/*
 * tags
 *
 * Files whose pages have memory tags (MTE of arm64). A file that was mapped with PROT_MTE
 * cannot be preserved. A file that is mapped so after it was preserved makes the kexec fail;
 * after its session is closed, the kexec succeeds.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <unistd.h>

#include <libliveupdate.h>

#include "../luo_lib/pattern.h"
#include "../luo_lib/session.h"

#ifdef __aarch64__
#include <asm/hwcap.h>
#include <asm/mman.h>
#else
#define HWCAP2_MTE	0
#define PROT_MTE	0
#endif

#define SIZE		(16 * PAGE)
#define TAGGED		5	/* the page that is written through the mapping */

static int file_new(const char *name)
{
	int fd = memfd_create(name, 0);
	char page[PAGE];

	pattern_fill(page, 1, 0);
	if (fd < 0 || ftruncate(fd, SIZE) || pwrite(fd, page, PAGE, 0) != PAGE)
		ksft_exit_fail_perror("memfd");

	return fd;
}

/* The tags stay after the mapping is removed. */
static void file_tag(int fd)
{
	char *map = mmap(NULL, SIZE, PROT_READ | PROT_WRITE | PROT_MTE,
			 MAP_SHARED, fd, 0);

	if (map == MAP_FAILED)
		ksft_exit_fail_perror("mmap with PROT_MTE");
	map[TAGGED * PAGE] = 1;
	munmap(map, SIZE);
}

int main(void)
{
	int session, tagged, late, err;

	ksft_print_header();
	if (!(getauxval(AT_HWCAP2) & HWCAP2_MTE))
		ksft_exit_skip("the processor has no memory tags\n");
	ksft_set_plan(4);
	session = session_create("tags");

	tagged = file_new("tagged");
	file_tag(tagged);
	err = luo_session_preserve_fd(session, tagged, 1);
	ksft_test_result(err == -EOPNOTSUPP, "a file with tags is refused: %s\n",
			 strerror(-err));

	late = file_new("late");
	session_preserve(session, late, 2);
	ksft_test_result_pass("a file without tags is preserved\n");
	file_tag(late);
	err = reboot(RB_KEXEC) < 0 ? errno : 0;
	ksft_test_result(err == EOPNOTSUPP, "and refused at the kexec: %s\n",
			 strerror(err));
	err = pwrite(late, "x", 1, 2 * PAGE) == 1 ? 0 : errno;
	ksft_test_result(!err, "the file can still be used: %s\n", strerror(err));
	ksft_finished();
}
