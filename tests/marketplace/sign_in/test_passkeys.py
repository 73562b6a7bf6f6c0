"""Passkeys: an honest device is accepted, and every dishonest answer is refused the same."""

from typing import Any
from uuid import UUID

import pytest

from marketplace.accounts import registration
from marketplace.actor import SYSTEM, Role
from marketplace.errors import Invalid
from marketplace.ids import OrganisationId
from marketplace.sign_in import lost
from tests.support.authenticator import Authenticator
from tests.support.windows import PASSWORD, Window, address_of, mails, person
from tests.support.world import World


async def registered(window: Window, device: Authenticator, name: str = "Téléphone") -> Any:
    """Add the device to whoever is signed in, and return the answer."""
    begun = await window.post("/me/passkeys/options")
    if begun.status_code != 201:
        return begun
    asked = begun.json()
    body = {
        "challenge_id": asked["challenge_id"],
        "credential": device.create(asked["options"]),
        "name": name,
    }
    return await window.post("/me/passkeys", body)


async def signs_in(window: Window, device: Authenticator) -> Any:
    asked = (await window.post("/sessions/passkey-options")).json()
    body = {"challenge_id": asked["challenge_id"], "credential": device.get(asked["options"])}
    return await window.post("/sessions/passkey", body)


async def confirms(window: Window, device: Authenticator) -> Any:
    asked = (await window.post("/me/proof/passkey-options")).json()
    body = {"challenge_id": asked["challenge_id"], "credential": device.get(asked["options"])}
    return await window.post("/me/proof/passkey", body)


async def test_a_passkey_signs_in_its_person_without_an_address_or_a_password(world: World) -> None:
    async with Window.open(world) as window:
        caller, email = await person(world, password=None)
        await window.enter(caller)
        device = Authenticator()
        made = await registered(window, device)
        assert made.status_code == 201, made.text
        assert (await registered(window, device)).json()["code"] == "passkey_known"
        window.http.cookies.clear()
        signed = await signs_in(window, device)
        assert signed.status_code == 201, signed.text
        assert (await window.who())["name"] == caller.actor.name
        assert await world.sql("select proof from web_session where proof = 'passkey'") == "passkey"
        assert (await window.call("GET", "/me/passkeys")).json()[0]["last_used_at"] is not None
        assert "Téléphone" in (await window.http.get("/compte/securite")).text
        assert any("clé d’accès a été ajoutée" in mail for mail in await mails(world, email))
        removed = await window.sends(f"/compte/securite/cles/{made.json()['id']}/retrait")
        assert removed.status_code == 303
        assert (await signs_in(window, device)).json()["code"] == "passkey_refused"


async def test_a_dishonest_answer_is_refused_whatever_is_wrong_with_it(world: World) -> None:
    async with Window.open(world) as window:
        caller, _ = await person(world)
        await window.enter(caller)
        for cheat in (Authenticator("https://autre.exemple.test"), Authenticator(verifies=False)):
            assert (await registered(window, cheat)).json()["code"] == "passkey_refused"
        device = Authenticator()
        await registered(window, device)
        window.http.cookies.clear()

        asked = (await window.post("/sessions/passkey-options")).json()
        body = {"challenge_id": asked["challenge_id"], "credential": device.get(asked["options"])}
        assert (await window.post("/sessions/passkey", body)).status_code == 201
        window.http.cookies.clear()
        refused = [
            await window.post("/sessions/passkey", body)
        ]  # the same answer again: its challenge was taken
        asked = (await window.post("/sessions/passkey-options")).json()
        late = {"challenge_id": asked["challenge_id"], "credential": device.get(asked["options"])}
        await world.sql("update passkey_challenge set expires_at = now() - interval '1 second'")
        refused.append(await window.post("/sessions/passkey", late))

        device.count = 0  # a copy of the device, which does not know how often the real one signed
        refused.append(await signs_in(window, device))
        device.count = 10
        device.origin = "https://lot-commun.exemple.test"
        refused.append(await signs_in(window, device))
        device.origin, device.verifies = "http://localhost:8000", False
        refused.append(await signs_in(window, device))
        device.verifies, device.handle = True, b"somebody else"
        refused.append(await signs_in(window, device))
        refused.append(await signs_in(window, Authenticator()))
        impostor = Authenticator()
        impostor.id, impostor.handle, impostor.count = device.id, b"", 100
        refused.append(await signs_in(window, impostor))
        for nonsense in (
            {},
            {"id": 3},
            {"id": "é", "response": []},
            device.get(asked["options"]) | {"response": {}},
        ):
            asked = (await window.post("/sessions/passkey-options")).json()
            refused.append(
                await window.post(
                    "/sessions/passkey", {"challenge_id": asked["challenge_id"], "credential": nonsense}
                )
            )
        assert {(answer.status_code, answer.json().get("code")) for answer in refused} == {
            (403, "passkey_refused")
        }
        device.handle = b""
        assert (await signs_in(window, device)).status_code == 201


async def test_an_answer_serves_once_even_from_a_device_that_does_not_count(world: World) -> None:
    async with Window.open(world) as window:
        caller, _ = await person(world, password=None)
        await window.enter(caller)
        device = Authenticator(counts=False)
        await registered(window, device)
        window.http.cookies.clear()
        asked = (await window.post("/sessions/passkey-options")).json()
        body = {"challenge_id": asked["challenge_id"], "credential": device.get(asked["options"])}
        statuses = []
        for _ in range(2):
            window.http.cookies.clear()
            statuses.append((await window.post("/sessions/passkey", body)).status_code)
        assert statuses == [201, 403]


async def test_a_challenge_serves_its_ceremony_and_its_person_only(world: World) -> None:
    async with Window.open(world) as window, Window.open(world) as other:
        caller, _ = await person(world)
        stranger, _ = await person(world)
        await window.enter(caller)
        await other.enter(stranger)
        mine, theirs = Authenticator(), Authenticator()
        await registered(window, mine)
        await registered(other, theirs)
        assert (await confirms(window, theirs)).status_code == 403, "another's device confirms nothing"
        asked = (await window.post("/me/proof/passkey-options")).json()
        body = {"challenge_id": asked["challenge_id"], "credential": mine.get(asked["options"])}
        assert (await window.post("/sessions/passkey", body)).status_code == 403
        assert (await other.post("/me/proof/passkey", body)).status_code == 403
        assert (await window.post("/me/proof/passkey", body)).status_code == 200
        begun = (await window.post("/me/passkeys/options")).json()
        device = Authenticator()
        answer = {
            "challenge_id": begun["challenge_id"],
            "credential": device.create(begun["options"]),
            "name": "x",
        }
        assert (await other.post("/me/passkeys", answer)).status_code == 403
        assert (await other.call("DELETE", f"/me/passkeys/{begun['challenge_id']}")).status_code == 404
        (key,) = (await window.call("GET", "/me/passkeys")).json()
        assert (await other.call("DELETE", f"/me/passkeys/{key['id']}")).status_code == 404


async def test_staff_act_for_nobody_without_a_passkey_and_make_the_first_from_a_password(
    world: World,
) -> None:
    world.app.state.staff_passkey = True
    async with Window.open(world) as window, Window.open(world) as thief:
        bdt = await world.staff(Role.SUPERVISOR)
        assert bdt.organisation is not None
        staff = await world.member(bdt.organisation, frozenset({Role.SUPERVISOR}), password=PASSWORD)
        email = address_of(staff)
        sent = await window.sends("/connexion", email=email, password=PASSWORD, suite="/suivi")
        assert sent.headers["location"] == "/compte/securite"
        me = await window.who()
        assert (me["roles"], me["organisation_id"], me["passkey_needed"]) == ([], None, True)
        assert (await window.call("GET", "/supervision/pools")).json()["code"] == "passkey_needed"
        page = await window.http.get("/suivi", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/compte/securite")
        assert "Votre organisation demande une clé d’accès" in (await window.http.get("/compte")).text
        assert (await window.post("/api-keys", {"name": "x"})).json()["code"] == "passkey_needed"

        device = Authenticator()
        assert (await registered(window, device)).status_code == 201
        assert (await window.who())["roles"] == [], "registering proves nothing yet"
        before = window.token
        assert (await confirms(window, device)).status_code == 200
        assert window.token != before
        assert (await window.who())["roles"] == ["supervisor"]
        assert (await window.call("GET", "/supervision/pools")).status_code == 200
        assert (await window.post("/api-keys", {"name": "x"})).status_code == 201

        # whoever stole the password makes no second key, removes none, and stays nobody
        await thief.post("/sessions", {"email": email, "password": PASSWORD})
        assert (await registered(thief, Authenticator())).json()["code"] == "passkey_needed"
        (key,) = (await thief.call("GET", "/me/passkeys")).json()
        assert (await thief.call("DELETE", f"/me/passkeys/{key['id']}")).json()["code"] == "passkey_needed"
        assert (await thief.who())["roles"] == []
        # and the person keeps one at least, and proves themselves with it alone
        assert (await window.call("DELETE", f"/me/passkeys/{key['id']}")).json()["code"] == "last_passkey"
        assert (await window.post("/me/proof", {"password": PASSWORD})).json()["code"] == "passkey_needed"
        assert (await registered(window, Authenticator(), "Clé de secours")).status_code == 201
        assert (await window.call("DELETE", f"/me/passkeys/{key['id']}")).status_code == 204


async def test_staff_who_act_for_a_town_still_need_their_passkey_to_make_another(world: World) -> None:
    """Otherwise a stolen password would take the way round: act for the town, make a key, come back as staff."""
    world.app.state.staff_passkey = True
    async with Window.open(world) as window:
        bdt, town = await world.staff(Role.SUPERVISOR), await world.town()
        assert bdt.organisation is not None
        staff = await world.member(bdt.organisation, frozenset({Role.SUPERVISOR}), password=PASSWORD)
        async with world.as_worker.transaction(SYSTEM) as session:
            await registration.register_person(
                session, email=address_of(staff), name="x", password=None,
                organisation_id=OrganisationId(UUID(str(town.actor.organisation_id))), roles={Role.AGENT},
            )  # fmt: skip
        await window.enter(staff)
        assert (await registered(window, Authenticator())).status_code == 201
        acting = await window.call(
            "PUT", "/me/organisation", {"organisation_id": str(town.actor.organisation_id)}
        )
        assert acting.status_code == 200
        assert (await window.who())["roles"] == ["agent"]
        assert (await registered(window, Authenticator())).json()["code"] == "passkey_needed"


async def test_demo_mode_and_the_setting_let_staff_sign_in_with_a_password(world: World) -> None:
    async with Window.open(world) as window:
        staff = await world.staff(Role.SUPERVISOR)
        assert world.settings.sign_in.staff_passkey
        assert not world.app.state.staff_passkey, "demo mode asks for none"
        await window.enter(staff)
        assert (await window.who())["roles"] == ["supervisor"]


async def test_the_operator_forgets_what_somebody_lost_and_leaves_them_their_password(world: World) -> None:
    world.app.state.staff_passkey = True
    async with Window.open(world) as window:
        bdt = await world.staff(Role.SUPERVISOR)
        assert bdt.organisation is not None
        staff = await world.member(bdt.organisation, frozenset({Role.SUPERVISOR}), password=PASSWORD)
        await window.enter(staff)
        lost_device = Authenticator()
        await registered(window, lost_device)
        async with world.as_worker.transaction(SYSTEM) as session:
            await lost.forget_factors(session, f" {address_of(staff).upper()} ")
            with pytest.raises(Invalid):
                await lost.forget_factors(session, "personne@exemple.test")
        assert await window.who() == 401
        assert (await signs_in(window, lost_device)).json()["code"] == "passkey_refused"
        signed = await window.post("/sessions", {"email": address_of(staff), "password": PASSWORD})
        assert not signed.json()["second_factor_needed"]
        assert (await registered(window, Authenticator())).status_code == 201
        assert any("ont été oubliés" in mail for mail in await mails(world, address_of(staff)))
