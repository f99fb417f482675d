# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# Shared by the tests in this directory: the modules of CONFIG_SAMPLE_LUO_OBJECT_METER, and
# the attributes of their device.

. ../luo_lib/functions.sh

v1=luo_object_meter_v1
v2=luo_object_meter
modules=/lib/modules/$(uname -r)/kernel/samples/luo_object
meter=/sys/devices/platform/luo_object_meter
objects=/sys/kernel/luo_objects
lists=/sys/kernel/debug/luo_objects

# set_to ATTRIBUTE VALUE - write it; refused ATTRIBUTE VALUE - succeed if that fails.
set_to() {
	{ echo "$2" >"$meter/$1"; } 2>/dev/null
}

refused() {
	! set_to "$@"
}

# shows ATTRIBUTE=VALUE... - succeed if all attributes have these values.
shows() {
	for shows_pair in "$@"; do
		shows_value=$(cat "$meter/${shows_pair%%=*}")
		[ "$shows_value" = "${shows_pair#*=}" ] && continue
		echo "# expected $shows_pair, found $shows_value"
		return 1
	done
}

# not_loaded WORDS COMMAND... - succeed if the module is refused with WORDS.
not_loaded() {
	not_loaded_words=$1
	shift
	! "$@" 2>/tmp/not_loaded && grep -qF "$not_loaded_words" /tmp/not_loaded &&
		return
	sed 's/^/# /' /tmp/not_loaded
	return 1
}

# listed FILE - succeed if the meter is in this list of objects; unlisted FILE - if not.
listed() {
	grep -q '^meter ' "$1"
}

unlisted() {
	! listed "$1"
}

# logged WORDS... - succeed if the kernel has logged them since it booted.
logged() {
	dmesg | grep -qF "$*"
}

# End a stage, for which no plan was printed.
end_stage() {
	ktap_print_totals
	[ "$KTAP_CNT_FAIL" -eq 0 ]
	exit
}

ktap_print_header
