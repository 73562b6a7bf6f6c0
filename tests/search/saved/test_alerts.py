"""Alerts: what is new to a search is told once, in the day's mail, by the calendar of Paris; nothing else ever is."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from catalog.solutions.events import SheetChanged
from marketplace import outbox
from marketplace.actor import SYSTEM, OrganisationKind, Role
from marketplace.ids import SolutionId
from search.engines.postgres import PostgresEngine
from search.index.refreshing import refresh, reindex
from search.saved import alerting, stopping
from search.saved.alerting import Site
from tests.pages.reader import Page
from tests.support.curating import publish
from tests.support.world import Caller, World

DOMAIN = "eclairage-public"
CONTENT: dict[str, Any] = {
    "summary": "Abaisse les lampadaires la nuit.", "description": "D", "domains": [DOMAIN], "maturity": "growth",
}  # fmt: skip
SEARCH = {"q": "lampadaires", "domain": [DOMAIN]}
NOON = datetime(2030, 3, 28, 11, tzinfo=UTC)
"""Three days before clocks go forward in Paris."""


@pytest.fixture
async def curator(world: World) -> Caller:
    return await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)


@pytest.fixture
async def seller(world: World) -> Caller:
    return await world.startup()


async def at(world: World, instant: datetime) -> None:
    """Move the market's clock there, let the worker do what is due, and let the day's digest leave."""
    for moment in (instant, instant + timedelta(minutes=6)):
        await world.sql("update clock_shift set shift = :to - now()", to=moment)
        await world.work()


async def reviewed(
    world: World, seller: Caller, curator: Caller, name: str, **changes: Any
) -> dict[str, Any]:
    """A sheet that went its whole way to the directory."""
    drafted: dict[str, Any] = await seller.did("/my/solutions", CONTENT | {"name": name} | changes)
    await seller.did(f"/my/solutions/{drafted['id']}/submission")
    await publish(curator, drafted["id"])
    await world.work()
    return drafted


async def published(world: World, name: str, **changes: Any) -> dict[str, Any]:
    """A sheet that is in the directory and its index, by the short way."""
    said = CONTENT | changes
    id_ = await world.sql(
        "insert into solution (id, slug, supplier_name, name, summary, description, domains, tags, audiences, maturity, fictional, state,"
        " state_since, published_at, version) values (gen_random_uuid(), :slug, 'Quinquet Systèmes', :name, :summary, 'D', :domains, '{}', '{}',"
        " 'growth', true, 'published', now(), now(), 1) returning id",
        slug=name.lower().replace(" ", "-"), name=name, summary=said["summary"], domains=said["domains"],
    )  # fmt: skip
    async with world.as_worker.transaction(SYSTEM) as session:
        await refresh(session, PostgresEngine(), [SolutionId(id_)])
    return {"id": str(id_)}


async def alerted(world: World, who: Caller, alert: str = "daily", **search: Any) -> dict[str, Any]:
    body = {"name": "Nos lampes", "search": SEARCH | search, "alert": alert}
    made: dict[str, Any] = await who.did("/saved-searches", body)
    await world.work()
    return made


async def mails(world: World, about: str = "nouvelle") -> list[dict[str, str]]:
    found = await world.sql(
        "select json_agg(json_build_object('to', recipient, 'subject', subject, 'body', body) order by id) from mail"
    )
    return [mail for mail in found or [] if about in mail["subject"] + mail["body"]]


async def suspended(world: World, id_: str) -> None:
    """As a curator does, without their reasons."""
    async with world.as_worker.transaction(SYSTEM) as session:
        await session.execute(text("update solution set state = 'suspended' where id = :id"), {"id": id_})
        outbox.record(session, SheetChanged(solution_id=SolutionId(UUID(id_))))
    await world.work()


async def test_only_what_is_new_is_told_once_the_next_morning_with_its_links(world: World) -> None:
    await at(world, NOON)
    await published(world, "Vieille lampe")
    town = await world.town()
    made = await alerted(world, town)
    await published(world, "Nuit calme")
    await published(world, "Compteur d’eau", summary="Mesure les fuites.", domains=["eau-assainissement"])  # fmt: skip
    await at(world, NOON + timedelta(hours=11.5))  # the same day in Paris, just before midnight
    assert await mails(world) == []
    await at(world, NOON + timedelta(hours=17))  # five in the morning
    assert await mails(world) == []
    await at(world, NOON + timedelta(hours=19.1))  # past seven
    (mail,) = await mails(world)
    site = world.settings.web.base_url
    assert mail["subject"] == "1 fiche nouvelle pour « Nos lampes »"
    assert "Nuit calme, de Quinquet Systèmes." in mail["body"]
    assert f"{site}/solutions/nuit-calme" in mail["body"] and f"{site}{made['link']}" in mail["body"]
    assert "Vieille" not in mail["body"] and "Compteur" not in mail["body"]
    assert f"{site}/alertes/arret/" in mail["body"]
    for days in (2, 3, 9):
        await at(world, NOON + timedelta(days=days))
    assert len(await mails(world)) == 1  # and nothing when nothing is new


async def test_a_sheet_that_comes_to_match_is_new_and_one_that_changes_otherwise_is_not(
    world: World, seller: Caller, curator: Caller
) -> None:
    await at(world, NOON)
    old = await reviewed(world, seller, curator, "Vieille lampe")
    other = await reviewed(world, seller, curator, "Mât", summary="Un mât.", domains=["mobilite"])
    await alerted(world, await world.town())
    for sheet, name, summary in ((old, "Vieille lampe bis", "Abaisse les lampadaires."), (other, "Mât éclairé", "Un mât pour lampadaires.")):  # fmt: skip
        content = await seller.read(f"/my/solutions/{sheet['id']}")
        body = {
            "name": name,
            "summary": summary,
            "description": "D",
            "domains": [DOMAIN],
            "maturity": "growth",
        }
        await seller.did(f"/my/solutions/{sheet['id']}", body, method="put", If_Match=str(content["version"]))
        await seller.did(f"/my/solutions/{sheet['id']}/submission")
        await publish(curator, sheet["id"])
    await world.work()
    await at(world, NOON + timedelta(days=1))
    (mail,) = await mails(world)
    assert "Mât éclairé" in mail["body"] and "Vieille lampe" not in mail["body"]


async def test_a_weekly_alert_waits_seven_days_of_paris_over_the_change_of_hour(world: World) -> None:
    seven_and_a_bit = datetime(2030, 3, 28, 6, 10, tzinfo=UTC)  # 7:10 in winter time
    await at(world, seven_and_a_bit)
    await alerted(world, await world.town(), "weekly")
    await published(world, "Nuit calme")
    for days in range(1, 7):
        await at(world, seven_and_a_bit + timedelta(days=days))
        assert await mails(world) == []
    await at(world, seven_and_a_bit + timedelta(days=7, hours=-1.5))  # 6:40 in summer time
    assert await mails(world) == []
    await at(world, seven_and_a_bit + timedelta(days=7, hours=-1))  # 7:10 again, an hour less of the sun
    assert len(await mails(world)) == 1
    await published(world, "Lune douce")
    for days in (8, 13):
        await at(world, seven_and_a_bit + timedelta(days=days))
        assert len(await mails(world)) == 1
    await at(world, seven_and_a_bit + timedelta(days=14))
    assert len(await mails(world)) == 2


async def test_a_worker_that_was_down_tells_once_and_not_once_a_missed_day(world: World) -> None:
    await at(world, NOON)
    made = await alerted(world, await world.town())
    await published(world, "Nuit calme")
    await at(world, NOON + timedelta(days=5))
    assert len(await mails(world)) == 1
    site = Site(world.settings.web.base_url, "x")
    async with world.as_worker.transaction(
        SYSTEM
    ) as session:  # a job that is tried again finds nothing to do
        now = await world.now()
        assert await alerting.look(session, PostgresEngine(), made["id"], site, now=now) == 0
    assert await world.sql("select count(*) from notice where key like 'saved_search:%'") == 1


async def test_a_sheet_suspended_before_the_mail_leaves_is_not_in_it_and_is_told_if_it_comes_back(
    world: World,
) -> None:
    await at(world, NOON)
    await alerted(world, await world.town())
    calm = await published(world, "Nuit calme")
    await published(world, "Lune douce")
    morning = NOON + timedelta(hours=20)
    await world.sql("update clock_shift set shift = :to - now()", to=morning)
    await world.work()
    assert (
        await world.sql("select subject from notice where key like 'saved_search:%'")
        == "2 fiches nouvelles pour « Nos lampes »"
    )
    await suspended(world, calm["id"])
    await at(world, morning + timedelta(minutes=6))
    (mail,) = await mails(world)
    assert mail["subject"] == "1 fiche nouvelle pour « Nos lampes »"
    assert "Lune douce" in mail["body"] and "Nuit calme" not in mail["body"]
    await world.sql("update solution set state = 'published' where id = cast(:id as uuid)", id=calm["id"])
    async with world.as_worker.transaction(SYSTEM) as session:
        await reindex(session, PostgresEngine())
    await at(world, morning + timedelta(days=1))
    assert "Nuit calme" in (await mails(world))[1]["body"]


async def test_a_notice_whose_every_sheet_is_gone_never_leaves(world: World) -> None:  # fmt: skip
    await at(world, NOON)
    await alerted(world, await world.town())
    calm = await published(world, "Nuit calme")
    await world.sql("update clock_shift set shift = :to - now()", to=NOON + timedelta(hours=20))
    await world.work()
    await suspended(world, calm["id"])
    await at(world, NOON + timedelta(days=1))
    assert await mails(world) == []


async def test_an_index_that_is_late_names_no_unpublished_sheet(world: World) -> None:  # fmt: skip
    await at(world, NOON)
    await alerted(world, await world.town())
    calm = await published(world, "Nuit calme")
    await world.sql("update solution set state = 'suspended' where id = cast(:id as uuid)", id=calm["id"])
    await at(world, NOON + timedelta(days=1))
    assert await mails(world) == []


async def test_many_new_sheets_are_ten_names_and_a_count(world: World) -> None:  # fmt: skip
    await at(world, NOON)
    await alerted(world, await world.town(), q="")
    for i in range(12):
        await published(world, f"Lampe {i:02}")
    await at(world, NOON + timedelta(days=1))
    (mail,) = await mails(world)
    assert mail["subject"] == "12 fiches nouvelles pour « Nos lampes »"
    assert mail["body"].count("/solutions/lampe-") == 10 and "et 2 autres" in mail["body"]


async def test_turning_an_alert_on_later_tells_nothing_of_what_is_there(world: World) -> None:
    await at(world, NOON)
    town = await world.town()
    made = await alerted(world, town, "none")
    await published(world, "Nuit calme")

    async def turns(alert: str, version: int) -> None:
        headers = town.headers | {"If-Match": str(version)}
        answer = await world.http.patch(
            f"/api/v1/saved-searches/{made['id']}", json={"alert": alert}, headers=headers
        )
        assert answer.status_code == 200
        await world.work()

    await turns("daily", 1)
    await at(world, NOON + timedelta(days=1))
    assert await mails(world) == []
    await turns("none", 2)
    assert await world.sql("select count(*) from saved_search_find") == 0
    await published(world, "Lune douce")
    await at(world, NOON + timedelta(days=2))
    await turns("weekly", 3)
    await at(world, NOON + timedelta(days=10))
    assert await mails(world) == []


async def test_a_deleted_search_and_one_of_somebody_who_left_tell_nothing(world: World) -> None:
    await at(world, NOON)
    town = await world.town()
    made = await alerted(world, town)
    await published(world, "Nuit calme")
    await world.sql("update clock_shift set shift = :to - now()", to=NOON + timedelta(hours=20))
    await world.work()  # the notice waits
    await town.delete(f"/saved-searches/{made['id']}")
    await at(world, NOON + timedelta(days=1))
    assert await mails(world) == []
    await town.did(f"/saved-searches/{made['id']}/restoration")
    await at(world, NOON + timedelta(days=2))
    assert len(await mails(world)) == 1  # it was not told, so it is
    await published(world, "Lune douce")
    await world.sql(
        "delete from affiliation where person_id = cast(:id as uuid)", id=str(town.actor.person_id)
    )
    await at(world, NOON + timedelta(days=3))
    assert len(await mails(world)) == 1


async def test_the_mails_link_stops_the_alert_without_signing_in_and_reading_it_changes_nothing(
    world: World,
) -> None:
    await at(world, NOON)
    town = await world.town()
    made = await alerted(world, town)
    await published(world, "Nuit calme")
    await at(world, NOON + timedelta(days=1))
    (mail,) = await mails(world)
    link = mail["body"].partition("sans vous connecter : ")[2].split()[0]
    path = link.removeprefix(world.settings.web.base_url)
    http = httpx.AsyncClient(transport=world.http._transport, base_url="http://localhost:8000")
    page = Page.of(path, await http.get(path))
    assert page.faults() == [] and page.status == 200 and "Nos lampes" not in page.text
    assert (await town.read("/saved-searches"))[0]["alert"] == "daily"
    for _ in range(2):
        assert (await http.post(path)).status_code == 303
        assert (await town.read("/saved-searches"))[0]["alert"] == "none"
    await published(world, "Lune douce")
    await at(world, NOON + timedelta(days=2))
    assert len(await mails(world)) == 1
    forged = f"{stopping.PATH}/{made['id'].replace('-', '')}." + "0" * 64
    for wrong in (forged, path[:-1], path + "0", f"{stopping.PATH}/é", f"{stopping.PATH}/.", f"{stopping.PATH}/{made['id']}"):  # fmt: skip
        assert [(await http.get(wrong)).status_code, (await http.post(wrong)).status_code] == [404, 404]
    await http.aclose()


async def test_a_link_of_one_alert_stops_no_other(world: World) -> None:
    town = await world.town()
    one, two = await alerted(world, town), await alerted(world, town, q="feux")
    secret = world.settings.web.secret
    assert secret
    path = stopping.link_to_stop(secret.get_secret_value(), UUID(one["id"]))
    await world.http.post(path)
    assert {one["id"]: "none", two["id"]: "daily"} == {
        kept["id"]: kept["alert"] for kept in await town.read("/saved-searches")
    }
