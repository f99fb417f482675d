# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Completion of luoctl for bash.

# Names of the running kernel for --accept.
_luoctl_names() {
	local kind

	echo kho luo luo-objects machine cmdline unclaimed
	for kind in /sys/kernel/luo_objects/*/; do
		[ ! -d "$kind" ] || basename "$kind"
	done
}

# The sessions that processes have, and those that were saved in this boot.
_luoctl_sessions() {
	ls /run/luoctl/saved 2>/dev/null
	find /proc/[0-9]*/fd -lname 'anon_inode:\[luo_session\]*' -printf '%l\n' 2>/dev/null |
		sed 's/^anon_inode:\[luo_session\] //' | sort -u
}

_luoctl() {
	local word=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD - 1]}
	local command="" at options=""

	for ((at = 1; at < COMP_CWORD; at++)); do
		[ "${COMP_WORDS[at]}" = -- ] && return
		case ${COMP_WORDS[at]} in
		-*)	;;
		*)	command=${COMP_WORDS[at]}; break ;;
		esac
	done

	case $command in
	"")	mapfile -t COMPREPLY < <(compgen -W "check negotiate save restore run kexec update
			list status blackout abort tree dump help --json" -- "$word")
		return ;;
	check)	options="--from --module" ;;
	negotiate) options="--module --rollback" ;;
	save)	options="--copy --timeout --tree" ;;
	restore) options="--cgroup --keep --mount --ready --timeout --token" ;;
	run)	options="--copy --link --ready --stop-signal --timeout" ;;
	kexec)	options="--accept --append --dry-run --from --initrd --load --module --rollback" ;;
	update)	options="--accept --append --dry-run --initrd --module --rollback --rollback-to --yes" ;;
	status)	options="--prometheus" ;;
	dump)	options="--incoming" ;;
	esac

	case $last in
	--accept)
		mapfile -t COMPREPLY < <(compgen -W "$(_luoctl_names)
			$(_luoctl_sessions | sed 's/^/session:/')" -- "$word")
		return ;;
	--ready)
		mapfile -t COMPREPLY < <(compgen -W "exec notify fd" -- "$word")
		return ;;
	--stop-signal)
		mapfile -t COMPREPLY < <(compgen -A signal -- "$word")
		return ;;
	--append|--cgroup|--copy|--link|--timeout|--token)
		return ;;
	esac
	case $command:$word in
	*:-*)	mapfile -t COMPREPLY < <(compgen -W "$options --json" -- "$word") ;;
	abort:*|restore:*|run:*)
		mapfile -t COMPREPLY < <(compgen -W "$(_luoctl_sessions)" -- "$word") ;;
	dump:*)	mapfile -t COMPREPLY < <(compgen -W "$(_luoctl_names)" -- "$word") ;;
	update:*)
		mapfile -t COMPREPLY < <(compgen -W "$(find /boot -name 'vmlinuz-*' \
			-printf '%f\n' 2>/dev/null | sed 's/^vmlinuz-//')" -- "$word")
		[ ${#COMPREPLY[@]} != 0 ] || mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
	check:*|negotiate:*|kexec:*|save:=*)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "${word#=}") ;;
	esac
}

complete -F _luoctl luoctl
