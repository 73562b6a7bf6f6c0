"""Who did what: a line for every move, that nobody can change."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from marketplace.actor import SYSTEM
from marketplace.db import Database
from marketplace.settings import needed
from tests.support import story
from tests.support.world import World


async def test_a_move_leaves_one_line_that_says_who_what_before_and_after(world: World) -> None:
    told = await story.in_census(world, towns=2)
    by = told.coordinator.actor
    line = await world.sql(
        "select json_build_array(person_id, organisation_id, channel, subject_id, before, after) from audit_line"
        " where action = 'pool.launch_census'"
    )
    assert line == [
        str(by.person_id), str(by.organisation_id), "key", told.pool["id"], {"state": "interest"}, {"state": "census"},
    ]  # fmt: skip
    count = "select count(*) from audit_line"
    before = await world.sql(count)
    refused = await told.coordinator.post(f"{told.path}/census")
    assert refused.json()["code"] == "move_refused"
    assert await world.sql(count) == before


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_no_role_of_the_product_may_change_or_erase_a_line(world: World, role: str) -> None:
    town = await world.town()
    urls = {"app": world.settings.database.url, "worker": world.settings.database.worker_url}
    lines = await world.sql("select count(*) from audit_line")
    assert lines > 0
    database = Database(needed(urls[role], role), pool_size=1)
    try:
        for actor in (town.actor, SYSTEM):
            for statement in (
                "update audit_line set action = 'x'",
                "delete from audit_line",
                "truncate audit_line",
            ):
                with pytest.raises(ProgrammingError, match="permission denied"):
                    async with database.transaction(actor) as session:
                        await session.execute(text(statement))
    finally:
        await database.close()
    assert await world.sql("select count(*) from audit_line where action <> 'x'") == lines
