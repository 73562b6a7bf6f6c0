"""The table of levels, whole, and what must hold of any evidence."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.evidence.durations import DURATIONS, duration_of, ends_on
from catalog.evidence.ending import BEFORE, warning_of
from catalog.evidence.levels import LEVEL_OF, Kind, Level, Piece, Why, digest_of, level_of, weigh
from catalog.evidence.lifecycle import EvidenceState
from catalog.evidence.provable import PROVABLE, kinds_of
from catalog.solutions.fields import FIELDS
from marketplace.clock import months_after

TODAY = date(2026, 11, 26)
days = st.dates(date(2015, 1, 1), date(2040, 12, 31))
pieces = st.builds(
    Piece, id=st.uuids(), kind=st.sampled_from(Kind), state=st.sampled_from(EvidenceState), digest=st.sampled_from(["said", "before"]),
    dated_on=days, expires_on=st.none() | days, source=st.just("x"),
)  # fmt: skip


def piece(kind: Kind = Kind.DOCUMENT, **changes: object) -> Piece:
    values = {
        "id": UUID(int=1), "kind": kind, "state": EvidenceState.ACCEPTED, "digest": "said", "dated_on": TODAY - timedelta(days=10),
        "expires_on": TODAY + timedelta(days=10), "source": "x",
    } | changes  # fmt: skip
    return Piece(**values)  # type: ignore[arg-type]


def test_the_levels_are_in_the_order_of_the_issue() -> None:
    order = [Level.DECLARED, Level.DOCUMENT, Level.CONFIRMED, Level.CONTRACT, Level.DELIVERED]
    assert [level.rank for level in order] == [0, 1, 2, 3, 4]
    assert all(a.rank < b.rank for a, b in pairwise(order))
    assert {LEVEL_OF[kind] for kind in Kind} == set(order) - {Level.DECLARED}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, Why.COUNTS),
        ({"expires_on": None}, Why.COUNTS),
        ({"expires_on": TODAY}, Why.COUNTS),
        ({"expires_on": TODAY - timedelta(days=1)}, Why.EXPIRED),
        ({"dated_on": TODAY + timedelta(days=1)}, Why.NOT_YET),
        ({"digest": "before"}, Why.CHANGED),
        ({"state": EvidenceState.OFFERED}, Why.WAITING),
        ({"state": EvidenceState.REFUSED}, Why.REFUSED),
        ({"state": EvidenceState.WITHDRAWN}, Why.WITHDRAWN),
    ],
)
def test_what_each_piece_comes_to(kind: Kind, changes: dict[str, object], why: Why) -> None:
    one = piece(kind, **changes)
    assert weigh(one, "said", TODAY) is why
    verdict = level_of([one], "said", TODAY)
    assert verdict.level is (LEVEL_OF[kind] if why is Why.COUNTS else Level.DECLARED)
    assert verdict.reasons == ((one, why),)


@given(st.lists(pieces, max_size=6), pieces, days)
def test_one_more_piece_never_lowers(held: list[Piece], more: Piece, on: date) -> None:
    assert level_of([*held, more], "said", on).level.rank >= level_of(held, "said", on).level.rank


@given(st.lists(pieces, max_size=6), days)
def test_the_level_is_that_of_the_best_piece_that_counts_in_any_order(held: list[Piece], on: date) -> None:
    verdict = level_of(held, "said", on)
    counting = [LEVEL_OF[p.kind].rank for p in held if weigh(p, "said", on) is Why.COUNTS]
    assert verdict.level.rank == max(counting, default=0)
    assert level_of(reversed(held), "said", on).level is verdict.level
    assert (verdict.best is None) == (verdict.level is Level.DECLARED)


@given(st.lists(pieces, max_size=6), days, days)
def test_time_that_passes_never_raises_what_was_dated_before(
    held: list[Piece], on: date, later: date
) -> None:
    on, later = min(on, later), max(on, later)
    begun = [p for p in held if p.dated_on <= on]
    assert level_of(begun, "said", later).level.rank <= level_of(begun, "said", on).level.rank


@given(st.lists(pieces, max_size=6), days)
def test_another_value_is_a_bare_declaration(held: list[Piece], on: date) -> None:
    assert level_of(held, "something else", on).level is Level.DECLARED


def test_of_two_of_the_same_level_the_one_that_lasts_longer_is_shown() -> None:
    short, long, endless = (
        piece(expires_on=day, id=UUID(int=i))
        for i, day in enumerate((TODAY, TODAY + timedelta(days=9), None))
    )
    assert level_of([short, long], "said", TODAY).best is long
    assert level_of([long, endless, short], "said", TODAY).best is endless


def test_every_provable_path_is_a_public_field_and_every_kind_has_its_duration() -> None:
    for path in PROVABLE:
        assert not FIELDS[path].confidential, path
    assert kinds_of("references.x") == frozenset(Kind)
    assert kinds_of("summary") == kinds_of("answers.backups") == frozenset()
    for kind in Kind:
        assert duration_of(kind, "anything", TODAY).kind is kind
    assert {row.path for row in DURATIONS} - {""} <= set(PROVABLE)


def test_default_durations() -> None:
    on = date(2024, 2, 29)
    assert ends_on(Kind.DOCUMENT, "answers.rgaa_rate", on) == date(2027, 2, 28)
    assert ends_on(Kind.DOCUMENT, "answers.certifications", on) is None
    assert ends_on(Kind.CONFIRMATION, "references.x", on) == date(2026, 2, 28)
    assert ends_on(Kind.CONTRACT, "references.x", on, contract_months=48) == date(2030, 2, 28)
    assert ends_on(Kind.DELIVERY, "delivered", on) == date(2026, 2, 28)


@given(days, st.integers(0, 100_000))
def test_months_are_counted_and_never_overflow(on: date, months: int) -> None:
    end = months_after(on, months)
    assert end == date.max or (
        (end.year - on.year) * 12 + end.month - on.month == months and end.day <= on.day
    )


def test_warnings_are_due_thirty_and_seven_days_before_and_once_ended() -> None:
    ends = TODAY
    due = {left: warning_of(ends, ends - timedelta(days=left)) for left in (31, 30, 8, 7, 1, 0, -1, -400)}
    assert due == {31: None, 30: 30, 8: 30, 7: 7, 1: 7, 0: 7, -1: 0, -400: 0}
    assert BEFORE == (30, 7, 0)


def test_fingerprints_tell_values_apart_and_forget_the_order_of_choices() -> None:
    assert digest_of(["hds", "iso27001"]) == digest_of(["iso27001", "hds"])
    assert len({digest_of(v) for v in ("12", 12, ["12"], [["a", "b"]], [["b", "a"]], {"a": 1})}) == 6
