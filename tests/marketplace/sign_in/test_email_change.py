"""A new address: for the person who asked, signed in, from a mail to the new one, once. (CVE-2026-35407 is what it is not.)"""

import re

from tests.support.windows import PASSWORD, Window, mails, person
from tests.support.world import World

NEW = "nouvelle.adresse@exemple.test"
LINK = re.compile(r"http://localhost:8000/compte/adresse/(\S+)")


async def link(world: World, window: Window, to: str = NEW) -> str:
    """Ask for an address, and read the token of the mail that went there before it is sent and forgotten."""
    asked = await window.post("/me/email", {"email": to, "password": PASSWORD})
    assert asked.status_code == 202, asked.text
    while await world.relay.drain():
        bodies = await world.sql(
            "select coalesce(json_agg(body order by id), '[]') from mail where recipient = :to", to=to
        )
        if found := LINK.findall(" ".join(bodies)):
            return str(found[-1])
    return ""


async def test_the_address_changes_when_its_link_is_followed_in_the_session_and_both_addresses_are_told(
    world: World,
) -> None:
    async with Window.open(world) as window:
        caller, email = await person(world)
        await window.enter(caller)
        refused = await window.post("/me/email", {"email": "sans-arobase", "password": "pas le bon"})
        assert {fault["path"] for fault in refused.json()["errors"]} == {"email", "password"}
        token = await link(world, window)
        page = await window.http.get(f"/compte/adresse/{token}")
        assert (page.status_code, NEW in page.text) == (200, True)
        assert await world.sql("select email from person where email = :email", email=email) == email
        assert (await window.sends(f"/compte/adresse/{token}")).status_code == 303
        assert await world.sql("select email from person where id = :id", id=caller.actor.person_id) == NEW
        assert (await window.sends(f"/compte/adresse/{token}")).status_code == 404
        told = await mails(world, email)
        assert any("Changement d’adresse demandé" in mail for mail in told)
        assert any("L’adresse de votre compte a été changée" in mail for mail in told)
        assert not any("/compte/adresse/" in mail for mail in told), "the former address never gets the link"
        signed = await window.post("/sessions", {"email": NEW, "password": PASSWORD})
        assert signed.status_code == 201


async def test_a_link_is_worth_nothing_to_another_person_to_a_visitor_or_for_another_address(
    world: World,
) -> None:
    async with Window.open(world) as window, Window.open(world) as thief, Window.open(world) as visitor:
        caller, email = await person(world)
        other, other_email = await person(world)
        await window.enter(caller)
        await thief.enter(other)
        token = await link(world, window)
        for answer in (
            await thief.http.get(f"/compte/adresse/{token}"),
            await thief.sends(f"/compte/adresse/{token}"),
            await thief.post(f"/me/email/{token}"),
            await thief.post("/me/email/x"),
        ):
            assert answer.status_code == 404
        assert (await visitor.post(f"/me/email/{token}")).status_code == 401
        emails = await world.sql("select json_agg(email) from person")
        assert {email, other_email} <= set(emails)
        assert NEW not in emails
        assert (await window.post(f"/me/email/{token}")).status_code == 204, "the refused tries spent nothing"


async def test_a_second_demand_replaces_the_first_and_a_taken_address_is_told_to_its_owner_only(
    world: World,
) -> None:
    async with Window.open(world) as window:
        caller, email = await person(world)
        _, taken = await person(world)
        await window.enter(caller)
        first = await link(world, window)
        second = await link(world, window, "autre@exemple.test")
        assert (await window.post(f"/me/email/{first}")).status_code == 404
        free = await window.post("/me/email", {"email": "libre@exemple.test", "password": PASSWORD})
        same = await window.post("/me/email", {"email": taken, "password": PASSWORD})
        assert (same.status_code, same.json()) == (free.status_code, free.json())
        (told,) = await mails(world, taken)
        assert "a déjà un compte" in told
        assert "/compte/adresse/" not in told
        assert (await window.post(f"/me/email/{second}")).status_code == 404, "replaced by the demands since"
        assert await world.sql("select email from person where id = :id", id=caller.actor.person_id) == email


async def test_an_address_taken_between_the_mail_and_the_link_changes_nothing(world: World) -> None:
    async with Window.open(world) as window:
        caller, email = await person(world)
        _, other = await person(world)
        await window.enter(caller)
        token = await link(world, window)
        await world.sql("update person set email = :new where email = :other", new=NEW, other=other)
        assert (await window.post(f"/me/email/{token}")).status_code == 404
        assert await world.sql("select email from person where id = :id", id=caller.actor.person_id) == email


async def test_a_stale_session_must_prove_itself_before_it_asks(world: World) -> None:
    async with Window.open(world) as window:
        caller, _ = await person(world)
        await window.enter(caller)
        await world.sql("update web_session set proved_at = now() - interval '16 minutes'")
        asked = await window.post("/me/email", {"email": NEW, "password": PASSWORD})
        assert asked.json()["code"] == "proof_needed"
        assert await world.sql("select count(*) from outbox") == 0
