"""What a startup is told of towns' real questions: bands of counts, for its own published sheets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from catalog.solutions import queries as sheets
from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace import clock
from marketplace.actor import Actor, OrganisationKind
from marketplace.db import ReadSession, Session
from marketplace.ids import SolutionId
from marketplace.words import N_
from search.matching.filters import Filter
from search.matching.musts import MUSTS, Must
from search.matching.saying import Said, Word, said

FOUND, OTHER = "found", "other"
BANDS: dict[int, int | None] = {3: 4, 5: 9, 10: 19, 20: 49, 50: None}
"""From how many questions to how many: what migration 0026 rounds down to, and the end of each step."""
WEEKS, LEAST_TOWNS = 4, 3

REASONS: dict[str, Said] = {
    Filter.AVAILABLE.value: said(N_("Service arrêté")),
    Filter.DOMAIN.value: said(N_("Autre domaine que celui du besoin")),
    Filter.TERRITORY.value: said(N_("Département de la ville non servi")),
    **{f"must:{must.value}": said(N_("Condition obligatoire : {must}"), must=Word(MUSTS[must].name)) for must in Must},
    Filter.BUDGET.value: said(N_("Plus bas prix publié au-dessus du budget")),
    Filter.CAPACITY.value: said(N_("Délai ou capacité")),
    Filter.WORDS.value: said(N_("Mots trop loin de ceux du besoin")),
    OTHER: said(N_("Autres motifs, réunis")),
}  # fmt: skip
"""What left a sheet out, as its startup is told, in this order."""


@dataclass(frozen=True, slots=True)
class Met:
    """How many questions at least found a sheet, and how many each reason left it out of. None or absent: too few to be told."""

    found: int | None
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Period:
    """The days that are counted, both included, and those on which more will be."""

    since: date
    until: date
    next: date


async def published(reads: ReadSession | Session, by: Actor) -> list[Solution]:
    """The published sheets of the acting startup. Raises `SignInNeeded`, `RoleNeeded`."""
    mine = await sheets.of_startup(reads, by.require(OrganisationKind.STARTUP))
    return [sheet for sheet in mine if sheet.state is SolutionState.PUBLISHED]


async def one(reads: ReadSession | Session, solution_id: SolutionId, by: Actor) -> Solution:
    """A sheet of the acting startup, in any state. Raises `NotFound`, `SignInNeeded`, `RoleNeeded`."""
    by.require(OrganisationKind.STARTUP)
    return await sheets.by_id(reads, solution_id, by)


async def met(reads: ReadSession | Session) -> dict[UUID, Met]:
    """What is told of each published sheet of the acting startup about which anything can be."""
    rows = await reads.execute(text("select solution_id, reason, at_least from questions_met()"))
    told: dict[UUID, dict[str, int]] = {}
    for solution_id, reason, at_least in rows:
        told.setdefault(solution_id, {})[reason] = at_least
    return {
        solution_id: Met(
            counts.get(FOUND), {reason: counts[reason] for reason in REASONS if reason in counts}
        )
        for solution_id, counts in told.items()
    }


async def period(reads: ReadSession | Session) -> Period:
    """Which days are counted now, for everybody."""
    row = (await reads.execute(text("select lower(p), upper(p) from questions_period() p"))).one()
    begins, ends = (clock.paris_day(instant) for instant in row)
    return Period(begins, clock.last_day(row[1]), date.fromordinal(ends.toordinal() + 7 * WEEKS))
