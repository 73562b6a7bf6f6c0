"""The counts that PostgreSQL keeps while Redis is away, and the places known as an account's own.

The application's role can read or write neither table: it may add one try to an exact key, forget what its owner's success
forgives, and ask whether an exact place is known. Keys are keyed hashes made by `rates.py`.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from marketplace.actor import ANONYMOUS
from marketplace.db import Base, Database


class TryCount(Base):
    """How many tries a key has had since its window began. A window begins with its first try."""

    __tablename__ = "try_count"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    tries: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class OwnPlace(Base):
    """An address, with an account whose owner signed in from it: both in one keyed hash."""

    __tablename__ = "own_place"

    key: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


async def count(database: Database, key: bytes, most: int, seconds: int) -> int | None:
    """Add one try to `key`, in its own transaction. None when at most `most` were made, else the seconds to wait."""
    async with database.transaction(ANONYMOUS) as session:
        row = (
            await session.execute(
                text("select tries, wait from count_try(:key, :most, :seconds)"),
                {"key": key, "most": most, "seconds": seconds},
            )
        ).one()
    return None if row.tries <= most else int(row.wait)


async def passed(database: Database, place: bytes, seconds: int, forgotten: list[bytes]) -> None:
    """Know `place` for so many seconds, and forget the tries of some keys."""
    async with database.transaction(ANONYMOUS) as session:
        await session.execute(
            text("select know_place(:place, :seconds), forget_tries(cast(:keys as bytea[]))"),
            {"place": place, "seconds": seconds, "keys": forgotten},
        )


async def is_own_place(database: Database, place: bytes) -> bool:
    """Whether the account's owner signed in from there."""
    async with database.reading(ANONYMOUS) as reads:
        return bool(await reads.scalar(text("select is_own_place(:place)"), {"place": place}))
