"""Time: aware UTC instants from the database's clock, and the only place where a Paris date becomes an instant.

Deadlines are decided by the database, never by a process's own clock, so that two machines cannot disagree.
In demo mode, and nowhere else, the table `clock_shift` moves that clock forward (the application role may write it
only there: a privilege that `marketplace demo` grants).
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

PARIS = ZoneInfo("Europe/Paris")


async def now(session: AsyncSession) -> datetime:
    """The market's present instant: the transaction's start on the database's clock, plus the demo shift."""
    instant: datetime = (await session.execute(text("select market_now()"))).scalar_one()
    return instant.astimezone(UTC)


def end_of(day: date) -> datetime:
    """« Jusqu’au 30 juin » ends when the 30th ends in Paris: the first instant of the next day, as UTC."""
    return datetime.combine(day + timedelta(days=1), time(), PARIS).astimezone(UTC)


def start_of(day: date) -> datetime:
    """« Depuis le 30 juin » starts when the 30th starts in Paris, as UTC."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


def paris_day(instant: datetime) -> date:
    """The calendar day of `instant` in Paris."""
    return instant.astimezone(PARIS).date()


def last_day(deadline: datetime) -> date:
    """The last whole day before a deadline made by `end_of`."""
    return paris_day(deadline - timedelta(microseconds=1))


def months_after(day: date, months: int) -> date:
    """The same day `months` later, or the last of a shorter month; the last day that a date can hold when it is beyond."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > 9999:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
