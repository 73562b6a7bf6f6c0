"""A card's badges follow one rule, and a highlighted text is parts, never HTML."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.engines.documents import Feature
from search.engines.protocol import MARK, UNMARK
from search.finding.showing import Segment, badges, extract, held, segments, shown
from tests.search.finding.stand_in import hit

ORDER = [
    ("confirmed", "Référence confirmée"), ("priced", "Prix publiés"), ("eu_hosted", "Hébergé dans l’UE"), ("open_api", "API ouverte"),
    ("accessible", "Accessible (RGAA)"), ("open_source", "Code ouvert"),
]  # fmt: skip
"""As the page says it to everybody."""


@pytest.mark.parametrize("features", list(itertools.combinations(Feature, 3)))
def test_two_badges_at_most_in_the_public_order(features: tuple[Feature, ...]) -> None:
    said = badges(hit("Kit", features=tuple(reversed(features))))
    assert said == [name for feature, name in ORDER if feature in features][:2]


def test_a_stopped_service_says_only_that_and_prices_count_however_they_are_told() -> None:
    assert badges(hit("Kit", maturity="stopped", priced=True, features=("confirmed",))) == ["Service arrêté"]
    assert badges(hit("Kit", priced=True)) == ["Prix publiés"]
    assert held(hit("Kit", priced=True, features=("priced",))) == {"priced"}
    assert badges(hit("Kit")) == []


def test_a_marked_text_is_cut_where_it_is_marked() -> None:
    text = f"Un {MARK}lampadaire{UNMARK} et <b>{MARK}deux{UNMARK}"
    assert segments(text) == [
        Segment("Un "), Segment("lampadaire", found=True), Segment(" et <b>"), Segment("deux", found=True),
    ]  # fmt: skip


@given(st.lists(st.sampled_from(["a", "<", MARK, UNMARK])).map("".join))
def test_no_text_is_lost_and_no_mark_is_left_however_marks_are_placed(text: str) -> None:
    found = segments(text)
    assert "".join(one.text for one in found) == text.replace(MARK, "").replace(UNMARK, "")
    assert all(one.text for one in found)


def test_the_description_speaks_only_when_neither_name_nor_summary_answers() -> None:
    marked = f"un {MARK}capteur{UNMARK}"
    assert extract(hit("Kit", highlights=(("description", marked),))) == segments(marked)
    assert extract(hit("Kit", highlights=(("summary", marked), ("description", marked)))) == []
    assert extract(hit("Kit", highlights=(("description", "rien"),))) == []
    assert shown(hit("Kit"), "name") == [Segment("Kit")]
