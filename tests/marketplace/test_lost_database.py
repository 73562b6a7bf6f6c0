"""A database that cannot be reached, or that turns us away, is an engine that is down: never a fault of the asker's."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from marketplace import db
from marketplace.actor import SYSTEM
from marketplace.db import Database
from marketplace.settings import needed
from tests.support.world import World

LOST = {
    "nothing listens": lambda url: "postgresql://lotcommun_app@127.0.0.1:1/x",
    "its socket is gone": lambda url: "postgresql://lotcommun_app@/x?host=/nulle-part",
    "the role is unknown": lambda url: url.replace("lotcommun_app", "inconnu"),
    "the database was dropped": lambda url: url.replace("/test_", "/disparue_"),
}


@pytest.mark.parametrize("how", LOST)
async def test_a_lost_database_is_said_to_programs_to_people_and_to_the_operator(
    world: World, how: str
) -> None:
    town = await world.town()
    known = needed(world.settings.database.url, "DATABASE_URL")
    assert LOST[how](known) != known
    sound, world.app.state.database = world.app.state.database, Database(LOST[how](known), pool_size=1)
    try:
        assert (await world.http.get("/healthz")).status_code == 200
        ready = await world.http.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"database": "unreachable"})
        for answer in (await world.visitor.get("/towns", q="Bourges"), await town.get("/needs")):
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert "inconnu" not in answer.text
        page = await world.http.get("/", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
        assert "momentanément indisponible" in page.text
    finally:
        await world.app.state.database.close()
        world.app.state.database = sound
    assert (await world.http.get("/readyz")).json() == {"database": "ok", "search": "ok"}


async def test_a_connection_that_was_closed_meanwhile_is_replaced_and_nobody_is_told(world: World) -> None:
    database = world.as_worker
    async with database.reading(SYSTEM) as reads:
        first = await reads.scalar(text("select pg_backend_pid()"))
    other = Database(str(world.settings.database.worker_url), pool_size=1)
    async with other.reading(SYSTEM) as reads:
        await reads.scalar(text("select pg_terminate_backend(:pid, 5000)"), {"pid": first})
    await other.close()
    await asyncio.sleep(0.05)  # the end of the socket is read
    async with database.reading(SYSTEM) as reads:
        assert await reads.scalar(text("select pg_backend_pid()")) != first


async def test_only_a_connection_that_rested_is_asked_whether_it_lives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(str(world.settings.database.worker_url), pool_size=1)
    asked: list[bool] = []
    dialect = database.engine.dialect
    ping = dialect.do_ping

    def told(connection: Any) -> bool:
        asked.append(True)
        if len(asked) == 2:
            raise dialect.loaded_dbapi.OperationalError("silence")
        return ping(connection)

    monkeypatch.setattr(dialect, "do_ping", told)

    async def process() -> int | None:
        async with database.reading(SYSTEM) as reads:
            found: int | None = await reads.scalar(text("select pg_backend_pid()"))
            return found

    try:
        first = await process()
        assert (await process(), asked) == (first, [])
        monkeypatch.setattr(db, "ASK_AFTER", -1.0)
        assert (await process(), len(asked)) == (first, 1)
        assert await process() != first
    finally:
        await database.close()
