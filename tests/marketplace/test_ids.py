"""Ids sort by the time they were made, and never repeat."""

import time
from uuid import RFC_4122

from marketplace.ids import new_id


def test_ids_are_time_ordered_uuids_that_never_repeat() -> None:
    made = [new_id() for _ in range(5000)]
    assert len(set(made)) == 5000
    assert {(one.version, one.variant) for one in made} == {(7, RFC_4122)}
    milliseconds = [one.int >> 80 for one in made]
    assert milliseconds == sorted(milliseconds)
    assert abs(milliseconds[-1] - time.time() * 1000) < 60_000


def test_an_id_made_later_sorts_later() -> None:
    first = new_id()
    time.sleep(0.002)
    assert first < new_id()
