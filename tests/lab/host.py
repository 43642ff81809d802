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
"""One host of a scenario: files of its own, charon, commands, capture."""

import os
import re
import shutil

import hosts
import network

BIN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin")

# Private /run, /var/log, /etc and plugin directory. charon and swanctl run
# from /run/lab: AppArmor profiles attach by path, and the distribution's know
# nothing of plugins that are not installed or of logs in files.
MOUNT = r"""
set -e
mount -t tmpfs -o mode=755 lab /run
mkdir -p /run/lab/etc /run/lab/upper /run/lab/work /run/lock
mount -t overlay -o lowerdir=/etc,upperdir=/run/lab/upper,workdir=/run/lab/work \
	lab /etc 2>/dev/null ||
	{ cp -a /etc/. /run/lab/etc; mount --bind /run/lab/etc /etc; }
rm -rf /etc/swanctl /etc/strongswan.conf
for dir in conf.d ecdsa pkcs12 pkcs8 private pubkey rsa x509 x509aa x509ac \
	x509ca x509crl x509ocsp; do
	mkdir -p "/etc/swanctl/$dir"
done
mount --bind "$1" /var/log
if [ -n "$2" ]; then
	for tool in "$2" "$3"; do
		touch "/run/lab/${tool##*/}"
		mount --bind "$tool" "/run/lab/${tool##*/}"
	done
	mount --bind "$4" "$5"
fi
"""

# Another charon beside the first one, for 'systemctl upgrade'.
UPGRADE = r"""
set -e
mkdir /run/lab/upgrade
for tool in "$1" "$2"; do
	touch "/run/lab/upgrade/${tool##*/}"
	mount --bind "$tool" "/run/lab/upgrade/${tool##*/}"
done
mount --bind "$3" "$4"
"""

# Logs of a host: what people need to see is at level 1 and 2.
LAB_CONF = """
charon {
  filelog {
    daemon {
      path = /var/log/daemon.log
      time_format = %T
      time_add_ms = yes
      ike_name = yes
      flush_line = yes
      default = 1
      ike = 2
    }
  }
  syslog {
    daemon { default = -1 }
    auth { default = -1 }
  }
}
"""

EMPTY_SWANCTL = "include conf.d/*.conf\n"


def _option(path, value):
    """Lines of strongswan.conf for an option below sections."""
    if len(path) == 1:
        return f"{path[0]} = {value}\n"
    return f"{path[0]} {{\n{_option(path[1:], value)}}}\n"


class LabHost:
    """A running host."""

    def __init__(self, host, made, logs):
        """host: what hosts.py says of it; made: its Namespaces;
        logs: directory outside that becomes its /var/log"""
        self.host = host
        self.name = host.name
        self.namespaces = made
        self.logs = logs
        self.capture = None
        self.charon = None
        self.started = False

    def mount(self, charon, plugins):
        """Give the host files of its own.

        charon: the Charon it runs, None for a host without IPsec
        plugins: directory that takes the place of charon's plugin directory
        """
        self.charon = charon
        arguments = [charon.daemon, charon.swanctl, plugins,
                     charon.plugins] if charon else []
        self.namespaces.check(["bash", "-s", "-", self.logs] + arguments,
                              stdin=MOUNT)
        if charon:
            self.write("/etc/lab.conf", LAB_CONF)
            self.write("/etc/strongswan.conf", "include lab.conf\n")
            self.write("/etc/swanctl/swanctl.conf", EMPTY_SWANCTL)

    def mount_upgrade(self, charon, plugins):
        """Have another charon ready that the host can be upgraded to."""
        self.namespaces.check(["bash", "-s", "-", charon.daemon, charon.swanctl,
                               plugins, charon.plugins], stdin=UPGRADE)

    def write(self, path, text, mode=0o644):
        """Write a file of the host."""
        outside = self.namespaces.path(path)
        os.makedirs(os.path.dirname(outside), exist_ok=True)
        with open(outside, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(outside, mode)

    def overlay(self, directory, values):
        """Copy a scenario's hosts/HOST/etc over the host's, with
        placeholders replaced."""
        for root, _, files in os.walk(directory):
            inside = os.path.join("/etc", os.path.relpath(root, directory))
            for name in files:
                source = os.path.join(root, name)
                target = os.path.normpath(os.path.join(inside, name))
                try:
                    with open(source, encoding="utf-8") as file:
                        text = hosts.substitute(file.read(), values)
                    self.write(target, text, os.stat(source).st_mode & 0o777)
                except UnicodeDecodeError:
                    shutil.copy(source, self.namespaces.path(target))

    def adapt(self, kernel_esp, retransmit, settings, defaults):
        """Let charon log to a file, and bring its own ESP if the kernel
        has none: a scenario's strongswan.conf says nothing of either.

        retransmit: seconds after which it retransmits if the scenario does not
        say, None for its own default. Charon drops the new gateway's answer to
        IKE_SA_INIT if it comes while the REDIRECT is still processed, which
        costs a client without the plugin that time.

        settings: options of the plugin that override the scenario's, those of
        a section as section.option

        defaults: the same, for a scenario that sets no option of that name
        """
        path = self.namespaces.path("/etc/strongswan.conf")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        if not kernel_esp and "kernel-libipsec" not in text:
            text = re.sub(r"^(\s*load\s*=.*?)\bkernel-netlink\b",
                          r"\1kernel-libipsec kernel-netlink", text,
                          flags=re.MULTILINE)
        if retransmit:
            text = f"charon {{\n  retransmit_timeout = {retransmit}\n}}\n{text}"
        if "include lab.conf" not in text:
            text += "\ninclude lab.conf\n"
        unset = {key: value for key, value in defaults.items() if not re.search(
            rf"^\s*{key.rpartition('.')[2]}\s*=", text, re.MULTILINE)}
        options = "".join(_option(key.split("."), value)
                          for key, value in {**unset, **settings}.items())
        if options and re.search(r"^\s*redirect\s*{", text, re.MULTILINE):
            text += ("charon {\n  plugins {\n    redirect {\n" + options +
                     "    }\n  }\n}\n")
        self.write("/etc/strongswan.conf", text)

    def interfaces(self):
        """Write what the commands ifup and ifdown need."""
        for interface in self.host.interfaces:
            if interface.manual:
                self.write(f"/run/lab/ifup-{interface.name}",
                           "\n".join(network.up(interface)) + "\n")

    def shell(self, command, timeout=60, env=None, watch=None):
        """Run a line of a scenario; returns status, output, errors."""
        path = BIN + os.pathsep + os.environ.get("PATH", os.defpath)
        return self.namespaces.run(
            ["sh", "-c", command], timeout,
            {"PATH": path, "LC_ALL": "C", **(env or {})}, watch=watch)

    def has_died(self):
        """Whether charon ended without being asked to."""
        status = self.namespaces.path("/run/lab/charon.status")
        stopping = self.namespaces.path("/run/lab/charon.stopping")
        return os.path.exists(status) and not os.path.exists(stopping)

    def log(self):
        """What charon logged so far."""
        return self.read_log("daemon.log")

    def read_log(self, name):
        """A file of the host's /var/log, empty if there is none."""
        try:
            with open(os.path.join(self.logs, name), encoding="utf-8",
                      errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""
