"""Looking into a database from a test that runs no loop of its own."""

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.db import asyncpg_url


async def do(url: str, statement: str) -> Any:
    """One statement outside any transaction; its scalar, or None when it returns nothing."""
    engine = create_async_engine(asyncpg_url(url)[0], poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            result = None
            for part in statement.split("; "):
                result = await connection.execute(text(part))
            return result.scalar() if result is not None and result.returns_rows else None
    finally:
        await engine.dispose()


def ask(url: str, statement: str) -> Any:
    """One scalar, or None for a statement that returns nothing."""

    async def run() -> Any:
        engine = create_async_engine(asyncpg_url(url)[0], poolclass=NullPool)
        try:
            async with engine.begin() as connection:
                result = await connection.execute(text(statement))
                return result.scalar() if result.returns_rows else None
        finally:
            await engine.dispose()

    return asyncio.run(run())
