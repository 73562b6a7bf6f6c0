"""What a town declares of its assets: its own to change, its own choice to show, and part of the comparison."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from marketplace.actor import ANONYMOUS, Actor, Role
from search.twins import queries
from search.twins.similarity import Signal, similarity
from tests.pages.reader import Page, Reader
from tests.support.world import Caller, World

LIGHTS = {"kind": "light_point", "quantity": "6200", "year": 2025}
HERE = "/organisation/patrimoine"


async def declare(town: Caller, *assets: dict[str, Any], public: bool = False, version: int = 0) -> Any:
    body = {"public": public, "assets": list(assets)}
    return await town.put("/assets", body, If_Match=str(version))


async def test_a_town_declares_replaces_and_empties_its_assets(world: World) -> None:
    town = await world.town()
    assert await town.read("/assets") == {"public": False, "assets": [], "version": 0, "updated_at": None}
    km = {"kind": "km", "quantity": "182.5", "year": 2024}
    first = (await declare(town, LIGHTS, km, public=True)).json()
    assert [(one["kind"], one["quantity"], one["unit"]) for one in first["assets"]] == [
        ("light_point", "6200", "light_point"),
        ("km", "182.5", "km"),
    ]
    assert (first["version"], first["public"]) == (1, True)
    stale = await declare(town, LIGHTS)
    assert (stale.status_code, (await town.read("/assets"))["version"]) == (412, 1)
    assert (await town.put("/assets", {"public": True, "assets": []})).status_code == 428
    assert (await declare(town, version=1)).json()["assets"] == []
    noted = "select count(*) from audit_line where action = 'assets.declare'"
    assert await world.sql(noted) == 2


async def test_every_wrong_figure_is_told_at_once_and_changes_nothing(world: World) -> None:
    town = await world.town()
    wrong = await declare(
        town,
        LIGHTS | {"quantity": "1.5"},
        LIGHTS | {"year": 2031},
        {"kind": "km", "quantity": "1.25", "year": 1950},
    )
    assert wrong.status_code == 422
    assert {error["path"] for error in wrong.json()["errors"]} == {
        "assets[0].quantity",
        "assets[1].kind",
        "assets[1].year",
        "assets[2].quantity",
        "assets[2].year",
    }
    for odd in (LIGHTS | {"kind": "lamp"}, LIGHTS | {"quantity": -1}, LIGHTS | {"more": 1}):
        assert (await declare(town, odd)).status_code == 422
    assert (await town.read("/assets"))["version"] == 0


async def test_private_figures_are_their_town_s_alone_and_count_for_its_own_comparisons(world: World) -> None:
    one, other, startup = await world.town("18279"), await world.town("18033"), await world.startup()
    await declare(one, LIGHTS)
    await declare(other, LIGHTS | {"quantity": "12400"}, public=True)

    async def seen(actor: Actor) -> tuple[Any, Any]:
        async with world.app.state.database.reading(actor) as reads:
            found = await queries.profiles(reads, ["18279", "18033"])
        return found["18279"], found["18033"]

    for actor in (ANONYMOUS, other.actor, startup.actor):
        mine, theirs = await seen(actor)
        assert mine.assets == {} and theirs.assets == {"light_point": Decimal(12400)}
    mine, theirs = await seen(one.actor)
    assert mine.assets == {"light_point": Decimal(6200)}
    values = {reason.signal: reason.value for reason in similarity(mine, theirs).reasons}
    assert values[Signal.ASSETS] == 0.5
    async with world.as_worker.reading(ANONYMOUS) as reads:
        found = await queries.profiles(reads, ["18279"])
    assert found["18279"].assets == {}, "the worker sees every row, and still asks for what is public"


async def test_another_town_s_row_cannot_be_read_changed_or_made_in_sql_either(world: World) -> None:
    one, other, startup = await world.town("18279"), await world.town("18033"), await world.startup()
    await declare(one, LIGHTS)
    database = world.app.state.database
    for actor in (other.actor, startup.actor, ANONYMOUS):
        async with database.transaction(actor) as session:
            assert await session.scalar(text("select count(*) from town_assets")) == 0
            changed = await session.execute(text("update town_assets set public = true"))
            assert changed.rowcount == 0
    statement = "insert into town_assets (town_id, declared, public, version, updated_at) values (:town, '{}', true, 1, now())"
    for actor, town in ((other.actor, one.actor), (startup.actor, startup.actor)):
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with database.transaction(actor) as session:
                await session.execute(text(statement), {"town": town.organisation_id})


async def test_an_agent_declares_on_the_page_and_mistakes_are_told_in_their_place(world: World) -> None:
    town = await world.town()
    agent = await Reader.arrive(world, "agent", town.organisation, frozenset({Role.AGENT}))
    shown = await agent.reads(HERE)
    assert not shown.faults() and "personne d’autre" in shown.text

    async def sends(**typed: str) -> Page:
        return Page.of(HERE, await agent.sends(shown, HERE, **typed))

    refused = await sends(light_point="6 200", km_annee="2024", building="douze")
    assert refused.status == 422 and refused.field("light_point").get("value") == "6 200"
    assert "Écrivez un nombre en chiffres" in refused.text
    refused = await sends(light_point="6 200", km_annee="2024", building="3", building_annee="2024")
    assert "Donnez l’année du comptage, par exemple 2025." in refused.text, "a figure has its year"
    assert "effacez l’année" in refused.text, "and a year its figure"
    refused = await sends(building="3,5", building_annee="2024", km="1", km_annee="1950")
    assert "nombres entiers" in refused.text and refused.field("building").get("aria-invalid") == "true"
    assert refused.field("km_annee").get("aria-invalid") == "true"
    done = await agent.sends(shown, HERE, light_point="6 200", light_point_annee="2025", public="on")
    assert (done.status_code, done.headers["location"]) == (303, HERE)
    assert (await town.read("/assets"))["public"] is True
    again = await agent.reads(HERE)
    assert "Le patrimoine est enregistré" in again.text
    assert again.field("light_point_annee").get("value") == "2025"
    late = await sends(light_point="7", light_point_annee="2025")
    assert late.status == 412 and (await town.read("/assets"))["version"] == 1


async def test_who_may_declare(world: World) -> None:
    reader = await world.town(roles=frozenset({Role.READER}))
    assert (await reader.get("/assets")).status_code == 200
    assert (await declare(reader, LIGHTS)).status_code == 403
    assert (await declare(await world.startup(), LIGHTS)).status_code == 403
    assert (await world.visitor.get("/assets")).status_code == 401
