"""References across the directory: their town as it is today, their level, their map; who to ask is for towns and staff."""

import re
from typing import Any

import html5lib

from catalog.evidence import mapping, queries, showing
from catalog.evidence.levels import Level
from catalog.evidence.references import Spot, references_of
from catalog.solutions.models import Solution
from catalog.solutions.queries import PUBLIC_PARTS
from marketplace.actor import ANONYMOUS, SYSTEM, Role
from tests.catalog.evidence.proving import bourges, market, reference
from tests.support.world import World

EPCI = "241800507"
"""Bourges Plus, whose most populous commune is Bourges."""


def spot(
    latitude: float | None, longitude: float | None, name: str = "x", level: Level = Level.DECLARED
) -> Spot:
    return Spot(name, latitude, longitude, level)


def test_towns_lie_where_they_should_on_the_map_and_overseas_beside_it() -> None:
    paris, brest, ajaccio, strasbourg = ((48.857, 2.352), (48.39, -4.486), (41.919, 8.738), (48.573, 7.752))
    at = {
        name: mapping.point(*where)
        for name, where in {
            "paris": paris,
            "brest": brest,
            "ajaccio": ajaccio,
            "strasbourg": strasbourg,
        }.items()
    }
    assert all(
        point and 0 < point[0] < mapping.WIDTH and 0 < point[1] < mapping.HEIGHT for point in at.values()
    )
    x, y = {k: v[0] for k, v in at.items() if v}, {k: v[1] for k, v in at.items() if v}
    assert x["brest"] < x["paris"] < x["strasbourg"] < x["ajaccio"]
    assert y["ajaccio"] > max(y["paris"], y["brest"], y["strasbourg"])
    width, height = (x["strasbourg"] - x["brest"]) / 900, (y["ajaccio"] - y["paris"]) / 771
    assert 0.9 < width / height < 1.1, (
        "a kilometre is as long one way as the other (Brest–Strasbourg 900, Paris–Ajaccio by latitude 771)"
    )
    marks, elsewhere = mapping.marks(
        [spot(*paris, "Paris"), spot(-20.88, 55.45, "Saint-Denis"), spot(None, None, "Nulle part")]
    )
    assert [mark.name for mark in marks] == ["Paris"]
    assert list(elsewhere) == ["Saint-Denis", "Nulle part"]
    assert mapping.dots([paris, (-20.88, 55.45), paris]).count("M") == 1


def test_several_references_of_a_town_are_one_mark_with_the_best_level_drawn_last() -> None:
    lyon, paris = (45.764, 4.836), (48.857, 2.352)
    marks, _ = mapping.marks(
        [spot(*paris, "Paris", Level.CONTRACT), spot(*lyon, "Lyon"), spot(*paris, "Paris")]
    )
    assert [(mark.name, mark.count, mark.best, mark.proven) for mark in marks] == [
        ("Lyon", 1, Level.DECLARED, False),
        ("Paris", 2, Level.CONTRACT, True),
    ]


async def test_references_tell_their_town_as_it_is_today_for_matching(world: World) -> None:
    told = await market(world, references=[reference(), reference(town=EPCI, quantity=None, unit=None)])
    async with world.as_worker.reading(SYSTEM) as reads:
        town, epci = await references_of(reads, [told.sheet["id"]], await world.today())
    assert (town.place.department, town.place.epci_siren, town.reference.insee) == ("18", EPCI, "18033")
    assert (town.place.population or 0) > 50_000 and town.place.department_name == "Cher"
    assert (epci.place.epci_siren, epci.place.department, epci.reference.insee) == (EPCI, "18", None)
    assert (epci.place.latitude, epci.place.longitude) == (town.place.latitude, town.place.longitude)


async def test_the_page_the_api_and_the_exports_say_the_same_and_can_be_filtered(world: World) -> None:
    told = await market(world, references=[reference(), reference(town="58194", scope="=1+1")])
    await market(world, domains=["mobilite"], references=[])
    found = await world.visitor.read("/references")
    assert (found["total"], [item["town_name"] for item in found["items"]]) == (2, ["Bourges", "Nevers"])
    assert (await world.visitor.read("/references", department="58"))["total"] == 1
    assert (await world.visitor.read("/references", domain="mobilite"))["total"] == 0
    assert (await world.visitor.read("/references", per_page=1, page=2))["items"][0]["town_name"] == "Nevers"
    page = (await world.http.get("/references")).text
    assert "Bourges" in page and "Nevers" in page and "déclaré par l’entreprise" in page
    assert "style=" not in page
    assert 'class="mark-town"' in page and "Carte des références" in page
    html5lib.HTMLParser(strict=True).parse(page)
    filtered = (await world.http.get("/references?departement=58")).text
    assert "Bourges" not in re.sub(r"<option.*?</option>", "", filtered) and "Nevers" in filtered
    none = (await world.http.get("/references?departement=75&domaine=x")).text
    assert "Retirez un filtre" in none
    table = (await world.http.get("/references.csv")).text
    assert table.count("\n") == 3 and "'=1+1" in table and "Nevers" in table and "Fiche fictive" in table
    assert (await world.http.get("/references.xlsx?departement=58")).content.startswith(b"PK")
    await told.curator.did(f"/reviews/{told.id}/suspension", {"reason": "Un doute."})
    assert (await world.visitor.read("/references"))["total"] == 0


async def test_who_to_ask_is_told_to_towns_staff_and_the_startup_alone(world: World) -> None:
    told = await market(
        world, references=[reference(contact={"name": "Ada Martin", "email": "ada@ville.fr"})]
    )
    town, rival = await world.town(), await world.startup("Lucivoie")
    supervisor = await world.staff(Role.SUPERVISOR)

    async def contacts(by: Any) -> Any:
        async with world.app.state.database.reading(by) as reads:
            sheet = await reads.get_one(Solution, told.sheet["id"], options=PUBLIC_PARTS)
            shown = await showing.for_sheet(reads, sheet, by, await world.today())
            assert [one.reference.town_name for one in shown.references] == ["Bourges"]
            return shown.contacts

    for by in (ANONYMOUS, rival.actor):
        assert await contacts(by) is None
    for by in (town.actor, supervisor.actor, told.curator.actor, told.seller.actor):
        assert [contact["name"] for contact in (await contacts(by)).values()] == ["Ada Martin"]
    for answer in (
        await world.http.get("/references"),
        await world.http.get("/references.csv"),
        await world.http.get("/api/v1/references"),
    ):
        assert "Ada" not in answer.text


async def test_levels_of_many_sheets_are_read_in_a_few_queries(world: World) -> None:
    from sqlalchemy import event

    await bourges(world)
    told = [
        await market(world, references=[reference(), reference()], answers={"rgaa_rate": "82"})
        for _ in range(3)
    ]
    await told[0].ask()
    await told[0].answers(await told[0].link())
    asked = 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    async with world.as_worker.reading(SYSTEM) as reads:
        event.listen(world.as_worker.engine.sync_engine, "before_cursor_execute", count)
        today = await world.today()
        asked = 0
        found = await queries.levels(reads, [one.sheet["id"] for one in told], today)
        event.remove(world.as_worker.engine.sync_engine, "before_cursor_execute", count)
    assert asked <= 6, asked
    assert len(found) == 3
    ours = {str(key): value for key, value in found.items()}[told[0].id]
    assert ours[told[0].path].level is Level.CONFIRMED
    assert (
        set(ours)
        == {"prices", "answers.rgaa_rate", *(path for path in ours if path.startswith("references."))}
        and len(ours) == 4
    )
