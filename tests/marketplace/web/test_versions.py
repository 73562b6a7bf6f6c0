"""An edit says which version it read: missing 428, stale 412, each with what changed."""

import asyncio

from tests.support.world import Caller, World

SHEET = {
    "name": "Kit de télégestion", "summary": "Télégestion des points lumineux.", "domains": ["eclairage-public"],
    "description": "Un module par point lumineux, un tableau de bord, des alertes.", "maturity": "established",
}  # fmt: skip


async def drafted(world: World) -> tuple[Caller, str, int]:
    seller = await world.startup()
    made = await seller.did("/my/solutions", SHEET)
    return seller, f"/my/solutions/{made['id']}", made["version"]


async def test_an_edit_without_a_version_with_a_stale_one_or_an_odd_one_changes_nothing(world: World) -> None:
    seller, path, version = await drafted(world)
    missing = await seller.put(path, SHEET)
    assert (missing.status_code, missing.json()["code"]) == (428, "version_needed")
    for odd in ("x", "-1", "1.5", '"', "*", ""):
        refused = await seller.put(path, SHEET, If_Match=odd)
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "If-Match")
    edited = await seller.did(path, SHEET | {"name": "Kit deux"}, method="put", If_Match=f'W/"{version}"')
    assert edited["version"] == version + 1
    for stale in (str(version), f'"{version}"', "99999999999999999999"):
        refused = await seller.put(path, SHEET, If_Match=stale)
        assert (refused.status_code, refused.json()["code"]) == (412, "stale_version")
        assert refused.json()["facts"]["current"] == version + 1
    assert (await seller.read(path))["name"] == "Kit deux"


async def test_of_two_edits_of_one_version_at_once_one_is_made(world: World) -> None:
    seller, path, version = await drafted(world)
    both = await asyncio.gather(
        *(seller.put(path, SHEET | {"name": name}, If_Match=str(version)) for name in ("Un", "Deux"))
    )
    assert sorted(answer.status_code for answer in both) == [200, 412]
    assert (await seller.read(path))["version"] == version + 1
