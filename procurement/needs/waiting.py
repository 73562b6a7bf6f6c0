"""The needs that wait for other towns, and how many towns wait.

What « waits » means is written once, in the view `need_waiting` (migration 0027): the towns that are counted are those that the
worker may propose a pool to.
"""

from sqlalchemy import ColumnElement, column, select, table, text

from marketplace.actor import OrganisationKind
from marketplace.db import ReadSession, Session, acting
from procurement.needs.models import Need

_WAITING = table("need_waiting", column("id"))


def waits() -> ColumnElement[bool]:
    """Whether a need waits now: its town asked to be told of others, and no pool is opened on it. For the worker."""
    return Need.id.in_(select(_WAITING.c.id))


async def towns_waiting(reads: ReadSession | Session, unit: str | None) -> dict[str, int]:
    """By domain, how many towns other than the acting one wait with a need counted in `unit`, as one of `secrecy.STEPS`.

    A domain where fewer than `secrecy.LEAST_TOWNS` do is not in it. Nothing for who does not act for a town. One statement.
    """
    if unit is None or acting(reads).kind is not OrganisationKind.TOWN:
        return {}
    found = text("select domain, at_least from towns_waiting(:unit)")
    return {row.domain: row.at_least for row in await reads.execute(found, {"unit": unit})}
