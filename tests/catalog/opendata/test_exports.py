"""The directory as open data: every published sheet, nothing confidential, valid, and the same when it comes back."""

import csv
import io
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from openpyxl import load_workbook

from catalog.opendata import importing, queries
from catalog.opendata.records import OPEN
from catalog.solutions.questionnaire import CONFIDENTIAL
from marketplace.actor import Role
from marketplace.tabular import read_bytes
from tests.catalog.opendata.published import (
    NOW,
    SECRET,
    SECRET_DAY,
    SECRET_MONTHS,
    full,
    loaded,
    publish,
    secret_answers,
)
from tests.catalog.solutions.sheets import content
from tests.support.curating import publish as accept
from tests.support.world import World

JSON, CSV = "/donnees-ouvertes/annuaire.json", "/donnees-ouvertes/annuaire.csv"
XLSX = "/donnees-ouvertes/annuaire.xlsx"
PUBLIC = (
    JSON,
    CSV,
    "/donnees-ouvertes",
    "/donnees-ouvertes/changements.atom",
    "/donnees-ouvertes/schema.json",
)


async def directory(world: World) -> dict[str, Any]:
    answer = await world.http.get(JSON)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_an_empty_directory_is_a_sound_file(world: World) -> None:
    assert (await directory(world))["solutions"] == []
    assert (await world.http.get(CSV)).text == "\ufeff" + ";".join(OPEN) + "\r\n"


async def test_what_is_confidential_is_in_no_file_page_or_feed(world: World) -> None:
    """A secret in every confidential field, the first time and in a revision; a draft's in all of it."""
    assert set(secret_answers()) == CONFIDENTIAL
    seller, curator = await world.startup(), await world.staff(Role.CURATOR)
    sheet = await publish(seller, curator, full())
    version = (await seller.read(f"/my/solutions/{sheet['id']}"))["version"]
    revised = full(summary="Mieux.")
    revised["answers"] = revised["answers"] | {"backups": f"{SECRET} bis", "log_months": SECRET_MONTHS + 1}
    await seller.did(f"/my/solutions/{sheet['id']}", revised, method="put", If_Match=str(version))
    await seller.did(f"/my/solutions/{sheet['id']}/submission")
    await accept(curator, sheet["id"])
    await seller.did("/my/solutions", content(name=f"{SECRET} brouillon"))
    kept = await world.sql("select answers from solution_confidential")
    assert SECRET in json.dumps(kept), "the secret is there to be found"
    await world.work()
    for path in PUBLIC:
        for headers in ({}, curator.headers, seller.headers):  # who may read it elsewhere gets the same file
            said = (await world.http.get(path, headers=headers)).text
            assert len(said) > 400
            for secret in (SECRET, SECRET_DAY, "0248990011"):
                assert secret not in said, (path, secret)
    book = load_workbook(io.BytesIO((await world.http.get(XLSX)).content))
    cells = [str(cell) for row in book.worksheets[0].iter_rows(values_only=True) for cell in row]
    assert cells[: len(OPEN)] == OPEN
    assert not [cell for cell in cells if SECRET in cell or SECRET_DAY in cell or "0248990011" in cell]
    (record,) = (await directory(world))["solutions"]
    assert not set(record["answers"]) & CONFIDENTIAL
    assert record["summary"] == "Mieux."
    rows = list(csv.DictReader(io.StringIO((await world.http.get(CSV)).text.lstrip("\ufeff")), delimiter=";"))
    assert list(rows[0]) == OPEN
    assert not {f"answers.{key}" for key in CONFIDENTIAL} & set(OPEN)
    feed = (await world.http.get("/donnees-ouvertes/changements.atom")).text
    assert "field:summary" in feed
    assert "field:answers" not in feed, "that a confidential answer changed is not said either"


async def test_only_what_is_published_is_exported(world: World) -> None:
    seller, curator = await world.startup(), await world.staff(Role.CURATOR)
    await seller.did("/my/solutions", content(name="Brouillon"))
    kept = await publish(seller, curator, content(name="Reste"))
    gone = await publish(seller, curator, content(name="Suspendue"))
    await curator.did(f"/reviews/{gone['id']}/suspension", {"reason": "Parce que."})
    assert [record["id"] for record in (await directory(world))["solutions"]] == [kept["slug"]]
    assert (await world.http.get(CSV)).text.count("\r\n") == 2


async def test_every_record_holds_to_the_schema_and_the_schema_to_its_draft(world: World) -> None:
    await loaded(
        world,
        full(id="pleine", supplier="A", source="ici", licence="CC-BY-4.0", fictional=True),
        content(id="courte"),
    )
    seller, curator = await world.startup(), await world.staff(Role.CURATOR)
    await publish(seller, curator, full(name="Celle d’ici"))
    answer = await world.http.get("/donnees-ouvertes/schema.json")
    assert answer.headers["content-type"].startswith("application/schema+json")
    schema = answer.json()
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "http://localhost:8000/donnees-ouvertes/schema.json"
    check = Draft202012Validator(schema, format_checker=FormatChecker())
    records = (await directory(world))["solutions"]
    assert len(records) == 3
    for record in records:
        assert [error.message for error in check.iter_errors(record)] == []
    assert [error.message for error in check.iter_errors(full(id="x"))] == [], (
        "what may be imported holds to it too"
    )
    for wrong in (
        {"name": 3},
        {"maturity": "bien"},
        {"couleur": "bleu"},
        {"answers": {"api": "peut-être"}},
        {"prices": [{"label": "x"}]},
    ):
        assert list(check.iter_errors(records[0] | wrong)), wrong
    everything = [*schema["properties"].values(), *schema["$defs"]["Answers"]["properties"].values()]
    assert all(shape.get("title") for shape in everything)
    secret = {
        key for key, shape in schema["$defs"]["Answers"]["properties"].items() if shape.get("writeOnly")
    }
    assert secret == CONFIDENTIAL
    assert "France" not in schema["properties"]["name"]["title"]
    assert (
        schema["$defs"]["Answers"]["properties"]["hosting_country"]["title"]
        == "Où sont hébergées les données ?"
    )


@pytest.mark.parametrize("path", [JSON, CSV, XLSX])
async def test_what_was_exported_comes_back_and_changes_nothing(world: World, path: str) -> None:
    """Though it lacks what is confidential: that stays as it was."""
    await loaded(
        world, full(id="pleine", supplier="A", licence="CC-BY-4.0", fictional=True), content(id="courte")
    )
    seller, curator = await world.startup(), await world.staff(Role.CURATOR)
    await publish(seller, curator, full(name="=Celle d’ici", summary="Avec\r\nune fin de ligne."))
    before = await world.sql("select json_agg(c order by solution_id) from solution_confidential c")
    file = (await world.http.get(path)).content
    rows = list(read_bytes(file, Path(path)))
    report = await importing.load(world.as_worker, rows, now=NOW)
    assert (report.created, report.updated, report.unchanged, report.rejected) == (0, 0, 3, [])
    assert await world.sql("select json_agg(c order by solution_id) from solution_confidential c") == before


async def test_a_copy_that_is_still_true_is_not_sent_again(world: World) -> None:
    await loaded(world, content(id="une"))
    for path in (JSON, CSV, "/donnees-ouvertes/changements.atom"):
        first = await world.http.get(path)
        tag, day = first.headers["etag"], first.headers["last-modified"]
        for headers in (
            {"If-None-Match": tag}, {"If-None-Match": f'"autre", W/{tag}'}, {"If-None-Match": "*"}, {"If-Modified-Since": day}
        ):  # fmt: skip
            again = await world.http.get(path, headers=headers)
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), (
                path,
                headers,
            )
        for headers in (
            {"If-None-Match": '"autre"', "If-Modified-Since": day}, {"If-Modified-Since": "Mon, 01 Jan 2024 00:00:00 GMT"},
            {"If-Modified-Since": "hier"}, {"If-Modified-Since": "Mon, 01 Jan 99999999999999 00:00:00 GMT"},
        ):  # fmt: skip
            assert (await world.http.get(path, headers=headers)).status_code == 200, (path, headers)
    tags = {(await world.http.get(path)).headers["etag"] for path in (JSON, CSV)}
    assert len(tags) == 2
    await loaded(world, content(id="une", summary="Autre."))
    assert not tags & {(await world.http.get(path)).headers["etag"] for path in (JSON, CSV)}


async def test_the_directory_is_read_in_batches_that_do_not_add_up_in_memory(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four times the sheets take no more memory at the peak."""
    monkeypatch.setattr(queries, "BATCH", 20)
    filler = [content(id=f"fiche-{i:03}", description="Un module. " * 1500) for i in range(160)]

    async def peak() -> tuple[int, int]:
        tracemalloc.start()
        count = 0
        async for batch in queries.directory(world.app.state.database, base_url=""):
            count += len(batch)
            assert len(batch) <= 20
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return count, used

    await loaded(world, *filler[:40])
    await peak()  # what is made once
    few, small = await peak()
    await loaded(world, *filler[40:])
    many, large = await peak()
    assert (few, many) == (40, 160)
    assert large < small * 1.3, f"{small} bytes for {few} sheets, {large} for {many}"
    assert len((await directory(world))["solutions"]) == 160
