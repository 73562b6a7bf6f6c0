"""Up to five sheets side by side: the same rows on the page, in the files and in the API, and an address that holds all."""

import asyncio
import csv
import io
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from openpyxl import load_workbook

from catalog.solutions.fields import FIELDS
from tests.catalog.directory.pdfs import squeezed, text_of
from tests.catalog.directory.sheets import LEAKED, answers, publish, whole
from tests.catalog.directory.test_sheet_page import plain, read
from tests.catalog.solutions.sheets import price
from tests.catalog.suppliers.firms import IDENTITY, stake
from tests.pages.reader import Page, Reader
from tests.support.world import TOWN_ROLES, World

QUERY = "ville=18279&annees=4&quantite.light_point=120"


async def three(world: World) -> tuple[str, list[dict[str, Any]]]:
    """Three sheets to compare, one of them stopped, and the query that names them."""
    sheets = await publish(
        world,
        whole(),
        whole(name="Muette", answers={}, prices=[price(("0", None, 100), unit="sensor")], references=[]),
        whole(name="Arrêtée", maturity="stopped"),
    )
    return "&".join(f"fiche={sheet['slug']}" for sheet in sheets), sheets


def table(page: Page) -> dict[str, list[str]]:
    return {
        plain("".join(row[0].itertext())): [plain("".join(cell.itertext())) for cell in row[1:]]
        for row in page.all("tr")
        if len(row) > 1
    }


async def test_a_row_for_each_criterion_the_cost_for_the_town_and_what_differs_in_a_word(
    world: World,
) -> None:
    chosen, _ = await three(world)
    page, text = await read(world, f"/comparer?{chosen}&{QUERY}")
    rows = table(page)
    assert rows["Disponibilité Diffère"] == [
        "Disponible",
        "Disponible",
        "Service arrêté : ne peut pas être acheté",
    ]
    assert rows["Total HT sur 4 ans Diffère"] == [
        "43 232,64 €",
        "À préciser : nombre de capteurs",
        "Service arrêté",
    ]
    assert rows["Total TTC sur 4 ans Diffère"][0] == "50 675,90 €"
    assert rows["TTC par habitant sur 4 ans Diffère"][0] == "2,02 €"
    assert rows["Délai de déploiement"] == ["de 2 à 8 semaines"] * 3
    assert rows["Prix de la réversibilité Diffère"] == ["Ne sait pas", "Non renseigné", "Ne sait pas"]
    assert "Conservation des journaux" not in text
    different = [name for name in rows if name.endswith("Diffère")]
    assert (
        f"{len(different)} critères diffèrent, {len(rows) - 1 - len(different)} sont les mêmes partout."
        in text
    )
    assert [len(cells) for name, cells in rows.items()] == [3] * len(rows)

    only, _ = await read(world, f"/comparer?{chosen}&{QUERY}&differences=1")
    assert list(table(only)) == ["Critère", *different]


async def test_every_field_of_a_sheet_has_its_row(world: World) -> None:
    _, sheets = await three(world)
    town = await world.town()
    found = await town.read("/comparison", slug=[sheet["slug"] for sheet in sheets])
    keys = {row["key"] for group in found["groups"] for row in group["rows"]}
    joined = {
        "name",
        "deployment_weeks_min",
        "deployment_weeks_max",
    }  # the column's head, and one row « deployment »
    assert set(FIELDS) - joined <= keys


async def test_an_address_holds_everything_and_whoever_follows_it_sees_the_same(world: World) -> None:
    chosen, sheets = await three(world)
    page, _ = await read(world, f"/comparer?{chosen}&{QUERY}")
    shared = next(e for e in page.all("input") if e.get("id") == "lien")
    assert shared.get("readonly") is not None
    link = shared.get("value", "")
    assert link.startswith("http://localhost:8000/comparer?")
    assert parse_qsl(urlsplit(link).query) == [
        *(("fiche", sheet["slug"]) for sheet in sheets), ("ville", "18279"), ("annees", "4"), ("quantite.light_point", "120"),
    ]  # fmt: skip
    assert link in unquote(
        next(a.get("href", "") for a in page.all("a") if a.get("href", "").startswith("mailto:"))
    )
    again, _ = await read(world, link.removeprefix("http://localhost:8000"))
    assert table(again) == table(page)
    agent = await Reader.arrive(world, "agent", (await world.town("18033")).organisation, TOWN_ROLES)
    own = await agent.reads(f"/comparer?{chosen}")
    mine = next(e for e in own.all("input") if e.get("id") == "lien").get("value", "")
    assert "ville=18033" in mine  # what was filled in for them is in the link


async def test_the_form_of_a_search_becomes_the_canonical_address(world: World) -> None:
    chosen, sheets = await three(world)
    answer = await world.http.get(f"/comparer?q=lampe&prix=1&{chosen}&fiche={sheets[0]['slug']}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/comparer?{chosen}&annees=1")


async def test_a_column_can_be_taken_away_and_another_added(world: World) -> None:
    chosen, sheets = await three(world)
    page, _ = await read(world, f"/comparer?{chosen}&{QUERY}")
    links = list(page.links())
    without = "&".join(f"fiche={sheet['slug']}" for sheet in sheets[1:])
    assert f"/comparer?{without}&{QUERY}" in links
    assert f"/solutions?{chosen}" in links
    results, _ = await read(world, f"/solutions?{chosen}&q=muette")
    boxes = {
        box.get("value"): box.get("checked") is not None
        for box in results.all("input")
        if box.get("name") == "fiche"
    }
    assert boxes == {
        sheet["slug"]: True for sheet in sheets
    }  # those that this page of results does not hold too


async def test_slugs_that_name_nothing_are_left_aside_with_a_word_and_six_are_refused(world: World) -> None:
    (sheet,) = await publish(world, whole())
    seller = await world.startup("Autre")
    hidden = await seller.did("/my/solutions", whole(name="Cachée"))
    page, text = await read(world, f"/comparer?fiche={sheet['slug']}&fiche={hidden['slug']}&fiche=%3Cb%3E")
    assert f"Ces fiches ne sont pas dans l’annuaire, ou n’y sont plus : {hidden['slug']}, <b>." in text
    assert "Une fiche est choisie : ajoutez-en une autre" in text
    six = "&".join(f"fiche=x{i}" for i in range(5)) + f"&fiche={sheet['slug']}"
    page, text = await read(world, f"/comparer?{six}", 422)
    assert "On compare cinq fiches au plus : retirez-en 1." in text
    assert [box.get("value") for box in page.all("input") if box.get("name") == "fiche"] == [sheet["slug"]]
    for suffix in (".csv", ".xlsx", ".pdf"):
        assert (await world.http.get(f"/comparer{suffix}?{six}")).status_code == 422
    answer = await world.visitor.get("/comparison", slug=["x0", "x1", "x2", "x3", "x4", "x5"])
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_many_sheets")
    _, text = await read(world, "/comparer")
    assert "Choisissez jusqu’à cinq fiches" in text


async def test_files_hold_the_rows_of_the_page_and_no_cell_is_a_formula(world: World) -> None:
    chosen, sheets = await three(world)
    trap = '=HYPERLINK("http://exemple.test";"cliquez")'
    await world.sql(
        "update solution set summary = :trap, name = :name where slug = :slug",
        trap=trap,
        name="+1+1",
        slug=sheets[0]["slug"],
    )
    page, _ = await read(world, f"/comparer?{chosen}&{QUERY}")
    shown = table(page)
    answer = await world.http.get(f"/comparer.csv?{chosen}&{QUERY}")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(lines) == len(shown)
    assert not [cell for line in lines for cell in line if cell[:1] in "=+-@" and cell]
    by_label = {plain(line[1]): line for line in lines}
    assert by_label["En une phrase"][2] == "'" + trap
    assert lines[0][0] == "Rubrique" and lines[0][2].startswith("'+1+1")
    assert plain(by_label["Total HT sur 4 ans"][2]) == "43 232,64 €"
    assert by_label["Total HT sur 4 ans"][-1] == "oui"

    book = load_workbook(io.BytesIO((await world.http.get(f"/comparer.xlsx?{chosen}&{QUERY}")).content))
    cells = [
        ["" if c is None else str(c) for c in row] for row in book.worksheets[0].iter_rows(values_only=True)
    ]
    assert cells == lines
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} <= {"s", "n"}

    only = (await world.http.get(f"/comparer.csv?{chosen}&{QUERY}&differences=1")).content.decode("utf-8-sig")
    assert {line[-1] for line in csv.reader(io.StringIO(only), delimiter=";")} == {"Diffère", "oui"}


async def test_the_pdf_says_the_same_and_its_bytes_depend_on_the_data_and_the_day(world: World) -> None:
    chosen, _ = await three(world)
    answer = await world.http.get(f"/comparer.pdf?{chosen}&{QUERY}")
    assert answer.headers["content-type"] == "application/pdf"
    text = squeezed(await asyncio.to_thread(text_of, answer.content))
    for said in (
        "43 232,64 €",
        "À préciser : nombre de capteurs",
        "Service arrêté",
        "Vierzon (18279)",
        "fiche=telegestion",
    ):
        assert squeezed(said) in text, said
    assert not [secret for secret in LEAKED if squeezed(secret) in text]
    again = await world.http.get(f"/comparer.pdf?{chosen}&{QUERY}")
    assert again.content == answer.content


async def test_a_town_compares_confidential_answers_too_and_a_visitor_never_does(world: World) -> None:
    (one, two) = await publish(world, whole(), whole(name="Deux", answers=answers(log_months=3)))
    slugs = [one["slug"], two["slug"]]
    town = await world.town()
    rows = {r["key"]: r for g in (await town.read("/comparison", slug=slugs))["groups"] for r in g["rows"]}
    assert [cell["lines"] for cell in rows["answers.log_months"]["cells"]] == [["17 mois"], ["3 mois"]]
    assert rows["answers.log_months"]["differs"] is True
    public = await world.visitor.get("/comparison", slug=slugs)
    assert "answers.log_months" not in public.text
    assert not [secret for secret in LEAKED if secret in public.text]
    owner_sees = {
        r["key"] for g in (await world.visitor.read("/comparison", slug=slugs))["groups"] for r in g["rows"]
    }
    assert "answers.encryption" in owner_sees


async def test_a_startup_compares_its_own_confidential_answers_and_not_a_competitors(world: World) -> None:
    seller = await world.startup("Une")
    (mine,) = await publish(world, whole(), seller=seller)
    (theirs,) = await publish(world, whole(name="Deux", answers=answers(penetration_test_by="Autre-Secret")))
    found = await seller.read("/comparison", slug=[mine["slug"], theirs["slug"]])
    rows = {r["key"]: r for g in found["groups"] for r in g["rows"]}
    assert [cell["known"] for cell in rows["answers.penetration_test_by"]["cells"]] == ["said", "reserved"]
    assert "Autre-Secret" not in str(found)


@pytest.mark.parametrize("years", ["0", "5", "x"])
async def test_years_out_of_bounds_are_refused_by_the_api(world: World, years: str) -> None:
    answer = await world.visitor.get("/comparison", years=years)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "years"


async def test_a_result_keeps_what_was_chosen_on_the_way_to_a_sheet(world: World) -> None:
    chosen, sheets = await three(world)
    await world.work()  # the index learns of them
    results, _ = await read(world, f"/solutions?{chosen}")
    others = "&".join(f"fiche={sheet['slug']}" for sheet in sheets if sheet["slug"] != "muette")
    assert f"/solutions/muette?{others}" in list(results.links())


async def test_public_shares_and_the_size_of_a_startup_stand_beside_its_sheets(world: World) -> None:
    seller, rival = await world.startup("Une"), await world.startup("Deux")
    await seller.did("/my/supplier/identity", IDENTITY, method="put", If_Match="0")
    await seller.did(
        "/my/supplier/stakes",
        stake(holder="Caisse des Dépôts", kind="bdt", percent="12.5", source="Communiqué du 3 mars 2024"),
    )
    await seller.did("/my/supplier/stakes", stake(holder="Fonds-Privé", kind="private_fund"))
    (one,) = await publish(world, whole(), seller=seller)
    (two,) = await publish(world, whole(name="Deux"), seller=rival)
    page, text = await read(world, f"/comparer?fiche={two['slug']}&fiche={one['slug']}")
    rows = table(page)
    none, some = rows["Participations publiques Diffère"]
    assert none == "aucune déclarée"
    assert "Caisse des Dépôts (Banque des Territoires ou Caisse des Dépôts) : 12,5 %" in some
    assert "Fonds-Privé" not in text
    assert rows["Taille de l’entreprise Diffère"][0] == "Non renseigné"
    assert "de 20 à 49 personnes" in rows["Taille de l’entreprise Diffère"][1]
    _, text = await read(world, f"/solutions/{one['slug']}")
    assert "Part publique Caisse des Dépôts" in text
