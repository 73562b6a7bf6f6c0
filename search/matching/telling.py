"""An answer as the API tells it, in the request's language: what is kept of a match is this, and the page shows the same."""

from typing import Any

from marketplace.web import i18n
from marketplace.web.schemas import plain
from search.matching.answering import Answer
from search.matching.ranking import Match
from search.matching.schemas import (
    ContributionOut,
    CostRangeOut,
    CounterfactualOut,
    ExcludedOut,
    MatchedOut,
    MatchesOut,
    MissingOut,
    RunOut,
    TwinTownOut,
    WayOut,
    WaysOut,
    WeightsOut,
    exact,
)
from search.matching.twin_towns import TwinTown
from search.matching.ways import Value
from search.matching.weights import SIGNAL_NAMES, Weights
from search.matching.wording import sentence, words
from search.twins.wording import said as reason


def matches_out(found: Answer, log_id: Any = None) -> MatchesOut:
    """All that a program is told."""
    ranking = found.ranking
    passed = [one.value for one in ranking.passed]
    return MatchesOut(
        items=[_match(one, found, passed) for one in ranking.matches],
        excluded=[
            ExcludedOut(
                slug=one.facts.slug, name=one.facts.name, filter=one.refusal.filter.value, must=one.refusal.detail or None,
                sentence=sentence(one.refusal.why),
            )
            for one in ranking.excluded
        ],
        excluded_total=ranking.left_out, total=found.page.total, considered=len(ranking.order) + ranking.left_out,
        domain=found.domain, unit=found.unit, corrected=dict(found.page.corrected), weights=weights_out(found.asked.weights),
        index_version=found.page.index, engine=found.page.engine, degraded=found.page.degraded,
        twins=[_twin(town) for town in found.twins],
        ways=WaysOut(
            value=_cost(found.ways.value), rules_on=found.ways.on,
            options=[
                WayOut(way=one.way.value, standing=one.standing.value, sentence=sentence(one.why), reference=one.reference, computed=one.computed)
                for one in found.ways.options
            ],
        ),
        log_id=log_id,
    )  # fmt: skip


def weights_out(weights: Weights) -> WeightsOut:
    return WeightsOut(
        version=weights.version, since=weights.since, domain=weights.domain, reason=i18n.translate(weights.reason),
        weights={signal.value: weight for signal, weight in weights.by_signal.items()},
    )  # fmt: skip


def _match(one: Match, found: Answer, passed: list[str]) -> MatchedOut:
    facts, change = one.facts, one.counterfactual
    return MatchedOut(
        slug=facts.slug, name=facts.name, supplier=facts.supplier, fictional=facts.fictional,
        summary=found.hits[facts.slug].summary, domains=list(facts.domains), score=exact(one.score),
        contributions=contributions_out(one), missing=missing_out(one),
        counterfactual=None if change is None else CounterfactualOut(
            change=change.code, overtakes=change.overtakes, score=exact(change.score), sentence=sentence(change.sentence)
        ),
        hard_filters_passed=passed, place_reserved=one.newcomer,
    )  # fmt: skip


def contributions_out(one: Match) -> list[ContributionOut]:
    return [
        ContributionOut(
            signal=each.signal.value, name=i18n.translate(SIGNAL_NAMES[each.signal]), value=exact(each.value), weight=each.weight,
            points=exact(each.points), sentence=sentence(each.sentence), source=words(each.source), date=each.on,
        )
        for each in one.contributions
    ]  # fmt: skip


def missing_out(one: Match) -> list[MissingOut]:
    return [
        MissingOut(signal=gap.signal.value, what=gap.code, at_most=exact(gap.at_most), sentence=sentence(gap.sentence))
        for gap in one.missing
    ]  # fmt: skip


def _twin(town: TwinTown) -> TwinTownOut:
    return TwinTownOut(
        code=town.profile.code, name=town.profile.name, population=town.profile.population,
        likeness=round(town.likeness.value, 3), reasons=[reason(each) for each in town.likeness.reasons],
        runs=[
            RunOut(
                slug=run.slug, name=run.name, level=run.level.value, since=run.since,
                quantity=None if run.quantity is None else plain(run.quantity), unit=run.unit, cost=_cost(run.cost),
            )
            for run in town.runs
        ],
    )  # fmt: skip


def _cost(value: Value | None) -> CostRangeOut | None:
    if value is None:
        return None
    return CostRangeOut(
        unit=value.unit, grids=value.grids, low_cents=value.low, high_cents=value.high, unit_low_cents=value.unit_low,
        unit_high_cents=value.unit_high,
    )  # fmt: skip
