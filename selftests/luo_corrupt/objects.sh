#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Corrupt objects, tables of kinds and arrays of the previous kernel are refused, and valid
# ones beside them are not.
#
# vm: boot=fault,fault mem=1G
. ../luo_lib/objects.sh
. ./corrupt.sh

nr_healthy=130

# store KIND INSTANCE - store an object whose data depends on the instance.
store() {
	luo store "$1" "$2" 0 40 "$2"
}

# with_cases FILE FUNCTION - call the function with a number, from 2, for each line.
with_cases() {
	with_number=1
	with_function=$2
	while read -r with_line; do
		with_number=$((with_number + 1))
		# shellcheck disable=SC2086 # these are words
		$with_function $with_number $with_line || return
	done <<-END
	$(cases "$1")
	END
}

store_object() {
	store "$2" 1 && store "$2" 2
}

store_chain() {
	for store_i in $(seq $nr_healthy); do
		store "$2" "$store_i" || return
	done
}

store_array() {
	luo array-store array "$1" 8 2600 "$1"
}

# A page of PKRAM, whose address some corrupt records have.
store_page() {
	printf '%s\n' "0 ok prepare_save other" "0 ok prepare_save_obj" \
		"0 ok alloc 1 1 0" "0 ok save 1 0" "0 ok free" \
		"0 ok finish_save_obj" "0 ok finish_save" |
		../pkram/script >/dev/null
}

damage_object() {
	case $3 in
	block|first)	damage_owner=kind/$2 ;;
	*)		damage_owner=object/$2/1 ;;
	esac
	# shellcheck disable=SC2086 # may be none
	corrupt $damage_owner "$3" "$4" "$5" ${6#-}
}

damage_chain() {
	corrupt "kind/$2" "$3" "$4" "$5"
}

damage_array() {
	damage_value=$(echo "$5" | sed "s,ITSELF,object/array/$1,")
	# shellcheck disable=SC2086 # may be none
	corrupt "object/array/$1" "$3" "$4" "$damage_value" ${6#-}
}

# number NAME - print the number of an error.
number() {
	eval "echo \$${1:-EBADMSG}"
}

check_object() {
	result "$2: is refused" fails "$(number "$7")" read "$2" 1 0 40 1
	case $3.$4 in
	record.version|record.flags)	;;
	*)	result "$2: is named in the log" logged "kind $2[: ]" 1 ;;
	esac
	case $3 in
	record|data)	result "$2: the one beside it is not" luo read "$2" 2 0 40 2 ;;
	*)		result "$2: so is all of the kind" fails $EBADMSG read "$2" 2 0 40 2 ;;
	esac
}

# Objects in the first page are found; more may have existed.
check_chain() {
	result "$2: objects before it are found" luo read "$2" 100 0 40 100
	result "$2: other objects may have existed" fails $EBADMSG read "$2" 1000 0 40 1
	result "$2: is named in the log" logged "kind $2: block" 1
}

check_array() {
	result "array $2: is refused" fails "$(number "$7")" array-load array "$1" "$1"
}

check_healthy() {
	check_i=1
	while [ $check_i -le $nr_healthy ]; do
		luo read healthy $check_i 0 40 $check_i || return
		check_i=$((check_i + 1))
	done
	luo array-load array 1 1
}

case $STAGE in
1)
	preserve_others
	result "store a page" store_page
	result "store objects that stay valid" store_chain 0 healthy
	result "store an array" store_array 1
	result "store objects" with_cases objects.cases store_object
	result "store chains" with_cases chains.cases store_chain
	result "store arrays" with_cases arrays.cases store_array
	result "damage objects" with_cases objects.cases damage_object
	result "damage chains" with_cases chains.cases damage_chain
	result "damage arrays" with_cases arrays.cases damage_array ;;
2)
	with_cases objects.cases check_object
	with_cases chains.cases check_chain
	with_cases arrays.cases check_array
	result "no memory has two owners" ./fill_memory true
	result "all others are unchanged" check_healthy
	result "the others can be dropped" accepted $objects/drop all
	check_others 2000 ;;
esac
end_stage
