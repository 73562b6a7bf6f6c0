"""Finding the towns of France by name, old or new, and by code."""

from typing import Any

from marketplace.actor import SYSTEM
from marketplace.territories.loading import DATA
from marketplace.territories.queries import typed_town
from tests.support.world import World

FIRST = [
    ("Vierzon", "18279"),
    ("vierzon", "18279"),
    ("Saint-Amand-Montrond", "18197"),
    ("st amand montrond", "18197"),
    ("SAINT AMAND", "18197"),
    ("Mehun sur Yèvre", "18141"),
    ("mehun sur yevre", "18141"),
    ("Bourgess", "18033"),
    ("Vierzzon", "18279"),
    ("18279", "18279"),
    ("18 279", "18279"),
    ("42218", "42218"),
    ("St-Etienne", "42218"),
]


async def test_a_town_is_found_by_its_name_whatever_the_accents_hyphens_and_typing_mistakes(
    world: World,
) -> None:
    for asked, insee in FIRST:
        found = (await world.visitor.read("/towns", q=asked))["items"]
        assert found, asked
        assert found[0]["code"] == insee, asked
    assert len((await world.visitor.read("/towns", q="saint"))["items"]) == 20
    for asked in ("", "   ", "zzzzqqqq", "'; drop table commune; --", "%", "🎉", "é" * 300):
        assert (await world.visitor.read("/towns", q=asked))["items"] == [], asked
    assert await world.sql("select count(*) from commune") > 1000


async def test_a_typed_name_is_oftener_a_known_towns_and_a_right_one_offers_its_homonyms_alone(
    world: World,
) -> None:
    async def typed(name: str) -> tuple[str, set[str]]:
        async with world.as_worker.transaction(SYSTEM) as session:
            town, others = await typed_town(session, name)
        return town.name if town else "", {other.name for other in others}

    for town in (
        "'02799', 'Vierzy', town_key('Vierzy'), '18', '24', 384",
        "'18998', name, search_name, '18', '24', 12",
    ):
        await world.sql(
            "insert into commune (insee, name, search_name, department_code, region_code, population)"
            f" select {town} from commune where insee = '18197' on conflict do nothing"
        )
    assert (await typed("vierzn"))[0] == "Vierzon"  # Vierzy, of 384 inhabitants, is nearer
    assert "Vierzy" in (await typed("vierzn"))[1]
    assert await typed("vierzon") == ("Vierzon", set())
    assert await typed("saint amand montrond") == ("Saint-Amand-Montrond", {"Saint-Amand-Montrond"})
    assert await typed("zzzzqqqq") == ("", set())


async def test_a_town_is_one_by_insee_siren_or_siret_with_its_places_and_year(world: World) -> None:
    vierzon = await world.visitor.read("/towns/18279")
    siren = vierzon["siren"]
    assert (vierzon["kind"], vierzon["name"], vierzon["department"], vierzon["region"]["code"], vierzon["cog_year"]) == (
        "commune", "Vierzon", {"code": "18", "name": "Cher"}, "24", 2026,
    )  # fmt: skip
    for code in (siren, f"{siren}00017", f"{siren[:3]} {siren[3:6]} {siren[6:]}"):
        assert await world.visitor.read(f"/towns/{code}") == vierzon
    epci = await world.visitor.read(f"/towns/{vierzon['epci']['code']}")
    assert (epci["kind"], epci["insee"], epci["siren"]) == ("epci", None, vierzon["epci"]["code"])
    assert epci["population"] > vierzon["population"]


async def test_an_arrondissement_leads_to_its_commune(world: World) -> None:
    for old, name in (("75112", "Paris 12e"), ("75101", "Paris 1er")):
        found = await world.visitor.read(f"/towns/{old}")
        assert (found["code"], found["former"]) == ("75056", {"insee": old, "name": name})


async def test_a_merged_or_delegated_communes_code_and_name_lead_to_the_present_one(world: World) -> None:
    former = await world.sql(
        "select json_agg(json_build_array(nature, insee, name, present_insee)) from"
        " (select distinct on (nature) * from former_commune order by nature, insee) f"
    )
    assert len(former) >= 2, "several natures of former communes"
    for _, insee, name, present in former:
        found = await world.visitor.read(f"/towns/{insee}")
        assert (found["code"], found["former"]) == (present, {"insee": insee, "name": name})
        named = (await world.visitor.read("/towns", q=name))["items"]
        assert present in {town["code"] for town in named}


UNKNOWN = (
    "00000",
    "99999",
    "1827",
    "182790",
    "123456789",
    "12345678901234",
    "ABCDE",
    "²²²²²",
    "%2e%2e",
    "x" * 200,
)


async def test_an_unknown_code_is_refused_with_what_is_accepted(world: World) -> None:
    for code in UNKNOWN:
        answer = await world.visitor.get(f"/towns/{code}")
        problem: dict[str, Any] = answer.json()
        assert (answer.status_code, problem["code"]) == (404, "unknown_town"), code
        assert "INSEE" in problem["title"]
        assert "SIRET" in problem["title"]


def test_the_package_holds_every_commune_and_epci_of_the_year_with_its_licence() -> None:
    def lines(name: str) -> int:
        with (DATA / name).open(newline="") as file:
            return sum(1 for _ in file) - 1

    assert (lines("communes.csv"), lines("epci.csv")) == (34_969, 1_255)
    assert "Licence Ouverte" in (DATA / "LICENCES.md").read_text()
