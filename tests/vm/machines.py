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
"""Hosts of a scenario that are virtual machines.

The files of such a host are those of its namespaces, which it sees through
virtiofs; its network is a bridge to the interface there, which is captured as always;
its commands run in the guest.
"""

import json
import os
import queue
import secrets
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import guest
import namespace

MEMORY = 512


class Machine(namespace.Namespaces):
    """A host's namespaces, and the guest that takes their place."""

    def __init__(self, name, patience, kernel, accelerator):
        """kernel: directory of scripts/guest-kernel; accelerator: kvm or tcg"""
        super().__init__(name, patience)
        self._kernel = kernel
        self._accelerator = accelerator
        self._directory = tempfile.mkdtemp(prefix="redirect-machine-")
        self._agent = None
        self._waiting = {None: queue.Queue()}
        self._count = 0

    def boot(self, host):
        """Start the guest; host is what the lab's hosts.py says of it."""
        socket_of = {name: os.path.join(self._directory, name)
                     for name in ("root", "host", "agent")}
        arguments = []
        for name, cache in (("root", "always"), ("host", "auto")):
            self._launch(guest.file_server(socket_of[name], "/", cache), name)
            self._wait_for_file(socket_of[name])
            arguments += guest.share(name, socket_of[name])
        for number, interface in enumerate(host.interfaces):
            self._bridge(interface.name)
            mac = "02:" + ":".join(f"{byte:02x}" for byte in
                                   secrets.token_bytes(5))
            arguments += [
                "-netdev", f"tap,id=net{number},ifname=t-{interface.name},"
                "script=no,downscript=no",
                "-device", f"virtio-net-pci,netdev=net{number},mac={mac}"]
        arguments += [
            "-chardev", f"socket,id=agent,path={socket_of['agent']},"
            "server=on,wait=off", "-device", "virtio-serial-pci",
            "-device", "virtserialport,chardev=agent"]
        self._launch(guest.qemu(
            self._kernel, self._accelerator, "machine",
            os.path.join(self._directory, "console"), MEMORY) + arguments, "qemu")
        self._wait_for_file(socket_of["agent"])
        self._agent = socket.socket(socket.AF_UNIX)
        self._agent.connect(socket_of["agent"])
        threading.Thread(target=self._read, daemon=True).start()
        try:
            self._waiting[None].get(timeout=guest.BOOT[self._accelerator])
        except queue.Empty:
            raise OSError(f"{self.name}: no guest:\n{self._told()}") from None
        self.check(["hostname", self.name])

    def plug(self):
        """Let the guest have its interfaces."""
        self.check(["modprobe", "virtio_net"])

    def _bridge(self, name):
        """Part an interface of the namespaces from them, for the guest."""
        script = (f"sysctl -q net.ipv6.conf.all.disable_ipv6=1\n"
                  f"ip addr flush dev {name}\n"
                  f"ip link add b-{name} type bridge forward_delay 0 "
                  "mcast_snooping 0\n"
                  f"ip tuntap add t-{name} mode tap\n"
                  f"ip link set t-{name} master b-{name} up\n"
                  f"ip link set {name} master b-{name} up\n"
                  f"ip link set b-{name} up\n")
        self.observe(["sh", "-e"], stdin=script)

    def _launch(self, command, name):
        with open(os.path.join(self._directory, name + ".log"), "wb") as log:
            # its end is that of the namespaces
            subprocess.Popen(self.enter(command), stdin=subprocess.DEVNULL,
                             stdout=log, stderr=log, start_new_session=True)

    def _wait_for_file(self, path):
        end = time.monotonic() + 30
        while not os.path.exists(path):
            if time.monotonic() > end:
                raise OSError(f"{self.name}: no {path}:\n{self._told()}")
            time.sleep(0.05)

    def _told(self):
        text = []
        for name in sorted(os.listdir(self._directory)):
            path = os.path.join(self._directory, name)
            if os.path.isfile(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    text.append(file.read()[-2000:])
        return "\n".join(text)

    def _read(self):
        """Hand out what the guest tells, until it ends."""
        try:
            with self._agent.makefile("r", encoding="utf-8") as lines:
                for line in lines:
                    told = json.loads(line)
                    self._waiting[told["id"]].put(told)
        except OSError:
            pass
        for waiting in list(self._waiting.values()):
            waiting.put(None)

    def run(self, argv, timeout=30, env=None, stdin=None, watch=None):
        """As for namespaces, in the guest once it runs."""
        if not self._agent:
            return super().run(argv, timeout, env, stdin, watch)
        with self._lock:
            self._count += 1
            number, told = self._count, queue.Queue()
            self._waiting[number] = told
        self._ask({"id": number, "argv": list(argv), "stdin": stdin or "",
                   "env": {**os.environ, **(env or {})}})
        answer = self._answer(number, timeout * self._patience, argv, watch)
        if not answer:
            raise OSError(f"{self.name}: the guest ended:\n{self._told()}")
        return answer["status"], answer["out"], answer["err"]

    def _answer(self, number, timeout, argv, watch):
        end = time.monotonic() + timeout
        try:
            while time.monotonic() < end:
                try:
                    return self._waiting[number].get(timeout=0.25)
                except queue.Empty:
                    if watch:
                        watch()
            raise namespace.CommandTimeout(
                f"{self.name}: not finished after {timeout} s: {argv[-1]}")
        except BaseException:
            self._ask({"id": number})
            raise

    def _ask(self, message):
        with self._lock:
            self._agent.sendall((json.dumps(message) + "\n").encode())

    def observe(self, argv, stdin=None):
        """As for namespaces, outside of the guest."""
        return super().run(argv, stdin=stdin)

    def check_net(self, argv, stdin):
        """As for namespaces, in the guest once it runs."""
        if self._agent:
            self.check(argv, stdin)
        else:
            super().check_net(argv, stdin)

    def close(self):
        """End the guest with the namespaces."""
        super().close()
        if self._agent:
            self._agent.close()
        shutil.rmtree(self._directory, ignore_errors=True)
