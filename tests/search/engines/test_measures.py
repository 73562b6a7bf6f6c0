"""The three measures, on orders small enough to work out by hand."""

import math

from hypothesis import given
from hypothesis import strategies as st

from search.engines.measures import TOP, ndcg, recall, reciprocal_rank

JUDGED = {"a": 3, "b": 2, "c": 1}


def test_ndcg_is_1_for_the_judge_s_own_order_and_0_for_strangers() -> None:
    assert ndcg(["a", "b", "c"], JUDGED) == 1
    assert ndcg(["x", "y"], JUDGED) == 0
    assert ndcg([], JUDGED) == 0


def test_ndcg_discounts_gains_of_2_to_the_grade_less_1_by_the_place() -> None:
    # 1/log2(2) + 3/log2(3) + 7/log2(4), over 7/log2(2) + 3/log2(3) + 1/log2(4)
    worked = (1 + 3 / math.log2(3) + 7 / 2) / (7 + 3 / math.log2(3) + 1 / 2)
    assert math.isclose(ndcg(["c", "b", "a"], JUDGED), worked)


def test_what_comes_after_the_tenth_counts_for_nothing() -> None:
    late = [f"x{i}" for i in range(TOP)] + ["a"]
    assert ndcg(late, JUDGED) == 0
    assert recall(late, JUDGED) == 0
    assert reciprocal_rank(late, JUDGED) == 0


def test_recall_counts_grades_of_2_and_more_over_all_of_them() -> None:
    assert recall(["c", "x"], JUDGED) == 0
    assert recall(["c", "b"], JUDGED) == 0.5
    assert recall(["b", "x", "a"], JUDGED) == 1
    many = {f"s{i}": 2 for i in range(20)}
    assert recall([f"s{i}" for i in range(10)], many) == 0.5, "over all, even when ten cannot hold them"


def test_the_reciprocal_rank_is_that_of_the_first_useful_sheet() -> None:
    assert reciprocal_rank(["a"], JUDGED) == 1
    assert reciprocal_rank(["c", "x", "x2", "b", "a"], JUDGED) == 0.25


def test_a_query_without_a_useful_sheet_has_no_recall_and_no_rank() -> None:
    assert recall(["c"], {"c": 1}) is None
    assert reciprocal_rank(["c"], {"c": 1}) is None


@given(
    st.dictionaries(st.sampled_from("abcdefghijklmnop"), st.integers(0, 3), min_size=1).filter(
        lambda judged: any(judged.values())
    ),
    st.permutations("abcdefghijklmnop"),
)
def test_every_measure_stays_between_0_and_1_and_a_better_place_is_never_worse(
    judged: dict[str, int], found: list[str]
) -> None:
    for measure in (ndcg, recall, reciprocal_rank):
        value = measure(found, judged)
        assert value is None or 0 <= value <= 1 + 1e-12
        best = measure(sorted(found, key=lambda id_: -judged.get(id_, 0)), judged)
        assert value is None or (best is not None and best >= value - 1e-12)
