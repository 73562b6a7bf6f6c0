"""Notices about reviews: at each step, to whom it concerns, once; nothing of what is settled."""

from datetime import UTC, datetime
from typing import Any

from marketplace.actor import Role
from tests.catalog.curation.test_deciding import people, revised, submitted
from tests.support.curating import decides, publish, review, sent_back
from tests.support.world import Caller, World

REASON = {"reason": "Le prix manque."}


async def at(world: World, instant: str) -> None:
    to = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    await world.sql("update clock_shift set shift = :to - now()", to=to)
    await world.work()


async def told(world: World, who: Caller) -> list[str]:
    """The subjects of somebody's notices, the first told first."""
    await world.work()
    found: list[str] | None = await world.sql(
        "select array_agg(subject order by created_at, id) from notice where person_id = :person",
        person=who.actor.person_id,
    )
    return found or []


async def last(world: World, who: Caller) -> Any:
    return await world.sql(
        "select row_to_json(n) from notice n where person_id = :person order by created_at desc, id desc limit 1",
        person=who.actor.person_id,
    )


async def test_each_step_is_told_to_the_other_side_once_with_its_reason_and_link(world: World) -> None:
    seller, curator = await people(world)
    await at(world, "2030-06-03T08:00:00")
    sheet = (await submitted(seller))["id"]
    assert await told(world, curator) == ["Fiche à relire : Télégestion d’éclairage"]
    assert (await last(world, curator))["link"] == f"/relecture/{sheet}"
    await decides(curator, sheet, "taking")
    assert await told(world, seller) == ["Fiche en relecture : Télégestion d’éclairage"]
    assert await told(world, curator) == []  # it waits for nobody else any more
    await sent_back(curator, sheet, "Le prix manque.", fields=["prices"])
    assert await told(world, seller) == ["Changements demandés : Télégestion d’éclairage"]
    notice = await last(world, seller)
    assert notice["link"] == f"/espace-entreprise/fiches/{sheet}/relecture"
    assert "Le prix manque." in notice["body"] and "À revoir : Prix publiés" in notice["body"]
    await seller.did(f"/my/solutions/{sheet}/submission")
    await publish(curator, sheet)
    await revised(seller, sheet, summary="Autre.", tags=["led"])
    await publish(curator, sheet, fields=["tags"], reason="Le résumé est trop court.")
    for decision in ("suspension", "reinstatement", "archive"):
        await curator.did(f"/reviews/{sheet}/{decision}", REASON)
    assert [subject.split(" : ")[0] for subject in await told(world, seller)] == [
        "Changements demandés", "Fiche acceptée", "Fiche acceptée en partie", "Fiche suspendue", "Fiche remise en ligne", "Fiche archivée",
    ]  # fmt: skip
    count = await world.sql("select count(*) from notice")
    await world.sql("update outbox set status = 'pending', claims = 0, done_at = null where topic like 'solution.%' or topic like 'review.%'")  # fmt: skip
    await world.work()
    assert await world.sql("select count(*) from notice") == count
    assert await told(world, curator) == []


async def test_a_review_that_is_given_back_is_told_to_the_curators_again(world: World) -> None:
    seller, curator = await people(world)
    sheet = (await submitted(seller))["id"]
    await world.work()
    await decides(curator, sheet, "taking")
    assert await told(world, curator) == []
    await decides(curator, sheet, "release")
    assert await told(world, curator) == ["Fiche à relire : Télégestion d’éclairage"]
    assert await told(world, seller) == []


async def test_a_checklists_no_reaches_the_startup_with_the_decision(world: World) -> None:
    seller, curator = await people(world)
    sheet = (await submitted(seller))["id"]
    no = {"answers": [{"item": "claims", "answer": "no", "note": "Sans source."}]}
    await curator.did(f"/reviews/{sheet}/checklist", no, method="put")
    await publish(curator, sheet)
    await told(world, seller)
    assert "Non : Chaque chiffre avancé a sa preuve ou sa méthode. Sans source." in (await last(world, seller))["body"]  # fmt: skip


async def test_comments_are_told_to_the_other_side_and_withdrawn_ones_to_nobody(world: World) -> None:
    seller, curator = await people(world)
    other = await world.staff(Role.CURATOR)
    sheet = (await submitted(seller))["id"]
    await decides(curator, sheet, "taking")
    await told(world, seller)
    at_ = f"/reviews/{sheet}/comments"
    await curator.did(at_, {"path": "summary", "text": "Trop court."})
    assert (await told(world, seller))[1:] == ["Commentaire de la relecture : Télégestion d’éclairage"]
    assert "En une phrase" in (await last(world, seller))["body"]
    mine = await seller.did(at_, {"path": "summary", "text": "Je le reprends."})
    assert await told(world, curator) == ["Réponse de Quinquet Systèmes : Télégestion d’éclairage"]
    assert await told(world, other) == []  # who reads the sheet answers
    await seller.did(f"{at_}/{mine['id']}/withdrawal")
    assert await told(world, curator) == []


async def test_reminders_come_at_five_and_eight_working_days_and_when_it_is_late_and_never_twice(
    world: World,
) -> None:
    seller, curator = await people(world)
    other, recused = await world.staff(Role.CURATOR), await world.staff(Role.CURATOR)
    assert seller.organisation is not None
    tie = {"firm": seller.organisation.siren, "kind": "family", "detail": "Un proche.", "since": "2026-01-01"}
    await recused.did("/me/interests", tie)
    await at(world, "2030-11-04T09:00:00")  # a Monday; the 11th is a holiday
    sheet = (await submitted(seller, name="Lente"))["id"]
    sent = ["Fiche à relire : Lente"]
    steps = (
        ("2030-11-08T09:00:00", []),  # 4 days
        ("2030-11-12T09:00:00", ["Fiche à relire avant le 19/11/2030 : Lente"]),  # 5
        ("2030-11-14T09:00:00", []),  # 7
        ("2030-11-15T09:00:00", ["Fiche à relire avant le 19/11/2030 : Lente"]),  # 8
        ("2030-11-19T22:00:00", []),  # the last day
        ("2030-11-20T09:00:00", ["Fiche en retard : Lente"]),
        ("2030-12-20T09:00:00", []),
    )
    for instant, more in steps:
        await at(world, instant)
        await at(world, instant.replace(":00:00", ":30:00"))
        sent += more
        assert await told(world, other) == sent, instant
    assert await told(world, recused) == []
    mails = await world.sql("select count(*) from mail where recipient = (select email from person where id = :id)", id=other.actor.person_id)  # fmt: skip
    assert mails == 4
    await publish(curator, sheet)
    await at(world, "2031-02-01T09:00:00")
    assert await told(world, other) == sent


async def test_whoever_reads_is_reminded_alone_and_nobody_once_it_is_decided(world: World) -> None:
    seller, curator = await people(world)
    other = await world.staff(Role.CURATOR)
    await at(world, "2030-11-04T09:00:00")
    sheets = [(await submitted(seller, name=name))["id"] for name in ("Lue", "Décidée", "Reprise")]
    await decides(curator, sheets[0], "taking")
    await at(world, "2030-11-12T09:00:00")
    assert "Fiche à relire avant le 19/11/2030 : Lue" in await told(world, curator)
    assert not [subject for subject in await told(world, other) if "avant" in subject and "Lue" in subject]
    pending = (
        "select count(*) from notice where sent_at is null and subject like '%avant%' and subject like :name"
    )
    assert await world.sql(pending, name="%Décidée") == 2
    await sent_back(curator, sheets[1])
    await seller.did(f"/my/solutions/{sheets[2]}/submission/withdrawal")
    await world.work()
    assert [await world.sql(pending, name=name) for name in ("%Décidée", "%Reprise", "%Lue")] == [0, 0, 1]
    await at(world, "2030-11-30T09:00:00")
    late = [subject for subject in await told(world, other) if "retard" in subject]
    assert late == ["Fiche en retard : Lue"]
    assert (await review(curator, sheets[0]))["late"]
