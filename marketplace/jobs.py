"""Long work in pieces: a run row and its chunk rows, so that a killed worker resumes where it was, and progress shows.

A job plans its chunks (`start`), each chunk commits alone and marks itself (`finish_chunk`), and the last one finalises.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.db import Base, Json, Row, Session

CHUNK_SIZE = 500
"""Towns a chunk, at most."""


class JobRun(Row, Base):
    """One long job on one subject (a pool). `key` makes starting it twice impossible."""

    __tablename__ = "job_run"

    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    subject_id: Mapped[UUID] = mapped_column(index=True)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    finished_at: Mapped[datetime | None]


class JobChunk(Row, Base):
    """One piece: `items` are the ids it works on."""

    __tablename__ = "job_chunk"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("job_run.id"))
    position: Mapped[int]
    items: Mapped[list[Json]]
    done_at: Mapped[datetime | None]

    __table_args__ = (UniqueConstraint("run_id", "position"),)


async def start(
    session: Session, *, key: str, kind: str, subject_id: UUID, items: Sequence[Json], size: int = CHUNK_SIZE
) -> tuple[JobRun, list[JobChunk]] | None:
    """Plan a run over `items`. Returns None when the run exists already (the job's first step ran before)."""
    if await session.scalar(select(JobRun.id).where(JobRun.key == key)):
        return None
    run = JobRun(key=key, kind=kind, subject_id=subject_id, total=len(items), done=0)
    session.add(run)
    await session.flush()
    chunks = [
        JobChunk(run_id=run.id, position=i, items=list(items[at : at + size]))
        for i, at in enumerate(range(0, max(len(items), 1), size))
    ]
    session.add_all(chunks)
    await session.flush()
    return run, chunks


async def claim_chunk(session: Session, chunk_id: UUID) -> JobChunk | None:
    """The chunk, locked, or None when it is done (a second delivery)."""
    chunk = await session.scalar(select(JobChunk).where(JobChunk.id == chunk_id).with_for_update())
    return None if chunk is None or chunk.done_at else chunk


async def finish_chunk(session: Session, chunk: JobChunk, *, now: datetime) -> bool:
    """Mark `chunk` done with the session's transaction. True for the last chunk of its run, once: it must finalise."""
    run = (
        await session.execute(select(JobRun).where(JobRun.id == chunk.run_id).with_for_update())
    ).scalar_one()
    chunk.done_at = now
    run.done += len(chunk.items)
    await session.flush()
    left = await session.scalar(
        select(func.count()).where(JobChunk.run_id == run.id, JobChunk.done_at.is_(None))
    )
    if left:
        return False
    run.finished_at = now
    return True
