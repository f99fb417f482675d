# SPDX-License-Identifier: GPL-2.0
#
# The targets. Each calls a script in scripts/. All files that are built are in build/;
# downloads and ccache are in the cache directory of the user. LINUX=/path uses your
# Linux tree instead of the download. ARCH=arm64 or x86_64 selects the architecture of
# the kernels. It is not exported here: if it is unset, make would export an empty value,
# and the makefiles of the kernel would use that.

FLAVOUR ?= pkram
export FROM TO FLAVOUR LINUX TESTS TEST BENCH GENERATIONS ACCEL HOST KERNEL GDB LAZY STOCK

help:
	@echo 'make demo                               hands files in memory from kernel to kernel'
	@echo 'make kernel FLAVOUR=pkram|stock|debug   builds a kernel'
	@echo 'make -s image FLAVOUR=...               prints the path of that kernel'
	@echo 'make luoctl                             builds build/luoctl/luoctl'
	@echo 'make check [TESTS=pattern]              runs every test'
	@echo 'make check LAZY=on [TESTS=pattern]      has memfds retrieved page by page'
	@echo 'make check STOCK=7.2                    runs those that boot stock Linux, on that version'
	@echo 'make check HOST=1                       runs the tests on a Debian host'
	@echo 'make check-all                          runs everything; takes many hours'
	@echo 'make deb [CONFIG=vm]                    Debian packages in build/deb/'
	@echo 'make image-debian                       a Debian host with them installed'
	@echo 'make dist                               a tarball of the project'
	@echo 'make bench [BENCH=pattern]              compares with stock Linux'
	@echo 'make fuzz [SECONDS=600]                 fuzzes readers of preserved memory'
	@echo 'make soak [GENERATIONS=100]             random data through many kernels'
	@echo 'make lint                               runs the checkers'
	@echo 'make install-tree LINUX=/path           adds the project to that tree'
	@echo 'make patches LINUX=/path                writes the project as series of patches'
	@echo 'make series [FROM=N] [TO=N]             builds and boots each patch on those before it'
	@echo 'make series FIGURES=1                   measures what the first series bring to a boot'
	@echo 'make shell [FLAVOUR=...]                a shell in the virtual machine'
	@echo 'make shell GDB=1                        a shell whose kernel waits for gdb'
	@echo 'make shell HOST=1                       a login on that Debian host'
	@echo 'make ... ARCH=arm64                     the same on another architecture'

kernel:
	@scripts/kernel/build $(FLAVOUR)

image:
	@scripts/kernel/flavour --image $(FLAVOUR)

demo:
	@scripts/demo

luoctl:
	@scripts/need luoctl
	@$(MAKE) -s -C tools/luoctl OUT=$(CURDIR)/build/luoctl

deb:
	@scripts/deb/luoctl
	@scripts/deb/kernel

image-debian:
	@scripts/host/image

dist:
	@scripts/dist

shell:
	@scripts/shell

check:
	@scripts/check

check-all:
	@scripts/check-all

bench:
	@scripts/bench

fuzz:
	@scripts/need kernel fuzz
	@$(MAKE) -s -C tools/testing/luo_fuzz OUT=$(CURDIR)/build/testing/luo_fuzz \
		LINUX=$$(scripts/linux/fetch) fuzz

soak:
	@scripts/soak

lint:
	@scripts/lint

install-tree:
	@scripts/linux/install

patches:
	@scripts/linux/series

series:
	@scripts/series

.PHONY: help demo kernel image luoctl deb image-debian dist shell check check-all bench fuzz soak lint install-tree patches series
