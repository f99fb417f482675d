# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh

# write POLICY - which versions this kernel writes, from now on.
write() {
	if ! echo "$1" >/sys/kernel/luo_objects/write; then
		echo "Bail out! the kernel does not take the policy $1"
		return 1
	fi
}
