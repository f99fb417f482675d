# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh

. ../luo_lib/functions.sh

# write POLICY - set the write policy of this kernel.
write() {
	if ! echo "$1" >/sys/kernel/luo_objects/write; then
		echo "Bail out! the kernel refused the policy $1"
		return 1
	fi
}
