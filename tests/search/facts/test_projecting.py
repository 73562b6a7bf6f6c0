"""The facts of a sheet: what the directory says in public, what proves it and until when, and nothing else."""

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import text

from catalog.evidence.levels import Level
from catalog.solutions.models import MATURITY_NAMES
from catalog.solutions.questionnaire import CONFIDENTIAL, QUESTIONS
from marketplace.actor import ANONYMOUS, SYSTEM
from search.engines.postgres import PostgresEngine
from search.facts.projecting import project, project_all
from search.facts.queries import facts_by_id
from search.facts.shape import Answered, Facts, best
from search.index.refreshing import reindex
from search.matching import choices
from tests.catalog.evidence.proving import Market, market, reference
from tests.catalog.evidence.test_delivering import deliver
from tests.catalog.suppliers.firms import CAPACITY, accepted, stake, vigilance
from tests.search.matching.sheets import facts
from tests.support.world import World

ANSWERS: dict[str, Any] = {
    "hosting_country": "france", "certifications": ["secnumcloud"], "api": "open", "rgaa_rate": "82.5", "energy_saving": "38",
    "energy_method": "Factures.", "hosting_operator": "Grand Large", "backups": "Sauvegarde secrète", "log_months": 7,
    "penetration_test_by": "Auditeur caché",
}  # fmt: skip


async def of(told: Market) -> Facts:
    """The facts of the sheet, as a visitor's matching reads them."""
    async with told.world.app.state.database.reading(ANONYMOUS) as reads:
        return (await facts_by_id(reads, [UUID(told.id)]))[UUID(told.id)]


async def kept(world: World) -> Any:
    return await world.sql(
        "select json_agg(json_build_array(slug, version, facts) order by slug)::text from sheet_facts"
    )


async def test_a_published_sheet_has_its_public_facts_and_no_secret(world: World) -> None:
    contact = {"name": "Jeanne Contact", "email": "jeanne@bourges.test", "telephone": "02 48 00 00 00"}
    told = await market(world, references=[reference(contact=contact)], answers=ANSWERS)
    await told.seller.did("/my/supplier/stakes", stake(holder="Banque des Territoires", kind="bdt", percent="12", source="Communiqué."))  # fmt: skip
    identity = {
        "legal_form": "sas",
        "street": "4 rue des Ajoncs",
        "postal_code": "18100",
        "city": "Vierzon-Siège",
    }
    written = await told.seller.did("/my/supplier/identity", identity, method="put", If_Match="0")
    await told.seller.did("/my/supplier/capacity", CAPACITY, method="put", If_Match=str(written["version"]))
    await world.work()
    found = await of(told)
    assert (found.slug, found.domains, found.maturity) == (told.sheet["slug"], ("eclairage-public",), "established")  # fmt: skip
    assert (found.answers.hosting_country, found.answers.certifications) == ("france", ("secnumcloud",))
    assert found.prices[0].unit == "light_point"
    assert [(str(start), cents) for start, cents in found.prices[0].steps] == [("0", 21000), ("150", 19000)]
    one = found.deployments[0]
    assert (one.code, one.name, str(one.quantity), one.unit) == ("18033", "Bourges", "1200", "light_point")
    assert one.population == await world.sql("select population from commune where insee = '18033'")
    assert found.published_on == await world.today()
    assert found.capacity is not None
    assert "18" in found.capacity.departments  # the region opened out
    secrets = (
        "Jeanne", "jeanne@", "02 48", "Sauvegarde secrète", "Auditeur caché", "Banque des Territoires", "percent", "Ajoncs", "Vierzon-Siège", "18100",
        "Grand Large", "log_months",
    )  # fmt: skip
    whole = await kept(world)
    assert [secret for secret in secrets if secret in whole] == []


def test_what_is_not_on_the_list_is_refused() -> None:
    for more in ("stake", "clicks", "plan", "address", "contact", "backups"):
        with pytest.raises(ValidationError, match="Extra inputs"):
            Facts.model_validate(facts().model_dump() | {more: "1"})
        with pytest.raises(ValidationError, match="Extra inputs"):
            Answered.model_validate({more: "1"})
    assert set(Answered.model_fields) <= set(QUESTIONS) - CONFIDENTIAL


def test_the_words_of_answers_are_the_questionnaire_s() -> None:
    for key, named in (
        ("hosting_country", choices.HOSTED), ("standards", choices.STANDARDS), ("certifications", choices.CERTIFICATIONS),
        ("labels", choices.LABELS),
    ):  # fmt: skip
        asked = QUESTIONS[key].choices
        assert named == (asked if key == "hosting_country" else {k: v for k, v in asked.items() if k != "none"})  # fmt: skip
    assert {kind.value: name for kind, name in MATURITY_NAMES.items()} == choices.MATURITY


async def test_a_proof_raises_a_level_until_its_end_and_what_it_proved_changes_nothing_else(
    world: World,
) -> None:
    told = await market(world)
    made = (await told.attach("prices")).json()
    assert (await of(told)).claims == {"prices": ()}
    await told.curator.did(f"/reviews/evidence/{made['id']}/acceptance")
    await world.work()
    (piece,) = (await of(told)).claims["prices"]
    assert piece.level is Level.DOCUMENT
    assert piece.until is not None
    assert best([piece], piece.until) == piece
    before = await kept(world)
    await world.advance(500)
    after = (await of(told)).claims["prices"]
    assert best(after, await world.today()) is None, "expired by itself: nothing had to lower it"
    assert await kept(world) == before
    price = {"label": "Autre", "unit": "light_point", "basis": "one_off", "vat_rate": "20", "steps": [{"from": "0", "unit_price_cents": 1}]}  # fmt: skip
    await told.revise(prices=[price])
    assert (await of(told)).claims == {"prices": ()}, "it proved other prices"


async def test_a_delivery_here_proves_the_reference_it_covers_or_is_a_deployment_of_its_own(
    world: World,
) -> None:
    told = await market(world)
    await deliver(told)
    await deliver(told, town_name="Vierzon", insee="18279")
    await world.work()
    bourges, vierzon = (await of(told)).deployments
    assert [piece.level for piece in bourges.proofs] == [Level.DELIVERED]
    assert (vierzon.code, vierzon.here, str(vierzon.quantity)) == ("18279", True, "1200")


async def test_what_a_startup_can_serve_and_what_attests_it_follow_at_once(world: World) -> None:
    told = await market(world)
    assert ((await of(told)).capacity, (await of(told)).attested) == (None, ())
    await told.seller.did("/my/supplier/capacity", CAPACITY, method="put", If_Match="0")
    await accepted(told.seller, told.curator, vigilance(await world.today()))
    await world.work()
    found = await of(told)
    assert found.capacity is not None
    assert (found.capacity.towns_at_once, found.capacity.lead_weeks) == (12, 8)
    assert found.attested is not None
    assert [one.kind for one in found.attested] == ["vigilance"]


async def test_a_sheet_that_leaves_the_directory_has_no_facts_and_is_not_read_meanwhile(world: World) -> None:
    told = await market(world)
    await told.curator.did(f"/reviews/{told.id}/suspension", {"reason": "À revoir."})
    async with world.app.state.database.reading(ANONYMOUS) as reads:
        assert await facts_by_id(reads, [UUID(told.id)]) == {}
        assert await reads.scalar(text("select count(*) from sheet_facts")) == 0
    assert await world.sql("select count(*) from sheet_facts") == 1
    await world.work()
    assert await world.sql("select count(*) from sheet_facts") == 0


async def test_facts_made_again_are_the_same_and_drafts_have_none(world: World) -> None:
    told = await market(world, answers=ANSWERS)
    await told.seller.did("/my/solutions", {"name": "Brouillon"})
    before = await kept(world)
    assert before
    await world.sql("delete from sheet_facts")
    async with world.as_worker.transaction(SYSTEM) as session:
        await reindex(session, PostgresEngine())
    assert await kept(world) == before
    async with world.as_worker.transaction(SYSTEM) as session:
        assert await project_all(session) == 1
        assert await project(session, [UUID(told.id), UUID(told.id)]) == 1
    assert await kept(world) == before


async def test_nobody_but_the_worker_writes_facts(world: World) -> None:
    told = await market(world)
    for statement in (
        "update sheet_facts set slug = 'x'",
        "delete from sheet_facts",
        "insert into sheet_facts select gen_random_uuid(), 'x', 1, '{}', now()",
    ):
        with pytest.raises(Exception, match="permission denied"):
            async with world.app.state.database.transaction(told.seller.actor) as session:
                await session.execute(text(statement))
