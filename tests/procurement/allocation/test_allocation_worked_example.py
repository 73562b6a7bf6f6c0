import json

import pytest

from procurement.allocation import consolidate, document_bytes, read
from tests.procurement.allocation.plans import allocated, as_bytes, run, worked


def test_today_the_pool_orders_245_points_at_190_euros():
    line = run(worked())["lines"][0]
    sentences = [part.pop("sentence") for part in line["towns"]]
    assert all(sentences)
    assert line == {
        "id": "points-lumineux",
        "quantity": "245",
        "unallocated": "0",
        "unallocated_ht_cents": 0,
        "tier_from": "150",
        "unit_price_cents": 19000,
        "total_ht_cents": 4655000,
        "next_tier": {"from": "250", "missing": "5", "unit_price_cents": 17200},
        "towns": [
            {"town": "A", "quantity": "120", "ht_cents": 2280000, "alone_ht_cents": 2520000},
            {"town": "B", "quantity": "80", "ht_cents": 1520000, "alone_ht_cents": 1680000},
            {"town": "C", "quantity": "45", "ht_cents": 855000, "alone_ht_cents": 945000},
        ],
        "worse_off": [],
        "proposals": [
            {
                "tier_from": "250",
                "quantity": "250",
                "extra": [{"town": "A", "quantity": "3"}, {"town": "C", "quantity": "2"}],
                "total_ht_cents": 4300000,
                "saving_cents": 355000,
            }
        ],
    }


def test_every_town_pays_its_lines_and_its_part_of_the_shared_cost():
    said = run(worked())
    assert said["shared_costs"] == [
        {
            "id": "mise-en-service",
            "towns": [
                {"town": "A", "ht_cents": 33334},
                {"town": "B", "ht_cents": 33333},
                {"town": "C", "ht_cents": 33333},
            ],
        }
    ]
    assert said["towns"][0] == {
        "town": "A",
        "ht_cents": 2313334,
        "vat": [{"rate": "20.0", "base_cents": 2313334, "vat_cents": 462667}],
        "vat_cents": 462667,
        "ttc_cents": 2776001,
    }
    assert said["totals"] == {"ht_cents": 4755000, "vat_cents": 951001, "ttc_cents": 5706001}
    assert said["warnings"] == []


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("pro_rata_firm", {"A": "98", "B": "65", "C": "37"}),
        ("commitment_order", {"A": "120", "B": "80", "C": "0"}),
        ("smaller_first", {"A": "75", "B": "80", "C": "45"}),
        ("equal", {"A": "78", "B": "77", "C": "45"}),
    ],
)
def test_a_supplier_who_can_deliver_200_is_shared_by_the_rule(rule, expected):
    value = worked()
    value["rule"] = rule
    value["lines"][0]["supply_limit"] = "200"
    assert allocated(value) == expected
    assert run(value)["lines"][0]["proposals"] == []


def test_when_c_leaves_the_rest_pays_the_same_tier():
    value = worked()
    value["lines"][0]["needs"].pop()
    line = run(value)["lines"][0]
    assert (line["quantity"], line["total_ht_cents"]) == ("200", 200 * 19000)
    assert line["proposals"] == []


def test_the_document_is_compact_utf8_json_with_one_newline_at_the_end():
    printed = document_bytes(consolidate(read(as_bytes(worked()), "plan.json")))
    assert printed.endswith(b"}\n")
    assert printed.count(b"\n") == 1
    assert "à 150\u00a0: 190,00\u00a0€ HT l’unité".encode() in printed
    assert json.loads(printed) == run(worked())
    assert list(json.loads(printed)) == [
        "lines",
        "shared_costs",
        "towns",
        "totals",
        "warnings",
        "inputs_sha256",
    ]
