"""Which addresses of the internet a server may send us to: those that everybody can reach, and no others.

An address of one's own network behind a redirect is how a stranger makes us ask our own machines for him.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

# Networks whose addresses hold one of IPv4, and how many bits stand behind it (RFC 6052, RFC 3056).
_CARRIERS = ((IPv6Network("64:ff9b::/96"), 0), (IPv6Network("2002::/16"), 80), (IPv6Network("::/96"), 0))


def is_public(address: str) -> bool:
    """Whether `address` is one that everybody can reach; false for what is no address at all."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    carried = _carried(found)
    return (carried is None or _everybodys(carried)) and (_everybodys(found) or isinstance(carried, IPv4Address))


def _everybodys(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | None:
    """The IPv4 address inside one of IPv6."""
    if isinstance(address, IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    for network, behind in _CARRIERS:
        if address in network:
            return IPv4Address(int(address) >> behind & 0xFFFFFFFF)
    return None
