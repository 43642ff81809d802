# shellcheck shell=bash
# Copyright (C) 2026 The strongSwan redirect plugin authors
#
# This program is free software; you can redistribute it and/or modify it
# under the terms of the GNU General Public License as published by the
# Free Software Foundation; either version 2 of the License, or (at your
# option) any later version.  See <http://www.fsf.org/copyleft/gpl.txt>.
#
# This program is distributed in the hope that it will be useful, but
# WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY
# or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU General Public License
# for more details.

# Clean Debian roots for packages and their tests: a root of a suite is made once
# by debootstrap, layers above it are overlays, so that nothing of the machine
# and nothing of an earlier run is seen. Needs common.sh; for root.

ROOTS=$BUILD/roots

# mirror WHAT: where this machine's apt gets its release from; WHAT is main or
# security
mirror()
{
	local release

	# shellcheck disable=SC1091 # not part of the repository
	release=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
	[ "$1" = main ] || release=$release-security
	# shellcheck disable=SC2016 # a format of apt-get
	apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
		awk -v release="$release" '$1 == release { print $2; exit }'
}

# suite_sources SUITE: lines of sources.list
suite_sources()
{
	local main security type

	main=$(mirror main)
	security=$(mirror security)
	for type in deb deb-src
	do
		printf '%s %s %s main\n' "$type" "$main" "$1"
		[ "$1" != sid ] || continue
		printf '%s %s %s-updates main\n' "$type" "$main" "$1"
		[ -z "$security" ] || printf '%s %s %s-security main\n' "$type" "$security" "$1"
	done
}

# bootstrap SUITE: make the root of a suite
bootstrap()
{
	local dir=$ROOTS/$1

	if ! [ -e "$dir/etc/apt/apt.conf.d/90redirect" ]
	then
		say "making a root of $1, a minute or two"
		rm -rf "$dir"
		mkdir -p "$ROOTS"
		logged "debootstrap-$1" debootstrap --variant=minbase --include=ca-certificates \
			"$1" "$dir" "$(mirror main)" || fail "cannot make a root of $1"
		rm -rf "$dir/var/cache/apt/archives/"*.deb "$dir"/etc/apt/sources.list.d/*
		suite_sources "$1" > "$dir/etc/apt/sources.list"
		printf '#!/bin/sh\nexit 101\n' > "$dir/usr/sbin/policy-rc.d"
		chmod 755 "$dir/usr/sbin/policy-rc.d"
		{
			apt-config dump | grep -E '^Acquire::(http|https|Check)' || true
			printf '%s\n' 'APT::Sandbox::User "root";' \
				'APT::Install-Recommends "false";' 'Acquire::Languages "none";'
		} > "$dir/etc/apt/apt.conf.d/90redirect"
	fi
}

# in_root LOWER UPPER COMMAND...: run a command in an overlay: LOWER is a list of
# directories as overlayfs takes it, changes go to UPPER. The command sees no
# process and mount of the machine; SHARE, if set, is a directory it sees as /share.
in_root()
{
	local lower=$1 upper=$2

	shift 2
	mkdir -p "$upper/data" "$upper/work" "$upper/root"
	cp -L /etc/resolv.conf "$upper/resolv.conf" 2>/dev/null || : > "$upper/resolv.conf"
	# shellcheck disable=SC2016 # for the shell inside
	unshare --mount --pid --fork --kill-child --propagation private bash -c '
		lower=$1 upper=$2 share=$3
		shift 3
		root=$upper/root
		mount -t overlay redirect -o "lowerdir=$lower,upperdir=$upper/data,workdir=$upper/work" "$root" &&
		mount -t proc proc "$root/proc" &&
		mount --rbind /dev "$root/dev" && mount --rbind /sys "$root/sys" &&
		mount -t tmpfs tmpfs "$root/run" && mount -t tmpfs tmpfs "$root/tmp" || exit 125
		cp "$upper/resolv.conf" "$root/etc/resolv.conf"
		if [ -n "$share" ]
		then
			mkdir -p "$root/share" && mount --bind "$share" "$root/share" || exit 125
		fi
		exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LC_ALL=C.UTF-8 \
			DEBIAN_FRONTEND=noninteractive PYTHONDONTWRITEBYTECODE=1 chroot "$root" "$@"' \
		in_root "$lower" "$upper" "${SHARE:-}" "$@"
}

# layer NAME SUITE KEY COMMAND...: a layer above the root of a suite, made by a
# command when it is not there or KEY changed; prints the list for in_root
layer()
{
	local dir=$ROOTS/$1 suite=$2 key=$3

	shift 3
	if [ "$(cat "$dir/key" 2>/dev/null)" != "$key" ]
	then
		rm -rf "$dir"
		mkdir -p "$dir"
		logged "layer-${dir##*/}" in_root "$ROOTS/$suite" "$dir" "$@" ||
			fail "cannot prepare a root of $suite"
		printf '%s\n' "$key" > "$dir/key"
	fi
	printf '%s\n' "$dir/data:$ROOTS/$suite"
}
