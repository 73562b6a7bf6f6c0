"""Forgetting what has served: remembered answers after 30 days, claims whose address
never answered after a week, ended sessions and counts of tries, done outbox rows and the
log of webhooks after 90 days, renewed webhook secrets once they sign no more.
"""

from sqlalchemy import text

from marketplace.actor import SYSTEM
from marketplace.db import Database

STATEMENTS = (
    "delete from idempotency_record where created_at < now() - interval '30 days'",
    "delete from claim where state = 'unproven' and created_at < now() - interval '7 days'",
    "delete from web_session where expires_at < now()",
    "delete from half_open_session where expires_at < now()",
    "delete from passkey_challenge where expires_at < now()",
    "delete from outbox where status = 'done' and done_at < now() - interval '90 days'",
    "delete from webhook_delivery where created_at < now() - interval '90 days' and state not in ('pending', 'sending')",
    "update webhook_endpoint set previous_secret = null, previous_until = null where previous_until < now()",
    "delete from try_count where expires_at < now()",
    "delete from own_place where expires_at < now()",
)


async def prune(database: Database) -> None:
    """Run every statement, each in its own transaction."""
    for statement in STATEMENTS:
        async with database.transaction(SYSTEM) as session:
            await session.execute(text(statement))
