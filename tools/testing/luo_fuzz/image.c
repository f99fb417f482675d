// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Images of kernels, as luoctl reads them
 *
 * The input is a file: bzImage, vmlinux, arm64 Image, EFI zboot, a module, or one
 * of these packed. All strings of the catalogue must be text.
 */

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <libfuzzer.h>

#include "catalogue.h"
#include "expect.h"

#define FUZZ_SIZE_MAX	((size_t)1 << 20)

static void fuzz_check(const struct catalogue *catalogue)
{
	FUZZ_EXPECT(catalogue->name && catalogue->format);
	for (size_t i = 0; i < catalogue->nr_kinds; i++) {
		const struct kind *kind = &catalogue->kinds[i];

		FUZZ_EXPECT(kind->name[0]);
		FUZZ_EXPECT(strnlen(kind->name, sizeof(kind->name)) <
			    sizeof(kind->name));
		for (size_t j = 1; j < kind->nr_versions; j++)
			FUZZ_EXPECT(kind->versions[j - 1].version >
				    kind->versions[j].version);
	}
	for (size_t i = 0; i < catalogue->nr_compatibles; i++)
		FUZZ_EXPECT(catalogue->compatibles[i].string[0]);
}

int fuzz_run(const uint8_t *data, size_t size)
{
	struct catalogue catalogue;
	char path[32];
	int fd;

	if (size > FUZZ_SIZE_MAX)
		return 0;

	fd = memfd_create("image", 0);
	FUZZ_EXPECT(fd >= 0);
	FUZZ_EXPECT(write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);

	if (!catalogue_read_image(&catalogue, path)) {
		fuzz_check(&catalogue);
		catalogue_add_module(&catalogue, path);
		catalogue_free(&catalogue);
	}
	close(fd);

	return 0;
}
