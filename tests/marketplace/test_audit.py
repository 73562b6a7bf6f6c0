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


CHANGES = ("update audit_line set action = 'x'", "delete from audit_line", "truncate audit_line")


async def test_no_role_of_the_product_may_change_or_erase_a_line(world: World) -> None:
    town = await world.town()
    lines = await world.sql("select count(*) from audit_line")
    assert lines > 0
    app = Database(needed(world.settings.database.url, "DATABASE_URL"), pool_size=1)
    for database, actor in ((app, town.actor), (app, SYSTEM), (world.as_worker, SYSTEM)):
        for statement in CHANGES:
            with pytest.raises(ProgrammingError, match="permission denied"):
                async with database.transaction(actor) as session:
                    await session.execute(text(statement))
    await app.close()
    assert await world.sql("select count(*) from audit_line where action <> 'x'") == lines
