"""What a quantity costs under a tier table, and what is wrong with one."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.money import Cents
from marketplace.pricing import Step, TierMode, Tiers, faults

STARTS = st.lists(st.integers(1, 500), min_size=0, max_size=4, unique=True).map(
    lambda more: [0, *sorted(more)]
)
QUANTITIES = st.decimals(0, 600, places=3)


def tiers(mode: TierMode, *steps: tuple[str, int]) -> Tiers:
    return Tiers(mode, tuple(Step(Decimal(start), Cents(price)) for start, price in steps))


GRID = (("0", 21000), ("150", 19000), ("250", 17200))


@pytest.mark.parametrize(
    ("mode", "quantity", "cents"),
    [
        ("all_units", "0", 0),
        ("all_units", "149", 149 * 21000),
        ("all_units", "150", 150 * 19000),
        ("all_units", "249.999", 4_749_981),
        ("all_units", "250", 250 * 17200),
        ("graduated", "149", 149 * 21000),
        ("graduated", "150", 150 * 21000),
        ("graduated", "251", 150 * 21000 + 100 * 19000 + 17200),
    ],
)
def test_a_tier_begins_at_its_start_and_ends_before_the_next(
    mode: TierMode, quantity: str, cents: int
) -> None:
    assert tiers(mode, *GRID).cost(Decimal(quantity)) == cents


def test_a_cost_is_rounded_once_half_away_from_zero() -> None:
    assert tiers("all_units", ("0", 5)).cost(Decimal("0.1")) == 1
    assert tiers("graduated", ("0", 1), ("0.5", 1)).cost(Decimal("1.4")) == 1


@given(STARTS, QUANTITIES, st.data())
def test_graduated_cost_is_continuous_and_never_falls(
    starts: list[int], quantity: Decimal, data: st.DataObject
) -> None:
    prices = data.draw(st.lists(st.integers(0, 10**6), min_size=len(starts), max_size=len(starts)))
    table = tiers("graduated", *((str(s), p) for s, p in zip(starts, prices, strict=True)))
    more = quantity + data.draw(QUANTITIES)
    assert table.exact_cost(quantity) <= table.exact_cost(more)
    for start in starts[1:]:
        step = table.exact_cost(Decimal(start)) - table.exact_cost(Decimal(start) - Decimal("0.001"))
        assert 0 <= step <= max(prices) / 1000 + 1


@given(STARTS, QUANTITIES, st.integers(0, 10**6))
def test_one_price_everywhere_costs_the_same_in_both_modes(
    starts: list[int], quantity: Decimal, price: int
) -> None:
    steps = [(str(start), price) for start in starts]
    assert tiers("graduated", *steps).exact_cost(quantity) == tiers("all_units", *steps).exact_cost(quantity)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([], [("steps", "tiers_empty")]),
        ([("1", None)], [("steps[0].from", "tiers_start")]),
        ([("0", None), ("0", None)], [("steps[1].from", "tiers_order")]),
        ([("0", "10"), ("12", None)], [("steps[0].to", "tiers_gap")]),
        ([("0", "15"), ("12", None)], [("steps[0].to", "tiers_overlap")]),
        ([("0", "10"), ("10", "20")], [("steps[1].to", "tiers_end")]),
        (
            [("2", "9"), ("10", "30"), ("5", "6")],
            [
                ("steps[0].from", "tiers_start"), ("steps[0].to", "tiers_gap"), ("steps[1].to", "tiers_overlap"),
                ("steps[2].from", "tiers_order"), ("steps[2].to", "tiers_end"),
            ],
        ),
        ([("0", "10"), ("10", None)], []),
        ([("0", None), ("10", None)], []),
    ],
)  # fmt: skip
def test_every_fault_of_a_tier_table_is_told_at_once_with_its_place(
    steps: list[tuple[str, str | None]], found: list[tuple[str, str]]
) -> None:
    given = [(Decimal(start), None if end is None else Decimal(end)) for start, end in steps]
    assert [(fault.path, fault.code) for fault in faults(given, "steps")] == found


def test_a_gap_names_the_quantities_that_have_no_price() -> None:
    (fault,) = faults([(Decimal(0), Decimal(10)), (Decimal(12), None)], "steps")
    assert "10" in str(fault)
    assert "12" in str(fault)
