# SPDX-License-Identifier: GPL-2.0
"""
The virtual machine: boots a kernel in QEMU, watches it, and reads its output. The
layers, lowest first: arch (differences between architectures), paths, accel (which
accelerator works), machine (a QEMU command), console (a running guest and its two
serial lines), settings (those of a test), guest (one job in one guest), ktap (results).
"""
