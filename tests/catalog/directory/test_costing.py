"""What published prices cost a town, to the cent: each line by the quantity of its own unit."""

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.directory.costing import Estimate, VatGroup, estimate, units
from catalog.solutions.models import Basis
from marketplace.money import Cents
from marketplace.pricing import Step, Tiers

D = Decimal


def line(
    unit: str,
    cents: int,
    *more: tuple[str, int],
    basis: Basis = Basis.ONE_OFF,
    rate: str = "20",
    mode: Any = "all_units",
) -> Any:
    steps = (Step(D(0), Cents(cents)), *(Step(D(start), Cents(price)) for start, price in more))
    return SimpleNamespace(label=unit, unit=unit, basis=basis, vat_rate=D(rate), tiers=Tiers(mode, steps))


POSED = line("light_point", 21000, ("150", 19000))
FEE = line("town", 150000, basis=Basis.YEARLY)
PORTAL = line("inhabitant", 12, basis=Basis.YEARLY, rate="10")


def totals(found: Estimate) -> tuple[int, ...]:
    return (found.one_off, found.yearly, found.total_ht, found.vat, found.total_ttc)


def test_each_line_is_multiplied_by_the_quantity_of_its_own_unit() -> None:
    found = estimate([POSED, FEE, PORTAL], {"light_point": D(120), "inhabitant": D(25213)}, 4)
    assert [(one.quantity, one.each, one.over) for one in found.lines] == [
        (D(120), 2520000, 2520000), (D(1), 150000, 600000), (D(25213), 302556, 1210224),
    ]  # fmt: skip
    assert totals(found) == (2520000, 452556, 4330224, 745022, 5075246)
    assert found.groups == (
        VatGroup(D(10), Cents(1210224), Cents(121022)),
        VatGroup(D(20), Cents(3120000), Cents(624000)),
    )
    assert found.complete and found.missing == ()
    assert found.per(25213) == 201


def test_a_tier_is_reached_by_the_quantity_of_its_unit_alone() -> None:
    found = estimate([POSED, PORTAL], {"light_point": D(10), "inhabitant": D(25213)}, 1)
    assert (found.lines[0].unit_price, found.lines[0].each) == (21000, 210000)
    found = estimate([POSED], {"light_point": D(150)}, 1)
    assert (found.lines[0].unit_price, found.lines[0].each) == (19000, 2850000)


def test_graduated_tiers_price_each_tranche_and_name_no_single_price() -> None:
    graduated = line("light_point", 21000, ("150", 19000), mode="graduated")
    found = estimate([graduated], {"light_point": D(200)}, 1)
    assert (found.lines[0].unit_price, found.lines[0].each) == (None, 150 * 21000 + 50 * 19000)


def test_a_flat_fee_counts_the_town_once_unless_told_otherwise() -> None:
    assert totals(estimate([FEE], {}, 3)) == (0, 150000, 450000, 90000, 540000)
    assert estimate([FEE], {"town": D(12)}, 1).yearly == 1800000


def test_a_unit_without_a_quantity_is_named_and_its_lines_are_left_out() -> None:
    found = estimate([POSED, POSED, FEE, PORTAL], {"inhabitant": D(100), "sensor": D(9)}, 2)
    assert found.missing == ("light_point",)
    assert not found.complete and found.known
    assert totals(found) == (0, 151200, 302400, 60240, 362640)
    assert [one.over for one in found.lines] == [None, None, 300000, 2400]


def test_without_any_quantity_nothing_is_known_and_nothing_is_shared() -> None:
    found = estimate([POSED], {}, 2)
    assert totals(found) == (0, 0, 0, 0, 0)
    assert (found.known, found.complete, found.per(100)) == (False, False, None)
    assert not estimate([], {}, 1).complete


def test_a_half_cent_goes_up_once_a_year_and_vat_once_a_rate() -> None:
    yearly = line("km", 5, basis=Basis.YEARLY, rate="5.5")
    found = estimate([yearly, yearly], {"km": D("0.5")}, 4)
    assert [one.each for one in found.lines] == [3, 3]  # 2.5 cents
    assert (found.yearly, found.total_ht, found.vat) == (
        6,
        24,
        1,
    )  # 5.5 % of 24 is 1.32; of 12, twice, 0.66 → 2
    assert found.groups == (VatGroup(D("5.5"), Cents(24), Cents(1)),)


def test_units_come_in_the_prices_order_each_once() -> None:
    assert units([POSED, FEE, POSED, PORTAL]) == ("light_point", "town", "inhabitant")


@given(
    st.lists(st.tuples(st.sampled_from(["light_point", "inhabitant", "town"]), st.integers(0, 10**6), st.sampled_from(list(Basis)), st.sampled_from(["0", "5.5", "10", "20"])), max_size=6),
    st.integers(1, 4),
    st.dictionaries(st.sampled_from(["light_point", "inhabitant"]), st.integers(0, 10**5)),
)  # fmt: skip
def test_the_parts_are_the_whole(
    rows: list[tuple[str, int, Basis, str]], years: int, counts: dict[str, int]
) -> None:
    found = estimate(
        [line(u, c, basis=b, rate=r) for u, c, b, r in rows], {k: D(v) for k, v in counts.items()}, years
    )
    assert found.total_ht == sum(one.over or 0 for one in found.lines) == found.one_off + found.yearly * years
    assert found.total_ht == sum(group.base for group in found.groups)
    assert found.total_ttc == found.total_ht + sum(group.vat for group in found.groups)
    assert set(found.missing) == {one.unit for one in found.lines if one.over is None}


@pytest.mark.parametrize("count", [None, 0])
def test_nothing_is_shared_among_nobody(count: int | None) -> None:
    assert estimate([FEE], {}, 1).per(count) is None
