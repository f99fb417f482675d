// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "machine.h"

static const struct {
	const char *arch;
	u16 elf;
	u16 pe;			/* IMAGE_FILE_MACHINE_*; 0 if there is none */
	unsigned int page_size;	/* in bytes; 0 if it depends on the configuration */
} machines[] = {
	{ "x86_64", EM_X86_64, 0x8664, 4096 },
	{ "i686", EM_386, 0x014c, 4096 },
	{ "aarch64", EM_AARCH64, 0xaa64, 0 },
	{ "arm", EM_ARM, 0x01c2, 4096 },
	{ "riscv64", EM_RISCV, 0x5064, 4096 },
	{ "loongarch64", EM_LOONGARCH, 0x6264, 0 },
	{ "s390x", EM_S390, 0, 4096 },
	{ "ppc64", EM_PPC64, 0, 0 },
};

void machine_running(struct machine *machine)
{
	static struct utsname uts;

	uname(&uts);
	*machine = (struct machine){
		.arch = uts.machine,
		.page_size = sysconf(_SC_PAGESIZE),
		.big_endian = __BYTE_ORDER == __BIG_ENDIAN,
	};
}

void machine_of_elf(u16 number, bool big_endian, struct machine *machine)
{
	*machine = (struct machine){ .big_endian = big_endian };
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (machines[i].elf == number) {
			machine->arch = machines[i].arch;
			machine->page_size = machines[i].page_size;
		}
	}
}

void machine_of_pe(u16 number, struct machine *machine)
{
	*machine = (struct machine){};
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++) {
		if (machines[i].pe == number) {
			machine->arch = machines[i].arch;
			machine->page_size = machines[i].page_size;
		}
	}
}

enum machine_match machine_compare(const struct machine *a,
				   const struct machine *b)
{
	if (a->arch && b->arch && strcmp(a->arch, b->arch))
		return MACHINE_DIFFERS;
	if (a->page_size && b->page_size && a->page_size != b->page_size)
		return MACHINE_DIFFERS;
	if (a->arch && b->arch && a->big_endian != b->big_endian)
		return MACHINE_DIFFERS;
	if (!a->arch || !b->arch || !a->page_size || !b->page_size)
		return MACHINE_UNKNOWN;

	return MACHINE_SAME;
}

char *machine_describe(const struct machine *machine)
{
	char *pages = machine->page_size ?
		      xasprintf("pages of %u KiB", machine->page_size >> 10) :
		      xstrdup("pages of unknown size");
	char *text = xasprintf("%s, %s%s", machine->arch ?: "unknown machine",
			       pages,
			       machine->big_endian ? ", big endian" : "");

	free(pages);

	return text;
}
