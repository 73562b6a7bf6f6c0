import pytest

from tests.procurement.allocation.plans import allocated, first_line, line, plan, town

RULES = ["pro_rata_firm", "commitment_order", "equal", "smaller_first"]


def short(needs, limit, rule, *, towns=None, **more):
    """What each town gets of `limit`; towns commit in the order of `needs`."""
    towns = towns or [town(name, day=i) for i, name in enumerate(needs, 1)]
    return allocated(plan(towns, line(needs, supply_limit=str(limit), **more), rule=rule))


def test_firm_needs_are_met_and_tolerances_left_alone_without_packs():
    value = plan([town("A"), town("B")], line({"A": (3, 9), "B": (4, 9)}))
    assert allocated(value) == {"A": "3", "B": "4"}


def test_the_pack_is_completed_pro_rata_to_tolerance():
    # 13 firm, packs of 10: 7 more. 7 x 6/9 = 4.67 and 7 x 3/9 = 2.33: floors 4 and 2, the last unit to A.
    value = plan([town("A"), town("B"), town("C")], line({"A": (5, 6), "B": (5, 3), "C": (3, 0)}, pack="10"))
    got = first_line(value)
    assert {part["town"]: part["quantity"] for part in got["towns"]} == {"A": "10", "B": "7", "C": "3"}
    assert (got["quantity"], got["unallocated"]) == ("20", "0")


def test_what_no_tolerance_covers_is_unallocated_and_billed_to_nobody():
    # 13 firm, packs of 10, tolerances 2 and 1: 4 units stay. 20 x 999 = 19 980; 5 units of 20: 4 995 exactly.
    value = plan([town("A"), town("B")], line({"A": (8, 2), "B": (5, 1)}, pack="10", steps=((0, 999),)))
    got = first_line(value)
    assert (got["quantity"], got["unallocated"], got["unallocated_ht_cents"]) == ("20", "4", 3996)
    assert [(part["quantity"], part["ht_cents"]) for part in got["towns"]] == [("10", 9990), ("6", 5994)]


def test_a_tie_in_the_draw_goes_to_the_first_to_commit():
    value = plan([town("A", day=2), town("B", day=1)], line({"A": (1, 1), "B": (1, 1)}, pack="3"))
    assert allocated(value) == {"A": "1", "B": "2"}


def test_a_pack_has_the_decimals_of_its_line():
    # 1.05 firm in packs of 0.25: order 1.25.
    value = plan([town("A")], line({"A": ("1.05", "0.10")}, decimals=2, pack="0.25"))
    got = first_line(value)
    assert (got["quantity"], got["unallocated"], got["towns"][0]["quantity"]) == ("1.25", "0.10", "1.15")


def test_without_a_declared_pack_orders_are_whole_units_even_on_a_line_with_decimals():
    got = first_line(plan([town("A")], line({"A": ("1.25", "0.50")}, decimals=2)))
    assert (got["quantity"], got["unallocated"], got["towns"][0]["quantity"]) == ("2.00", "0.25", "1.75")


def test_a_line_without_need_orders_nothing():
    towns = [town("A")]
    value = plan(towns, line({}, id="0", steps=((0, 5), ("2.5", 3)), decimals=1), line({"A": 1}))
    got = first_line(value)
    assert got == {
        "id": "0",
        "quantity": "0.0",
        "unallocated": "0.0",
        "unallocated_ht_cents": 0,
        "tier_from": "0.0",
        "unit_price_cents": 5,
        "total_ht_cents": 0,
        "next_tier": {"from": "2.5", "missing": "2.5", "unit_price_cents": 3},
        "towns": [],
        "worse_off": [],
        "proposals": [],
    }


def test_a_need_of_nothing_is_listed():
    value = plan([town("A"), town("B")], line({"A": 0, "B": 0}))
    assert allocated(value) == {"A": "0", "B": "0"}


@pytest.mark.parametrize("rule", RULES)
def test_a_limit_equal_to_the_order_is_not_short(rule):
    assert short({"A": 4, "B": 3}, 7, rule) == {"A": "4", "B": "3"}


@pytest.mark.parametrize("rule", RULES)
def test_a_limit_of_zero_gives_nothing_to_anybody_and_lists_them(rule):
    assert short({"A": 4, "B": 3}, 0, rule) == {"A": "0", "B": "0"}


def test_supply_is_short_when_the_last_pack_does_not_fit_though_firm_needs_would():
    # 245 firm, packs of 10: order 250 > 247. Only 24 whole packs come: below the firm total.
    value = plan(
        [town("A", day=1), town("B", day=2)],
        line({"A": (200, 10), "B": (45, 5)}, pack="10", supply_limit="247"),
    )
    got = first_line(value)
    assert (got["quantity"], got["unallocated"], got["proposals"]) == ("240", "0", [])
    assert [part["quantity"] for part in got["towns"]] == ["196", "44"]  # 195.92 and 44.08


def test_pro_rata_ties_go_by_instant_whatever_the_offset_then_siren_with_null_last_then_id():
    # Three equal needs, then four, two units short: the last ranked lose.
    same = "2026-03-01T10:00:00Z"
    towns = [
        {**town("d"), "committed_at": same, "siren": None},
        {**town("c"), "committed_at": same, "siren": "999999999"},
        {**town("b"), "committed_at": "2026-03-01T11:00:00+01:00", "siren": "999999999"},
        {**town("a"), "committed_at": "2026-03-01T10:00:01Z", "siren": "000000000"},
        {**town("e"), "committed_at": "2026-03-01T10:30:00+01:00", "siren": None},
    ]
    ranking = ["e", "b", "c", "d", "a"]
    for limit in range(6):
        got = short(dict.fromkeys("abcde", 1), limit, "pro_rata_firm", towns=towns)
        assert [name for name in ranking if got[name] == "1"] == ranking[:limit]


def test_ids_are_compared_by_code_point():
    towns = [town("é"), town("z"), town("Z"), town("a")]
    got = short(dict.fromkeys("ézZa", 1), 2, "pro_rata_firm", towns=towns)
    assert [name for name in got if got[name] == "1"] == ["Z", "a"]


def test_commitment_order_fills_one_town_after_the_other():
    assert short({"A": 5, "B": 5, "C": 5}, 8, "commitment_order") == {"A": "5", "B": "3", "C": "0"}


def test_smaller_first_fills_by_population_and_breaks_ties_by_commitment():
    towns = [town("A", day=1, population=50), town("B", day=3, population=9), town("C", day=2, population=9)]
    assert short({"A": 5, "B": 5, "C": 5}, 8, "smaller_first", towns=towns) == {"A": "0", "B": "3", "C": "5"}


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (1, "100"), (2, "110"), (3, "111"), (4, "211"), (5, "221"), (6, "222"), (7, "322"), (8, "332"),
        (9, "342"), (10, "352"), (11, "362"),
    ],
)  # fmt: skip
def test_equal_raises_all_together_and_gives_the_last_units_in_tie_order(limit, expected):
    got = short({"A": 3, "B": 7, "C": 2}, limit, "equal")
    assert "".join(got.values()) == expected


def test_pro_rata_is_by_largest_remainder():
    # 7 of 10: 3.5, 2.1, 1.4 → floors 3, 2, 1, and the last unit to the largest remainder, A.
    assert short({"A": 5, "B": 3, "C": 2}, 7, "pro_rata_firm") == {"A": "4", "B": "2", "C": "1"}


def test_shares_are_in_units_of_the_declared_decimals():
    assert short({"A": "0.5", "B": "0.5", "C": "0.5"}, "1.0", "pro_rata_firm", decimals=1) == {
        "A": "0.4",
        "B": "0.3",
        "C": "0.3",
    }
