"""At or above the threshold, the product hands over: a pack out, the opened offers in; the rest of the chain is the same."""

import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from openpyxl import load_workbook

from tests.support import story
from tests.support.story import Story
from tests.support.world import World

ABOVE = [("200", "0"), ("100", "0")]
"""300 points at 200,00 € are 60 000 € HT: the very threshold."""
ESTIMATED = {"line": {"estimate_unit_cents": 20000}, "sellers": 0}


async def exported(world: World) -> Story:
    told = await story.frozen(world, ABOVE, **ESTIMATED)
    due = {"quotes_due_on": str(await world.today() + timedelta(days=21))}
    consultation = await told.coordinator.did(f"{told.path}/consultation", due)
    assert (consultation["channel"], consultation["state"]) == ("buyer_profile", "exported")
    return told


def imported(told: Story, name: str, cents: int, **changes: Any) -> dict[str, Any]:
    return {"supplier_name": name, "offer": story.offer(told.line, [(0, cents)])} | changes


async def test_the_pack_holds_the_need_the_quantities_the_schedule_and_the_rules(world: World) -> None:
    told = await exported(world)
    pack = await told.coordinator.get(f"{told.path}/consultation/pack")
    assert (pack.status_code, pack.headers["content-type"]) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(pack.content))
    assert archive.testzip() is None
    assert set(archive.namelist()) == {
        "LISEZ-MOI.txt", "besoin.json", "regles.json", "quantites-par-ville.xlsx", "bordereau-des-prix.xlsx",
        "modele-import-offres.json", "convention-constitutive.pdf",
    }  # fmt: skip
    rules = json.loads(archive.read("regles.json"))
    assert (rules["procedure"], rules["amount_ht_cents"]) == ("adapted", 6_000_000)
    sheet = load_workbook(io.BytesIO(archive.read("quantites-par-ville.xlsx"))).worksheets[0]
    assert [(row[0], row[5]) for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        ("Vierzon", 200),
        ("Bourges", 100),
    ]
    assert told.pool["frozen_sha256"] in archive.read("LISEZ-MOI.txt").decode()
    model = json.loads(archive.read("modele-import-offres.json"))
    assert model["offers"][0]["offer"]["lines"][0]["line_id"] == told.line
    assert (await told.towns[1].get(f"{told.path}/consultation/pack")).status_code == 404


async def test_an_import_with_faults_tells_them_all_and_takes_no_offer(world: World) -> None:
    told = await exported(world)
    bad_lines = story.offer(str(uuid4()), [(5, 100)])
    offers = [
        imported(told, "Alpha", 100, supplier_siren="123456789"),
        imported(told, "ALPHA", 100),
        imported(told, "Bêta", 100) | {"offer": story.offer(told.line, [(5, 100)])},
        imported(told, "Gamma", 100) | {"offer": bad_lines},
    ]
    refusal = await told.coordinator.post(
        f"{told.path}/offers", {"profile_reference": "AO-1", "offers": offers}
    )
    assert refusal.status_code == 422
    assert [(error["path"], error["code"]) for error in refusal.json()["errors"]] == [
        ("offers[0].supplier_siren", "siren"),
        ("offers[1].supplier_name", "duplicate"),
        ("offers[2].offer.lines[0].tiers.steps[0].from", "tiers_start"),
        ("offers[3].offer.lines[0].line_id", "unknown_line"),
    ]
    shapeless = {"offers": [{"supplier_name": "", "offer": {"delivery_weeks": "huit"}}]}
    refusal = await told.coordinator.post(f"{told.path}/offers", shapeless)
    assert {error["path"] for error in refusal.json()["errors"]} == {
        "profile_reference", "offers[0].supplier_name", "offers[0].offer.lines", "offers[0].offer.delivery_weeks",
        "offers[0].offer.quality", "offers[0].offer.environment",
    }  # fmt: skip
    sound = {"profile_reference": "AO-1", "offers": [imported(told, "Alpha", 19000)]}
    assert (await told.towns[1].post(f"{told.path}/offers", sound)).status_code == 403
    assert (await told.fresh())["state"] == "consultation"
    assert await world.sql("select count(*) from quote") == 0


async def test_imported_offers_are_compared_awarded_and_ordered_like_any(world: World) -> None:
    told = await exported(world)
    offers = [imported(told, "Alpha", 20500), imported(told, "Bêta", 21500)]
    sent = {"profile_reference": "AO-2026-17", "offers": offers}
    await told.coordinator.did(f"{told.path}/offers", sent)
    again = await told.coordinator.post(f"{told.path}/offers", sent)
    assert (again.status_code, again.json()["code"]) == (409, "move_refused")
    await world.work()
    compared = await told.coordinator.read(f"{told.path}/comparison")
    scores = {o["quote_id"]: {"quality": "20", "environment": "10"} for o in compared["offers"]}
    await told.coordinator.did(f"{told.path}/evaluation", {"scores": scores}, method="put", If_Match="0")
    await told.coordinator.did(f"{told.path}/award", {"reasons": "Première."})
    await told.coordinator.did(f"{told.path}/award/notification")
    await world.work()
    orders = await told.coordinator.read(f"{told.path}/orders")
    assert [(o["supplier"], o["ht_cents"]) for o in orders] == [
        ("Alpha", 200 * 20500),
        ("Alpha", 100 * 20500),
    ]
    assert (await told.coordinator.read(f"{told.path}/award"))["ht_cents"] == 300 * 20500


async def test_one_cent_under_the_threshold_quotes_are_asked_for_here(world: World) -> None:
    told = await story.frozen(
        world, [("299", "0"), ("1", "0")], line={"estimate_unit_cents": 19999}, sellers=1
    )
    due = {"quotes_due_on": str(await world.today() + timedelta(days=21))}
    consultation = await told.coordinator.did(f"{told.path}/consultation", due)
    assert (consultation["channel"], consultation["state"]) == ("quotes", "preparing")
    here = await told.coordinator.post(
        f"{told.path}/offers", {"profile_reference": "A", "offers": [imported(told, "A", 1)]}
    )
    assert (here.status_code, here.json()["code"]) == (409, "not_on_buyer_profile")
    assert (await told.coordinator.get(f"{told.path}/consultation/pack")).status_code == 409


async def test_an_offer_that_reaches_the_threshold_after_all_is_not_awarded(world: World) -> None:
    told, consultation = await story.consulting(world, [("120", "0"), ("80", "0")], sellers=3)
    await told.sellers[0].did(f"/consultations/{consultation}/quotes", story.offer(told.line, [(0, 30000)]))
    await world.advance(22)
    compared = await told.coordinator.read(f"{told.path}/comparison")
    scores = {o["quote_id"]: {"quality": "20", "environment": "10"} for o in compared["offers"]}
    await told.coordinator.did(f"{told.path}/evaluation", {"scores": scores}, method="put", If_Match="0")
    refusal = await told.coordinator.post(f"{told.path}/award", {"reasons": "Seule offre."})
    assert (refusal.status_code, refusal.json()["code"]) == (409, "award_above_threshold")
    assert refusal.json()["facts"] == {"amount_cents": 6_000_000, "threshold_cents": 6_000_000}
    assert (await told.fresh())["state"] == "analysis"


async def test_a_file_of_offers_that_cannot_be_read_is_told_and_the_filled_model_is_taken(
    world: World,
) -> None:
    told = await exported(world)
    at = f"/achats/{told.pool['id']}/profil-acheteur"

    async def upload(name: str, content: bytes) -> httpx.Response:
        files = {"file": (name, content, "application/json")}
        return await world.http.post(at, files=files, headers=told.coordinator.headers)

    offers = {"profile_reference": "AO-1", "offers": [imported(told, "Alpha", 19000)]}
    whole = json.dumps(offers).encode()
    two_faults = json.dumps(
        offers | {"profile_reference": "", "offers": [{"supplier_name": "Alpha"}]}
    ).encode()
    for name, content, said in (
        ("offres.json", whole[:-40], "incomplet ou mal écrit"),
        ("offres.json", b"", "vide"),
        ("offres.json", "né".encode("latin-1"), "n’est pas ce que dit son nom"),
        ("offres.json", b"[" * 100_000, "incomplet ou mal écrit"),
        ("offres.xlsx", whole, ".json"),
        ("offres.json", two_faults, "2 réponses à corriger"),
    ):
        refusal = await upload(name, content)
        assert refusal.status_code == 422, name
        assert said in refusal.text
    assert (await upload("offres.json", b" " * 30_000_000)).status_code == 413
    assert (await told.fresh())["state"] == "consultation"
    assert (await upload("offres.json", b"\xef\xbb\xbf" + whole)).status_code == 303
    await world.work()
    assert len((await told.coordinator.read(f"{told.path}/comparison"))["offers"]) == 1
