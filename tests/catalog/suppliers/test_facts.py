"""Pure: categories of firms, months, territories, and the table of documents."""

from datetime import date

import pytest

from catalog.suppliers.facts import Category, Headcount, category
from catalog.suppliers.kinds import RULES, CertificateKind, rule_of
from catalog.suppliers.queries import capacity_of
from catalog.suppliers.territories import Territories, serves
from marketplace.actor import ANONYMOUS
from marketplace.clock import months_after
from tests.catalog.suppliers.firms import CAPACITY
from tests.support.world import World


@pytest.mark.parametrize(
    ("headcount", "turnover", "found"),
    [
        (None, 1, None),
        (Headcount.NONE, None, Category.MICRO),
        (Headcount.TO_9, 2_000_000_00, Category.MICRO),
        (Headcount.TO_9, 2_000_000_01, Category.SME),
        (Headcount.TO_19, None, Category.SME),
        (Headcount.TO_249, 50_000_000_00, Category.SME),
        (Headcount.TO_249, 50_000_000_01, Category.MID),
        (Headcount.TO_4999, 0, Category.MID),
        (Headcount.TO_9, 1_500_000_000_01, Category.LARGE),
        (Headcount.MORE, None, Category.LARGE),
    ],
)
def test_a_category_is_what_the_decree_makes_of_headcount_and_turnover(
    headcount: Headcount | None, turnover: int | None, found: Category | None
) -> None:
    assert category(headcount, turnover) is found


def test_months_end_on_the_last_day_of_a_shorter_month() -> None:
    assert months_after(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_after(date(2027, 8, 31), 6) == date(2028, 2, 29)
    assert months_after(date(2026, 12, 15), 12) == date(2027, 12, 15)


def test_every_kind_has_a_dated_rule_with_its_reference() -> None:
    assert {rule.kind for rule in RULES} == set(CertificateKind)
    assert all(rule.reference and rule.valid_from for rule in RULES)
    assert rule_of(CertificateKind.VIGILANCE).from_cents == 500_000
    assert rule_of(CertificateKind.VIGILANCE, date(2026, 1, 1)).months == 6


@pytest.mark.parametrize(
    ("territories", "department", "found"),
    [
        (Territories(), "18", None),
        (Territories(everywhere=True), "18", True),
        (Territories(everywhere=True), "2A", True),
        (Territories(everywhere=True), "974", False),
        (Territories(everywhere=True, overseas=True), "974", True),
        (Territories(departments=frozenset({"18"})), "18", True),
        (Territories(departments=frozenset({"18"})), "36", False),
        (Territories(departments=frozenset({"974"})), "974", True),
        (Territories(overseas=True), "18", False),
        (Territories(overseas=True), "987", True),
    ],
)
def test_a_startup_works_where_it_says_and_nowhere_else(
    territories: Territories, department: str, found: bool | None
) -> None:
    assert serves(territories, department) is found


async def test_a_region_told_is_every_department_of_it(world: World) -> None:
    seller, silent = await world.startup(), await world.startup("Lucivoie")
    await seller.did("/my/supplier/capacity", CAPACITY, method="put", If_Match="0")
    ids = [who.actor.organisation_id for who in (seller, silent)]
    assert all(ids)
    async with world.app.state.database.reading(ANONYMOUS) as reads:
        found = await capacity_of(reads, [one for one in ids if one])
    assert set(found) == {ids[0]}
    capacity = found[ids[0]]  # type: ignore[index]
    assert (capacity.towns_at_once, capacity.lead_weeks, capacity.told_on) == (12, 8, await world.today())
    assert capacity.territories.departments == frozenset({"18", "28", "36", "37", "41", "45", "2A"})
    assert [serves(capacity.territories, code) for code in ("18", "2A", "75", "974")] == [
        True,
        True,
        False,
        False,
    ]
