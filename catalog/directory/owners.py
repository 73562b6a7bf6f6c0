"""Who stands behind a sheet, in words: the size of its startup, and the public shares in it. Shown, and never ranked by."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from catalog.solutions import wording
from catalog.solutions.models import Solution
from catalog.suppliers.facts import BAND_NAMES, CATEGORY_NAMES, HEADCOUNT_NAMES, HOLDER_NAMES
from catalog.suppliers.models import Stake, Supplier
from catalog.suppliers.queries import public_stakes
from catalog.suppliers.schemas import category_of
from marketplace.db import ReadSession
from marketplace.web import i18n
from marketplace.words import N_


@dataclass(frozen=True, slots=True)
class Owner:
    """`size` is empty when the startup did not tell it; `stakes` are the public ones in force, one line each."""

    size: tuple[str, ...]
    stakes: tuple[str, ...]


async def of_sheets(reads: ReadSession, sheets: Iterable[Solution], on: date) -> dict[UUID, Owner]:
    """What is known of the startup of each sheet that has one, by the startup's id."""
    ids = {sheet.startup_id for sheet in sheets if sheet.startup_id is not None}
    if not ids:
        return {}
    rows = await reads.scalars(select(Supplier).where(Supplier.startup_id.in_(ids)))
    suppliers = {row.startup_id: row for row in rows}
    stakes = await public_stakes(reads, ids, on)
    return {
        startup_id: Owner(_size(suppliers.get(startup_id)), tuple(_stake(one) for one in stakes[startup_id]))
        for startup_id in ids
    }


def _size(supplier: Supplier | None) -> tuple[str, ...]:
    category = category_of(supplier)
    said = [CATEGORY_NAMES[category]] if category is not None else []
    if supplier is not None and supplier.headcount is not None:
        said.append(HEADCOUNT_NAMES[supplier.headcount])
    return tuple(i18n.translate(name) for name in said)


def _stake(stake: Stake) -> str:
    language = i18n.language.get()
    share = (
        wording.percent(stake.percent, language)
        if stake.percent is not None
        else i18n.translate(BAND_NAMES[stake.band] if stake.band else N_("part non communiquée"))
    )
    return i18n.translate(N_("{holder} ({kind}) : {share}, depuis le {since}")).format(
        holder=stake.holder, kind=i18n.translate(HOLDER_NAMES[stake.kind]), share=share, since=wording.day(stake.since, language),
    )  # fmt: skip
