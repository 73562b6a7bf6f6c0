"""Only a curator publishes; what is not published is seen by its startup and curators alone."""

from typing import Any

import pytest

from marketplace.actor import OrganisationKind, Role
from tests.catalog.solutions.sheets import content
from tests.support.world import Caller, World

REASON = {"reason": "Le prix manque de détail."}
BODIES: dict[str, Any] = {"changes": REASON, "suspension": REASON, "archive": REASON}
CURATOR_MOVES = {
    ("submitted", "publication"): "published",
    ("submitted", "changes"): "draft",
    ("published", "suspension"): "suspended",
    ("suspended", "reinstatement"): "published",
    ("published", "archive"): "archived",
    ("suspended", "archive"): "archived",
    ("draft", "archive"): "archived",
    ("submitted", "archive"): "archived",
}
STARTUP_MOVES = {
    ("draft", "submission"): "submitted",
    ("published", "archive"): "archived",
    ("suspended", "archive"): "archived",
    ("draft", "archive"): "archived",
    ("submitted", "archive"): "archived",
}
DECISIONS = ("publication", "changes", "suspension", "reinstatement", "archive")


async def people(world: World) -> tuple[Caller, Caller]:
    return await world.startup(), await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)


async def submitted(seller: Caller, **changes: Any) -> dict[str, Any]:
    drafted: dict[str, Any] = await seller.did("/my/solutions", content(**changes))
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    return drafted


async def bring(world: World, sheet_id: str, state: str) -> None:
    """Put a sheet and its one revision where `state` says, whatever they were."""
    shown = "draft" if state == "submitted" else state
    revision = state if state in {"draft", "submitted"} else "accepted"
    await world.sql("update solution set state = :state where id = :id", state=shown, id=sheet_id)
    await world.sql(
        "update solution_revision set state = :state where solution_id = :id", state=revision, id=sheet_id
    )


async def test_a_sheet_is_reviewed_sent_back_corrected_published_suspended_and_reinstated(
    world: World,
) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    mine, review, public = (
        f"/my/solutions/{drafted['id']}", f"/reviews/{drafted['id']}", f"/solutions/{drafted['slug']}"
    )  # fmt: skip
    assert [found["id"] for found in await curator.read("/reviews")] == [drafted["id"]]
    frozen = await seller.put(mine, content(), If_Match="2")
    assert (frozen.status_code, frozen.json()["code"]) == (409, "move_refused")

    await curator.did(f"{review}/changes", REASON)
    sheet = await seller.read(mine)
    assert (sheet["state"], sheet["review_reason"]) == ("draft", REASON["reason"])
    await seller.did(mine, content(name="Revue"), method="put", If_Match=str(sheet["version"]))
    await seller.did(f"{mine}/submission")

    await curator.did(f"{review}/publication")
    assert (await world.visitor.read(public))["name"] == "Revue"
    assert await curator.read("/reviews") == []
    await curator.did(f"{review}/suspension", REASON)
    assert (await world.visitor.get(public)).status_code == 404
    assert (await seller.read(public))["state"] == "suspended"
    await curator.did(f"{review}/reinstatement")
    assert (await world.visitor.read(public))["state"] == "published"
    await seller.did(f"{review}/archive", REASON)
    assert (await world.visitor.get(public)).status_code == 404


async def test_what_is_not_published_is_seen_by_its_startup_and_curators_alone(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    mine, public = f"/my/solutions/{drafted['id']}", f"/solutions/{drafted['slug']}"
    others = [
        world.visitor, await world.town(), await world.startup("Lucivoie"), await world.staff(Role.SUPERVISOR),
    ]  # fmt: skip
    await world.work()
    for caller in others:
        assert (await caller.get(public)).status_code == 404
        assert (await caller.get(mine)).status_code == 404
        assert (await caller.read("/solutions", q="télégestion"))["total"] == 0
    for caller in (seller, curator):
        assert (await caller.read(public))["state"] == "submitted"


async def test_nobody_but_a_curator_decides(world: World) -> None:
    seller, _ = await people(world)
    drafted = await submitted(seller)
    strangers = [
        await world.startup("Lucivoie"), await world.town(), await world.staff(Role.SUPERVISOR), world.visitor,
    ]  # fmt: skip
    before = await seller.read(f"/my/solutions/{drafted['id']}")
    for decision in ("publication", "changes", "suspension", "reinstatement"):
        path, body = f"/reviews/{drafted['id']}/{decision}", BODIES.get(decision)
        for caller in strangers:
            assert (await caller.post(path, body)).status_code == 404, (decision, caller.actor.kind)
        own = await seller.post(path, body)
        assert own.json()["code"] == (
            "not_their_move" if decision in {"publication", "changes"} else "move_refused"
        )
    assert await seller.read(f"/my/solutions/{drafted['id']}") == before


async def test_every_state_takes_its_own_moves_and_refuses_the_others(
    world: World, subtests: pytest.Subtests
) -> None:
    seller, curator = await people(world)
    drafted = await seller.did("/my/solutions", content())
    for state in ("draft", "submitted", "published", "suspended", "archived"):
        for who, caller, moves in (
            ("startup", seller, STARTUP_MOVES),
            ("curator", curator, CURATOR_MOVES),
        ):
            for decision in ("submission", *DECISIONS):
                if who == "curator" and decision == "submission":
                    continue
                with subtests.test(f"{who} asks {decision} of a {state} sheet"):
                    await bring(world, drafted["id"], state)
                    room = "my/solutions" if decision == "submission" else "reviews"
                    answer = await caller.post(f"/{room}/{drafted['id']}/{decision}", BODIES.get(decision))
                    after = (await seller.read(f"/my/solutions/{drafted['id']}"))["state"]
                    expected = moves.get((state, decision))
                    assert after == (expected or state)
                    assert answer.status_code == 200 if expected else answer.status_code in {403, 409}


async def test_a_decision_says_why(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    for body in ({}, {"reason": "  "}, {"reason": "x" * 501}, {"reason": 3}):
        answer = await curator.post(f"/reviews/{drafted['id']}/changes", body)
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "reason")
    assert (await seller.read(f"/my/solutions/{drafted['id']}"))["state"] == "submitted"


async def test_drafts_and_decisions_leave_their_trace(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    await curator.did(f"/reviews/{drafted['id']}/publication")
    traces = await world.sql(
        "select array_agg(action || ' ' || coalesce(person_id::text, '') order by id) from audit_line"
        " where subject in ('solution', 'revision')"
    )
    assert traces == [
        f"solution.draft {seller.actor.person_id}", f"revision.submit {seller.actor.person_id}",
        f"revision.accept {curator.actor.person_id}", f"solution.publish {curator.actor.person_id}",
    ]  # fmt: skip
