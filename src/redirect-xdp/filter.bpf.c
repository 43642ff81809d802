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

/*
 * The program for XDP: sends complete IKE_SA_INIT requests to this host's own
 * addresses to the sockets of their queues, and nothing else. All other frames,
 * and all frames while there are no sockets, take their way through the kernel.
 */

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <xdp/xdp_helpers.h>

#include "filter.h"

#define IKE_PORT 500
#define IKE_VERSION 0x20
#define IKE_SA_INIT 34
#define IKE_FLAG_INITIATOR 0x08

/** more fragments, and offset of a fragment */
#define IP_FRAGMENT 0x3fff

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, FILTER_QUEUES);
	__type(key, __u32);
	__type(value, __u32);
} queues SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, filter_door_t);
} door SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILTER_ADDRESSES);
	__type(key, filter_address_t);
	__type(value, __u8);
} addresses SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, FILTER_VLANS);
	__type(key, __u16);
	__type(value, __u8);
} vlans SEC(".maps");

struct ike_header {
	__u32 spi_i[2];
	__u32 spi_r[2];
	__u8 payload;
	__u8 version;
	__u8 exchange;
	__u8 flags;
	__u32 message_id;
	__u32 length;
};

struct vlan_tag {
	__be16 tci;
	__be16 type;
};

/**
 * An IKE_SA_INIT request that fills a datagram of so many octets.
 */
static __always_inline bool is_request(void *data, void *end, __u32 len)
{
	struct ike_header *ike = data;

	return (void*)(ike + 1) <= end &&
		   (ike->spi_i[0] || ike->spi_i[1]) && !ike->spi_r[0] &&
		   !ike->spi_r[1] && ike->version == IKE_VERSION &&
		   ike->exchange == IKE_SA_INIT && ike->flags == IKE_FLAG_INITIATOR &&
		   !ike->message_id && bpf_ntohl(ike->length) == len;
}

/**
 * A datagram with such a request, to one of charon's ports.
 */
static __always_inline bool is_datagram(struct udphdr *udp, void *end, __u32 len,
										const filter_door_t *door)
{
	void *data = udp + 1;
	__u32 *marker = data;

	if (data > end || bpf_ntohs(udp->len) != len || len < sizeof(*udp) ||
		(udp->dest != door->port && udp->dest != door->port_nat_t))
	{
		return false;
	}
	len -= sizeof(*udp);
	if (udp->dest != bpf_htons(IKE_PORT) && udp->source != bpf_htons(IKE_PORT))
	{	/* as charon expects it */
		if ((void*)(marker + 1) > end || *marker || len < sizeof(*marker))
		{
			return false;
		}
		data = marker + 1;
		len -= sizeof(*marker);
	}
	return is_request(data, end, len);
}

/**
 * Whether two Ethernet addresses are the same.
 */
static __always_inline bool same(const __u8 *a, const __u8 *b)
{
	const __u16 *x = (const __u16*)a, *y = (const __u16*)b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2];
}

static __always_inline bool is_own(const filter_address_t *address)
{
	return bpf_map_lookup_elem(&addresses, address) != 0;
}

static __always_inline bool takes_ipv4(void *data, void *end,
									   const filter_door_t *door)
{
	filter_address_t local = {}, remote = {};
	struct iphdr *ip = data;
	__u32 len;
	__u8 first;

	if ((void*)(ip + 1) > end || ip->version != 4 || ip->ihl != 5 ||
		ip->protocol != IPPROTO_UDP || ip->frag_off & bpf_htons(IP_FRAGMENT))
	{
		return false;
	}
	len = bpf_ntohs(ip->tot_len);
	first = bpf_ntohl(ip->saddr) >> 24;
	/* not by an address: to Linux 6.1 a number is unknown once octets are swapped,
	 * and it does not load a program that adds one to an address */
	if (len < sizeof(*ip) || len > end - data ||
		first == 0 || first == 127 || first >= 224)
	{
		return false;
	}
	local.word[2] = remote.word[2] = bpf_htonl(0xffff);
	local.word[3] = ip->daddr;
	remote.word[3] = ip->saddr;
	return is_datagram((struct udphdr*)(ip + 1), end, len - sizeof(*ip), door) &&
		   is_own(&local) && !is_own(&remote);
}

static __always_inline bool takes_ipv6(void *data, void *end,
									   const filter_door_t *door)
{
	filter_address_t local, remote;
	struct ipv6hdr *ip = data;
	struct udphdr *udp = (struct udphdr*)(ip + 1);
	__u32 len;

	if ((void*)(udp + 1) > end || ip->version != 6 ||
		ip->nexthdr != IPPROTO_UDP || !udp->check)
	{
		return false;
	}
	len = bpf_ntohs(ip->payload_len);
	__builtin_memcpy(&local, &ip->daddr, sizeof(local));
	__builtin_memcpy(&remote, &ip->saddr, sizeof(remote));
	/* global unicast and unique local ones: what links and loopback have, the
	 * kernel knows better */
	if (len > end - (void*)udp ||
		((remote.octet[0] & 0xe0) != 0x20 && (remote.octet[0] & 0xfe) != 0xfc))
	{
		return false;
	}
	return is_datagram(udp, end, len, door) &&
		   is_own(&local) && !is_own(&remote);
}

static __always_inline bool takes(void *data, void *end)
{
	const filter_door_t *open;
	struct ethhdr *eth = data;
	struct vlan_tag *tag;
	__u32 key = 0;
	__u16 type, vlan;

	open = bpf_map_lookup_elem(&door, &key);
	if (!open || (void*)(eth + 1) > end || end - data > FILTER_FRAME_MAX ||
		!same(eth->h_dest, open->mac) ||
		(eth->h_source[0] & 1))
	{
		return false;
	}
	type = eth->h_proto;
	data = eth + 1;
	if (type == bpf_htons(ETH_P_8021Q))
	{
		tag = data;
		if ((void*)(tag + 1) > end)
		{
			return false;
		}
		vlan = bpf_ntohs(tag->tci) & 0xfff;
		if (!bpf_map_lookup_elem(&vlans, &vlan))
		{
			return false;
		}
		type = tag->type;
		data = tag + 1;
	}
	if (type == bpf_htons(ETH_P_IP))
	{
		return takes_ipv4(data, end, open);
	}
	return type == bpf_htons(ETH_P_IPV6) && takes_ipv6(data, end, open);
}

struct {
	__uint(priority, 40);
	__uint(XDP_PASS, 1);
} XDP_RUN_CONFIG(redirect_door);

SEC("xdp")
int redirect_door(struct xdp_md *ctx)
{
	if (takes((void*)(long)ctx->data, (void*)(long)ctx->data_end))
	{
		/* to the kernel if there is no socket */
		return bpf_redirect_map(&queues, ctx->rx_queue_index, XDP_PASS);
	}
	return XDP_PASS;
}

char _license[] SEC("license") = "GPL";
