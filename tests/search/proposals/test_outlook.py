"""What buying together would change, from public figures and one's own need alone."""

from datetime import date
from decimal import Decimal

from marketplace.money import Cents
from marketplace.pricing import Step, Tiers
from procurement.compass import Procedure
from search.proposals.grouping import Magnitude
from search.proposals.outlook import outlook

DAY = date(2026, 11, 26)


def tiers(*steps: tuple[int, int]) -> Tiers:
    return Tiers("all_units", tuple(Step(Decimal(start), Cents(price)) for start, price in steps))


GRIDS = [tiers((0, 25000), (500, 20000)), tiers((0, 24000), (1000, 19000)), tiers((0, 26000), (300, 22000))]


def test_a_price_falls_from_a_quantity_that_the_towns_reach_together_and_mine_not_alone() -> None:
    found = outlook(GRIDS, Magnitude(Decimal(1000), Decimal(2000)), Decimal(120), on=DAY)
    assert found.alone and found.together
    assert (found.alone.low, found.alone.high) == (24000, 26000)
    assert (found.together.low, found.together.high) == (19000, 22000)
    assert found.lower_from == 1000
    assert (found.value_alone, found.value_low, found.value_high) == (120 * 26000, 1000 * 19000, 2000 * 22000)


def test_the_thresholds_that_the_sum_crosses_are_those_above_what_mine_buys_alone() -> None:
    found = outlook(GRIDS, Magnitude(Decimal(1000), Decimal(2000)), Decimal(120), on=DAY)
    assert found.procedure_alone is Procedure.NO_COMPETITION
    assert [(one.threshold.procedure, one.surely) for one in found.crossings] == [
        (Procedure.ADAPTED, True),
        (Procedure.FORMAL, False),
    ]
    small = outlook(GRIDS, Magnitude(Decimal(20), Decimal(50)), Decimal(10), on=DAY)
    assert small.crossings == () and small.lower_from is None
    beyond = outlook(GRIDS, Magnitude(Decimal(1000), Decimal(2000)), Decimal(120), on=date(1990, 1, 1))
    assert beyond.crossings == () and beyond.procedure_alone is None, "our rules do not reach that day"


def test_less_than_three_grids_or_no_step_tells_no_price() -> None:
    size = Magnitude(Decimal(1000), Decimal(2000))
    for found in (outlook(GRIDS[:2], size, Decimal(1), on=DAY), outlook(GRIDS, None, Decimal(1), on=DAY)):
        assert found.together is None and found.value_high is None and found.crossings == ()
    nothing = outlook(GRIDS, size, None, on=DAY)
    assert nothing.alone is None and nothing.together is not None and nothing.lower_from is None
