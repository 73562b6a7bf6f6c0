"""Is the process up, are its engines?"""

from tests.support.world import World


async def test_the_process_and_its_engines_answer(world: World) -> None:
    assert (await world.http.get("/healthz")).json() == {"status": "ok"}
    ready = await world.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": "ok", "search": "ok"})
