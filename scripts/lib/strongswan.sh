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

# The strongSwan versions we build for: the installed one and the latest.
# Needs common.sh.

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

# latest_version: version that strongswan-source fetched as the latest
latest_version()
{
	[ -e "$BUILD/latest" ] && cat "$BUILD/latest"
}
