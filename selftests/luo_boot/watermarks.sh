#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Half of the free memory is preserved. When it is restored, the watermarks are not lower
# than after a boot with nothing preserved. Without huge pages, because khugepaged raises
# the watermarks of a small machine to a constant.
#
# vm: boot=pkram,pkram mem=2G append="transparent_hugepage=never"
. ./boot.sh

# sum NAME - pages up to the watermark NAME, of all zones.
sum() {
	awk -v name="$1" '$1 == name { pages += $2 } END { print pages + 0 }' /proc/zoneinfo
}

ktap_print_header
if [ "$STAGE" = 1 ]; then
	ktap_set_plan 1
	# The module cannot allocate in CMA areas, which the scratch areas of KHO are.
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
	# They are set at most a second after the last page. The runner ends the wait.
	until [ "$(sum low)" -ge "$first_low" ] && [ "$(sum high)" -ge "$first_high" ]; do
		sleep 1
	done
	ktap_test_pass "they are not lower than in the first stage"
fi
ktap_finished
