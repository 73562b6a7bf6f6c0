"""Looking into a database from a test that runs no loop of its own."""

import asyncio
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.db import asyncpg_url


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
