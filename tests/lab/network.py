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
"""The network of a scenario: one switch, and a cable to every interface."""

import concurrent.futures
import glob
import threading

from namespace import Namespaces

SYSCTL = """
net.ipv4.conf.all.rp_filter=0
net.ipv4.conf.default.rp_filter=0
net.ipv4.conf.all.accept_redirects=0
net.ipv4.conf.all.send_redirects=0
net.ipv4.conf.default.send_redirects=0
net.ipv6.conf.all.accept_dad=0
net.ipv6.conf.default.accept_dad=0
net.ipv6.conf.default.accept_ra=0
"""

FORWARD = """
net.ipv4.ip_forward=1
net.ipv6.conf.all.forwarding=1
"""


# All namespaces of a kernel share its tables of neighbours, with 1024 places as a
# rule: a host that gets none cannot send to who is not in its cache.
NEIGHBOURS = 65536


def make_room_for_neighbours():
    """Let the tables hold the neighbours of all hosts of labs side by side."""
    for path in glob.glob("/proc/sys/net/ipv[46]/neigh/default/gc_thresh[23]"):
        try:
            with open(path, "r+", encoding="ascii") as file:
                if int(file.read()) < NEIGHBOURS:
                    file.seek(0)
                    file.write(str(NEIGHBOURS))
        except OSError:
            pass  # in a container, whose host decides


class Network:
    """Namespaces of all hosts of a scenario, with cables between them."""

    def __init__(self, patience=1, machine=None):
        """patience: as in Namespaces
        machine: makes what a host is, of a name and patience; Namespaces if None
        """
        make_room_for_neighbours()
        self._patience = patience
        self._machine = machine
        self._lock = threading.Lock()
        self._closed = False
        self._all = []
        self._switch = self._make("switch", Namespaces)
        self._bridges = {}

    def _make(self, name, kind):
        """Make namespaces, unless close() was called meanwhile."""
        made = kind(name, self._patience)
        with self._lock:
            if not self._closed:
                self._all.append(made)
                return made
        made.close()
        raise OSError("the lab is being closed")

    def add(self, host):
        """Make a host's namespaces, plug it in, give it addresses."""
        made = self._make(host.name, self._machine or Namespaces)
        if not self._machine:
            set_up(host, made)
        self._plug(host, made)
        if not self._machine:
            self.configure(host, made)
        return made

    def boot(self, added):
        """Boot hosts that are machines, and give them addresses.

        added: pairs of what was added and what add() returned
        """
        if not self._machine:
            return

        def boot(pair):
            host, made = pair
            made.boot(host)
            set_up(host, made)
            made.plug()
            self.configure(host, made)

        with concurrent.futures.ThreadPoolExecutor(len(added)) as pool:
            list(pool.map(boot, added))

    def _plug(self, host, made):
        commands = []
        for interface in host.interfaces:
            if interface.network not in self._bridges:
                bridge = f"br{len(self._bridges)}"
                self._bridges[interface.network] = bridge
                commands += [f"link add {bridge} type bridge forward_delay 0 "
                             "mcast_snooping 0", f"link set {bridge} up"]
            port = f"{host.name}-{interface.name}"[:15]
            commands += [
                f"link add {port} type veth peer name {interface.name} "
                f"netns {made.pid}",
                f"link set {port} master {self._bridges[interface.network]}",
                f"link set {port} up"]
        batch(self._switch, commands)

    def configure(self, host, made):
        """Bring up all interfaces but the manual ones, set default routes."""
        commands = []
        for interface in host.interfaces:
            if not interface.manual:
                commands += up(interface)
        commands += [f"route add default via {gateway}" for gateway in host.via]
        batch(made, commands)

    def close(self):
        """End all hosts; safe to call from another thread, and twice."""
        with self._lock:
            self._closed = True
            everything, self._all = self._all, []
        for made in everything:
            made.close()


def set_up(host, made):
    """Let the kernel route as the host does; before it has interfaces."""
    made.check(["sysctl", "-q", "-p", "-"],
               stdin=SYSCTL + (FORWARD if host.forward else ""))


def up(interface):
    """Lines for "ip -batch" that bring an interface up."""
    lines = [f"link set {interface.name} up"]
    for address in interface.addresses:
        nodad = " nodad" if address.version == 6 else ""
        lines.append(f"addr add {address} dev {interface.name}{nodad}")
    return lines


def batch(made, commands):
    """Let the host's ip carry out several commands."""
    # only the network namespace: netns PID means a PID out here
    made.check_net(["ip", "-batch", "-"], "\n".join(commands) + "\n")
