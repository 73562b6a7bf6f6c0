"""Exact cents: sums, shares, VAT and what people type."""

import itertools
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from marketplace.errors import Invalid
from marketplace.money import MAX_CENTS, Cents, euros, parse_euros, rounded, shares, total, vat

AMOUNTS = st.integers(-(10**13), 10**13)
WEIGHTS = st.dictionaries(
    st.integers(0, 50),
    st.one_of(st.integers(0, 10**9), st.fractions(0, 1000, max_denominator=997)),
    min_size=1,
    max_size=30,
)
RATES = st.sampled_from(["0", "2.1", "5.5", "10", "20", "8.5"]).map(Decimal)


def test_amounts_add_up_to_amounts_and_never_to_bare_numbers() -> None:
    whole = total([Cents(1), Cents(2)]) + Cents(3) - 1
    assert (whole, type(whole), type(-whole), type(1 + whole)) == (5, Cents, Cents, Cents)


@pytest.mark.parametrize(
    ("exact", "cents"),
    [
        (Fraction(1, 2), 1), (Fraction(-1, 2), -1), (Fraction(3, 2), 2), (Fraction(5, 2), 3), (Fraction(-5, 2), -3),
        (Decimal("2.4999"), 2), (Decimal("-2.4999"), -2), (Fraction(0), 0),
    ],
)  # fmt: skip
def test_half_a_cent_is_rounded_away_from_zero(exact: Fraction | Decimal, cents: int) -> None:
    assert rounded(exact) == cents


@given(AMOUNTS, WEIGHTS)
@example(100, {1: 1, 2: 1, 3: 1})
@example(-100, {1: 1, 2: 1, 3: 1})
@example(7, {1: 0, 2: 0})
def test_shares_add_up_to_the_whole_and_stay_within_a_cent_of_the_exact_part(
    amount: int, weights: dict[int, int | Fraction]
) -> None:
    parts = shares(amount, weights, sorted(weights))
    assert sum(parts.values()) == amount
    assert all(part * amount >= 0 for part in parts.values())
    whole = Fraction(sum(weights.values()))
    for key, part in parts.items():
        exact = amount * Fraction(weights[key]) / whole if whole else Fraction(amount, len(weights))
        assert abs(part - exact) < 1
        assert part == 0 or weights[key] or not whole


@given(st.integers(0, 10**9), WEIGHTS)
def test_a_heavier_weight_never_gets_the_smaller_share(
    amount: int, weights: dict[int, int | Fraction]
) -> None:
    parts = shares(amount, weights, sorted(weights))
    ranked = sorted(weights, key=lambda key: weights[key])
    for lighter, heavier in itertools.pairwise(ranked):
        assert weights[lighter] == weights[heavier] or parts[lighter] <= parts[heavier]


@pytest.mark.parametrize(
    ("amount", "weights", "order", "parts"),
    [
        (100, {"a": 1, "b": 1, "c": 1}, "abc", {"a": 34, "b": 33, "c": 33}),
        (100, {"a": 1, "b": 1, "c": 1}, "cab", {"a": 33, "b": 33, "c": 34}),
        (-100, {"a": 1, "b": 1, "c": 1}, "abc", {"a": -34, "b": -33, "c": -33}),
        (10, {"a": 5, "b": 3, "c": 1}, "abc", {"a": 6, "b": 3, "c": 1}),
        (5, {"a": 0, "b": 7}, "ab", {"a": 0, "b": 5}),
        (5, {"a": 0, "b": 0}, "ab", {"a": 3, "b": 2}),
    ],
)
def test_the_largest_remainder_takes_the_last_cent_and_ties_go_to_the_first(
    amount: int, weights: dict[str, int], order: str, parts: dict[str, int]
) -> None:
    assert shares(amount, weights, order) == parts


@given(st.lists(st.tuples(st.integers(0, 10**10), RATES), min_size=1, max_size=20))
def test_vat_is_rounded_once_a_rate_and_its_spread_over_lines_adds_up(
    lines: list[tuple[int, Decimal]],
) -> None:
    for rate in {rate for _, rate in lines}:
        bases = {i: base for i, (base, r) in enumerate(lines) if r == rate}
        due = vat(total(bases.values()), rate)
        assert abs(Fraction(due) - Fraction(sum(bases.values())) * Fraction(rate) / 100) <= Fraction(1, 2)
        assert sum(shares(due, bases, bases).values()) == due


@pytest.mark.parametrize(
    ("base", "rate", "due"),
    [(1, "20.0", 0), (3, "20.0", 1), (10, "5.5", 1), (9, "5.5", 0), (0, "20.0", 0), (-250, "2.1", -5)],
)
def test_vat_of_small_amounts_is_exact(base: int, rate: str, due: int) -> None:
    assert vat(Cents(base), Decimal(rate)) == due


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("12 500,50", 1_250_050), ("12500.5 €", 1_250_050), ("0", 0), ("1\u202f250,50\u00a0€", 125_050), ("1,100", 110),
        ("007", 700), ("10000000000000", MAX_CENTS),
    ],
)  # fmt: skip
def test_euros_are_read_as_people_write_them(typed: str, cents: int) -> None:
    assert parse_euros(typed, "price") == cents


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "amount"), ("douze", "amount"), ("-3", "amount"), ("+3", "amount"), ("1e3", "amount"), ("1.2.3", "amount"),
        ("٣", "amount"), ("NaN", "amount"), ("9" * 21, "amount"), ("10000000000000,01", "amount"), (",5", "amount"),
        ("1,005", "amount_precision"), ("0,001", "amount_precision"),
    ],
)  # fmt: skip
def test_what_is_not_an_amount_is_refused_with_its_place_and_an_example(typed: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        parse_euros(typed, "lines[0].price")
    (fault,) = refused.value.fields
    assert (fault.path, fault.code) == ("lines[0].price", code)
    assert "1 250,50" in str(fault)


@given(st.integers(0, MAX_CENTS))
def test_an_amount_shown_in_french_reads_back_as_itself(cents: int) -> None:
    assert parse_euros(euros(cents), "") == cents


def test_amounts_are_shown_in_the_language_of_the_reader() -> None:
    assert euros(125_050) == "1\u202f250,50\u00a0€"
    assert euros(125_050, language="en") == "€1,250.50"
    assert euros(125_000, precise=False) == "1\u202f250\u00a0€"
    assert euros(125_050, precise=False) == "1\u202f250,50\u00a0€"
    assert euros(-5, language="en") == "-€0.05"


@pytest.mark.parametrize("sent", [-1, MAX_CENTS + 1, 1.0, "12", True, None])
def test_an_amount_in_a_contract_is_a_whole_number_of_cents_within_bounds(sent: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Cents).validate_python(sent)
    assert type(TypeAdapter(Cents).validate_python(12)) is Cents
