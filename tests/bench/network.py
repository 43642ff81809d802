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
"""The network of the benchmarks: one host that loads, and gateways.

Each gateway has namespaces and a cable of its own: all contenders run at the
same time, idle but for the one that is loaded, and rounds can go from one to
the other without starting anything again.
"""

import contextlib
import glob
import os
import re
import subprocess
import sys

# after our own directory: both have a module of this name
sys.path.append(os.path.join(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))), "lab"))

from namespace import Namespaces  # pylint: disable=wrong-import-position

# random clients, and some of IPv6
SOURCES = "198.18.0.0/15"
SOURCES6 = "2001:db8:ff00::/40"

# gateways on one CPU, what loads them on another
CPUS = sorted(os.sched_getaffinity(0))
GATEWAY_CPU = str(CPUS[0])
LOAD_CPU = str(CPUS[-1])

# The thread of an interface: veth has one only while it merges packets
# or has a program for XDP. The file is in the sysfs of its network.
THREADS = r"""
set -e
# frames of a sender that splits long ones itself are not merged
ethtool -K "$1" gro on tso off
mount -t sysfs sysfs /mnt
echo 1 > "/mnt/class/net/$1/threaded"
umount /mnt
"""

# before whatever else runs on this machine, for all contenders alike
PRIORITY = ["nice", "-n", "-15"]


def pinned(cpu, argv):
    """Command line that runs argv on a CPU, with priority."""
    return PRIORITY + ["taskset", "-c", cpu] + list(argv)


class Place:
    """Where a gateway runs: its namespaces and its cable to the load."""

    def __init__(self, number, namespaces):
        self.namespaces = namespaces
        self.address = f"198.51.100.{4 * number + 1}"
        self.load_address = f"198.51.100.{4 * number + 2}"
        self.address6 = f"2001:db8:{number + 1:x}::1"
        self.load_address6 = f"2001:db8:{number + 1:x}::2"
        self.interface = f"load{number}"
        self.mac = f"02:00:00:00:{number:02x}:01"
        self.load_mac = f"02:00:00:00:{number:02x}:02"
        # PIDs of the kernel's threads that receive for the gateway, if it has
        # its own
        self.receivers = []


class Net:
    """The host that loads, and the places of gateways."""

    def __init__(self):
        self._all = []
        self.load = self._make("load")
        self._batch(self.load, [f"route add local {SOURCES} dev lo"])
        self._places = 0

    def _make(self, name):
        made = Namespaces(name)
        self._all.append(made)
        return made

    @staticmethod
    def _batch(made, commands):
        made.check_net(["ip", "-batch", "-"], "\n".join(commands) + "\n")

    def add_place(self, name, queues=1, mtu=1500):
        """A new place for a gateway.

        queues: of the cable, in each direction
        """
        many = f"mtu {mtu} numtxqueues {queues} numrxqueues {queues}"
        place = Place(self._places, self._make(name))
        self._places += 1
        self._batch(self.load, [
            f"link add {place.interface} address {place.load_mac} {many} "
            f"type veth peer name eth0 address {place.mac} {many} "
            f"netns {place.namespaces.pid}",
            f"link set {place.interface} up",
            f"addr add {place.load_address}/30 dev {place.interface}",
            f"addr add {place.load_address6}/64 dev {place.interface} nodad"])
        self._batch(place.namespaces, [
            "link set eth0 up",
            f"addr add {place.address}/30 dev eth0",
            f"addr add {place.address6}/64 dev eth0 nodad",
            f"route add {SOURCES} via {place.load_address}",
            f"route add {SOURCES6} via {place.load_address6}"])
        return place

    def give_threads(self, place):
        """Let threads of the kernel receive what comes by a cable, on the CPU
        of who gets it, so that softirqs are seen and paid by him; and let frames
        come without asking for addresses before."""
        place.namespaces.check_net(["ip", "-batch", "-"], "neigh replace "
                                   f"{place.load_address} lladdr "
                                   f"{place.load_mac} dev eth0\n")
        for made, interface, cpu in (
                (place.namespaces, "eth0", GATEWAY_CPU),
                (self.load, place.interface, LOAD_CPU)):
            before = napi_threads(interface)
            made.check(["bash", "-s", "-", interface], stdin=THREADS)
            threads = napi_threads(interface) - before
            if not threads:
                raise OSError("the kernel receives without threads")
            for pid in threads:
                subprocess.run(["taskset", "-p", "-c", cpu, str(pid)],
                               check=True, stdout=subprocess.DEVNULL)
                subprocess.run(["renice", "-n", "-15", "-p", str(pid)],
                               check=True, stdout=subprocess.DEVNULL)
            if interface == "eth0":
                place.receivers = sorted(threads)

    def add_client(self, place):
        """A host with a cable of its own to a gateway; returns its namespaces,
        its address and the gateway's."""
        client = self._make("client")
        self._batch(place.namespaces, [
            f"link add client type veth peer name eth0 netns {client.pid}",
            "link set client up",
            "addr add 203.0.113.1/30 dev client"])
        self._batch(client, [
            "link set eth0 up",
            "addr add 203.0.113.2/30 dev eth0"])
        return client, "203.0.113.2", "203.0.113.1"

    def close(self):
        """End everything."""
        everything, self._all = self._all, []
        for made in everything:
            made.close()


def add_addresses(made, addresses):
    """Let a host have addresses of IPv6 that programs can bind to: a route, as
    for those of IPv4, is not enough."""
    made.check_net(["ip", "-batch", "-"], "".join(
        f"addr add {address}/128 dev lo nodad\n" for address in addresses))


def start(namespaces, argv, cpu, output, env=None):
    """Start a program in namespaces, for as long as these are there."""
    with open(output, "ab") as file:
        process = subprocess.Popen(
            namespaces.enter(pinned(cpu, argv)),
            stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            env={**os.environ, **(env or {})}, start_new_session=True)
    return process


def napi_threads(interface):
    """PIDs of the kernel's threads that receive for interfaces of a name."""
    found = set()
    for path in glob.glob("/proc/[0-9]*/comm"):
        try:
            with open(path, encoding="ascii", errors="replace") as file:
                if file.read().startswith(f"napi/{interface}-"):
                    found.add(int(path.split("/")[2]))
        except OSError:
            continue
    return found


def pids_of(process, name):
    """PIDs out here of the programs that start() started, by their name."""
    waiting, found = [process.pid], []
    while waiting:
        pid = waiting.pop()
        try:
            with open(f"/proc/{pid}/comm", encoding="ascii") as file:
                if file.read().strip() == name[:15]:
                    found.append(pid)
            with open(f"/proc/{pid}/task/{pid}/children",
                      encoding="ascii") as file:
                waiting += [int(child) for child in file.read().split()]
        except FileNotFoundError:
            continue
    return found


def pid_of(process, name):
    """PID of the first of them."""
    found = pids_of(process, name)
    return found[0] if found else None


@contextlib.contextmanager
def real_time(pid):
    """Let a process, and what is started meanwhile, have a CPU when they want one:
    what else runs here would be measured instead."""
    for task in glob.glob(f"/proc/{pid}/task/*"):
        os.sched_setscheduler(int(os.path.basename(task)), os.SCHED_FIFO,
                              os.sched_param(1))
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


def dropped(pid):
    """Datagrams that found no room at sockets, in the network of a process."""
    with open(f"/proc/{pid}/net/snmp", encoding="ascii") as file:
        names, values = [line.split() for line in file
                         if line.startswith("Udp:")]
    return int(values[names.index("RcvbufErrors")])


def cpu_by_thread(pid):
    """CPU time of each thread of a process, in seconds."""
    times = {}
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(path, encoding="ascii") as file:
            times[path] = int(file.read().split()[0]) / 1e9
    return times


def resident(pid):
    """Resident memory of a process, in KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))
