"""A need tried on one's own published sheets: what a visitor is answered. Nothing of it is kept, logged or counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.solutions.lifecycle import SolutionState
from catalog.solutions.models import Solution
from marketplace import clock
from marketplace.db import ReadSession, Session
from marketplace.errors import Conflict
from marketplace.words import N_
from search.engines import Searcher
from search.facts.queries import facts_by_id
from search.index.reading import documents_of
from search.matching.answering import Answer, answer
from search.matching.questions import Question
from search.own_sheet.places import Outcome, Standing, standing
from search.own_sheet.unsaid import Heard, telling, unsaid


class NotPublished(Conflict):
    code = "sheet_not_published"
    sentence = N_("Cette fiche n’est pas publiée : aucune ville ne peut encore la trouver.")


@dataclass(frozen=True, slots=True)
class Stood:
    """One sheet with where it stands, and the words of the need that it does not say."""

    sheet: Solution
    standing: Standing
    unsaid: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tried:
    """The best placed first. `answer` holds other firms' sheets: of it, only counts, weights and the state of the index are told.
    `corrected`: what may be told of how the need was read.
    """

    stood: tuple[Stood, ...]
    answer: Answer
    corrected: Mapping[str, str]

    @property
    def placed(self) -> int:
        """How many sheets have a place."""
        return len(self.answer.ranking.order)


_ORDER = list(Outcome)


async def try_need(
    reads: ReadSession | Session, engine: Searcher, question: Question, sheets: Sequence[Solution]
) -> Tried:
    """What towns are answered to `question`, told of `sheets` alone. Raises `NotPublished` for one that is not."""
    if any(sheet.state is not SolutionState.PUBLISHED for sheet in sheets):
        raise NotPublished
    found = await answer(reads, engine, question, limit=0)
    ids = [sheet.id for sheet in sheets]
    facts = await facts_by_id(reads, ids)
    documents = await documents_of(reads, ids, clock.paris_day(found.now))
    heard = {id_: Heard.of(document) for id_, document in documents.items()}
    corrected = dict(found.page.corrected)
    all_weighed = found.page.total <= len(found.page.hits)
    stood = [
        Stood(
            sheet,
            standing(facts[sheet.id], found.ranking, found.asked, all_weighed=all_weighed) if sheet.id in facts else Standing(Outcome.NOT_READY),
            unsaid(question.text, heard[sheet.id], corrected) if sheet.id in heard else (),
        )
        for sheet in sheets
    ]  # fmt: skip
    stood.sort(key=lambda one: (_ORDER.index(one.standing.outcome), one.standing.place or 0, one.sheet.name))
    return Tried(tuple(stood), found, telling(corrected, list(heard.values())))
