"""Loading sheets from files: each row loaded or refused with its reasons, the same file twice changing nothing."""

import io
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from catalog.opendata import importing
from catalog.opendata.importing import Report
from marketplace.tabular import SourceRow, UnreadableFile, read_bytes
from tests.catalog.solutions.sheets import price
from tests.support.world import World

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RECORD: dict[str, Any] = {
    "id": "kit-r2",
    "name": "Kit R2",
    "summary": "Règle l’éclairage à l’œil et à l’heure.",
    "description": "Un module par point lumineux.",
    "domains": ["eclairage-public"],
    "tags": ["led", "télégestion"],
    "maturity": "established",
    "supplier": "Quinquet Systèmes",
    "fictional": True,
    "prices": [price(("0", "150", 21000), ("150", None, 19000), label="Kit R2", vat_rate="20")],
}
COLUMNS = {name: value for name, value in RECORD.items() if name != "prices"} | {
    "domains": "eclairage-public",
    "tags": "led; télégestion",
    "fictional": "oui",
    "price_unit": "light_point",
    "price_tiers": "0-150:210.00 | 150-:190,00",
}


async def loaded(world: World, *records: Any) -> Report:
    rows = [SourceRow(f"[{i}]", record) for i, record in enumerate(records)]
    return await importing.load(world.as_worker, rows, now=NOW)


def csv_file() -> bytes:
    return ";".join(COLUMNS).encode() + b"\n" + ";".join(f'"{v}"' for v in COLUMNS.values()).encode()


def xlsx_file() -> bytes:
    book, out = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.append(list(COLUMNS))
    sheet.append(list(COLUMNS.values()))
    book.save(out)
    return out.getvalue()


async def test_json_csv_and_xlsx_say_the_same_sheet(world: World) -> None:
    files = {
        "a.json": json.dumps([RECORD]).encode(), "a.csv": csv_file(), "b.csv": b"\xef\xbb\xbf" + csv_file(),
        "a.xlsx": xlsx_file(),
    }  # fmt: skip
    counts = []
    for name, data in files.items():
        report = await importing.load(world.as_worker, read_bytes(data, Path(name)), now=NOW)
        counts.append((report.created, report.unchanged, report.updated, report.rejected))
    assert counts == [(1, 0, 0, []), (0, 1, 0, []), (0, 1, 0, []), (0, 1, 0, [])]
    sheet = await world.visitor.read("/solutions/kit-r2")
    assert (sheet["name"], sheet["tags"], sheet["fictional"]) == ("Kit R2", ["led", "télégestion"], True)
    assert [(s["from"], s["unit_price_cents"]) for s in sheet["prices"][0]["steps"]] == [
        ("0", 21000),
        ("150", 19000),
    ]
    await world.work()
    assert (await world.visitor.read("/solutions", q="kit"))["items"][0]["slug"] == "kit-r2"


async def test_the_french_keys_of_the_public_export_are_understood(world: World) -> None:
    record = {
        "id": "bg-lampe", "nom": "Lampe", "accroche": "Éclaire.", "domaines": ["eclairage-public"], "etiquettes": ["Énergie"],
        "publics": ["commune "], "site": "https://exemple.test/a?b=1&amp;c=2 ", "phase": "acceleration", "depuis": "2025-09-19",
        "porteur": "Un ministère", "source": "export", "licence": "CC", "nouveau_champ": {"sans": "usage"},
    }  # fmt: skip
    report = await loaded(world, record, record | {"id": "bg-fini", "phase": "arrete"})
    assert (report.created, report.rejected) == (2, [])
    sheet = await world.visitor.read("/solutions/bg-lampe")
    assert (sheet["maturity"], sheet["supplier"], sheet["since"]) == ("growth", "Un ministère", "2025-09-19")
    assert (sheet["website"], sheet["audiences"]) == ("https://exemple.test/a?b=1&c=2", ["commune"])
    assert (await world.visitor.read("/solutions/bg-fini"))["available"] is False


async def test_a_changed_row_changes_its_sheet_and_only_it(world: World) -> None:
    other = RECORD | {"id": "autre"}
    await loaded(world, RECORD, other)
    await world.work()
    dearer = RECORD | {
        "name": "Kit R3",
        "prices": [price(("0", None, 30000), label="Kit R2", vat_rate="5.5")],
    }
    report = await loaded(world, dearer, other)
    assert (report.created, report.updated, report.unchanged) == (0, 1, 1)
    sheet = await world.visitor.read("/solutions/kit-r2")
    assert (sheet["version"], sheet["prices"][0]["vat_rate"]) == (2, "5.5")
    assert (await world.visitor.read("/solutions/autre"))["version"] == 1
    await world.work()
    assert [hit["name"] for hit in (await world.visitor.read("/solutions", q="r3"))["items"]] == ["Kit R3"]


async def test_an_imported_sheet_belongs_to_its_startup_when_it_has_an_account_here(world: World) -> None:
    seller = await world.startup("Veillelune")
    assert seller.organisation
    await loaded(
        world,
        RECORD | {"id": "par-siren", "supplier": "Autre nom", "supplier_siren": seller.organisation.siren},
        RECORD | {"id": "par-nom", "supplier": "Veillelune"},
        RECORD | {"id": "vrai-nom-seul", "supplier": "Veillelune", "fictional": False},
    )
    assert {s["slug"] for s in await seller.read("/my/solutions")} == {"par-siren", "par-nom"}


async def test_a_sheets_page_tells_that_its_source_changed(world: World) -> None:
    await loaded(world, RECORD)
    await loaded(world, RECORD | {"licence": "Licence Ouverte 2.0", "source": "export de mars"})
    page = await world.http.get("/solutions/kit-r2")
    assert page.status_code == 200
    assert "Source, Licence" in page.text


async def test_a_sheet_of_a_startup_that_registers_later_is_its_own_at_the_next_load(world: World) -> None:
    row = RECORD | {"supplier": "Veillelune", "fictional": True}
    await loaded(world, row)
    seller = await world.startup("Veillelune")
    assert await seller.read("/my/solutions") == []
    assert (await loaded(world, row)).updated == 1
    assert [s["slug"] for s in await seller.read("/my/solutions")] == ["kit-r2"]
    assert (await loaded(world, row)).unchanged == 1
    assert await world.sql("select count(*) from solution_revision") == 1, (
        "whose it is changes nothing that it says"
    )


REFUSED: list[tuple[Any, tuple[str, str]]] = [
    ({}, ("", "type")),
    ({"": 3}, ("", "type")),
    (RECORD | {"id": "Kit R2"}, ("id", "string_pattern_mismatch")),
    (RECORD | {"id": 12}, ("id", "string_type")),
    (RECORD | {"name": None, "id": None}, ("id", "required")),
    (RECORD | {"name": ""}, ("name", "required")),
    (RECORD | {"domains": ["lampes"]}, ("domains[0]", "choice")),
    (RECORD | {"maturity": "bien"}, ("maturity", "enum")),
    (RECORD | {"since": "hier"}, ("since", "date_parsing")),
    (RECORD | {"website": "ftp://a"}, ("website", "choice")),
    (RECORD | {"summary": "a\u0000b"}, ("summary", "characters")),
    (RECORD | {"summary": "a\ud800b"}, ("summary", "string_unicode")),
    (RECORD | {"supplier_siren": "12"}, ("supplier_siren", "string_pattern_mismatch")),
    (RECORD | {"couleur": "bleu"}, ("couleur", "extra_forbidden")),
    (RECORD | {"prices": [price(("0", None, -1))]}, ("prices[0].steps[0].unit_price_cents", "greater_than_equal")),
    (COLUMNS | {"price_tiers": "210"}, ("price_tiers", "tiers")),
    (COLUMNS | {"price_tiers": "0-:210.001"}, ("price_tiers", "tiers")),
    (COLUMNS | {"price_tiers": ""}, ("price_tiers", "tiers")),
    (COLUMNS | {"price_unit": "lampe"}, ("prices[0].unit", "choice")),
    ({"nom": "Lampe", "accroche": "Éclaire.", "id": "a", "publics": [3]}, ("audiences[0]", "string_type")),
    ({"nom": "Lampe", "accroche": "Éclaire.", "id": "a", "phase": "finie"}, ("maturity", "enum")),
    ({"nom": ["Lampe"], "accroche": "Éclaire.", "id": "a"}, ("name", "string_type")),
]  # fmt: skip


async def test_each_bad_row_is_reported_with_its_place_and_reason_and_the_others_are_loaded(
    world: World,
) -> None:
    rows = [record for record, _ in REFUSED]
    report = await loaded(world, RECORD | {"id": "avant"}, *rows, RECORD | {"id": "apres"})
    found = {
        rejected["where"]: {(reason["path"], reason["code"]) for reason in rejected["reasons"]}
        for rejected in report.rejected
    }
    for i, (record, expected) in enumerate(REFUSED, 1):
        assert expected in found.get(f"[{i}]", set()), (record, found.get(f"[{i}]"))
    assert all(reason["message"] for rejected in report.rejected for reason in rejected["reasons"])
    assert (report.created, report.document()["total"]) == (2, len(REFUSED) + 2)
    assert await world.sql("select count(*) from solution") == 2


async def test_bad_tiers_are_refused_as_on_the_site(world: World) -> None:
    for tiers, said in (
        ("10-:210", "commence à 0"), ("0-100:210 | 150-:190", "trou"), ("0-200:210 | 150-:190", "recouvrent")
    ):  # fmt: skip
        report = await loaded(world, COLUMNS | {"price_tiers": tiers})
        assert said in report.rejected[0]["reasons"][0]["message"], report.rejected
    assert await world.sql("select count(*) from solution") == 0


async def test_an_id_given_twice_in_a_file_is_loaded_once(world: World) -> None:
    report = await loaded(world, RECORD, RECORD | {"name": "Le second"})
    assert (report.created, report.rejected[0]["where"], report.rejected[0]["id"]) == (1, "[1]", "kit-r2")
    assert report.rejected[0]["reasons"][0]["code"] == "duplicate"
    assert (await world.visitor.read("/solutions/kit-r2"))["name"] == "Kit R2"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("cut.json", json.dumps([RECORD] * 3).encode()[:-40]),
        ("latin.csv", csv_file().decode().replace("œ", "oe").replace("’", "'").encode("latin-1")),
        ("wide.csv", csv_file().decode().encode("utf-16")),
        ("cut.xlsx", xlsx_file()[:-200]),
    ],
)
def test_a_file_cut_short_or_in_another_encoding_gives_no_row_at_all(name: str, data: bytes) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read_bytes(data, Path(name))
    assert refused.value.fields[0].path == name


@pytest.mark.shared
async def test_the_706_real_records_load_keep_their_ids_and_load_again_unchanged(
    world: World, shared: Path
) -> None:
    file = shared / "data" / "solutions.json"
    records = json.loads(file.read_text())
    rows = list(read_bytes(file.read_bytes(), file))
    first = await importing.load(world.as_worker, rows, now=NOW)
    again = await importing.load(world.as_worker, rows, now=NOW)
    assert (first.created, first.rejected) == (706, [])
    assert (again.created, again.updated, again.unchanged, again.rejected) == (0, 0, 706, [])
    kept = await world.sql("select array_agg(slug) from solution")
    assert set(kept) == {record["id"] for record in records}
    one = next(record for record in records if record["id"] == "bg-1-eleve-1-stage")
    sheet = await world.visitor.read(f"/solutions/{one['id']}")
    assert (sheet["name"], sheet["description"], sheet["licence"]) == (
        one["nom"],
        one["description"],
        one["licence"],
    )


PLACES: tuple[tuple[str, str, Any], ...] = (
    ("nom", "name", "Nom {i}"), ("accroche", "summary", "Phrase {i}."), ("description", "description", "Description {i}."),
    ("etiquettes", "tags", ["étiquette {i}"]), ("publics", "audiences", ["public {i}"]), ("site", "website", "https://exemple.test/{i}"),
    ("depuis", "since", "2021-01-02"), ("source", "source", "source {i}"), ("licence", "licence", "licence {i}"),
    ("porteur", "supplier_name", "Porteur {i}"), ("domaines", "domains", ["eau-assainissement", "education-enfance"]),
)  # fmt: skip
"""What is changed: the file's key, the field that a revision then names, and the new value."""


def changed_in(record: dict[str, Any], place: tuple[str, str, Any], i: int) -> tuple[dict[str, Any], str]:
    key, field, value = place
    new = [one.format(i=i) for one in value] if isinstance(value, list) else value.format(i=i)
    return record | {key: new}, field


@pytest.mark.shared
async def test_the_706_records_changed_in_25_places_yield_exactly_25_revisions(
    world: World, shared: Path
) -> None:
    """25 records, each in one place; one revision each, which names that field and no other."""
    records = json.loads((shared / "data" / "solutions.json").read_text())
    await loaded(world, *records)
    assert await world.sql("select count(*) from solution_revision where state = 'accepted'") == 706
    dice = random.Random(706)
    wanted: dict[str, list[str]] = {}
    for i, at in enumerate(dice.sample(range(len(records)), 25)):
        records[at], field = changed_in(records[at], PLACES[i % len(PLACES)], i)
        wanted[records[at]["id"]] = [field]
    report = await loaded(world, *records)
    assert (report.created, report.updated, report.unchanged, report.rejected) == (0, 25, 681, [])
    found = await world.sql(
        "select json_object_agg(s.slug, r.changed) from solution_revision r join solution s on s.id = r.solution_id"
        " where r.state = 'accepted' and r.number = 2"
    )
    assert found == wanted
    assert await world.sql("select count(*) from solution_revision") == 706 + 25
    told = await world.sql(
        "select json_object_agg(slug, changed) from solution_change where kind = 'revised'"
    )
    assert told == wanted
    again = await loaded(world, *records)
    assert (again.updated, again.unchanged) == (0, 706)
