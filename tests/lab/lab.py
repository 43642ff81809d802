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
"""A scenario set up on namespaces: its hosts, and its .dat files run there."""

import concurrent.futures
import os
import shutil
import subprocess
import time

import capture
import hosts
import namespace
import network
import results
import wire
from host import LabHost


# columns of output that are shown of a line
WIDTH = 240

# hosts on which a command runs at once
PARALLEL = 8

# seconds after which clients retransmit that may miss an answer
RETRANSMIT = 1.0


class Failure(Exception):
    """A scenario cannot go on."""


class Lab:
    """One scenario with one choice of charons."""

    def __init__(self, scenario, variant, charons, authority, memory,
                 patience, directory, machine=None):
        """variant: one of scenario.variants()
        patience: how many times as long as elsewhere everything may take
        directory: receives logs, captures and console.log; made here
        machine: as in Network, with kernels that have ESP"""
        self.scenario = scenario
        self._settings = dict(variant.settings)
        self.directory = directory
        self.hosts = {}
        self.failures = []
        self._chosen = {name: charons.find(key)
                        for name, key in variant.charons.items()}
        self._charons = charons
        self._authority = authority
        self._memory = memory
        self._plugins = {}
        patience *= memory.patience
        self._patience = patience
        self._defaults = {}
        if patience > 1:
            # hosts start one after the other: a gateway that is not there yet
            # must not be found down for that
            self._defaults["probe.fall"] = round(3 * patience)
            # what scenarios set is for clients that move in no time
            self._settings.setdefault("grace", f"{max(30, 3 * patience)}s")
        self._env = {"LAB_PATIENCE": str(patience),
                     "LAB_LIBRESWAN": charons.libreswan()}
        os.makedirs(directory)
        self._console = open(os.path.join(directory, "console.log"), "w",
                             encoding="utf-8")
        self._network = network.Network(patience, machine)
        self._esp = bool(machine) or _kernel_has_esp()

    def version(self):
        """Versions of charon in this scenario, as result lines have them."""
        roles = {True: [], False: []}
        for name, charon in self._chosen.items():
            roles[name in self.scenario.gateways].append(charon.version)
        return results.version(roles[True], roles[False])

    def set_up(self):
        """Make the hosts, with files, routes and captures; start nothing."""
        for host in self.scenario.hosts:
            self._set_up_host(host)
        self._network.boot([(one.host, one.namespaces)
                            for one in self.hosts.values()])
        for name in self.hosts:
            self._add_pool_routes(self.hosts[name])
        watched = self.scenario.names("TCPDUMPHOSTS") + self.scenario.ipsec
        for name in self.hosts.keys() & watched:
            path = os.path.join(self.directory, name + ".pcap")
            interface = self.scenario.word("CAPTURE", name, "eth0")
            self.hosts[name].capture = capture.Capture(
                self.hosts[name].namespaces, interface, path)

    def _set_up_host(self, host):
        logs = os.path.join(self.directory, host.name)
        os.makedirs(logs)
        lab_host = LabHost(host, self._network.add(host), logs)
        self.hosts[host.name] = lab_host
        charon = self._chosen.get(host.name)
        lab_host.mount(charon, charon and self._plugin_directory(host.name,
                                                                 charon))
        lab_host.write("/etc/hosts", hosts.names(self.scenario.hosts))
        lab_host.write("/etc/resolv.conf", "")
        lab_host.interfaces()
        lab_host.write("/run/lab/ike_load", "#!/bin/sh\nexec "
                       f"'{self._charons.ike_load()}' \"$@\"\n", 0o755)
        if charon:
            self._add_tools(lab_host, charon, "/run/lab")
            self._add_upgrade(lab_host)
            self._add_credentials(lab_host)
        for overlay in self.scenario.overlays(host.name):
            lab_host.overlay(overlay, {**self.scenario.values,
                                       **hosts.own_placeholders(host)})
        if charon:
            lab_host.adapt(self._esp, self._retransmit(host.name), self._settings,
                           self._defaults)

    def _add_tools(self, lab_host, charon, directory):
        """What starts a charon and what goes with it, in a directory of a
        host."""
        lab_host.write(directory + "/launch",
                       self._memory.launch(charon.plugins))
        lab_host.write(directory + "/redirectctl", "#!/bin/sh\nexec "
                       f"'{self._charons.redirectctl(charon)}' \"$@\"\n", 0o755)
        lab_host.write(directory + "/vici-python", "#!/bin/sh\nPYTHONPATH='"
                       f"{self._charons.vici(charon)}' exec python3 "
                       "\"$@\"\n", 0o755)

    def _add_upgrade(self, lab_host):
        """What the host upgrades to, if the scenario says so."""
        name = self.scenario.word("UPGRADE", lab_host.name)
        if name and lab_host.name in self.scenario.gateways:
            charon = self._charons.find(name)
            lab_host.mount_upgrade(charon, self._plugin_directory(
                lab_host.name, charon))
            self._add_tools(lab_host, charon, "/run/lab/upgrade")

    def _retransmit(self, name):
        """Seconds after which a client without the plugin retransmits."""
        if name in self.scenario.gateways or self._patience > 1 or \
                "redirect" in self.scenario.plugins(name):
            return None
        return RETRANSMIT

    def _plugin_directory(self, name, charon):
        """charon's plugins with ours beside them, as the host wants them."""
        wanted = self.scenario.plugins(name)
        key = (charon.version, tuple(wanted))
        if key not in self._plugins:
            directory = os.path.join(self.directory,
                                     f"plugins-{len(self._plugins)}")
            shutil.copytree(charon.plugins, directory)
            for plugin in wanted:
                shutil.copy(
                    self._charons.plugin(charon, plugin),
                    os.path.join(directory, f"libstrongswan-{plugin}.so"))
            if "redirect" in wanted and self._charons.xdp_helper(charon):
                shutil.copy(self._charons.xdp_helper(charon), directory)
            self._plugins[key] = directory
        return self._plugins[key]

    def _add_credentials(self, lab_host):
        swanctl = lab_host.namespaces.path("/etc/swanctl")
        name = lab_host.name
        self._authority.install(name, name in self.scenario.gateways,
                                self.scenario.issuer(name), swanctl)
        for other in self.scenario.ipsec:
            self._authority.trust(self.scenario.issuer(other), swanctl)

    def _add_pool_routes(self, lab_host):
        """Let inside hosts send answers to the gateway that gave out the
        virtual IP they go to."""
        leg = lab_host.host.interface("inside")
        if not leg or leg.manual:
            return
        commands = []
        for other in self.scenario.hosts:
            gateway = other.interface("inside")
            if other.name == lab_host.name or not gateway:
                continue
            for pool in hosts.pools(other.name):
                via = gateway.address(6 if ":" in pool else 4)
                commands.append(f"route add {pool} via {via}")
        network.batch(lab_host.namespaces, commands)

    def prepare(self):
        """Run pretest.dat; every command has to succeed."""
        self._note("PRE-TEST\n")
        for line in self.scenario.pretest:
            for name, (status, out, err) in self._run(line):
                if status:
                    raise Failure(_told(line, name, f"exit status {status}",
                                        out + err))

    def evaluate(self):
        """Run evaltest.dat; every line is tried, whatever the others say."""
        self._note("TEST\n")
        for line in self.scenario.evaltest:
            if line.command in ("tcpdump", "wire", "wire-all"):
                results = [(name, (0, self._captured(line, name), ""))
                           for name in line.hosts]
            else:
                results = self._run(line)
            for name, (_, out, err) in results:
                self._judge(line, name, out, err)

    def _judge(self, line, name, out, err):
        """Compare what a command gave with what is expected."""
        text = subprocess.run(["grep", "-e", line.pattern], input=out,
                              capture_output=True, text=True, check=False)
        if text.returncode > 1:
            raise Failure(f"{line.where}: {text.stderr}")
        found = text.stdout.splitlines()
        if line.hit == "YES":
            good = bool(found)
        elif line.hit == "NO":
            good = not found
        else:
            good = len(found) == int(line.hit)
        self._note(f"grep '{line.pattern}' [{line.hit}]: "
                   f"{'ok' if good else 'FAIL'}\n{text.stdout}")
        if not good:
            expected = f"'{line.pattern}' {line.hit}, found {len(found)}"
            self.failures.append(_told(line, name, expected, out + err))

    def _captured(self, line, name):
        """What a host's capture shows, as text."""
        watching = self.hosts[name].capture
        if not watching:
            raise Failure(f"{line.where}: {name} is not in TCPDUMPHOSTS")
        lost = watching.update()
        if lost:
            raise Failure(f"{line.where}: {lost} packets were not captured")
        self._note(f"{name}# {line.command}")
        if line.command == "tcpdump":
            return self._tcpdump(name, watching.path)
        return "\n".join(wire.lines(wire.messages(watching.path),
                                    repeated=line.command == "wire-all"))

    def _tcpdump(self, name, path):
        # names come from /etc/hosts, not from a name server of the scenario;
        # from standard input: AppArmor lets tcpdump read few directories
        status, out, err = self.hosts[name].namespaces.observe(
            ["unshare", "--mount", "sh", "-c",
             'mount --bind /dev/null /etc/resolv.conf && exec tcpdump -r - '
             '<"$1"', "tcpdump", path])
        if status:
            raise Failure(f"tcpdump: {err}")
        return out

    def finish(self):
        """Run posttest.dat, end what still runs, look for crashes and what
        memory checkers report."""
        self._note("POST-TEST\n")
        for line in self.scenario.posttest:
            for name, (status, out, err) in self._run(line, ending=True):
                if status:
                    self.failures.append(_told(
                        line, name, f"exit status {status}", out + err))
        for name in self.scenario.ipsec:
            host = self.hosts[name]
            status, out, err = host.shell("systemctl stop strongswan",
                                          env=self._env)
            self._note(f"{name}# systemctl stop strongswan\n{out}{err}")
            self._check_end(host, err if status else "")

    def _check_end(self, host, error):
        history = ""
        path = host.namespaces.path("/run/lab/charon.history")
        if os.path.exists(path):
            with open(path, encoding="ascii") as file:
                history = file.read()
        if not history:
            self.failures.append(f"{host.name}: charon was never started")
        ends = [line for line in history.splitlines()
                if line.startswith("ended ") and line != "ended 0"]
        if ends:
            self.failures.append(
                f"{host.name}: charon {ends[0]}\n"
                + _tail(host.read_log("charon.out"), 30))
        elif error:
            self.failures.append(f"{host.name}: {error.strip()}")
        for report in self._memory.reports(host.logs):
            self.failures.append(f"{host.name}: {report}")

    def _check_alive(self):
        for host in self.hosts.values():
            if host.has_died():
                raise Failure(f"{host.name}: charon is gone")

    def _run(self, line, ending=False):
        """Run a line on its hosts, at once if there are several.

        returns: pairs of host name and (status, output, errors)
        """
        if len(line.hosts) == 1:
            return [(line.hosts[0], self._run_on(line, line.hosts[0], ending))]
        with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
            results = pool.map(
                lambda name: self._run_on(line, name, ending), line.hosts)
            return list(zip(line.hosts, results))

    def _run_on(self, line, name, ending):
        timeout = self.scenario.number("TIMEOUT", 60)
        try:
            status, out, err = self.hosts[name].shell(
                line.command, timeout, self._env,
                None if ending else self._check_alive)
        except namespace.CommandTimeout as error:
            raise Failure(f"{line.where}: {error}") from None
        self._note(f"{name}# {line.command}\n{out}{err}" +
                   (f"(status {status})\n" if status else ""))
        return status, out, err

    def _note(self, text):
        self._console.write(f"{time.strftime('%T')} {text}\n")
        self._console.flush()

    def close(self):
        """End all hosts; logs and captures stay in the directory."""
        for host in self.hosts.values():
            if host.capture:
                host.capture.close()
        self._network.close()
        for directory in self._plugins.values():
            shutil.rmtree(directory, ignore_errors=True)
        self._console.close()

    def abort(self):
        """End all hosts from another thread: commands that run there fail."""
        self._network.close()


def _tail(text, count=12):
    return "\n".join("    " + line[:WIDTH]
                     for line in text.splitlines()[-count:])


def _told(line, name, what, output):
    """A failure in words: where, host, command, what was expected or came
    instead, output."""
    expected = "expected: " if line.hit else ""
    return (f"{line.where}: {name}# {line.command}\n  {expected}{what}\n"
            f"  last output:\n{_tail(output)}")


def _kernel_has_esp():
    """Whether this kernel does ESP itself; asked in a network of its own."""
    command = ["unshare", "--net", "ip", "xfrm", "state", "add", "src",
               "192.0.2.1", "dst", "192.0.2.2", "proto", "esp", "spi", "1",
               "mode", "tunnel", "aead", "rfc4106(gcm(aes))", "0x" + "00" * 20,
               "128"]
    return subprocess.run(command, capture_output=True,
                          check=False).returncode == 0
