"""Whatever the sheets and the need: an explanation adds up, an order is its scores, and what would change it really does."""

from dataclasses import replace

from hypothesis import given, settings

from search.matching.changing import CHANGES
from search.matching.filters import FAR, LEAST, refused
from search.matching.newcomers import FIRST, is_newcomer
from search.matching.ranking import MOST_EXCLUDED, ranked
from search.matching.reading import FULL, Asked, Candidate
from search.matching.scoring import score
from search.matching.weights import WHOLE, Signal
from search.matching.wording import sentence
from tests.search.matching.sheets import MARKETS

Market = tuple[list[Candidate], Asked]
QUICK = settings(max_examples=25, deadline=None)


@QUICK
@given(MARKETS)
def test_the_points_of_an_answer_add_up_to_its_score_exactly(market: Market) -> None:
    found, asked = market
    for match in ranked(found, asked, limit=50).matches:
        assert [one.signal for one in match.contributions] == list(Signal)
        assert sum(one.points for one in match.contributions) == match.score
        for one in match.contributions:
            assert 0 <= one.value <= FULL
            assert one.points == one.value * one.weight
            assert sentence(one.sentence)
            assert sentence(one.source)
        assert sum(one.weight for one in match.contributions) == WHOLE
        assert 0 <= match.score <= WHOLE * FULL


@QUICK
@given(MARKETS)
def test_nothing_missing_could_bring_more_than_its_signal_still_lacks(market: Market) -> None:
    found, asked = market
    for match in ranked(found, asked, limit=50).matches:
        for one in match.contributions:
            lacks = (FULL - one.value) * one.weight
            assert sum(gap.at_most for gap in match.missing if gap.signal is one.signal) <= lacks
        assert all(gap.at_most > 0 and "{" not in sentence(gap.sentence) for gap in match.missing)


@QUICK
@given(MARKETS)
def test_every_sheet_is_either_in_the_order_or_left_out_with_its_filter(market: Market) -> None:
    found, asked = market
    answer = ranked(found, asked, limit=3)
    kept = {one.candidate.facts.slug for one in answer.order}
    out = {one.facts.slug: one.refusal for one in answer.excluded}
    assert kept | out.keys() == {one.facts.slug for one in found}
    assert not kept & out.keys()
    assert answer.left_out == len(out) <= MOST_EXCLUDED
    assert len(answer.matches) == min(3, len(kept))
    refusals = [refused(one.facts, asked.need, asked.on, one.cost) for one in found]
    best = max((one.text for one, refusal in zip(found, refusals, strict=True) if refusal is None), default=0)
    for one, refusal in zip(found, refusals, strict=True):
        if refusal is None and one.text < LEAST * best:
            refusal = FAR  # noqa: PLW2901  the last filter
        assert out.get(one.facts.slug) == refusal
        assert refusal is None or sentence(refusal.why)
    assert not any(one.candidate.facts.maturity == "stopped" for one in answer.order)


@QUICK
@given(MARKETS)
def test_the_order_is_that_of_the_scores_but_for_the_newcomers_place(market: Market) -> None:
    found, asked = market
    answer = ranked(found, asked, limit=50)
    assert [match.facts.slug for match in answer.matches] == [
        one.candidate.facts.slug for one in answer.order
    ]
    by_score = [one for one in answer.matches if not one.newcomer]
    assert [one.score for one in by_score] == sorted((one.score for one in by_score), reverse=True)
    given_place = [place for place, one in enumerate(answer.matches) if one.newcomer]
    assert given_place in ([], [FIRST - 1])
    if given_place:
        assert is_newcomer(answer.matches[FIRST - 1].facts, asked.on)
        assert not any(is_newcomer(one.facts, asked.on) for one in answer.matches[: FIRST - 1])
    assert ranked(list(reversed(found)), asked, limit=50).matches == answer.matches


@QUICK
@given(MARKETS)
def test_a_counterfactual_is_true_when_it_is_tried(market: Market) -> None:
    found, asked = market
    by_slug = {one.facts.slug: one for one in found}
    for match in ranked(found, asked, limit=50).matches:
        claim = match.counterfactual
        if claim is None:
            continue
        made = CHANGES[claim.code](match.facts, asked)
        assert made is not None
        again = score(replace(by_slug[match.facts.slug], facts=made[0]), asked)
        before, other = score(by_slug[match.facts.slug], asked), score(by_slug[claim.overtakes], asked)
        assert again.score == claim.score > before.score
        assert other.rank < before.rank
        assert again.rank < other.rank
        assert claim.overtaken_name in sentence(claim.sentence)
