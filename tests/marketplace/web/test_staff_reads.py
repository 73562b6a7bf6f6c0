"""Whatever staff read that a stranger may not is in the journal: every page and every call of the API, known or to come."""

from typing import Any

import pytest
from litestar.routes import HTTPRoute

from marketplace.actor import OrganisationKind, Role
from marketplace.app import OPEN_TO_ALL
from tests.support import story
from tests.support.world import Caller, World

WITHOUT_A_LINE = {
    "/achats/{pool_id}/avancement": "a stream that says when to read the page again, not what is on it",
    "/healthz": "a probe", "/readyz": "a probe", "/relecture/import": "an empty form",
}  # fmt: skip
NOTHING = "00000000-0000-0000-0000-000000000000"
LINES = "select json_agg(json_build_array(after->>'route', organisation_id, subject_id)) from audit_line where action like '%.read'"


def readable(world: World) -> list[str]:
    """The templates of all that can be asked for with GET."""
    return sorted(
        {
            route.path_format
            for route in world.app.routes
            if isinstance(route, HTTPRoute) and "GET" in route.methods and not route.path_format.startswith(("/static", "/schema"))
        }
    )  # fmt: skip


async def answer(world: World, path: str, who: Caller) -> int:
    return (await world.http.get(path, headers=who.headers)).status_code


@pytest.fixture
async def ids(world: World) -> dict[str, str]:
    """Ids that lead somewhere, by the name of the parameter; the pool is past its public phases."""
    told = await story.ordered(world, [("120", "10"), ("80", "0")], sellers=3)
    drafted = await told.sellers[0].did(
        "/my/solutions",
        {
            "name": "Lanterne",
            "summary": "S",
            "description": "D",
            "domains": [story.DOMAIN],
            "maturity": "growth",
        },
    )
    await told.sellers[0].did(f"/my/solutions/{drafted['id']}/submission")
    found = {
        "pool_id": told.pool["id"],
        "solution_id": drafted["id"],
        "slug": drafted["slug"],
        "code": "18279",
        "name": "x",
    }
    for name, table in {
        "order_id": "purchase_order", "consultation_id": "consultation", "need_id": "need", "file_id": "stored_file",
        "key_id": "api_key", "quote_id": "quote",
    }.items():  # fmt: skip
        found[name] = str(await world.sql(f"select id from {table} limit 1"))
    await world.sql("alter table audit_line disable trigger user")
    await world.sql(
        "delete from audit_line where action like '%.read'"
    )  # what the curators of the story read
    return found


def filled(template: str, ids: dict[str, str]) -> str:
    for part in template.split("/"):
        if part.startswith("{"):
            template = template.replace(part, ids.get(part[1:-1].partition(":")[0], NOTHING))
    return template


async def test_what_staff_read_and_a_stranger_may_not_leaves_a_line(
    world: World, ids: dict[str, str]
) -> None:
    stranger = await world.startup("Ombre et Lueur")
    staff = [
        await world.staff(Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN),
        await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION),
    ]
    confidential: set[tuple[str, str]] = set()
    seen: set[tuple[str, str]] = set()
    for template in readable(world):
        if template in WITHOUT_A_LINE:
            continue
        path = filled(template, ids)
        outside = await answer(world, path, stranger), await answer(world, path, world.visitor)
        for who in staff:
            if await answer(world, path, who) == 200:
                seen.add((template, str(who.actor.organisation_id)))
                if 200 not in outside:
                    confidential.add((template, str(who.actor.organisation_id)))
    noted = {(route, organisation) for route, organisation, _ in await world.sql(LINES)}
    assert len({template for template, _ in confidential}) > 12, (
        "the story must lead staff to what is confidential"
    )
    missed = sorted(template for template, _ in confidential - noted)
    assert not missed, (
        "staff read this and nothing says so: its handler must take `reads` (or `session`), and OPEN_TO_ALL of app.py may "
        f"not name it: {missed}"
    )
    assert {template for template, _ in noted} & OPEN_TO_ALL == set()
    assert noted <= seen, "a line for what was not read"


async def test_a_line_says_what_was_read_and_a_refusal_or_a_strangers_read_leaves_none(
    world: World, ids: dict[str, str]
) -> None:
    supervisor, town = await world.staff(Role.SUPERVISOR), await world.town()
    await world.sql("alter table audit_line disable trigger user")
    await world.sql(
        "delete from audit_line where action like '%.read'"
    )  # what the curators of the story read
    assert (await supervisor.get(f"/pools/{ids['pool_id']}/comparison")).status_code in {403, 404}
    assert (await supervisor.get(f"/pools/{NOTHING}")).status_code == 404
    assert (await town.get(f"/pools/{ids['pool_id']}")).status_code == 200
    assert await world.sql(LINES) is None
    assert (await supervisor.get(f"/pools/{ids['pool_id']}")).status_code == 200
    assert await world.sql(LINES) == [
        ["/api/v1/pools/{pool_id}", str(supervisor.actor.organisation_id), ids["pool_id"]]
    ]
    assert (
        await world.sql("select person_id from audit_line where action = 'pool.read'")
        == supervisor.actor.person_id
    )


async def test_an_answer_whose_line_cannot_be_written_does_not_leave(
    world: World, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    supervisor = await world.staff(Role.SUPERVISOR)
    await world.sql("revoke insert on audit_line from lotcommun_app")
    refused: Any = await supervisor.get("/supervision/pools")
    assert refused.status_code >= 500
    assert ids["pool_id"] not in refused.text
    assert (await supervisor.get("/towns", q="Vierzon")).status_code == 200
