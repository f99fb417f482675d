#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Half of the free memory is preserved. After it was restored, the watermarks must not be
# lower than after a boot without preserved memory. Huge pages are off, because khugepaged
# raises the watermarks of a small machine to a constant.
#
# vm: boot=pkram,pkram mem=2G append="transparent_hugepage=never"
. ./boot.sh

# sum NAME - print the sum of the watermark NAME over all zones, in pages.
sum() {
	awk -v name="$1" '$1 == name { pages += $2 } END { print pages + 0 }' /proc/zoneinfo
}

ktap_print_header
if [ "$STAGE" = 1 ]; then
	ktap_set_plan 1
	# The module cannot allocate in the scratch areas of KHO, which are CMA areas.
	cma=$(kib CmaFree)
	ktap_test_result "preserve" modprobe kho_boot_test \
		blocks=$((($(free_kib) - ${cma:-0}) / 4096)) note="$(sum low),$(sum high)"
else
	low=$(sum low)
	ktap_set_plan 3
	ktap_test_result "restore" modprobe kho_boot_test blocks=0
	IFS=, read -r first_low first_high <$parameters/noted
	echo "# low, high: $first_low, $first_high in the first stage, low here $low"
	ktap_test_result "they were lower at boot" [ "$low" -lt $((first_low * 9 / 10)) ]
	# They are set at most a second after the last page was restored. The runner limits
	# the time of the loop.
	until [ "$(sum low)" -ge "$first_low" ] && [ "$(sum high)" -ge "$first_high" ]; do
		sleep 1
	done
	ktap_test_pass "they are not lower than in the first stage"
fi
ktap_finished
