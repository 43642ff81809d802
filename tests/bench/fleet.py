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
"""What a large cluster costs: 500 gateways that share what they know through
Redis, of which one is real, and what that costs clients of it.

As a program it stands in for the others: fleet.py PORT COUNT SECRET writes a
record a second for each."""

import hashlib
import hmac
import os
import signal
import socket
import sys
import time

SECRET = "0bfc0a7a7ddb4bd1a0d4e3ee1c0a61b4"
COUNT = 500
FIELDS = (("order", 0), ("state", 0), ("weight", 100), ("capacity", 5000),
          ("sessions", 1000), ("half_open", 3), ("load", 300), ("draining", 0),
          ("hash", 1234567890123456789), ("version", "1.0"))


def address(number):
    """Of a gateway."""
    return f"10.99.{number // 250}.{number % 250 + 1}"


def record(key, number, start, sequence):
    """A gateway's record, as src/redirect-plugin/cluster/cluster_record.h says."""
    lines = ["redirect 1 gateway", f"start {start}", f"sequence {sequence}"]
    lines += [f"{name} {value}" for name, value in FIELDS]
    probed = ",".join(f"gw{(number + step) % COUNT}" for step in (1, 7, 31))
    lines += [f"addresses {address(number)}", f"up {probed}", "down "]
    text = ("\n".join(lines) + "\n").encode()
    mac = hmac.new(key, f"gw{number}\0".encode() + text, hashlib.sha256)
    return text + b"mac " + mac.hexdigest().encode() + b"\n"


def command(*words):
    """A command in Redis's protocol."""
    words = [word if isinstance(word, bytes) else str(word).encode()
             for word in words]
    return b"*%d\r\n" % len(words) + b"".join(
        b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def write_records(port, count, secret):
    """Write all records, each at its own time of the second, for ever."""
    key = hmac.new(secret.encode(), b"strongswan-redirect cluster records",
                   hashlib.sha256).digest()
    start, begun, done = int(time.time() * 1000), time.monotonic(), 0
    with socket.create_connection(("127.0.0.1", port)) as server:
        while True:
            due = int((time.monotonic() - begun) * count)
            # gateways tell what is, not what was while the store was frozen
            done = max(done, due - count)
            for number in range(done, due):
                expires = int(time.time() * 1000) + 10000
                server.sendall(command(
                    "HSET", "redirect:gateway", f"gw{number % count + 1}",
                    b"%d " % expires + record(key, number % count + 1, start,
                                              number // count + 1)))
                server.recv(1024)
            done = due
            time.sleep(0.02)


if __name__ == "__main__":
    write_records(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    sys.exit()

import gateways  # pylint: disable=wrong-import-position
import network  # pylint: disable=wrong-import-position
from measure import bar, median, table  # pylint: disable=wrong-import-position
from parts import Part  # pylint: disable=wrong-import-position

STORE = f"cluster {{ url = redis://127.0.0.1:6379\nsecret = {SECRET}\n"


def with_redis(gateway, more=()):
    """Run a redis-server beside a gateway, and what writes to it; returns the
    server's process."""
    output = os.path.join(gateway.work, "redis")
    server = network.start(gateway.place.namespaces, [
        "redis-server", "--bind", "127.0.0.1", "--port", "6379", "--save", "",
        "--dir", gateway.work], network.LOAD_CPU, output)
    gateways.wait_for(lambda: gateway.place.namespaces.run(
        ["redis-cli", "ping"])[0] == 0, "redis-server")
    if more:
        network.start(gateway.place.namespaces, list(more), network.LOAD_CPU,
                      output)
    return server


class Shared(gateways.Charon):
    """A gateway among 500 that are in its file."""

    name = "500 gateways, store"
    plugin = "redirect redirect-redis"
    store = STORE + "}"
    named = range(1, COUNT)
    more = ""
    redis = None

    def start(self):
        type(self).options = (
            "redirect {\n" + self.more + "self = gw0\ngateways {\ngw0 { "
            f"addresses = {self.place.address} }}\n" + "".join(
                f"gw{number} {{ addresses = {address(number)}\nprobe = no }}\n"
                for number in self.named) + "}\n" + self.store + "\n}")
        if self.store:
            self.redis = with_redis(self, [
                sys.executable, os.path.abspath(__file__), "6379",
                str(COUNT - 1), SECRET])
        super().start()

    def heard(self):
        """How many others it hears of."""
        status, out, _ = self.place.namespaces.run(
            [self._charons.redirectctl(self.charon), "fleet"])
        return 0 if status else out.count("up, heartbeat")

    def wait(self):
        """Wait until it hears of all others."""
        gateways.wait_for(lambda: self.heard() == COUNT - 1,
                          os.path.join(self.work, "charon.log"))


class Joined(Shared):
    """A gateway that 499 join."""

    name = "500 gateways, members"
    store = STORE + "members { names = gw*\nsubnets = 10.99.0.0/16, " \
        "198.51.100.0/24 } }"
    named = ()


class Unshared(Shared):
    """The same gateways without a store."""

    name = "500 gateways, no store"
    store = ""


class Fleet(Part):
    """What the plugin takes of a core among 500 gateways."""

    def run(self):
        """Measure and print."""
        seconds = 10 if self.bench.quick else 30
        used = {kind: self._of_one(kind, seconds)
                for kind in (Unshared, Shared, Joined)}
        print("charon among 500 gateways, no clients")
        table(["", "% of a core"],
              [[kind.name, f"{100 * used[kind]:.2f}"] for kind in used])
        for kind in (Shared, Joined):
            self.met.append(bar(f"{kind.name}, % of a core", 100 * (
                used[kind] - used[Unshared]), 2, at_least=False))
        print(flush=True)

    def _of_one(self, kind, seconds):
        gateway = self.start(kind)
        if kind.store:
            gateway.wait()
        begun, before = time.monotonic(), network.cpu_by_thread(gateway.pid)
        time.sleep(seconds)
        after = network.cpu_by_thread(gateway.pid)
        used = sum(after.values()) - sum(before.values())
        used /= time.monotonic() - begun
        if kind.store and gateway.heard() != COUNT - 1:
            raise OSError(f"{kind.name}: not all are heard of")
        gateway.process.terminate()
        return used


class Redirecting(Shared):
    """One of them that redirects all clients to the others."""

    name = "500 gateways, redirects"
    target = None
    more = (f"max_returns = 0\nrules {{ bench {{ remote = {network.SOURCES}\n"
            "gateways = " + ", ".join(f"gw{number}" for number in Shared.named) +
            " } }\n")


class Outage(Part):
    """What clients notice while the store is frozen, or gone, for a minute."""

    RATE = 1000
    PIECES = 12

    def run(self):
        """Measure and print."""
        gateway = self.start(Redirecting)
        gateway.wait()
        server = network.pid_of(gateway.redis, "redis-server")
        rows, p99 = [], {}
        for name, number in (("works", 0), ("frozen", signal.SIGSTOP),
                             ("works again", signal.SIGCONT),
                             ("gone", signal.SIGKILL)):
            os.kill(server, number)
            if number == signal.SIGCONT:
                # nsenter stopped with it
                os.kill(gateway.redis.pid, number)
            before = network.dropped(gateway.pid)
            with network.real_time(gateway.pid):
                pieces = [self._piece(gateway) for _ in range(self.PIECES)]
            if gateway.heard() != (COUNT - 1 if name.startswith("works") else 0):
                raise OSError(f"the store does not do what it should: {name}")
            failed = sum(piece["sent"] - piece["redirects"] for piece in pieces)
            p99[name] = median(pieces, "p99_us")
            rows.append([name, f"{sum(piece['sent'] for piece in pieces):,.0f}",
                         f"{failed:.0f}",
                         f"{network.dropped(gateway.pid) - before}",
                         f"{sum(piece['served'] for piece in pieces):.0f}",
                         f"{median(pieces, 'p50_us'):,.0f}",
                         f"{p99[name]:,.0f}"])
            self.met.append(failed == 0)
        print(f"{self.RATE:,} clients a second to a gateway of {COUNT}, by what "
              f"the store does; medians of {self.PIECES} pieces")
        table(["store", "clients", "failed", "no room at socket", "served",
               "p50 us", "p99 us"], rows)
        works = (p99["works"] + p99["works again"]) / 2
        for name in ("frozen", "gone"):
            self.met.append(bar(f"store {name} / works, p99", p99[name] / works,
                                1.1, at_least=False))
        print(flush=True)

    def _piece(self, gateway):
        """Clients for a part of the time."""
        seconds = 1 if self.bench.quick else 5
        return self.load.measure(
            gateway, "--rate", str(self.RATE), "--window", "4096", "--warmup",
            "0", "--seconds", str(seconds))


class CountedShared(Redirecting, gateways.Counted):
    """The same with the instructions of one function counted, and of what it
    calls."""

    name = "store"
    # batches differ in size
    more = "fast_path_batch = no\nprobe { enabled = no }\n" + Redirecting.more


class CountedAlone(CountedShared):
    """The same without a store."""

    name = "no store"
    store = ""


class Shares(Part):
    """Instructions of a redirect with and without a store: of the fast path from a
    request to its answer, and of the decision alone."""

    def run(self):
        """Measure and print."""
        print(f"Instructions per redirect to one of {COUNT} gateways")
        rows = []
        for what, function in (("fast path", "examine"),
                               ("decide()", "redirect_decide")):
            alone, shared = (self._of_one(kind, function)
                             for kind in (CountedAlone, CountedShared))
            rows.append([what, f"{alone:,.0f}", f"{shared:,.0f}"])
            self.met.append(bar(f"{what}, with / without a store",
                                shared / alone, 1.02, at_least=False))
        table(["", "no store", "store"], rows)

    def _of_one(self, kind, function):
        gateway = self.start(type(kind.__name__ + function[:2], (kind,),
                                  {"counted": function}))
        if kind.store:
            gateway.wait()
        values = self.load.measure(gateway, "--window", "4", "--warmup", "0",
                                   "--seconds", "10")
        return gateway.end() / values["sent"]


FLEET = {"fleet": Fleet, "outage": Outage, "shares": Shares}
