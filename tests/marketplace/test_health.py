"""Is the process up, are its engines?"""

from marketplace.app import create_app
from marketplace.settings import Settings
from tests.support.world import World


async def test_the_process_and_its_engines_answer(world: World) -> None:
    assert (await world.http.get("/healthz")).json() == {"status": "ok"}
    ready = await world.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"database": "ok"})


async def test_without_its_database_the_process_lives_is_not_ready_and_says_so_to_everybody(
    world: World,
) -> None:
    town = await world.town()
    url = str(world.settings.database.url).replace("host=", "host=/nulle-part")
    await world.app.state.database.close()
    lost = Settings.read(
        {
            "DATABASE_URL": url,
            "WEB_SECRET": "x" * 40,
            "MARKETPLACE_DATA_DIR": str(world.settings.instance.data_dir),
        }
    )
    other = create_app(lost)
    async with other.lifespan():
        world.app.state.database, kept = other.state.database, world.app.state.database
        assert (await world.http.get("/healthz")).status_code == 200
        ready = await world.http.get("/readyz")
        assert (ready.status_code, ready.json()) == (503, {"database": "unreachable"})
        answer = await town.get("/needs")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        page = await world.http.get("/achats", headers={"Accept": "text/html"})
        assert (page.status_code, "momentanément indisponible" in page.text) == (503, True)
        world.app.state.database = kept
    assert (await world.http.get("/readyz")).status_code == 200
