#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Memory of a virtio-mem device.
#
# vm: boot=hotplug,hotplug mem=1G virtio_mem=1G append="memhp_default_state=online_kernel"
. ./memory.sh
carry
