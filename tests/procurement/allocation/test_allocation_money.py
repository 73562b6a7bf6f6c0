import pytest

from tests.procurement.allocation.plans import cost, first_line, line, plan, run, town

TOWNS = [town("A", day=1, population=300), town("B", day=2, population=100), town("C", day=3, population=0)]


def split(kind, cents, *lines, towns=TOWNS):
    said = run(plan(towns, *lines, shared_costs=[cost("c", cents, kind)]))
    return {share["town"]: share["ht_cents"] for share in said["shared_costs"][0]["towns"]}


def test_all_units_prices_every_unit_at_the_reached_tier():
    got = first_line(plan(TOWNS, line({"A": 12}, steps=((0, 100), (10, 90)))))
    assert (got["total_ht_cents"], got["unit_price_cents"], got["tier_from"]) == (1080, 90, "10")


def test_graduated_prices_each_unit_in_its_own_tranche():
    # 10 x 100 + 5 x 90 + 2 x 80; alone: A 9 x 100, B 8 x 100.
    got = first_line(
        plan(TOWNS, line({"A": 9, "B": 8}, steps=((0, 100), (10, 90), (15, 80)), mode="graduated"))
    )
    assert (got["total_ht_cents"], got["unit_price_cents"], got["tier_from"]) == (1610, None, "15")
    assert [(part["ht_cents"], part["alone_ht_cents"]) for part in got["towns"]] == [(852, 900), (758, 800)]


def test_the_start_of_a_tier_belongs_to_it():
    assert first_line(plan(TOWNS, line({"A": 10}, steps=((0, 100), (10, 90)))))["total_ht_cents"] == 900


def test_the_line_total_is_rounded_once_half_up():
    # 0.5 x 1 cent = 0.5 → 1; 0.25 + 0.25 shared: one cent, to the first to commit.
    got = first_line(plan(TOWNS, line({"A": "0.25", "B": "0.25"}, steps=((0, 1),), decimals=2, pack="0.01")))
    assert got["total_ht_cents"] == 1
    assert [(part["ht_cents"], part["alone_ht_cents"]) for part in got["towns"]] == [(1, 0), (0, 0)]
    assert got["worse_off"] == ["A"]


def test_in_a_tie_for_a_cent_the_unallocated_part_comes_last():
    # Two tenths at 5 cents: one cent in all, half for A and half for nobody.
    got = first_line(plan(TOWNS, line({"A": "0.1"}, pack="0.2", steps=((0, 5),), decimals=1)))
    assert (got["total_ht_cents"], got["towns"][0]["ht_cents"], got["unallocated_ht_cents"]) == (1, 1, 0)


def test_worse_off_names_towns_that_would_pay_less_alone():
    # Together at 200 for each of 12; alone B's 2 units cost 100 each.
    got = first_line(plan(TOWNS, line({"B": 2, "A": 10}, steps=((0, 100), (5, 200)))))
    assert got["worse_off"] == ["B"]


def test_alone_ignores_packs():
    got = first_line(plan(TOWNS, line({"A": 3}, steps=((0, 100), (10, 1)), pack="10")))
    assert (got["total_ht_cents"], got["unallocated_ht_cents"]) == (10, 7)
    assert got["towns"][0]["alone_ht_cents"] == 300


def test_a_free_line_costs_nothing():
    said = run(plan(TOWNS, line({"A": 3}, steps=((0, 0),))))
    assert said["totals"] == {"ht_cents": 0, "vat_cents": 0, "ttc_cents": 0}
    assert said["towns"][0] == {"town": "A", "ht_cents": 0, "vat": [], "vat_cents": 0, "ttc_cents": 0}


def test_equal_shares_go_to_every_town_even_without_need():
    assert split("equal", 100, line({"B": 1})) == {"A": 34, "B": 33, "C": 33}


def test_population_shares_leave_out_a_town_of_nobody():
    assert split("population", 101, line({"B": 1})) == {"A": 76, "B": 25, "C": 0}


def test_quantity_shares_add_up_all_lines_whatever_the_unit():
    lines = line({"A": 1, "B": 1}), line({"A": "0.5", "C": "1.5"}, id="M", decimals=1, steps=((0, 7),))
    assert split("quantity", 400, *lines) == {"A": 150, "B": 100, "C": 150}


def test_quantity_counts_what_is_allocated_not_what_was_asked():
    assert split("quantity", 400, line({"A": 4, "B": 4}, supply_limit="4"))["A"] == 200
    assert split("quantity", 600, line({"A": (4, 1), "B": 4}, pack="10")) == {"A": 333, "B": 267, "C": 0}


def test_amount_shares_follow_line_amounts_and_leave_out_the_unallocated_part():
    # A 3 x 100, B 1 x 100; 6 unallocated units of a pack of 10 weigh nothing.
    assert split("amount", 1000, line({"A": 3, "B": 1}, pack="10", steps=((0, 100),))) == {
        "A": 750,
        "B": 250,
        "C": 0,
    }


def test_amount_weights_come_before_any_shared_cost():
    said = run(
        plan(TOWNS, line({"A": 3, "B": 1}), shared_costs=[cost("a", 999, "equal"), cost("b", 1000, "amount")])
    )
    assert [share["ht_cents"] for share in said["shared_costs"][1]["towns"]] == [750, 250, 0]


@pytest.mark.parametrize("kind", ["quantity", "amount", "population"])
def test_weights_that_are_all_zero_mean_equal(kind):
    towns = [town("A", population=0), town("B", population=0)]
    assert split(kind, 7, line({"A": 0}), towns=towns) == {"A": 4, "B": 3}


def test_a_shared_cost_of_nothing_is_listed():
    assert split("equal", 0, line({"A": 1})) == {"A": 0, "B": 0, "C": 0}


def test_a_tie_for_a_cent_of_shared_cost_goes_by_commitment():
    towns = [town("A", day=3), town("B", day=2), town("C", day=1)]
    assert split("equal", 101, line({"A": 1}), towns=towns) == {"A": 33, "B": 34, "C": 34}


def test_vat_is_computed_per_rate_on_the_sum_of_bases_of_lines_and_shared_costs():
    # Three bases of 3 cents at 5.5 %: 9 x 5.5 % = 0.495 → 0; each alone would also be 0. At 20 %: 2 + 1 = 3 → 0.6 → 1.
    said = run(
        plan(
            [town("A")],
            line({"A": 1}, id="1", steps=((0, 3),), vat_rate="5.5"),
            line({"A": 1}, id="2", steps=((0, 2),), vat_rate="20"),
            line({"A": 1}, id="3", steps=((0, 3),), vat_rate="5.50"),
            shared_costs=[
                cost("a", 3, vat_rate="05.500"),
                cost("b", 1, vat_rate="20.00"),
                cost("c", 50, vat_rate="0"),
            ],
        )
    )
    assert said["towns"] == [
        {
            "town": "A",
            "ht_cents": 62,
            "vat": [
                {"rate": "0.0", "base_cents": 50, "vat_cents": 0},
                {"rate": "5.5", "base_cents": 9, "vat_cents": 0},
                {"rate": "20.0", "base_cents": 3, "vat_cents": 1},
            ],
            "vat_cents": 1,
            "ttc_cents": 63,
        }
    ]


@pytest.mark.parametrize(("cents", "vat"), [(2, 0), (3, 1), (5, 1), (7, 1), (8, 2)])
def test_vat_is_rounded_half_away_from_zero(cents, vat):
    said = run(plan([town("A")], line({"A": 1}, steps=((0, cents),), vat_rate="20")))
    assert said["towns"][0]["vat_cents"] == vat
    half = run(plan([town("A")], line({"A": 1}, steps=((0, 1),), vat_rate="50")))
    assert half["towns"][0]["vat_cents"] == 1


def test_vat_rows_without_base_are_left_out():
    said = run(
        plan(
            [town("A"), town("B")],
            line({"A": 1}, vat_rate="10"),
            line({"B": 1, "A": 0}, id="M", vat_rate="20"),
        )
    )
    assert [[row["rate"] for row in bill["vat"]] for bill in said["towns"]] == [["10.0"], ["20.0"]]


def test_totals_are_the_sums_over_towns_without_the_unallocated_part():
    said = run(plan(TOWNS, line({"A": 3}, pack="10", steps=((0, 100),)), shared_costs=[cost("c", 10)]))
    assert said["lines"][0]["total_ht_cents"] == 1000
    assert said["totals"] == {"ht_cents": 310, "vat_cents": 63, "ttc_cents": 373}  # 304, 3, 3 → 61 + 1 + 1
