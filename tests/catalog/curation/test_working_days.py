"""Ages and due dates in working days, across weekends, French holidays and the change of the hour."""

from datetime import UTC, date, datetime

import pytest

from catalog.curation.working_days import TARGET, after, age, due_on, is_late, is_working, working_days


def at(day: str, hour: int = 12) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00+00:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("sent", "now", "days"),
    [
        ("2026-11-23", "2026-11-23", 0),  # the day itself is not counted
        ("2026-11-23", "2026-11-24", 1),
        ("2026-11-20", "2026-11-22", 0),  # a Friday, then a weekend
        ("2026-11-20", "2026-11-23", 1),
        ("2026-11-10", "2026-11-12", 1),  # 11 November
        ("2026-04-30", "2026-05-11", 5),  # 1 and 8 May, both Fridays
        ("2026-12-24", "2027-01-04", 5),  # Christmas and New Year's Day, both Fridays: two years' holidays
        ("2026-04-03", "2026-04-07", 1),  # Easter Monday moves with the year
        ("2026-05-13", "2026-05-15", 1),  # Ascension Day
        ("2026-11-24", "2026-11-20", 0),  # a clock that goes back
    ],
)
def test_an_age_counts_the_working_days_that_have_followed(sent: str, now: str, days: int) -> None:
    assert working_days(date.fromisoformat(sent), date.fromisoformat(now)) == days


def test_the_day_is_that_of_paris() -> None:
    evening = at("2026-11-23", 23)  # already Tuesday in Paris
    assert age(evening, at("2026-11-24", 12)) == 0
    assert due_on(evening) == due_on(at("2026-11-24"))


def test_an_answer_is_due_ten_working_days_later_and_late_the_day_after() -> None:
    sent = at("2026-04-30")
    assert due_on(sent) == date(2026, 5, 19)  # without 1, 8 and 14 May
    assert age(sent, at("2026-05-19")) == TARGET == 10
    assert not is_late(sent, at("2026-05-19", 21))
    assert is_late(sent, at("2026-05-19", 23))  # the 20th in Paris


def test_counting_and_going_forward_agree() -> None:
    for month in range(1, 13):
        start = date(2026, month, 7)
        for days in (1, 5, 8, 10, 40):
            end = after(start, days)
            assert is_working(end)
            assert working_days(start, end) == days
