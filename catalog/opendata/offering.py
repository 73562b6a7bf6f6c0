"""A startup's file: each row becomes a draft, or a revision of one of its own sheets; nobody else's sheet is ever touched.

A row is recognised by its `id`, or without one by the name of one of the startup's sheets, so that the same file sent twice
changes nothing. A row that is wrong changes nothing; the others are kept. `source`, `licence` and the like are left aside.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from catalog.opendata import rows
from catalog.opendata.importing import TWICE, Outcome, Result, is_example
from catalog.opendata.rows import Said
from catalog.solutions import drafting, queries, revising
from catalog.solutions.content import SheetDraft
from catalog.solutions.drafting import slug_of
from catalog.solutions.models import Solution
from catalog.solutions.schemas import version_of
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import Conflict, FieldError, Invalid, wrong
from marketplace.ids import OrganisationId, SolutionId
from marketplace.tabular import SourceRow
from marketplace.words import N_

UNKNOWN_ID = N_("Aucune de vos fiches n’a cet identifiant. Pour une nouvelle fiche, laissez la case vide.")


async def offer(session: Session, source: Sequence[SourceRow], *, by: Actor, now: datetime) -> list[Outcome]:
    """Write what the rows say into the acting startup's drafts and revisions. Returns what became of each row."""
    startup_id = by.require(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN)
    offering = _Offering(session, startup_id, by, now)
    for sheet in await session.scalars(select(Solution).where(Solution.startup_id == startup_id)):
        offering.know(sheet.id, sheet.slug, sheet.name)
    outcomes = []
    for row in source:
        said = rows.read(row.values)
        if not is_example(said.id):
            outcomes.append(await offering.offer(row.where, said))
    return outcomes


@dataclass(slots=True)
class _Offering:
    session: Session
    startup_id: OrganisationId
    by: Actor
    now: datetime
    by_slug: dict[str, SolutionId] = field(default_factory=dict)
    by_name: dict[str, SolutionId] = field(default_factory=dict)
    slugs: dict[SolutionId, str] = field(default_factory=dict)
    seen: set[SolutionId] = field(default_factory=set)

    def know(self, solution_id: SolutionId, slug: str, name: str) -> None:
        self.by_slug[slug], self.slugs[solution_id] = solution_id, slug
        self.by_name.setdefault(_folded(name), solution_id)

    async def offer(self, where: str, said: Said) -> Outcome:
        given = str(said.id)[:120] if said.id is not None else None
        solution_id = self._meant(said)
        if given is not None and solution_id is None:
            said.faults.append(wrong("id", UNKNOWN_ID, code="unknown_id"))
        if solution_id in self.seen:
            said.faults.append(wrong("id", TWICE, code="duplicate"))
        try:
            async with self.session.begin_nested():
                result, slug = await self._written(solution_id, said)
        except Invalid as refusal:
            return Outcome(where, Result.REJECTED, given, refusal.fields)
        except Conflict as refusal:
            facts = tuple(refusal.facts.items())
            fault = FieldError("id", refusal.sentence, refusal.code, facts)
            return Outcome(where, Result.REJECTED, given, (fault,))
        self.seen.add(self.by_slug[slug])
        return Outcome(where, result, slug)

    def _meant(self, said: Said) -> SolutionId | None:
        """The sheet that a row is about."""
        if said.id is not None:
            return self.by_slug.get(said.id) if isinstance(said.id, str) else None
        name = said.content.get("name")
        if not isinstance(name, str):
            return None
        return self.by_name.get(_folded(name)) or self.by_slug.get(slug_of(name))

    async def _written(self, solution_id: SolutionId | None, said: Said) -> tuple[Result, str]:
        if solution_id is None:
            content = _sound(said, rows.merged({}, said))
            made = await drafting.draft(self.session, content, by=self.by, now=self.now)
            self.know(made.id, made.slug, made.name)
            return Result.CREATED, made.slug
        sheet = await revising.locked(self.session, solution_id, self.startup_id)
        latest = await queries.latest(self.session, sheet)
        before = latest.content if latest else {"name": sheet.name}
        content = _sound(said, rows.merged(before, said, sheet.references))
        if content.stored() == before:
            return Result.UNCHANGED, sheet.slug
        version = version_of(sheet)
        await drafting.edit(self.session, sheet.id, content, version=version, by=self.by, now=self.now)
        return Result.UPDATED, sheet.slug


def _sound(said: Said, values: dict[str, object]) -> SheetDraft:
    """The content, if every cell says something. Raises `Invalid` with everything that is wrong."""
    content, faults = rows.checked(SheetDraft, values, said)
    if content is None:
        raise Invalid(faults)
    return content


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
