"""Roles: those of one's kind of organisation, and never investing for the bank while watching pools for it."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from marketplace.accounts import registration, roles
from marketplace.actor import ROLES_OF, SYSTEM, WATCHERS, OrganisationKind, Role
from marketplace.demo.people import fictional_siren
from marketplace.errors import Invalid
from procurement.pools.models import Pool
from tests.support import story
from tests.support.joining import PASSWORD, Browser, address, invited
from tests.support.world import Caller, World

SUPERVISING = OrganisationKind.SUPERVISOR


async def bank(world: World, number: int) -> Caller:
    """An administrator of one more supervising organisation."""
    async with world.as_worker.transaction(SYSTEM) as session:
        made = await registration.register_organisation(
            session, kind=SUPERVISING, name=f"Équipe {number}", siren=fictional_siren(400 + number)
        )
    return await world.member(made, frozenset({Role.ADMIN}))


async def held(world: World, person: Caller) -> Any:
    return await world.sql(
        "select json_agg(roles order by id) from affiliation where person_id = :id", id=person.actor.person_id
    )  # fmt: skip


@pytest.mark.parametrize("kind", list(OrganisationKind))
def test_a_kind_gives_its_own_roles_and_no_other(kind: OrganisationKind) -> None:
    for role in Role:
        if role in ROLES_OF[kind]:
            assert roles.fitting(kind, [role]) == [role]
        else:
            with pytest.raises(Invalid):
                roles.fitting(kind, [role])
    for watching in WATCHERS:
        with pytest.raises(Invalid, match="investir"):
            roles.fitting(SUPERVISING, [Role.INVESTOR, watching])


async def test_the_database_knows_the_same_roles_of_each_kind(world: World) -> None:
    organisations = {
        OrganisationKind.TOWN: await world.town(),
        OrganisationKind.STARTUP: await world.startup(),
        SUPERVISING: await world.staff(Role.ADMIN),
        OrganisationKind.ASSOCIATION: await world.staff(Role.ADMIN, kind=OrganisationKind.ASSOCIATION),
    }
    for kind, admin in organisations.items():
        for role in Role:
            give = world.sql(
                "update affiliation set roles = array[:role] where person_id = :id", role=str(role), id=admin.actor.person_id
            )  # fmt: skip
            if role in ROLES_OF[kind]:
                await give
            else:
                with pytest.raises(IntegrityError, match="affiliation_roles_fit"):
                    await give


@pytest.mark.parametrize(("first", "second"), [("investor", "supervisor"), ("supervisor", "investor"), ("auditor", "investor"), ("investor", "auditor")])  # fmt: skip
async def test_nobody_wears_two_hats_in_one_team_or_two_by_any_way_and_in_any_order(
    world: World, first: str, second: str
) -> None:
    here, there = await bank(world, 1), await bank(world, 2)
    assert here.organisation is not None
    person = await world.member(here.organisation, frozenset({Role(first)}), password=PASSWORD)
    path = f"/organisation/members/{person.actor.person_id}"
    both = await here.put(path, {"roles": [first, second]})
    assert (both.status_code, both.json()["errors"][0]["code"]) == (422, "two_hats")
    asked = await there.post("/organisation/invitations", {"email": "z@z.test", "roles": [first, second]})
    assert asked.status_code == 422

    token = await invited(world, there, address(person), second)
    browser = await Browser.sign_in(world, address(person))
    refused = await browser.call("POST", "/invitations/acceptance", {"token": token})
    assert (refused.status_code, refused.json()["code"]) == (409, "two_hats")
    assert await held(world, person) == [[first]]

    with pytest.raises(IntegrityError, match="affiliation_one_hat"):
        await world.sql(
            "insert into affiliation (id, person_id, organisation_id, roles) values (gen_random_uuid(), :person, :body, array[:role])",
            person=person.actor.person_id, body=there.actor.organisation_id, role=second,
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="affiliation_one_hat"):
        await world.sql(
            "update affiliation set roles = array[:a, :b] where person_id = :person", a=first, b=second, person=person.actor.person_id
        )  # fmt: skip
    with pytest.raises(roles.TwoHats):
        async with world.as_worker.transaction(SYSTEM) as session:
            await registration.register_person(
                session, email=address(person), name="X", password=None, organisation_id=there.actor.organisation_id,  # type: ignore[arg-type]
                roles={Role(second)},
            )  # fmt: skip
    assert await held(world, person) == [[first]]


async def test_the_two_hats_given_by_two_teams_at_once_are_one(world: World) -> None:
    here, there = await bank(world, 1), await bank(world, 2)
    assert here.organisation is not None
    assert there.organisation is not None
    for _ in range(3):
        person = await world.member(here.organisation, frozenset({Role.CURATOR}))
        async with world.as_worker.transaction(SYSTEM) as session:
            await registration.register_person(
                session, email=address(person), name="X", password=None, organisation_id=there.organisation.id, roles={Role.CURATOR}
            )  # fmt: skip
        path = f"/organisation/members/{person.actor.person_id}"
        answers = await asyncio.gather(
            here.put(path, {"roles": ["investor"]}), there.put(path, {"roles": ["supervisor"]})
        )
        assert sorted(a.status_code for a in answers) == [204, 409]
        assert next(a for a in answers if a.status_code == 409).json()["code"] == "two_hats"


async def test_an_administrator_or_an_investor_reads_nothing_of_supervision(world: World) -> None:
    told = await story.opened(world, towns=2)
    supervisor, auditor = await world.staff(Role.SUPERVISOR), await world.staff(Role.AUDITOR)
    for watching in (supervisor, auditor):
        assert len(await watching.read("/supervision/pools")) > 0
    for others in (
        await world.staff(Role.ADMIN),
        await world.staff(Role.INVESTOR),
        await world.staff(Role.INVESTOR, Role.ADMIN, Role.CURATOR),
    ):
        answer = await others.get("/supervision/pools")
        assert (answer.status_code, answer.json()["code"]) == (403, "role_needed")
        assert (await others.get(told.path)).status_code == 404
        async with world.app.state.database.reading(others.actor) as reads:
            assert await reads.scalar(select(func.count()).select_from(Pool)) == 0
