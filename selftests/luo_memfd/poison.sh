#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Files with pages that were poisoned before and after they were preserved, through
# two kernels with this handler, and into a stock kernel, which must refuse them.
#
# vm: boot=fault,fault,fault,stock mem=1536M
. ../luo_lib/policy.sh

case $STAGE in
1)	write all && exec ./poison save ;;
2)	write newest && exec ./poison pass ;;
3)	write all || exit
	ktap_print_header
	ktap_set_plan 2
	ktap_subtest "files" ./poison pass
	luoctl check "/boot/$NEXT" >/tmp/check
	result "luoctl names what is lost" \
		grep -q "2 files, such as memfd/.*, have a page of damaged memory" /tmp/check
	ktap_finished ;;
4)	exec ./poison stock ;;
esac
