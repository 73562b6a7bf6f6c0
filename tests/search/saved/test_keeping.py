"""Keeping searches: one's own, under a name, once each, fifty at most, deleted with a way back."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from marketplace.actor import OrganisationKind, Role
from search.saved.keeping import AT_MOST
from tests.support.world import TOWN_ROLES, Caller, World

LIGHT = {"q": "Éclairage", "domain": ["mobilite", "eclairage-public"], "feature": ["eu_hosted", "priced"]}


async def kept(who: Caller, **changes: Any) -> dict[str, Any]:
    body = {"name": "Éclairage", "search": LIGHT} | changes
    made: dict[str, Any] = await who.did("/saved-searches", body)
    return made


async def patched(who: Caller, id_: str, body: dict[str, Any], version: int | None = 1) -> httpx.Response:
    headers = who.headers | ({"If-Match": str(version)} if version is not None else {})
    return await who.http.patch(f"/api/v1/saved-searches/{id_}", json=body, headers=headers)


async def test_a_search_is_kept_in_one_form_and_runs_by_its_link(world: World) -> None:
    town = await world.town()
    made = await kept(town)
    assert made["search"] == {
        "q": "Éclairage", "domain": ["eclairage-public", "mobilite"], "maturity": [], "feature": ["priced", "eu_hosted"],
        "available": False, "sort": "relevance",
    }  # fmt: skip
    assert (made["alert"], made["version"], made["looked_on"]) == ("none", 1, None)
    assert (await world.http.get(made["link"])).status_code == 200
    assert await town.read("/saved-searches") == [made]
    assert await town.read(f"/saved-searches/{made['id']}") == made


async def test_the_same_search_again_says_under_which_name_it_is_kept(world: World) -> None:
    town = await world.town()
    made = await kept(town)
    again = LIGHT | {
        "q": " eclairage ",
        "domain": ["eclairage-public", "mobilite", "mobilite"],
        "sort": "name",
    }
    answer = await town.post("/saved-searches", {"name": "Autre nom", "search": again})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "already_saved")
    assert problem["facts"] == {"name": "Éclairage", "id": made["id"]}
    assert len(await town.read("/saved-searches")) == 1
    assert (await kept(town, name="Autre", search=LIGHT | {"available": True}))["name"] == "Autre"


async def test_of_two_who_save_the_same_at_once_one_is_told(world: World) -> None:
    town = await world.town()
    answers = await asyncio.gather(
        *(town.post("/saved-searches", {"name": f"N{i}", "search": LIGHT}) for i in range(6))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409, 409]


async def test_beyond_fifty_says_to_delete_one_first(world: World) -> None:
    town = await world.town()
    first = await kept(town)
    await world.sql(
        "insert into saved_search (id, organisation_id, person_id, name, criteria, digest, alert, version)"
        " select gen_random_uuid(), organisation_id, person_id, 'n' || i, criteria, 'd' || i, 'none', 1"
        " from saved_search, generate_series(1, :more) i",
        more=AT_MOST - 1,
    )
    answer = await town.post("/saved-searches", {"name": "De trop", "search": {}})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_saved_searches")
    assert "50" in answer.json()["title"]
    await town.delete(f"/saved-searches/{first['id']}")
    assert (await town.post("/saved-searches", {"name": "Ça tient", "search": {}})).status_code == 201
    answer = await town.post(f"/saved-searches/{first['id']}/restoration")
    assert answer.json()["code"] == "too_many_saved_searches"


async def test_every_wrong_value_is_named_and_nothing_is_kept(world: World) -> None:
    town = await world.town()
    wrong = {
        "name": "deux\nlignes",
        "search": {"q": "a" * 501, "couleur": "bleu"},
        "alert": "hourly",
    }
    answer = await town.post("/saved-searches", wrong)
    assert answer.status_code == 422
    assert {error["path"] for error in answer.json()["errors"]} == {
        "name",
        "search.q",
        "search.couleur",
        "alert",
    }
    answer = await town.post(
        "/saved-searches", {"name": "x", "search": {"domain": ["lampes"], "sort": "cher"}}
    )
    assert [error["path"] for error in answer.json()["errors"]] == ["search.sort", "search.domain"]
    for name in ("", " ", "x" * 121, "<b>x</b>", "x\u202ey"):
        assert (await town.post("/saved-searches", {"name": name, "search": {}})).status_code == 422, name
    assert await town.read("/saved-searches") == []


async def test_renaming_and_changing_the_alert_want_the_version_that_was_read(world: World) -> None:
    town = await world.town()
    made = await kept(town)
    assert (await patched(town, made["id"], {"name": "x"}, version=None)).status_code == 428
    changed = (await patched(town, made["id"], {"name": "Lampes"})).json()
    assert (changed["name"], changed["alert"], changed["version"]) == ("Lampes", "none", 2)
    stale = await patched(town, made["id"], {"alert": "daily"})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    changed = (await patched(town, made["id"], {"alert": "weekly"}, version=2)).json()
    assert (changed["name"], changed["alert"], changed["version"]) == ("Lampes", "weekly", 3)


async def test_a_deleted_search_is_gone_until_it_is_restored_and_not_twice(world: World) -> None:
    town = await world.town()
    made = await kept(town)
    path = f"/saved-searches/{made['id']}"
    assert (await town.delete(path)).status_code == 204
    assert [(await town.get(path)).status_code, (await town.delete(path)).status_code] == [404, 404]
    assert (await patched(town, made["id"], {"name": "x"}, version=2)).status_code == 404
    other = await kept(town, name="La même")
    answer = await town.post(f"{path}/restoration")
    assert (answer.status_code, answer.json()["facts"]["name"]) == (409, "La même")
    await town.delete(f"/saved-searches/{other['id']}")
    restored = await town.did(f"{path}/restoration")
    assert (restored["name"], restored["version"]) == ("Éclairage", 3)
    assert (await town.post(f"{path}/restoration")).status_code == 404


async def test_a_search_is_its_persons_alone_not_a_colleagues_an_administrators_nor_staffs(
    world: World,
) -> None:
    town = await world.town()
    assert town.organisation
    made = await kept(town)
    others = [
        await world.member(town.organisation, TOWN_ROLES), await world.startup(), await world.staff(Role.AUDITOR),
        await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION),
    ]  # fmt: skip
    for other in others:
        assert await other.read("/saved-searches") == []
        path = f"/saved-searches/{made['id']}"
        for answer in (
            await other.get(path), await patched(other, made["id"], {"name": "x"}), await other.delete(path),
            await other.post(f"{path}/restoration"),
        ):  # fmt: skip
            assert answer.status_code == 404
        assert (await kept(other))["name"] == "Éclairage"  # each their own
    assert (await world.visitor.get("/saved-searches")).status_code == 401


async def test_the_database_shows_and_gives_a_row_to_its_person_only(world: World) -> None:
    town = await world.town()
    made = await kept(town)
    other = await world.startup()
    database = world.app.state.database
    async with database.transaction(other.actor) as session:
        assert await session.scalar(text("select count(*) from saved_search")) == 0
        touched = await session.execute(
            text("update saved_search set name = 'x' where id = :id returning id"), {"id": made["id"]}
        )
        assert touched.all() == []
    async with database.transaction(town.actor) as session:
        assert await session.scalar(text("select count(*) from saved_search")) == 1
        with pytest.raises(Exception, match="row-level security"):
            await session.execute(
                text("update saved_search set person_id = :other"), {"other": other.actor.person_id}
            )
    async with database.transaction(town.actor) as session:
        with pytest.raises(Exception, match="permission denied"):
            await session.execute(text("select * from saved_search_find"))


async def test_the_journal_says_that_a_search_was_kept_never_what_was_looked_for(world: World) -> None:
    town = await world.town()
    made = await kept(town, alert="daily")
    lines = await world.sql(
        "select json_agg(json_build_array(action, after)) from audit_line where subject_id = :id",
        id=made["id"],
    )
    assert lines == [["saved_search.keep", {"alert": "daily"}]]


async def test_whoever_leaves_the_organisation_leaves_what_they_kept_for_it(world: World) -> None:
    admin = await world.town()
    assert admin.organisation
    leaver = await world.member(admin.organisation, frozenset({Role.AGENT}))
    await kept(leaver)
    await kept(admin)
    answer = await admin.delete(f"/organisation/members/{leaver.actor.person_id}")
    assert answer.status_code < 300, answer.text
    await world.work()
    assert await world.sql("select count(*) from saved_search") == 1
