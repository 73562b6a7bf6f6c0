"""The frozen perimeter: who must have signed, what its hash stands for, and that nothing moves it afterwards."""

import asyncio
import json
from typing import Any

from procurement.pools.freezing import content_hash
from tests.support import story
from tests.support.world import World


async def perimeter(world: World, pool: str) -> dict[str, Any]:
    found = await world.sql("select frozen_perimeter::text from pool where id = :id", id=pool)
    document: dict[str, Any] = json.loads(found)
    return document


async def test_the_perimeter_waits_for_every_signature_or_goes_on_without_the_late(world: World) -> None:
    told = await story.in_commitment(world, [("12", "1"), ("8", "0"), ("5", "0")])
    assert told.pool["frozen_sha256"] is None
    nobody = await told.coordinator.post(f"{told.path}/freeze?without_late=true")
    assert (nobody.status_code, nobody.json()["code"]) == (409, "nobody_committed")
    await story.sign_all(told, told.towns[:2])
    waiting = await told.coordinator.post(f"{told.path}/freeze")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "agreement_not_signed")
    assert waiting.json()["facts"]["towns"] == "Saint-Amand-Montrond"
    early = await told.coordinator.post(
        f"{told.path}/consultation", {"quotes_due_on": str((await world.today()).replace(year=2027))}
    )
    assert (early.status_code, early.json()["code"]) == (409, "move_refused")
    assert (await told.fresh())["state"] == "commitment"
    await told.coordinator.did(f"{told.path}/freeze?without_late=true")
    assert (await told.fresh())["state"] == "frozen"
    assert (told.pool["lines"][0]["firm"], told.pool["lines"][0]["maximum"]) == ("20", "21")
    members = {m["insee"]: m["state"] for m in await told.coordinator.read(f"{told.path}/members")}
    assert members == {"18279": "committed", "18033": "committed", "18197": "not_committed"}


async def test_a_pool_that_lost_its_towns_or_its_minimum_is_not_frozen(world: World) -> None:
    told = await story.in_commitment(world, [("12", "0"), ("8", "0"), ("5", "0")], line={"minimum": "20"})
    await story.sign_all(told, [told.towns[0]])
    alone = await told.coordinator.post(f"{told.path}/freeze?without_late=true")
    assert (alone.status_code, alone.json()["code"]) == (409, "too_few_towns")
    await story.sign_all(told, [told.towns[2]])
    below = await told.coordinator.post(f"{told.path}/freeze?without_late=true")
    assert (below.status_code, below.json()["code"]) == (409, "below_minimum")
    assert below.json()["facts"]["lines"] == "Point lumineux"
    assert (await told.fresh())["state"] == "commitment"
    assert "not_committed" not in {m["state"] for m in await told.coordinator.read(f"{told.path}/members")}
    await story.sign_all(told, [told.towns[1]])
    await told.coordinator.did(f"{told.path}/freeze")


async def test_the_hash_is_of_the_perimeter_and_stays_to_the_end(world: World) -> None:
    told = await story.frozen(world, [("120", "10"), ("80", "0")])
    sha256, document = told.pool["frozen_sha256"], await perimeter(world, told.pool["id"])
    assert content_hash(document) == sha256
    assert content_hash(dict(reversed(list(document.items())))) == sha256
    assert [(m["insee"], m["needs"][0]["firm"], m["needs"][0]["maximum"]) for m in document["members"]] == [
        ("18279", "120", "130"),
        ("18033", "80", "80"),
    ]
    one_more = json.loads(json.dumps(document))
    one_more["members"][0]["needs"][0]["firm"] = "121"
    assert content_hash(one_more) != sha256
    due = str((await world.today()).replace(year=2027))
    consultation = await told.coordinator.did(f"{told.path}/consultation", {"quotes_due_on": due})
    assert consultation["published"]["frozen_sha256"] == sha256
    assert consultation["published"]["buyers"] == ["Vierzon", "Bourges"]
    assert "members" not in consultation["published"]
    assert (await told.fresh())["frozen_sha256"] == sha256


async def test_after_the_freeze_nobody_joins_declares_leaves_or_is_left_out(world: World) -> None:
    told = await story.declared(world, [("12", "0"), ("8", "0")])
    guest = await world.town("18197")
    await told.coordinator.did(f"{told.path}/invitations", {"towns": ["18197"]})
    await told.coordinator.did(f"{told.path}/census/closure")
    for town in told.towns:
        await town.did(f"{told.path}/membership/confirmation")
    await told.coordinator.did(f"{told.path}/commitment")
    await world.work()
    await story.sign_all(told)
    freezes = await asyncio.gather(*(told.coordinator.post(f"{told.path}/freeze") for _ in range(3)))
    assert sorted(answer.status_code for answer in freezes) == [200, 409, 409]
    before, members = await told.fresh(), await told.coordinator.read(f"{told.path}/members")
    silent = await guest.post(f"{told.path}/membership")
    assert (silent.status_code, silent.json()["code"]) == (409, "pool_closed_to_newcomers")
    stranger = await (await world.town("18205")).post(f"{told.path}/membership")
    assert stranger.status_code == 404
    town = told.towns[1]
    needs = await town.put(f"{told.path}/membership/needs", {"needs": [{"line_id": told.line, "firm": "9"}]})
    leaving = await town.post(f"{told.path}/membership/withdrawal", {"reason": "Finalement non"})
    out = await told.coordinator.post(f"{told.path}/members/{members[1]['id']}/exclusion", {"reason": "Non"})
    late = await told.coordinator.post(f"{told.path}/invitations", {"towns": ["18197"]})
    assert [(r.status_code, r.json()["code"]) for r in (needs, leaving, out, late)] == [
        (409, "needs_locked"), (409, "needs_locked"), (409, "needs_locked"), (409, "pool_closed_to_newcomers"),
    ]  # fmt: skip
    assert await told.fresh() == before
    assert await told.coordinator.read(f"{told.path}/members") == members


async def test_a_pool_of_one_needs_no_agreement_nor_signature(world: World) -> None:
    told = await story.frozen(world, [("40", "2")])
    assert (told.pool["state"], told.pool["alone"], told.pool["members"]) == ("frozen", True, 1)
    assert (await told.coordinator.get(f"{told.path}/agreement")).status_code == 404
    assert told.pool["my_membership"]["state"] == "committed"
