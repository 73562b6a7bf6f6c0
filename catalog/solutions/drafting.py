"""A startup writes its sheet: drafts it, changes it, submits it."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from secrets import token_hex

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import flag_modified

from catalog.solutions.events import SheetSubmitted
from catalog.solutions.lifecycle import SHEET, SolutionState, who
from catalog.solutions.models import PriceLine, Solution
from catalog.solutions.queries import theirs
from catalog.solutions.schemas import PriceIn, SheetIn, refuse_price_faults
from marketplace import audit, lifecycle
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import NotFound, StaleVersion
from marketplace.ids import OrganisationId, SolutionId
from marketplace.lifecycle import MoveRefused
from marketplace.words import N_


async def draft(session: Session, content: SheetIn, *, by: Actor, now: datetime) -> Solution:
    """A new sheet of the acting startup. Raises `Invalid` for prices that do not hold together."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    refuse_price_faults(content.prices)
    sheet = Solution(
        slug=await _free_slug(session, content.name),
        startup_id=startup_id,
        supplier_name=by.organisation_name,
        state=SolutionState.DRAFT,
        state_since=now,
        **_fields(content),
    )
    sheet.prices = price_lines(content.prices)
    try:
        async with session.begin_nested():
            session.add(sheet)
            await session.flush()
    except (
        IntegrityError
    ):  # taken by a draft that is not ours to see, or by somebody drafting at the same instant
        sheet.slug = f"{sheet.slug}-{token_hex(3)}"
        session.add(sheet)
        await session.flush()
    audit.note(session, by, "solution.draft", "solution", sheet.id, after={"slug": sheet.slug})
    return sheet


async def edit(
    session: Session, solution_id: SolutionId, content: SheetIn, *, version: int, by: Actor
) -> Solution:
    """Replace a draft's content. Raises `NotFound`, `StaleVersion`, `MoveRefused` (not a draft), `Invalid`."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    refuse_price_faults(content.prices)
    sheet = await locked(session, solution_id, startup_id)
    if sheet.version != version:
        raise StaleVersion(read=version, current=sheet.version)
    if sheet.state is not SolutionState.DRAFT:
        raise MoveRefused(state=SHEET.names[sheet.state], needed=N_("« brouillon »"), move="edit")
    await replace_content(session, sheet, _fields(content), content.prices)
    audit.note(session, by, "solution.edit", "solution", sheet.id, after={"version": sheet.version})
    return sheet


async def submit(session: Session, solution_id: SolutionId, *, by: Actor, now: datetime) -> Solution:
    """Ask a curator to review the sheet."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    sheet = await locked(session, solution_id, startup_id)
    await lifecycle.apply(
        session, SHEET, sheet, "submit", who=who(sheet.startup_id, by), by=by, now=now,
        event=SheetSubmitted(solution_id=sheet.id),
    )  # fmt: skip
    return sheet


async def locked(
    session: Session, solution_id: SolutionId, startup_id: OrganisationId | None = None
) -> Solution:
    """A sheet with its prices, its row locked: the acting startup's, or any for a curator; `startup_id` limits it to one's.

    Raises `NotFound`.
    """
    query = (
        select(Solution)
        .where(Solution.id == solution_id, theirs(session))
        .options(selectinload(Solution.prices))
        .with_for_update(of=Solution)
    )
    if startup_id is not None:
        query = query.where(Solution.startup_id == startup_id)
    sheet = await session.scalar(query)
    if sheet is None:
        raise NotFound
    return sheet


async def replace_content(
    session: Session, sheet: Solution, fields: Mapping[str, object], prices: list[PriceIn]
) -> None:
    """Write `fields` and `prices` over a sheet's own: a new version, even when only a price changes."""
    for name, value in fields.items():
        setattr(sheet, name, value)
    flag_modified(sheet, "name")
    sheet.prices.clear()
    await session.flush()
    sheet.prices.extend(price_lines(prices))
    await session.flush()


def price_lines(prices: list[PriceIn]) -> list[PriceLine]:
    """The rows that keep published prices."""
    return [
        PriceLine(
            position=i, label=price.label, unit=price.unit, basis=price.basis, vat_rate=price.vat_rate, mode=price.mode,
            steps=price.rows(),
        )
        for i, price in enumerate(prices)
    ]  # fmt: skip


def slug_of(name: str) -> str:
    """`Télégestion d’Éclairage` → `telegestion-d-eclairage`."""
    folded = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe").replace("æ", "ae"))
    ascii_ = folded.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_.replace("'", "-")).strip("-")[:80] or "solution"


def _fields(content: SheetIn) -> dict[str, object]:
    return content.model_dump(include=set(SheetIn.model_fields) - {"prices"})


async def _free_slug(session: Session, name: str) -> str:
    base = slug_of(name.replace("’", " ").replace("'", " "))
    taken = set(await session.scalars(select(Solution.slug).where(Solution.slug.startswith(base))))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
