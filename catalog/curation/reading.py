"""One sheet under review, whole: what its page and its API answer show."""

from dataclasses import dataclass
from datetime import datetime

from catalog.curation import queries, ticking
from catalog.curation.models import Decided
from catalog.curation.queries import Waiting
from catalog.curation.ticking import Asked
from catalog.solutions.fields import Content, flatten
from catalog.solutions.lifecycle import REVISION, SHEET, WAITING, who
from catalog.solutions.models import Revision, Solution
from catalog.solutions.queries import by_id, last_accepted
from catalog.solutions.remarks import Thread
from marketplace.actor import Actor
from marketplace.db import ReadSession, Session
from marketplace.ids import PersonId, SolutionId
from marketplace.interests.declaring import firms_of

STARTUPS = frozenset({"submit", "take_back", "withdraw", "close"})
"""Moves that no curator makes here."""


@dataclass(frozen=True, slots=True)
class Review:
    """`before` is what the directory shows (empty: nothing yet), `after` what is offered. `people`: curators' names by id."""

    sheet: Solution
    revision: Revision | None
    before: Content
    after: Content
    checklist: list[Asked]
    comments: dict[str, list[Thread]]
    decisions: list[Decided]
    people: dict[PersonId, str]
    towns: dict[str, str]
    recused: bool
    allowed: list[str]
    waiting: Waiting | None

    @property
    def other_comments(self) -> list[str]:
        """Fields that were commented on, and that neither version has."""
        return [path for path in self.comments if path not in flatten(self.before) | flatten(self.after)]

    @property
    def to_answer(self) -> int:
        """How many items of the checklist are still to be answered."""
        return sum(not one.answered for one in self.checklist)


async def review(reads: ReadSession | Session, solution_id: SolutionId, by: Actor, now: datetime) -> Review:
    """For curators. Raises `NotFound`."""
    sheet = await by_id(reads, solution_id, by)
    revision = sheet.open_revision
    shown = await last_accepted(reads, sheet.id)
    before = shown.content if shown else {}
    after = revision.content if revision else before
    checklist = await ticking.asked(reads, revision) if revision and revision.state in WAITING else []
    decisions = await queries.history(reads, sheet.id)
    comments = await queries.comments_by_field(reads, sheet.id)
    people = {one.tick.person_id for one in checklist if one.tick} | {made.person_id for made in decisions}
    people |= {said.person_id for threads in comments.values() for thread in threads for said in thread.said}
    people |= {revision.reviewer_id} if revision else set()
    names = await queries.names_of(reads, people)
    recused = sheet.startup_id in await firms_of(reads, by)
    roles = who(sheet.startup_id, by)
    allowed = SHEET.allowed(sheet.state, roles)
    if revision:
        allowed = [*REVISION.allowed(revision.state, roles), *allowed]
    return Review(
        sheet=sheet, revision=revision, before=before, after=after, checklist=checklist, comments=comments, decisions=decisions,
        people=names, towns=await queries.town_names(reads, [before, after]), recused=recused,
        allowed=[] if recused else [move for move in allowed if move not in STARTUPS and move != "publish"],
        waiting=queries.waiting(sheet, revision, by, now, names, recused=recused) if checklist and revision else None,
    )  # fmt: skip
