"""Codes by application and recovery codes: each works once, for one person, and opens nothing before it is given."""

import asyncio
import re
import time
from typing import Any

import pyotp

from marketplace.sign_in import half_open
from marketplace.web.rates import SECOND_FACTOR
from tests.support.windows import PASSWORD, Window, mails, person
from tests.support.world import Caller, World


async def enrolled(world: World, window: Window) -> tuple[Caller, str, pyotp.TOTP, list[str]]:
    """Somebody with a second factor: their address, their application, and their recovery codes."""
    caller, email = await person(world)
    await window.enter(caller)
    application, codes = await enrol(window)
    window.http.cookies.clear()
    return caller, email, application, codes


async def enrol(window: Window) -> tuple[pyotp.TOTP, list[str]]:
    """Turn the codes on with the code of the previous half-minute, so that the present one is still good."""
    secret = (await window.post("/me/second-factor")).json()["secret"]
    application = pyotp.TOTP(secret)
    confirmed = await window.post(
        "/me/second-factor/confirmation", {"code": application.at(time.time() - 25)}
    )
    assert confirmed.status_code == 200, confirmed.text
    return application, confirmed.json()["codes"]


async def given_password(window: Window, email: str) -> Any:
    return await window.post("/sessions", {"email": email, "password": PASSWORD})


async def test_a_right_password_opens_nothing_until_a_code_is_given_and_the_code_works_once(
    world: World,
) -> None:
    async with Window.open(world) as window, Window.open(world) as other:
        caller, email, application, _ = await enrolled(world, window)
        half = await given_password(window, email)
        assert (half.status_code, half.json()) == (201, {"second_factor_needed": True, "csrf_token": None})
        assert not window.token
        assert await window.who() == 401
        stolen = half.cookies["half-session"]
        window.http.cookies.set("session", stolen, domain="localhost.local", path="/")
        assert await window.who() == 401, "a half-open session's token is no session"
        window.http.cookies.delete("session")

        wrong = await window.post("/sessions/second-factor", {"code": "000000"})
        assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "code")
        code = application.at(time.time() + 25)
        spaced = f" {code[:3]} {code[3:]}\u00a0"
        done = await window.post("/sessions/second-factor", {"code": spaced})
        assert done.status_code == 201, done.text
        assert done.cookies["session"] != stolen
        assert (await window.who())["organisation_id"] == str(caller.actor.organisation_id)
        assert await world.sql("select proof from web_session where proof = 'totp'") == "totp"

        # the same code again, in every writing: Trail of Bits, PyPI 2026, finding 9
        assert (await given_password(other, email)).json()["second_factor_needed"]
        await world.app.state.rates.passed(SECOND_FACTOR, str(caller.actor.person_id))  # five more tries
        for again in (code, spaced, f"{code[:3]} {code[3:]}", f"\t{code}\n", f"{code[0]} {code[1:]}"):
            refused = await other.post("/sessions/second-factor", {"code": again})
            assert refused.status_code == 422, again
        assert await other.who() == 401


async def test_of_two_who_give_the_same_code_together_one_signs_in(world: World) -> None:
    async with Window.open(world) as first, Window.open(world) as second:
        _, email, application, codes = await enrolled(world, first)
        await given_password(first, email)
        await given_password(second, email)
        for code in (application.at(time.time() + 25), codes[0]):
            cookies = [window.http.cookies["half-session"] for window in (first, second)]
            both = await asyncio.gather(
                *(window.post("/sessions/second-factor", {"code": code}) for window in (first, second))
            )
            assert sorted(answer.status_code for answer in both) == [201, 422], code
            for window, cookie in zip((first, second), cookies, strict=True):
                if window.token:
                    window.http.cookies.clear()
                    await given_password(window, email)
                else:
                    assert window.http.cookies["half-session"] == cookie


async def test_the_time_to_give_a_code_ends_and_a_half_open_session_serves_once(world: World) -> None:
    async with Window.open(world) as window:
        _, email, _, codes = await enrolled(world, window)
        half = (await given_password(window, email)).cookies["half-session"]
        await world.sql("update half_open_session set expires_at = now() - interval '1 second'")
        late = await window.post("/sessions/second-factor", {"code": codes[0]})
        assert (late.status_code, late.json()["code"]) == (401, "sign_in_again")
        await world.sql("update half_open_session set expires_at = now() + interval '9 minutes'")
        assert (await window.post("/sessions/second-factor", {"code": codes[0]})).status_code == 201
        window.http.cookies.clear()
        window.http.cookies.set("half-session", half, domain="localhost.local", path="/")
        assert (await window.post("/sessions/second-factor", {"code": codes[1]})).status_code == 401
        assert half_open.LIFETIME.total_seconds() == 600


async def test_a_recovery_code_works_once_whatever_its_dashes_and_its_use_is_told_by_mail(
    world: World,
) -> None:
    async with Window.open(world) as window:
        caller, email, _, codes = await enrolled(world, window)
        assert len(set(codes)) == 10
        kept = await world.sql("select string_agg(code_hash::text, ' ') from recovery_code")
        assert not any(code in kept or code.encode().hex() in kept for code in codes)
        for code, status in ((codes[0].upper().replace("-", " "), 201), (codes[0], 422), (codes[1], 201)):
            window.http.cookies.clear()
            await given_password(window, email)
            assert (await window.post("/sessions/second-factor", {"code": code})).status_code == status
        assert (await window.call("GET", "/me/second-factor")).json() == {
            "enabled": True,
            "recovery_codes_left": 8,
        }
        assert sum("Un code de secours a servi" in mail for mail in await mails(world, email)) == 2

        await window.enter(caller)
        renewed = (await window.post("/me/recovery-codes")).json()["codes"]
        window.http.cookies.clear()
        await given_password(window, email)
        assert (await window.post("/sessions/second-factor", {"code": codes[2]})).status_code == 422
        assert (await window.post("/sessions/second-factor", {"code": renewed[2]})).status_code == 201


async def test_the_secret_is_sealed_shown_once_and_of_no_use_to_another_person_or_key(world: World) -> None:
    async with Window.open(world) as window:
        caller, email = await person(world)
        await window.enter(caller)
        secret = (await window.post("/me/second-factor")).json()["secret"]
        kept = await world.sql("select encode(sealed_secret, 'escape') from totp_factor")
        assert secret not in kept
        page = (await window.http.get("/compte/securite/codes")).text
        assert re.sub(r"\s", "", secret) in re.sub(r"\s", "", page)
        assert 'src="data:image/svg+xml' in page
        await window.post("/me/second-factor/confirmation", {"code": pyotp.TOTP(secret).at(time.time() - 25)})
        assert secret[:4] not in (await window.http.get("/compte/securite/codes")).text
        assert (await window.post("/me/second-factor")).json()["code"] == "second_factor_enabled"

        # a row that is copied to another person opens nothing: the key is the person's
        thief, address = await person(world)
        await world.sql(
            "insert into totp_factor (id, person_id, sealed_secret, confirmed_at) select gen_random_uuid(), :thief, sealed_secret, now() from totp_factor",
            thief=thief.actor.person_id,
        )
        window.http.cookies.clear()
        await given_password(window, address)
        code = pyotp.TOTP(secret).now()
        assert (await window.post("/sessions/second-factor", {"code": code})).status_code == 422
        assert email != address


async def test_turning_codes_off_asks_for_a_recent_proof_and_forgets_the_recovery_codes(world: World) -> None:
    async with Window.open(world) as window:
        caller, email, _, _ = await enrolled(world, window)
        await window.enter(caller)
        await world.sql("update web_session set proved_at = now() - interval '16 minutes'")
        for method, path in (
            ("DELETE", "/me/second-factor"),
            ("POST", "/me/recovery-codes"),
            ("POST", "/me/second-factor"),
        ):
            stale = await window.call(method, path)
            assert (stale.status_code, stale.json()["code"]) == (403, "proof_needed"), path
        sent = await window.sends("/compte/securite/codes/retrait")
        assert (sent.status_code, sent.headers["location"]) == (
            303,
            "/compte/confirmer?suite=/compte/securite/codes/retrait",
        )
        assert await world.sql("select count(*) from totp_factor where confirmed_at is not null") == 1

        before = window.token
        wrong = await window.sends("/compte/confirmer", password="pas le bon", suite="/compte/securite/codes")
        assert (wrong.status_code, "pas le bon" in wrong.text) == (422, False)
        proved = await window.sends("/compte/confirmer", password=PASSWORD, suite="/compte/securite/codes")
        assert (proved.status_code, proved.headers["location"]) == (303, "/compte/securite/codes")
        assert window.token != before
        assert (await window.sends("/compte/securite/codes/retrait")).status_code == 303
        assert await world.sql("select count(*) from recovery_code") == 0
        window.http.cookies.clear()
        assert not (await given_password(window, email)).json()["second_factor_needed"]
        assert any("désactivés" in mail for mail in await mails(world, email))


async def test_the_pages_ask_for_the_code_without_javascript_and_lead_where_one_was_going(
    world: World,
) -> None:
    async with Window.open(world) as window:
        _, email, application, _ = await enrolled(world, window)
        sent = await window.sends("/connexion", email=email, password=PASSWORD, suite="/commandes")
        assert (sent.status_code, sent.headers["location"]) == (303, "/connexion/code?suite=/commandes")
        assert "one-time-code" in (await window.http.get("/connexion/code?suite=/commandes")).text
        wrong = await window.sends("/connexion/code", code="123", suite="/commandes")
        assert wrong.status_code == 422
        assert "attendez le suivant" in wrong.text
        done = await window.sends(
            "/connexion/code", code=application.at(time.time() + 25), suite="//ailleurs.test"
        )
        assert (done.status_code, done.headers["location"]) == (303, "/")
        assert "half-session" not in window.http.cookies
        assert (await window.who())["channel"] == "session"
        window.http.cookies.clear()
        for answer in (
            await window.http.get("/connexion/code"),
            await window.sends("/connexion/code", code="1"),
        ):
            assert (answer.status_code, answer.headers["location"]) == (303, "/connexion")


async def test_a_key_of_the_api_changes_nothing_of_how_its_person_signs_in(world: World) -> None:
    town = await world.town()
    for path in (
        "/me/second-factor",
        "/me/recovery-codes",
        "/me/passkeys/options",
        "/me/proof/passkey-options",
    ):
        answer = await town.post(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "session_needed"), path
    assert (await town.get("/sessions")).json()["code"] == "session_needed"
    assert (await town.delete("/sessions/others")).json()["code"] == "session_needed"
