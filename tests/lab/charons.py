#
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
#
"""The charons that hosts can run, and the plugins built for them."""

import glob
import os
import re
import subprocess

DISTRIBUTION = "distribution"
LATEST = "latest"


class Charon:
    """An installed charon: its version and where its parts are."""

    def __init__(self, daemon, swanctl, plugins):
        self.daemon = daemon
        self.swanctl = swanctl
        self.plugins = plugins
        output = subprocess.run([daemon, "--version"], check=True,
                                capture_output=True, text=True).stdout
        self.version = re.search(r"strongSwan (\S+)", output).group(1)

    def looks_elsewhere(self):
        """Whether charon looks for its plugins in another directory, as it does
        when a build area was copied."""
        place = os.path.realpath(self.plugins).encode()
        files = [self.daemon] + glob.glob(os.path.join(
            os.path.dirname(self.plugins), "lib*.so.0"))
        for path in files:
            with open(path, "rb") as file:
                if place + b"\0" in file.read():
                    return False
        return True


class Charons:
    """Finds charons by the names that test.conf and --charon use."""

    def __init__(self, build, variant="plugin"):
        """build: the build area; variant: "plugin", or "asan" for plugins
        built with sanitizers"""
        self._build = build
        self._variant = variant
        self._found = {}
        self._add(DISTRIBUTION, "/usr/lib/ipsec/charon", "/usr/sbin/swanctl",
                  "/usr/lib/ipsec/plugins")
        for prefix in sorted(glob.glob(os.path.join(build, "charon-*")),
                             key=_version):
            self._add(LATEST, os.path.join(prefix, "libexec/ipsec/charon"),
                      os.path.join(prefix, "sbin/swanctl"),
                      os.path.join(prefix, "lib/ipsec/plugins"))
        for file in glob.glob(os.path.join(build, "suite-*")):
            with open(file, encoding="ascii") as version:
                charon = self._found.get(version.read().strip())
            if charon:
                self._found[file.rpartition("suite-")[2]] = charon

    def _add(self, name, daemon, swanctl, plugins):
        if os.access(daemon, os.X_OK):
            charon = Charon(daemon, swanctl, plugins)
            self._found[name] = self._found[charon.version] = charon

    def find(self, name):
        """The charon of that name: distribution, latest, a suite of Debian, or
        a version."""
        if name in self._found and self._found[name].looks_elsewhere():
            raise ValueError(f"charon {name} was built for another place than "
                             f"{self._found[name].plugins}; scripts/charon "
                             "builds it here if that is removed")
        if name not in self._found:
            have = ", ".join(sorted(self._found)) or "none"
            raise ValueError(f"there is no charon '{name}' (there is {have}); "
                             "scripts/build makes them")
        return self._found[name]

    def plugin(self, charon, name):
        """File of a plugin of ours, built for a charon.

        name: "redirect", or one of the plugins for tests
        """
        directory = f"{self._variant}-{charon.version}"
        root = os.path.join(self._build, directory)
        for place in ("src/*", "tests/**"):
            for path in glob.glob(
                    os.path.join(root, place, ".libs",
                                 f"libstrongswan-{name}.so"), recursive=True):
                return os.path.realpath(path)
        raise ValueError(f"libstrongswan-{name}.so is not built in {root}; "
                         "scripts/build does that")

    def xdp_helper(self, charon):
        """The program that stands beside the plugin for AF_XDP, None if it was
        not built."""
        path = os.path.join(self._build, f"{self._variant}-{charon.version}",
                            "src", "redirect-xdp", "redirect-xdp")
        return path if os.path.exists(path) else None

    def redirectctl(self, charon):
        """The operator's command, as built for a charon."""
        return os.path.join(self._build, f"{self._variant}-{charon.version}",
                            "src", "redirectctl", "redirectctl")

    def ike_load(self):
        """The generator of IKE_SA_INIT requests of tests/bench, built last."""
        found = glob.glob(os.path.join(self._build, f"{self._variant}-*",
                                       "tests", "bench", "ike_load"))
        return max(found, key=os.path.getmtime) if found else "ike_load"

    def libreswan(self):
        """Where scripts/libreswan puts it."""
        return os.path.join(self._build, "libreswan")

    def vici(self, charon):
        """Directory of strongSwan's VICI client for Python."""
        return os.path.join(self._build, f"source-{charon.version}", "src",
                            "libcharon", "plugins", "vici", "python")


def _version(path):
    return [int(number) for number in re.findall(r"\d+", os.path.basename(path))]
