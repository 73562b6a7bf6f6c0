"""Sessions: whose they are, how long they last, what replaces their token, and what ends them."""

from uuid import UUID

import pytest

from marketplace.accounts import registration
from marketplace.actor import SYSTEM, Role
from marketplace.ids import OrganisationId
from marketplace.sign_in import devices
from marketplace.sign_in.sessions import Proof
from marketplace.web.rates import Rule
from tests.support.windows import PASSWORD, Window, person
from tests.support.world import World

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("agent", "name"),
    [(FIREFOX, "Firefox, Linux"), (EDGE, "Edge, Windows"), (IPHONE, "Safari, iPhone"), ("python-httpx/0.28", "python-httpx/0.28"),
     ("", ""), ("<script>", ""), ("x" * 5000, "x" * 40)],
)  # fmt: skip
def test_a_device_is_named_in_a_few_words(agent: str, name: str) -> None:
    assert devices.named(agent) == name


async def test_no_token_but_ours_is_ever_a_session_and_each_proof_or_change_of_role_kills_the_former(
    world: World,
) -> None:
    async with Window.open(world) as window:
        caller, email = await person(world)
        other = await world.town("18033")
        async with world.as_worker.transaction(SYSTEM) as session:
            await registration.register_person(
                session, email=email, name="x", password=None, organisation_id=OrganisationId(UUID(str(other.actor.organisation_id))),
                roles={Role.READER},
            )  # fmt: skip
        window.token = "chosen-by-an-attacker-0000000000000000000"
        assert await window.who() == 401
        window.http.headers["X-CSRF-Token"] = "x"
        signed = await window.http.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
        del window.http.headers["X-CSRF-Token"]
        assert signed.status_code == 201
        tokens = [window.token]
        assert tokens[0] != "chosen-by-an-attacker-0000000000000000000"
        for method, path, body in (
            ("POST", "/me/proof", {"password": PASSWORD}),
            ("PUT", "/me/organisation", {"organisation_id": str(other.actor.organisation_id)}),
            ("PUT", "/me/password", {"current": PASSWORD, "password": "cheval agrafe pile correcte"}),
        ):
            assert (await window.call(method, path, body)).status_code == 200, path
            tokens.append(window.token)
        assert len(set(tokens)) == 4
        assert (await window.who())["roles"] == ["reader"]
        for dead in tokens[:-1]:
            window.token = dead
            assert await window.who() == 401
        assert await world.sql("select count(*) from web_session") == 1, "one session, whose token changed"
        assert caller.actor.person_id is not None


async def test_the_list_says_where_one_is_signed_in_and_each_can_be_ended(world: World) -> None:
    async with (
        Window.open(world, FIREFOX) as window,
        Window.open(world, IPHONE) as phone,
        Window.open(world) as thief,
    ):
        caller, email = await person(world)
        stranger, _ = await person(world)
        for browser in (phone, window):
            assert (
                await browser.post("/sessions", {"email": email, "password": PASSWORD})
            ).status_code == 201
        await thief.enter(stranger)
        listed = (await window.call("GET", "/sessions")).json()
        assert {one["device"]: one["current"] for one in listed} == {
            "Firefox, Linux": True,
            "Safari, iPhone": False,
        }
        assert {one["proof"] for one in listed} == {"password"}
        page = (await window.http.get("/compte/securite")).text
        assert "cet appareil" in page
        assert "Safari, iPhone" in page
        (other,) = [one["id"] for one in listed if not one["current"]]
        assert (await thief.call("DELETE", f"/sessions/{other}")).status_code == 404
        assert (await thief.sends(f"/compte/securite/sessions/{other}/fin")).status_code == 404
        assert await phone.who() != 401
        assert (await window.sends(f"/compte/securite/sessions/{other}/fin")).status_code == 303
        assert await phone.who() == 401
        await phone.enter(caller)
        assert (await window.call("DELETE", "/sessions/others")).status_code == 204
        assert (await phone.who(), (await window.who())["channel"]) == (401, "session")
        assert (await thief.who())["channel"] == "session", "another person's sessions are not « the others »"


async def test_a_session_lives_twelve_hours_idle_and_seven_days_at_most(world: World) -> None:
    async with Window.open(world) as window:
        caller, _ = await person(world)
        await window.enter(caller)
        left = "select extract(epoch from expires_at - now()) / 3600 from web_session"
        await world.sql(
            "update web_session set last_seen_at = now() - interval '11 hours', expires_at = now() + interval '1 hour'"
        )
        assert await window.who() != 401
        assert 11.9 < await world.sql(left) <= 12
        await world.sql(
            "update web_session set created_at = now() - interval '6 days 22 hours', last_seen_at = now() - interval '1 hour'"
        )
        assert await window.who() != 401
        assert 1.9 < await world.sql(left) <= 2, "use prolongs it no further than its seventh day"
        await world.sql(
            "update web_session set created_at = created_at - interval '2 hours', last_seen_at = now() - interval '1 hour'"
        )
        await window.who()
        assert await window.who() == 401


async def test_making_a_key_asks_for_a_recent_proof_and_a_proof_by_password_does_not_raise_the_session(
    world: World,
) -> None:
    async with Window.open(world) as window:
        caller, _ = await person(world)
        await window.enter(caller, Proof.PASSKEY)
        assert (await window.post("/api-keys", {"name": "export"})).status_code == 201
        await world.sql("update web_session set proved_at = now() - interval '16 minutes'")
        refused = await window.post("/api-keys", {"name": "export"})
        assert (refused.status_code, refused.json()["code"]) == (403, "proof_needed")
        sent = await window.sends("/organisation/cles", name="export", scope="read")
        assert (sent.status_code, sent.headers["location"]) == (
            303,
            "/compte/confirmer?suite=/organisation/cles",
        )
        assert (await window.post("/me/proof", {"password": "pas le bon"})).status_code == 422
        assert (await window.post("/me/proof", {"password": PASSWORD})).status_code == 200
        assert await world.sql("select proof from web_session") == "passkey"
        await world.sql("update web_session set proof = 'proconnect'")
        assert (await window.post("/me/proof", {"password": PASSWORD})).status_code == 200
        assert await world.sql("select proof from web_session") == "proconnect"
        assert (await window.post("/api-keys", {"name": "export"})).status_code == 201


async def test_tries_are_counted_by_address_and_by_person(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is counted; that counting refuses is the limits' own test."""
    seen: list[tuple[str, tuple[str, ...]]] = []

    async def hit(rule: Rule, *subjects: str) -> None:
        if rule.name != "requests":  # what any address asks without signing in
            seen.append((rule.name, subjects))

    monkeypatch.setattr(world.app.state.rates, "hit", hit)
    async with Window.open(world) as window:
        await window.post("/sessions", {"email": "A@exemple.test", "password": "x"})
        await window.sends("/connexion", email="a@exemple.test", password="x")
        await window.post("/password-resets", {"email": "a@exemple.test"})
        await window.post("/sessions/passkey-options")
    assert [(name, subjects[-1]) for name, subjects in seen] == [
        ("sign_in", "a@exemple.test"), ("sign_in", "a@exemple.test"), ("reset", "a@exemple.test"), ("passkey_options", "127.0.0.1"),
    ]  # fmt: skip
    assert {subjects[0] for _, subjects in seen} == {"127.0.0.1"}
