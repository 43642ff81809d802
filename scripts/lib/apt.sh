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

# Packages through an apt with a configuration and state of its own, so that
# nothing of the machine's apt changes. Its sources are those of the machine, for
# source packages (deb-src, without APT_TYPE) or binary ones (deb), those of
# APT_ARCH if it is set. Needs common.sh.


APT_TYPE=${APT_TYPE:-deb-src}
APT_DIR=$BUILD/apt/$APT_TYPE${APT_ARCH:+-$APT_ARCH}

# suites that belong to the installed release, as a regular expression
release_suites()
{
	local codename

	# shellcheck disable=SC1091 # not part of the repository
	codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
	printf '^(%s|stable|oldstable|testing|unstable|sid)' "${codename:-stable}"
}

# source_stanzas SUITE: print the machine's .sources files as deb-src; SUITE is
# installed or the one to take instead of the release's main suite, or instead of
# its security updates if it ends like them
source_stanzas()
{
	local file

	for file in /etc/apt/sources.list.d/*.sources
	do
		[ -f "$file" ] || continue
		awk -v suite="$1" -v release="$(release_suites)" -v type="$APT_TYPE" '
			function flush(    i, n, names, wanted) {
				part = suite ~ /-security$/ ? "-security$" : "$"
				n = split(suites, names, " ")
				for (i = 1; i <= n; i++) {
					if (names[i] ~ (release part) && suite != "installed")
						wanted = suite
					else if (names[i] ~ (release "(-updates|-security)?$") &&
							 suite == "installed")
						wanted = wanted " " names[i]
				}
				if (binary && enabled && main && wanted)
					printf "Types: %s\nSuites: %s\n%s\n", type, wanted, rest
				suites = rest = field = ""
				binary = main = 0
				enabled = 1
			}
			BEGIN { enabled = 1 }
			/^#/ { next }
			/^[ \t]*$/ { flush(); next }
			/^[^ \t]/ { field = tolower(substr($0, 1, index($0, ":") - 1)) }
			field == "types" { binary = binary || / deb( |$)/; next }
			field == "enabled" { enabled = tolower($0) !~ /: *(no|false|0)/; next }
			field == "architectures" { next }
			field == "suites" { sub(/^[^:]*:/, ""); suites = suites " " $0; next }
			field == "components" {
				main = main || /[: ]main( |$)/
				if (main) { rest = rest "Components: main\n"; field = "-" }
				next
			}
			field == "-" { next }
			{ rest = rest $0 "\n" }
			END { flush() }' "$file"
	done
}

# source_lines SUITE: the same with the machine's .list files
source_lines()
{
	local file

	for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list
	do
		[ -f "$file" ] || continue
		awk -v suite="$1" -v release="$(release_suites)" -v type="$APT_TYPE" '
			BEGIN { part = suite ~ /-security$/ ? "-security$" : "$" }
			$1 == "deb" {
				options = ""
				i = 2
				if ($2 ~ /^\[/) {
					for (; i <= NF; i++) {
						options = options " " $i
						if ($i ~ /\]$/)
							break
					}
					gsub(/arch=[^] ]*/, "", options)
					i++
				}
				if ($0 !~ / main( |$)/)
					next
				if (suite == "installed" &&
					$(i + 1) ~ (release "(-updates|-security)?$"))
					name = $(i + 1)
				else if (suite != "installed" && $(i + 1) ~ (release part))
					name = suite
				else
					next
				print type options, $i, name, "main"
			}' "$file"
	done
}

# apt_prepare SUITE: write the private configuration for a suite (see
# source_stanzas) and let apt fetch its lists
apt_prepare()
{
	local dir=$APT_DIR/$1

	rm -rf "$dir"
	mkdir -p "$dir/sources" "$dir/lists/partial" "$dir/cache/archives/partial"
	source_stanzas "$1" > "$dir/sources/machine.sources"
	source_lines "$1" > "$dir/sources/machine.list"
	[ -s "$dir/sources/machine.sources" ] || [ -s "$dir/sources/machine.list" ] ||
		fail "no apt source of this release with 'main' below /etc/apt"
	{
		# proxies and the like, but no hooks
		apt-config dump | grep -v -i -E '^(DPkg|APT::Update|Dir::Etc::parts|Dir::Etc::main)\b'
		cat <<-END
			Dir::Etc::main "/dev/null";
			Dir::Etc::parts "/dev/null";
			Dir::Etc::sourcelist "/dev/null";
			Dir::Etc::sourceparts "$dir/sources";
			Dir::State::lists "$dir/lists";
			Dir::Cache "$dir/cache";
			APT::Sandbox::User "root";
			Acquire::Languages "none";
			${APT_ARCH:+APT::Architecture "$APT_ARCH"; APT::Architectures:: "$APT_ARCH";}
		END
	} > "$dir/apt.conf"
	# a source that fails is told, but the others may do
	logged "apt-$1" env APT_CONFIG="$dir/apt.conf" \
		apt-get -q -o APT::Update::Error-Mode=any update || true
}

# apt_source_versions SUITE PACKAGE: Debian versions that have a source, highest
# first
apt_source_versions()
{
	APT_CONFIG=$APT_DIR/$1/apt.conf apt-cache showsrc --only-source "$2" 2>/dev/null |
		awk '$1 == "Version:" { print $2 }' | sort -u | sort -V -r
}

# apt_source SUITE PACKAGE VERSION DIR: unpack a source package
apt_source()
{
	local work=$4.part

	rm -rf "$work"
	mkdir -p "$work"
	(
		cd "$work"
		logged "source-$3" env APT_CONFIG="$APT_DIR/$1/apt.conf" \
			apt-get -q source --only-source --download-only "$2=$3" &&
			logged "unpack-$3" dpkg-source --no-check -x ./*.dsc tree
	) || { rm -rf "$work"; return 1; }
	mv "$work/tree" "$4"
	rm -rf "$work"
}

# apt_versions SUITE PACKAGE: Debian versions of a binary package, highest first
apt_versions()
{
	APT_CONFIG=$APT_DIR/$1/apt.conf apt-cache madison "$2" 2>/dev/null |
		awk '{ print $3 }' | sort -u | sort -V -r
}

# apt_unpack SUITE DIR PACKAGES...: unpack binary packages below a directory, without
# their scripts; installs nothing
apt_unpack()
{
	local suite=$1 dir=$2 package work=$2.part

	shift 2
	rm -rf "$work"
	mkdir -p "$work" "$dir"
	for package
	do
		(
			cd "$work"
			logged "package-${package%%=*}" env APT_CONFIG="$APT_DIR/$suite/apt.conf" \
				apt-get -q download "$package" &&
				logged "unpack-${package%%=*}" dpkg-deb -x ./*.deb "$dir" &&
				rm -f ./*.deb
		) || { rm -rf "$work"; return 1; }
	done
	rm -rf "$work"
}
