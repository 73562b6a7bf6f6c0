"""A database that cannot be reached, or that turns us away, is an engine that is down: never a fault of the asker's."""

import pytest

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
