"""Who is in charge of one pool: appointed people act alone, and their duties pass to a colleague when they leave."""

import asyncio
from uuid import uuid4

from marketplace.actor import Role
from tests.support import story
from tests.support.story import GRIDS, Story
from tests.support.world import Caller, World

AGENT = frozenset({Role.AGENT})
TWO = [("120", "10"), ("80", "0")]


async def colleague(told: Story, roles: frozenset[Role] = AGENT) -> Caller:
    assert told.coordinator.organisation is not None
    return await told.world.member(told.coordinator.organisation, roles)


def duty(person: Caller, what: str = "coordinator") -> dict[str, str]:
    return {"person_id": str(person.actor.person_id), "duty": what}


async def test_an_appointed_coordinator_runs_the_pool_alone_and_the_town_can_undo_it(world: World) -> None:
    told = await story.opened(world, sellers=0)
    mine = await colleague(told)
    made = await told.coordinator.did(f"{told.path}/appointments", duty(mine))
    again = await told.coordinator.did(f"{told.path}/appointments", duty(mine))
    assert made["id"] == again["id"]
    refused = await told.coordinator.post(f"{told.path}/interest-call")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_their_move")
    await mine.did(f"{told.path}/interest-call")
    assert (await told.coordinator.delete(f"{told.path}/appointments/{made['id']}")).status_code == 204
    await told.coordinator.did(f"{told.path}/invitations", {"towns": ["18033"]})
    kept = await world.sql("select count(*) from appointment where ended_at is not null")
    assert kept == 1


async def test_an_appointed_evaluator_scores_alone(world: World) -> None:
    told, consultation = await story.consulting(world, TWO, sellers=3)
    evaluator = await colleague(told)
    await told.coordinator.did(f"{told.path}/appointments", duty(evaluator, "evaluator"))
    for seller, (_, steps) in zip(told.sellers, GRIDS, strict=False):
        await seller.did(f"/consultations/{consultation}/quotes", story.offer(told.line, steps))
    await world.advance(22)
    offers = (await told.coordinator.read(f"{told.path}/comparison"))["offers"]
    scores = {"scores": {o["quote_id"]: {"quality": "20", "environment": "10"} for o in offers}}
    refused = await told.coordinator.put(f"{told.path}/evaluation", scores, If_Match="0")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_their_move")
    compared = f"/achats/{told.pool['id']}/offres"
    assert (
        "Enregistrer les notes" not in (await world.http.get(compared, headers=told.coordinator.headers)).text
    )
    assert "Enregistrer les notes" in (await world.http.get(compared, headers=evaluator.headers)).text
    await evaluator.did(f"{told.path}/evaluation", scores, method="put", If_Match="0")
    await told.coordinator.did(f"{told.path}/award", {"reasons": "Première au classement."})


async def test_only_somebody_of_the_coordinating_town_who_decides_is_appointed(world: World) -> None:
    told = await story.in_census(world, towns=2, sellers=0)
    reader, member = await colleague(told, frozenset({Role.READER})), told.towns[1]
    for outsider in (reader, member):
        refused = await told.coordinator.post(f"{told.path}/appointments", duty(outsider))
        assert (refused.status_code, [e["code"] for e in refused.json()["errors"]]) == (422, ["outsider"])
    assert (await reader.post(f"{told.path}/appointments", duty(reader))).status_code == 403
    stranger = await world.town("18205")
    for asker, path in ((member, told.path), (stranger, told.path), (told.coordinator, f"/pools/{uuid4()}")):
        assert (await asker.get(f"{path}/appointments")).status_code == 404
        assert (await asker.post(f"{path}/appointments", duty(asker))).status_code == 404
    assert await world.sql("select count(*) from appointment") == 0


async def test_all_duties_pass_to_a_colleague_at_once(world: World) -> None:
    told = await story.opened(world, sellers=0)
    leaver, heir = await colleague(told), await colleague(told)
    admin = await colleague(told, frozenset({Role.ADMIN}))
    for what in ("coordinator", "evaluator"):
        await told.coordinator.did(f"{told.path}/appointments", duty(leaver, what))
    await told.coordinator.did(f"{told.path}/appointments", duty(heir, "evaluator"))
    body = {"leaver_id": str(leaver.actor.person_id), "successor_id": str(heir.actor.person_id)}
    assert (await heir.post("/organisation/handovers", body)).status_code == 403
    nonsense = await admin.post(
        "/organisation/handovers", {"leaver_id": body["successor_id"], "successor_id": str(uuid4())}
    )
    assert [e["path"] for e in nonsense.json()["errors"]] == ["successor_id"]
    assert (await admin.did("/organisation/handovers", body))["count"] == 2
    held = await admin.read("/organisation/appointments")
    assert {(h["person_id"], h["duty"]) for h in held} == {
        (body["successor_id"], "coordinator"),
        (body["successor_id"], "evaluator"),
    }
    nothing = await admin.post("/organisation/handovers", body)
    assert [e["code"] for e in nothing.json()["errors"]] == ["nothing"]
    page = await world.http.get("/organisation/dossiers", headers=admin.headers)
    assert told.pool["title"] in page.text


async def test_two_who_appoint_at_once_make_one_appointment(world: World) -> None:
    told = await story.opened(world, sellers=0)
    mine = await colleague(told)
    answers = await asyncio.gather(
        *(told.coordinator.post(f"{told.path}/appointments", duty(mine)) for _ in range(4))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert await world.sql("select count(*) from appointment") == 1
