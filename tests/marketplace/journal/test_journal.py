"""The journal's pages: an administrator reads its organisation's acts, the auditors all of them, nobody else anything."""

import csv
import io
from datetime import timedelta

from sqlalchemy import text

from marketplace.actor import SYSTEM, Role
from marketplace.db import Database
from marketplace.settings import needed
from tests.support import story
from tests.support.world import Caller, World

OWN, ALL = "/organisation/journal", "/administration/journal"


async def page(world: World, path: str, who: Caller) -> tuple[int, str]:
    answer = await world.http.get(path, headers=who.headers)
    return answer.status_code, answer.text


async def test_an_administrator_reads_what_their_organisation_did_and_nothing_of_another(
    world: World,
) -> None:
    told = await story.in_census(world, towns=2)
    town, other = told.towns
    read = await town.read(OWN)
    assert {line["organisation"] for line in read["items"]} == {"Vierzon"}
    launched = next(line for line in read["items"] if line["action"] == "pool.launch_census")
    assert launched["sentence"] == "a lancé le recensement"
    assert (launched["person"], launched["before"], launched["after"]) == (
        town.actor.name, {"state": "interest"}, {"state": "census"},
    )  # fmt: skip
    assert {line["organisation"] for line in (await other.read(OWN))["items"]} == {"Bourges"}
    for who, status in (
        (await world.member(told.towns[0].organisation, frozenset({Role.AGENT, Role.SIGNATORY})), 403),  # type: ignore[arg-type]
        (world.visitor, 401),
    ):
        assert (await who.get(OWN)).status_code == status
        for path in (OWN, f"{OWN}.csv"):  # a visitor is led to sign in
            assert (await page(world, path, who))[0] == (status if status == 403 else 303)


async def test_filters_by_subject_person_and_days_hold_for_page_download_and_api(world: World) -> None:
    told = await story.in_census(world, towns=2)
    town = told.coordinator
    needs = (await town.read(OWN, subject="need"))["items"]
    assert [line["action"] for line in needs] == ["need.state"]
    assert (await town.read(OWN, person=str(told.towns[1].actor.person_id)))["total"] == 0
    mine = await town.read(OWN, person=str(town.actor.person_id))
    assert mine["total"] == (await town.read(OWN))["total"] > 3
    day = await world.today()
    assert (await town.read(OWN, since=str(day + timedelta(days=1))))["total"] == 0
    assert (await town.read(OWN, since=str(day - timedelta(days=1)), until=str(day)))["total"] == mine[
        "total"
    ]
    _, shown = await page(world, f"{OWN}?sujet=need", town)
    assert "a décrit un besoin" in shown
    assert "a lancé le recensement" not in shown
    assert f"{OWN}.csv?sujet=need" in shown
    table = await world.http.get(f"{OWN}.csv?sujet=need", headers=town.headers)
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
    assert [row["Acte"] for row in rows] == ["a décrit un besoin"]
    wrong, said = await page(world, f"{OWN}?du=hier", town)
    assert (wrong, "Donnez une date" in said) == (422, True)
    assert (await page(world, f"{OWN}?personne=x", town))[0] == 200
    assert (await page(world, f"{OWN}?page=9999", town))[0] == 200


async def test_auditors_read_every_act_with_states_and_no_other_value(world: World) -> None:
    told = await story.ordered(world, [("120", "10"), ("80", "0")], sellers=3)
    auditor, admin = await world.staff(Role.AUDITOR), await world.staff(Role.ADMIN)
    for who in (auditor, admin):
        read = await who.read(ALL, per_page=100)
        assert {line["organisation"] for line in read["items"]} >= {
            "Vierzon",
            "Bourges",
            "Quinquet Systèmes",
            None,
        }
        assert {name for line in read["items"] for name in line["after"]} <= {"state", "route"}
        people = {
            line["person"]
            for line in read["items"]
            if line["person_id"] == str(told.coordinator.actor.person_id)
        }
        assert people == {f"…{told.coordinator.actor.person_id.hex[-6:]}"}, (
            "others' people by the end of their id"
        )
    status, shown = await page(world, f"{ALL}?sujet=pool", auditor)
    assert (status, "recensement → consolidation" in shown) == (200, True)
    order = (await told.coordinator.read("/orders"))[0]
    everything = (await world.http.get(f"{ALL}.csv", headers=auditor.headers)).text
    assert "a préparé une commande" in everything
    assert str(order["ttc_cents"]) not in everything
    for outsider in (
        await world.staff(Role.SUPERVISOR), await world.staff(Role.CURATOR), told.coordinator, told.sellers[0], world.visitor,
    ):  # fmt: skip
        for path in (ALL, f"{ALL}.csv", f"{ALL}.xlsx"):
            assert (await page(world, path, outsider))[0] in {303, 403}
        assert (await outsider.get(ALL)).status_code in {401, 403}


async def test_postgresql_itself_shows_lines_to_the_organisations_administrator_and_to_auditors_alone(
    world: World,
) -> None:
    told = await story.in_census(world, towns=2)
    app = Database(needed(world.settings.database.url, "DATABASE_URL"), pool_size=1)

    async def seen(who: Caller) -> set[str]:
        async with app.reading(who.actor) as reads:
            return set(
                await reads.scalars(text("select coalesce(organisation_id::text, '-') from audit_line"))
            )

    agent = await world.member(told.towns[0].organisation, frozenset({Role.AGENT}))  # type: ignore[arg-type]
    supervisor, auditor = await world.staff(Role.SUPERVISOR), await world.staff(Role.AUDITOR)
    assert await seen(told.towns[0]) == {str(told.towns[0].actor.organisation_id)}
    assert (await seen(agent), await seen(supervisor), await seen(world.visitor)) == (set(), set(), set())
    async with world.as_worker.reading(SYSTEM) as reads:
        every = set(await reads.scalars(text("select coalesce(organisation_id::text, '-') from audit_line")))
    assert await seen(auditor) == every
    await app.close()
