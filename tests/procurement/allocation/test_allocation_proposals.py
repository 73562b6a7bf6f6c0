from tests.procurement.allocation.plans import first_line, line, plan, run, town

TOWNS = [town("A", day=1), town("B", day=2), town("C", day=3)]


def proposals(needs, steps, **more):
    return first_line(plan(TOWNS, line(needs, steps=steps, **more)))["proposals"]


def test_a_tier_that_tolerances_reach_and_that_costs_less_is_proposed():
    assert proposals({"A": (60, 30), "B": (30, 0), "C": (4, 10)}, ((0, 100), (100, 90))) == [
        {
            "tier_from": "100",
            "quantity": "100",
            "extra": [
                {"town": "A", "quantity": "5"},
                {"town": "C", "quantity": "1"},
            ],  # 4.5 and 1.5: tie, A first
            "total_ht_cents": 9000,
            "saving_cents": 400,
        }
    ]


def test_an_equal_total_is_not_proposed():
    assert proposals({"A": (90, 10)}, ((0, 100), (100, 90))) == []
    assert len(proposals({"A": (91, 9)}, ((0, 100), (100, 90)))) == 1


def test_a_tier_beyond_the_tolerances_is_not_proposed():
    assert proposals({"A": (95, 4)}, ((0, 100), (100, 50))) == []
    assert len(proposals({"A": (95, 5)}, ((0, 100), (100, 50)))) == 1


def test_a_tier_beyond_the_supply_limit_is_not_proposed():
    assert proposals({"A": (95, 5)}, ((0, 100), (100, 50)), supply_limit="99") == []
    assert len(proposals({"A": (95, 5)}, ((0, 100), (100, 50)), supply_limit="100")) == 1


def test_short_supply_proposes_nothing():
    assert proposals({"A": (95, 50)}, ((0, 100), (20, 50), (90, 1)), supply_limit="80") == []


def test_a_proposal_is_in_whole_packs_and_must_stay_within_tolerances():
    steps = ((0, 100), (101, 50))
    got = proposals({"A": (95, 25)}, steps, pack="10")
    assert [(p["tier_from"], p["quantity"], p["extra"]) for p in got] == [
        ("101", "110", [{"town": "A", "quantity": "15"}])
    ]
    assert proposals({"A": (95, 14)}, steps, pack="10") == []


def test_two_tiers_in_the_same_pack_make_one_proposal_at_the_tier_really_reached():
    got = proposals({"A": (95, 25)}, ((0, 100), (101, 50), (108, 40), (120, 30)), pack="10")
    assert [(p["tier_from"], p["quantity"], p["total_ht_cents"]) for p in got] == [
        ("108", "110", 4400),
        ("120", "120", 3600),
    ]


def test_extra_counts_from_firm_and_replaces_what_completes_the_pack_today():
    # Today: 95 firm, 5 drawn to reach 100. At 110: 15 drawn in all.
    value = plan(TOWNS, line({"A": (45, 10), "B": (50, 10)}, steps=((0, 100), (110, 50)), pack="10"))
    got = first_line(value)
    assert [part["quantity"] for part in got["towns"]] == ["48", "52"]
    assert got["proposals"][0]["extra"] == [{"town": "A", "quantity": "8"}, {"town": "B", "quantity": "7"}]


def test_the_total_of_today_includes_the_unallocated_part():
    # Firm 12 in packs of 10, tolerance 8 covers all. Without tolerance, 8 stay and no proposal can exist.
    assert proposals({"A": (12, 0)}, ((0, 100), (20, 1), (30, 0)), pack="10") == []


def test_a_graduated_tier_is_proposed_only_if_the_line_gets_cheaper():
    assert proposals({"A": (95, 25)}, ((0, 100), (100, 1)), mode="graduated") == []


def test_the_next_tier_says_its_tranche_price_in_both_modes():
    for mode, price in (("all_units", 100), ("graduated", None)):
        got = first_line(
            plan(TOWNS, line({"A": "95.5"}, steps=((0, 100), (100, 90)), mode=mode, decimals=1, pack="0.1"))
        )
        assert got["unit_price_cents"] == price
        assert got["next_tier"] == {"from": "100.0", "missing": "4.5", "unit_price_cents": 90}


def test_there_is_no_tier_after_the_last():
    assert first_line(plan(TOWNS, line({"A": 100}, steps=((0, 100), (100, 90)))))["next_tier"] is None


def test_a_dearer_step_warns_and_changes_no_figure():
    steps = ((0, 100), (10, 120), (20, 110), (30, 111))
    said = run(
        plan(
            TOWNS,
            line({"A": ("15", "0")}, id="é", steps=steps, decimals=2),
            line({"A": 1}, id="b", steps=((0, 1), (9, 2))),
        )
    )
    assert said["warnings"] == [
        "b: price goes up from 9",
        "é: price goes up from 10.00",
        "é: price goes up from 30.00",
    ]
    assert said["lines"][1]["total_ht_cents"] == 1800


def test_a_step_at_the_same_price_does_not_warn():
    assert run(plan(TOWNS, line({"A": 1}, steps=((0, 5), (9, 5)))))["warnings"] == []


def test_warnings_are_sorted_as_texts():
    said = run(plan(TOWNS, line({"A": 1}, steps=((0, 1), (9, 2), (10, 3)))))
    assert said["warnings"] == ["L: price goes up from 10", "L: price goes up from 9"]
