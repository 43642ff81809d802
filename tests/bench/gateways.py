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
"""The gateways that are compared, each ready to be loaded."""

import os
import shutil
import signal
import socket
import time

import network

# where redirects lead to
TARGET = "192.0.2.77"

# Private /run and plugins; the daemon runs from /run/bench as AppArmor
# profiles attach by path and know nothing of these plugins.
MOUNT = r"""
set -e
mount -t tmpfs -o mode=755 bench /run
mkdir -p /run/bench
touch /run/bench/charon
mount --bind "$1" /run/bench/charon
mount --bind "$2" "$3"
"""

# Nothing is logged, cookies are off, tables fit many IKE_SAs, for all: what a
# request itself costs.
CHARON = """
charon {{
  load = random nonce openssl pem pkcs1 pubkey x509 hmac kdf kernel-netlink \
socket-default vici {plugin}
  dos_protection = {dos}
  half_open_timeout = 5
  ikesa_table_size = 16384
  ikesa_table_segments = 16
  threads = 16
  filelog {{
    log {{
      path = {work}/charon.log
      default = {level}
      flush_line = yes
    }}
  }}
  syslog {{
    daemon {{ default = -1 }}
    auth {{ default = -1 }}
  }}
  plugins {{
    vici {{ socket = unix://{work}/vici }}
    {options}
  }}
}}
"""

SWANCTL = """
connections {{
  bench {{
    local_addrs = %any
    proposals = aes256-sha256-x25519
    unique = never
    childless = allow
    local {{ auth = psk
      id = gateway }}
    remote {{ auth = psk }}
  }}
}}
secrets {{ ike {{ secret = bench }} }}
"""


def wait_for(condition, what, process=None):
    """Wait until a condition holds."""
    end = time.monotonic() + 60
    while not condition():
        if time.monotonic() > end or (process and process.poll() is not None):
            raise OSError(f"{what} does not start")
        time.sleep(0.05)


def has_program(place):
    """Whether there is a program for XDP."""
    _, out, _ = place.namespaces.run(["ip", "link", "show", "eth0"])
    return "prog/xdp" in out


def expect_program(place):
    """A gateway that quietly receives by sockets would measure those."""
    if not has_program(place):
        raise OSError("AF_XDP does not work here")


class Gateway:
    """A gateway in a place of its own."""

    name = None     # what tables call it
    daemon = None   # name of its process
    target = TARGET # where it redirects to, None if that differs
    queues = 1      # of its interface
    mtu = 1500

    def __init__(self, net, area):
        self.place = net.add_place(type(self).__name__, self.queues, self.mtu)
        self.work = os.path.join(area, type(self).__name__)
        os.makedirs(self.work)
        self.process = None
        self.pid = None
        self.pids = []

    def run(self, argv, env=None):
        """Start the daemon and find its PID."""
        self.process = network.start(
            self.place.namespaces, argv, network.GATEWAY_CPU,
            os.path.join(self.work, "output"), env)
        wait_for(self._found, self.name, self.process)

    def _found(self):
        self.pid = network.pid_of(self.process, self.daemon)
        return self.pid is not None

    def start(self):
        """Start it and wait until it is ready."""
        raise NotImplementedError


class Responder(Gateway):
    """The bare UDP responder."""

    name = "bare responder"
    daemon = "bare_responder"
    batch = "1"
    receivers = "1"

    def __init__(self, net, area, programs):
        super().__init__(net, area)
        self._programs = programs

    def start(self):
        self.run([os.path.join(self._programs, "bare_responder"), "500",
                  TARGET, self.batch, self.receivers])


class BatchResponder(Responder):
    """The same with recvmmsg and sendmmsg."""

    name = "bare responder, batches"
    batch = "32"


class XdpResponder(Responder):
    """The same by AF_XDP, with nothing checked: what the interface and the
    kernel's part of it allow."""

    name = "bare responder, AF_XDP"

    def start(self):
        self.run([os.path.join(self._programs, "bare_responder"), "500",
                  TARGET, "eth0"])
        wait_for(lambda: has_program(self.place), self.name, self.process)


class TwoReceivers(BatchResponder):
    """The same with two processes that receive by one socket, on all CPUs."""

    name = "two receivers"
    receivers = "2"

    def _found(self):
        self.pids = network.pids_of(self.process, self.daemon)
        return len(self.pids) == int(self.receivers)

    def start(self):
        super().start()
        for pid in self.pids:
            os.sched_setaffinity(pid, network.CPUS)


class OneReceiver(TwoReceivers):
    """One, on all CPUs."""

    name = "one receiver"
    receivers = "1"


class Charon(Gateway):
    """charon with one plugin of ours, or none."""

    daemon = "charon"
    plugin = ""
    options = ""
    level = 0
    dos = "no"

    def __init__(self, net, area, charons, version):
        super().__init__(net, area)
        self._charons = charons
        self.charon = charons.find(version)

    def configure(self, options=None):
        """Write strongswan.conf."""
        with open(os.path.join(self.work, "strongswan.conf"), "w",
                  encoding="ascii") as file:
            file.write(CHARON.format(
                plugin=self.plugin, work=self.work, level=self.level,
                dos=self.dos, options=options or self.options))

    def swanctl(self, *arguments):
        """Run swanctl; returns its output."""
        status, out, err = self.place.namespaces.run(
            [self.charon.swanctl, *arguments, "--uri",
             f"unix://{self.work}/vici"],
            env={"STRONGSWAN_CONF": os.path.join(self.work,
                                                 "strongswan.conf")})
        if status:
            raise OSError(f"swanctl {arguments[0]}: {err or out}")
        return out

    def start(self):
        plugins = os.path.join(self.work, "plugins")
        shutil.copytree(self.charon.plugins, plugins,
                        ignore=shutil.ignore_patterns("*.la"))
        for plugin in self.plugin.split():
            shutil.copy(self._charons.plugin(self.charon, plugin), plugins)
        if self.plugin:
            helper = self._charons.xdp_helper(self.charon)
            if helper:
                shutil.copy(helper, plugins)
        self.place.namespaces.check(
            ["bash", "-s", "-", self.charon.daemon, plugins,
             self.charon.plugins], stdin=MOUNT)
        self.configure()
        with open(os.path.join(self.work, "swanctl.conf"), "w",
                  encoding="ascii") as file:
            file.write(SWANCTL.format())
        self.run(["/run/bench/charon"], env={
            "STRONGSWAN_CONF": os.path.join(self.work, "strongswan.conf")})
        wait_for(lambda: os.path.exists(os.path.join(self.work, "vici")),
                 self.name, self.process)
        self.swanctl("--load-all", "--file",
                     os.path.join(self.work, "swanctl.conf"))


class Plain(Charon):
    """charon without a plugin that redirects."""

    name = "charon, no plugin"


class BareProvider(Charon):
    """The least a plugin can do."""

    name = "charon, bare provider"
    plugin = "bare-provider"
    options = "bare-provider { gateway = " + TARGET + " }"


def redirect_options(fast_path="yes", batch="yes", remote=network.SOURCES,
                     target=TARGET, more=""):
    """Options of our plugin that redirect some clients."""
    return f"""redirect {{
      fast_path = {fast_path}
      fast_path_batch = {batch}
      {more}
      # few clients send everything: they come back all the time
      max_returns = 0
      self = gateway
      gateways {{
        gateway {{ addresses = 198.51.100.254 }}
        other {{ addresses = {target} }}
      }}
      rules {{
        bench {{
          remote = {remote}
          gateways = other
        }}
      }}
    }}"""


class SlowPath(Charon):
    """Our plugin without the fast path: KE payload taken out."""

    name = "redirect, no fast path"
    plugin = "redirect"
    options = redirect_options(fast_path="no")


class OneByOne(Charon):
    """Our plugin, fast path on charon's own receive."""

    name = "redirect, fast path, single"
    plugin = "redirect"
    options = redirect_options(batch="no")


class FastPath(Charon):
    """Our plugin as it is by default."""

    name = "redirect, fast path"
    plugin = "redirect"
    options = redirect_options()


class Xdp(Charon):
    """Our plugin, before the network stack."""

    name = "redirect, AF_XDP"
    plugin = "redirect"
    options = redirect_options(more="fast_path_xdp = eth0")

    def start(self):
        super().start()
        expect_program(self.place)


def many_options(gateways, rules):
    """Options that redirect all clients to one of many gateways, by the last of
    many rules."""
    names = [f"gw{number}" for number in range(1, gateways)]
    listed = "\n".join(f"        {name} {{ addresses = 10.{i >> 8}.{i & 255}.1 }}"
                       for i, name in enumerate(names))
    others = "\n".join(f"        r{i} {{ remote = 172.{16 + (i >> 8)}.{i & 255}.0/24 }}"
                       for i in range(1, rules))
    return f"""redirect {{
      max_returns = 0
      probe {{ enabled = no }}
      self = gateway
      gateways {{
        gateway {{ addresses = 198.51.100.254 }}
{listed}
      }}
      rules {{
{others}
        bench {{
          remote = {network.SOURCES}
          gateways = {", ".join(names)}
        }}
      }}
    }}"""


class Few(Charon):
    """Our plugin with the fewest gateways and rules."""

    name = "2 gateways, 1 rule"
    plugin = "redirect"
    target = None
    options = many_options(2, 1)


class Many(Few):
    """The same with more than most have."""

    name = "500 gateways, 200 rules"
    options = many_options(500, 200)


class Most(Few):
    """The same with more than anybody has."""

    name = "4,096 gateways, 4,096 rules"
    options = many_options(4096, 4096)


class TwoQueues(Xdp):
    """The same on an interface with two queues."""

    name = "redirect, AF_XDP, two queues"
    queues = 2


class Unaffected(Charon):
    """Our plugin, with rules that match none of the clients."""

    name = "charon, redirect plugin"
    plugin = "redirect"
    options = redirect_options(remote="192.0.2.0/24")


class Counted(Charon):
    """charon with its instructions counted; ends to tell them."""

    daemon = "callgrind-amd64-linux"
    counted = None  # only in this function, and what it calls

    def run(self, argv, env=None):
        only = ["--collect-atstart=no", f"--toggle-collect={self.counted}"] \
            if self.counted else []
        super().run(["valgrind", "-q", "--tool=callgrind", *only,
                     f"--callgrind-out-file={self.work}/instructions", *argv],
                    env)

    def end(self):
        """End charon; returns the instructions it needed, all threads
        together."""
        os.kill(self.pid, signal.SIGTERM)
        self.process.wait()
        with open(os.path.join(self.work, "instructions"),
                  encoding="utf-8") as file:
            for line in file:
                if line.startswith(("summary:", "totals:")):
                    return int(line.split()[1])
        raise OSError(f"{self.name}: no instructions were counted")


class CountedPlain(Counted):
    """Without a plugin that redirects."""

    name = "charon, no plugin"


class CountedSockets(Counted):
    """Our plugin, with rules that match none of the clients."""

    name = "redirect, sockets"
    plugin = "redirect"
    options = redirect_options(remote="192.0.2.0/24")


class CountedXdp(Counted):
    """The same by AF_XDP."""

    name = "redirect, AF_XDP"
    plugin = "redirect"
    options = redirect_options(remote="192.0.2.0/24",
                               more="fast_path_xdp = eth0")

    def start(self):
        super().start()
        expect_program(self.place)


class Libreswan(Gateway):
    """pluto with global-redirect=yes."""

    name = "libreswan"
    daemon = "pluto"

    CONF = """
config setup
	global-redirect=yes
	global-redirect-to={target}
	ddos-mode=unlimited
	logfile=/dev/null
	plutodebug=none
conn bench
	left={address}
	leftid=@gateway
	right=%any
	authby=secret
	ikev2=insist
	ike=aes256-sha2_256-dh31
	auto=add
"""

    def __init__(self, net, area, root):
        super().__init__(net, area)
        self._root = root

    def start(self):
        libraries = ":".join(
            os.path.join(self._root, path) for path in
            ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu",
             "usr/lib/aarch64-linux-gnu", "lib/aarch64-linux-gnu"))
        env = {"LD_LIBRARY_PATH": libraries}
        run = os.path.join(self.work, "run")
        nss = os.path.join(self.work, "nss")
        os.makedirs(run)
        os.makedirs(nss)
        with open(os.path.join(self.work, "ipsec.conf"), "w",
                  encoding="ascii") as file:
            file.write(self.CONF.format(target=TARGET,
                                        address=self.place.address))
        with open(os.path.join(self.work, "ipsec.secrets"), "w",
                  encoding="ascii") as file:
            file.write('@gateway %any : PSK "bench"\n')
        status, _, err = self.place.namespaces.run(
            [os.path.join(self._root, "usr/bin/certutil"), "-N", "-d",
             f"sql:{nss}", "--empty-password"], env=env)
        if status:
            raise OSError(f"certutil: {err}")
        # pluto runs other programs by absolute path
        self.place.namespaces.check(
            ["mount", "--bind", os.path.join(self._root, "usr/libexec"),
             "/usr/libexec"])
        self.run(["/usr/libexec/ipsec/pluto", "--nofork", "--config",
                  os.path.join(self.work, "ipsec.conf"), "--secretsfile",
                  os.path.join(self.work, "ipsec.secrets"), "--nssdir", nss,
                  "--rundir", run, "--logfile", "/dev/null"], env=env)
        wait_for(lambda: self._is_socket(os.path.join(run, "pluto.ctl")),
                 self.name, self.process)

    @staticmethod
    def _is_socket(path):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(path)
                return True
            except OSError:
                return False
