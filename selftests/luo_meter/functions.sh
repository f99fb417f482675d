# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# The modules of CONFIG_SAMPLE_LUO_OBJECT_METER and the attributes of the device
# that they drive.

. ../luo_lib/functions.sh

v1=luo_object_meter_v1
v2=luo_object_meter
modules=/lib/modules/$(uname -r)/kernel/samples/luo_object
meter=/sys/devices/platform/luo_object_meter
objects=/sys/kernel/luo_objects
lists=/sys/kernel/debug/luo_objects

# set_to ATTRIBUTE VALUE, refused ATTRIBUTE VALUE
set_to() {
	{ echo "$2" >"$meter/$1"; } 2>/dev/null
}

refused() {
	! set_to "$@"
}

# shows ATTRIBUTE=VALUE...
shows() {
	for shows_pair in "$@"; do
		shows_value=$(cat "$meter/${shows_pair%%=*}")
		[ "$shows_value" = "${shows_pair#*=}" ] && continue
		echo "# expected $shows_pair, found $shows_value"
		return 1
	done
}

# not_loaded WORDS COMMAND... - the module is refused, which is said in WORDS.
not_loaded() {
	not_loaded_words=$1
	shift
	! "$@" 2>/tmp/not_loaded && grep -qF "$not_loaded_words" /tmp/not_loaded &&
		return
	sed 's/^/# /' /tmp/not_loaded
	return 1
}

# listed FILE - whether the meter is in this list of objects.
listed() {
	grep -q '^meter ' "$1"
}

unlisted() {
	! listed "$1"
}

# logged WORDS... - the kernel said it since it booted.
logged() {
	dmesg | grep -qF "$*"
}

# The end of a stage, which printed no plan.
end_stage() {
	ktap_print_totals
	[ "$KTAP_CNT_FAIL" -eq 0 ]
	exit
}

ktap_print_header
