"""The sealer: every line once, in one order, by one at a time; the head of each day in its file."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from marketplace import audit
from marketplace.actor import SYSTEM
from marketplace.audit import heads, sealing, verifying
from marketplace.errors import Invalid
from tests.marketplace.audit import tampering
from tests.support.world import World
from workers.sealing import seal_and_publish


async def age(world: World) -> float | None:
    async with world.as_worker.reading(SYSTEM) as reads:
        return await audit.unsealed_age(reads)


async def test_several_sealers_at_once_make_one_chain(world: World) -> None:
    done = 0
    for _ in range(3):
        await world.sql(tampering.FILL.replace("30 days", "10 minutes"), count=20)
        done += sum(await asyncio.gather(*(sealing.seal(world.as_worker, batch=7) for _ in range(4))))
    assert await world.sql("select count(*) from audit_seal") == done == 60
    async with world.as_worker.reading(SYSTEM) as reads:
        report = await verifying.verify(reads)
    assert (report.fault, report.sealed, report.unsealed) == (None, 60, 0)


async def test_while_one_seals_another_leaves_it_to_it(world: World) -> None:
    await tampering.fill(world, 3)
    async with world.as_worker.transaction(SYSTEM) as session:
        await session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": sealing.LOCK})
        assert await sealing.seal(world.as_worker) == 0
    assert await sealing.seal(world.as_worker) == 3


async def test_an_unsealed_tail_is_told_by_its_age_and_a_line_committed_late_is_sealed(world: World) -> None:
    assert await age(world) is None
    await world.town()
    await sealing.seal(world.as_worker)
    assert await age(world) is None
    late = "insert into audit_line (id, channel, action, subject, created_at) values (gen_random_uuid(), 'system', 'x.y', 'x', now() - interval '{}')"
    await world.sql(late.format("90 seconds"))
    waited = await age(world)
    assert waited is not None
    assert 90 <= waited < 120
    assert await sealing.seal(world.as_worker) == 1
    # older than anything that could still be committing: slipped in, so never sealed, and told
    await world.sql(late.format("2 days"))
    assert await sealing.seal(world.as_worker) == 0
    async with world.as_worker.reading(SYSTEM) as reads:
        report = await verifying.verify(reads)
    assert report.fault is not None
    assert report.fault.reason == "inserted"


async def test_the_worker_writes_one_head_a_day_that_nothing_overwrites(world: World, tmp_path: Path) -> None:
    day = datetime(2026, 11, 25, 22, 30, tzinfo=UTC)
    assert await seal_and_publish(world.tools, now=day) == 0
    assert not (tmp_path / "audit-heads").exists(), "no seal, no head"
    await world.town()
    first = await seal_and_publish(world.tools, now=day)
    path = tmp_path / "audit-heads" / "2026-11-25.json"
    written = path.read_text()
    assert json.loads(written) | {"hash": "", "sealed_at": ""} == {
        "date": "2026-11-25", "count": first, "seal": first, "hash": "", "sealed_at": "", "algorithm": "sha256",
    }  # fmt: skip
    await world.town("18033")
    await seal_and_publish(world.tools, now=day)
    assert path.read_text() == written
    await seal_and_publish(world.tools, now=day + timedelta(hours=1))  # midnight in Paris
    kept = heads.published(tmp_path / "audit-heads")
    assert [head.date.isoformat() for head in kept] == ["2026-11-25", "2026-11-26"]
    assert sorted(p.name for p in (tmp_path / "audit-heads").iterdir()) == [
        "2026-11-25.json",
        "2026-11-26.json",
    ]
    async with world.as_worker.reading(SYSTEM) as reads:
        report = await verifying.verify(reads, kept)
    assert (report.fault, report.heads_checked) == (None, 2)
    path.write_text('{"date": "2026-11-25"}')
    with pytest.raises(Invalid, match=r"2026-11-25\.json"):
        heads.published(tmp_path / "audit-heads")
