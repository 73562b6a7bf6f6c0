"""The database: base class, column types, and transactions that carry their actor.

One request or job is one transaction. `Database.transaction` commits at its end; domain code flushes, never commits.
A `ReadSession` may not write: PostgreSQL refuses. Both set the actor transaction-locally when the transaction begins,
and row-level security reads it there (see `migrations/versions/0001_frame.py`).
"""

import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import asyncpg
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Enum,
    MetaData,
    Numeric,
    TypeDecorator,
    Uuid,
    event,
    false,
    func,
    or_,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, SessionTransaction, mapped_column
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from marketplace import ids
from marketplace.actor import Actor
from marketplace.errors import StorageFull, Unavailable
from marketplace.ids import new_id
from marketplace.money import Cents

Json = dict[str, Any]
ASK_AFTER = 5.0
"""Seconds of rest after which a connection is asked whether it still lives."""


class CentsType(TypeDecorator[Cents]):
    """Euro cents in a BIGINT."""

    impl = BigInteger
    cache_ok = True

    def process_result_value(self, value: int | None, dialect: object) -> Cents | None:
        del dialect
        return None if value is None else Cents(value)


class Base(DeclarativeBase):
    """Every table of the product."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        Decimal: Numeric(),
        Cents: CentsType(),
        **dict.fromkeys((UUID, *ids.ALL), Uuid()),
        Json: JSONB(none_as_null=True),
        list[Json]: JSONB(none_as_null=True),
    }


class Row:
    """What every row of ours has: a time-ordered id and the instant it was written."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


def choice(kind: type[StrEnum]) -> Enum:
    """A column type holding the values of `kind` as text, checked by the database."""
    return Enum(
        kind,
        native_enum=False,
        length=40,
        values_callable=lambda k: [m.value for m in k],
        create_constraint=True,
        name=kind.__name__.lower(),
    )


class Session(AsyncSession):
    """A transaction that may write."""


class ReadSession(AsyncSession):
    """A transaction that may only read; it may be answered by a replica."""


def acting(session: Session | ReadSession) -> Actor:
    """On whose behalf the transaction is."""
    actor: Actor = session.info["actor"]
    return actor


def owned(session: Session | ReadSession, *columns: Any) -> ColumnElement[bool]:
    """The rows in which one of `columns` is the acting organisation: what a query says itself, whatever the policies say.

    The worker reaches every row, and nobody none: a missing organisation is not the acting one.
    """
    by = acting(session)
    if by.channel == "system":
        return true()
    if by.organisation_id is None:
        return false()
    return or_(*(column == by.organisation_id for column in columns))


@event.listens_for(SyncSession, "after_begin")
def _introduce_actor(session: SyncSession, _transaction: SessionTransaction, connection: Connection) -> None:
    """Tell PostgreSQL who acts, for this transaction only: the policies read it, and nothing is left on the connection."""
    actor: Actor | None = session.info.get("actor")
    if actor is None:
        return
    connection.execute(
        text(
            "select set_config('transaction_read_only', :read_only, true), set_config('app.person', :person, true), set_config('app.organisation', :organisation, true),"
            " set_config('app.kind', :kind, true), set_config('app.roles', :roles, true)"
        ),
        {
            "read_only": "on" if session.info.get("read_only") else "off",
            "person": str(actor.person_id or ""),
            "organisation": str(actor.organisation_id or ""),
            "kind": str(actor.kind or ""),
            "roles": ",".join(sorted(actor.roles)),
        },
    )


def asyncpg_url(address: str) -> tuple[URL, dict[str, Any]]:
    """A PostgreSQL address in any of its usual forms, for asyncpg, with the connect arguments it implies (TLS)."""
    url = make_url(address).set(drivername="postgresql+asyncpg")
    mode = url.query.get("sslmode")
    url = url.difference_update_query(["sslmode"])
    return url, {"ssl": mode} if mode else {}


def _replace_dead_connections(engine: AsyncEngine) -> None:
    """What `pool_pre_ping` is for, without its three round trips before each transaction.

    A connection whose socket was closed is known without asking. One that rested a while is asked, since a network can fall silent.
    """

    def left(_dbapi: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        record.info["left_at"] = time.monotonic()

    def taken(dbapi: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        driver = cast("asyncpg.Connection[asyncpg.Record]", record.driver_connection)
        if driver.is_closed():
            raise InvalidatePoolError
        if time.monotonic() - record.info.get("left_at", math.inf) <= ASK_AFTER:
            return
        try:
            engine.dialect.do_ping(dbapi)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    event.listen(engine.sync_engine, "checkin", left)
    event.listen(engine.sync_engine, "checkout", taken)


class Database:
    """The connections of one process under one role, with an optional replica for reads."""

    def __init__(self, url: str, *, read_url: str | None = None, pool_size: int = 10) -> None:
        self.engine = self._engine(url, pool_size)
        self.read_engine = self._engine(read_url, pool_size) if read_url else self.engine

    @staticmethod
    def _engine(address: str, pool_size: int) -> AsyncEngine:
        url, connect = asyncpg_url(address)
        engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=pool_size,
            connect_args=connect
            | {
                "server_settings": {
                    "timezone": "UTC",
                    "application_name": "lot-commun",
                    "idle_in_transaction_session_timeout": "60000",
                    "lock_timeout": "30000",
                    "jit": "off",  # compiling costs more than any of our statements
                }
            },
        )
        _replace_dead_connections(engine)
        return engine

    @asynccontextmanager
    async def transaction(self, actor: Actor) -> AsyncIterator[Session]:
        """One transaction on behalf of `actor`: committed at the end, rolled back on any exception."""
        async with Session(self.engine, expire_on_commit=False, info={"actor": actor}) as session:
            try:
                yield session
                await session.commit()
            except BaseException:
                await session.rollback()
                raise

    @asynccontextmanager
    async def reading(self, actor: Actor) -> AsyncIterator[ReadSession]:
        """One read-only transaction on behalf of `actor`."""
        async with ReadSession(
            self.read_engine, expire_on_commit=False, info={"actor": actor, "read_only": True}
        ) as session:
            yield session

    async def close(self) -> None:
        await self.engine.dispose()
        if self.read_engine is not self.engine:
            await self.read_engine.dispose()


def as_unavailable(error: Exception) -> Unavailable | None:
    """The `Unavailable` that a driver's or socket's failure means, or None when it is something else."""
    origin = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(origin, "sqlstate", None) or ""
    if state == "53100":
        return StorageFull()
    if state[:2] in {"08", "28", "3D", "53", "57"} or getattr(error, "connection_invalidated", False):
        return Unavailable()
    if isinstance(error, DBAPIError):
        return None
    # a socket that is gone, a host without a name: unlike a file's, such a failure names no file
    return Unavailable() if isinstance(error, OSError) and error.filename is None else None
