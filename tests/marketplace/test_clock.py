"""Paris days and UTC instants, and the market's clock that only a demo moves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace import clock
from marketplace.actor import ANONYMOUS
from marketplace.db import Database
from marketplace.demo import clock as demo_clock
from marketplace.settings import Settings, needed
from tests.support.world import World

DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2027, 1, 15), datetime(2027, 1, 15, 23, tzinfo=UTC)),
        (date(2027, 6, 30), datetime(2027, 6, 30, 22, tzinfo=UTC)),
        (date(2027, 3, 27), datetime(2027, 3, 27, 23, tzinfo=UTC)),
        (date(2027, 3, 28), datetime(2027, 3, 28, 22, tzinfo=UTC)),
        (date(2027, 10, 31), datetime(2027, 10, 31, 23, tzinfo=UTC)),
    ],
)
def test_a_deadline_lasts_until_the_day_ends_in_paris_summer_and_winter(day: date, instant: datetime) -> None:
    assert clock.end_of(day) == instant
    assert clock.end_of(day).tzinfo is UTC


@given(DAYS)
def test_the_last_day_of_a_deadline_is_the_day_it_was_made_from(day: date) -> None:
    deadline = clock.end_of(day)
    assert clock.last_day(deadline) == day
    assert clock.paris_day(deadline) == day + timedelta(days=1)
    assert clock.paris_day(deadline - timedelta(microseconds=1)) == day


async def test_the_markets_present_is_the_databases_and_moves_only_forward_in_a_demo(world: World) -> None:
    before = await world.visitor.read("/demo/clock")
    moved = await world.visitor.did("/demo/clock", {"days": 3})
    step = datetime.fromisoformat(moved["now"]) - datetime.fromisoformat(before["now"])
    assert timedelta(days=3) <= step < timedelta(days=3, minutes=1)
    for days in (0, -1, 4000):
        refused = await world.visitor.post("/demo/clock", {"days": days})
        assert (refused.status_code, refused.json()["errors"][0]["path"]) == (422, "days")
    assert (await world.now()).date() == datetime.fromisoformat(moved["now"]).date()


async def test_outside_a_demo_the_application_may_not_move_the_clock(settings: Settings) -> None:
    database = Database(needed(settings.database.url, "DATABASE_URL"), pool_size=1)
    try:
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.transaction(ANONYMOUS) as session:
                await demo_clock.advance(session, timedelta(days=1))
        async with database.reading(ANONYMOUS) as reads:
            present = await reads.scalar(text("select now()"))
            assert abs(await clock.now(reads) - present) < timedelta(seconds=5)
    finally:
        await database.close()
