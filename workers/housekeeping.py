"""Forgetting what has served, by the rules of `marketplace.personal_data.retention`."""

from marketplace.db import Database
from marketplace.personal_data import retention
from marketplace.settings import RetentionSettings


async def prune(database: Database, settings: RetentionSettings | None = None) -> dict[str, int]:
    """Remove what is due. Returns how many rows by rule."""
    return await retention.purge(database, settings or RetentionSettings())
