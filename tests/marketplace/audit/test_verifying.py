"""`marketplace audit verify`: an honest journal is sound, and the first line that is not as it was sealed is named."""

import json
import random
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from marketplace.actor import SYSTEM
from marketplace.audit import chain, heads, sealing, verifying
from marketplace.audit.models import AuditLine
from marketplace.embedded import Addresses
from tests.marketplace.audit import tampering
from tests.support.world import World

SEED = 20261125


async def head_of(world: World) -> heads.Head:
    async with world.as_worker.reading(SYSTEM) as reads:
        found = await heads.head(reads)
    assert found is not None
    return found


async def found_in(world: World, urls: dict[str, str], count: int) -> dict[str, tuple[str, float]]:
    """For each falsification, what the verification says and in how many seconds; each is undone before the next."""
    head = await head_of(world)

    async def look(session: AsyncSession) -> verifying.Report:
        return await verifying.verify(session, [head])

    found = {}
    chance = random.Random(SEED)
    for name, (statements, values) in tampering.falsifications(count, chance).items():
        started = perf_counter()
        report = await tampering.falsified(urls["postgres"], statements, values, look)
        said = report.fault.reason if report.fault else "nothing"
        if "n" in values and name != "tail cut" and report.fault:
            assert report.fault.seal == values["n"], name
        found[name] = (said, perf_counter() - started)
    async with world.as_worker.reading(SYSTEM) as reads:
        assert (await verifying.verify(reads, [head])).fault is None, "a falsification was not undone"
    return found


def test_the_chain_covers_every_column_of_a_line() -> None:
    assert set(chain.COLUMNS) == {column.name for column in AuditLine.__table__.columns}
    assert set(tampering.COLUMNS) == set(chain.COLUMNS)


async def test_every_falsification_of_a_small_journal_is_found_and_named(
    world: World, database_urls: dict[str, str]
) -> None:
    await tampering.fill(world, 60)
    count = await sealing.seal(world.as_worker, batch=25)
    assert count == 60
    found = await found_in(world, database_urls, count)
    assert len(found) >= 17
    assert {name: said for name, (said, _) in found.items()} == {
        name: tampering.REASON.get(name, "changed") for name in found
    }


async def test_a_journal_that_was_rewritten_whole_is_betrayed_by_a_published_head(
    world: World, database_urls: dict[str, str]
) -> None:
    await tampering.fill(world, 10)
    await sealing.seal(world.as_worker)
    published = await head_of(world)
    statements = (
        "delete from audit_seal",
        "delete from audit_line where action = 'pool.open' and before->>'n' = '3'",
    )

    async def again(session: AsyncSession) -> tuple[verifying.Report, verifying.Report]:
        previous, now = chain.START, await session.scalar(sealing.select(sealing.func.now()))
        assert now is not None
        for number, line in enumerate((await session.execute(sealing.unsealed(None))).all(), 1):
            previous = chain.link(previous, number, now, chain.content(line))
            session.add(sealing.AuditSeal(number=number, line_id=line.id, sealed_at=now, hash=previous))
        await session.flush()
        earlier = heads.Head(published.date, 5, "0" * 64, published.sealed_at)
        return await verifying.verify(session), await verifying.verify(session, [earlier])

    alone, held = await tampering.falsified(database_urls["postgres"], statements, {}, again)
    assert alone.fault is None, "nothing inside the database can tell"
    assert (held.fault.reason, held.fault.seal) == ("rewritten", 5)


async def test_the_command_says_sound_then_which_line_is_wrong_and_ends_with_status_1(
    world: World, database_urls: dict[str, str], addresses: Addresses, tmp_path: Path, command: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    await world.town()
    await sealing.seal(world.as_worker)
    monkeypatch.setenv("DATABASE_URL", database_urls["app"])
    monkeypatch.setenv("DATABASE_WORKER_URL", database_urls["worker"])
    data = ("--data-dir", str(tmp_path))

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command("audit", *arguments), capture_output=True, text=True, check=False, timeout=60
        )

    out = tmp_path / "head.json"
    assert run("head", "--out", str(out), *data).returncode == 0
    heads.keep(tmp_path / "audit-heads", heads.read(out), date(2026, 11, 25))
    sound = run("verify", "--json", "--anchor", str(out), *data)
    told = json.loads(sound.stdout)
    assert (sound.returncode, told["ok"], told["heads_checked"], told["fault"]) == (0, True, 2, None)
    assert told["head"] == json.loads(out.read_text())["hash"]
    out.write_text(json.dumps(json.loads(out.read_text()) | {"seal": 999, "count": 999}))
    cut = run("verify", "--anchor", str(out), *data)
    assert (cut.returncode, cut.stdout.startswith("JOURNAL FAUX. sceau")) == (1, True)
    out.write_text("{}")
    unreadable = run("verify", "--anchor", str(out), *data)
    assert (unreadable.returncode, unreadable.stdout, len(unreadable.stderr.splitlines())) == (2, "", 1)


@pytest.mark.proof
async def test_fifty_thousand_lines_are_verified_in_five_seconds_and_every_falsification_is_found(
    world: World, database_urls: dict[str, str]
) -> None:
    await tampering.fill(world, 50_000)
    started = perf_counter()
    assert await sealing.seal(world.as_worker) == 50_000
    sealed_in = perf_counter() - started
    head = await head_of(world)
    started = perf_counter()
    async with world.as_worker.reading(SYSTEM) as reads:
        report = await verifying.verify(reads, [head])
    seconds = perf_counter() - started
    found = await found_in(world, database_urls, 50_000)
    missed = [name for name, (said, _) in found.items() if said != tampering.REASON.get(name, "changed")]
    slowest = max(took for _, took in found.values())
    print(f"\n50,000 lines sealed in {sealed_in:.2f} s, verified in {seconds:.2f} s; "
          f"{len(found) - len(missed)} of {len(found)} falsifications found and named (slowest {slowest:.2f} s)")  # fmt: skip
    assert (report.fault, report.sealed, missed) == (None, 50_000, [])
    assert seconds < 5
