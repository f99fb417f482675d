/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LUO_FUZZ_LIBFUZZER_H
#define _LUO_FUZZ_LIBFUZZER_H

#include <stddef.h>
#include <stdint.h>

/* Functions that libFuzzer calls: once, and for each input. */
#define fuzz_init	LLVMFuzzerInitialize
#define fuzz_run	LLVMFuzzerTestOneInput

int fuzz_init(int *argc, char ***argv);
int fuzz_run(const uint8_t *data, size_t size);

#endif /* _LUO_FUZZ_LIBFUZZER_H */
