"""The dictionary of events: complete, and its names can be trusted to last."""

from datetime import UTC, date, datetime
from enum import StrEnum
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID

import pytest

import marketplace.app  # every room, so that every event is declared
from marketplace import outbox
from marketplace.ids import new_id
from marketplace.outbox import Event
from workers.routes import Lane
from workers.routing import ROUTES

DECLARED = {t: kind for t, kind in Event.by_topic.items() if not kind.__module__.startswith("tests.")}
NEWS_ONLY = {"pool.frozen", "quote.deposited"}
"""Announced for the record: nothing is to be done about them yet."""
MAY_BE_LATE = {
    "refresh_index", "refresh_loaded", "refresh_ended", "refresh_server", "refresh_server_loaded", "refresh_server_ended",
    "refresh_capacity", "refresh_standing", "look_for_news", "settle_alert", "untell_proposal", "write_order", "write_invoice", "send_mail", "drop_files",
}  # fmt: skip


def test_every_event_sets_something_in_motion_or_is_known_as_news_only() -> None:
    assert marketplace.app.create_app
    assert {t for t, kind in DECLARED.items() if kind not in ROUTES} == NEWS_ONLY


def test_every_route_leads_from_an_event_that_somebody_declares() -> None:
    assert set(ROUTES) <= set(DECLARED.values())


@pytest.mark.parametrize("kind", ROUTES, ids=lambda kind: kind.topic)
def test_only_mails_webhooks_index_and_printed_copies_may_wait_for_redis(kind: type[Event]) -> None:
    names = [route.name for route in ROUTES[kind]]
    assert len(set(names)) == len(names)
    late = {route.name for route in ROUTES[kind] if route.lane is Lane.QUEUE}
    assert {name for name in late if not name.startswith(("mail_", "hook_", "tell_"))} <= MAY_BE_LATE


@pytest.mark.parametrize("topic", sorted(DECLARED))
def test_an_event_comes_out_of_the_outbox_as_it_went_in(topic: str) -> None:
    kind = DECLARED[topic]
    event = kind(
        **{name: _some(hint) for name, hint in get_type_hints(kind).items() if _is_field(kind, name)}
    )
    assert outbox.load(topic, outbox.dump(event)) == event


def _is_field(kind: type[Event], name: str) -> bool:
    return name in kind.__dataclass_fields__ and name not in {"topic", "by_topic"}


def _some(hint: Any) -> Any:
    if get_origin(hint) is tuple:
        return (_some(get_args(hint)[0]), _some(get_args(hint)[0]))
    if get_origin(hint) is UnionType:
        return _some(get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return next(iter(hint))
    hint = getattr(hint, "__supertype__", hint)
    return {
        UUID: new_id(),
        datetime: datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        date: date(2026, 3, 29),
        str: "été",
        int: 3,
        bool: True,
    }[hint]
