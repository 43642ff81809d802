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

#include "xdp_frame.h"

#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>

/** octets of a VLAN tag */
#define VLAN_TAG_LEN 4

/** hop limit of answers */
#define HOP_LIMIT 64

/**
 * Add data to an Internet checksum (RFC 1071) that is not folded yet.
 */
static uint64_t sum(uint64_t sum, const void *data, size_t len)
{
	const uint8_t *pos = data;
	uint32_t word;

	/* four octets at once, in whatever order this processor has them */
	for (; len >= sizeof(word); len -= sizeof(word), pos += sizeof(word))
	{
		memcpy(&word, pos, sizeof(word));
		sum += word;
	}
	if (len)
	{
		word = 0;
		memcpy(&word, pos, len);
		sum += word;
	}
	return sum;
}

/**
 * Fold a sum to 16 bits, in network order.
 */
static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
	{
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/**
 * Sum of the pseudo header of a datagram (RFC 768, RFC 8200 section 8.1).
 */
static uint64_t sum_pseudo(const xdp_frame_t *frame, uint16_t len)
{
	uint8_t *ip = frame->data.ptr + frame->ip;
	uint16_t protocol = htons(IPPROTO_UDP);
	uint64_t pseudo;

	len = htons(len);
	pseudo = frame->udp - frame->ip == sizeof(struct iphdr)
				? sum(0, ip + offsetof(struct iphdr, saddr), 8)
				: sum(0, ip + offsetof(struct ip6_hdr, ip6_src), 32);
	return sum(sum(pseudo, &len, sizeof(len)), &protocol, sizeof(protocol));
}

/**
 * Check the checksum of a datagram.
 */
static bool verify(const xdp_frame_t *frame, const struct udphdr *udp)
{
	uint16_t len = ntohs(udp->uh_ulen), pseudo;
	uint64_t total = sum_pseudo(frame, len);

	if (!udp->uh_sum)
	{
		return frame->udp - frame->ip == sizeof(struct iphdr);
	}
	pseudo = fold(total);
	return fold(sum(total, udp, len)) == 0xffff || udp->uh_sum == pseudo;
}

/**
 * Find the UDP header behind an IPv4 header; returns the datagram's length.
 */
static size_t parse_ipv4(xdp_frame_t *frame, ike_datagram_t *datagram)
{
	struct iphdr ip;
	size_t len;

	if (frame->data.len - frame->ip < sizeof(ip))
	{
		return 0;
	}
	memcpy(&ip, frame->data.ptr + frame->ip, sizeof(ip));
	len = ntohs(ip.tot_len);
	if (ip.version != 4 || ip.ihl != 5 || ip.protocol != IPPROTO_UDP ||
		ntohs(ip.frag_off) & (IP_MF | IP_OFFMASK) || len < sizeof(ip) ||
		fold(sum(0, &ip, sizeof(ip))) != 0xffff)
	{
		return 0;
	}
	frame->udp = frame->ip + sizeof(ip);
	datagram->destination = ip_address_from_chunk(chunk_from_thing(ip.daddr));
	datagram->source.in = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = ip.saddr,
	};
	return len - sizeof(ip);
}

/**
 * The same for IPv6.
 */
static size_t parse_ipv6(xdp_frame_t *frame, ike_datagram_t *datagram)
{
	struct ip6_hdr ip;

	if (frame->data.len - frame->ip < sizeof(ip))
	{
		return 0;
	}
	memcpy(&ip, frame->data.ptr + frame->ip, sizeof(ip));
	if (ip.ip6_vfc >> 4 != 6 || ip.ip6_nxt != IPPROTO_UDP)
	{
		return 0;
	}
	frame->udp = frame->ip + sizeof(ip);
	datagram->destination = ip_address_from_chunk(chunk_from_thing(ip.ip6_dst));
	datagram->source.in6 = (struct sockaddr_in6){
		.sin6_family = AF_INET6,
		.sin6_addr = ip.ip6_src,
	};
	return ntohs(ip.ip6_plen);
}

/**
 * Find the IP header; returns the type of what begins there, 0 if nothing does.
 */
static uint16_t parse_ethernet(xdp_frame_t *frame)
{
	uint16_t type;

	frame->ip = sizeof(struct ether_header);
	if (frame->data.len < frame->ip)
	{
		return 0;
	}
	type = untoh16(frame->data.ptr + frame->ip - sizeof(type));
	if (type == ETHERTYPE_VLAN)
	{
		frame->ip += VLAN_TAG_LEN;
		if (frame->data.len < frame->ip)
		{
			return 0;
		}
		type = untoh16(frame->data.ptr + frame->ip - sizeof(type));
	}
	return type;
}

/*
 * Described in header
 */
bool xdp_frame_parse(chunk_t data, xdp_frame_t *frame, ike_datagram_t *datagram)
{
	struct udphdr udp;
	size_t len = 0;

	*frame = (xdp_frame_t){
		.data = data,
	};
	switch (parse_ethernet(frame))
	{
		case ETHERTYPE_IP:
			len = parse_ipv4(frame, datagram);
			break;
		case ETHERTYPE_IPV6:
			len = parse_ipv6(frame, datagram);
			break;
	}
	if (len < sizeof(udp) || data.len - frame->udp < len)
	{
		return FALSE;
	}
	memcpy(&udp, data.ptr + frame->udp, sizeof(udp));
	frame->data.len = frame->udp + len;
	if (ntohs(udp.uh_ulen) != len ||
		!verify(frame, (struct udphdr*)(data.ptr + frame->udp)))
	{
		return FALSE;
	}
	/* at the same place for both families */
	datagram->source.in.sin_port = udp.uh_sport;
	datagram->port = ntohs(udp.uh_dport);
	datagram->data = chunk_create(data.ptr + frame->udp + sizeof(udp),
								  len - sizeof(udp));
	return TRUE;
}

/**
 * Exchange two parts of a frame that lie side by side.
 */
static void swap(uint8_t *first, size_t len)
{
	uint8_t second[sizeof(struct in6_addr)];

	memcpy(second, first + len, len);
	memcpy(first + len, first, len);
	memcpy(first, second, len);
}

/**
 * Make the IPv4 header of an answer.
 */
static void answer_ipv4(uint8_t *data, uint16_t len)
{
	struct iphdr ip;

	memcpy(&ip, data, sizeof(ip));
	ip.tos = 0;
	ip.tot_len = htons(sizeof(ip) + len);
	ip.id = 0;
	ip.frag_off = htons(IP_DF);
	ip.ttl = HOP_LIMIT;
	swap((uint8_t*)&ip + offsetof(struct iphdr, saddr), sizeof(ip.saddr));
	ip.check = 0;
	ip.check = ~fold(sum(0, &ip, sizeof(ip)));
	memcpy(data, &ip, sizeof(ip));
}

/**
 * Make the IPv6 header of an answer.
 */
static void answer_ipv6(uint8_t *data, uint16_t len)
{
	struct ip6_hdr ip;

	memcpy(&ip, data, sizeof(ip));
	ip.ip6_flow = htonl(6U << 28);
	ip.ip6_plen = htons(len);
	ip.ip6_hlim = HOP_LIMIT;
	swap((uint8_t*)&ip + offsetof(struct ip6_hdr, ip6_src), sizeof(ip.ip6_src));
	memcpy(data, &ip, sizeof(ip));
}

/*
 * Described in header
 */
chunk_t xdp_frame_answer(const xdp_frame_t *frame, chunk_t answer)
{
	uint8_t *ip = frame->data.ptr + frame->ip;
	uint8_t *udp = frame->data.ptr + frame->udp;
	uint16_t len = sizeof(struct udphdr) + answer.len, check;

	swap(frame->data.ptr, ETH_ALEN);
	if (frame->udp - frame->ip == sizeof(struct iphdr))
	{
		answer_ipv4(ip, len);
	}
	else
	{
		answer_ipv6(ip, len);
	}
	swap(udp, sizeof(uint16_t));
	htoun16(udp + offsetof(struct udphdr, uh_ulen), len);
	memset(udp + offsetof(struct udphdr, uh_sum), 0, sizeof(check));
	memcpy(udp + sizeof(struct udphdr), answer.ptr, answer.len);
	check = ~fold(sum(sum_pseudo(frame, len), udp, len));
	/* zero would mean that there is none */
	check = check ?: 0xffff;
	memcpy(udp + offsetof(struct udphdr, uh_sum), &check, sizeof(check));
	return chunk_create(frame->data.ptr, frame->udp + len);
}
