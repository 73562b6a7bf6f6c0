"""What a provider, or somebody in its place, may say that is not so: each lie alone is refused, and the same words without it are not."""

import dataclasses
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from marketplace.settings import ProConnectSettings, Settings
from marketplace.sign_in import proconnect
from tests.support.hostile_provider import (
    CLIENT,
    SECRET,
    HostileProvider,
    curve_key,
    hostile_provider,
    other_key,
    shared_secret,
)
from tests.support.identity_provider import Visitor, plain
from tests.support.world import World

Lie = Callable[[HostileProvider], None]
HUGE = b'{"keys": [' + b" " * 300_000 + b"]}"


@pytest.fixture(scope="module")
def liar() -> Iterator[HostileProvider]:
    with hostile_provider() as found:
        yield found


@pytest.fixture
def settings(settings: Settings, liar: HostileProvider) -> Settings:
    liar.behave()
    given = ProConnectSettings(issuer=liar.issuer, client_id=CLIENT, client_secret=SecretStr(SECRET))
    return dataclasses.replace(settings, proconnect=given)


@pytest.fixture
async def visitor(world: World) -> AsyncIterator[Visitor]:
    async with Visitor(world) as somebody:
        yield somebody


async def sign_in(visitor: Visitor, liar: HostileProvider, lie: Lie | None = None) -> httpx.Response:
    """Go to the provider and come back with a code, the provider having told `lie` in between."""
    query = parse_qs(urlsplit(await visitor.starts()).query)
    liar.nonce = query["nonce"][0]
    if lie:
        lie(liar)
    return await visitor.site.get(proconnect.CALLBACK, params={"state": query["state"][0], "code": "un-code"})


def says(**claims: object) -> Lie:
    """Of the identity token."""
    return lambda liar: liar.id_claims.update(claims)


def tells(**claims: object) -> Lie:
    """Of userinfo."""
    return lambda liar: liar.userinfo_claims.update(claims)


def signs_with(make: Callable[[HostileProvider], object], **header: object) -> Lie:
    def lie(liar: HostileProvider) -> None:
        liar.signing = make(liar)
        liar.header |= header

    return lie


def tampered(liar: HostileProvider) -> str:
    """A token of the provider's, its claims changed after it was signed."""
    head, _, signature = liar.signed(liar.identity()).split(".")
    other = liar.signed(liar.identity() | {"sub": "un-autre"}).split(".")[1]
    return f"{head}.{other}.{signature}"


def tampered_userinfo(liar: HostileProvider) -> bytes:
    head, _, signature = liar.signed(liar.person()).split(".")
    other = liar.signed(liar.person() | {"siret": "21180033900018"}).split(".")[1]
    return f"{head}.{other}.{signature}".encode()


def public_key_as_secret(liar: HostileProvider) -> object:
    """The old confusion: the public key, which everybody has, taken for a shared secret."""
    return liar.keys[-1].as_pem(private=False)


def sets(name: str, make: Callable[[HostileProvider], object]) -> Lie:
    return lambda liar: setattr(liar, name, make(liar))


def answers(path: str, status: int, body: bytes = b"{}") -> Lie:
    return lambda liar: liar.answers.update({path: (status, body)})


LIES: dict[str, Lie] = {
    "another nonce": says(nonce="x" * 43),
    "no nonce": says(nonce=None),
    "a nonce that is no text": says(nonce=["x"]),
    "another audience": says(aud="un-autre-site"),
    "no audience": says(aud=None),
    "an audience without us": says(aud=["un-autre-site", "encore-un"]),
    "two audiences and nobody authorised": says(aud=[CLIENT, "un-autre-site"]),
    "two audiences, the other authorised": says(aud=[CLIENT, "un-autre-site"], azp="un-autre-site"),
    "another authorised": says(azp="un-autre-site"),
    "another issuer": says(iss="https://ailleurs.test"),
    "almost the issuer": says(iss="http://127.0.0.1"),
    "no issuer": says(iss=None),
    "an hour too late": says(exp=int(time.time()) - 3600),
    "no end": says(exp=None),
    "an end that is no number": says(exp="demain"),
    "an end that is not one": says(exp=float("nan")),
    "made tomorrow": says(iat=int(time.time()) + 86_400, exp=int(time.time()) + 90_000),
    "made yesterday": says(iat=int(time.time()) - 86_400),
    "made never": says(iat=None),
    "another access token": says(at_hash="x" * 22),
    "nobody": says(sub=None),
    "an empty subject": says(sub=""),
    "a subject that no database holds": says(sub="a\0b"),
    "no signature": signs_with(lambda liar: liar.signing, alg="none"),
    "a key of its own": signs_with(lambda _: other_key(), kid=None),
    "a key that nobody published": signs_with(lambda _: other_key(), kid="inconnue"),
    "a key of its own under the right name": lambda liar: signs_with(lambda _: other_key(), kid=liar.keys[-1].kid)(liar),
    "the public key as a secret": lambda liar: signs_with(public_key_as_secret, alg="HS256", kid=liar.keys[-1].kid)(liar),
    "our secret instead of a key": signs_with(lambda _: shared_secret(SECRET), alg="HS256", kid=None),
    "a curve instead of RSA": signs_with(lambda _: curve_key(), alg="ES256", kid=None),
    "claims changed after signing": sets("id_token", tampered),
    "no token at all": sets("id_token", lambda _: "ce.n.est"),
    "a token in five parts": sets("id_token", lambda _: "a.b.c.d.e"),
    "a token that is not text": lambda liar: liar.tokens.update({"id_token": {"a": 1}}),
    "another kind of access token": lambda liar: liar.tokens.update({"token_type": "mac"}),
    "userinfo of somebody else": tells(sub="un-autre"),
    "userinfo for another site": tells(aud="un-autre-site"),
    "userinfo for nobody": tells(aud=None),
    "userinfo of another provider": tells(iss="https://ailleurs.test"),
    "userinfo of yesterday": tells(exp=int(time.time()) - 86_400),
    "userinfo changed after signing": sets("userinfo", tampered_userinfo),
    "userinfo without a signature": sets("userinfo", lambda liar: liar.signed(liar.person(), alg="none").encode()),
    "userinfo of a key of its own": sets("userinfo", lambda liar: liar.signed(liar.person(), other_key()).encode()),
    "userinfo as a page": lambda liar: (setattr(liar, "userinfo", b"<html>"), setattr(liar, "userinfo_type", "text/html")),
    "plain userinfo of somebody else": lambda liar: (
        setattr(liar, "userinfo", json.dumps(liar.person() | {"sub": "un-autre"}).encode()),
        setattr(liar, "userinfo_type", "application/json"),
    ),
    "a code it does not know": answers("/token", 400, b'{"error": "invalid_grant"}'),
    "a secret it does not know": answers("/token", 401, b'{"error": "invalid_client"}'),
    "tokens that are a list": answers("/token", 200, b"[]"),
    "tokens that are no JSON": answers("/token", 200, b"<html>"),
    "JSON without end": answers("/token", 200, b"[" * 50_000),
    "userinfo refused": answers("/userinfo", 401),
    "an address nobody can write to": tells(email="pas-une-adresse"),
    "no address": tells(email=None),
}  # fmt: skip


async def test_every_lie_alone_is_refused_and_nothing_is_made_of_it(
    world: World, visitor: Visitor, liar: HostileProvider
) -> None:
    believed = []
    for name, lie in LIES.items():
        liar.behave()
        answer = await sign_in(visitor, liar, lie)
        if answer.status_code != 403 or "n’a pas abouti" not in plain(answer.text):
            believed.append((name, answer.status_code, answer.headers.get("location")))
    assert believed == []
    assert await world.sql("select (select count(*) from person) + (select count(*) from web_session)") == 0
    liar.behave()
    honest = await sign_in(visitor, liar)
    assert (honest.status_code, honest.headers["location"]) == (303, "/")
    assert (await visitor.me())["organisation_name"] == "Vierzon"
    assert liar.sent == {
        "grant_type": "authorization_code", "code": "un-code", "client_id": CLIENT, "client_secret": SECRET,
        "redirect_uri": "http://localhost:8000/connexion/proconnect/retour",
    }  # fmt: skip


SILENCES: dict[str, Lie] = {
    "down": answers("/token", 500),
    "busy": answers("/token", 429),
    "userinfo down": answers("/userinfo", 503),
    "keys that are no JSON": answers("/jwks", 200, b"<html>"),
    "no keys": answers("/jwks", 200, b'{"keys": []}'),
    "keys that are no keys": answers("/jwks", 200, b'{"keys": [1]}'),
    "keys without end": answers("/jwks", 200, HUGE),
    "keys gone": answers("/jwks", 404, b'{"keys": []}'),
}


async def test_a_provider_that_fails_is_a_503_that_says_so_and_never_a_fault_of_ours(
    world: World, visitor: Visitor, liar: HostileProvider
) -> None:
    for name, silence in SILENCES.items():
        liar.behave()
        world.app.state.proconnect._keys = None
        answer = await sign_in(visitor, liar, silence)
        assert (answer.status_code, name) == (503, name)
        assert "ProConnect ne répond pas" in plain(answer.text)
    liar.behave()
    answer = await sign_in(visitor, liar, answers("/authorize", 200))
    assert answer.status_code == 303, "it is asked again, and believed again"
    assert await world.sql("select count(*) from web_session") == 1


async def test_a_provider_that_is_slow_is_left_in_time(
    visitor: Visitor, liar: HostileProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proconnect, "PATIENCE", 0.3)
    started = time.monotonic()
    answer = await sign_in(visitor, liar, sets("slow", lambda _: 1.5))
    assert answer.status_code == 503
    assert time.monotonic() - started < 1.5
    liar.slow = 0


DOCUMENTS: list[dict[str, object]] = [
    {"issuer": "https://ailleurs.test"}, {"issuer": None}, {"token_endpoint": None}, {"jwks_uri": 1},
    {"userinfo_endpoint": "file:///etc/passwd"}, {"authorization_endpoint": "javascript:alert(1)"}, {"token_endpoint": "http://[::1"},
]  # fmt: skip


async def test_a_document_that_names_another_provider_or_no_address_is_not_used(
    world: World, visitor: Visitor, liar: HostileProvider
) -> None:
    provider = world.app.state.proconnect
    for lie in DOCUMENTS:
        liar.behave()
        liar.document = lie
        provider._silent_at = -1e9
        answer = await visitor.site.get("/connexion/proconnect")
        assert (answer.status_code, lie) == (503, lie)
    liar.behave()
    assert (await visitor.site.get("/connexion/proconnect")).status_code == 503
    assert liar.calls == [], "who was silent a moment ago is left alone"
    provider._silent_at = -1e9
    assert (await visitor.site.get("/connexion/proconnect")).status_code == 303


async def test_no_redirect_of_the_provider_is_followed(visitor: Visitor, liar: HostileProvider) -> None:
    liar.redirects["/token"] = f"{liar.issuer}/ailleurs"
    answer = await sign_in(visitor, liar)
    assert answer.status_code == 403
    assert not [call for call in liar.calls if "ailleurs" in call]


async def test_a_provider_that_changes_its_keys_is_believed_and_asked_no_more_than_it_must_be(
    visitor: Visitor, liar: HostileProvider
) -> None:
    await sign_in(visitor, liar)
    liar.calls = []
    await sign_in(visitor, liar)
    assert liar.calls == ["/token", "/userinfo"], "its document and its keys are known"
    liar.calls = []
    liar.rotate()
    assert (await sign_in(visitor, liar)).status_code == 303
    assert liar.calls == ["/token", "/jwks", "/userinfo"]
    assert "siret" not in json.dumps(liar.sent)


async def test_words_that_no_database_or_page_can_hold_are_left_out(
    world: World, visitor: Visitor, liar: HostileProvider
) -> None:
    liar.userinfo_claims = {
        "given_name": "Zo\0é", "usual_name": "<b>Là</b>" + "x" * 500, "siret": "21180279800015\n; drop table person",
        "email": "Zoe@Vierzon.exemple",
    }  # fmt: skip
    assert (await sign_in(visitor, liar)).status_code == 303
    assert await world.sql("select name from person") == "Zoe"
    assert await world.sql("select email from person") == "zoe@vierzon.exemple"
    assert await world.sql("select count(*) from affiliation") == 0
