"""« Que font les villes comme la mienne » : its page, its API and its files say the same; what is not public is not there."""

import csv
import io
from typing import Any

from marketplace.actor import Role
from tests.catalog.evidence.proving import market, reference
from tests.pages.reader import Page, Reader
from tests.support import story
from tests.support.world import World

LIKE_VIERZON = "58194"
"""Nevers: like Bourges and Vierzon, main commune of a communauté d’agglomération of the same kind of size."""


async def references(world: World, *towns: str, **more: Any) -> Any:
    return await market(
        world, references=[reference(town=town, quantity=None, unit=None) for town in towns], **more
    )


async def test_towns_like_mine_are_listed_with_what_they_run_the_closest_first(world: World) -> None:
    told = await references(world, "18033", LIKE_VIERZON, "01001", "75056")
    found = await world.visitor.read("/towns/18279/twins")
    assert found["town"]["name"] == "Vierzon" and found["weights"]["population"] == 35
    values = [one["likeness"] for one in found["deployments"]]
    assert values == sorted(values, reverse=True) and min(values) >= 0.6
    names = [one["town"]["code"] for one in found["deployments"]]
    assert set(names) <= {"18033", LIKE_VIERZON} and names, (
        "a village and Paris are not like Vierzon, and it is not its own twin"
    )
    for one in found["deployments"]:
        (run,) = one["deployments"]
        assert (run["slug"], run["level"], run["stopped"]) == (told.sheet["slug"], "declared", False)
        weights = sum(reason["weight"] for reason in one["reasons"])
        mean = sum(reason["value"] * reason["weight"] for reason in one["reasons"]) / weights
        assert abs(mean - one["likeness"]) < 0.001, "the reasons add up to the likeness"
        assert "Vierzon" in one["reasons"][0]["sentence"] and "vous" not in one["reasons"][0]["sentence"]
    assert len(found["twins"]) == 10 and found["twins"][0]["likeness"] >= found["twins"][9]["likeness"]
    page = Page.of("/villes/18279/jumelles", await world.http.get("/villes/18279/jumelles"))
    assert page.status == 200 and not page.faults()
    assert f"/solutions/{told.sheet['slug']}" in list(page.links())


async def test_the_files_hold_the_rows_of_the_page_and_a_domain_narrows_all_three(world: World) -> None:
    await references(world, "18033", domains=["eclairage-public"], name="Halo")
    await references(world, "18033", LIKE_VIERZON, domains=["mobilite"], name="=Trajet")
    every = await world.visitor.read("/towns/18279/twins")
    some = await world.visitor.read("/towns/18279/twins", domain="mobilite")
    assert every["total"] == some["total"] == len(some["deployments"])
    runs = [run["name"] for one in some["deployments"] for run in one["deployments"]]
    assert set(runs) == {"=Trajet"} and len(runs) == some["total"]
    page = await world.http.get("/villes/18279/jumelles?domaine=mobilite")
    assert "=Trajet" in page.text and "Halo" not in page.text
    file = await world.http.get("/villes/18279/jumelles.csv?domaine=mobilite")
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 1 + len(runs) and rows[1][4] == "'=Trajet" and rows[1][12] == "service proposé"
    book = await world.http.get("/villes/18279/jumelles.xlsx")
    assert book.status_code == 200 and book.content[:2] == b"PK"
    empty = await world.http.get("/villes/18279/jumelles?domaine=eau-assainissement")
    assert "Aucune collectivité semblable n’est encore citée dans ce domaine." in empty.text
    assert (await world.http.get("/villes/18279/jumelles?domaine=rien&page=99")).status_code == 200


async def test_a_stopped_service_is_labelled_and_an_unpublished_sheet_is_not_there(world: World) -> None:
    told = await references(world, "18033", maturity="stopped", name="Halo")
    await told.seller.did("/my/solutions", {"name": "Brouillon", "summary": "S", "description": "D", "domains": ["mobilite"], "maturity": "growth",
                          "references": [{"town": "18033", "started_on": "2024-01-01", "scope": "S"}]})  # fmt: skip
    found = await world.visitor.read("/towns/18279/twins")
    assert [(run["name"], run["stopped"]) for one in found["deployments"] for run in one["deployments"]] == [
        ("Halo", True)
    ]
    assert "service arrêté" in (await world.http.get("/villes/18279/jumelles")).text


async def test_open_pools_are_shown_and_a_draft_or_a_private_figure_is_not(world: World) -> None:
    told = await story.in_census(world, towns=2)
    found = await world.visitor.read("/towns/18033/twins")
    assert [(pool["title"], pool["like_me"]) for pool in found["pools"]] == [(told.pool["title"], True)]
    assert (await world.visitor.read("/towns/01001/twins"))["pools"][0]["like_me"] is False
    assert (await world.visitor.read("/towns/18033/twins", domain="mobilite"))["pools"] == []


async def test_a_town_is_chosen_by_name_and_its_own_agent_is_spoken_to(world: World) -> None:
    town = await world.town("18279")
    agent = await Reader.arrive(world, "agent", town.organisation, frozenset({Role.AGENT}))
    chooser = await agent.reads("/villes")
    assert not chooser.faults() and "/villes/18279/jumelles" in list(chooser.links())
    mine = await agent.reads("/villes/18279/jumelles")
    assert "comme vous (25" in mine.text.replace("\u202f", " ") or "(vous :" in mine.text.replace("\xa0", " ")
    exact = await world.http.get("/villes?ville=Vierzon+(18279)&domaine=mobilite")
    assert exact.headers["location"] == "/villes/18279/jumelles?domaine=mobilite"
    several = Page.of("/villes", await world.http.get("/villes?ville=saint-amand"))
    assert not several.faults() and "Laquelle" in several.text
    none = await world.http.get("/villes?ville=Zzyzx")
    assert "Aucune ville ne s’appelle « Zzyzx »" in none.text.replace("\xa0", " ")
    for odd in ("/villes?ville=%00", f"/villes?ville={'a' * 201}", "/villes/99999/jumelles", "/villes/%00/jumelles"):  # fmt: skip
        assert (await world.http.get(odd)).status_code < 500
    assert (await world.http.get("/villes/99999/jumelles")).status_code == 404


async def test_an_intercommunality_is_compared_with_its_like_and_a_syndicat_is_told_that_it_cannot_be(
    world: World,
) -> None:
    found = await world.visitor.read("/towns/241800507/twins")
    assert found["town"]["kind"] == "epci" and {one["town"]["kind"] for one in found["twins"]} == {"epci"}
    await world.sql(
        "insert into organisation (id, kind, name, siren, town_kind, fictional) values (gen_random_uuid(), 'town', 'SIAEP du Cher', '251800015', 'syndicat', false)"
    )
    page = await world.http.get("/villes/251800015/jumelles")
    assert page.status_code == 200 and "Un syndicat" in page.text
    assert (await world.visitor.read("/towns/251800015/twins"))["twins"] == []
