"""Certificates: offered once, looked at, replaced, refused; only what was accepted and is in force is ever shown as fine."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from catalog.suppliers.standing import State, vigilance_state
from marketplace.actor import ANONYMOUS, OrganisationKind, Role
from tests.catalog.suppliers.firms import (
    SOUND,
    accepted,
    insurance,
    offered,
    offering,
    told,
    vigilance,
    wrong,
)
from tests.support.files import EXE, HTML, PDF, SVG, Sample, jpeg, pdf, png
from tests.support.world import Caller, World

MINE, QUEUE = "/my/certificates", "/reviews/certificates"


async def people(world: World) -> tuple[Caller, Caller]:
    return await world.startup(), await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)


async def standing(world: World, seller: Caller, kind: str = "vigilance") -> str:
    shown = await world.visitor.read(f"/suppliers/{seller.actor.organisation_id}")
    found: str = next(one["state"] for one in shown["certificates"] if one["kind"] == kind)
    return found


async def test_a_certificate_counts_once_a_curator_accepted_it_and_until_its_end(world: World) -> None:
    seller, curator = await people(world)
    today = await world.today()
    assert await standing(world, seller) == "not_provided"
    made = await offered(seller, vigilance(today))
    assert (made["state"], made["expired"]) == ("offered", False)
    assert await standing(world, seller) == "not_provided"
    assert [one["id"] for one in await curator.read(QUEUE)] == [made["id"]]
    await curator.did(f"{QUEUE}/{made['id']}/acceptance")
    assert await curator.read(QUEUE) == []
    assert await standing(world, seller) == "up_to_date"
    assert seller.actor.organisation_id is not None
    ends = made["expires_on"]
    async with world.app.state.database.reading(ANONYMOUS) as reads:
        for days, state in (
            (-1, State.NOT_PROVIDED),
            (0, State.UP_TO_DATE),
            (181, State.UP_TO_DATE),
            (190, State.EXPIRED),
        ):
            found = await vigilance_state(reads, seller.actor.organisation_id, today + timedelta(days=days))
            assert (found.state, days) == (state, days)
            assert found.expires_on is None or str(found.expires_on) == ends  # fmt: skip
    await world.advance(190)
    assert await standing(world, seller) == "expired"
    assert (await seller.read(MINE))[0]["expired"] is True


async def test_six_months_and_no_longer_for_vigilance(world: World) -> None:
    seller, _ = await people(world)
    today = await world.today()
    made = await offered(seller, vigilance(today, issued_on="2026-08-31"))
    assert made["expires_on"] == "2027-02-28"
    late = vigilance(today, expires_on=str(today + timedelta(days=200)))
    assert wrong(await offering(seller, late)) == {"expires_on"}


async def test_a_newer_document_takes_the_olders_place_once_accepted_and_the_older_stays_in_the_history(
    world: World,
) -> None:
    seller, curator = await people(world)
    today = await world.today()
    old = await accepted(seller, curator, vigilance(today, age=100))
    new = await offered(seller, vigilance(today))
    # while the new one waits, the old one still counts
    assert await standing(world, seller) == "up_to_date"
    assert all(one["replaced_at"] is None for one in await seller.read(MINE))
    await curator.did(f"{QUEUE}/{new['id']}/acceptance")
    replaced = {one["id"]: one["replaced_at"] is not None for one in await seller.read(MINE)}
    assert replaced == {new["id"]: False, old["id"]: True}
    assert wrong(await offering(seller, vigilance(today, age=50))) == {"issued_on"}
    gone = await curator.post(f"{QUEUE}/{old['id']}/refusal", {"reason": "Trop tard."})
    assert (gone.status_code, gone.json()["code"]) == (409, "replaced")


async def test_a_refusal_says_why_reaches_the_startup_and_takes_the_document_out_of_what_counts(
    world: World,
) -> None:
    seller, curator = await people(world)
    today = await world.today()
    made = await accepted(seller, curator, vigilance(today))
    await world.work()
    for reason in ("", "  ", "<b>non</b>", "x" * 501):
        assert wrong(await curator.post(f"{QUEUE}/{made['id']}/refusal", {"reason": reason})) == {"reason"}
    await curator.did(f"{QUEUE}/{made['id']}/refusal", {"reason": "Le code est inconnu de l’URSSAF."})
    assert await standing(world, seller) == "not_provided"
    assert (await seller.read(MINE))[0]["reason"] == "Le code est inconnu de l’URSSAF."
    await world.work()
    assert (await told(world, "Document accepté%"), await told(world, "Document refusé%")) == (1, 1)
    again = await curator.post(f"{QUEUE}/{made['id']}/acceptance")
    assert (again.status_code, again.json()["code"]) == (409, "move_refused")
    # a new one takes the refused one's place at once
    await offered(seller, vigilance(today))
    assert [one["replaced_at"] is None for one in await seller.read(MINE)] == [True, False]


async def test_a_document_that_ended_while_it_waited_is_not_accepted(world: World) -> None:
    seller, curator = await people(world)
    made = await offered(seller, insurance(await world.today(), lasts=3))
    await world.advance(4)
    refused = await curator.post(f"{QUEUE}/{made['id']}/acceptance")
    assert (refused.status_code, refused.json()["code"]) == (409, "ended")


async def test_a_recused_curator_decides_of_no_document_of_that_firm(world: World) -> None:
    seller, curator = await people(world)
    made = await offered(seller, vigilance(await world.today()))
    firm = {"firm": "Quinquet Systèmes", "kind": "shares", "detail": "", "since": "2026-01-01"}
    await curator.did("/me/interests", firm | {"detail": "Dix parts."})
    for act, body in (("acceptance", None), ("refusal", {"reason": "Non."})):
        refused = await curator.post(f"{QUEUE}/{made['id']}/{act}", body)
        assert (refused.status_code, refused.json()["code"]) == (403, "recused")


async def test_impossible_documents_are_refused_with_every_fault_and_nothing_is_kept(
    world: World, subtests: pytest.Subtests
) -> None:
    seller = await world.startup()
    today = await world.today()
    day = timedelta(days=1)
    cases: list[tuple[dict[str, Any], Sample | None, set[str]]] = [
        (vigilance(today, issued_on=str(today + day)), None, {"issued_on", "file"}),
        (vigilance(today, age=200), ("a.pdf", PDF, pdf()), {"issued_on"}),
        (vigilance(today, issued_on="1700-01-01"), ("a.pdf", PDF, pdf()), {"issued_on"}),
        (insurance(today, expires_on=str(today - day)), ("a.pdf", PDF, pdf()), {"expires_on"}),
        ({"kind": "liability", "issuer": "A", "issued_on": str(today)}, None, {"expires_on", "number", "amount_cents", "file"}),
        ({"kind": "vigilance", "issuer": "URSSAF", "issued_on": str(today)}, ("a.pdf", PDF, pdf()), {"number"}),
        ({"kind": "iso", "issuer": "AFNOR", "issued_on": str(today)}, ("a.pdf", PDF, pdf()), {"expires_on", "title"}),
        ({"kind": "diplôme", "issuer": "<b>A</b>", "issued_on": "2026-02-30"}, ("a.pdf", PDF, pdf()), {"kind", "issuer", "issued_on"}),
        (vigilance(today, issuer="x" * 10_000, number="a\u202eb"), ("a.pdf", PDF, pdf()), {"issuer", "number"}),
        (vigilance(today, number=""), ("a.png", "image/png", b"GIF89a" + b"0" * 50), {"number", "file"}),
        (vigilance(today), ("a.png", "image/png", png()[:-12]), {"file"}),
        (vigilance(today), ("a.pdf", PDF, EXE), {"file"}),
        (vigilance(today), ("a.svg", "image/svg+xml", SVG), {"file"}),
        (vigilance(today), ("a.pdf", PDF, HTML), {"file"}),
        (vigilance(today), ("a.pdf", PDF, pdf() + b"\n%" + b"x" * 5_000_000), {"file"}),
        (vigilance(today), ("a.pdf", PDF, b""), {"file"}),
        (insurance(today, amount_cents="0"), ("a.pdf", PDF, pdf()), {"amount_cents"}),
    ]  # fmt: skip
    for facts, file, paths in cases:
        with subtests.test(f"{facts} {file and file[0]}"[:120]):
            sent = {name: value for name, value in facts.items() if value != ""}
            assert wrong(await offering(seller, sent, file)) == paths
    assert await seller.read(MINE) == []
    assert await world.sql("select count(*) from stored_file") == 0
    for good in (("a.PNG", "image/png", png()), ("a.jpeg", "image/jpeg", jpeg())):
        await offered(seller, vigilance(today), good)


async def test_the_same_sending_twice_keeps_one_document(world: World) -> None:
    seller = await world.startup()
    facts = vigilance(await world.today())
    for _ in range(2):
        answer = await offering(seller, facts, idempotency_key="une-fois")
        assert answer.status_code == 201
    assert len(await seller.read(MINE)) == 1


async def test_several_norms_stand_side_by_side_under_their_titles(world: World) -> None:
    seller, curator = await people(world)
    today = await world.today()
    norm = {
        "kind": "iso",
        "issuer": "AFNOR",
        "issued_on": str(today),
        "expires_on": str(today + timedelta(days=900)),
    }
    await accepted(seller, curator, norm | {"title": "ISO 27001"})
    await accepted(seller, curator, norm | {"title": "ISO 9001"})
    await offered(seller, norm | {"title": "iso 9001"})
    assert [one["replaced_at"] for one in await seller.read(MINE)] == [None, None, None]
    for number in range(8):
        await offered(seller, norm | {"title": f"Norme {number}"})
    assert wrong(await offering(seller, norm | {"title": "Une de trop"})) == {"kind"}


async def test_documents_are_seen_by_their_startup_and_curators_alone(world: World) -> None:
    seller, curator = await people(world)
    rival, town = await world.startup("Lucivoie"), await world.town()
    made = await accepted(seller, curator, vigilance(await world.today(), number="SECRET-1"))
    database = world.app.state.database
    file_id = await world.sql("select file_id from certificate")
    assert (await seller.get(f"{MINE}/{made['id']}/file")).content == SOUND[2]
    assert (await seller.get(f"/files/{file_id}")).status_code == 200
    assert (await curator.get(f"{QUEUE}/{made['id']}/file")).status_code == 200
    for caller in (rival, town, world.visitor, await world.staff(Role.SUPERVISOR)):
        for path in (f"{MINE}/{made['id']}/file", f"{QUEUE}/{made['id']}/file", f"/files/{file_id}"):
            assert (await caller.get(path)).status_code in {401, 403, 404}, (caller.actor.kind, path)
        shown = await caller.get(f"/suppliers/{seller.actor.organisation_id}")
        assert "SECRET-1" not in shown.text and "URSSAF" not in shown.text
        async with database.reading(caller.actor) as reads:
            assert await reads.scalar(text("select count(*) from certificate")) == 0
            assert await reads.scalar(text("select count(*) from stored_file")) == 0
    async with database.transaction(rival.actor) as session:
        assert (await session.execute(text("update certificate set state = 'refused'"))).rowcount == 0


async def test_policies_refuse_a_startup_that_accepts_its_own_document(world: World) -> None:
    seller, _ = await people(world)
    await offered(seller, vigilance(await world.today()))
    with pytest.raises(Exception, match="row-level security"):
        async with world.app.state.database.transaction(seller.actor) as session:
            await session.execute(text("update certificate set state = 'accepted'"))


async def test_warnings_go_out_30_and_7_days_before_and_on_expiry_once_each(world: World) -> None:
    seller, curator = await people(world)
    today = await world.today()
    await accepted(seller, curator, insurance(today, lasts=40))
    await offered(seller, vigilance(today))  # not accepted: nothing to warn of
    found = []
    for days in (9, 1, 1, 21, 1, 1, 8, 1, 60):
        await world.advance(days)
        await world.work()
        found.append((await told(world, "À renouveler%"), await told(world, "Document expiré%")))
    # day 9, 10 (30 days left), 11, 32 (8 left), 33 (7 left), 34, 42 (ended on 40), 43, 103
    assert found == [(0, 0), (1, 0), (1, 0), (1, 0), (2, 0), (2, 0), (2, 1), (2, 1), (2, 1)]


async def test_a_worker_that_slept_tells_the_latest_alone_and_nothing_of_what_was_replaced(
    world: World,
) -> None:
    seller, curator = await people(world)
    today = await world.today()
    await accepted(seller, curator, insurance(today, lasts=40))
    await accepted(seller, curator, insurance(today, lasts=300))
    await accepted(seller, curator, vigilance(today, age=150, expires_on=str(today + timedelta(days=20))))
    await world.advance(60)
    assert await told(world, "À renouveler%") == 0
    assert await told(world, "Document expiré%") == 1


async def test_curators_are_told_that_a_document_waits_save_the_recused_and_no_longer_once_it_is_decided(
    world: World,
) -> None:
    seller, curator = await people(world)
    _, tied = await people(world)
    assert seller.organisation is not None
    named = seller.organisation.siren
    firm = {"firm": named, "kind": "shares", "detail": "Dix parts.", "since": "2026-01-01"}
    await tied.did("/me/interests", firm)
    made = await offered(seller, vigilance(await world.today()))
    await world.work()
    assert await told(world, "Document à vérifier%") == 1
    whose = await world.sql("select person_id from notice where subject like 'Document à vérifier%'")
    assert whose == curator.actor.person_id
    await curator.did(f"{QUEUE}/{made['id']}/acceptance")
    await world.work()
    assert await told(world, "Document à vérifier%") == 0


async def test_a_document_that_another_replaces_waits_for_nobody(world: World) -> None:
    seller, _ = await people(world)
    await offered(seller, vigilance(await world.today()))
    await world.work()
    newer = await offered(seller, vigilance(await world.today()))
    await world.work()
    assert await told(world, "Document à vérifier%") == 1
    link = await world.sql("select link from notice where subject like 'Document à vérifier%'")
    assert link == f"/relecture/certificats/{newer['id']}"
