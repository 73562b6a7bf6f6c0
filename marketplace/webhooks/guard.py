"""Where we may connect to on somebody else's word. Checked when an address is saved, and again at every sending.

The name is resolved once a connection, ALL its addresses must be public, and the connection goes to an address that was
checked: a name that answers otherwise a moment later (DNS rebinding) changes nothing. TLS is verified against the name, no
redirect is followed, no proxy or variable of the environment is heard.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import httpcore
import httpx

from marketplace.errors import Invalid, wrong
from marketplace.words import N_

PORTS = frozenset({443, 8443})
LONGEST = 500
RESOLVE_SECONDS = 3.0
CONNECT_SECONDS = 5.0
READ_SECONDS = 8.0

CLOSED = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
        "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
        "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
"""What is not the public Internet, or hides another address in itself (IANA's special-purpose registries, RFC 6890):
loopback, private, shared, link-local, documentation, benchmarking, multicast, reserved and broadcast; IPv4-mapped,
-compatible and -translated, NAT64, Teredo (in 2001::/23), 6to4, site-local."""
PUBLIC_V6 = ip_network("2000::/3")

URL = re.compile(r"(?P<scheme>[A-Za-z]+)://(?P<authority>[^/?#]*)(?P<rest>(/[^?#]*)?(\?[^#]*)?)", re.ASCII)
CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)
AUTHORITY = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?", re.ASCII)
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
TOP = re.compile(r"[a-z][a-z0-9-]*[a-z0-9]", re.ASCII)
LOCAL_NAMES = (
    "localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion", "test",
    "invalid", "example", "alt",
)  # fmt: skip
"""Last labels that lead to nobody on the Internet (RFC 6761, 6762, 8375, 9476, and ICANN's reserved ones)."""

UNREADABLE = N_("Cette adresse n’est pas lisible : écrivez-la sous la forme https://domaine.fr/chemin.")
SCHEME = N_("L’adresse commence par https://.")
USERINFO = N_("L’adresse ne porte ni nom d’utilisateur ni mot de passe.")
PORT = N_("Le port est 443 ou 8443.")
HOST = N_("Donnez un nom de domaine complet, par exemple crochets.ville.fr : ni adresse IP, ni nom local.")
NOWHERE = N_("Ce nom ne mène pas à une adresse publique d’Internet. Vérifiez-le, puis recommencez.")

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""Every address of a name, as text. Raises OSError for a name without any."""


class AddressRefused(Invalid):
    """We do not connect there."""

    code = "address_refused"


class NotPublic(Exception):
    """At the time of sending, the name leads nowhere, or to an address that is not public."""


@dataclass(frozen=True, slots=True)
class Target:
    """An address that reads as one, whatever reads it."""

    url: str
    host: str
    port: int


def is_public(address: str) -> bool:
    """Whether `address` (text, as a resolver gives it) is on the public Internet."""
    try:
        ip: IPv4Address | IPv6Address = ip_address(address)
    except ValueError:
        return False
    if getattr(ip, "scope_id", None) or any(ip in block for block in CLOSED):
        return False
    return ip.is_global and not ip.is_multicast and (ip.version == 4 or ip in PUBLIC_V6)


def read(url: str, *, private: bool = False) -> Target:
    """What `url` says, resolving nothing. Raises `AddressRefused`. `private`: also http, any port and any host."""
    if len(url) > LONGEST or not CHARACTERS.fullmatch(url) or not (match := URL.fullmatch(url)):
        raise _refused(UNREADABLE)
    scheme = match["scheme"].lower()
    if scheme != "https" and not (private and scheme == "http"):
        raise _refused(SCHEME)
    if "@" in match["authority"]:
        raise _refused(USERINFO)
    authority = AUTHORITY.fullmatch(match["authority"])
    if not authority:
        raise _refused(HOST)
    host = authority["host"].lower()
    port = int(authority["port"] or (443 if scheme == "https" else 80))
    if not (1 <= port <= 65535 if private else port in PORTS):
        raise _refused(PORT)
    if not private and not _is_domain(host):
        raise _refused(HOST)
    try:
        again = httpx.URL(url)
    except httpx.InvalidURL:
        raise _refused(UNREADABLE) from None
    if again.host != host.strip("[]") or (again.port or port) != port or again.userinfo:
        raise _refused(UNREADABLE)  # two readers of one address must agree
    return Target(url=url, host=host.strip("[]"), port=port)


async def system_resolver(host: str, port: int) -> Sequence[str]:
    """The operating system's answer, at most `RESOLVE_SECONDS` away."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


@cache
def _authorities() -> ssl.SSLContext:
    """The public certificate authorities, read once."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass
class Guard:
    """The one door to addresses that users give. `private` also lets non-public addresses and http through."""

    private: bool = False
    resolver: Resolver = system_resolver
    tls: ssl.SSLContext = field(default_factory=_authorities)

    async def check(self, url: str) -> None:
        """Refuse an address that cannot be sent to now. Raises `AddressRefused`, with what to write instead."""
        target = read(url, private=self.private)
        try:
            await self.addresses(target.host, target.port)
        except NotPublic:
            raise _refused(NOWHERE) from None

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Every address of `host`, all public. Raises `NotPublic`."""
        try:
            async with asyncio.timeout(RESOLVE_SECONDS):
                found = list(dict.fromkeys(await self.resolver(host, port)))
        except (OSError, UnicodeError) as error:  # a TimeoutError is an OSError
            raise NotPublic from error
        if not found or not (self.private or all(is_public(address) for address in found)):
            raise NotPublic
        return found

    def client(self) -> httpx.AsyncClient:
        """A client for one request, through the guard."""
        return httpx.AsyncClient(
            transport=_Transport(self),
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            headers={
                "user-agent": "Lot-Commun-Webhooks/1",
                "accept": "*/*",
                "accept-encoding": "identity",
                "connection": "close",
            },
        )


class _Pinned(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that were checked, never to a name."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the protocol's own
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = NotPublic()
        for address in (await self._guard.addresses(host, port))[:4]:
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout=timeout, local_address=local_address, socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Transport(httpx.AsyncBaseTransport):
    """httpx over httpcore with our own way to connect."""

    def __init__(self, guard: Guard) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=guard.tls, max_connections=1, max_keepalive_connections=0, network_backend=_Pinned(guard)
        )  # fmt: skip

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        try:
            answer = await self._pool.handle_async_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(
                        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
                    ),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=request.extensions,
                )
            )
        except httpcore.TimeoutException as error:
            raise httpx.ReadTimeout(str(error), request=request) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise httpx.NetworkError(str(error), request=request) from error
        assert not isinstance(answer.stream, bytes)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream))

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._stream:
                yield part
        except httpcore.TimeoutException as error:
            raise httpx.ReadTimeout(str(error)) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise httpx.NetworkError(str(error)) from error

    async def aclose(self) -> None:
        await self._stream.aclose()


def _is_domain(host: str) -> bool:
    labels = host.split(".")
    return (
        len(labels) > 1
        and len(host) <= 253
        and all(LABEL.fullmatch(label) for label in labels)
        and bool(TOP.fullmatch(labels[-1]))  # « 127.1 », « 0x7f.1 » and « 017700000001 » are numbers
        and labels[-1] not in LOCAL_NAMES
    )


def _refused(sentence: str) -> AddressRefused:
    return AddressRefused([wrong("url", sentence, code="address")])
