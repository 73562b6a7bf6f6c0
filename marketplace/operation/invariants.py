"""`marketplace invariants`: is everything true that must be? Reads only; says in French what holds and what does not."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from marketplace import migrations
from marketplace.actor import SYSTEM
from marketplace.audit import verifying
from marketplace.db import Database
from marketplace.files import storage
from marketplace.files.models import StoredFile
from marketplace.operation.truths import TRUTHS, Truth
from marketplace.settings import Settings, needed
from procurement.pools.freezing import content_hash
from procurement.pools.lifecycle import COUNTED, PRESENT
from procurement.pools.models import Pool

SHOWN = 20
"""How many faults of one invariant are told, at most."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One invariant, and what breaks it."""

    name: str
    sentence: str
    faults: Sequence[str] = field(default_factory=tuple)

    @property
    def ok(self) -> bool:
        return not self.faults

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name, "ok": self.ok, "message": self.sentence, "count": len(self.faults), "broken": list(self.faults[:SHOWN]),
        }  # fmt: skip


async def examine(
    settings: Settings, *, advance: Callable[[str, int, int], None] = lambda *_: None
) -> list[Finding]:
    """Ask every question, in one read-only transaction, as the owner when its address is given, else as the worker.

    Raises `DatabaseBehind` or `DatabaseNewer`: the questions are those of this version's tables.
    """
    worker = needed(settings.database.worker_url, "DATABASE_WORKER_URL")
    application = needed(settings.database.url, "DATABASE_URL")
    database = Database(settings.database.owner_url or worker, pool_size=1)
    try:
        await migrations.check(database.engine)
        async with database.reading(SYSTEM) as reads:
            return await ask(
                reads,
                settings.files_dir,
                application=make_url(application).username or "",
                worker=make_url(worker).username or "",
                advance=advance,
            )
    finally:
        await database.close()


async def ask(
    reads: AsyncSession,
    folder: Path,
    *,
    application: str,
    worker: str,
    advance: Callable[[str, int, int], None] = lambda *_: None,
) -> list[Finding]:
    """Every invariant, as this transaction sees it. `application` and `worker` are the names of the two roles."""
    found: list[Finding] = []
    for truth in TRUTHS:
        faults = await faults_of(reads, truth, application=application, worker=worker)
        found.append(Finding(truth.name, truth.sentence, faults))
        advance("Invariants", len(found), len(TRUTHS) + len(_COMPUTED))
    for name, sentence, check in _COMPUTED:
        found.append(Finding(name, sentence, await check(reads, folder)))
        advance("Invariants", len(found), len(TRUTHS) + len(_COMPUTED))
    return found


async def faults_of(reads: AsyncSession, truth: Truth, *, application: str, worker: str) -> list[str]:
    """What breaks one truth, in words."""
    values = _STATES | {"application": application, "worker": worker}
    given = {name: value for name, value in values.items() if f":{name}" in truth.broken}
    typed = [bindparam(name, type_=ARRAY(Text()) if name in _STATES else Text()) for name in given]
    return list(await reads.scalars(text(truth.broken).bindparams(*typed), given))


async def _files(reads: AsyncSession, folder: Path) -> list[str]:
    faults = []
    async for file in await reads.stream_scalars(select(StoredFile).order_by(StoredFile.id)):
        why = storage.fault_of(folder, file)
        if why:
            faults.append(f"{file.id} ({file.media_type}) : {why}")
    return faults


async def _perimeters(reads: AsyncSession, folder: Path) -> list[str]:
    del folder
    rows = await reads.execute(
        select(Pool.id, Pool.frozen_perimeter, Pool.frozen_sha256).where(Pool.frozen_perimeter.is_not(None))
    )
    return [f"achat {pool_id}" for pool_id, perimeter, kept in rows if content_hash(perimeter or {}) != kept]


async def _journal(reads: AsyncSession, folder: Path) -> list[str]:
    del folder
    report = await verifying.verify(reads)
    return [report.fault.sentence] if report.fault else []


_STATES: dict[str, Any] = {"present": sorted(PRESENT), "counted": sorted(COUNTED)}
_COMPUTED: Sequence[tuple[str, str, Callable[[AsyncSession, Path], Awaitable[list[str]]]]] = (
    ("files_are_whole", "chaque fichier est là, avec son empreinte", _files),
    ("perimeters_hold", "chaque périmètre figé a son empreinte", _perimeters),
    ("journal_is_sound", "le journal des actes est tel qu’il a été scellé", _journal),
)
"""What SQL alone cannot answer."""
