"""Working days in France, on Paris's calendar, and the time within which a review is answered."""

from datetime import date, datetime, timedelta
from functools import cache

import holidays

from marketplace.clock import paris_day

TARGET = 10
"""Working days from a submission to its decision. Two weeks: long enough for a curator to be away for one of them and for
a startup's questions to be answered, short enough that a sheet's prices and references are still those that were sent.
"""
REMINDED = (5, 8)
"""Working days after which whoever should decide is reminded: half of the target, then two days before its end."""


def is_working(day: date) -> bool:
    """Whether `day` is neither a weekend nor a public holiday of mainland France (Code du travail, article L3133-1)."""
    return day.weekday() < 5 and day not in _holidays(day.year)


def working_days(start: date, end: date) -> int:
    """How many working days follow `start`, up to `end` included: the day of a submission is not counted."""
    return sum(is_working(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def after(start: date, days: int) -> date:
    """The day on which `days` working days have followed `start`."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= is_working(day)
    return day


def age(submitted_at: datetime, now: datetime) -> int:
    """The working days that have followed a submission."""
    return working_days(paris_day(submitted_at), paris_day(now))


def due_on(submitted_at: datetime) -> date:
    """The last day on which an answer is within the target."""
    return after(paris_day(submitted_at), TARGET)


def is_late(submitted_at: datetime, now: datetime) -> bool:
    """Whether the target has passed."""
    return paris_day(now) > due_on(submitted_at)


@cache
def _holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("FR", years=year))
