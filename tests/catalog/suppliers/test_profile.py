"""A startup writes its profile by sections; everybody reads what is public, and nobody more."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from stdnum import luhn

from marketplace.actor import OrganisationKind, Role
from marketplace.demo.people import fictional_siren
from tests.catalog.suppliers.firms import BANK, CAPACITY, CONTACTS, IDENTITY, stake, wrong
from tests.support.world import Caller, World

SECTIONS = {"identity": IDENTITY, "capacity": CAPACITY, "contacts": CONTACTS, "bank": BANK}


async def written(seller: Caller, *sections: str) -> int:
    """Write whole sections, and return the profile's version."""
    version = 0
    for section in sections:
        moved = await seller.did(
            f"/my/supplier/{section}", SECTIONS[section], method="put", If_Match=str(version)
        )
        version = moved["version"]
    return version


def public(seller: Caller) -> str:
    return f"/suppliers/{seller.actor.organisation_id}"


async def test_a_profile_is_written_by_sections_and_says_what_it_still_lacks(world: World) -> None:
    seller = await world.startup()
    empty = await seller.read("/my/supplier")
    assert (empty["version"], empty["bank"]) == (0, None)
    assert {"legal_form", "towns_at_once", "contact_technical", "bank", "stakes"} <= set(empty["missing"])
    assert await written(seller, *SECTIONS) == 4
    await seller.did("/my/supplier/stakes", stake())
    told = await seller.read("/my/supplier")
    assert told["missing"] == ["siret", "contact_technical"]
    assert (told["identity"]["legal_form"], told["category"]) == ("sas", "sme")
    assert told["bank"] == {"holder": BANK["holder"], "iban": "FR14 … 606", "bic": "PSSTFRPPLIL"}
    assert (told["capacity"]["regions"], told["capacity"]["capacity_on"]) == (
        ["24"],
        str(await world.today()),
    )


async def test_an_edit_from_an_old_version_changes_nothing(world: World) -> None:
    seller = await world.startup()
    await written(seller, "identity")
    for section, body in SECTIONS.items():
        stale = await seller.put(f"/my/supplier/{section}", body, If_Match="0")
        assert (stale.status_code, stale.json()["code"]) == (412, "stale_version"), section
        assert (await seller.put(f"/my/supplier/{section}", body)).status_code == 428
    told = await seller.read("/my/supplier")
    assert (told["version"], told["contacts"], told["bank"]) == (1, [], None)


async def test_whichever_section_comes_first_makes_version_1(world: World) -> None:
    for number, section in enumerate(SECTIONS):
        assert await written(await world.startup(f"Entreprise {number}"), section) == 1, section


async def test_two_first_edits_at_once_leave_one_profile(world: World) -> None:
    seller = await world.startup()
    answers = await asyncio.gather(
        *(seller.put("/my/supplier/identity", IDENTITY, If_Match="0") for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]


WRONG: list[tuple[str, dict[str, Any], set[str]]] = [
    ("identity", {"founded_on": "2999-01-01"}, {"founded_on"}),
    ("identity", {"founded_on": "1492-01-01"}, {"founded_on"}),
    ("identity", {"founded_on": "2021-02-30"}, {"founded_on"}),
    ("identity", {"turnover_year": None}, {"turnover_year"}),
    ("identity", {"turnover_cents": None}, {"turnover_cents"}),
    ("identity", {"turnover_year": 2015}, {"turnover_year"}),
    ("identity", {"turnover_year": 2198, "founded_on": "2998-01-01"}, {"founded_on"}),
    ("identity", {"turnover_year": 2198, "founded_on": "2190-01-01"}, {"founded_on", "turnover_year"}),
    ("identity", {"turnover_cents": -1}, {"turnover_cents"}),
    ("identity", {"legal_form": "ltd", "postal_code": "1810", "website": "nulle part"}, {"legal_form", "postal_code", "website"}),
    ("identity", {"website": "javascript:alert(1)"}, {"website"}),
    ("identity", {"website": "https://moi:secret@quinquet.test"}, {"website"}),
    ("identity", {"vat_number": "FR 41 303 265 045"}, {"vat_number"}),
    ("identity", {"vat_number": "FR 40 303 265 045"}, {"vat_number"}),  # sound, and another firm's
    ("identity", {"city": "x" * 10_000, "street": "<b>4</b> rue", "presentation": "a\u202eb"}, {"city", "street", "presentation"}),
    ("capacity", {"towns_served": 13}, {"towns_served"}),
    ("capacity", {"everywhere": True}, {"everywhere"}),
    ("capacity", {"regions": ["24", "99"], "departments": ["18", "00"]}, {"regions", "departments"}),
    ("capacity", {"towns_at_once": 0, "lead_weeks": 900}, {"towns_at_once", "lead_weeks"}),
    ("contacts", {"contacts": [{"kind": "sales", "name": "<i>Ada</i>", "email": "ada", "phone": "douze"}]},
     {"contacts[0].name", "contacts[0].email", "contacts[0].phone"}),
    ("contacts", {"contacts": [CONTACTS["contacts"][0]] * 2}, {"contacts[1].kind"}),
    ("bank", {"iban": "FR14 2004 1010 0505 0001 3M02 607", "holder": " ", "bic": "X"}, {"iban", "holder", "bic"}),
    ("bank", {"bic": "DEUTDEFF"}, {"bic"}),
]  # fmt: skip


async def test_what_is_wrong_is_said_at_each_field_and_nothing_is_kept(
    world: World, subtests: pytest.Subtests
) -> None:
    seller = await world.startup()
    for section, changes, paths in WRONG:
        with subtests.test(f"{section} with {changes}"[:100]):
            body = {name: value for name, value in (SECTIONS[section] | changes).items() if value is not None}
            assert wrong(await seller.put(f"/my/supplier/{section}", body, If_Match="0")) == paths
    assert (await seller.read("/my/supplier"))["version"] == 0
    assert await world.sql("select count(*) from audit_line where action like 'supplier.%'") == 0


async def test_an_administrator_completes_a_missing_siret_once(world: World) -> None:
    seller = await world.startup()
    siren = await world.sql("select siren from organisation where id = :id", id=seller.actor.organisation_id)
    right = siret_of(siren)
    editor = await world.member(seller.organisation, frozenset({Role.EDITOR}))  # type: ignore[arg-type]
    assert (await editor.post("/my/supplier/siret", {"siret": right})).status_code == 403
    other = siret_of(fictional_siren(77))
    for odd in ("12", right[:13] + str((int(right[13]) + 1) % 10), other, "x" * 40, "١" * 14):
        assert wrong(await seller.post("/my/supplier/siret", {"siret": odd})) == {"siret"}, odd
    assert (await seller.did("/my/supplier/siret", {"siret": f"{right[:9]} {right[9:]}"}))["siret"] == right
    assert wrong(await seller.post("/my/supplier/siret", {"siret": right})) == {"siret"}


async def test_a_siren_that_another_organisation_has_is_refused_at_the_field(world: World) -> None:
    seller, known = await world.startup(), await world.startup("Lucivoie")
    await world.sql("update organisation set siren = null where id = :id", id=seller.actor.organisation_id)
    taken = await world.sql("select siren from organisation where id = :id", id=known.actor.organisation_id)
    refused = await seller.post("/my/supplier/siret", {"siret": siret_of(taken)})
    assert wrong(refused) == {"siret"}
    assert refused.json()["errors"][0]["code"] == "duplicate_siren"
    assert (await seller.read("/my/supplier"))["siret"] is None


async def test_bank_details_are_the_administrators_to_write_and_the_startups_to_see(world: World) -> None:
    seller = await world.startup()
    await written(seller, "bank")
    editor = await world.member(seller.organisation, frozenset({Role.EDITOR}))  # type: ignore[arg-type]
    reader = await world.member(seller.organisation, frozenset({Role.SELLER}))  # type: ignore[arg-type]
    for caller in (editor, reader):
        assert (await caller.put("/my/supplier/bank", BANK, If_Match="1")).status_code == 403
        assert (await caller.read("/my/supplier"))["bank"]["iban"] == "FR14 … 606"
    assert (await reader.put("/my/supplier/identity", IDENTITY, If_Match="1")).status_code == 403
    traces = await world.sql(
        "select string_agg(after::text, '') from audit_line where action = 'supplier.edit_bank'"
    )
    assert "20041010" not in traces and "Quinquet" not in traces  # fmt: skip


async def test_the_public_page_shows_what_is_public_and_contacts_to_towns_and_staff_alone(
    world: World,
) -> None:
    seller, rival, town = await world.startup(), await world.startup("Lucivoie"), await world.town()
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    await written(seller, *SECTIONS)
    for caller, told in (
        (world.visitor, False), (rival, False), (town, True), (curator, True), (await world.staff(), True), (seller, True),
    ):  # fmt: skip
        answer = await caller.get(public(seller))
        shown = answer.json()
        assert (shown["identity"]["city"], shown["capacity"]["towns_at_once"]) == ("Vierzon", 12)
        assert (shown["contacts"] is not None) is told, caller.actor.kind
        assert ("ada@quinquet.test" in answer.text) is told
        assert "FR14" not in answer.text and "20041010" not in answer.text
    for nobody in (town.actor.organisation_id, curator.actor.organisation_id, seller.actor.person_id):
        assert (await world.visitor.get(f"/suppliers/{nobody}")).status_code == 404


async def test_policies_hide_contacts_and_bank_details_from_other_tenants(world: World) -> None:
    seller, rival, town = await world.startup(), await world.startup("Lucivoie"), await world.town()
    await written(seller, "contacts", "bank")
    database = world.app.state.database
    seen = {}
    for name, caller in (
        ("seller", seller), ("rival", rival), ("town", town), ("visitor", world.visitor), ("staff", await world.staff(Role.CURATOR)),
    ):  # fmt: skip
        async with database.reading(caller.actor) as reads:
            seen[name] = [
                await reads.scalar(text(f"select count(*) from {table}"))
                for table in ("supplier_contact", "supplier_bank")
            ]
    assert seen == {"seller": [2, 1], "rival": [0, 0], "town": [2, 0], "visitor": [0, 0], "staff": [2, 0]}
    async with database.transaction(rival.actor) as session:
        for statement in (
            "update supplier_contact set name = 'x'",
            "update supplier set city = 'x'",
            "delete from supplier_contact",
        ):
            assert (await session.execute(text(statement))).rowcount == 0
        assert not await session.scalar(
            text("select complete_siret('12345678900012')")
        )  # its SIREN is another
    with pytest.raises(DBAPIError, match="permission denied"):
        async with database.transaction(seller.actor) as session:
            await session.execute(text("update organisation set name = 'x'"))


def siret_of(siren: str) -> str:
    start = f"{siren}0001"
    return start + str(luhn.calc_check_digit(start))
