"""Notices: told once, gathered in one mail a Paris day, none lost, none twice, whoever composes at once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from marketplace import clock
from marketplace.actor import SYSTEM, OrganisationKind, Role
from marketplace.db import Database
from marketplace.notifications import digests, notices
from marketplace.settings import needed
from tests.pages.reader import Page, Reader
from tests.support.world import Caller, World
from workers.relay import Relay
from workers.routing import DEADLINES, ROUTES
from workers.sweeps import sweep
from workers.tools import Tools

LINK = "/espace-entreprise"
NOON = datetime(2030, 6, 10, 10, tzinfo=UTC)


async def told(world: World, who: Caller, *, key: str = "news", **changes: object) -> int:
    assert who.organisation
    said = {"subject": "Fiche à compléter", "body": "Il manque le prix.", "link": LINK} | changes
    async with world.as_worker.transaction(SYSTEM) as session:
        return await notices.tell(session, who.organisation.id, key=key, **said)  # type: ignore[arg-type]


async def at(world: World, instant: datetime) -> None:
    """Move the market's clock there, and let the worker do what is due."""
    await world.sql("update clock_shift set shift = :to - now()", to=instant)
    await world.work()


async def mails(world: World) -> list[dict[str, str]]:
    found = await world.sql(
        "select json_agg(json_build_object('to', recipient, 'subject', subject, 'body', body, 'state', state) order by id) from mail"
    )
    return found or []


async def pending(world: World) -> int:
    return int(await world.sql("select count(*) from notice where sent_at is null"))


async def test_a_burst_goes_out_as_one_mail_after_five_minutes_grouped_by_subject_oldest_first(
    world: World,
) -> None:
    startup = await world.startup()
    await at(world, NOON)
    await told(world, startup, key="a", body="Il manque le prix.", link="/fiches/a")
    await told(world, startup, key="b", subject="Fiche publiée", body="Elle est en ligne.", link="/fiches/b")
    await told(world, startup, key="c", body="Il manque la date.", link="/fiches/c")
    await at(world, NOON + timedelta(minutes=4, seconds=30))
    assert await mails(world) == []
    await at(world, NOON + timedelta(minutes=6))
    (mail,) = await mails(world)
    assert (mail["subject"], mail["state"]) == ("3 avis de l’annuaire", "sent")
    site = world.settings.web.base_url
    wanted = [
        "Fiche à compléter", "Il manque le prix.", f"{site}/fiches/a", "Il manque la date.", f"{site}/fiches/c",
        "Fiche publiée", "Elle est en ligne.", f"{site}/fiches/b", "au plus un courriel", f"{site}/compte/avis",
    ]  # fmt: skip
    places = [mail["body"].index(said) for said in wanted]
    assert places == sorted(places)
    assert mail["body"].count("Fiche à compléter") == 1
    assert await pending(world) == 0


async def test_a_notice_alone_keeps_its_own_subject(world: World) -> None:
    startup = await world.startup()
    await told(world, startup)
    await world.advance(1)
    (mail,) = await mails(world)
    assert mail["subject"] == "Fiche à compléter"
    assert mail["body"].startswith(f"Il manque le prix.\n\n{world.settings.web.base_url}{LINK}\n\n--\n")


async def test_telling_twice_changes_nothing_even_after_the_mail(world: World) -> None:
    startup = await world.startup()
    assert [await told(world, startup), await told(world, startup)] == [1, 0]
    await world.advance(1)
    assert await told(world, startup) == 0
    await world.advance(1)
    assert len(await mails(world)) == 1


async def test_what_is_told_after_the_days_mail_waits_for_the_next_day_in_paris(world: World) -> None:
    startup = await world.startup()
    await at(world, NOON)
    await told(world, startup, key="a")
    await at(world, NOON + timedelta(minutes=6))
    await told(world, startup, key="b", subject="Fiche publiée")
    for hours in (1, 6, 11.9):  # 23:54 in Paris
        await at(world, NOON + timedelta(hours=hours))
        assert len(await mails(world)) == 1
    await at(world, NOON + timedelta(hours=12.1))  # past midnight in Paris, not in UTC
    assert [mail["subject"] for mail in await mails(world)] == ["Fiche à compléter", "Fiche publiée"]
    for hours in (13, 20, 35):
        await told(world, startup, key=f"c{hours}", subject=f"Suite {hours}")
        await at(world, NOON + timedelta(hours=hours))
    assert len(await mails(world)) == 2
    await at(world, NOON + timedelta(hours=36.2))
    assert [mail["subject"] for mail in await mails(world)][2:] == ["3 avis de l’annuaire"]
    assert await pending(world) == 0


async def test_only_the_people_with_the_role_are_told_save_those_set_aside(world: World) -> None:
    admin = await world.startup(roles=frozenset({Role.ADMIN}))
    assert admin.organisation
    seller = await world.member(admin.organisation, frozenset({Role.SELLER}))
    await world.startup("Une autre")
    assert await told(world, admin, key="a", roles=frozenset({Role.SELLER})) == 1
    assert await told(world, admin, key="b", beside=(seller.actor.person_id,)) == 1
    assert await told(world, admin, key="c", roles=frozenset({Role.AUDITOR})) == 0
    await world.advance(1)
    assert {mail["subject"] for mail in await mails(world)} == {"Fiche à compléter"}
    assert len({mail["to"] for mail in await mails(world)}) == 2


async def test_every_curator_is_told_once_in_whatever_team(world: World) -> None:
    bdt = await world.staff(Role.CURATOR)
    association = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    recused = await world.staff(Role.CURATOR)
    await world.staff(Role.SUPERVISOR)
    await world.startup()
    both = "insert into affiliation (id, person_id, organisation_id, roles) values (gen_random_uuid(), :person, :team, '{curator}')"
    await world.sql(both, person=bdt.actor.person_id, team=association.organisation.id)  # type: ignore[union-attr]
    said = {"key": "queue:1", "subject": "Fiche à relire", "body": "Une fiche attend.", "link": "/relecture"}
    for expected in (2, 0):
        async with world.as_worker.transaction(SYSTEM) as session:
            count = await notices.tell_curators(session, beside={recused.actor.person_id}, **said)  # type: ignore[arg-type]
        assert count == expected
    await world.advance(1)
    assert len(await mails(world)) == 2


async def test_a_settled_matter_is_withdrawn_and_what_is_told_later_the_same_day_still_goes_out(
    world: World,
) -> None:
    startup = await world.startup()
    await at(world, NOON)
    for key in ("sheet:1:asked", "sheet:1_:asked", "sheet:12:asked"):
        await told(world, startup, key=key, subject=key)
    await world.sql("update clock_shift set shift = shift + interval '6 minutes'")
    assert await sweep(world.tools, DEADLINES) == 1  # due, not composed yet
    async with world.as_worker.transaction(SYSTEM) as session:
        assert await notices.withdraw(session, "sheet:1_") == 1  # no wildcard
        assert await notices.withdraw(session, "sheet:1") == 2
        with pytest.raises(ValueError, match="everything"):
            await notices.withdraw(session, "")
    await world.work()
    assert await mails(world) == []
    await told(world, startup, key="sheet:1:published", subject="Fiche publiée")
    await at(world, NOON + timedelta(minutes=20))
    assert [mail["subject"] for mail in await mails(world)] == ["Fiche publiée"]
    async with world.as_worker.transaction(SYSTEM) as session:
        assert await notices.withdraw(session, "sheet:1") == 0, "what was sent stays"


async def compose_all(database: Database, people: list[Caller]) -> None:
    """Compose at once, whatever the sweep thinks of it."""
    for who in people:
        assert who.actor.person_id
        async with database.transaction(SYSTEM) as session:
            now = await clock.now(session)
            await digests.compose(session, who.actor.person_id, base_url="https://x.example", now=now)


async def work(tools: Tools) -> None:
    relay = Relay(tools, ROUTES)
    for _ in range(4):
        await sweep(tools, DEADLINES)
        await relay.drain()


async def tell_all(world: World, people: list[Caller], day: int) -> None:
    for number in range(6):
        for who in people:
            await told(world, who, key=f"{day}:{number}", body=f"Nouvelle {day}.{number}.")


async def test_two_workers_at_once_send_one_mail_and_nothing_is_lost_or_told_twice(world: World) -> None:
    """Rounds of news told while two workers sweep and compose: one mail a day each, every notice in exactly one."""
    people = [await world.startup(f"Entreprise {number}") for number in range(3)]
    second = Database(needed(world.settings.database.worker_url, "worker"), pool_size=6)
    workers, days = (world.tools, Tools(world.settings, second)), range(3)
    for day in days:
        await told_first(world, people, day)
        await world.sql(
            "update clock_shift set shift = :to - now()", to=NOON + timedelta(days=day, minutes=6)
        )
        await asyncio.gather(
            *(work(tools) for tools in workers),
            *(compose_all(tools.database, people) for tools in workers),
            tell_all(world, people, day),
        )
        count = await world.sql(
            "select json_agg(n) from (select count(*) as n from mail group by recipient) x"
        )
        assert count == [day + 1] * len(people)
    await at(world, NOON + timedelta(days=len(days)))
    await second.close()
    assert await pending(world) == 0
    written = [mail["to"] + mail["body"] for mail in await mails(world)]
    wanted = [f"Nouvelle {day}.{number}." for day in days for number in ("avant", *range(6))]
    for to in {mail["to"] for mail in await mails(world)}:
        mine = "".join(said for said in written if said.startswith(to))
        assert [mine.count(said) for said in wanted] == [1] * len(wanted)
    assert len(written) <= len(people) * 4, "three days with news, and one that brings what is left"


async def told_first(world: World, people: list[Caller], day: int) -> None:
    await world.sql("update clock_shift set shift = :to - now()", to=NOON + timedelta(days=day))
    for who in people:
        await told(world, who, key=f"{day}:avant", body=f"Nouvelle {day}.avant.")


async def test_an_event_seen_through_late_counts_for_the_day_it_is_seen_through(world: World) -> None:
    startup = await world.startup()
    await at(world, NOON)
    await told(world, startup, key="a")
    await world.sql("update clock_shift set shift = shift + interval '6 minutes'")
    await sweep(world.tools, DEADLINES)
    await at(world, NOON + timedelta(days=2))  # the worker was away
    assert len(await mails(world)) == 1
    await told(world, startup, key="b")
    await at(world, NOON + timedelta(days=2, hours=3))
    assert len(await mails(world)) == 1
    assert await world.sql("select split_part(key, ':', 2) from mail") == "2030-06-12"


async def test_who_left_the_organisation_is_told_its_news_no_more(world: World) -> None:
    startup = await world.startup()
    await told(world, startup)
    await world.sql("delete from affiliation where person_id = :who", who=startup.actor.person_id)
    await world.advance(1)
    assert await mails(world) == []
    assert await world.sql("select count(*) from notice") == 0


async def test_a_notice_that_leads_elsewhere_is_refused(world: World) -> None:
    startup = await world.startup()
    with pytest.raises(ValueError, match="page of this site"):
        await told(world, startup, link="https://ailleurs.example/")


async def test_notices_are_read_by_their_person_for_the_organisation_alone(world: World) -> None:
    startup = await world.startup()
    assert startup.organisation
    colleague = await world.member(startup.organisation, frozenset({Role.EDITOR}))
    stranger = await world.town()
    # the stranger's person also acts for the startup: the town's key does not read the startup's news
    both = "insert into affiliation (id, person_id, organisation_id, roles) values (gen_random_uuid(), :person, :team, '{editor}')"
    await world.sql(both, person=stranger.actor.person_id, team=startup.organisation.id)
    await at(world, NOON)
    await told(world, startup, key="old", subject="Ancien")
    await at(world, NOON + timedelta(days=91))
    await told(world, startup, key="a", subject="Premier", roles=frozenset({Role.SELLER}))
    await told(world, startup, key="b", subject="Second")
    found = await startup.read("/my/notices")
    assert [item["subject"] for item in found["items"]] == ["Second", "Premier"]
    assert (found["total"], found["items"][0]["sent_at"], found["items"][0]["link"]) == (2, None, LINK)
    assert [item["subject"] for item in (await colleague.read("/my/notices"))["items"]] == ["Second"]
    assert (await stranger.read("/my/notices"))["total"] == 0
    assert (await world.visitor.get("/my/notices")).status_code == 401
    second = await startup.read("/my/notices", page=2, per_page=1)
    assert [item["subject"] for item in second["items"]] == ["Premier"]
    await world.advance(1)
    assert all(item["sent_at"] for item in (await startup.read("/my/notices"))["items"])


async def test_the_page_shows_what_waits_and_what_was_sent_or_says_what_will_come(world: World) -> None:
    startup = await world.startup()
    reader = await Reader.arrive(world, "the startup", startup.organisation, frozenset({Role.EDITOR}))
    assert "Aucun avis pour le moment" in (await reader.http.get("/compte/avis")).text
    await told(
        world, startup, subject="<b>Prix</b>", body="Première ligne.\n\nSeconde ligne.", link="/solutions"
    )
    page = Page.of("/compte/avis", await reader.http.get("/compte/avis"))
    assert page.faults() == []
    assert "Dans votre prochain courriel" in page.text
    assert "<b>Prix</b> Première ligne. Seconde ligne." in " ".join(page.text.split())
    await world.advance(1)
    assert "Courriel du" in (await reader.http.get("/compte/avis")).text
    beyond = await reader.http.get("/compte/avis?page=7")
    assert (beyond.status_code, "Revenir aux derniers avis" in beyond.text) == (200, True)
    assert (await world.http.get("/compte/avis")).headers["location"].startswith("/connexion")
