import hashlib
import json
import random
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from marketplace.money import Cents
from marketplace.pricing import Step, Tiers
from procurement.allocation import (
    Line,
    Need,
    Plan,
    SharedCost,
    Town,
    canonical,
    consolidate,
    document_bytes,
    inputs_sha256,
    read,
)
from tests.procurement.allocation.plans import as_bytes, worked


def test_the_canonical_form_is_written_one_way_only():
    value = {
        "lines": [
            {
                "needs": [
                    {"firm": "007.5", "town": "é"},
                    {"firm": "0", "town": "B", "tolerance": "2", "max": "3"},
                ],
                "tiers": {"steps": [{"unit_price_cents": 5, "from": "0"}], "mode": "graduated"},
                "vat_rate": "05.50",
                "decimals": 2,
                "unit": 'm²"',
                "id": "b",
            },
            {
                "id": "a",
                "unit": "m",
                "decimals": 0,
                "vat_rate": "20",
                "supply_limit": "9",
                "tiers": {"mode": "all_units", "steps": [{"from": "00", "unit_price_cents": 0}]},
                "needs": [],
            },
        ],
        "towns": [
            {"id": "é", "siren": None, "population": 0, "committed_at": "2026-01-01T00:30:00+01:00"},
            {"id": "B", "siren": "000000000", "population": 7, "committed_at": "0999-01-01T00:00:00Z"},
        ],
    }
    expected = (
        '{"lines":['
        '{"decimals":0,"id":"a","needs":[],"pack":"1","supply_limit":"9",'
        '"tiers":{"mode":"all_units","steps":[{"from":"0","unit_price_cents":0}]},"unit":"m","vat_rate":"20.0"},'
        '{"decimals":2,"id":"b","needs":[{"firm":"0.00","max":"3.00","tolerance":"2.00","town":"B"},'
        '{"firm":"7.50","max":"7.50","tolerance":"0.00","town":"é"}],"pack":"1.00","supply_limit":null,'
        '"tiers":{"mode":"graduated","steps":[{"from":"0.00","unit_price_cents":5}]},"unit":"m²\\"","vat_rate":"5.5"}],'
        '"rule":"pro_rata_firm","shared_costs":[],"towns":['
        '{"committed_at":"0999-01-01T00:00:00Z","id":"B","population":7,"siren":"000000000"},'
        '{"committed_at":"2025-12-31T23:30:00Z","id":"é","population":0,"siren":null}]}'
    )
    plan = read(as_bytes(value), "x")
    assert canonical(plan) == expected
    assert inputs_sha256(plan) == hashlib.sha256(expected.encode()).hexdigest()
    assert canonical(read(expected.encode(), "x")) == expected


def test_the_worked_example_hashes_as_plain_json_tools_would():
    value = worked()
    value["towns"][0]["committed_at"] = "2026-03-01T09:00:00Z"
    value["towns"][1]["committed_at"] = "2026-03-02T09:00:00Z"
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert (
        consolidate(read(as_bytes(worked()), "x")).inputs_sha256 == hashlib.sha256(text.encode()).hexdigest()
    )


@pytest.mark.parametrize("text", ["\u0000\x1f", "\x7f\u2028", "a\\b/c\t\r\n\b\f", "😀"])
def test_texts_are_escaped_as_plain_json_tools_would(text):
    value = worked()
    value["lines"][0]["unit"] = text
    assert json.dumps(text, ensure_ascii=False) in canonical(read(as_bytes(value), "x"))


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v["lines"][0]["needs"][0].update(max="131"),
        lambda v: v["lines"][0].update(unit="lampe"),
        lambda v: v["lines"][0].update(decimals=1),
        lambda v: v["lines"][0].update(supply_limit="1000"),
        lambda v: v["towns"][0].update(population=12001),
        lambda v: v.update(rule="equal"),
    ],
)
def test_whatever_is_frozen_enters_the_hash(change):
    value = worked()
    change(value)
    assert inputs_sha256(read(as_bytes(value), "x")) != inputs_sha256(read(as_bytes(worked()), "x"))


def test_writing_a_figure_otherwise_does_not_change_the_hash():
    value = worked()
    value["lines"][0]["vat_rate"] = "020"
    value["lines"][0]["needs"][0]["firm"] = "0120"
    value["towns"][0]["committed_at"] = "2026-02-28T23:00:00-10:00"
    assert inputs_sha256(read(as_bytes(value), "x")) == inputs_sha256(read(as_bytes(worked()), "x"))


def test_a_reordered_file_gives_the_same_bytes():
    expected = document_bytes(consolidate(read(as_bytes(worked()), "x")))
    value = worked()
    value["towns"].reverse()
    value["lines"][0]["needs"].reverse()
    shuffled = dict(random.Random(1).sample(sorted(value.items()), len(value)))
    assert document_bytes(consolidate(read(as_bytes(shuffled), "x"))) == expected


def from_rows():
    """The worked example as product code builds it: Decimals from NUMERIC columns, instants from TIMESTAMPTZ."""
    paris = timezone(timedelta(hours=1))
    steps = (
        Step(Decimal("0.000"), Cents(21000)),
        Step(Decimal("150.000"), Cents(19000)),
        Step(Decimal("2.5E+2"), Cents(17200)),
    )
    return Plan(
        towns=(
            Town("C", None, 5000, datetime(2026, 3, 3, 10, tzinfo=UTC)),
            Town("A", "217500016", 12000, datetime(2026, 3, 1, 10, 0, 0, 999999, tzinfo=paris)),
            Town("B", "217500024", 9000, datetime(2026, 3, 2, 10, tzinfo=paris)),
        ),
        lines=(
            Line(
                id="points-lumineux",
                unit="point",
                decimals=0,
                vat_rate=Decimal("2E+1"),
                tiers=Tiers("all_units", steps),
                needs=(
                    Need("C", Decimal("45.000"), Decimal("5.000")),
                    Need("A", Decimal("120.000"), Decimal("10.000"), Decimal("130.000")),
                    Need("B", Decimal("80.000")),
                ),
            ),
        ),
        shared_costs=(SharedCost("mise-en-service", Cents(100000), Decimal("20.00"), "equal"),),
    )


def test_a_plan_built_from_rows_gives_the_same_bytes_as_its_file():
    assert document_bytes(consolidate(from_rows())) == document_bytes(
        consolidate(read(as_bytes(worked()), "x"))
    )


def test_instants_of_the_same_second_tie_as_the_hash_cannot_tell_them_apart():
    later = Town("A", "000000001", 1, datetime(2026, 3, 1, 10, 0, 0, 900, tzinfo=UTC))
    sooner = Town("B", "000000002", 1, datetime(2026, 3, 1, 10, 0, 0, 100, tzinfo=UTC))
    tiers = Tiers("all_units", (Step(Decimal(0), Cents(1)),))
    needs = (Need("A", Decimal(1)), Need("B", Decimal(1)))
    line = Line("L", "m", 0, Decimal(20), tiers, needs, supply_limit=Decimal(1))
    result = consolidate(Plan((sooner, later), (line,)))
    assert [part.quantity for part in result.lines[0].towns] == [1, 0]


def test_a_town_without_time_zone_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="time zone"):
        Town("A", None, 0, datetime(2026, 3, 1))  # noqa: DTZ001


@pytest.mark.parametrize("needs", [(Need("Z", Decimal(1)),), (Need("A", Decimal(1)), Need("A", Decimal(1)))])
def test_a_need_that_would_be_lost_is_a_mistake_of_the_program(needs):
    line = Line("L", "m", 0, Decimal(20), Tiers("all_units", (Step(Decimal(0), Cents(1)),)), needs)
    with pytest.raises(ValueError, match="two needs"):
        consolidate(Plan((Town("A", None, 0, datetime(2026, 3, 1, tzinfo=UTC)),), (line,)))


def test_a_quantity_finer_than_its_line_is_a_mistake_of_the_program():
    line = Line(
        "L",
        "m",
        1,
        Decimal(20),
        Tiers("all_units", (Step(Decimal(0), Cents(1)),)),
        (Need("A", Decimal("0.25")),),
    )
    with pytest.raises(ValueError, match="more than 1 decimals"):
        consolidate(Plan((Town("A", None, 0, datetime(2026, 3, 1, tzinfo=UTC)),), (line,)))


def test_the_result_carries_what_pages_need():
    result = consolidate(from_rows())
    (line,) = result.lines
    assert (line.short, line.quantity, line.total) == (False, Decimal(245), 4655000)
    assert [part.town for part in line.towns] == ["A", "B", "C"]
    assert result.towns[0].vat_rows[0].rate == 20
