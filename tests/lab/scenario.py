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
"""Scenarios: directories in the format of strongSwan's testing/tests."""

import fnmatch
import itertools
import os
import re
import shlex

import charons
import hosts
import pki

FILES = ("description.txt", "test.conf", "pretest.dat", "evaltest.dat",
         "posttest.dat")

CLUSTER = ("moon", "sun", "mars")


class BadScenario(Exception):
    """A scenario that cannot be understood; says where."""


class Line:
    """A line of a .dat file: hosts, command and, in evaltest.dat, the pattern
    that is searched in the output and whether it is to be found."""

    def __init__(self, where, names, fields):
        self.where = where
        self.hosts = fnmatch.filter(names, fields[0].strip())
        self.command = fields[1].strip()
        self.pattern = fields[2] if len(fields) > 2 else None
        self.hit = fields[3].strip() if len(fields) > 3 else None


class Variant:
    """A way to run a scenario: a label, the name of each host's charon, and
    options of the plugin that override the scenario's."""

    def __init__(self, label, chosen, settings):
        self.label = label
        self.charons = chosen
        self.settings = settings


class Scenario:
    """What the files of a scenario say."""

    def __init__(self, directory):
        self.directory = directory
        self.name = os.path.basename(directory)
        self.folder = os.path.join(
            os.path.basename(os.path.dirname(directory)), self.name)
        for file in FILES:
            if not os.path.exists(self.path(file)):
                raise BadScenario(f"{directory}: there is no {file}")
        self._conf = _read_conf(self.path("test.conf"))
        try:
            self.hosts = [hosts.find(name, self._conf.get(f"HOST_{name}"))
                          for name in self.names("VIRTHOSTS")]
        except ValueError as error:
            raise BadScenario(f"{self.path('test.conf')}: {error}") from None
        self.values = hosts.placeholders(self.hosts)
        self.ipsec = self.names("IPSECHOSTS")
        self.gateways = self.names("GATEWAYS") or [
            name for name in self.ipsec
            if name in CLUSTER or re.fullmatch(r"gw\d+", name)]
        self.pretest = self._read_lines("pretest.dat", 2)
        self.evaltest = self._read_lines("evaltest.dat", 4)
        self.posttest = self._read_lines("posttest.dat", 2)
        self._check()

    def path(self, name):
        """Path of a file of the scenario."""
        return os.path.join(self.directory, name)

    def words(self, key, host=None):
        """Words of a setting; KEY_host is asked before KEY."""
        value = self._conf.get(f"{key}_{host}") if host else None
        return (self._conf.get(key, "") if value is None else value).split()

    def names(self, key):
        """Host names of a setting; rw[1-30] stands for rw1 to rw30."""
        names = []
        for word in self.words(key):
            several = re.fullmatch(r"(\w+)\[(\d+)-(\d+)\]", word)
            if several:
                first, last = int(several.group(2)), int(several.group(3))
                names += [f"{several.group(1)}{number}"
                          for number in range(first, last + 1)]
            else:
                names.append(word)
        return names

    def overlays(self, host):
        """Directories with files for a host's /etc, the later ones over the
        earlier ones: a numbered host has those of all of its kind, hosts/rw
        for rw7, besides its own."""
        kinds = dict.fromkeys((re.sub(r"\d+$", "", host), host))
        return [self.path(os.path.join("hosts", kind, "etc"))
                for kind in kinds]

    def word(self, key, host=None, default=None):
        """A setting of one word."""
        words = self.words(key, host)
        return words[0] if words else default

    def number(self, key, default):
        """A setting that is a number."""
        return int(self.word(key, default=str(default)))

    def issuer(self, host):
        """Name of the CA that issues a host's certificate."""
        return self.word("ISSUER", host, pki.DEFAULT_CA)

    def limit(self, names):
        """Leave out all hosts but these; the .dat files may not fit then."""
        self.hosts = [host for host in self.hosts if host.name in names]
        self.ipsec = [name for name in self.ipsec if name in names]

    def plugins(self, host):
        """Names of the plugins of ours that a host's charon is to find: what
        PLUGINS_host or PLUGINS says, without them redirect if the host's
        strongswan.conf loads it."""
        wanted = self.words("PLUGINS", host)
        if wanted:
            return wanted
        for directory in self.overlays(host):
            path = os.path.join(directory, "strongswan.conf")
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    loads = re.findall(r"^\s*load\s*=(.*)", file.read(),
                                       re.MULTILINE)
                if "redirect" in " ".join(loads).split():
                    wanted = ["redirect"]
        return wanted

    def variants(self, override=(), gateways=None, mixed=True):
        """Every way in which the scenario is to be run, as Variants.

        GATEWAY_CHARON and CLIENT_CHARON list charons for the two roles,
        CHARON_host names one for a host. VARIANTS lists names, and
        SETTINGS_name for each of them options of the plugin, key=value.

        override: names of charons that hosts run instead, as pairs of who and
                  name; who is a host, "gateways", "clients", or None for all
        gateways: name of a charon, to leave out variants in which gateways
                  run another one
        mixed: False to leave out variants in which gateways and clients run
               different charons, if there are others for both
        """
        override = dict(override)
        everyone = override.get(None)
        roles = []
        for who, key in (("gateways", "GATEWAY_CHARON"),
                         ("clients", "CLIENT_CHARON")):
            instead = override.get(who, everyone)
            roles.append([instead] if instead else
                         self.words(key) or [charons.DISTRIBUTION])
        variants = []
        for gateway, client, name in itertools.product(
                *roles, self.words("VARIANTS") or [None]):
            if gateways and gateway != gateways:
                continue
            if not mixed and gateway != client and \
                    gateway in roles[1] and client in roles[0]:
                continue
            chosen = {host: gateway if host in self.gateways else client
                      for host in self.ipsec}
            if not override.keys() & {None, "gateways", "clients"}:
                chosen.update({host: self.word("CHARON", host, chosen[host])
                               for host in self.ipsec})
            named = {host: override[host] for host in self.ipsec
                     if host in override}
            chosen.update(named)
            settings = dict(word.split("=", 1)
                            for word in self.words("SETTINGS", name))
            label = "-".join(dict.fromkeys(filter(
                None, (gateway, client, *named.values(), name))))
            variants.append(Variant(label, chosen, settings))
        return variants

    def _read_lines(self, file, count):
        lines = []
        with open(self.path(file), encoding="utf-8") as text:
            for number, line in enumerate(text, 1):
                where = f"{self.name}/{file}:{number}"
                if not line.strip() or line.startswith("#"):
                    continue
                fields = line.rstrip("\n").split("::")
                if len(fields) != count:
                    raise BadScenario(f"{where}: not {count} fields separated "
                                      "by :: (IPv6 addresses: use the names "
                                      "of hosts, or fec0:.*:1 in patterns)")
                names = [host.name for host in self.hosts]
                line = Line(where, names, [hosts.substitute(
                    field, self.values) for field in fields])
                if not line.hosts:
                    raise BadScenario(f"{where}: no host '{fields[0]}' in "
                                      "VIRTHOSTS")
                lines.append(line)
        return lines

    def _check(self):
        known = {host.name for host in self.hosts}
        for line in self.evaltest:
            if line.hit is not None and \
                    not re.fullmatch(r"YES|NO|\d+", line.hit):
                raise BadScenario(f"{line.where}: '{line.hit}' is neither "
                                  "YES, NO nor a number")
        unknown = set(self.ipsec) - known
        if unknown:
            raise BadScenario(f"{self.path('test.conf')}: "
                              f"{', '.join(sorted(unknown))} not in VIRTHOSTS")


def _read_conf(path):
    """Read a test.conf: lines of KEY="value" in the shell's syntax."""
    conf = {}
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            try:
                words = shlex.split(line, comments=True)
            except ValueError as error:
                raise BadScenario(f"{path}:{number}: {error}") from None
            if not words:
                continue
            key, equals, value = words[0].partition("=")
            if not equals or len(words) > 1 or not key.isidentifier():
                raise BadScenario(f"{path}:{number}: not KEY=\"value\"")
            conf[key] = value
    return conf
