"""Which machines a crawl may speak to: those of the public internet, and what the operator has named.

A tenant chooses the addresses, so each is looked at where it counts: the name is resolved here, its addresses are
checked, and the connection goes to an address that passed, while TLS and the Host header keep the name. Nobody can
answer the check with one address and the connection with another. Every request passes here, also after a redirect.
"""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import httpcore2

from echo_app.knowledge.sources.errors import AddressRefused, SiteUnreachable

RESOLVE_SECONDS = 5.0
_WEB_PORTS = frozenset({80, 443, 8080, 8443})
# An IPv4 address within an IPv6 one: NAT64 (RFC 6052), its local form (RFC 8215), and 6to4 (RFC 3056).
_NAT64 = IPv6Network("64:ff9b::/96")
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")

Address = IPv4Address | IPv6Address
SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


def is_public(address: Address) -> bool:
    """Whether it is an address of the public internet: not private, loopback, link-local, shared, multicast or
    reserved, nor one of these dressed as IPv6."""
    if isinstance(address, IPv6Address):
        if address in _LOCAL_NAT64 or address.is_site_local or address.teredo is not None:
            return False
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_unspecified
    )


class Guard(httpcore2.AsyncNetworkBackend):
    """Makes connections to addresses that may be spoken to, and to no other.

    `private_hosts` are names (`intranet.example`, or `host:port`) for which neither address nor port are asked.
    """

    def __init__(self, private_hosts: Iterable[str] = ()) -> None:
        self._private_hosts = frozenset(private_hosts)
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Raises AddressRefused, SiteUnreachable or httpcore2's errors."""
        failure: Exception = SiteUnreachable(host=host)
        for address in await self.addresses(host, port):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as failed:
                failure = failed
        raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        raise AddressRefused(host=path)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def addresses(self, host: str, port: int) -> list[str]:
        """The host's addresses that may be spoken to, as numbers. Raises AddressRefused, SiteUnreachable."""
        known = host in self._private_hosts or f"{host}:{port}" in self._private_hosts
        if not known and port not in _WEB_PORTS:
            raise AddressRefused(host=host, port=port)
        found = await _resolved(host, port)
        allowed = [str(address) for address in found if known or is_public(address)]
        if not allowed:
            raise AddressRefused(host=host)
        return allowed


async def _resolved(host: str, port: int) -> list[Address]:
    """In the order of the system's preference. Numbers of any spelling (`0x7f.1`) come out as what they mean."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_SECONDS):
            answers = await loop.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError) as unknown:
        raise SiteUnreachable(host=host) from unknown
    # A link-local address comes with its interface: fe80::1%eth0.
    return [ip_address(str(place[0]).partition("%")[0]) for *_, place in answers]
