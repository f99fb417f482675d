#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A memory module that ACPI adds before the first allocation of KHO.
#
# vm: boot=fault,fault mem=1280M dimm=1G append="memhp_default_state=online_kernel"
# vm: timeout=1800 quiet=600 arch=x86_64
. ./memory.sh
carry
