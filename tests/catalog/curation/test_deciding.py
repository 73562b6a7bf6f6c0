"""Only a curator publishes, whole or in part; what is not published is seen by its startup and curators alone."""

import asyncio
from typing import Any

import pytest

from marketplace.actor import OrganisationKind, Role
from tests.catalog.solutions.sheets import content, price
from tests.support.curating import answered, decides, publish, review, sent_back
from tests.support.world import Caller, World

REASON = {"reason": "Le prix manque de détail."}
BODIES: dict[str, Any] = dict.fromkeys(("changes", "suspension", "reinstatement", "archive"), REASON)
CURATOR_MOVES = {
    ("submitted", "taking"): "in_review",
    ("submitted", "publication"): "published",
    ("submitted", "changes"): "draft",
    ("in_review", "release"): "submitted",
    ("in_review", "publication"): "published",
    ("in_review", "changes"): "draft",
    ("published", "suspension"): "suspended",
    ("suspended", "reinstatement"): "published",
    **{(state, "archive"): "archived" for state in ("draft", "submitted", "in_review", "published", "suspended")},
}  # fmt: skip
STARTUP_MOVES = {
    ("draft", "submission"): "submitted",
    ("submitted", "submission/withdrawal"): "draft",
    **{(state, "archive"): "archived" for state in ("draft", "submitted", "in_review", "published", "suspended")},
}  # fmt: skip
REVISION_DECISIONS = ("taking", "release", "publication", "changes")
DECISIONS = (*REVISION_DECISIONS, "suspension", "reinstatement", "archive")
STATES = ("draft", "submitted", "in_review", "published", "suspended", "archived")


async def people(world: World) -> tuple[Caller, Caller]:
    return await world.startup(), await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)


async def submitted(seller: Caller, **changes: Any) -> dict[str, Any]:
    drafted: dict[str, Any] = await seller.did("/my/solutions", content(**changes))
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    return drafted


async def revised(seller: Caller, sheet_id: str, **changes: Any) -> None:
    """The startup's next revision of a published sheet, submitted."""
    mine = f"/my/solutions/{sheet_id}"
    version = (await seller.read(mine))["version"]
    await seller.did(mine, content(**changes), method="put", If_Match=str(version))
    await seller.did(f"{mine}/submission")


async def bring(world: World, sheet_id: str, state: str, reader: Caller) -> None:
    """Put a sheet and its one revision where `state` says, whatever they were."""
    open_ones = {"draft", "submitted", "in_review"}
    await world.sql(
        "update solution set state = :state where id = :id",
        state="draft" if state in open_ones else state,
        id=sheet_id,
    )
    await world.sql(
        "update solution_revision set state = :state, reviewer_id = :reader, submitted_at = now() where solution_id = :id",
        state=state if state in open_ones else "withdrawn" if state == "archived" else "accepted",
        reader=reader.actor.person_id if state == "in_review" else None, id=sheet_id,
    )  # fmt: skip


async def test_a_sheet_is_reviewed_sent_back_corrected_published_suspended_and_reinstated(
    world: World,
) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    mine, at, public = (
        f"/my/solutions/{drafted['id']}", f"/reviews/{drafted['id']}", f"/solutions/{drafted['slug']}"
    )  # fmt: skip
    assert [found["id"] for found in (await curator.read("/reviews"))["items"]] == [drafted["id"]]
    frozen = await seller.put(mine, content(), If_Match="2")
    assert (frozen.status_code, frozen.json()["code"]) == (409, "move_refused")

    await sent_back(curator, drafted["id"], REASON["reason"], fields=["prices"])
    sheet = await seller.read(mine)
    assert (sheet["state"], sheet["review_reason"]) == ("draft", REASON["reason"])
    await seller.did(mine, content(name="Revue"), method="put", If_Match=str(sheet["version"]))
    await seller.did(f"{mine}/submission")

    await publish(curator, drafted["id"])
    assert (await world.visitor.read(public))["name"] == "Revue"
    assert (await curator.read("/reviews"))["items"] == []
    await curator.did(f"{at}/suspension", REASON)
    assert (await world.visitor.get(public)).status_code == 404
    assert (await seller.read(public))["state"] == "suspended"
    await curator.did(f"{at}/reinstatement", REASON)
    assert (await world.visitor.read(public))["state"] == "published"
    await seller.did(f"{at}/archive", REASON)
    assert (await world.visitor.get(public)).status_code == 404
    told = (await seller.read(f"{mine}/review"))["decisions"]
    assert [(made["verdict"], made["returned"], made["by_startup"]) for made in told] == [
        ("archived", [], True), ("reinstated", [], False), ("suspended", [], False), ("accepted", [], False),
        ("changes_requested", ["prices"], False),
    ]  # fmt: skip
    assert all(made["reason"] == REASON["reason"] for made in told if made["verdict"] != "accepted")


async def test_what_is_not_published_is_seen_by_its_startup_and_curators_alone(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    mine, public = f"/my/solutions/{drafted['id']}", f"/solutions/{drafted['slug']}"
    others = [
        world.visitor, await world.town(), await world.startup("Lucivoie"), await world.staff(Role.SUPERVISOR),
    ]  # fmt: skip
    await world.work()
    for caller in others:
        for path in (public, mine):
            assert (await caller.get(path)).status_code == 404
        assert (await caller.get(f"{mine}/review")).status_code == (404 if caller.actor.signed_in else 401)
        assert (await caller.read("/solutions", q="télégestion"))["total"] == 0
    for caller in (seller, curator):
        assert (await caller.read(public))["state"] == "submitted"


async def test_nobody_but_a_curator_decides(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    strangers = [
        await world.startup("Lucivoie"), await world.town(), await world.staff(Role.SUPERVISOR), world.visitor,
    ]  # fmt: skip
    before = await review(curator, drafted["id"])
    for decision in (name for name in DECISIONS if name != "archive"):
        path, body = f"/reviews/{drafted['id']}/{decision}", BODIES.get(decision, {})
        for caller in strangers:
            answer = await caller.post(path, body, If_Match=str(before["version"]))
            assert answer.status_code == 404, (decision, caller.actor.kind)
        own = await seller.post(path, body, If_Match=str(before["version"]))
        waiting = {"taking", "publication", "changes"}
        assert own.json()["code"] == ("not_their_move" if decision in waiting else "move_refused"), decision
    ticks = await seller.put(f"/reviews/{drafted['id']}/checklist", {"answers": answered(before)})
    assert (ticks.status_code, ticks.json()["code"]) == (403, "not_their_move")
    assert await review(curator, drafted["id"]) == before


async def test_every_state_takes_its_own_moves_and_refuses_the_others(
    world: World, subtests: pytest.Subtests
) -> None:
    seller, curator = await people(world)
    drafted = await seller.did("/my/solutions", content())
    at = drafted["id"]
    await bring(world, at, "submitted", curator)
    ticks = answered(await review(curator, at))
    await curator.did(f"/reviews/{at}/checklist", {"answers": ticks}, method="put")
    for state in STATES:
        for who, caller, moves in (("startup", seller, STARTUP_MOVES), ("curator", curator, CURATOR_MOVES)):
            own = ("submission", "submission/withdrawal") if who == "startup" else ()
            for decision in (*own, *DECISIONS):
                with subtests.test(f"{who} asks {decision} of a {state} sheet"):
                    await bring(world, at, state, curator)
                    if decision in own:
                        answer = await caller.post(f"/my/solutions/{at}/{decision}")
                    else:
                        version = (await review(curator, at))["version"]
                        headers = {"If_Match": str(version)} if decision in REVISION_DECISIONS else {}
                        answer = await caller.post(
                            f"/reviews/{at}/{decision}", BODIES.get(decision, {}), **headers
                        )
                    after = (await seller.read(f"/my/solutions/{at}"))["state"]
                    expected = moves.get((state, decision))
                    assert after == (expected or state), answer.text
                    assert answer.status_code == 200 if expected else answer.status_code in {403, 409}


async def test_a_decision_says_why(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    for body in ({}, {"reason": "  "}, {"reason": "x" * 501}, {"reason": 3}):
        for decision in BODIES:
            answer = await decides(curator, drafted["id"], decision, body)
            assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "reason")
    assert (await seller.read(f"/my/solutions/{drafted['id']}"))["state"] == "submitted"


async def test_drafts_and_decisions_leave_their_trace(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    await publish(curator, drafted["id"])
    traces = await world.sql(
        "select array_agg(action || ' ' || coalesce(person_id::text, '') order by id) from audit_line"
        " where subject in ('solution', 'revision') and action not in ('review.tick', 'solution.read')"
    )
    assert traces == [
        f"solution.draft {seller.actor.person_id}", f"revision.submit {seller.actor.person_id}",
        f"revision.accept {curator.actor.person_id}", f"solution.publish {curator.actor.person_id}",
    ]  # fmt: skip


BACKUPS = {"backups": "Chaque nuit, dans un autre centre."}
NEXT = {
    "summary": "Règle l’éclairage rue par rue, et le mesure.",
    "tags": ["led"],
    "answers": BACKUPS,
    "prices": [price(("0", None, 20000))],
}


async def test_a_part_is_published_and_the_rest_goes_back_open_with_the_reason(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    mine, public = f"/my/solutions/{drafted['id']}", f"/solutions/{drafted['slug']}"
    await publish(curator, drafted["id"])
    before = await world.visitor.read(public)
    await revised(seller, drafted["id"], **NEXT)
    assert await world.visitor.read(public) == before  # a published sheet stays as it is while it is reviewed
    found = await review(curator, drafted["id"])
    assert [one["path"] for one in found["differences"]] == ["summary", "tags", "prices", "answers.backups"]
    assert [one["confidential"] for one in found["differences"]] == [False, False, False, True]

    answer = await decides(
        curator, drafted["id"], "publication", {"fields": ["summary"], "checklist": answered(found)}
    )
    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, "reason")
    answer = await decides(
        curator, drafted["id"], "publication", {"fields": ["summary", "name", "nothing"], "reason": "?", "checklist": answered(found)}
    )  # fmt: skip
    assert [error["path"] for error in answer.json()["errors"]] == ["fields", "fields"]
    assert await world.visitor.read(public) == before

    part = {"fields": ["summary", "answers.backups"], "reason": "Le prix n’est pas celui de votre site."}
    await publish(curator, drafted["id"], **part)
    after = await world.visitor.read(public)
    assert (after["summary"], after["tags"], after["prices"]) == (NEXT["summary"], [], before["prices"])
    assert "backups" not in str(after)
    told = await seller.read(f"{mine}/review")
    assert (told["state"], told["reason"]) == ("draft", part["reason"])
    made = told["decisions"][0]
    assert (made["verdict"], made["fields"], made["returned"]) == (
        "accepted_in_part", ["summary", "answers.backups"], ["tags", "prices"],
    )  # fmt: skip
    rest = await seller.read(mine)
    assert (rest["content"]["tags"], rest["content"]["prices"][0]["steps"][0]["unit_price_cents"]) == (["led"], 20000)  # fmt: skip
    assert (await world.sql("select content->'answers' from solution_revision where state = 'accepted' order by number desc limit 1")) == BACKUPS  # fmt: skip
    news = await world.sql("select changed from solution_change order by at desc, id desc limit 1")
    assert news == ["summary"]  # the history that all may read names no confidential field

    await seller.did(f"{mine}/submission")
    await publish(curator, drafted["id"])
    assert (await world.visitor.read(public))["tags"] == ["led"]


async def test_a_sheet_cannot_be_published_without_what_no_visitor_can_do_without(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    found = await review(curator, drafted["id"])
    paths = [one["path"] for one in found["differences"] if one["path"] != "description"]
    answer = await decides(
        curator, drafted["id"], "publication", {"fields": paths, "reason": "Trop court.", "checklist": answered(found)}
    )  # fmt: skip
    assert (answer.status_code, [e["path"] for e in answer.json()["errors"]]) == (422, ["description"])
    assert (await world.visitor.get(f"/solutions/{drafted['slug']}")).status_code == 404


async def test_a_decision_on_another_version_than_the_present_one_changes_nothing(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    found = await review(curator, drafted["id"])
    for decision in REVISION_DECISIONS[:1] + REVISION_DECISIONS[2:]:
        body = BODIES.get(decision, {})
        none = await curator.post(f"/reviews/{drafted['id']}/{decision}", body)
        assert (none.status_code, none.json()["code"]) == (428, "version_needed")
        stale = await decides(curator, drafted["id"], decision, body, version=found["version"] - 1)
        assert (stale.status_code, stale.json()["facts"]["current"]) == (412, found["version"])
    published = await submitted(seller, name="Publiée")
    await publish(curator, published["id"])
    version = (await review(curator, published["id"]))["sheet_version"]
    stale = await decides(curator, published["id"], "suspension", REASON, version=version - 1)
    assert (stale.status_code, stale.json()["facts"]["current"]) == (412, version)
    assert (await decides(curator, published["id"], "suspension", REASON, version=version)).status_code == 200


async def test_of_two_curators_at_once_one_decides_and_the_other_is_told(world: World) -> None:
    seller, curator = await people(world)
    other = await world.staff(Role.CURATOR)
    drafted = await submitted(seller)
    found = await review(curator, drafted["id"])
    await curator.did(f"/reviews/{drafted['id']}/checklist", {"answers": answered(found)}, method="put")
    one, two = await asyncio.gather(
        decides(curator, drafted["id"], "publication", {}, version=found["version"]),
        decides(other, drafted["id"], "changes", REASON, version=found["version"]),
    )
    assert sorted((one.status_code, two.status_code)) in ([200, 409], [200, 412])
    made = (await review(curator, drafted["id"]))["decisions"]
    assert [row["verdict"] for row in made] == ["accepted" if one.status_code == 200 else "changes_requested"]


async def test_who_reads_a_sheet_decides_of_it_until_it_is_back_in_the_queue(world: World) -> None:
    seller, curator = await people(world)
    other = await world.staff(Role.CURATOR)
    drafted = await submitted(seller)
    assert (await decides(curator, drafted["id"], "taking")).status_code == 200
    found = await review(other, drafted["id"])
    assert found["reader"] == curator.actor.name
    for decision in ("taking", "publication", "changes"):
        refused = await decides(other, drafted["id"], decision, BODIES.get(decision, {}))
        assert (refused.status_code, refused.json()["code"]) == (409, "read_by_another")
        assert curator.actor.name in refused.json()["title"]
    assert (await decides(other, drafted["id"], "release")).status_code == 200
    await publish(other, drafted["id"])
    assert (await review(other, drafted["id"]))["state"] == "published"


async def test_a_recused_curator_takes_ticks_comments_and_decides_nothing(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    assert seller.organisation is not None
    tie = {"firm": seller.organisation.siren, "kind": "family", "detail": "Un proche.", "since": "2026-01-01"}
    await curator.did("/me/interests", tie)
    found = await review(curator, drafted["id"])
    assert (found["recused"], found["allowed"]) == (True, [])
    assert [row["recused"] for row in (await curator.read("/reviews"))["items"]] == [True]
    at, header = f"/reviews/{drafted['id']}", {"If_Match": str(found["version"])}
    refused = [
        *[await curator.post(f"{at}/{name}", BODIES.get(name, {}), **header) for name in DECISIONS],
        await curator.put(f"{at}/checklist", {"answers": answered(found)}),
        await curator.post(f"{at}/comments", {"path": "summary", "text": "Non."}),
        await curator.put(f"{at}/resolution", {"path": "summary"}),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "recused")}


async def test_an_archive_takes_what_was_waiting_out_of_the_queue(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    await publish(curator, drafted["id"])
    await revised(seller, drafted["id"], **NEXT)
    await curator.did(f"/reviews/{drafted['id']}/archive", REASON)
    assert (await curator.read("/reviews"))["total"] == 0
    assert await world.sql("select state from solution_revision order by number desc limit 1") == "withdrawn"
    refused = await decides(curator, drafted["id"], "publication")
    assert refused.json()["code"] == "move_refused"


async def test_a_revision_of_a_suspended_sheet_is_no_news_until_it_is_back(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    await publish(curator, drafted["id"])
    await curator.did(f"/reviews/{drafted['id']}/suspension", REASON)
    await revised(seller, drafted["id"], **NEXT)
    await publish(curator, drafted["id"])
    assert (await world.visitor.get(f"/solutions/{drafted['slug']}")).status_code == 404
    kinds = "select array_agg(kind order by at, id) from solution_change"
    assert await world.sql(kinds) == ["published", "suspended"]
    await curator.did(f"/reviews/{drafted['id']}/reinstatement", REASON)
    assert (await world.visitor.read(f"/solutions/{drafted['slug']}"))["summary"] == NEXT["summary"]
    assert await world.sql(kinds) == ["published", "suspended", "reinstated"]
