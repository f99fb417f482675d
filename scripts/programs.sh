# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Functions that copy Debian's programs with their libraries to the directory $root. The
# programs are those of this machine, or of $sysroot, the output of scripts/sysroot, if that
# is not empty. Source this file after lib.sh.

# Print the path of a program, which is in the sysroot if there is one.
path_of() {
	PATH=${sysroot:+$sysroot/usr/bin:$sysroot/usr/sbin:}$PATH:/sbin:/usr/sbin command -v "$1"
}

# Print the libraries that a program or a library of the sysroot needs, recursively. ldd
# cannot be used, because it runs the program, which is of another architecture.
foreign_libraries() {
	local name file

	for name in $("${CROSS}readelf" -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
		file=$sysroot/usr/lib/$TRIPLET/$name
		[ -e "$file" ] || die "$1 needs $name, which is not in $sysroot"
		echo "$file"
		foreign_libraries "$file"
	done
}

libraries() {
	if [ -z "$sysroot" ]; then
		# luoctl needs none, because it is linked statically.
		ldd "$1" 2>/dev/null | grep -o '/[^ ]*' || :
	else
		"${CROSS}readelf" -l "$1" |
			sed -n "s,.*program interpreter: \(.*\)],$sysroot\1,p"
		foreign_libraries "$1" | sort -u
	fi
}

# Copy the libraries that a program needs.
add_libraries() {
	local needed file

	needed=$(libraries "$1")
	for file in $needed; do
		[ ! -e "$root${file#"$sysroot"}" ] || continue
		mkdir -p "$root$(dirname "${file#"$sysroot"}")"
		cp -L "$file" "$root${file#"$sysroot"}"
	done
}

add_program() {
	local program

	program=$(path_of "$1")
	mkdir -p "$root$(dirname "${program#"$sysroot"}")"
	cp -L "$program" "$root${program#"$sysroot"}"
	add_libraries "$program"
}

archive() { cpio -o -H newc -R +0:+0 --quiet; }
