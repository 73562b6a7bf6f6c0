"""What the API tells a startup of its own sheet. No other firm is in it."""

from datetime import date
from uuid import UUID

from marketplace.web import i18n
from marketplace.web.schemas import Output
from search.matching.schemas import ContributionOut, MissingOut, WeightsOut, exact
from search.matching.telling import contributions_out, missing_out, weights_out
from search.matching.wording import sentence, words
from search.own_sheet.mending import mend_of
from search.own_sheet.places import Outcome
from search.own_sheet.queries import BANDS, REASONS, Met, Period
from search.own_sheet.trying import Tried


class PlaceChangeOut(Output):
    """One change that would give the sheet a better place: computed by weighing it again."""

    change: str
    place: int
    score: float
    sentence: str


class LeftOutOut(Output):
    """The hard filter that the sheet does not pass (`must`: which condition, when it is one), how to mend that, and where."""

    filter: str
    must: str | None
    sentence: str
    mend: str
    where: str


class OwnMatchOut(Output):
    """Where my sheet stands. `place`: among the `placed` sheets that pass every filter. `left_out`: the filter that leaves it out, or
    would if the words found it. `unsaid`: the words of the need that it does not say. `total`: how many sheets the words found;
    `considered`: how many of them were weighed or left out. `corrected`: words read otherwise, when that says nothing of others.
    """

    slug: str
    name: str
    outcome: Outcome
    place: int | None
    placed: int
    considered: int
    total: int
    score: float | None
    contributions: list[ContributionOut]
    missing: list[MissingOut]
    counterfactual: PlaceChangeOut | None
    left_out: LeftOutOut | None
    unsaid: list[str]
    hard_filters_passed: list[str]
    place_reserved: bool
    domain: str | None
    corrected: dict[str, str]
    weights: WeightsOut
    index_version: str
    engine: str
    degraded: bool


class BandOut(Output):
    """A count, as a range. `at_most`: null when there is no telling."""

    at_least: int
    at_most: int | None

    @classmethod
    def of(cls, at_least: int | None) -> "BandOut | None":
        return None if at_least is None else cls(at_least=at_least, at_most=BANDS[at_least])


class ReasonOut(Output):
    reason: str
    sentence: str
    questions: BandOut


class QuestionsOut(Output):
    """How many different questions of towns found my sheet from `since` to `until`, and what left it out. What fewer than three
    towns asked in four weeks is in none of it: `found` is null, or a reason is absent. More is counted on `next`.
    """

    solution_id: UUID
    since: date
    until: date
    next: date
    found: BandOut | None
    left_out: list[ReasonOut]


def own_match_out(tried: Tried) -> OwnMatchOut:
    """The first sheet of `tried`."""
    stood, found = tried.stood[0], tried.answer
    here, match, change = stood.standing, stood.standing.match, stood.standing.change
    ranking, left_out = found.ranking, None
    if here.refusal is not None:
        mend = mend_of(here.refusal)
        left_out = LeftOutOut(
            filter=here.refusal.filter.value, must=here.refusal.detail or None, sentence=sentence(here.refusal.why),
            mend=i18n.translate(mend.sentence), where=mend.where.value,
        )  # fmt: skip
    return OwnMatchOut(
        slug=stood.sheet.slug, name=stood.sheet.name, outcome=here.outcome, place=here.place, placed=tried.placed,
        considered=tried.placed + ranking.left_out, total=found.page.total, score=exact(match.score) if match else None,
        contributions=contributions_out(match) if match else [], missing=missing_out(match) if match else [],
        counterfactual=None if change is None else PlaceChangeOut(
            change=change.code, place=change.place, score=exact(change.score), sentence=sentence(change.sentence)
        ),
        left_out=left_out, unsaid=list(stood.unsaid),
        hard_filters_passed=[one.value for one in ranking.passed] if match else [], place_reserved=bool(match and match.newcomer),
        domain=found.domain, corrected=dict(tried.corrected), weights=weights_out(found.asked.weights),
        index_version=found.page.index, engine=found.page.engine, degraded=found.page.degraded,
    )  # fmt: skip


def questions_out(solution_id: UUID, period: Period, met: Met | None) -> QuestionsOut:
    """What is told of one sheet; `met` is None when nothing can be."""
    left_out = met.left_out if met else {}
    return QuestionsOut(
        solution_id=solution_id, since=period.since, until=period.until, next=period.next, found=BandOut.of(met.found if met else None),
        left_out=[
            ReasonOut(reason=reason, sentence=words(REASONS[reason]), questions=BandOut(at_least=count, at_most=BANDS[count]))
            for reason, count in left_out.items()
        ],
    )  # fmt: skip
