// SPDX-License-Identifier: GPL-2.0
/* Makes memfds of given shapes, and checks that they still have them. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../kselftest.h"
#include "pattern.h"
#include "shape.h"

/* Files up to this size are read as a whole. */
#define READ_ALL	(64L << 20)

#define complain(_shape, _fmt, ...) ({					\
	ksft_print_msg("%s: " _fmt "\n", (_shape)->name, ##__VA_ARGS__);	\
	false;								\
})

static bool pages_has(const struct pages *pages, unsigned long index)
{
	unsigned long run;

	if (!pages->count || index < pages->first)
		return false;
	run = (index - pages->first) / pages->step;
	return run < pages->count &&
	       (index - pages->first) % pages->step < pages->run;
}

/* Return the next page of the set from @index on, or ULONG_MAX. */
static unsigned long pages_next(const struct pages *pages, unsigned long index)
{
	unsigned long run;

	if (!pages->count)
		return ULONG_MAX;
	if (index <= pages->first)
		return pages->first;
	if (pages_has(pages, index))
		return index;
	run = (index - pages->first) / pages->step + 1;
	return run < pages->count ? pages->first + run * pages->step : ULONG_MAX;
}

static unsigned long shape_next(const struct shape *shape, unsigned long index)
{
	unsigned long before = pages_next(&shape->before, index);
	unsigned long after = pages_next(&shape->after, index);

	return before < after ? before : after;
}

static unsigned long shape_pages(const struct shape *shape)
{
	return shape->size / PAGE + !!(shape->size % PAGE);
}

/* Return how many bytes of a page are within the file. */
static size_t shape_len(const struct shape *shape, unsigned long index)
{
	off_t left = shape->size - index * PAGE;

	return left < PAGE ? left : PAGE;
}

static unsigned long shape_seed(const struct shape *shape, unsigned long index,
				unsigned long created, unsigned long touched)
{
	if (pages_has(&shape->after, index))
		return touched;
	return pages_has(&shape->before, index) ? created : 0;
}

/* Return all seals of the file in the end, because some seals set others. */
static unsigned int shape_seals(const struct shape *shape)
{
	unsigned int seals = shape->seals | shape->seals_after;

	if (shape->memfd & MFD_NOEXEC_SEAL)
		return seals | F_SEAL_EXEC;
	if (seals & F_SEAL_EXEC)
		seals |= F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
			 F_SEAL_FUTURE_WRITE;
	return seals;
}

static bool write_page(const struct shape *shape, int fd, unsigned long seed,
		       unsigned long index, enum write_by by)
{
	size_t len = shape_len(shape, index);
	off_t offset = index * PAGE;
	unsigned char page[PAGE];

	pattern_fill(page, seed, index);
	return write_by(by, fd, page, len, offset);
}

static bool write_pages(const struct shape *shape, int fd, unsigned long seed,
			const struct pages *pages, enum write_by by)
{
	unsigned long index;

	for (index = pages_next(pages, 0); index != ULONG_MAX;
	     index = pages_next(pages, index + 1))
		if (!write_page(shape, fd, seed, index, by))
			return complain(shape, "writing page %lu: %s", index,
					strerror(errno));
	return true;
}

int shape_create(const struct shape *shape, unsigned long seed)
{
	int fd = memfd_create(shape->name, MFD_ALLOW_SEALING | shape->memfd);

	if (fd < 0 || ftruncate(fd, shape->size) ||
	    (shape->allocated && fallocate(fd, 0, 0, shape->size)) ||
	    !write_pages(shape, fd, seed, &shape->before, BY_WRITE) ||
	    lseek(fd, shape->pos, SEEK_SET) != shape->pos ||
	    (shape->seals && fcntl(fd, F_ADD_SEALS, shape->seals)))
		ksft_exit_fail_msg("%s: %s\n", shape->name, strerror(errno));
	return fd;
}

/* Check that a hole reads as zeroes. shape_check_blocks() checks its memory. */
static bool read_hole(const struct shape *shape, int fd)
{
	unsigned char page[PAGE];
	unsigned long index = 0;

	while (index < shape_pages(shape) && shape_next(shape, index) == index)
		index++;
	if (index >= shape_pages(shape))
		return true;
	if (pread(fd, page, shape_len(shape, index), index * PAGE) < 1)
		return complain(shape, "reading hole %lu: %s", index,
				strerror(errno));
	return pattern_matches(page, shape_len(shape, index), 0, index) ||
	       complain(shape, "hole %lu is not zero", index);
}

bool shape_touch(const struct shape *shape, int fd, unsigned long seed)
{
	if (!read_hole(shape, fd) ||
	    !write_pages(shape, fd, seed, &shape->after, shape->by))
		return false;
	if (shape->pos_after &&
	    lseek(fd, shape->pos_after, SEEK_SET) != shape->pos_after)
		return complain(shape, "lseek: %s", strerror(errno));
	if (shape->seals_after && fcntl(fd, F_ADD_SEALS, shape->seals_after))
		return complain(shape, "adding seals: %s", strerror(errno));
	return true;
}

static bool check_page(const struct shape *shape, int fd, unsigned long index,
		       unsigned long created, unsigned long touched)
{
	unsigned long seed = shape_seed(shape, index, created, touched);
	size_t len = shape_len(shape, index);
	unsigned char page[PAGE];

	if (pread(fd, page, len, index * PAGE) != (ssize_t)len)
		return complain(shape, "page %lu: not %zu bytes", index, len);
	if (pattern_matches(page, len, seed, index))
		return true;
	return complain(shape, "page %lu, written with seed %lu, is %s", index,
			seed, pattern_matches(page, len, 0, index) ?
			"empty" : "not what was written");
}

/* Check with lseek() that there are holes between the pages that were written. */
static bool check_sparse(const struct shape *shape, int fd, unsigned long created,
			 unsigned long touched)
{
	unsigned long index, wanted = 0, found = 0;
	off_t data, hole = 0;

	for (index = shape_next(shape, 0); index != ULONG_MAX;
	     index = shape_next(shape, index + 1), wanted++)
		if (!check_page(shape, fd, index, created, touched))
			return false;

	while (hole < shape->size) {
		data = lseek(fd, hole, SEEK_DATA);
		if (data < 0)
			break;
		hole = lseek(fd, data, SEEK_HOLE);
		if (hole <= data)
			return complain(shape, "no hole after %ld", data);
		found += hole / PAGE + !!(hole % PAGE) - data / PAGE;
	}
	return found == wanted || shape->allocated ||
	       complain(shape, "%lu pages are there, not %lu", found, wanted);
}

static bool check_all(const struct shape *shape, int fd, unsigned long created,
		      unsigned long touched)
{
	for (unsigned long index = 0; index < shape_pages(shape); index++)
		if (!check_page(shape, fd, index, created, touched))
			return false;
	return true;
}

bool shape_check(const struct shape *shape, int fd, unsigned long created,
		 unsigned long touched)
{
	off_t wanted = shape->pos_after ?: shape->pos;
	int seals = shape_seals(shape);
	off_t pos = lseek(fd, 0, SEEK_CUR);
	bool (*check)(const struct shape *shape, int fd, unsigned long created,
		      unsigned long touched);
	struct stat stat;
	bool good;

	fstat(fd, &stat);
	if (stat.st_size != shape->size)
		return complain(shape, "size %ld, not %ld", stat.st_size,
				shape->size);
	if (fcntl(fd, F_GET_SEALS) != seals)
		return complain(shape, "seals %#x, not %#x",
				fcntl(fd, F_GET_SEALS), seals);
	if (!(stat.st_mode & 0111) != !!(shape->memfd & MFD_NOEXEC_SEAL))
		return complain(shape, "mode %#o", stat.st_mode);
	if (pos != wanted)
		return complain(shape, "position %ld, not %ld", pos, wanted);

	check = shape->size > READ_ALL ? check_sparse : check_all;
	good = check(shape, fd, created, touched);
	/* SEEK_DATA moves the position, which the next kernel checks. */
	lseek(fd, pos, SEEK_SET);
	return good;
}

bool shape_check_blocks(const struct shape *shape, int fd, bool filled)
{
	unsigned long index, wanted = 0, found;
	struct stat stat;

	for (index = shape_next(shape, 0); index != ULONG_MAX;
	     index = shape_next(shape, index + 1))
		wanted++;
	if (filled || shape->allocated)
		wanted = shape_pages(shape);

	fstat(fd, &stat);
	found = stat.st_blocks / (PAGE / 512);
	return found == wanted ||
	       complain(shape, "%lu pages of memory, not %lu", found, wanted);
}

static bool check_resize(const struct shape *shape, int fd, off_t size,
			 int wanted)
{
	int err = ftruncate(fd, size) ? errno : 0;

	return err == wanted || complain(shape, "resize to %ld: %s", size,
					 strerror(err));
}

/* Write the same byte again to the first page that is not in a hole, if any. */
static bool check_write(const struct shape *shape, int fd, int wanted)
{
	unsigned long index = shape_next(shape, 0);
	unsigned char byte;
	int err;

	if (index == ULONG_MAX)
		return true;
	if (pread(fd, &byte, 1, index * PAGE) != 1)
		return complain(shape, "read: %s", strerror(errno));
	err = pwrite(fd, &byte, 1, index * PAGE) == 1 ? 0 : errno;
	return err == wanted || complain(shape, "write: %s", strerror(err));
}

/* Check that a file reads as zeroes where it grows. Then restore its size. */
static bool check_growth(const struct shape *shape, int fd)
{
	unsigned char page[PAGE];

	if (shape->size > LONG_MAX - PAGE)
		return true;
	if (!check_resize(shape, fd, shape->size + PAGE, 0))
		return false;
	if (pread(fd, page, PAGE, shape->size) != PAGE)
		return complain(shape, "did not grow");
	if (!pattern_matches(page, PAGE, 0, 0))
		return complain(shape, "grew by what is not zero");
	return check_resize(shape, fd, shape->size, 0);
}

bool shape_check_alive(const struct shape *shape, int fd)
{
	unsigned int seals = shape_seals(shape);
	bool write_sealed = seals & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE);

	if (seals & F_SEAL_GROW &&
	    !check_resize(shape, fd, shape->size + PAGE, EPERM))
		return false;
	if (seals & F_SEAL_SHRINK && shape->size &&
	    !check_resize(shape, fd, shape->size - 1, EPERM))
		return false;
	if (!(seals & (F_SEAL_GROW | F_SEAL_SHRINK)) &&
	    !check_growth(shape, fd))
		return false;
	return check_write(shape, fd, write_sealed ? EPERM : 0);
}
