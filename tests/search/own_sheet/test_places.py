"""Where a sheet stands is where the order puts it, and the place that a change would give is the place that it gives."""

from dataclasses import replace

from hypothesis import given, settings

from search.matching.filters import Filter
from search.matching.musts import Must
from search.matching.ranking import ranked
from search.matching.reading import Asked, Candidate
from search.matching.wording import sentence
from search.own_sheet.mending import Beside, mend_of, where_told
from search.own_sheet.places import Outcome, standing
from tests.search.matching.sheets import MARKETS, asked, candidate, facts

Market = tuple[list[Candidate], Asked]
QUICK = settings(max_examples=25, deadline=None)


@QUICK
@given(MARKETS)
def test_a_sheet_is_told_the_place_the_score_and_the_filter_that_towns_are(market: Market) -> None:
    found, question = market
    ranking = ranked(found, question, limit=50)
    places = {match.facts.slug: (place, match) for place, match in enumerate(ranking.matches, 1)}
    out = {one.facts.slug: one.refusal for one in ranking.out}
    for one in found:
        here = standing(one.facts, ranking, question, all_weighed=True)
        if one.facts.slug in places:
            assert (here.outcome, here.place, here.match) == (Outcome.PLACED, *places[one.facts.slug])
        else:
            assert (here.outcome, here.refusal) == (Outcome.LEFT_OUT, out[one.facts.slug])
            assert here.refusal
            assert mend_of(here.refusal).sentence


@QUICK
@given(MARKETS)
def test_a_change_gives_the_place_that_it_says(market: Market) -> None:
    found, question = market
    ranking = ranked(found, question, limit=50)
    for one in ranking.order:
        mine = one.candidate
        here = standing(mine.facts, ranking, question, all_weighed=True)
        if here.change is None:
            continue
        assert here.match and here.match.counterfactual and here.place
        changed = here.match.counterfactual.changed.candidate
        others = [other for other in found if other is not mine]
        again = standing(
            changed.facts, ranked([*others, changed], question, limit=0), question, all_weighed=True
        )
        assert again.place == here.change.place < here.place
        assert again.match and again.match.score == here.change.score
        assert str(here.change.place) in sentence(here.change.sentence)


def test_a_change_names_nobody() -> None:
    ahead = [candidate(facts(name=f"Rivale {letter}", answers={"api": "open"})) for letter in "AB"]
    mine = candidate(facts(name="Aube"))
    here = standing(mine.facts, ranked([*ahead, mine], asked(), limit=0), asked(), all_weighed=True)
    assert here.place == 3
    assert here.change
    assert sentence(here.change.sentence) == "Passerait de la place 3 à la place 1 si son API était documentée publiquement."  # fmt: skip


def test_a_newcomer_that_a_place_is_kept_for_is_told_no_change_that_would_not_move_it() -> None:
    told = {
        "extra_eu_parent": "no", "ai_training": "no", "data_ownership": "town", "exit_price": "included", "source_code": "open", "rgaa_rate": 80,
    }  # fmt: skip
    more = {"since": asked().on, "deployment_weeks_min": 2, "answers": told}
    strong = {"api": "open", "exports": ("csv",), "standards": ("mqtt",), "hosting_country": "france"}
    older = [candidate(facts(name=f"Ancienne {n}", answers=told | strong), 0.9) for n in range(6)]
    older += [candidate(facts(name=f"Banale {n}", **more), 0.82) for n in range(2)]
    mine = candidate(facts(name="Nouvelle", published_on=asked().on, **more), 0.8)
    ranking = ranked([*older, mine], asked(), limit=0)
    here = standing(mine.facts, ranking, asked(), all_weighed=True)
    assert ranking.newcomer and ranking.newcomer.candidate is mine
    assert here.match and here.match.counterfactual, "its score would pass somebody's"
    assert (here.place, here.change) == (5, None)


def test_what_the_words_do_not_find_is_told_what_else_would_leave_it_out() -> None:
    ranking = ranked([], asked(), limit=0)
    must = asked(replace(asked().need, musts=(Must.HDS,)))
    assert standing(facts(), ranking, asked(), all_weighed=True).outcome is Outcome.NOT_FOUND
    assert standing(facts(), ranking, asked(), all_weighed=False).outcome is Outcome.NOT_WEIGHED
    here = standing(facts(), ranking, must, all_weighed=True)
    assert here.outcome is Outcome.NOT_FOUND
    assert here.refusal and here.refusal.detail == Must.HDS
    stopped = standing(facts(maturity="stopped"), ranking, asked(), all_weighed=True)
    assert stopped.outcome is Outcome.LEFT_OUT
    assert stopped.refusal and stopped.refusal.filter is Filter.AVAILABLE


def test_what_is_missing_says_where_it_is_told_unless_only_the_asker_can() -> None:
    assert where_told("api") == "interoperability"
    assert where_told("weeks") == "need"
    assert where_told("prices") == "prices"
    assert where_told("capacity") is Beside.CAPACITY
    assert where_told("proofs") is Beside.PROOFS
    assert [where_told(code) for code in ("town", "budget", "quantities")] == [None] * 3
