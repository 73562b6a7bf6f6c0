"""Public contract data: loaded whole or told why not; linked when parties and subject agree, never otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest

from catalog.evidence import contracts, decp
from marketplace.actor import OrganisationKind, Role
from marketplace.errors import Invalid
from tests.catalog.evidence.proving import BOURGES_SIREN, Market, market, reference
from tests.conftest import SHARED
from tests.support.world import World

EXAMPLES = SHARED / "schemas" / "decp"
LIGHTING, OTHER = "34928500-3", "72212000-4"


def record(**changes: Any) -> dict[str, Any]:
    return {
        "id": "2025-017", "acheteur": {"id": f"{BOURGES_SIREN}00019"}, "nature": "Marché", "objet": "Télégestion de l’éclairage public",
        "codeCPV": LIGHTING, "procedure": "Procédure adaptée", "dureeMois": 48, "dateNotification": "2025-02-28",
        "datePublicationDonnees": "2025-03-15", "montant": 175000.5, "marcheInnovant": True,
        "lieuExecution": {"code": "18033", "typeCode": "Code commune"}, "titulaires": [{"titulaire": {"id": "12345678900023", "typeIdentifiant": "SIRET"}}],
    } | changes  # fmt: skip


def write(folder: Path, *records: Any) -> Path:
    path = folder / "marches.json"
    path.write_text(json.dumps({"marches": {"marche": records}}))
    return path


async def load(world: World, path: Path) -> dict[str, Any]:
    report = (await contracts.load(world.as_worker, decp.read_file(path))).document()
    await world.work()
    return report


def held_by(told: Market, **changes: Any) -> dict[str, Any]:
    organisation = told.seller.organisation
    assert organisation is not None
    return record(titulaires=[{"typeIdentifiant": "SIRET", "id": f"{organisation.siren}00011"}], **changes)


async def test_a_file_is_loaded_once_and_reloaded_without_a_change(world: World, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        record(),
        record(
            id="2025-018", modifications=[{"modification": {"id": 1, "dureeMois": 60, "montant": 180000}}]
        ),
    )
    first = await load(world, path)
    assert (first["created"], first["updated"], first["unchanged"], first["rejected"]) == (2, 0, 0, [])
    again = await load(world, path)
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)
    changed = await load(world, write(tmp_path, record(objet="Autre objet")))
    assert (changed["created"], changed["updated"]) == (0, 1)
    kept = await world.sql("select json_agg(c order by number) from public_contract c")
    assert (kept[0]["uid"], kept[0]["object"], kept[0]["amount_cents"]) == (
        f"{BOURGES_SIREN}000192025-017",
        "Autre objet",
        17500050,
    )
    assert (kept[0]["holders"], kept[0]["holder_sirens"], kept[0]["innovative"]) == (
        ["12345678900023"],
        ["123456789"],
        True,
    )
    assert (kept[1]["months"], kept[1]["amount_cents"]) == (60, 18000000), "a later modification stands"


async def test_each_wrong_row_is_told_with_every_reason_and_the_others_are_kept(
    world: World, tmp_path: Path
) -> None:
    wrong: dict[str, Any] = {"acheteur": {"id": "123"}, "codeCPV": "éclairage", "montant": -1, "dateNotification": "28/02/2025", "titulaires": [], "objet": "x\u202ey"}  # fmt: skip
    path = write(
        tmp_path,
        record(),
        record(**wrong),
        "rien",
        record(),
        {"id": "vide"},
        record(id="z", montant="1e400"),
        record(id="y", dureeMois=1.5),
    )
    report = await load(world, path)
    assert report["created"] == 1 and report["total"] == 7
    told = {row["where"]: {reason["path"] for reason in row["reasons"]} for row in report["rejected"]}
    assert told["marche[1]"] == {
        "acheteur.id",
        "codeCPV",
        "montant",
        "dateNotification",
        "titulaires",
        "objet",
    }
    assert told["marche[3]"] == {"id"}, "a contract twice in the file"
    assert {"acheteur", "titulaires", "montant"} <= told["marche[4]"]
    assert told["marche[5]"] == {"montant"} and told["marche[6]"] == {"dureeMois"}
    assert "marche[2]" in told


@pytest.mark.parametrize("content", ["", "[", "[]", "{}", '{"marches": 3}', "[" * 100_000])
def test_what_is_not_such_a_file_is_refused_as_a_whole(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content)
    with pytest.raises(Invalid):
        decp.read_file(path)


async def test_a_contract_of_the_same_parties_and_subject_proves_the_reference_by_itself(
    world: World, tmp_path: Path
) -> None:
    told = await market(world)
    report = await load(world, write(tmp_path, held_by(told)))
    assert report["linked"] == 1
    assert await told.level() == "contract"
    proof = (await told.claim())["proof"]
    assert (proof["source"], proof["dated_on"], proof["expires_on"]) == (
        f"{BOURGES_SIREN}000192025-017",
        "2025-02-28",
        "2031-02-28",
    )
    assert (await load(world, tmp_path / "marches.json"))["linked"] == 0
    await told.revise(references=[reference(id=told.reference, quantity="5000")])
    assert await told.level() == "contract", (
        "it names the same parties: it is linked to what the reference says now"
    )


async def test_one_that_was_taken_back_is_not_linked_again_by_itself(world: World, tmp_path: Path) -> None:
    told = await market(world)
    await load(world, write(tmp_path, held_by(told)))
    (piece,) = (await told.claim())["evidence"]
    await told.seller.did(f"/my/evidence/{piece['id']}/withdrawal")
    await load(world, tmp_path / "marches.json")
    await told.revise(summary="Autre phrase.")
    assert await told.level() == "declared"


async def test_another_subject_is_offered_to_the_startup_and_decided_by_a_curator(
    world: World, tmp_path: Path
) -> None:
    told = await market(world)
    await load(world, write(tmp_path, held_by(told, codeCPV=OTHER)))
    assert await told.level() == "declared"
    (match,) = (await told.seller.read(told.mine))["contracts"]
    assert (match["counts_by_itself"], match["contract"]["object"], match["contract"]["cpv"]) == (False, "Télégestion de l’éclairage public", OTHER)  # fmt: skip
    body = {"reference_id": told.reference, "contract_id": match["contract"]["id"]}
    made = await told.seller.did(f"{told.mine}/contracts", body)
    assert made["state"] == "offered" and await told.level() == "declared"
    twice = await told.seller.post(f"{told.mine}/contracts", body)
    assert twice.json()["errors"][0]["code"] == "duplicate"
    (waiting,) = await told.curator.read("/reviews/evidence")
    assert waiting["contract"]["cpv"] == OTHER
    await told.curator.did(f"/reviews/evidence/{made['id']}/acceptance")
    assert await told.level() == "contract"


async def test_a_curator_is_proposed_what_nobody_spoke_of_and_links_it_at_once(
    world: World, tmp_path: Path
) -> None:
    told = await market(world)
    await load(world, write(tmp_path, held_by(told, codeCPV=OTHER)))
    (proposed,) = await told.curator.read("/reviews/evidence/contracts")
    assert (proposed["town_name"], proposed["contract"]["cpv"], proposed["counts_by_itself"]) == (
        "Bourges",
        OTHER,
        False,
    )
    body = {"solution_id": told.id, "reference_id": told.reference, "contract_id": proposed["contract"]["id"]}
    tied = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    await tied.did(
        "/me/interests",
        {"firm": "Quinquet Systèmes", "kind": "family", "detail": "Un proche.", "since": "2026-01-01"},
    )
    assert (await tied.post("/reviews/evidence/contracts", body)).json()["code"] == "recused"
    await told.curator.did("/reviews/evidence/contracts", body)
    assert await told.level() == "contract"
    assert await told.curator.read("/reviews/evidence/contracts") == []


async def test_a_sheet_that_gives_its_own_cpv_is_judged_by_it_alone(world: World, tmp_path: Path) -> None:
    told = await market(world, cpv=[OTHER])
    await load(world, write(tmp_path, held_by(told)))
    assert await told.level() == "declared"
    await load(world, write(tmp_path, held_by(told, codeCPV="72000000-5", id="2025-099")))
    assert await told.level() == "contract"


async def test_another_holder_or_another_buyer_can_never_be_linked(world: World, tmp_path: Path) -> None:
    told = await market(world)
    other_buyer = held_by(told, id="a", acheteur={"id": "21180279800010"})
    foreign = record(
        id="c",
        titulaires=[{"titulaire": {"id": str(told.seller.organisation.siren), "typeIdentifiant": "TVA"}}],
    )  # type: ignore[union-attr]
    await load(world, write(tmp_path, other_buyer, record(id="b"), foreign))
    assert (await told.seller.read(told.mine))["contracts"] == []
    for number in "abc":
        contract_id = await world.sql("select id from public_contract where number = :number", number=number)
        refused = await told.seller.post(
            f"{told.mine}/contracts", {"reference_id": told.reference, "contract_id": str(contract_id)}
        )
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "mismatch")
    assert await told.level() == "declared"


async def test_a_sheet_published_after_the_data_came_in_is_linked_too(world: World, tmp_path: Path) -> None:
    told = await market(world, references=[])
    await load(world, write(tmp_path, held_by(told)))
    cited = reference()
    await told.revise(references=[cited])
    assert await told.level(f"references.{cited['id']}") == "contract"


@pytest.mark.shared
async def test_the_schemas_own_examples_are_read(world: World) -> None:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(EXAMPLES.glob("exemple_*.json")):
        found[path.name] = await load(world, path)
    assert found["exemple_groupement_eclairage.json"]["created"] == 1
    assert found["exemple_marches_avec_modifications.json"]["created"] > 0
    assert found["exemple_concessions.json"]["created"] > 0
    assert [row for report in found.values() for row in report["rejected"]] == []
    assert await world.sql("select cpv from public_contract where number = '2026GC0001'") == "50232100"
