"""The newcomers' place: a rule that opens one of the first five places, and changes no score."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from search.facts.shape import Answered, Facts
from search.matching import newcomers
from search.matching.filters import FAR
from search.matching.ranking import Ranking, ranked
from search.matching.reading import Candidate
from tests.search.matching.sheets import LAMP, ON, asked, candidate, deployed, facts

TOLD = Answered(
    hosting_country="france", extra_eu_parent="no", certifications=("none",), ai_training="no", data_ownership="town", api="none",
)  # fmt: skip
RECENT: dict[str, Any] = {
    "published_on": ON - timedelta(days=364), "answers": TOLD, "prices": (LAMP,), "since": date(2026, 1, 1), "maturity": "exploration",
}  # fmt: skip


def six(newcomer: Facts, text: float = 0.5) -> Ranking:
    """Six known sheets, better than `newcomer` whose words answer `text` as well as they do 0.9."""
    known = [candidate(facts(f"Connue {n}"), 0.9) for n in range(6)]
    market: list[Candidate] = [*known, candidate(newcomer, text)]
    return ranked(market, asked(), limit=20)


def places(answer: Ranking) -> list[str]:
    return [one.facts.name for one in answer.matches]


def test_the_best_newcomer_takes_the_fifth_place_says_so_and_keeps_its_score() -> None:
    answer = six(facts("Neuve", **RECENT))
    assert places(answer)[newcomers.FIRST - 1] == "Neuve"
    one = answer.matches[newcomers.FIRST - 1]
    assert one.newcomer
    assert one.score == sum(part.points for part in one.contributions)
    assert one.score < min(match.score for match in answer.matches if not match.newcomer)
    assert [match.newcomer for match in answer.matches].count(True) == 1


def test_whoever_is_not_fit_stays_at_its_place() -> None:
    for why, changes, text in (
        ("published a year ago", {"published_on": ON - timedelta(days=365)}, 0.5),
        ("three references", {"deployments": tuple(deployed(str(n), "V") for n in range(3))}, 0.5),
        ("little is told", {"answers": Answered()}, 0.5),
    ):
        answer = six(facts("Neuve", **RECENT | changes), text)
        assert places(answer)[-1] == "Neuve", why
        assert not any(match.newcomer for match in answer.matches), why


def test_a_newcomer_whose_words_answer_poorly_is_left_out_as_any_other() -> None:
    answer = six(facts("Neuve", **RECENT), 0.44)
    assert "Neuve" not in places(answer)
    assert [(one.facts.name, one.refusal) for one in answer.excluded] == [("Neuve", FAR)]


def test_a_search_that_tells_an_order_alone_leaves_nobody_out_for_its_words() -> None:
    found = [candidate(facts("Première"), 1.0), candidate(facts("Dernière"), 0.1)]
    assert places(ranked(found, replace(asked(), worded=False), limit=20)) == ["Première", "Dernière"]
    assert places(ranked(found, asked(), limit=20)) == ["Première"]


def test_nobody_is_pushed_when_a_newcomer_is_among_the_first_or_all_are_shown_anyway() -> None:
    good = facts("Neuve", **RECENT)
    among = [candidate(good, 1.0), *(candidate(facts(f"Connue {n}"), 0.5) for n in range(6)), candidate(facts("Autre neuve", **RECENT), 0.5)]  # fmt: skip
    answer = ranked(among, asked(), limit=20)
    assert not any(match.newcomer for match in answer.matches)
    few = ranked([*(candidate(facts(f"Connue {n}"), 0.9) for n in range(4)), candidate(good)], asked(), limit=20)  # fmt: skip
    assert places(few)[-1] == "Neuve"
    assert not few.matches[-1].newcomer


def test_a_newcomer_that_a_filter_leaves_out_has_no_place() -> None:
    answer = six(facts("Neuve", **RECENT | {"maturity": "stopped"}))
    assert "Neuve" not in places(answer)
    assert [one.facts.name for one in answer.excluded] == ["Neuve"]
