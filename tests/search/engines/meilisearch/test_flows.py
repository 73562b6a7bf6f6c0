"""The contract's own promises that rest on how requests are composed, on the stand-in: filters, counts, orders, pages, marks, states.

What rests on the server's ranking is promised on a real server alone (`MEILISEARCH_URL`).
"""

from collections.abc import AsyncIterator

import pytest

from search.engines.meilisearch import MeilisearchEngine
from tests.search.engines.benches import Bench
from tests.search.engines.test_search_contract import (
    MARKET,
    test_a_document_put_again_replaces_itself_and_a_removed_one_is_gone,
    test_a_hit_tells_all_that_a_card_shows_and_scores_fall_down_the_page,
    test_a_rebuild_that_fails_leaves_the_former_index,
    test_an_empty_query_lists_everything_running_services_first,
    test_an_engine_says_what_it_holds_field_by_field,
    test_an_index_rebuilt_answers_as_the_one_kept_up_to_date,
    test_an_order_that_is_asked_for_is_that_order,
    test_each_count_of_a_facet_is_the_length_of_its_list,
    test_features_have_to_be_there_all_and_each_count_is_what_one_more_leaves,
    test_filters_narrow_each_other_and_several_values_widen,
    test_no_query_however_absurd_breaks_the_search_or_the_index,
    test_pages_follow_each_other_without_overlap_or_gap,
    test_the_state_of_the_index_is_named_and_changes_with_it,
    test_what_cannot_be_bought_any_more_is_left_out_when_asked,
    test_what_changed_during_a_rebuild_is_in_the_new_index,
    test_what_was_found_is_marked_in_the_text_where_it_stands,
)
from tests.support.world import World

__all__ = [
    "test_a_document_put_again_replaces_itself_and_a_removed_one_is_gone",
    "test_a_hit_tells_all_that_a_card_shows_and_scores_fall_down_the_page",
    "test_a_rebuild_that_fails_leaves_the_former_index",
    "test_an_empty_query_lists_everything_running_services_first",
    "test_an_engine_says_what_it_holds_field_by_field",
    "test_an_index_rebuilt_answers_as_the_one_kept_up_to_date",
    "test_an_order_that_is_asked_for_is_that_order",
    "test_each_count_of_a_facet_is_the_length_of_its_list",
    "test_features_have_to_be_there_all_and_each_count_is_what_one_more_leaves",
    "test_filters_narrow_each_other_and_several_values_widen",
    "test_no_query_however_absurd_breaks_the_search_or_the_index",
    "test_pages_follow_each_other_without_overlap_or_gap",
    "test_the_state_of_the_index_is_named_and_changes_with_it",
    "test_what_cannot_be_bought_any_more_is_left_out_when_asked",
    "test_what_changed_during_a_rebuild_is_in_the_new_index",
    "test_what_was_found_is_marked_in_the_text_where_it_stands",
]


@pytest.fixture
def judge() -> None:
    """Nobody: these are many requests, and `test_requests` has each kind of them judged."""


@pytest.fixture
async def bench(world: World, engine: MeilisearchEngine) -> AsyncIterator[Bench]:
    made = Bench(world, engine)
    await made.rebuilds()
    await made.puts(*MARKET)
    yield made
    await engine.close()
