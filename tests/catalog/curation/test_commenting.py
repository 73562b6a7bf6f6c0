"""Comments on a field: both sides speak, nothing is rewritten, and they stay when the sheet is revised again."""

from typing import Any

from marketplace.actor import Role
from tests.catalog.curation.test_deciding import people, revised, submitted
from tests.support.curating import publish, sent_back
from tests.support.world import SELLER_ROLES, Caller, World


async def threads(caller: Caller, sheet_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await caller.read(f"/my/solutions/{sheet_id}/review"))["comments"]
    return found


async def test_both_sides_comment_a_field_and_a_thread_is_resolved_then_opened_again(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    at = f"/reviews/{drafted['id']}"
    await curator.did(f"{at}/comments", {"path": "prices", "text": "Pose comprise ?"})
    await seller.did(f"{at}/comments", {"path": "prices", "text": "Oui."})
    await curator.did(f"{at}/comments", {"path": "answers.backups", "text": "À dire."})
    for caller, mine in ((seller, [False, True]), (curator, [True, False])):
        backups, prices = await threads(caller, drafted["id"])
        assert (backups["path"], prices["path"], prices["revision"], prices["resolved"]) == ("answers.backups", "prices", 1, False)  # fmt: skip
        assert [(c["side"], c["text"]) for c in prices["comments"]] == [("curator", "Pose comprise ?"), ("startup", "Oui.")]  # fmt: skip
        assert [c["mine"] for c in prices["comments"]] == mine
    own = await seller.put(f"{at}/resolution", {"path": "prices"})
    assert (own.status_code, own.json()["code"]) == (403, "not_their_move")
    for _ in range(2):
        done = await curator.did(f"{at}/resolution", {"path": "prices"}, method="put")
    assert [thread["resolved"] for thread in done] == [False, True]
    assert await world.sql("select count(*) from review_remark where kind = 'resolved'") == 1
    await seller.did(f"{at}/comments", {"path": "prices", "text": "Et le câble aussi."})
    assert [thread["resolved"] for thread in await threads(curator, drafted["id"])] == [False, False]
    assert (await curator.put(f"{at}/resolution", {"path": "summary"})).status_code == 404


async def test_comments_stay_with_the_sheet_through_its_revisions(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    at = f"/reviews/{drafted['id']}"
    await curator.did(f"{at}/comments", {"path": "summary", "text": "Trop court."})
    await publish(curator, drafted["id"])
    closed = await curator.post(f"{at}/comments", {"path": "summary", "text": "Encore."})
    assert (closed.status_code, closed.json()["code"]) == (409, "move_refused")
    await revised(seller, drafted["id"], summary="Règle l’éclairage.")
    await curator.did(f"{at}/comments", {"path": "summary", "text": "Mieux."})
    found = await threads(seller, drafted["id"])
    assert [(thread["revision"], thread["comments"][0]["text"]) for thread in found] == [(2, "Mieux."), (1, "Trop court.")]  # fmt: skip
    await curator.did(f"{at}/resolution", {"path": "summary"}, method="put")
    assert [thread["resolved"] for thread in await threads(seller, drafted["id"])] == [True, True]


async def test_a_comment_is_on_a_field_of_a_sheet_that_was_sent_and_holds_plain_text(world: World) -> None:
    seller, curator = await people(world)
    draft = await seller.did("/my/solutions", {"name": "Brouillon"})
    early = await curator.post(f"/reviews/{draft['id']}/comments", {"path": "summary", "text": "?"})
    assert (early.status_code, early.json()["code"]) == (409, "move_refused")
    drafted = await submitted(seller)
    for body, where in (
        ({"path": "nothing", "text": "x"}, "path"), ({"path": "references", "text": "x"}, "path"),
        ({"path": "references.0190f3c0-0000-7000-8000-000000000001", "text": "x"}, "path"),
        ({"path": "summary", "text": " "}, "text"), ({"path": "summary", "text": "<i>x</i>"}, "text"),
        ({"path": "summary", "text": "x" * 5001}, "text"), ({"path": "summary", "text": "a\u202eb"}, "text"),
    ):  # fmt: skip
        answer = await curator.post(f"/reviews/{drafted['id']}/comments", body)
        assert (answer.status_code, answer.json()["errors"][0]["path"]) == (422, where)
    await sent_back(curator, drafted["id"])
    await curator.did(f"/reviews/{drafted['id']}/comments", {"path": "cpv", "text": "Il en manque un."})
    assert await world.sql("select count(*) from review_remark") == 1


async def test_ones_own_comment_is_taken_back_within_ten_minutes_and_never_anothers(world: World) -> None:
    seller, curator = await people(world)
    colleague = await world.member(seller.organisation, SELLER_ROLES)  # type: ignore[arg-type]
    drafted = await submitted(seller)
    at = f"/reviews/{drafted['id']}/comments"
    made = await seller.did(at, {"path": "summary", "text": "Une erreur."})
    for other in (colleague, curator, await world.startup("Lucivoie"), await world.staff(Role.CURATOR)):
        assert (await other.post(f"{at}/{made['id']}/withdrawal")).status_code == 404
    for _ in range(2):
        (left,) = await seller.did(f"{at}/{made['id']}/withdrawal")
    assert [(c["text"], c["withdrawn"]) for c in left["comments"]] == [("", True)]
    assert left["resolved"]
    kept = await seller.did(at, {"path": "summary", "text": "Une autre."})
    await world.sql("update review_remark set at = at - interval '10 minutes 1 second'")
    late = await seller.post(f"{at}/{kept['id']}/withdrawal")
    assert (late.status_code, late.json()["code"]) == (409, "too_late_to_withdraw")
    assert "10 minutes" in late.json()["title"]


async def test_a_comment_sent_twice_is_said_once(world: World) -> None:
    seller, curator = await people(world)
    drafted = await submitted(seller)
    sent = [
        await curator.did(f"/reviews/{drafted['id']}/comments", {"path": "summary", "text": "Trop court."})
        for _ in range(2)
    ]
    assert sent[0]["id"] == sent[1]["id"]
