/*
 * Copyright (C) 2026 The strongSwan redirect plugin authors
 *
 * This program is free software; you can redistribute it and/or modify it
 * under the terms of the GNU General Public License as published by the
 * Free Software Foundation; either version 2 of the License, or (at your
 * option) any later version.  See <http://www.fsf.org/copyleft/gpl.txt>.
 *
 * This program is distributed in the hope that it will be useful, but
 * WITHOUT ANY WARRANTY; without even the implied warranty of MERCHANTABILITY
 * or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU General Public License
 * for more details.
 */

#include "host.h"

#include <bpf/bpf.h>

#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/**
 * Ask something about an interface.
 */
static bool ask(unsigned long request, const char *interface, void *data,
				struct ifreq *ifr)
{
	bool answered;
	int fd;

	memset(ifr, 0, sizeof(*ifr));
	snprintf(ifr->ifr_name, sizeof(ifr->ifr_name), "%s", interface);
	ifr->ifr_data = data;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	answered = fd >= 0 && ioctl(fd, request, ifr) == 0;
	if (fd >= 0)
	{
		close(fd);
	}
	return answered;
}

unsigned host_queues(const char *interface)
{
	struct ethtool_channels channels = {
		.cmd = ETHTOOL_GCHANNELS,
	};
	struct ifreq ifr;

	if (!ask(SIOCETHTOOL, interface, &channels, &ifr) ||
		!(channels.rx_count + channels.combined_count))
	{
		return 1;
	}
	return channels.rx_count + channels.combined_count;
}

/**
 * Get the ID of a VLAN if it is on top of an interface, 0 if it is not.
 */
static uint16_t get_vlan(const char *vlan, const char *interface)
{
	struct vlan_ioctl_args args = {
		.cmd = GET_VLAN_REALDEV_NAME_CMD,
	};
	uint16_t found = 0;
	int fd;

	snprintf(args.device1, sizeof(args.device1), "%s", vlan);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
	{
		return 0;
	}
	if (ioctl(fd, SIOCGIFVLAN, &args) == 0 && !strcmp(args.u.device2, interface))
	{
		args.cmd = GET_VLAN_VID_CMD;
		if (ioctl(fd, SIOCGIFVLAN, &args) == 0)
		{
			found = args.u.VID;
		}
	}
	close(fd);
	return found;
}

/**
 * Let a map have these keys and no other.
 */
static void set_keys(int map, const void *keys, size_t count, size_t size)
{
	uint8_t key[sizeof(filter_address_t)], next[sizeof(key)], on = 1;
	bool last;
	size_t i;

	for (i = 0; i < count; i++)
	{
		bpf_map_update_elem(map, (const char*)keys + i * size, &on, BPF_ANY);
	}
	last = bpf_map_get_next_key(map, NULL, next) != 0;
	while (!last)
	{
		memcpy(key, next, size);
		last = bpf_map_get_next_key(map, key, next) != 0;
		for (i = 0; i < count; i++)
		{
			if (!memcmp((const char*)keys + i * size, key, size))
			{
				break;
			}
		}
		if (i == count)
		{
			bpf_map_delete_elem(map, key);
		}
	}
}

/**
 * Read the VLANs on top of an interface.
 */
static size_t read_vlans(const char *interface, uint16_t *vlans, size_t max)
{
	struct if_nameindex *all, *one;
	size_t count = 0;

	all = if_nameindex();
	for (one = all; one && one->if_name && count < max; one++)
	{
		vlans[count] = get_vlan(one->if_name, interface);
		count += vlans[count] != 0;
	}
	if_freenameindex(all);
	return count;
}

/**
 * Whether an interface is a veth: tags stay beside its frames if the other end
 * offloads them, which nobody at this end can see.
 */
static bool is_veth(const char *interface)
{
	struct ethtool_drvinfo info = {
		.cmd = ETHTOOL_GDRVINFO,
	};
	struct ifreq ifr;

	return ask(SIOCETHTOOL, interface, &info, &ifr) &&
		   !strcmp(info.driver, "veth");
}

bool host_hides_vlans(const char *interface)
{
	struct ethtool_value flags = {
		.cmd = ETHTOOL_GFLAGS,
	};
	struct ifreq ifr;
	uint16_t vlan;

	if (!read_vlans(interface, &vlan, 1))
	{
		return false;
	}
	return is_veth(interface) ||
		   (ask(SIOCETHTOOL, interface, &flags, &ifr) &&
			flags.data & ETH_FLAG_RXVLAN);
}

/**
 * Take over an address, if it is one that others may send to.
 */
static bool read_address(const struct ifaddrs *one, filter_address_t *address)
{
	const struct sockaddr_in6 *in6 = (const void*)one->ifa_addr;
	const struct sockaddr_in *in = (const void*)one->ifa_addr;

	if (!in || !(one->ifa_flags & IFF_UP))
	{
		return false;
	}
	memset(address, 0, sizeof(*address));
	switch (in->sin_family)
	{
		case AF_INET:
			address->octet[10] = address->octet[11] = 0xff;
			memcpy(address->octet + 12, &in->sin_addr, 4);
			return address->octet[12] != 127;
		case AF_INET6:
			memcpy(address, &in6->sin6_addr, sizeof(*address));
			return !IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr) &&
				   !IN6_IS_ADDR_LINKLOCAL(&in6->sin6_addr);
		default:
			return false;
	}
}

/**
 * Read the addresses of this host.
 */
static size_t read_addresses(filter_address_t *addresses, size_t max)
{
	struct ifaddrs *all = NULL, *one;
	size_t count = 0;

	if (getifaddrs(&all) < 0)
	{
		return 0;
	}
	for (one = all; one && count < max; one = one->ifa_next)
	{
		count += read_address(one, &addresses[count]);
	}
	freeifaddrs(all);
	return count;
}

bool host_update(const char *interface, const filter_door_t *ports, int door,
				 int addresses, int vlans)
{
	static filter_address_t address[FILTER_ADDRESSES];
	static uint16_t vlan[FILTER_VLANS];
	filter_door_t open = *ports;
	struct ifreq ifr;
	uint32_t key = 0;

	if (host_hides_vlans(interface))
	{	/* it had none before */
		errno = EOPNOTSUPP;
		return false;
	}
	if (!ask(SIOCGIFHWADDR, interface, NULL, &ifr))
	{
		return false;
	}
	if (ifr.ifr_hwaddr.sa_family != ARPHRD_ETHER)
	{
		errno = EPFNOSUPPORT;
		return false;
	}
	memcpy(open.mac, ifr.ifr_hwaddr.sa_data, sizeof(open.mac));
	set_keys(addresses, address, read_addresses(address, FILTER_ADDRESSES),
			 sizeof(*address));
	set_keys(vlans, vlan, read_vlans(interface, vlan, FILTER_VLANS),
			 sizeof(*vlan));
	return bpf_map_update_elem(door, &key, &open, BPF_ANY) == 0;
}

int host_watch(void)
{
	struct sockaddr_nl addr = {
		.nl_family = AF_NETLINK,
		.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR,
	};
	int fd;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
				NETLINK_ROUTE);
	if (fd >= 0 && bind(fd, (struct sockaddr*)&addr, sizeof(addr)) < 0)
	{
		close(fd);
		return -1;
	}
	return fd;
}
