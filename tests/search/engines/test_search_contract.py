"""What every search engine promises, run on each: another engine is one more name in `ENGINES`."""

import itertools
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from catalog.taxonomy import domains
from marketplace.actor import SYSTEM
from marketplace.ids import new_id
from search.engines import SearchEngine, SearchPage, SearchQuery
from search.engines.documents import SearchDocument
from search.engines.postgres import PostgresEngine
from tests.support.world import World

ENGINES: dict[str, Callable[[], SearchEngine]] = {"postgres": PostgresEngine}


def sheet(name: str, summary: str = "", **changes: Any) -> SearchDocument:
    given: dict[str, Any] = {
        "id": new_id(), "slug": name.lower().replace(" ", "-"), "name": name, "summary": summary or name, "description": "",
        "supplier": "Quinquet Systèmes", "domains": ("eclairage-public",), "tags": (), "maturity": "established",
        "fictional": True, "priced": False, "version": 1,
    }  # fmt: skip
    return SearchDocument(**given | changes)


LAMP = sheet("Kit Lumière", "Télégestion de l’éclairage public, point par point.", priced=True)
DIM = sheet(
    "Nuit calme", "Abaisse les lampadaires la nuit.", tags=("détection de présence",), maturity="growth"
)
GONE = sheet("Vieux phare", "Éclairage des rues, service fermé.", maturity="stopped")
LEAK = sheet(
    "Goutte",
    "Détecte les fuites du réseau d’eau.",
    domains=("eau-assainissement",),
    supplier="Bief Numérique",
)
WASTE = sheet(
    "Jauge",
    "Mesure le remplissage des conteneurs de déchets.",
    domains=("dechets-proprete",),
    maturity="growth",
)
BOTH = sheet("Tableau", "Suivi de l’eau et de l’éclairage.", domains=("eau-assainissement", "eclairage-public"), description="Œuvre des régies municipales.")  # fmt: skip
MARKET = [LAMP, DIM, GONE, LEAK, WASTE, BOTH]


class Bench:
    """An engine with an index of its own."""

    def __init__(self, world: World, engine: SearchEngine) -> None:
        self.world, self.engine = world, engine

    async def puts(self, *documents: SearchDocument) -> None:
        async with self.world.as_worker.transaction(SYSTEM) as session:
            await self.engine.upsert(session, documents)

    async def removes(self, *ids: UUID) -> None:
        async with self.world.as_worker.transaction(SYSTEM) as session:
            await self.engine.delete(session, ids)

    async def rebuilds(self, *documents: SearchDocument) -> int:
        async with self.world.as_worker.transaction(SYSTEM) as session:
            return await self.engine.rebuild(session, documents)

    async def finds(self, text: str = "", **asked: Any) -> SearchPage:
        async with self.world.app.state.database.reading(SYSTEM) as reads:
            return await self.engine.search(reads, SearchQuery(text, **asked))

    async def names(self, text: str = "", **asked: Any) -> list[str]:
        return [hit.name for hit in (await self.finds(text, **asked)).hits]


@pytest.fixture(params=ENGINES)
async def bench(request: pytest.FixtureRequest, world: World) -> Bench:
    made = Bench(world, ENGINES[request.param]())
    await made.puts(*MARKET)
    return made


FOUND = [
    ("its name", "kit lumière", "Kit Lumière"),
    ("no accent", "telegestion eclairage", "Kit Lumière"),
    ("accents too many", "télégéstion", "Kit Lumière"),
    ("capitals", "TÉLÉGESTION", "Kit Lumière"),
    ("decomposed accents", "te\u0301le\u0301gestion", "Kit Lumière"),
    ("a plural", "lampadaire", "Nuit calme"),
    ("a singular", "fuite", "Goutte"),
    ("another form of the verb", "mesurer", "Jauge"),
    ("an elision", "l'eau", "Goutte"),
    ("a typographic elision", "d’éclairage", "Kit Lumière"),
    ("a mistyped word", "lampadiares", "Nuit calme"),
    ("a letter missing", "conteneus", "Jauge"),
    ("a synonym", "réverbère", "Nuit calme"),
    ("its tag", "détection de présence", "Nuit calme"),
    ("its supplier", "bief numérique", "Goutte"),
    ("a ligature", "oeuvre", "Tableau"),
    ("the beginning of a word", "rempliss", "Jauge"),
    ("its domain's label", domains()["dechets-proprete"].label_fr, "Jauge"),
    ("a whole sentence", "comment trouver les fuites d’eau dans ma commune ?", "Goutte"),
]


async def test_a_sheet_is_found_however_it_is_written(bench: Bench, subtests: pytest.Subtests) -> None:
    for how, text, name in FOUND:
        with subtests.test(how):
            assert name in await bench.names(text)


async def test_a_correction_is_said_and_an_exact_word_is_not_corrected(bench: Bench) -> None:
    mistyped, exact = await bench.finds("lampadiares"), await bench.finds("lampadaires")
    assert mistyped.corrected == (("lampadiares", "lampadaires"),)
    assert exact.corrected == ()
    assert (await bench.finds("zzzzqqqq")).total == 0


async def test_the_best_answer_is_first_and_a_stopped_service_is_after_those_that_run(bench: Bench) -> None:
    assert (await bench.names("kit lumière"))[0] == "Kit Lumière"
    assert (await bench.names("fuites d’eau"))[:2] == ["Goutte", "Tableau"]
    lights = await bench.names("éclairage")
    assert {"Kit Lumière", "Vieux phare"} <= set(lights)
    assert lights.index("Kit Lumière") < lights.index("Vieux phare")


async def test_filters_narrow_each_other_and_several_values_widen(bench: Bench) -> None:
    assert set(await bench.names(domains=("eau-assainissement",))) == {"Goutte", "Tableau"}
    assert set(await bench.names(domains=("eau-assainissement", "dechets-proprete"))) == {
        "Goutte",
        "Tableau",
        "Jauge",
    }
    assert set(await bench.names(domains=("eclairage-public",), maturities=("growth",))) == {"Nuit calme"}
    assert await bench.names(priced=True) == ["Kit Lumière"]
    assert await bench.names("éclairage", domains=("eau-assainissement",)) == ["Tableau"]
    assert await bench.names(domains=("nulle-part",)) == []


async def test_each_count_of_a_facet_is_the_length_of_its_list(bench: Bench) -> None:
    filters: list[dict[str, Any]] = [
        {},
        {"maturities": ("growth",)},
        {"domains": ("eau-assainissement",)},
        {"priced": True},
    ]
    for text, asked in itertools.product(("", "éclairage", "eau"), filters):
        found = await bench.finds(text, **asked)
        assert found.total == len(found.hits)
        for domain, count in found.facets["domain"].items():
            assert count == (await bench.finds(text, **asked | {"domains": (domain,)})).total
        for maturity, count in found.facets["maturity"].items():
            assert count == (await bench.finds(text, **asked | {"maturities": (maturity,)})).total


async def test_pages_follow_each_other_without_overlap_or_gap(bench: Bench) -> None:
    await bench.puts(*(sheet(f"Borne {i}", "Borne de recharge.", domains=("mobilite",)) for i in range(25)))
    for text in ("borne", ""):
        whole = await bench.finds(text, per_page=100)
        pages = [await bench.finds(text, page=n, per_page=7) for n in range(1, 7)]
        assert {page.total for page in pages} == {whole.total}
        assert [hit.id for page in pages for hit in page.hits] == [hit.id for hit in whole.hits]
    assert (await bench.finds("borne", page=10_000, per_page=100)).hits == ()


async def test_an_empty_query_lists_everything_running_services_first(bench: Bench) -> None:
    for text in ("", "   ", "?!", "…"):
        found = await bench.finds(text)
        assert found.total == len(MARKET)
        assert found.hits[0].name == "Kit Lumière"
        assert found.hits[-1].name == "Vieux phare"


ABSURD = [
    "'; drop table search_entry; --", '" or 1=1', "'\":*&|!()<->\\", ":*", "!", "a & b | !c", "<->", "éclairage:*A", "%_%", "\\",
    "🏙️💡", "\x00", "\x01\x1b[31m", "\ud800", "a" * 10_000, "éclairage " * 1_000, " ".join(f"mot{i}" for i in range(2_000)),
    "' " * 5_000, "0", "-1", "null", "NaN", "٣٤", "照明", "إنارة", "\u202e\u200b", "{0} %s %(x)s {{x}}", "le la les de", "..", "@",
]  # fmt: skip


async def test_no_query_however_absurd_breaks_the_search_or_the_index(
    bench: Bench, subtests: pytest.Subtests
) -> None:
    for text in ABSURD:
        with subtests.test(repr(text[:20])):
            found = await bench.finds(text)
            assert found.total >= len(found.hits)
            if not {"\x00", "\ud800"} & set(text):
                assert (await bench.finds(domains=(text,), maturities=(text,))).total == 0
    assert (await bench.finds()).total == len(MARKET)


async def test_a_document_put_again_replaces_itself_and_a_removed_one_is_gone(bench: Bench) -> None:
    await bench.puts(sheet("Kit Solaire", "Autonome.", id=LAMP.id, version=2))
    assert "Kit Solaire" in await bench.names("solaire")
    assert "Kit Lumière" not in await bench.names("lumière télégestion")
    assert (await bench.finds()).total == len(MARKET)
    await bench.removes(LAMP.id, new_id())
    assert "Kit Solaire" not in await bench.names("solaire")
    assert (await bench.finds()).total == len(MARKET) - 1


async def test_an_index_rebuilt_answers_as_the_one_kept_up_to_date(bench: Bench) -> None:
    questions = [text for _, text, _ in FOUND] + [""]
    before = [await bench.finds(text) for text in questions]
    assert await bench.rebuilds(*MARKET) == len(MARKET)
    assert [await bench.finds(text) for text in questions] == before
    assert await bench.rebuilds(LEAK) == 1
    assert await bench.names() == ["Goutte"]
    assert await bench.rebuilds() == 0
    assert await bench.names("eau") == []


async def test_an_empty_index_answers_nothing(bench: Bench) -> None:
    await bench.rebuilds()
    found = await bench.finds("éclairage")
    assert (found.total, found.hits, found.facets) == (0, (), {"domain": {}, "maturity": {}})
    assert found.engine == bench.engine.name
