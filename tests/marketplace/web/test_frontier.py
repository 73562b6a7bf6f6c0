"""The door: which hosts are answered, and whose address a request is counted for."""

from typing import Any

import pytest

from marketplace.errors import Invalid
from marketplace.settings import Settings, WebSettings
from marketplace.web.frontier import Frontier
from tests.support.visiting import changed, visitor
from tests.support.world import World


def scope(peer: str | None = "192.0.2.1", host: str | None = "localhost:8000", *forwarded: str) -> Any:
    headers = [(b"x-forwarded-for", part.encode("latin-1")) for part in forwarded]
    if host is not None:
        headers.append((b"host", host.encode("latin-1")))
    return {"client": (peer, 1) if peer is not None else None, "headers": headers}


def frontier(**web: str) -> Frontier:
    return Frontier.of(WebSettings(**web))  # type: ignore[arg-type]


TRUSTED = "10.0.0.0/8, 127.0.0.1, 2001:db8::/32"
ADDRESSES = [
    # nobody is trusted: what a visitor says of themselves is never believed (CVE-2025-59152)
    ("", "192.0.2.1", ["203.0.113.9"], "192.0.2.1"),
    ("", "127.0.0.1", ["203.0.113.9"], "127.0.0.1"),
    # the peer is a proxy of ours: the right-most hop that is not
    (TRUSTED, "10.0.0.1", ["203.0.113.9"], "203.0.113.9"),
    (TRUSTED, "10.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
    (TRUSTED, "10.0.0.1", ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
    (TRUSTED, "10.0.0.1", ["203.0.113.9, 10.1.2.3"], "203.0.113.9"),
    (TRUSTED, "10.0.0.1", ["198.51.100.1, 203.0.113.9, 10.1.2.3, 127.0.0.1"], "203.0.113.9"),
    (TRUSTED, "2001:db8::5", ["2a01::7"], "2a01::7"),
    (TRUSTED, "::ffff:10.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
    # another peer that says what a proxy would
    (TRUSTED, "192.0.2.1", ["203.0.113.9, 10.0.0.1"], "192.0.2.1"),
    # nothing that can be read beyond a hop: the last that could
    (TRUSTED, "10.0.0.1", [], "10.0.0.1"),
    (TRUSTED, "10.0.0.1", ["n’importe quoi"[:1]], "10.0.0.1"),
    (TRUSTED, "10.0.0.1", ["203.0.113.9, unknown, 10.1.2.3"], "10.1.2.3"),
    (TRUSTED, "10.0.0.1", ["203.0.113.9:4711"], "10.0.0.1"),
    (TRUSTED, "10.0.0.1", ["10.1.2.3, 10.1.2.4"], "10.1.2.3"),
]


@pytest.mark.parametrize(("trusted", "peer", "forwarded", "found"), ADDRESSES)
def test_an_address_is_the_peers_or_what_a_trusted_proxy_says(
    trusted: str, peer: str, forwarded: list[str], found: str
) -> None:
    assert frontier(trusted_proxies=trusted).client(scope(peer, "localhost", *forwarded)) == found


def test_a_peer_without_an_address_has_none() -> None:
    assert frontier().client(scope(None)) == ""


LOCAL = ("localhost", "localhost:8000", "127.0.0.1:9", "[::1]", "[::1]:8000", "LOCALHOST", "localhost.")
OURS = ("achats.exemple.fr", "achats.exemple.fr:443", "Achats.Exemple.FR.")
OTHERS = (
    "ailleurs.test", "achats.exemple.fr.ailleurs.test", "ailleurs.test:8000", "localhost@ailleurs.test", "", " localhost", "localhost:",
    "localhost:port", "localhost/", "localhost#", "[::1", "192.168.1.4", "localhost, ailleurs.test", "xlocalhost", "0.0.0.0",
    "\u00e9", "localhost:123456",
)  # fmt: skip


def test_a_loopback_site_answers_for_every_name_of_the_loopback_and_a_public_one_for_its_own() -> None:
    public = frontier(base_url="https://achats.exemple.fr")
    for base in ("http://localhost:8000", "http://127.0.0.1:8123", "http://[::1]:8000"):
        assert [host for host in LOCAL if not frontier(base_url=base).answers_for(scope(host=host))] == []
    assert [host for host in OURS if not public.answers_for(scope(host=host))] == []
    assert [host for host in (*OTHERS, *OURS) if frontier().answers_for(scope(host=host))] == []
    assert [host for host in (*OTHERS, *LOCAL) if public.answers_for(scope(host=host))] == []
    more = frontier(base_url="https://achats.exemple.fr", allowed_hosts="achats.interne, [::1]")
    assert all(
        more.answers_for(scope(host=host)) for host in ("achats.interne", "achats.exemple.fr", "[::1]:80")
    )


def test_a_request_names_one_host() -> None:
    assert not frontier().answers_for(scope(host=None))
    two = scope()
    two["headers"].append((b"host", b"localhost"))
    assert not frontier().answers_for(two)


async def test_another_host_gets_nothing_of_the_site_and_the_probes_answer_all(world: World) -> None:
    async with visitor(world.app, base_url="http://ailleurs.test") as lost:
        for path in ("/", "/api/v1/towns", "/static/site.css", "/nulle-part", "/schema/openapi.json"):
            answer = await lost.get(path)
            assert (answer.status_code, answer.text) == (421, "421 Misdirected Request\n")
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"
        claimed = {"X-Forwarded-Host": "localhost:8000", "Forwarded": "host=localhost:8000"}
        assert (await lost.get("/", headers=claimed)).status_code == 421
        assert (await lost.post("/connexion", data={"email": "a@b.test", "password": "x"})).status_code == 421
        assert [(await lost.get(path)).status_code for path in ("/healthz", "/readyz")] == [200, 200]
    for host in ("127.0.0.1:8000", "localhost:8000", "[::1]:8000"):
        there = await world.http.get("/", headers={"Host": host, "X-Forwarded-Host": "ailleurs.test"})
        assert (there.status_code, "ailleurs.test" in there.text) == (200, False)


async def test_a_public_site_answers_for_its_own_name_only(settings: Settings) -> None:
    public = changed(settings, web={"base_url": "https://achats.exemple.fr"})
    async with World.open(public) as world, visitor(world.app, base_url="https://achats.exemple.fr") as known:
        assert (await known.get("/")).status_code == 200
        assert (await world.http.get("/")).status_code == 421


@pytest.mark.parametrize(
    ("name", "value"),
    [("WEB_TRUSTED_PROXIES", "10.0.0.0/33"), ("WEB_TRUSTED_PROXIES", "proxy.exemple.fr"), ("WEB_TRUSTED_PROXIES", "10.0.0.1/8"),
     ("WEB_ALLOWED_HOSTS", "https://achats.exemple.fr"), ("WEB_REQUESTS_PER_MINUTE", "0"), ("ANTIVIRUS_URL", "http://clamd"),
     ("ANTIVIRUS_URL", "tcp://clamd")],
)  # fmt: skip
def test_a_wrong_setting_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        Settings.read({name: value})
    assert [fault.path for fault in refused.value.fields] == [name]


async def test_a_request_through_a_trusted_proxy_is_counted_for_its_client(settings: Settings) -> None:
    """And one that only says it came through a proxy, for itself."""
    typed = {"email": "a@exemple.test", "password": "x"}
    for proxies, last in (("10.0.0.0/8", 403), ("", 429)):
        async with World.open(changed(settings, web={"trusted_proxies": proxies})) as world:
            async with visitor(world.app, "10.0.0.1") as proxy:
                codes = [
                    (
                        await proxy.post(
                            "/api/v1/sessions", json=typed, headers={"X-Forwarded-For": f"203.0.113.{n // 6}"}
                        )
                    ).status_code
                    for n in range(12)
                ]
            assert codes[-1] == last
