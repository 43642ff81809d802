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

# The strongSwan releases we build for, and their names: distribution, the one
# that is installed; latest, Debian sid's; a suite of Debian, or a version.
# Needs common.sh.

# suites that are searched for a version, the oldest first
# shellcheck disable=SC2034 # used by scripts that source this
SUITES="bookworm trixie sid"

# directory of the distribution's libcharon
# shellcheck disable=SC2034 # used by scripts that source this
DISTRIBUTION_LIBDIR=/usr/lib/ipsec

# upstream_version DEBIAN_VERSION: without epoch, revision and repacking mark
upstream_version()
{
	local version=${1#*:}

	version=${version%-*}
	printf '%s\n' "${version%%[+~]*}"
}

# installed_package: Debian version of the source of the installed strongSwan
installed_package()
{
	local version

	# shellcheck disable=SC2016 # a format of dpkg-query
	version=$(dpkg-query -W -f '${source:Version}' libstrongswan 2>/dev/null) &&
		[ -n "$version" ] || return 1
	printf '%s\n' "$version"
}

# installed_version: version of the installed strongSwan, as in "5.9.8"
installed_version()
{
	local package

	package=$(installed_package) || return 1
	upstream_version "$package"
}

# own_suite: name of the Debian suite that is installed
own_suite()
{
	# shellcheck disable=SC1091 # not part of the repository
	(. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:-}")
}

# is_release NAME: whether that can be the name of a release
is_release()
{
	case $1 in
	distribution|latest) return 0 ;;
	*) [[ " $SUITES " == *" $1 "* || $1 =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] ;;
	esac
}

# release_name NAME: the one of several names that files use
release_name()
{
	case $1 in
	sid) printf 'latest\n' ;;
	"$(own_suite)"|"$(installed_version || true)") printf 'distribution\n' ;;
	*) printf '%s\n' "$1" ;;
	esac
}

# suite_version NAME: version that strongswan-source fetched as the latest, or as
# the one of a suite
suite_version()
{
	local file=$BUILD/suite-$1

	[ "$1" != latest ] || file=$BUILD/latest
	[ -e "$file" ] && cat "$file"
}

# release_version NAME: version of a release, as far as it is known here
release_version()
{
	local name

	name=$(release_name "$1")
	case $name in
	distribution) installed_version ;;
	[0-9]*) printf '%s\n' "$name" ;;
	*) suite_version "$name" ;;
	esac
}
