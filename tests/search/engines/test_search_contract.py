"""What every search engine promises, run on each: PostgreSQL, and Meilisearch whenever `MEILISEARCH_URL` names a server."""

import itertools
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catalog.taxonomy import domains
from marketplace.ids import new_id
from search.engines import MARK, UNMARK, Changes, SearchPage, Sort
from search.engines.documents import Feature
from tests.search.engines.benches import Bench, bench_of, engines, sheet
from tests.support.meilisearch.given import GIVEN
from tests.support.world import World

ENGINES = engines(GIVEN)

LAMP = sheet(
    "Kit Lumière",
    "Télégestion de l’éclairage public, point par point.",
    priced=True,
    features=(Feature.PRICED,),
)
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


@pytest.fixture(params=ENGINES)
async def bench(request: pytest.FixtureRequest, world: World) -> AsyncIterator[Bench]:
    async with bench_of(request.param, world, GIVEN) as made:
        await made.puts(*MARKET)
        yield made


def test_the_contract_runs_on_meilisearch_as_soon_as_a_server_is_named() -> None:
    assert "meilisearch" not in engines({})
    assert engines({"MEILISEARCH_URL": "http://127.0.0.1:7700"}) == [*engines({}), "meilisearch"]
    assert engines(GIVEN) == ENGINES


@pytest.mark.proof
def test_each_promise_is_collected_once_an_engine_when_a_server_is_named() -> None:
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", __file__, "--collect-only", "-q", "-p", "no:cacheprovider"],
        env=os.environ | {"MEILISEARCH_URL": "http://127.0.0.1:7700"}, cwd=Path(__file__).parents[3],
        capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    assert listed.count("[meilisearch]") == listed.count("[postgres]") > 10


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
    ("a synonym in the plural", "réverbères", "Nuit calme"),
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
    assert (await bench.finds("zzzzqqqq")).total == 0


async def test_the_best_answer_is_first_and_a_stopped_service_is_after_those_that_run(bench: Bench) -> None:
    assert (await bench.names("kit lumière"))[0] == "Kit Lumière"
    assert (await bench.names("fuites d’eau"))[0] == "Goutte"
    lights = await bench.names("éclairage")
    assert {"Kit Lumière", "Vieux phare"} <= set(lights)
    assert lights.index("Kit Lumière") < lights.index("Vieux phare")


async def test_a_word_in_the_name_is_worth_more_than_in_the_description(bench: Bench) -> None:
    said = sheet("Pivot", description="Un carillon sonne à chaque passage.", domains=("mobilite",))
    named = sheet("Carillon", description="Un pivot tourne à chaque passage.", domains=("mobilite",))
    await bench.puts(said, named)
    assert await bench.names("carillon") == ["Carillon", "Pivot"]
    assert await bench.names("pivot") == ["Pivot", "Carillon"]


async def test_the_very_word_is_worth_more_than_one_like_it(bench: Bench) -> None:
    like = sheet("Balisa", "Balisa.", domains=("mobilite",))
    exact = sheet("Balise", "Balise.", domains=("mobilite",))
    await bench.puts(like, exact)
    assert (await bench.names("balise"))[0] == "Balise"
    assert (await bench.names("balisa"))[0] == "Balisa"


async def test_a_sheet_with_every_word_is_before_those_with_some(bench: Bench) -> None:
    every = sheet("Alpha", "Capteur sonore pour parking.", domains=("mobilite",))
    some = sheet("Bêta", "Capteur.", domains=("mobilite",))
    await bench.puts(some, every)
    assert (await bench.names("capteur parking"))[0] == "Alpha"
    assert (await bench.names("parking sonore capteur"))[0] == "Alpha"


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


async def test_what_cannot_be_bought_any_more_is_left_out_when_asked(bench: Bench) -> None:
    assert "Vieux phare" in await bench.names("éclairage")
    assert "Vieux phare" not in await bench.names("éclairage", available=True)
    assert (await bench.finds(available=True)).total == len(MARKET) - 1


FEATURED = [
    sheet("Ouvert", domains=("mobilite",), features=(Feature.OPEN_API, Feature.OPEN_SOURCE, Feature.EU_HOSTED)),
    sheet("Sûr", domains=("mobilite",), features=(Feature.EU_HOSTED, Feature.CONFIRMED)),
    sheet("Nu", domains=("mobilite",), maturity="growth"),
]  # fmt: skip


async def test_features_have_to_be_there_all_and_each_count_is_what_one_more_leaves(bench: Bench) -> None:
    await bench.puts(*FEATURED)
    asked = {"domains": ("mobilite",)}
    assert set(await bench.names(**asked, features=(Feature.EU_HOSTED,))) == {"Ouvert", "Sûr"}
    assert await bench.names(**asked, features=(Feature.EU_HOSTED, Feature.CONFIRMED)) == ["Sûr"]
    assert await bench.names(**asked, features=(Feature.OPEN_API, Feature.CONFIRMED)) == []
    assert await bench.names(**asked, features=("inconnue",)) == []
    for features in ((), (Feature.EU_HOSTED,), (Feature.EU_HOSTED, Feature.CONFIRMED)):
        found = await bench.finds(**asked, features=features)
        for feature in Feature:
            more = await bench.finds(**asked, features=(*features, feature))
            assert found.facets["feature"].get(feature, 0) == more.total, (features, feature)


async def test_each_count_of_a_facet_is_the_length_of_its_list(bench: Bench) -> None:
    filters: list[dict[str, Any]] = [
        {},
        {"maturities": ("growth",)},
        {"domains": ("eau-assainissement",)},
        {"domains": ("eau-assainissement",), "maturities": ("established",)},
        {"priced": True},
        {"available": True},
    ]
    for text, asked in itertools.product(("", "éclairage", "eau"), filters):
        found = await bench.finds(text, **asked)
        assert found.total == len(found.hits)
        for domain in {"eau-assainissement", "eclairage-public", "dechets-proprete", *found.facets["domain"]}:
            alone = (await bench.finds(text, **asked | {"domains": (domain,)})).total
            assert found.facets["domain"].get(domain, 0) == alone
        for maturity in {"growth", "established", "stopped", *found.facets["maturity"]}:
            alone = (await bench.finds(text, **asked | {"maturities": (maturity,)})).total
            assert found.facets["maturity"].get(maturity, 0) == alone


async def test_an_order_that_is_asked_for_is_that_order(bench: Bench) -> None:
    dated = [
        sheet(name, "Borne de recharge.", domains=("mobilite",), published_on=day)
        for name, day in (
            ("Un", date(2026, 3, 1)),
            ("Deux", date(2026, 5, 1)),
            ("Trois", date(2024, 1, 31)),
            ("Quatre", None),
        )
    ]
    await bench.puts(*dated)
    for text in ("", "borne"):
        asked = {"text": text, "domains": ("mobilite",)}
        assert await bench.names(**asked, sort=Sort.NAME) == ["Deux", "Quatre", "Trois", "Un"]
        assert await bench.names(**asked, sort=Sort.RECENT) == ["Deux", "Un", "Trois", "Quatre"]
    whole = await bench.finds("borne", domains=("mobilite",), sort=Sort.RECENT)
    assert whole.total == 4


async def test_pages_follow_each_other_without_overlap_or_gap(bench: Bench) -> None:
    await bench.puts(*(sheet(f"Borne {i}", "Borne de recharge.", domains=("mobilite",)) for i in range(25)))
    for text, sort in itertools.product(("borne", ""), Sort):
        whole = await bench.finds(text, per_page=100, sort=sort)
        pages = [await bench.finds(text, page=n, per_page=7, sort=sort) for n in range(1, 7)]
        assert {page.total for page in pages} == {whole.total}
        assert [hit.id for page in pages for hit in page.hits] == [hit.id for hit in whole.hits]
    assert (await bench.finds("borne", per_page=300)).total == 25
    assert (await bench.finds("borne", page=10_000, per_page=100)).hits == ()


async def test_an_empty_query_lists_everything_running_services_first(bench: Bench) -> None:
    for text in ("", "   ", "?!", "…"):
        found = await bench.finds(text)
        assert found.total == len(MARKET)
        assert found.hits[0].name == "Kit Lumière"
        assert found.hits[-1].name == "Vieux phare"


async def test_what_was_found_is_marked_in_the_text_where_it_stands(bench: Bench) -> None:
    long = " ".join(f"mot{i}" for i in range(200))
    await bench.puts(
        sheet(
            "Radar", "Compte les passages.", description=f"{long} trottinette {long}", domains=("mobilite",)
        )
    )
    (hit,) = (await bench.finds("trottinettes")).hits
    extract = dict(hit.highlights)["description"]
    assert f"{MARK}trottinette{UNMARK}" in extract
    assert len(extract) < 600
    lamp = next(hit for hit in (await bench.finds("éclairage")).hits if hit.name == "Kit Lumière")
    marked = dict(lamp.highlights)["summary"]
    assert f"{MARK}éclairage{UNMARK}" in marked
    assert marked.replace(MARK, "").replace(UNMARK, "") == LAMP.summary
    assert {MARK, UNMARK}.isdisjoint(lamp.summary)
    assert all(hit.highlights == () for hit in (await bench.finds()).hits)


async def test_a_hit_tells_all_that_a_card_shows_and_scores_fall_down_the_page(bench: Bench) -> None:
    whole = replace(FEATURED[0], references=3, tags=("borne", "vélo"))
    await bench.puts(whole)
    hit = next(hit for hit in (await bench.finds("ouvert")).hits if hit.id == whole.id)
    for field in (
        "slug",
        "name",
        "summary",
        "supplier",
        "domains",
        "tags",
        "maturity",
        "fictional",
        "priced",
        "references",
    ):
        assert getattr(hit, field) == getattr(whole, field), field
    assert set(hit.features) == set(whole.features)
    found = await bench.finds("fuites éclairage public télégestion")
    assert all(0 < hit.score <= 1 for hit in found.hits)
    assert found.hits[0].score == max(hit.score for hit in found.hits)


async def test_the_state_of_the_index_is_named_and_changes_with_it(bench: Bench) -> None:
    first, again = await bench.finds("eau"), await bench.finds("éclairage", domains=("eau-assainissement",))
    assert first.index == again.index != ""
    states = {first.index}
    await bench.puts(sheet("Nouvelle"))
    states.add((await bench.finds("eau")).index)
    await bench.removes(LAMP.id)
    states.add((await bench.finds("eau")).index)
    assert len(states) == 3


ABSURD = [
    "'; drop table search_entry; --", '" or 1=1', "'\":*&|!()<->\\", ":*", "!", "a & b | !c", "<->", "éclairage:*A", "%_%", "\\",
    "🏙️💡", "\x00", "\x01\x1b[31m", "\ud800", "a" * 10_000, "éclairage " * 1_000, " ".join(f"mot{i}" for i in range(2_000)),
    "' " * 5_000, "0", "-1", "null", "NaN", "٣٤", "照明", "إنارة", "\u202e\u200b", "{0} %s %(x)s {{x}}", "le la les de", "..", "@",
    "-éclairage", '"éclairage public"', '" OR maturity = "growth', 'x\\" OR 1 = 1',
]  # fmt: skip


async def test_no_query_however_absurd_breaks_the_search_or_the_index(
    bench: Bench, subtests: pytest.Subtests
) -> None:
    for text in ABSURD:
        with subtests.test(repr(text[:20])):
            found = await bench.finds(text)
            assert found.total >= len(found.hits)
            if not {"\x00", "\ud800"} & set(text):
                hostile = await bench.finds(domains=(text,), maturities=(text,), features=(text,))
                assert hostile.total == 0
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
    before = [_without_state(await bench.finds(text)) for text in questions]
    assert await bench.rebuilds(*MARKET) == len(MARKET)
    assert [_without_state(await bench.finds(text)) for text in questions] == before
    assert await bench.rebuilds(LEAK) == 1
    assert await bench.names() == ["Goutte"]
    assert await bench.rebuilds() == 0
    assert await bench.names("eau") == []


async def test_what_changed_during_a_rebuild_is_in_the_new_index(bench: Bench) -> None:
    newer = replace(LEAK, name="Goutte à goutte", version=2)

    async def meanwhile() -> Changes:
        return Changes(put=[newer], gone=[WASTE.id])

    assert await bench.rebuilds(*MARKET, meanwhile=meanwhile) == len(MARKET) - 1
    names = await bench.names()
    assert "Goutte à goutte" in names
    assert {"Goutte", "Jauge"}.isdisjoint(names)


async def test_a_rebuild_that_fails_leaves_the_former_index(bench: Bench) -> None:
    async def meanwhile() -> Changes:
        raise RuntimeError("cut short")

    with pytest.raises(RuntimeError):
        await bench.rebuilds(LEAK, meanwhile=meanwhile)
    assert (await bench.finds()).total == len(MARKET)


async def test_an_engine_says_what_it_holds_field_by_field(bench: Bench) -> None:
    whole = replace(
        FEATURED[0], problem="Trop sombre.", references=2, published_on=date(2026, 5, 4), version=7
    )
    await bench.puts(whole)
    held = await bench.holds()
    assert held == {document.id: document for document in (*MARKET, whole)}


async def test_an_empty_index_answers_nothing(bench: Bench) -> None:
    await bench.rebuilds()
    found = await bench.finds("éclairage")
    assert (found.total, found.hits) == (0, ())
    assert not any(found.facets.values())
    assert {"domain", "maturity", "feature"} <= set(found.facets)
    assert (found.engine, found.degraded) == (bench.engine.name, False)


def _without_state(found: SearchPage) -> SearchPage:
    return replace(found, index="")
