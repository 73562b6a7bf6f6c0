"""A forgotten password: the same answer for all, and a link that is worth one thing, once, for a while."""

import re
from uuid import UUID

from marketplace.accounts import tokens
from marketplace.accounts.tokens import Purpose
from marketplace.actor import SYSTEM
from marketplace.ids import PersonId
from tests.support.windows import PASSWORD, Window, mails, person
from tests.support.world import World

NEW = "cheval agrafe pile correcte"
LINK = re.compile(r"http://localhost:8000/mot-de-passe/(\S+)")


async def link(world: World, window: Window, email: str) -> str:
    """Ask, and read the mail's token."""
    assert (await window.post("/password-resets", {"email": email})).status_code == 202
    found = LINK.findall(" ".join(await written(world, email)))
    assert found
    return str(found[-1])


async def written(world: World, email: str) -> list[str]:
    """The mails as they are written, before they are sent and forgotten."""
    while await world.relay.drain():
        found = await world.sql(
            "select coalesce(json_agg(body), '[]') from mail where recipient = :to", to=email
        )
        if any("/mot-de-passe/" in body for body in found):
            return list(found)
    return []


async def test_asking_answers_the_same_and_does_the_same_for_any_address(world: World) -> None:
    async with Window.open(world) as window:
        _, email = await person(world)
        asked = [
            (await window.sends("/mot-de-passe-oublie", email=address)).text
            for address in (email, "personne@exemple.test", "pas une adresse")
        ]
        assert "un lien vient de partir" in asked[0]
        assert len({re.sub(r'value="[^"]*"', "", page) for page in asked}) == 1
        told = [
            await window.post("/password-resets", {"email": to}) for to in (email, "personne@exemple.test")
        ]
        assert [answer.status_code for answer in told] == [202, 202]
        assert told[0].json() == told[1].json()
        # the web process looks nobody up: an event a question, whoever is asked about, and nothing else
        assert await world.sql("select count(*) from outbox where topic = 'sign_in.reset_asked'") == 5
        assert await world.sql("select count(*) from one_time_token") == 0
        assert len(await mails(world, email)) == 2
        assert await world.sql("select count(*) from mail where recipient <> :email", email=email) == 0


async def test_the_link_is_read_for_nothing_and_spent_once_and_ends_every_session(world: World) -> None:
    async with Window.open(world) as window, Window.open(world) as inside:
        caller, email = await person(world)
        await inside.enter(caller)
        token = await link(world, window, email)
        for _ in range(2):
            assert (await window.http.get(f"/mot-de-passe/{token}")).status_code == 200
        weak = await window.sends(f"/mot-de-passe/{token}", password="azertyuiopqsdf")
        assert weak.status_code == 422
        assert "quatre mots" in weak.text
        assert await inside.who() != 401
        done = await window.sends(f"/mot-de-passe/{token}", password=NEW)
        assert (done.status_code, done.headers["location"]) == (303, "/connexion")
        assert (await window.who(), await inside.who()) == (401, 401), "a reset ends sessions and opens none"
        for again in (
            await window.http.get(f"/mot-de-passe/{token}"),
            await window.sends(f"/mot-de-passe/{token}", password=NEW + "s"),
            await window.post(f"/password-resets/{token}", {"password": NEW + "s"}),
        ):
            assert again.status_code == 404
        statuses = [
            (await window.post("/sessions", {"email": email, "password": word})).status_code
            for word in (PASSWORD, NEW)
        ]
        assert statuses == [403, 201]
        assert any("mot de passe a été changé" in mail for mail in await mails(world, email))


async def test_a_link_that_is_forged_expired_replaced_or_of_another_purpose_is_refused_alike(
    world: World,
) -> None:
    async with Window.open(world) as window:
        caller, email = await person(world)
        first = await link(world, window, email)
        second = await link(world, window, email)
        token_id, _, mac = second.partition(".")
        secret = world.app.state.secret
        person_id = PersonId(UUID(str(caller.actor.person_id)))
        async with world.as_worker.transaction(SYSTEM) as session:
            other = await tokens.issue(session, Purpose.EMAIL_CHANGE, bound_to=email, person_id=person_id)
        refused = [
            first,
            f"{token_id}.{'0' * 64}",
            f"{token_id}.{mac[:-1]}",
            token_id,
            "x",
            tokens.written(secret, other, Purpose.EMAIL_CHANGE, email),
            tokens.written(secret, other, Purpose.PASSWORD_RESET, email),
            tokens.written(
                "another secret of this length at least", UUID(hex=token_id), Purpose.PASSWORD_RESET, email
            ),
        ]
        answers = [await window.post(f"/password-resets/{token}", {"password": NEW}) for token in refused]
        assert {(a.status_code, a.json()["code"], a.json()["title"]) for a in answers} == {
            (404, "token_refused", answers[0].json()["title"])
        }
        await world.sql("update one_time_token set expires_at = now() - interval '1 second'")
        assert (await window.post(f"/password-resets/{second}", {"password": NEW})).status_code == 404
        assert (await window.post("/sessions", {"email": email, "password": PASSWORD})).status_code == 201


async def test_a_link_dies_when_the_password_or_the_address_changes_meanwhile(world: World) -> None:
    async with Window.open(world) as window:
        caller, email = await person(world)
        token = await link(world, window, email)
        await world.sql("update person set email = 'nouvelle@exemple.test' where email = :email", email=email)
        assert (await window.post(f"/password-resets/{token}", {"password": NEW})).status_code == 404
        await world.sql("update person set email = :email where email = 'nouvelle@exemple.test'", email=email)
        await window.enter(caller)
        changed = await window.call(
            "PUT", "/me/password", {"current": PASSWORD, "password": "lampe verte nuage 48 tiroir"}
        )
        assert changed.status_code == 200
        await world.work()
        assert (await window.post(f"/password-resets/{token}", {"password": NEW})).status_code == 404


async def test_a_reset_does_not_do_without_the_second_factor(world: World) -> None:
    from tests.marketplace.sign_in.test_second_factor import enrolled

    async with Window.open(world) as window:
        _, email, _, codes = await enrolled(world, window)
        token = await link(world, window, email)
        assert (await window.post(f"/password-resets/{token}", {"password": NEW})).status_code == 204
        half = await window.post("/sessions", {"email": email, "password": NEW})
        assert (half.json()["second_factor_needed"], await window.who()) == (True, 401)
        assert (await window.post("/sessions/second-factor", {"code": codes[0]})).status_code == 201
