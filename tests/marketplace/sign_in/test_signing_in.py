"""Signing in with a password: what is promised to people, and what is not told to others."""

from typing import Any

import httpx
import pytest

from marketplace.accounts import registration
from marketplace.actor import SYSTEM, OrganisationKind, Role
from marketplace.errors import Invalid
from tests.support.world import TOWN_CODES, TOWN_ROLES, Caller, World

PASSWORD = "un mot de passe assez long"


async def person(world: World, code: str = TOWN_CODES[0]) -> tuple[Caller, str]:
    """Somebody of a town with a password, and their address."""
    town = await world.town(code)
    assert town.organisation is not None
    caller = await world.member(town.organisation, TOWN_ROLES, password=PASSWORD)
    return caller, f"{caller.actor.name.lower().replace(' ', '.')}@exemple.test"


async def sign_in(world: World, email: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    world.http.cookies.clear()
    return await world.http.post(
        "/api/v1/sessions", json={"email": email, "password": password}, headers=headers
    )


def without_request(problem: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in problem.json().items() if name != "request_id"}


async def test_a_password_opens_a_session_that_acts_for_the_persons_organisation(world: World) -> None:
    caller, email = await person(world)
    answer = await sign_in(world, f"  {email.upper()} ")
    assert answer.status_code == 201
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/"))
    me = (await world.http.get("/api/v1/me")).json()
    assert (me["channel"], me["organisation_id"]) == ("session", str(caller.actor.organisation_id))
    assert set(me["roles"]) == {str(role) for role in TOWN_ROLES}
    token = answer.cookies["session"]
    kept = await world.sql(
        "select count(*) from web_session where token_hash = sha256(cast(:token as bytea))",
        token=token.encode(),
    )
    assert kept == 1


async def test_a_wrong_password_and_an_unknown_account_answer_the_same(world: World) -> None:
    _, email = await person(world)
    key_only = (await world.town("18033")).actor
    refused = [
        await sign_in(world, email, "un autre mot de passe"),
        await sign_in(world, "personne@exemple.test"),
        await sign_in(world, email, ""),
        await sign_in(world, f"{key_only.name.lower().replace(' ', '.')}@exemple.test"),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "wrong_credentials")}
    assert len({str(without_request(answer)) for answer in refused}) == 1
    assert not any("set-cookie" in answer.headers for answer in refused)
    assert await world.sql("select count(*) from web_session") == 0


async def test_the_session_is_new_at_every_sign_in_and_the_one_it_replaces_ends(world: World) -> None:
    _, email = await person(world)
    first = (await sign_in(world, email)).cookies["session"]
    fixed = await sign_in(world, email, Cookie="session=chosen-by-another")
    assert fixed.cookies["session"] not in {first, "chosen-by-another"}
    second = await world.http.post(
        "/api/v1/sessions",
        json={"email": email, "password": PASSWORD},
        headers={"X-CSRF-Token": fixed.json()["csrf_token"]},
    )
    assert second.status_code == 201
    for token, status in ((fixed.cookies["session"], 401), (second.cookies["session"], 200), (first, 200)):
        world.http.cookies.clear()
        assert (
            await world.http.get("/api/v1/me", headers={"Cookie": f"session={token}"})
        ).status_code == status


async def test_signing_out_ends_the_session_wherever_its_token_is_kept(world: World) -> None:
    _, email = await person(world)
    signed = await sign_in(world, email)
    token = signed.cookies["session"]
    out = await world.http.delete(
        "/api/v1/sessions/current", headers={"X-CSRF-Token": signed.json()["csrf_token"]}
    )
    assert out.status_code == 204
    world.http.cookies.clear()
    again = await world.http.get("/api/v1/me", headers={"Cookie": f"session={token}"})
    assert (again.status_code, again.json()["code"]) == (401, "sign_in_needed")
    assert await world.sql("select count(*) from web_session") == 0


async def test_an_expired_session_is_nobodys_and_a_removed_role_stops_at_once(world: World) -> None:
    caller, email = await person(world)
    await sign_in(world, email)
    assert (await world.http.get("/api/v1/me")).json()["roles"] != ["reader"]
    await world.sql(
        "update affiliation set roles = '{reader}' where person_id = :id", id=caller.actor.person_id
    )
    assert (await world.http.get("/api/v1/me")).json()["roles"] == ["reader"]
    await world.sql("update web_session set expires_at = now() - interval '1 second'")
    assert (await world.http.get("/api/v1/me")).status_code == 401


async def test_a_person_of_two_towns_chooses_for_whom_they_act_and_never_a_third(world: World) -> None:
    caller, email = await person(world)
    other, third = await world.town("18033"), await world.town("18197")
    async with world.as_worker.transaction(SYSTEM) as session:
        await registration.register_person(
            session, email=email, name="x", password=None, organisation_id=other.actor.organisation_id,  # type: ignore[arg-type]
            roles={Role.READER},
        )  # fmt: skip
    signed = await sign_in(world, email)
    assert len((await world.http.get("/api/v1/me/organisations")).json()) == 2
    csrf = {"X-CSRF-Token": signed.json()["csrf_token"]}
    body = {"organisation_id": str(third.actor.organisation_id)}
    assert (await world.http.put("/api/v1/me/organisation", json=body, headers=csrf)).status_code == 404
    body = {"organisation_id": str(other.actor.organisation_id)}
    changed = await world.http.put("/api/v1/me/organisation", json=body, headers=csrf)
    assert changed.cookies["session"] != signed.cookies["session"]
    me = (await world.http.get("/api/v1/me")).json()
    assert (me["organisation_id"], me["roles"]) == (body["organisation_id"], ["reader"])
    assert me["name"] == caller.actor.name


LEADS = {
    "/achats?page=2": "/achats?page=2", "//ailleurs.test": "/", "https://ailleurs.test": "/", "/\\ailleurs": "/", "": "/",
}  # fmt: skip


async def test_the_sign_in_page_leads_back_to_this_site_only(world: World) -> None:
    _, email = await person(world)
    for suite, led in LEADS.items():
        world.http.cookies.clear()
        form = {"email": email, "password": PASSWORD, "suite": suite}
        answer = await world.http.post("/connexion", data=form, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, led)


async def test_the_sign_in_page_says_what_is_wrong_and_never_repeats_the_password(world: World) -> None:
    answer = await world.http.post("/connexion", data={"email": "x@exemple.test", "password": "secretissime"})
    assert answer.status_code == 422
    assert "Adresse ou mot de passe incorrect" in answer.text
    assert "x@exemple.test" in answer.text
    assert "secretissime" not in answer.text
    assert "obligatoire" in (await world.http.post("/connexion", data={"email": ""})).text


async def test_a_page_that_wants_somebody_sends_to_the_sign_in_page_and_back(world: World) -> None:
    answer = await world.http.get("/compte", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/connexion?suite=/compte")


async def test_an_organisation_and_its_people_are_made_once_and_soundly(world: World) -> None:
    async with world.as_worker.transaction(SYSTEM) as session:
        first = await registration.register_town(session, "18279")
        assert (await registration.register_town(session, str(first.siren))).id == first.id
        facts = {"name": "x", "password": None, "organisation_id": first.id}
        made = await registration.register_person(
            session, email=" A@Exemple.test", roles={Role.AGENT}, **facts
        )  # type: ignore[arg-type]
        again = await registration.register_person(
            session, email="a@exemple.TEST", roles={Role.READER}, **facts
        )  # type: ignore[arg-type]
        assert (again.id, again.email) == (made.id, "a@exemple.test")
        for email, roles, path in (
            ("sans-arobase", {Role.AGENT}, "email"),
            ("b@exemple.test", {Role.CURATOR}, "roles"),
        ):
            with pytest.raises(Invalid) as refused:
                await registration.register_person(session, email=email, roles=roles, **facts)  # type: ignore[arg-type]
            assert refused.value.fields[0].path == path
        with pytest.raises(Invalid) as refused:
            await registration.register_organisation(
                session, kind=OrganisationKind.STARTUP, name="x", siren="123456789"
            )
        assert refused.value.fields[0].code == "siren"
    assert await world.sql("select roles from affiliation") == ["agent", "reader"]
