"""Which needs are the same, and how much of a sum is told: pure, and never enough to read one town's figure."""

from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.proposals.grouping import LEAST_TOWNS, Magnitude, Stated, close, groups, magnitude

LIGHT = ("réduire la facture de l’éclairage public", "Moderniser nos lampadaires", "Télégestion des points lumineux", "remplacer les candélabres par des LED")  # fmt: skip
OTHER = ("logiciel pour gérer le cimetière", "inventaire des arbres d’alignement")
quantities = st.lists(st.integers(1, 100_000).map(Decimal), min_size=3, max_size=8)


def stated(town: UUID, text: str = LIGHT[0], quantity: int | None = 100) -> Stated:
    return Stated(uuid4(), town, text, None if quantity is None else Decimal(quantity))


def test_texts_that_ask_for_the_same_are_close_and_others_are_not() -> None:
    assert all(close(a, b) for a in LIGHT for b in LIGHT)
    assert not any(close(a, b) for a in LIGHT for b in OTHER)
    assert not close(*OTHER)


@given(st.text(max_size=80), st.text(max_size=80))
def test_closeness_is_the_same_both_ways_and_a_text_is_close_to_itself_when_it_says_anything(one: str, other: str) -> None:  # fmt: skip
    assert close(one, other) == close(other, one)
    if any(c.isascii() and c.isalnum() for c in one):
        assert close(one, one)


def test_a_group_has_three_towns_one_need_each_and_two_are_not_enough() -> None:
    a, b, c, d = (uuid4() for _ in range(4))
    assert groups([stated(a), stated(b), stated(a), stated(b)]) == [], "two towns, however many needs"
    first = [stated(a), stated(a, LIGHT[1]), stated(b, LIGHT[2]), stated(c, LIGHT[3]), stated(d, OTHER[0])]
    (group,) = groups(first)
    assert [need.town_id for need in group.needs] == [a, b, c]
    assert group.needs[0] is first[0], "a town with two needs counts once, by its earliest"
    assert groups([stated(a), stated(b), stated(c, OTHER[0])]) == []
    apart = [
        stated(town, text) for text in (LIGHT[0], OTHER[0]) for town in (uuid4(), uuid4(), uuid4(), uuid4())
    ]
    assert [len(group.needs) for group in groups(apart)] == [4, 4]


@given(quantities)
def test_the_sum_is_told_as_a_step_that_holds_it_and_is_at_least_twice_as_wide_as_it_is_high(given: list[Decimal]) -> None:  # fmt: skip
    size, whole = magnitude(given), sum(given)
    if max(given) > Decimal("0.85") * whole:
        assert size is None, "one town makes most of it"
        return
    assert size is not None and size.low <= whole < size.high and size.high >= 2 * size.low


@given(quantities, st.integers(0, 7))
def test_with_the_step_and_one_s_own_figure_another_s_is_never_known_within_a_half(
    given: list[Decimal], mine: int
) -> None:
    """What a town can compute of the others' sum spans at least as much as half the total, whatever it knows of itself."""
    size = magnitude(given)
    if size is None:
        return
    own = given[mine % len(given)]
    assert (size.high - own) - (size.low - own) >= sum(given) / 2


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ([10, 20], None),
        ([10, 20, 0], None),
        ([100, 3, 2], None),
        ([10, 20, 30], (50, 100)),
        ([400, 300, 300], (1000, 2000)),
        ([333, 333, 333], (500, 1000)),
        ([1, 1, 1], (2, 5)),
    ],
)
def test_examples_of_what_is_told(given: list[int], size: tuple[int, int] | None) -> None:
    told = magnitude(map(Decimal, given))
    assert told == (size and Magnitude(Decimal(size[0]), Decimal(size[1])))
    assert LEAST_TOWNS == 3
