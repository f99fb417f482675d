# SPDX-License-Identifier: GPL-2.0
#
# What can be made here. The work is done by scripts/, one script per job, and
# build/ takes all that is built; downloads and ccache live in the user's cache
# folder. LINUX=/path takes a Linux tree of yours in the place of the download.

FLAVOUR ?= pkram
export FLAVOUR LINUX TESTS TEST BENCH GENERATIONS ACCEL HOST

help:
	@echo 'make demo                               shows memory that survives kernels'
	@echo 'make kernel FLAVOUR=pkram|stock|debug   builds a kernel'
	@echo 'make -s image FLAVOUR=...               says where that kernel is'
	@echo 'make luoctl                             builds build/luoctl/luoctl'
	@echo 'make check [TESTS=pattern]              runs every test'
	@echo 'make check HOST=1                       runs those of a Debian host instead'
	@echo 'make deb                                Debian packages in build/deb/'
	@echo 'make dist                               a tarball of the project'
	@echo 'make bench [BENCH=pattern]              measures it against stock Linux'
	@echo 'make fuzz [SECONDS=600]                 fuzzes what reads preserved memory'
	@echo 'make soak [GENERATIONS=100]             files and more through many kernels'
	@echo 'make lint                               runs the checkers'
	@echo 'make install-tree LINUX=/path           puts the project into that tree'
	@echo 'make patches LINUX=/path                writes it as patches for that tree'
	@echo 'make shell [FLAVOUR=...]                a shell in the virtual machine'

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

dist:
	@scripts/dist

shell:
	@scripts/shell

check:
	@scripts/check

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

.PHONY: help demo kernel image luoctl deb dist shell check bench fuzz soak lint install-tree patches
