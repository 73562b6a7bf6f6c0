"""A document counts once a curator has accepted it, for what it proves, for as long as it lasts."""

from datetime import timedelta
from typing import Any

from marketplace.actor import OrganisationKind, Role
from tests.catalog.evidence.proving import Market, market
from tests.catalog.solutions.sheets import price
from tests.support.world import World

REASON = {"reason": "Le document parle d’un autre produit."}


async def offered(told: Market, path: str = "prices", **typed: str) -> dict[str, Any]:
    answer = await told.attach(path, **typed)
    assert answer.status_code == 201, answer.text
    await told.world.work()
    found: dict[str, Any] = answer.json()
    return found


async def test_a_document_is_offered_judged_and_counts_until_it_ends_or_the_claim_changes(
    world: World,
) -> None:
    told = await market(world)
    made = await offered(told)
    assert await told.level("prices") == "declared"
    assert (await told.claim("prices"))["evidence"][0]["why"] == "waiting"
    assert (
        await world.sql("select count(*) from notice where key = :key", key=f"evidence_offered:{made['id']}")
        == 1
    )
    held = await told.curator.get(f"/reviews/evidence/{made['id']}/file")
    assert held.status_code == 200 and held.content.startswith(b"%PDF")
    await told.curator.did(f"/reviews/evidence/{made['id']}/acceptance")
    await world.work()
    assert await told.level("prices") == "document"
    assert await world.sql("select count(*) from notice where subject like 'Preuve acceptée%'") > 0
    await world.advance(366)
    assert await told.level("prices") == "declared", "a price list is a year old at most"
    again = await offered(told)
    await told.curator.did(f"/reviews/evidence/{again['id']}/acceptance")
    assert await told.level("prices") == "document"
    await told.revise(prices=[price(("0", None, 99900))])
    assert await told.level("prices") == "declared"
    assert {p["why"] for p in (await told.claim("prices"))["evidence"]} == {"expired", "changed"} - {
        "expired"
    }


async def test_a_refusal_says_why_and_a_startup_may_take_its_evidence_back(world: World) -> None:
    told = await market(world)
    first, second = await offered(told), await offered(told)
    refused = await told.curator.did(f"/reviews/evidence/{first['id']}/refusal", REASON)
    assert (refused["state"], refused["reason"]) == ("refused", REASON["reason"])
    await world.work()
    assert REASON["reason"] in await world.sql(
        "select body from notice where subject like 'Preuve refusée%' limit 1"
    )
    await told.curator.did(f"/reviews/evidence/{second['id']}/acceptance")
    await told.seller.did(f"/my/evidence/{second['id']}/withdrawal")
    assert await told.level("prices") == "declared"


async def test_evidence_that_is_taken_back_waits_for_no_curator_and_is_told_to_nobody(world: World) -> None:
    told = await market(world)
    piece = await offered(told)
    await world.work()
    assert await world.sql("select count(*) from notice where subject like 'Preuve à vérifier%'") == 1
    await told.seller.did(f"/my/evidence/{piece['id']}/withdrawal")
    await world.work()
    assert await world.sql("select count(*) from notice where subject like 'Preuve%'") == 0


MOVES = {
    "acceptance": ("accepted", {"curator"}),
    "refusal": ("refused", {"curator"}),
    "withdrawal": ("withdrawn", {"editor"}),
}
ALLOWED = {
    ("offered", "acceptance"),
    ("offered", "refusal"),
    ("offered", "withdrawal"),
    ("accepted", "withdrawal"),
}


async def test_every_state_and_move_for_everybody(world: World) -> None:
    told = await market(world)
    made = await offered(told)
    other = await world.startup("Lucivoie")
    organisation = told.seller.organisation
    assert organisation is not None
    people = {
        "curator": told.curator, "editor": await world.member(organisation, frozenset({Role.EDITOR})),
        "seller": await world.member(organisation, frozenset({Role.SELLER})), "other": other, "town": await world.town(),
        "supervisor": await world.staff(Role.SUPERVISOR), "visitor": world.visitor,
    }  # fmt: skip
    for state in ("offered", "accepted", "refused", "withdrawn"):
        for move, (target, whose) in MOVES.items():
            for name, somebody in people.items():
                if name not in {"curator", "editor", "seller"} and state not in {"offered", "accepted"}:
                    continue  # to an outsider nothing is there, whatever its state
                await world.sql(f"update evidence set state = '{state}' where id = '{made['id']}'")
                base = "/my/evidence" if move == "withdrawal" else "/reviews/evidence"
                answer = await somebody.post(
                    f"{base}/{made['id']}/{move}", REASON if move == "refusal" else None
                )
                now = await world.sql(f"select state from evidence where id = '{made['id']}'")
                where = (state, move, name, answer.status_code, answer.text[:200])
                if name in whose and (state, move) in ALLOWED:
                    assert (answer.status_code, now) == (200, target), where
                else:
                    insider = name in {"curator", "editor", "seller"}
                    assert answer.status_code == (
                        409 if insider and (state, move) not in ALLOWED else 403 if insider else 404
                    ), where
                    assert now == state, where


async def test_a_curator_with_an_interest_in_the_startup_judges_nothing_of_it(world: World) -> None:
    told = await market(world)
    tied = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    firm = {"firm": "Quinquet Systèmes", "kind": "family", "detail": "Un proche.", "since": "2026-01-01"}
    await tied.did("/me/interests", firm)
    made = await offered(told)
    for move, body in (("acceptance", None), ("refusal", REASON)):
        answer = await tied.post(f"/reviews/evidence/{made['id']}/{move}", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "recused")
    told_to = await world.sql("select count(*) from notice where key like 'evidence_offered:%' and person_id = :id", id=tied.actor.person_id)  # fmt: skip
    assert told_to == 0


async def test_evidence_of_what_the_sheet_no_longer_says_cannot_be_accepted(world: World) -> None:
    told = await market(world)
    made = await offered(told)
    await told.revise(prices=[price(("0", None, 99900))])
    moved = await told.curator.post(f"/reviews/evidence/{made['id']}/acceptance")
    assert (moved.status_code, moved.json()["code"]) == (409, "claim_moved")


async def test_every_wrong_field_of_a_document_is_told_at_once_and_nothing_is_kept(world: World) -> None:
    told = await market(world, answers={"certifications": ["iso27001"]})
    today = await world.today()
    tomorrow, old = str(today + timedelta(days=1)), str(today - timedelta(days=800))
    cases: list[tuple[dict[str, str], set[str]]] = [
        ({"title": "<b>x</b>"}, {"title"}),
        ({"title": "x\u202eexe"}, {"title"}),
        ({"dated_on": tomorrow}, {"dated_on"}),
        ({"dated_on": "0001-01-01"}, {"dated_on"}),
        ({"dated_on": old}, {"expires_on"}),
        ({"expires_on": str(today - timedelta(days=1))}, {"expires_on"}),
        ({"expires_on": str(today + timedelta(days=800))}, {"expires_on"}),
        ({"path": "answers.certifications"}, {"expires_on"}),
    ]
    for typed, wrong in cases:
        answer = await told.attach(**typed)
        assert answer.status_code == 422, (typed, answer.text)
        assert {error["path"] for error in answer.json()["errors"]} == wrong, typed
    none = await world.http.post(
        f"/api/v1{told.mine}/documents",
        data={"path": "prices", "title": "x", "dated_on": tomorrow},
        headers=told.seller.headers,
        files={"nothing": b"x"},
    )
    assert none.status_code == 422, none.text
    assert {error["path"] for error in none.json()["errors"]} == {"file", "dated_on"}
    html = await world.http.post(
        f"/api/v1{told.mine}/documents", data={"path": "prices", "title": "x", "dated_on": str(today)},
        files={"file": ("x.pdf", b"<html><script>", "application/pdf")}, headers=told.seller.headers,
    )  # fmt: skip
    assert html.status_code == 422
    assert await world.sql("select count(*) from evidence") == 0
    assert await world.sql("select count(*) from stored_file") == 0
    good = await told.attach("answers.certifications", expires_on=str(today + timedelta(days=2000)))
    assert good.status_code == 201, "a certificate says its own end"


async def test_only_a_provable_claim_that_is_published_takes_evidence(world: World) -> None:
    told = await market(world)
    cases = {"summary": 404, "answers.backups": 404, "answers.rgaa_rate": 409, "x": 404, "references.x": 404}
    assert {path: (await told.attach(path)).status_code for path in cases} == cases


async def test_the_owner_is_warned_thirty_and_seven_days_before_and_at_the_end_once_each(
    world: World,
) -> None:
    told = await market(world)
    made = await offered(told)
    await told.curator.did(f"/reviews/evidence/{made['id']}/acceptance")
    await world.work()

    async def warned() -> list[str]:
        found = await world.sql("select json_agg(distinct split_part(key, ':', 3) order by split_part(key, ':', 3)) from notice where key like 'evidence_ending:%'")  # fmt: skip
        return found or []

    ends = (await told.claim("prices"))["proof"]["expires_on"]
    left = (type(await world.today()).fromisoformat(ends) - await world.today()).days
    await world.advance(left - 31)
    assert await warned() == []
    await world.advance(1)
    assert await warned() == ["30"]
    await world.advance(22)
    assert await warned() == ["30"]
    await world.advance(1)
    assert await warned() == ["30", "7"]
    await world.advance(7)
    assert await told.level("prices") == "document", "it counts on its last day"
    assert await warned() == ["30", "7"]
    await world.advance(1)
    assert await warned() == ["0", "30", "7"]
    assert await told.level("prices") == "declared"
    await world.advance(40)
    assert await world.sql("select count(*) from notice where key like 'evidence_ending:%'") == 3
    await world.sql("delete from outbox where topic = 'evidence.ending'")  # as the daily purge does, one day
    await world.sql("delete from notice where key like 'evidence_ending:%'")
    await world.advance(1)
    assert await warned() == []


async def test_nobody_is_warned_of_what_no_longer_counts_anyway(world: World) -> None:
    told = await market(world)
    made = await offered(told)
    await told.curator.did(f"/reviews/evidence/{made['id']}/acceptance")
    await told.revise(prices=[price(("0", None, 99900))])
    await world.advance(400)
    assert await world.sql("select count(*) from notice where key like 'evidence_ending:%'") == 0
