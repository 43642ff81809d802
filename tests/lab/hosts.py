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
"""The hosts of strongSwan's test network, and what a scenario adds to them.

Names and addresses are those of strongSwan's testing environment, so that a
scenario can be moved there. What the lab adds: mars is a host of its own,
every gateway has a leg in the inside network 10.1.0.0/16, and there are
numbered gateways and roadwarriors, gw1 to gw30 and rw1 to rw50.
"""

import ipaddress
import re

DOMAIN = "strongswan.org"

# virtual IPs that each gateway hands out; hosts inside route them back to it,
# so that an inside host tells by a packet's source which gateway carried it
POOLS = {
    "moon": ("10.3.1.0/24", "fec3::1:0/112"),
    "sun": ("10.3.2.0/24", "fec3::2:0/112"),
    "mars": ("10.3.5.0/24", "fec3::5:0/112"),
}

# host: interface=network:address,..., "forward" for routers, "via" for default
# routes, "manual" for interfaces that a scenario brings up with ifup
TABLE = {
    "moon": "eth0=outside:192.168.0.1/24,fec0::1/16 "
            "eth1=inside:10.1.0.1/16,fec1::1/16 forward",
    "sun": "eth0=outside:192.168.0.2/24,fec0::2/16 "
           "eth1=inside:10.1.0.2/16,fec1::2/16,10.2.0.1/16,fec2::1/16 forward",
    "mars": "eth0=outside:192.168.0.5/24,fec0::6/16 "
            "eth1=inside:10.1.0.5/16,fec1::5/16 forward",
    "carol": "eth0=outside:192.168.0.100/24,fec0::10/16",
    "dave": "eth0=outside:192.168.0.200/24,fec0::20/16",
    "winnetou": "eth0=outside:192.168.0.150/24,fec0::15/16",
    "alice": "eth0=inside:10.1.0.10/16,fec1::10/16 "
             "eth1=outside:192.168.0.50/24,fec0::5/16 manual=eth1 "
             "via=10.1.0.1,fec1::1",
    "venus": "eth0=inside:10.1.0.20/16,fec1::20/16 via=10.1.0.1,fec1::1",
    "bob": "eth0=inside:10.2.0.10/16,fec2::10/16 via=10.2.0.1,fec2::1",
}


class Interface:
    """One network interface: its name, the network it is in, its addresses."""

    def __init__(self, name, network, addresses, manual):
        self.name = name
        self.network = network
        self.addresses = [ipaddress.ip_interface(a) for a in addresses]
        self.manual = manual

    def address(self, version):
        """First address of an IP version as text, None without one."""
        for address in self.addresses:
            if address.version == version:
                return str(address.ip)
        return None


class Host:
    """What the lab knows of a host: interfaces, and how it routes."""

    def __init__(self, name, text):
        self.name = name
        self.interfaces = []
        self.forward = False
        self.via = []
        manual = re.findall(r"\bmanual=(\S+)", text)
        for word in text.split():
            key, _, value = word.partition("=")
            if key == "forward":
                self.forward = True
            elif key == "via":
                self.via = value.split(",")
            elif key.startswith("eth"):
                network, _, addresses = value.partition(":")
                self.interfaces.append(Interface(
                    key, network, addresses.split(","), key in manual))
            elif key != "manual":
                raise ValueError(f"host {name}: '{word}' is not understood")

    def interface(self, network):
        """The interface in a network, None without one."""
        for interface in self.interfaces:
            if interface.network == network:
                return interface
        return None


def find(name, extra):
    """The host of that name.

    extra: what test.conf says in HOST_NAME, None if it says nothing
    """
    if extra:
        return Host(name, extra)
    if name in TABLE:
        return Host(name, TABLE[name])
    numbered = re.fullmatch(r"(gw|rw)([1-9][0-9]?)", name)
    if numbered:
        number = int(numbered.group(2))
        if numbered.group(1) == "gw" and number <= 30:
            return Host(name, f"eth0=outside:192.168.0.{10 + number}/24,"
                        f"fec0::1:{number:x}/16 eth1=inside:10.1.1.{number}/16,"
                        f"fec1::1:{number:x}/16 forward")
        if numbered.group(1) == "rw" and number <= 50:
            return Host(name, f"eth0=outside:192.168.0.{200 + number}/24,"
                        f"fec0::2:{number:x}/16")
    raise ValueError(f"there is no host '{name}', and no HOST_{name} either")


def pools(name):
    """Networks of the virtual IPs that a gateway hands out."""
    if name in POOLS:
        return POOLS[name]
    numbered = re.fullmatch(r"gw([0-9]+)", name)
    if numbered:
        number = int(numbered.group(1))
        return (f"10.3.{100 + number}.0/24", f"fec3::{100 + number:x}:0/112")
    return ()


def names(hosts):
    """Lines of /etc/hosts for these hosts, named as in strongSwan's network."""
    lines = ["127.0.0.1\tlocalhost", "::1\tip6-localhost"]
    for host in hosts:
        for number, interface in enumerate(host.interfaces):
            name = host.name + (str(number) if number else "")
            for version, prefix in ((4, ""), (6, "ip6-")):
                address = interface.address(version)
                if address:
                    lines.append(f"{address}\t{prefix}{name}.{DOMAIN} "
                                 f"{prefix}{name}")
    return "\n".join(lines) + "\n"


def placeholders(hosts):
    """PH_IP_MOON, PH_IP_MOON1, PH_IP6_MOON and so on, with their values."""
    values = {}
    for host in hosts:
        for number, interface in enumerate(host.interfaces):
            name = host.name.upper() + (str(number) if number else "")
            for version, prefixes in ((4, ("PH_IP_",)),
                                      (6, ("PH_IP6_", "PH_IPV6_"))):
                address = interface.address(version)
                if address:
                    for prefix in prefixes:
                        values[prefix + name] = address
    return values


def own_placeholders(host):
    """PH_SELF, PH_IP_SELF and so on, in the files of a host."""
    values = {key.replace(host.name.upper(), "SELF"): value
              for key, value in placeholders([host]).items()}
    values["PH_SELF"] = host.name
    return values


def substitute(text, values):
    """Replace placeholders, the longer names before those they begin with."""
    for key in sorted(values, key=len, reverse=True):
        text = text.replace(key, values[key])
    return text
