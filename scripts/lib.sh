# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Paths and functions that the shell scripts share. Source this file.

set -euo pipefail

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
BUILD=$TOP/build
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/pkram
JOBS=${JOBS:-$(nproc)}

# The architecture of the kernels and of the virtual machine: ARCH, or that of this
# machine. Another architecture than this machine's is cross-compiled with Debian's
# libraries and programs for it, and its files are built in a separate directory.
case $(uname -m) in
aarch64) HOST_ARCH=arm64 ;;
*)	HOST_ARCH=$(uname -m) ;;
esac
ARCH=${ARCH:-$HOST_ARCH}
# The names of the architecture in Debian, in GNU and in the kernel's makefiles.
case $ARCH in
x86_64)	DEBIAN_ARCH=amd64 TRIPLET=x86_64-linux-gnu KERNEL_ARCH=x86
	KERNEL_IMAGE=bzImage ;;
arm64)	DEBIAN_ARCH=arm64 TRIPLET=aarch64-linux-gnu KERNEL_ARCH=arm64
	KERNEL_IMAGE=Image ;;
*)	echo "${0##*/}: ARCH=$ARCH: expected x86_64 or arm64" >&2; exit 1 ;;
esac
CROSS=
FOREIGN=
if [ "$ARCH" != "$HOST_ARCH" ]; then
	CROSS=$TRIPLET-
	FOREIGN=$ARCH-
	BUILD=$BUILD/$ARCH
fi
# ARCH is not exported, because the kernel's makefiles use other names.
export TOP BUILD CACHE JOBS

# Do not pass the flags of the outer make to the makes that the scripts call.
unset MAKEFLAGS MFLAGS MAKELEVEL

mkdir -p "$BUILD/log" "$CACHE"

# Print progress and errors to stderr; stdout is for results.
say() { echo "$*" >&2; }
die() { echo "${0##*/}: $*" >&2; exit 1; }

# native - fail if the architecture is not that of this machine.
native() {
	[ -z "$CROSS" ] || die "not for ARCH=$ARCH on this machine: run it on a machine of that architecture"
}

# lock NAME - take a lock in this checkout until the script ends.
lock() {
	exec 9>"$BUILD/.lock-$1"
	if ! flock -n 9; then
		say "waiting: another ${0##*/} is at work in $BUILD"
		flock 9
	fi
}

elapsed() { printf '%d:%02d' $(($1 / 60)) $(($1 % 60)); }
