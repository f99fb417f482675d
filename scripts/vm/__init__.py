# SPDX-License-Identifier: GPL-2.0
"""
The virtual machine: what boots a kernel in QEMU, watches it, and reads what it
says. The layers, lowest first: arch (what differs between architectures), paths, accel
(which accelerator works), machine (a QEMU command), console (a running guest and its
two serial lines), settings (what a test asks for), guest (one job in one guest), ktap
(results).
"""
