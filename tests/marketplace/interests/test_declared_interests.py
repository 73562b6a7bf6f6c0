"""A declared interest hands what bears on the firm over to somebody else: curation, supervision, evaluation and award."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from marketplace.actor import OrganisationKind, Role
from tests.support import story
from tests.support.curating import decides, publish
from tests.support.story import GRIDS, Story
from tests.support.world import Caller, World

TWO = [("120", "10"), ("80", "0")]


async def declare(caller: Caller, tied: Caller, **changes: Any) -> dict[str, Any]:
    assert tied.organisation is not None
    body = {
        "firm": tied.organisation.siren,
        "kind": "shares",
        "detail": "2 % du capital",
        "since": "2026-01-01",
    }
    made: dict[str, Any] = await caller.did("/me/interests", body | changes)
    return made


async def test_a_declaration_names_a_firm_once_and_ends_without_being_deleted(world: World) -> None:
    supervisor, firm = await world.staff(), await world.startup("Ombre et Lueur")
    made = await declare(supervisor, firm, firm="ombre et lueur")
    assert (made["startup"], made["ended_on"]) == ("Ombre et Lueur", None)
    for _ in range(2):
        assert (await supervisor.delete(f"/me/interests/{made['id']}")).status_code == 204
    (kept,) = await supervisor.read("/me/interests")
    assert kept["ended_on"] == str(await world.today())
    lines = await world.sql(
        "select json_agg(action order by created_at) from audit_line where subject = 'interest'"
    )
    assert lines == ["interest.declare", "interest.end"]


async def test_a_declaration_asked_for_wrongly_names_every_field(world: World) -> None:
    supervisor = await world.staff()
    tomorrow = str(await world.today() + timedelta(days=1))
    body = {"firm": "Personne", "kind": "shares", "detail": "x", "since": tomorrow}
    answer = await supervisor.post("/me/interests", body)
    assert answer.status_code == 422
    assert {error["path"] for error in answer.json()["errors"]} == {"firm", "since"}
    answer = await supervisor.post("/me/interests", {"kind": "amour", "detail": ""})
    assert {error["path"] for error in answer.json()["errors"]} == {"firm", "kind", "detail", "since"}
    assert await supervisor.read("/me/interests") == []
    startup = await world.startup()
    assert (await startup.post("/me/interests", body)).status_code == 403
    assert (await world.visitor.post("/me/interests", body)).status_code == 401


async def test_nobody_sees_or_ends_anothers_declaration(world: World) -> None:
    supervisor, firm, other = await world.staff(), await world.startup(), await world.town()
    made = await declare(supervisor, firm)
    answers = [await other.delete(f"/me/interests/{found}") for found in (made["id"], uuid4())]
    assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, "not_found")] * 2
    assert await other.read("/me/interests") == []
    assert (await supervisor.read("/me/interests"))[0]["ended_on"] is None


async def test_a_recused_curator_decides_nothing_about_the_firms_sheets(world: World) -> None:
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    seller = await world.startup()
    content = {
        "name": "L",
        "summary": "S",
        "description": "D",
        "domains": [story.DOMAIN],
        "maturity": "growth",
    }
    drafted = await seller.did("/my/solutions", content)
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    made = await declare(curator, seller)
    refused = await decides(curator, drafted["id"], "publication")
    assert (refused.status_code, refused.json()["code"]) == (403, "recused")
    refused = await decides(curator, drafted["id"], "changes", {"reason": "non"})
    assert (refused.status_code, refused.json()["code"]) == (403, "recused")
    shown = await world.http.get(f"/relecture/{drafted['id']}", headers=curator.headers)
    assert "Vous êtes récusé" in shown.text
    assert "/publication" not in shown.text
    assert await world.sql("select state from solution_revision") == "submitted"
    await curator.delete(f"/me/interests/{made['id']}")
    await publish(curator, drafted["id"])


async def awarded_with(world: World) -> Story:
    return await story.ordered(world, TWO, sellers=3)


async def test_a_recused_supervisor_sees_that_the_purchase_is_there_and_nothing_of_it(world: World) -> None:
    told = await awarded_with(world)
    recused, colleague = await world.staff(), await world.staff()
    made = await declare(recused, told.sellers[2])
    (seen,) = await recused.read("/supervision/pools")
    assert (seen["recused"], seen["awarded_ht_cents"], seen["estimate_high_cents"], seen["volumes"]) == (
        True,
        None,
        None,
        [],
    )
    (plain,) = await colleague.read("/supervision/pools")
    assert plain["recused"] is False
    assert plain["awarded_ht_cents"] > 0
    page = await recused.get(told.path)
    assert (page.status_code, page.json()["code"]) == (403, "recused")
    assert "Récusation" in (await world.http.get("/suivi", headers=recused.headers)).text
    assert "Récusation" in (await world.http.get("/suivi.csv", headers=recused.headers)).content.decode()
    await recused.delete(f"/me/interests/{made['id']}")
    assert (await recused.read("/supervision/pools"))[0]["awarded_ht_cents"] == plain["awarded_ht_cents"]


async def test_an_interest_in_a_firm_that_is_not_consulted_recuses_from_nothing(world: World) -> None:
    await awarded_with(world)
    supervisor = await world.staff()
    await declare(supervisor, await world.startup("Ailleurs"))
    (seen,) = await supervisor.read("/supervision/pools")
    assert seen["recused"] is False
    assert seen["awarded_ht_cents"] > 0


async def test_whoever_has_an_interest_in_an_offer_neither_scores_nor_awards(world: World) -> None:
    told, consultation = await story.consulting(world, TWO, sellers=3)
    for seller, (_, steps) in zip(told.sellers, GRIDS, strict=False):
        await seller.did(f"/consultations/{consultation}/quotes", story.offer(told.line, steps))
    await world.advance(22)
    offers = (await told.coordinator.read(f"{told.path}/comparison"))["offers"]
    scores = {"scores": {o["quote_id"]: {"quality": "20", "environment": "10"} for o in offers}}
    made = await declare(told.coordinator, told.sellers[1])
    refused = await told.coordinator.put(f"{told.path}/evaluation", scores, If_Match="0")
    assert (refused.status_code, refused.json()["code"]) == (403, "recused")
    assert told.sellers[1].actor.organisation_name in refused.json()["title"]
    assert await world.sql("select count(*) from evaluation") == 0
    assert told.coordinator.organisation is not None
    colleague = await world.member(told.coordinator.organisation, frozenset({Role.AGENT, Role.SIGNATORY}))
    await colleague.did(f"{told.path}/evaluation", scores, method="put", If_Match="0")
    reasons = {"reasons": "Première au classement."}
    assert (await told.coordinator.post(f"{told.path}/award", reasons)).json()["code"] == "recused"
    await colleague.did(f"{told.path}/award", reasons)
    assert (await told.coordinator.post(f"{told.path}/award/notification")).json()["code"] == "recused"
    await told.coordinator.delete(f"/me/interests/{made['id']}")
    await told.coordinator.did(f"{told.path}/award/notification")
