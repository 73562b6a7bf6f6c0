"""Files of sheets: tried, then saved; drafts and revisions of one's own for a startup, the directory for a curator."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from catalog.opendata import uploading, workbooks
from catalog.opendata.columns import SHEET
from catalog.opendata.models import Side
from marketplace.actor import OrganisationKind, Role
from marketplace.tabular import read_bytes, to_xlsx
from tests.catalog.opendata.published import full, publish
from tests.catalog.solutions.sheets import content
from tests.pages.reader import Page, Reader
from tests.support.curating import publish as accept
from tests.support.world import Caller, World

MINE, CURATORS = "/my/solutions/import", "/reviews/import"
FORM, RELECTURE = "/espace-entreprise/fiches/import", "/relecture/import"
TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


async def send(
    who: Caller, file: bytes | list[dict[str, Any]], *, name: str = "fiches.json", to: str = MINE, **more: str
) -> httpx.Response:
    data = file if isinstance(file, bytes) else json.dumps(file).encode()
    sent = {"file": (name, data, TYPES[Path(name).suffix])}
    return await who.http.post(f"/api/v1{to}", files=sent, data=more, headers=who.headers)


async def sent(who: Caller, file: bytes | list[dict[str, Any]], **more: str) -> dict[str, Any]:
    answer = await send(who, file, **more)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def hidden(page: Page, action: str) -> dict[str, str]:
    """The form's values but its file's, which is sent apart."""
    return {name: value for name, value in page.form(action).items() if name != "file"}


def counted(found: dict[str, Any]) -> tuple[int, ...]:
    return tuple(found[name] for name in ("created", "updated", "unchanged", "rejected"))


def reasons(found: dict[str, Any]) -> dict[str, set[tuple[str, str]]]:
    return {
        row["where"]: {(r["path"], r["code"]) for r in row["reasons"]}
        for row in found["rows"]
        if row["reasons"]
    }


async def test_rows_become_drafts_then_revisions_and_the_same_file_again_changes_nothing(
    world: World,
) -> None:
    seller, curator = await world.startup(), await world.staff(Role.CURATOR)
    rows = [content(name="Une"), {"name": "Deux"}]
    assert counted(await sent(seller, rows)) == (2, 0, 0, 0)
    assert counted(await sent(seller, rows)) == (0, 0, 2, 0)
    first, second = sorted(await seller.read("/my/solutions"), key=lambda sheet: str(sheet["slug"]))[::-1]
    assert [(sheet["slug"], sheet["state"]) for sheet in (first, second)] == [
        ("une", "draft"),
        ("deux", "draft"),
    ]
    await seller.did(f"/my/solutions/{first['id']}/submission")
    await accept(curator, first["id"])
    found = await sent(seller, [content(id="une", name="Une", summary="Autre.")])
    assert counted(found) == (0, 1, 0, 0)
    shown, mine = (
        (await world.visitor.read("/solutions/une")),
        await seller.read(f"/my/solutions/{first['id']}"),
    )
    assert (shown["summary"], mine["content"]["summary"]) == ("Règle l’éclairage rue par rue.", "Autre.")
    assert mine["revision"]["state"] == "draft"
    await seller.did(f"/my/solutions/{first['id']}/submission")
    late = await sent(seller, [{"id": "une", "summary": "Trop tard."}])
    assert reasons(late) == {"[0]": {("id", "move_refused")}}


async def test_another_s_sheet_is_unknown_as_a_missing_one_and_is_never_touched(world: World) -> None:
    seller, other, curator = (
        await world.startup(),
        await world.startup("Lucivoie"),
        await world.staff(Role.CURATOR),
    )
    published = await publish(other, curator, content(name="Publiée"))
    await other.did("/my/solutions", content(name="Brouillon"))
    before = await world.sql("select json_agg(r order by id) from solution_revision r")
    found = await sent(
        seller, [content(id=slug, name=slug.title(), summary="Pris.") for slug in ("publiee", "brouillon", "absente")]
    )  # fmt: skip
    assert counted(found) == (0, 0, 0, 3)
    assert {tuple(r["code"] for r in row["reasons"]) for row in found["rows"]} == {("unknown_id",)}
    # by its name alone, it is a new sheet of one's own
    assert counted(await sent(seller, [content(name="Publiée", summary="À nous.")])) == (1, 0, 0, 0)
    assert (await world.visitor.read(f"/solutions/{published['slug']}"))["summary"] != "À nous."
    kept = "select json_agg(r order by r.id) from solution_revision r join solution s on s.id = r.solution_id where s.startup_id = :other"
    assert await world.sql(kept, other=other.organisation.id) == before  # type: ignore[union-attr]


async def test_a_trial_says_what_would_happen_and_saves_nothing_until_it_is_saved(world: World) -> None:
    seller = await world.startup()
    await sent(seller, [content(name="Une")])
    rows = [content(name="Une", summary="Autre."), content(name="Deux"), {"name": ""}]
    before = await world.sql("select json_build_array((select json_agg(r) from solution_revision r), (select count(*) from audit_line), (select count(*) from outbox))")  # fmt: skip
    tried = await sent(seller, rows, trial="true")
    assert counted(tried) == (1, 1, 0, 1)
    assert tried["saved_at"] is None
    after = await world.sql("select json_build_array((select json_agg(r) from solution_revision r), (select count(*) from audit_line), (select count(*) from outbox))")  # fmt: skip
    assert after == before
    reader = await Reader.arrive(world, "the startup", seller.organisation, frozenset({Role.EDITOR}))
    page = Page.of(FORM, await reader.http.get(FORM))
    made = await reader.http.post(
        FORM, data=hidden(page, FORM) | {"act": "verifier"}, files={"file": ("f.json", json.dumps(rows).encode(), "application/json")},
    )  # fmt: skip
    assert made.status_code == 303, (made.status_code, Page.of(FORM, made).text)
    path = made.headers["location"]
    shown = Page.of(path, await reader.http.get(path))
    assert (shown.status, shown.faults(), shown.h1) == (
        200,
        [],
        "Vérification : rien n’est encore enregistré",
    )
    assert "2 fiches sont prêtes" in shown.text
    assert "Ce champ est obligatoire." in shown.text
    saving = f"{path}/enregistrement"
    assert (await reader.http.post(saving, data=shown.form(saving))).status_code == 303
    done = Page.of(path, await reader.http.get(path))
    assert (done.h1, done.faults()) == ("Le fichier est enregistré", [])
    assert {sheet["slug"] for sheet in await seller.read("/my/solutions")} == {"une", "deux"}
    assert (await reader.http.post(saving, data=shown.form(saving))).status_code == 409, "once"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_one_s_sheets_leave_in_a_table_and_come_back_without_a_change(world: World, form: str) -> None:
    seller, curator = await world.startup(), await world.staff(Role.CURATOR)
    sheet = await publish(seller, curator, full(name="=Pleine", description="Avec\r\nune fin de ligne."))
    await seller.did("/my/solutions", {"name": "À peine commencée"})
    version = (await seller.read(f"/my/solutions/{sheet['id']}"))["version"]
    await seller.did(
        f"/my/solutions/{sheet['id']}",
        full(name="=Pleine", tags=["en cours"]),
        method="put",
        If_Match=str(version),
    )
    path = f"/espace-entreprise/fiches/mes-fiches.{form}"
    file = (await world.http.get(path, headers=seller.headers)).content
    found = await sent(seller, file, name=f"mes-fiches.{form}")
    assert counted(found) == (0, 0, 2, 0), reasons(found)
    (first, _) = read_bytes(file, Path(path))
    assert list(first.values) == [column.label for column in SHEET.values()]
    other = await world.startup("Lucivoie")
    theirs = (await world.http.get(path, headers=other.headers)).content
    assert list(read_bytes(theirs, Path(path))) == []
    assert (await world.http.get(path, headers=curator.headers)).status_code == 403


async def test_the_report_is_the_same_file_with_its_errors_and_comes_back_corrected(world: World) -> None:
    seller = await world.startup()
    header = [
        "Identifiant",
        "Nom",
        "Domaines",
        "Maturité",
        "Prix : unité",
        "Prix : paliers HT",
        "Codes CPV",
        "Site web",
    ]
    table = [
        ["(exemple) à remplacer", "Exemple", "", "", "", "", "", ""],
        ["", "Bonne", "Mobilité et transports", "établie", "", "", "", "https://exemple.test"],
        ["", "Mauvaise", "Lampes | Mobilité et transports", "très bonne", "lampe", "0-:12", "", "ftp://a"],
        ["inconnue", "Autre", "", "", "", "", "", ""],
    ]  # fmt: skip
    found = await sent(seller, to_xlsx("Fiches", header, table), name="mes fiches.xlsx")
    assert counted(found) == (1, 0, 0, 2)
    wrong = reasons(found)
    assert {path for path, _ in wrong["ligne 4"]} == {"domains[0]", "maturity", "prices[0].unit", "website"}
    assert wrong["ligne 5"] == {("id", "unknown_id")}
    report = await world.http.get(found["report"], headers=seller.headers)
    assert 'filename="mes fiches-erreurs.xlsx"' in report.headers["content-disposition"]
    sheet = load_workbook(io.BytesIO(report.content))["Fiches"]
    rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == [*header, "Erreurs"]
    assert [row[:-1] for row in rows[1:]] == table
    assert [bool(row[-1]) for row in rows[1:]] == [False, False, True, True]
    assert "Domaines : Ce domaine n’existe pas." in rows[3][-1]
    red = {cell.coordinate for row in sheet.iter_rows(min_row=2) for cell in row if cell.fill.fgColor.rgb == workbooks.WRONG.fgColor.rgb}  # fmt: skip
    assert red == {"C4", "D4", "E4", "H4", "I4", "A5", "I5"}
    for column, value in (("C", "Mobilité et transports"), ("D", ""), ("E", "commune (forfait)"), ("H", "")):
        sheet[f"{column}4"] = value
    sheet["A5"] = ""
    out = io.BytesIO()
    sheet.parent.save(out)
    again = await sent(seller, out.getvalue(), name="mes fiches-erreurs.xlsx")
    assert counted(again) == (2, 0, 1, 0), reasons(again)
    assert again["report"] is None


async def test_a_csv_and_a_json_have_their_report_too(world: World) -> None:
    seller = await world.startup()
    table = b"name;maturity\nLampe;bien\nTorche;\n"
    found = await sent(seller, table, name="a.csv")
    report = await world.http.get(found["report"], headers=seller.headers)
    rows = list(csv.DictReader(io.StringIO(report.content.decode("utf-8-sig")), delimiter=";"))
    assert [(row["name"], row["maturity"]) for row in rows] == [("Lampe", "bien"), ("Torche", "")]
    assert rows[0]["Erreurs"].startswith("maturity : Choisissez dans la liste : exploration | construction")
    assert rows[1]["Erreurs"] == ""
    found = await sent(seller, [{"name": "Lampe", "maturity": "bien", "x": 1}])
    said = (await world.http.get(found["report"], headers=seller.headers)).json()
    assert said[0]["name"] == "Lampe"
    assert len(said[0]["Erreurs"]) == 2


HOSTILE: list[Any] = [
    {"name": "a\u0000b"}, {"name": "a\ud800"}, {"id": "\u0000\ud800"}, {"x\u0000\ud800": 1}, {"name": "\u202eabc"}, {"name": "a" * 10_000},
    {"name": "<script>alert(1)</script>"}, {"name": ["Lampe"]}, {"name": 3}, {"": 1}, {}, {"answers": 3}, {"answers": {"x": 1}},
    {"name": "n", "prices": "x"}, {"name": "n", "references": [3]}, {"name": "n", "references": [{"id": {}}]}, {"id": {"a": 1}}, {"id": []},
    {"name": "n", "since": "2026-02-30"}, {"name": "n", "since": "2999-01-01"}, {"name": "n", "attachments": [{"file_id": "x"}]},
    {"name": "n", "answers": {"rgaa_rate": "NaN"}}, {"name": "n", "answers": {"exit_days": 1e400}}, {"name": "n", "domains": {}},
]  # fmt: skip


async def test_odd_rows_are_refused_with_their_reason_and_none_is_a_failure(world: World) -> None:
    seller, curator = await world.startup(), await world.staff(Role.CURATOR)
    for who, to in ((seller, MINE), (curator, CURATORS)):
        found = await sent(who, HOSTILE, to=to)
        assert counted(found) == (0, 0, 0, len(HOSTILE)), [row for row in found["rows"] if not row["reasons"]]
        assert all(reason["message"] for row in found["rows"] for reason in row["reasons"])
        assert (await world.http.get(found["report"], headers=who.headers)).status_code == 200
        english = await world.http.get(
            f"/api/v1/sheet-imports/{found['id']}", headers=who.headers | {"Accept-Language": "en"}
        )
        assert english.status_code == 200
    assert await world.sql("select count(*) from solution") == 0


async def test_a_file_that_is_no_table_is_refused_at_the_field_and_nothing_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller = await world.startup()
    monkeypatch.setitem(uploading.MOST_ROWS, Side.STARTUP, 3)
    for name, data, code in (
        ("a.json", b"{", "unreadable_file"), ("a.json", b"[]", "empty"), ("a.csv", b"name\n", "empty"), ("a.csv", b"\xe9", "file_content"),
        ("a.xlsx", b"name\n", "file_type"), ("a.json", json.dumps([{"name": "n"}] * 4).encode(), "too_many"), ("a.csv", b"", "empty_file"),
        ("a.json", b"[" + b" " * uploading.MOST_BYTES + b"]", "too_large"), ("a.json", b"[" * 100_000, "unreadable_file"),
    ):  # fmt: skip
        answer = await send(seller, data, name=name)
        assert answer.status_code == 422, (name, data[:20], answer.text)
        assert [(e["path"], e["code"]) for e in answer.json()["errors"]] == [("file", code)], (
            name,
            data[:20],
        )
    reader = await Reader.arrive(world, "the startup", seller.organisation, frozenset({Role.EDITOR}))
    page = Page.of(FORM, await reader.http.get(FORM))
    assert page.faults() == []
    answer = await reader.http.post(
        FORM, data=hidden(page, FORM), files={"file": ("", b"", "application/octet-stream")}
    )
    assert (answer.status_code, "Choisissez un fichier" in answer.text) == (422, True)
    answer = await reader.http.post(FORM, data=page.form(FORM))
    assert (answer.status_code, Page.of(FORM, answer).faults()) == (422, [])
    assert await world.sql("select count(*) from sheet_import") == 0


async def test_a_curator_publishes_from_a_file_but_for_firms_they_are_tied_to(world: World) -> None:
    seller, tied = await world.startup(), await world.startup("Lucivoie")
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    await curator.did(
        "/me/interests", {"firm": "Lucivoie", "kind": "shares", "detail": "2 %.", "since": "2026-01-01"}
    )
    assert seller.organisation
    assert tied.organisation
    await publish(tied, await world.staff(Role.CURATOR), content(name="Liée"))
    rows = [
        content(id="sienne", supplier_siren=seller.organisation.siren), content(id="a-personne", source="ici"),
        content(id="liee", name="Liée", summary="Pris."), content(id="liee-2", supplier_siren=tied.organisation.siren),
    ]  # fmt: skip
    assert counted(await sent(curator, rows, to=CURATORS, trial="true")) == (2, 0, 0, 2)
    assert (await world.visitor.get("/solutions/sienne")).status_code == 404
    found = await sent(curator, rows, to=CURATORS)
    assert counted(found) == (2, 0, 0, 2)
    assert {code for row in found["rows"] for code in (r["code"] for r in row["reasons"])} == {"recused"}
    assert (await world.visitor.read("/solutions/sienne"))["state"] == "published"
    assert [sheet["slug"] for sheet in await seller.read("/my/solutions")] == ["sienne"]
    await world.work()
    assert {hit["slug"] for hit in (await world.visitor.read("/solutions"))["items"]} == {
        "sienne",
        "a-personne",
        "liee",
    }
    reader = await Reader.arrive(world, "the curator", curator.organisation, frozenset({Role.CURATOR}))
    page = Page.of(RELECTURE, await reader.http.get(RELECTURE))
    made = await reader.http.post(
        RELECTURE, data=hidden(page, RELECTURE) | {"act": "enregistrer"}, files={"file": ("f.json", json.dumps(rows[:2]).encode(), "application/json")},
    )  # fmt: skip
    shown = Page.of(RELECTURE, await reader.http.get(made.headers["location"]))
    assert (shown.h1, shown.faults()) == ("Rien n’a changé", [])


async def test_an_import_is_seen_by_who_sent_it_alone(world: World) -> None:
    seller = await world.startup()
    assert seller.organisation
    found = await sent(seller, [{"name": ""}])
    colleague = await world.member(seller.organisation, frozenset({Role.EDITOR}))
    for other in (colleague, await world.startup("Lucivoie"), await world.staff(Role.CURATOR)):
        for path in (f"/sheet-imports/{found['id']}", f"/sheet-imports/{found['id']}/report"):
            assert (await other.get(path)).status_code == 404
    assert (await world.visitor.get(f"/sheet-imports/{found['id']}")).status_code == 401
    for refused, to in (
        (await world.town(), MINE),
        (seller, CURATORS),
        (await world.staff(Role.CURATOR), MINE),
    ):
        assert (await send(refused, [{"name": "n"}], to=to)).status_code == 403
