"""Who is at the door: the hosts that this site answers for, and the address of whoever asks.

Only the `Host` header says the host, never `X-Forwarded-Host`. `X-Forwarded-For` is read only when the peer is one of
`WEB_TRUSTED_PROXIES`, from the right, up to the first hop that is not: what a visitor wrote there is never believed.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Self
from urllib.parse import urlsplit

from litestar.types import HTTPScope

from marketplace.settings import WebSettings

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d{1,5})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Frontier:
    """`secure`: the public address is `https`."""

    hosts: frozenset[str]
    proxies: tuple[IPv4Network | IPv6Network, ...]
    secure: bool

    @classmethod
    def of(cls, web: WebSettings) -> Self:
        parts = urlsplit(web.base_url)
        name = (parts.hostname or "").lower()
        own = f"[{name}]" if ":" in name else name
        hosts = {own, *(host.lower() for host in web.hosts)}
        return cls(
            hosts=frozenset(hosts | LOOPBACK if own in LOOPBACK else hosts),
            proxies=web.proxies,
            secure=parts.scheme == "https",
        )

    def answers_for(self, scope: HTTPScope) -> bool:
        """Whether the request names one host, and one of ours."""
        named = [value for name, value in scope["headers"] if name == b"host"]
        found = HOST.fullmatch(named[0].decode("latin-1")) if len(named) == 1 else None
        return found is not None and found["name"].lower().removesuffix(".") in self.hosts

    def client(self, scope: HTTPScope) -> str:
        """The client's address: the peer's, or what trusted proxies say of it."""
        peer = scope["client"][0] if scope["client"] else ""
        known = _address(peer)
        if known is None or not self._trusts(known):
            return str(known or peer)
        said = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
        for hop in reversed(said.decode("latin-1").split(",")):
            address = _address(hop.strip())
            if address is None:
                break
            known = address
            if not self._trusts(address):
                break
        return str(known)

    def _trusts(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self.proxies)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
