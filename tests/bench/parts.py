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
"""The parts of the benchmark: each prints a table and compares with bars."""

import os
import subprocess
import time

import curves
import gateways
import measure
import network
from measure import bar, cpu_advantage, median, median_ratio, table


class Part:
    """What parts share."""

    def __init__(self, bench):
        self.bench = bench
        self.load = bench.load
        self.met = []

    def start(self, kind):
        """Make a gateway and start it."""
        if kind is gateways.Libreswan:
            gateway = kind(self.bench.net, self.bench.area,
                           self.bench.libreswan)
        elif issubclass(kind, gateways.Charon):
            gateway = kind(self.bench.net, self.bench.area,
                           self.bench.charons, self.bench.version)
        else:
            gateway = kind(self.bench.net, self.bench.area,
                           self.bench.programs)
        gateway.start()
        return gateway

    def rounds(self, started, arguments, split=1):
        """Measure gateways in turn, there and back, several times; returns
        the rounds of each, by its class.

        split: makes as many rounds of one, where small differences count
        """
        found = {type(gateway): [] for gateway in started}
        turn = list(started)
        for _ in range(self.bench.rounds * split):
            for gateway in turn:
                found[type(gateway)].append(self.load.measure(
                    gateway, "--seconds", str(self.bench.seconds / split),
                    *arguments))
            turn.reverse()
        return found


def rows_of(started, found, base):
    """Rows of a table of rounds; base is what the last column relates to."""
    return [[gateway.name] +
            [f"{median(found[type(gateway)], key):,.{digits}f}"
             for key, digits in (("rate", 0), ("cpu_us", 2), ("p50_us", 0),
                                 ("p99_us", 0), ("lost", 0))] +
            [f"{median_ratio(found[type(gateway)], found[base], 'rate'):.2f}"]
            for gateway in started]


class Redirects(Part):
    """Clients that are redirected in IKE_SA_INIT."""

    def run(self):
        """Measure and print."""
        kinds = [gateways.BareProvider, gateways.SlowPath, gateways.OneByOne,
                 gateways.FastPath, gateways.Responder,
                 gateways.BatchResponder]
        if self.bench.libreswan:
            kinds.append(gateways.Libreswan)
        started = [self.start(kind) for kind in kinds]
        found = self.rounds(started, ["--window", "128"])
        print("Redirected clients, window 128, random sources; ratio of rates "
              "to the bare provider")
        table(["", "redirects/s", "CPU us", "p50 us", "p99 us", "lost",
               "ratio"], rows_of(started, found, gateways.BareProvider))
        fast = found[gateways.FastPath]
        self.met += [
            bar("fast path / bare provider, rate", median_ratio(
                fast, found[gateways.BareProvider], "rate"), 30),
            bar("fast path / bare responder, rate", median_ratio(
                fast, found[gateways.Responder], "rate"), 0.8),
            bar("no fast path / bare provider, CPU per redirect", median_ratio(
                found[gateways.SlowPath], found[gateways.BareProvider],
                "cpu_us"), 0.8, at_least=False)]
        if self.bench.libreswan:
            self.met.append(bar("fast path / libreswan, rate", median_ratio(
                fast, found[gateways.Libreswan], "rate"), 2))
        else:
            print("libreswan was not measured: no packages")
            self.met.append(False)
        print("by CPU per redirect instead of rate: " + ", ".join(
            f"{cpu_advantage(fast, found[kind]):.3g} times {kind.name}"
            for kind in kinds if kind is not gateways.FastPath) + "\n",
              flush=True)


class Xdp(Part):
    """Clients that are redirected before the network stack."""

    # fewer than veth's ring has room for
    WINDOW = "192"

    def run(self):
        """Measure and print."""
        kinds = [gateways.XdpResponder, gateways.Xdp, gateways.FastPath,
                 gateways.BatchResponder]
        if self.bench.libreswan:
            kinds.append(gateways.Libreswan)
        started = [self.start(kind) for kind in kinds]
        for gateway in started:
            self.bench.net.give_threads(gateway.place)
        found = self.rounds(started, ["--window", self.WINDOW])
        print(f"Redirected clients, window {self.WINDOW}, random sources, sent by AF_XDP; "
              "CPU of process and softirq; ratio of rates to the fast path on "
              "sockets")
        table(["", "redirects/s", "CPU us", "p50 us", "p99 us", "lost",
               "ratio"], rows_of(started, found, gateways.FastPath))
        xdp = found[gateways.Xdp]
        print("By CPU per redirect, which is what a core does that has nothing "
              "else to do; and by redirects a second that were counted here, "
              "where the generator and its window are a limit, too:")
        for kind, limit in ((gateways.BatchResponder, 1.6),
                            (gateways.FastPath, 2), (gateways.Libreswan, 12)):
            if kind in found:
                self.met.append(bar(
                    f"{kind.name} / AF_XDP, CPU per redirect",
                    cpu_advantage(xdp, found[kind]), limit))
                print(f"AF_XDP / {kind.name}, redirects a second: "
                      f"{median_ratio(xdp, found[kind], 'rate'):.3g}")
            else:
                print("libreswan was not measured: no packages")
                self.met.append(False)
        print("What answers without a look at anything takes of them: " + ", ".join(
            f"{cpu_advantage(found[gateways.XdpResponder], found[kind]):.3g} "
            f"times less CPU than {kind.name}" for kind in kinds[1:]))
        self._queues()
        self._flood(next(one for one in started if isinstance(one, gateways.Xdp)))

    def _queues(self):
        """Clients on several ports come to both queues."""
        gateway = self.start(gateways.TwoQueues)
        before = network.cpu_by_thread(gateway.pid)
        loads = [self.load.start(gateway, "--seconds", "2", "--local-port",
                                 str(port)) for port in range(500, 508)]
        for load in loads:
            load.communicate()
        times = sorted((time - before.get(thread, 0) for thread, time in
                        network.cpu_by_thread(gateway.pid).items()),
                       reverse=True)
        print(f"Two queues: {times[0]:.2f}, {times[1]:.2f} and "
              f"{times[2]:.2f} s of CPU by thread")
        self.met.append(bar("second thread / first, CPU", times[1] / times[0],
                            0.3))

    def _flood(self, gateway):
        """Memory while it is flooded."""
        seconds = 10 if self.bench.quick else 60
        before = network.resident(gateway.pid)
        values = self.load.measure(gateway, "--seconds", str(seconds),
                                   "--window", self.WINDOW)
        after = network.resident(gateway.pid)
        print(f"{values['redirects']:,.0f} redirects by AF_XDP in {seconds} s: "
              f"charon's memory went from {before} to {after} KiB")
        self.met.append(bar("growth, KiB", after - before, 1024,
                            at_least=False))
        print(flush=True)


class Served(Part):
    """Clients that are not redirected, with and without the plugin."""

    def run(self):
        """Measure and print."""
        started = [self.start(kind) for kind in
                   (gateways.Plain, gateways.Unaffected)]
        for label, arguments in (
                ("without REDIRECT_SUPPORTED", ["--no-support"]),
                ("with REDIRECT_SUPPORTED, no rule matches", ["--served"])):
            found = self.rounds(started, ["--window", "128"] + arguments,
                                split=3)
            print(f"IKE_SA_INITs that are served, {label}; ratio of rates")
            table(["", "served/s", "CPU us", "p50 us", "p99 us", "lost",
                   "ratio"], rows_of(started, found, gateways.Plain))
            self.met.append(bar("with / without the plugin, rate", median_ratio(
                found[gateways.Unaffected], found[gateways.Plain], "rate"),
                0.98))
            # of one thread after the other, so not disturbed by other load
            ratio = median_ratio(found[gateways.Plain],
                                 found[gateways.Unaffected], "cpu_us")
            print(f"without / with the plugin, CPU: {ratio:.3f}\n", flush=True)


CLIENT_CONNECTION = """
  c{number} {{
    local_addrs = {local}
    remote_addrs = {remote}
    proposals = aes256-sha256-x25519
    unique = never
    childless = force
    dpd_delay = 1s
    local {{ auth = psk
      id = c{number} }}
    remote {{ auth = psk
      id = gateway }}
  }}
"""


class Client(gateways.Charon):
    """A client with many IKE_SAs, each of which asks the gateway every second
    whether it is there (DPD)."""

    name = "client"
    sessions = 50

    def __init__(self, bench, gateway):
        # no place of its own: a client of the gateway's
        # pylint: disable=super-init-not-called
        self.charon = bench.charons.find(bench.version)
        self._charons = bench.charons
        self._programs = bench.programs
        self.work = os.path.join(bench.area, type(gateway).__name__ + "Client")
        os.makedirs(self.work)
        namespaces, self._local, self._remote = \
            bench.net.add_client(gateway.place)
        self.place = type("Place", (), {"namespaces": namespaces})

    def run(self, argv, env=None):
        """On the CPU of the load, not of the gateway."""
        self.process = network.start(
            self.place.namespaces, argv, network.LOAD_CPU,
            os.path.join(self.work, "output"), env)

    def connect(self):
        """Set up all IKE_SAs."""
        path = os.path.join(self.work, "client.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write("connections {\n" + "".join(
                CLIENT_CONNECTION.format(number=number, local=self._local,
                                         remote=self._remote)
                for number in range(self.sessions)) +
                "}\nsecrets { ike { secret = bench } }\n")
        self.swanctl("--load-all", "--file", path)
        for number in range(self.sessions):
            self.swanctl("--initiate", "--ike", f"c{number}")

    def watch(self, seconds):
        """Measure DPD for a while."""
        _, out, _ = self.place.namespaces.run(
            network.pinned(network.LOAD_CPU, [
                os.path.join(self._programs, "dpd_latency"), "eth0",
                str(seconds)]), timeout=seconds + 30)
        return measure.parse(out)


class Dpd(Part):
    """DPD of established clients while others are redirected."""

    # requests a second that come whether they are answered or not
    RATE = 50000

    def run(self):
        """Measure and print."""
        rows, p99 = [], {}
        for kind in (gateways.BareProvider, gateways.SlowPath,
                     gateways.FastPath, gateways.Xdp):
            gateway = self.start(kind)
            client = Client(self.bench, gateway)
            client.start()
            if kind is gateways.BareProvider:
                # it cannot tell clients apart
                gateway.configure("bare-provider { }")
                gateway.swanctl("--reload-settings")
            client.connect()
            if kind is gateways.BareProvider:
                gateway.configure()
                gateway.swanctl("--reload-settings")
            seconds = 5 if self.bench.quick else 60 if kind is gateways.Xdp \
                else 15
            for flood in ([], ["--window", "256"],
                          ["--rate", str(self.RATE), "--window", "16384"]):
                values, load = self.one(gateway, client, seconds, flood)
                self.check(values, gateway)
                p99[kind, len(flood)] = values["p99_us"]
                rows.append([gateway.name if not flood else "",
                             "idle" if not flood else " ".join(flood[:2])[2:],
                             f"{load['rate']:,.0f}" if load else "-"] +
                            [f"{values[key]:,.0f}" for key in
                             ("answered", "unanswered", "retransmitted",
                              "p50_us", "p99_us", "max_us")])
            for process in (client.process, gateway.process):
                process.terminate()
        print(f"DPD of {Client.sessions} established clients through the "
              "gateway that is flooded")
        table(["", "flood", "redirects/s", "answered", "unanswered",
               "retransmitted", "p50 us", "p99 us", "max us"], rows)
        for flood, label in ((2, "closed loop"), (4, "open loop")):
            self.met.append(bar(
                f"fast path, DPD p99 under flood ({label}), ms",
                p99[gateways.FastPath, flood] / 1000, 10, at_least=False))
            self.met.append(bar(
                f"AF_XDP, DPD p99 under flood ({label}), ms",
                p99[gateways.Xdp, flood] / 1000, 5, at_least=False))
            print("bare provider, the same: "
                  f"{p99[gateways.BareProvider, flood] / 1000:.1f} ms")
        print(flush=True)

    def one(self, gateway, client, seconds, flood):
        """DPD during one flood; returns its latency and what the load
        tells."""
        if not flood:
            return client.watch(seconds), None
        load = self.load.start(gateway, "--seconds", str(seconds + 2), *flood)
        time.sleep(1)
        values = client.watch(seconds)
        out, _ = load.communicate()
        return values, measure.parse(out)

    @staticmethod
    def check(values, gateway):
        """Without any DPD there is nothing to compare."""
        if values["answered"] + values["unanswered"] < Client.sessions:
            raise OSError(f"{gateway.name}: clients sent no DPD")


class Memory(Part):
    """Memory of charon during a flood of random sources."""

    def run(self):
        """Measure and print."""
        seconds = 10 if self.bench.quick else 60
        gateway = self.start(gateways.FastPath)
        self.load.measure(gateway, "--seconds", "2", "--window", "256")
        before = network.resident(gateway.pid)
        values = self.load.measure(gateway, "--seconds", str(seconds),
                                   "--window", "256")
        after = network.resident(gateway.pid)
        print(f"{values['redirects']:,.0f} redirects of random sources in "
              f"{seconds} s: charon's memory went from {before} to {after} KiB")
        self.met.append(bar("growth, KiB", after - before, 1024,
                            at_least=False))
        print(flush=True)


class Program(Part):
    """What a program measures, without a network around it."""

    program = ""
    quick: list[str] = []

    def run(self):
        """Measure and print."""
        program = os.path.join(self.bench.programs, self.program)
        done = subprocess.run([program] + (self.quick if self.bench.quick
                                           else []), check=False)
        self.met.append(done.returncode == 0)
        print(flush=True)


class Decide(Program):
    """Decisions."""

    program = "decide_bench"
    quick = ["10000"]


class Sessions(Program):
    """Established clients: memory, waits of hooks, a drain's rate."""

    program = "session_bench"
    quick = ["200000", "1"]


class Curves(Part):
    """How cost grows, as tables and as one picture. Not measured against a
    bar."""

    def run(self):
        """Measure, print and draw."""
        decisions = self._ask("decide_bench")
        sessions = self._ask("session_bench")
        queues = [(1, gateways.Xdp), (2, gateways.TwoQueues)]
        print(f"{'AF_XDP':20} {'queues':>8} {'CPU us a redirect':>12}")
        rows = []
        for count, kind in queues:
            rows.append((count, self._redirects(self.start(kind))))
            print(f"{'':20} {count:8} {rows[-1][1]:12.2f}")
        path = curves.draw(self.bench.pictures, decisions, sessions, rows)
        print(f"\ndrawn in {path}\n" if path else
              "\nnot drawn: gnuplot is not installed\n", flush=True)

    def _ask(self, program):
        """Print a table that a program makes, and return its numbers."""
        done = subprocess.run([os.path.join(self.bench.programs, program),
                               "curve"], capture_output=True, text=True,
                              check=False)
        print(done.stdout, flush=True)
        if done.returncode:
            raise OSError(f"{program}: {done.stderr}")
        return curves.numbers(done.stdout)

    def _redirects(self, gateway):
        """CPU of a redirect, clients on several ports."""
        before = sum(network.cpu_by_thread(gateway.pid).values())
        loads = [self.load.start(gateway, "--warmup", "0", "--seconds",
                                 str(self.bench.seconds), "--local-port",
                                 str(port)) for port in range(500, 504)]
        count = sum(measure.parse(load.communicate()[0])["redirects"]
                    for load in loads)
        used = sum(network.cpu_by_thread(gateway.pid).values()) - before
        return used * 1e6 / count


class Instructions(Part):
    """Instructions of charon for an IKE_SA_INIT that is served: they do not vary
    with what else runs, unlike time."""

    # seconds of load, and until charon has forgotten the last client
    LONG, SHORT, AFTER = 22, 2, 7

    def run(self):
        """Measure and print."""
        for which, arguments, limit in (("with", [], 1.01),
                                        ("without", ["--no-support"], 1.003)):
            self._compare(which, arguments, limit)

    def _compare(self, which, arguments, limit):
        """Measure one kind of clients, and print."""
        needed = {kind: self._of_one(kind, arguments) for kind in (
            gateways.CountedPlain, gateways.CountedSockets,
            gateways.CountedXdp)}
        plain = needed[gateways.CountedPlain]
        print(f"Instructions per IKE_SA_INIT that is served, {which} support")
        table(["", "instructions", "ratio"], [
            [kind.name, f"{count:,.0f}", f"{count / plain:.4f}"]
            for kind, count in needed.items()])
        for kind in (gateways.CountedSockets, gateways.CountedXdp):
            self.met.append(bar(f"{kind.name} / charon, no plugin, {which} "
                                "support", needed[kind] / plain, limit,
                                at_least=False))
        print(flush=True)

    def _of_one(self, kind, arguments):
        """The difference of a short and a long run. Both gateways live equally
        long and end without clients, so that neither what they do every second
        nor what is to be tidied up has a part in it."""
        runs = []
        for seconds in (self.SHORT, self.LONG):
            # another name, as both are in one network
            name = f"{kind.__name__}{len(arguments)}{seconds}"
            gateway = self.start(type(name, (kind,), {}))
            values = self.load.measure(gateway, "--served", "--window", "4",
                                       "--warmup", "0", "--seconds",
                                       str(seconds), *arguments)
            time.sleep(self.LONG - seconds + self.AFTER)
            runs.append((values["served"], gateway.end()))
        (few, little), (many, much) = runs
        return (much - little) / (many - few)


class Many(Part):
    """What a redirect costs with many gateways and rules."""

    def run(self):
        """Measure and print."""
        started = [self.start(kind) for kind in (gateways.Few, gateways.Many,
                                                 gateways.Most)]
        found = self.rounds(started, ["--window", "128"])
        print("Redirected clients, window 128, random sources; ratio of rates "
              "to the first")
        table(["", "redirects/s", "CPU us", "p50 us", "p99 us", "lost",
               "ratio"], rows_of(started, found, gateways.Few))
        for kind, limit in ((gateways.Many, 1.25), (gateways.Most, 2)):
            self.met.append(bar(
                f"{kind.name} / {gateways.Few.name}, CPU per redirect",
                median_ratio(found[kind], found[gateways.Few], "cpu_us"), limit,
                at_least=False))
        print(flush=True)


class Receivers(Part):
    """Whether more threads on charon's sockets would pay: a bare responder with
    one and with two receivers on one socket, clients on four ports. Not measured
    against a bar."""

    def run(self):
        """Measure and print."""
        kinds = (gateways.OneReceiver, gateways.TwoReceivers)
        started = [self.start(kind) for kind in kinds]
        rounds = {kind: [] for kind in kinds}
        for _ in range(self.bench.rounds):
            for gateway in started:
                rounds[type(gateway)].append(self._one(gateway))
        print("Receivers on one socket, all CPUs, clients on four ports")
        table(["", "redirects/s", "CPU us"], [
            [gateway.name] + [f"{median(rounds[type(gateway)], key):,.{digits}f}"
                              for key, digits in (("rate", 0), ("cpu_us", 2))]
            for gateway in started])
        two, one = rounds[gateways.TwoReceivers], rounds[gateways.OneReceiver]
        print(f"two / one: {median_ratio(two, one, 'rate'):.2f} times the rate, "
              f"{median_ratio(two, one, 'cpu_us'):.2f} times the CPU per "
              "redirect\n", flush=True)

    def _one(self, gateway):
        before = self._cpu(gateway)
        loads = [self.load.start(gateway, "--warmup", "0", "--seconds",
                                 str(self.bench.seconds), "--local-port",
                                 str(port)) for port in range(500, 504)]
        values = [measure.parse(load.communicate()[0]) for load in loads]
        count = sum(one["redirects"] for one in values)
        return {"rate": count / self.bench.seconds,
                "cpu_us": (self._cpu(gateway) - before) * 1e6 / count}

    @staticmethod
    def _cpu(gateway):
        return sum(sum(network.cpu_by_thread(pid).values())
                   for pid in gateway.pids)


class Profile(Part):
    """Not measured against a bar: the fast path for a profiler to look at."""

    def run(self):
        """Load it and tell the PID."""
        gateway = self.start(gateways.FastPath)
        print(f"charon has PID {gateway.pid}", flush=True)
        try:
            subprocess.run(self.load.command(gateway, "--seconds", "60",
                                             "--window", "64"), check=True)
        except KeyboardInterrupt:
            pass


PARTS = {
    "redirects": Redirects,
    "xdp": Xdp,
    "served": Served,
    "dpd": Dpd,
    "memory": Memory,
    "decide": Decide,
    "sessions": Sessions,
}
EXTRA = {
    "curves": Curves,
    "many": Many,
    "instructions": Instructions,
    "receivers": Receivers,
    "profile": Profile,
}
