"""A journal of a given length, and the ways to falsify it: as a superuser, past the trigger, inside one transaction."""

import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.db import asyncpg_url
from tests.support.world import World

FILL = """
insert into audit_line (id, person_id, organisation_id, channel, action, subject, subject_id, before, after, created_at)
select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'session', 'pool.open', 'pool', gen_random_uuid(),
    jsonb_build_object('state', 'draft', 'n', i), jsonb_build_object('state', 'interest', 'total', i * 1.5),
    now() - interval '30 days' + i * interval '20 seconds'
from generate_series(1, :count) i
"""
COLUMNS = {
    "id": "gen_random_uuid()", "person_id": "null", "organisation_id": "gen_random_uuid()", "channel": "'key'",
    "action": "'pool.abandon'", "subject": "'order'", "subject_id": "gen_random_uuid()", "before": "'{\"state\": \"census\"}'",
    "after": "after || '{\"total\": 0}'", "created_at": "created_at + interval '1 microsecond'",
}  # fmt: skip


@asynccontextmanager
async def superuser(url: str) -> AsyncIterator[AsyncConnection]:
    """A transaction past every trigger, rolled back at its end."""
    engine = create_async_engine(asyncpg_url(url)[0], poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text("set session_replication_role = replica"))
        yield connection
        await connection.rollback()
    await engine.dispose()


async def fill(world: World, count: int) -> None:
    await world.sql(FILL, count=count)


def falsifications(count: int, chance: random.Random) -> dict[str, tuple[tuple[str, ...], dict[str, Any]]]:
    """Name → the statements and the values of one falsification at random places of a journal of `count` lines."""
    at = "(select line_id from audit_seal where number = :n)"
    found: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {}
    for column, value in COLUMNS.items():
        found[f"changed {column}"] = (
            (f"update audit_line set {column} = {value} where id = {at}",), {"n": chance.randint(1, count)},
        )  # fmt: skip
    one, other = sorted(chance.sample(range(1, count + 1), 2))
    places = {"n": one, "m": other}
    found["deleted"] = ((f"delete from audit_line where id = {at}",), {"n": chance.randint(1, count)})
    found["inserted"] = (
        (FILL.replace("now() - interval '30 days'", "now() - interval '20 days'"),), {"count": 1},
    )  # fmt: skip
    found["lines swapped"] = (
        (
            (
                "create temp table kept on commit drop as select l.*, s.number from audit_line l join audit_seal s"
                " on s.line_id = l.id where s.number in (:n, :m)"
            ),
            (
                "update audit_line l set (person_id, organisation_id, channel, action, subject, subject_id, before, after, created_at)"
                " = (select k.person_id, k.organisation_id, k.channel, k.action, k.subject, k.subject_id, k.before, k.after, k.created_at"
                " from kept k where k.id <> l.id) where id in (select id from kept)"
            ),
        ),
        places,
    )
    found["seals swapped"] = (
        (
            "update audit_seal set number = -number where number in (:n, :m)",
            "update audit_seal set number = case -number when :n then :m else :n end where number < 0",
        ),
        places,
    )
    found["seal deleted with its line"] = (
        (f"delete from audit_line where id = {at}", "delete from audit_seal where number = :n"),
        {"n": chance.randint(1, count - 1)},
    )
    found["hash changed"] = (
        ("update audit_seal set hash = sha256(hash) where number = :n",), {"n": chance.randint(1, count)},
    )  # fmt: skip
    found["sealed_at changed"] = (
        ("update audit_seal set sealed_at = sealed_at - interval '1 day' where number = :n",),
        {"n": chance.randint(1, count)},
    )
    tail = chance.randint(1, min(100, count - 1))
    found["tail cut"] = (
        (
            "delete from audit_line where id in (select line_id from audit_seal where number > :n)",
            "delete from audit_seal where number > :n",
        ),
        {"n": count - tail},
    )
    return found


REASON = {
    "deleted": "missing", "inserted": "inserted", "lines swapped": "reordered", "seals swapped": "reordered",
    "seal deleted with its line": "missing_seal", "tail cut": "truncated", "changed id": "missing",
}  # fmt: skip
"""What `verify` says; « changed » for the others."""


async def falsified(
    url: str, statements: tuple[str, ...], values: dict[str, Any], look: Callable[[AsyncSession], Any]
) -> Any:
    """What `look` finds in the falsified journal."""
    async with superuser(url) as connection:
        for statement in statements:
            asked = {name: value for name, value in values.items() if f":{name}" in statement}
            done = await connection.execute(text(statement), asked)
            assert done.rowcount != 0, statement
        return await look(AsyncSession(bind=connection))
