// SPDX-License-Identifier: GPL-2.0
/**
 * DOC: Notes, as luoctl reads them
 *
 * The first byte of the input selects how the other bytes are read: as a section of notes,
 * which /sys/kernel/notes is, as an ELF file, or as bytes that contain notes.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libfuzzer.h>

#include "catalogue.h"
#include "expect.h"
#include "note.h"

static int fuzz_note(const struct note *note, void *context)
{
	const struct bytes *bytes = context;

	FUZZ_EXPECT(note->desc.data >= bytes->data);
	FUZZ_EXPECT(note->desc.size <= bytes->size);
	FUZZ_EXPECT(note->desc.data + note->desc.size <=
		    bytes->data + bytes->size);

	return 0;
}

int fuzz_run(const uint8_t *data, size_t size)
{
	struct catalogue catalogue = {};
	struct bytes bytes;
	uint8_t how;

	if (!size)
		return 0;

	/* On the heap, so that ASan detects accesses after the end. */
	how = data[0] % 3;
	bytes.size = size - 1;
	bytes.data = malloc(bytes.size);
	memcpy(bytes.data, data + 1, bytes.size);

	if (how == 0) {
		notes_of_section(&bytes, "the input", fuzz_note, &bytes);
		catalogue_add_notes(&catalogue, &bytes, "the input");
		catalogue_free(&catalogue);
	} else if (how == 1) {
		notes_of_elf(&bytes, "the input", fuzz_note, &bytes);
	} else {
		notes_of_raw(&bytes, fuzz_note, &bytes);
	}
	free(bytes.data);

	return 0;
}
