"""Moving the market's clock forward, in demo mode and nowhere else: the application may write it only where it was granted."""

from datetime import datetime, timedelta

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from marketplace import clock
from marketplace.db import Session
from marketplace.errors import Invalid, wrong
from marketplace.words import N_

FURTHEST = timedelta(days=3650)


async def allow(owner_url: str, app_role: str) -> None:
    """Let the application role move the clock of this database: what makes it a demo."""
    await _execute(owner_url, f'grant update on clock_shift to "{app_role}"')


async def forbid(owner_url: str, app_role: str) -> None:
    """Take the permission back."""
    await _execute(owner_url, f'revoke update on clock_shift from "{app_role}"')


async def advance(session: Session, by: timedelta) -> datetime:
    """Move the clock forward by `by`, and return the new present. Raises `Invalid` for a step back or too far."""
    if not timedelta(0) < by <= FURTHEST:
        raise Invalid([wrong("days", N_("Avancez d’un jour au moins, de dix ans au plus."), code="range")])
    await session.execute(text("update clock_shift set shift = shift + :by"), {"by": by})
    return await clock.now(session)


async def _execute(owner_url: str, statement: str) -> None:
    url = make_url(owner_url)
    socket = url.query.get("host")
    connection = await asyncpg.connect(
        user=url.username, password=url.password, host=socket if isinstance(socket, str) else url.host, port=url.port,
        database=url.database,
    )  # fmt: skip
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
