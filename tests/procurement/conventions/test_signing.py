"""The founding agreement: written by the worker, approved by each council, signed in the version that was read."""

import asyncio
import hashlib
from datetime import timedelta

from marketplace.actor import Role
from tests.support import story
from tests.support.world import World

TWO = [("12", "0"), ("8", "0")]


async def test_the_agreement_is_a_pdf_under_its_hash_for_the_pools_towns_alone(world: World) -> None:
    told = await story.declared(world, TWO, sellers=0)
    await told.coordinator.did(f"{told.path}/census/closure")
    for town in told.towns:
        await town.did(f"{told.path}/membership/confirmation")
    await told.coordinator.did(f"{told.path}/commitment")
    assert (await told.coordinator.get(f"{told.path}/agreement")).status_code == 404
    today = str(await world.today())
    vote = {"number": "1", "voted_on": today, "transmitted_on": today}
    early = await told.towns[1].post(f"{told.path}/membership/deliberation", vote)
    assert (early.status_code, early.json()["code"]) == (409, "agreement_not_ready")
    await world.work()
    agreement = await told.towns[1].read(f"{told.path}/agreement")
    file = f"/files/{agreement['file_id']}"
    pdf = await told.towns[1].get(file)
    assert pdf.content.startswith(b"%PDF-")
    assert hashlib.sha256(pdf.content).hexdigest() == agreement["sha256"] == pdf.headers["x-content-sha256"]
    assert agreement["number"] == 1
    outsider = await world.town("18197")
    for path in (file, f"{told.path}/agreement"):
        assert (await outsider.get(path)).status_code == 404
        assert (await world.visitor.get(path)).status_code == 404
    await world.work()
    assert await world.sql("select count(*) from agreement") == 1


async def test_a_vote_whose_dates_cannot_be_is_refused_with_every_fault(world: World) -> None:
    told = await story.in_commitment(world, TWO, sellers=0)
    today = await world.today()
    days = {n: str(today + timedelta(days=n)) for n in (-5, -2, 0, 3, 5)}
    at = f"{told.path}/membership/deliberation"
    town = told.towns[1]
    for voted, transmitted, found in (
        (days[3], days[5], [("voted_on", "future"), ("transmitted_on", "future")]),
        (days[0], days[-2], [("transmitted_on", "order")]),
        (days[3], days[0], [("voted_on", "future"), ("transmitted_on", "order")]),
        ("30/02/2026", days[0], [("voted_on", "date_from_datetime_parsing")]),
    ):
        refusal = await town.post(at, {"number": "12", "voted_on": voted, "transmitted_on": transmitted})
        assert refusal.status_code == 422, (voted, transmitted)
        assert [(error["path"], error["code"]) for error in refusal.json()["errors"]] == found
    assert (await town.read(told.path))["my_membership"]["state"] == "confirmed"
    vote = {"number": "12", "voted_on": days[-5], "transmitted_on": days[-2]}
    votes = await asyncio.gather(*(town.post(at, vote) for _ in range(3)))
    assert sorted(answer.status_code for answer in votes) == [201, 409, 409]
    assert await world.sql("select count(*) from deliberation") == 1


async def test_what_is_signed_is_the_version_that_was_read_after_the_vote_by_a_signatory(
    world: World,
) -> None:
    told = await story.in_commitment(world, TWO, sellers=0)
    agreement = await told.coordinator.read(f"{told.path}/agreement")
    today = await world.today()
    town, at = told.towns[1], f"{told.path}/membership/signature"
    sound = {
        "sha256": agreement["sha256"], "signatory_name": "Signataire", "signatory_title": "Maire", "signed_on": str(today),
    }  # fmt: skip
    before = await town.post(at, sound)
    assert (before.status_code, before.json()["code"]) == (409, "move_refused")
    vote = {
        "number": "12",
        "voted_on": str(today - timedelta(days=3)),
        "transmitted_on": str(today - timedelta(days=1)),
    }
    await town.did(f"{told.path}/membership/deliberation", vote)
    another = await town.post(at, sound | {"sha256": "0" * 64})
    assert (another.status_code, another.json()["code"]) == (409, "another_version")
    for wrong, path in (
        ({"sha256": agreement["sha256"].upper()}, "sha256"),
        ({"signed_on": str(today + timedelta(days=1))}, "signed_on"),
        ({"signed_on": str(today - timedelta(days=2))}, "signed_on"),
        ({"signatory_name": ""}, "signatory_name"),
    ):
        refusal = await town.post(at, sound | wrong)
        assert (refusal.status_code, refusal.json()["errors"][0]["path"]) == (422, path)
    assert town.organisation
    agent = await world.member(town.organisation, frozenset({Role.AGENT}))
    refusal = await agent.post(at, sound)
    assert (refusal.status_code, refusal.json()["code"]) == (403, "role_needed")
    assert await world.sql("select count(*) from signature") == 0
    signed = await town.did(at, sound)
    again = await town.post(at, sound)
    assert (signed["state"], again.status_code) == ("signed", 409)
    assert await world.sql("select agreement_sha256 from signature") == agreement["sha256"]
    leaving = await town.post(f"{told.path}/membership/withdrawal", {"reason": "Trop tard"})
    assert (leaving.status_code, leaving.json()["code"]) == (409, "move_refused")


async def test_votes_and_signatures_belong_to_the_commitment_phase(world: World) -> None:
    told = await story.declared(world, TWO, sellers=0)
    today = str(await world.today())
    vote = {"number": "1", "voted_on": today, "transmitted_on": today}
    refusal = await told.towns[1].post(f"{told.path}/membership/deliberation", vote)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "not_in_commitment")
