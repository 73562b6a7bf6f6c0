"""The guard: hostile addresses, names that lead inside, names that change their mind (goal sheet S11).

A canary listens on loopback; whatever is tried, it must not be reached.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from marketplace.webhooks import guard as guards
from marketplace.webhooks import posting
from marketplace.webhooks.guard import AddressRefused, Guard, NotPublic, is_public
from marketplace.webhooks.posting import Failure, post

PUBLIC = "93.184.216.34"

WRITTEN = [
    # not https
    "http://hooks.ville.fr/", "HTTP://hooks.ville.fr/", "ftp://hooks.ville.fr/", "file:///etc/passwd", "gopher://hooks.ville.fr/",
    "javascript:alert(1)", "//hooks.ville.fr/", "hooks.ville.fr", "", "https:", "https://", "https:///chemin",
    # loopback, private, link-local, shared, unspecified: as numbers of every kind
    "https://127.0.0.1/", "https://127.0.0.1:{port}/", "https://127.1/", "https://127.0.1/", "https://0.0.0.0/", "https://0/",
    "https://2130706433/", "https://0x7f000001/", "https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://017700000001/",
    "https://127.0.0.1./", "https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/", "https://169.254.169.254/latest/",
    "https://100.64.0.1/", "https://224.0.0.1/", "https://255.255.255.255/", "https://192.0.2.1/", "https://8.8.8.8/",
    "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[fe80::1]/",
    "https://[fe80::1%25lo]/", "https://[fc00::1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[::127.0.0.1]/",
    # names of the house
    "https://localhost/", "https://localhost:{port}/", "https://LOCALHOST/", "https://localhost./", "https://app.localhost/",
    "https://redis/", "https://db.local/", "https://metadata.google.internal/", "https://imprimante.lan/", "https://nas.home.arpa/",
    "https://1.0.0.127.in-addr.arpa/", "https://x.onion/", "https://x.test/", "https://127.0.0.1.0x7f/",
    # credentials, and two readers who would disagree
    "https://user@hooks.ville.fr/", "https://user:secret@hooks.ville.fr/", "https://hooks.ville.fr@127.0.0.1/",
    "https://hooks.ville.fr:443@127.0.0.1/", "https://127.0.0.1#@hooks.ville.fr/", "https://127.0.0.1\\@hooks.ville.fr/",
    "https://hooks.ville.fr\\@127.0.0.1/", "https://hooks.ville.fr%40127.0.0.1/", "https://hooks.ville.fr%2f@127.0.0.1/",
    "https://127.0.0.1%00.ville.fr/", "https://hooks.ville.fr /", "https://hooks.ville.fr\r\nHost: x/", "https://hooks\t.ville.fr/",
    "https://hooks.ville.fr/#fragment", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/", "https://ⓛocalhost/", "https://loc\u00adalhost/",
    # ports
    "https://hooks.ville.fr:22/", "https://hooks.ville.fr:25/", "https://hooks.ville.fr:80/", "https://hooks.ville.fr:5432/",
    "https://hooks.ville.fr:6379/", "https://hooks.ville.fr:0/", "https://hooks.ville.fr:65536/", "https://hooks.ville.fr:99999/",
    "https://hooks.ville.fr:-1/", "https://hooks.ville.fr:443:443/", "https://hooks.ville.fr:4٤3/", "https://hooks.ville.fr:x/",
    # forms of names
    "https://.ville.fr/", "https://hooks..fr/", "https://-hooks.ville.fr/", "https://hooks_1.ville.fr/", "https://" + "a" * 64 + ".fr/",
    "https://" + "a." * 130 + "fr/", "https://hooks.ville.fr/" + "x" * 600,
]  # fmt: skip
"""Refused as they are read, without asking any resolver."""

INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254",
    "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.0.0.8", "192.0.2.1", "198.51.100.7",
    "203.0.113.9", "198.18.0.1", "198.19.255.255", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:93.184.216.34", "::ffff:0:127.0.0.1", "::7f00:1",
    "64:ff9b::7f00:1", "64:ff9b::5db8:d822", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1", "2002:7f00:1::1", "2002:5db8:d822::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1",
    "fe80::1%2", "fec0::1", "ff02::1", "ff0e::1", "4000::1", "pas une adresse", "",
]  # fmt: skip
"""What a resolver may answer of a name that looks innocent."""


@dataclass
class Canary:
    """Counts who comes."""

    port: int
    visits: int = 0


@pytest.fixture
async def canary() -> AsyncIterator[Canary]:
    found = Canary(port=0)

    async def visited(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found.visits += 1
        writer.close()

    server = await asyncio.start_server(visited, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    async with server:
        yield found
    await asyncio.sleep(0)
    assert found.visits == 0, "somebody came in"


@dataclass
class Answers:
    """A resolver that gives one answer after another, then the last for ever."""

    answers: Sequence[Sequence[str]]
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        found = self.answers[min(len(self.asked), len(self.answers)) - 1]
        if not found:
            raise socket.gaierror(-2, "Name or service not known")
        return found


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Where connections were attempted; none succeeds, whatever the machine's network."""
    found: list[tuple[str, int]] = []

    async def connect(self: object, host: str, port: int, **_: object) -> object:
        found.append((host, port))
        raise guards.httpcore.ConnectError("no network in tests")

    monkeypatch.setattr(guards.httpcore.AnyIOBackend, "connect_tcp", connect)
    return found


def test_the_tables_are_as_long_as_the_goal_sheet_wants() -> None:
    assert len(set(WRITTEN)) + len(set(INSIDE)) >= 60


@pytest.mark.parametrize("url", WRITTEN)
async def test_a_hostile_address_is_refused_when_saved_and_when_sent_and_nobody_is_asked(
    url: str, canary: Canary
) -> None:
    resolver = Answers([["127.0.0.1"]])
    guard = Guard(resolver=resolver)
    url = url.replace("{port}", str(canary.port))
    with pytest.raises(AddressRefused) as refusal:
        await guard.check(url)
    assert [fault.path for fault in refusal.value.fields] == ["url"]
    answer = await post(guard, url, b"{}", {})
    assert answer.failure is Failure.ADDRESS
    assert resolver.asked == []


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_inside_is_refused_even_beside_a_public_address(
    address: str, canary: Canary, connected: list[tuple[str, int]]
) -> None:
    assert not is_public(address)
    for found in ([address], [PUBLIC, address], [address, PUBLIC]):
        guard = Guard(resolver=Answers([found]))
        with pytest.raises(AddressRefused):
            await guard.check("https://hooks.ville.fr/x")
        answer = await post(guard, f"https://hooks.ville.fr:{8443}/x", b"{}", {})
        assert answer.failure is Failure.ADDRESS
    assert connected == []


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "9.9.9.9", "2606:4700::1111", "2a01:e0a::1"])
async def test_a_public_address_is_connected_to_by_its_number(
    address: str, connected: list[tuple[str, int]]
) -> None:
    guard = Guard(resolver=Answers([[address]]))
    await guard.check("https://hooks.ville.fr/x?y=1")
    answer = await post(guard, "https://hooks.ville.fr:8443/x", b"{}", {})
    assert (answer.failure, connected) == (Failure.CONNECTION, [(address, 8443)])


async def test_a_name_that_rebinds_after_it_was_saved_is_refused_at_the_sending(
    canary: Canary, connected: list[tuple[str, int]]
) -> None:
    resolver = Answers([[PUBLIC], ["127.0.0.1"]])
    guard = Guard(resolver=resolver)
    await guard.check("https://rebond.ville.fr/")
    answer = await post(guard, "https://rebond.ville.fr/", b"{}", {})
    assert (answer.failure, connected) == (Failure.ADDRESS, [])


async def test_a_name_is_resolved_once_a_sending_and_the_checked_address_is_the_one_used(
    canary: Canary, connected: list[tuple[str, int]]
) -> None:
    resolver = Answers([[PUBLIC], ["127.0.0.1"]])
    await post(Guard(resolver=resolver), "https://rebond.ville.fr/", b"{}", {})
    assert (len(resolver.asked), connected) == (1, [(PUBLIC, 443)])


async def test_a_name_without_an_address_a_failing_and_a_silent_resolver_are_one_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(guards, "RESOLVE_SECONDS", 0.05)

    async def silent(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(5)
        return [PUBLIC]

    for resolver in (Answers([[]]), silent):
        guard = Guard(resolver=resolver)
        with pytest.raises(NotPublic):
            await guard.addresses("hooks.ville.fr", 443)
        assert (await post(guard, "https://hooks.ville.fr/", b"{}", {})).failure is Failure.ADDRESS


async def test_variables_of_the_environment_send_nothing_through_a_proxy(
    canary: Canary, connected: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    await post(Guard(resolver=Answers([[PUBLIC]])), "https://hooks.ville.fr/", b"{}", {})
    assert connected == [(PUBLIC, 443)]


async def serve(answer: bytes, *, forever: bool = False, pause: float = 0.0) -> tuple[asyncio.Server, int]:
    """A receiver that answers `answer` to anything, then perhaps babbles without end."""

    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            while forever:
                writer.write(b"x" * 4096)
                await writer.drain()
                await asyncio.sleep(pause)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def test_a_redirect_is_not_followed_wherever_it_leads(canary: Canary) -> None:
    guard = Guard(private=True)
    for status in (301, 302, 303, 307, 308):
        reply = (
            f"HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:{canary.port}/\r\nContent-Length: 0\r\n\r\n"
        )
        server, port = await serve(reply.encode())
        async with server:
            answer = await post(guard, f"http://127.0.0.1:{port}/", b"{}", {})
        assert (answer.failure, answer.status) == (Failure.REDIRECT, status)


async def test_an_endless_answer_is_cut_at_64_kib_and_one_kib_of_it_is_kept() -> None:
    server, port = await serve(b"HTTP/1.1 200 OK\r\n\r\n\x00\xff<b>", forever=True)
    async with server:
        answer = await asyncio.wait_for(post(Guard(private=True), f"http://127.0.0.1:{port}/", b"{}", {}), 5)
    assert (answer.failure, answer.status) == (None, 200)
    assert answer.excerpt.startswith("\ufffd\ufffd<b>xxx")
    assert len(answer.excerpt) == 1024


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n\r\n"])
async def test_a_slow_answer_is_given_up_after_the_total_time(
    start: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "TOTAL_SECONDS", 0.3)
    server, port = await serve(start, forever=True, pause=0.1 if start else 60)
    async with server:
        answer = await asyncio.wait_for(post(Guard(private=True), f"http://127.0.0.1:{port}/", b"{}", {}), 5)
    assert answer.failure in {Failure.TIMEOUT, Failure.CONNECTION}
    assert answer.failure is Failure.TIMEOUT or not start


@pytest.mark.parametrize(
    "reply", [b"", b"\x16\x03\x01", b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 50_000]
)
async def test_an_answer_that_is_not_http_is_a_failed_connection_and_nothing_worse(reply: bytes) -> None:
    server, port = await serve(reply)
    async with server:
        answer = await asyncio.wait_for(post(Guard(private=True), f"http://127.0.0.1:{port}/", b"{}", {}), 5)
    assert answer.failure is Failure.CONNECTION
