#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A memory module that is plugged while the kernel runs. ACPI adds it to the next kernel
# during the boot.
#
# vm: boot=fault,fault mem=1280M plug=1G append="memhp_default_state=online_kernel"
# vm: timeout=1800 quiet=600 arch=x86_64
. ./memory.sh
[ "$STAGE" -ne 1 ] || plug_memory
carry
