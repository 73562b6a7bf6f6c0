"""Pages of a list."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.web.pagination import Pages


@pytest.mark.parametrize(
    ("page", "total", "last", "near"),
    [
        (1, 0, 1, [1]), (1, 20, 1, [1]), (1, 21, 2, [1, 2]), (5, 200, 10, [1, 0, 3, 4, 5, 6, 7, 0, 10]),
        (10, 200, 10, [1, 0, 8, 9, 10]), (99, 200, 10, [1, 0, 10]),
    ],
)  # fmt: skip
def test_a_list_has_its_pages_and_the_links_worth_showing(
    page: int, total: int, last: int, near: list[int]
) -> None:
    pages = Pages(page, 20, total)
    assert (pages.last, pages.offset) == (last, (page - 1) * 20)
    assert pages.near() == near


@given(st.integers(1, 10_000), st.integers(1, 100), st.integers(0, 10**6))
def test_every_item_is_on_one_page_and_links_are_in_order(page: int, per_page: int, total: int) -> None:
    pages = Pages(page, per_page, total)
    assert (pages.last - 1) * per_page < max(total, 1) <= pages.last * per_page
    links = [number for number in pages.near() if number]
    assert links == sorted(set(links))
    assert {1, pages.last} <= set(links)
