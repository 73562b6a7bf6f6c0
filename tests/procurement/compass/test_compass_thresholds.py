"""Which procedure an amount leads to, to the cent, on the days around each change of the rules."""

from datetime import date

import pytest

from marketplace.money import parse_euros
from procurement import compass
from procurement.compass.asking import ask

OLD, LAST, NEW = "2025-12-31", "2026-03-31", "2026-04-01"
"""Before the European thresholds of 2026; the last day of the dispense at 40 000 €; the first at 60 000 €."""


@pytest.mark.parametrize(
    ("nature", "day", "euros", "procedure", "publicity", "basis"),
    [
        ("supplies", LAST, "39999.99", "no_competition", "none", "R2122-8"),
        ("supplies", LAST, "40000", "adapted", "free", "R2123-1"),
        ("services", LAST, "59999.99", "adapted", "free", "R2123-1"),
        ("supplies", NEW, "0", "no_competition", "none", "R2122-8"),
        ("supplies", NEW, "40000", "no_competition", "none", "R2122-8"),
        ("supplies", NEW, "59999.99", "no_competition", "none", "R2122-8"),
        ("services", NEW, "60000", "adapted", "free", "R2123-1"),
        ("services", NEW, "89999.99", "adapted", "free", "R2123-1"),
        ("services", NEW, "90000", "adapted", "boamp_or_jal", "R2123-1"),
        ("supplies", OLD, "220999.99", "adapted", "boamp_or_jal", "R2123-1"),
        ("supplies", OLD, "221000", "formal", "boamp_and_joue", "R2124-1"),
        ("supplies", "2026-01-01", "215999.99", "adapted", "boamp_or_jal", "R2123-1"),
        ("supplies", "2026-01-01", "216000", "formal", "boamp_and_joue", "R2124-1"),
        ("works", OLD, "99999.99", "no_competition", "none", "R2122-8"),
        ("works", OLD, "100000", "adapted", "boamp_or_jal", "R2123-1"),
        ("works", OLD, "5537999.99", "adapted", "boamp_or_jal", "R2123-1"),
        ("works", OLD, "5538000", "formal", "boamp_and_joue", "R2124-1"),
        ("works", "2026-01-01", "99999.99", "no_competition", "none", "R2122-8"),
        ("works", "2026-01-01", "100000", "adapted", "boamp_or_jal", "R2123-1"),
        ("works", "2026-01-01", "5403999.99", "adapted", "boamp_or_jal", "R2123-1"),
        ("works", "2026-01-01", "5404000", "formal", "boamp_and_joue", "R2124-1"),
    ],
)
def test_a_cent_on_either_side_of_a_threshold_changes_the_procedure(
    nature: str, day: str, euros: str, procedure: str, publicity: str, basis: str
) -> None:
    found = compass.decide(nature=nature, amount_ht=parse_euros(euros, ""), on=date.fromisoformat(day))
    assert (found.procedure, found.publicity, found.basis) == (procedure, publicity, basis)


@pytest.mark.parametrize(
    ("nature", "day", "euros", "procedure", "basis"),
    [
        ("supplies", NEW, "59999.99", "no_competition", "R2122-8"),
        ("supplies", NEW, "60000", "no_competition", "R2122-9-1"),
        ("supplies", NEW, "99999.99", "no_competition", "R2122-9-1"),
        ("supplies", NEW, "100000", "adapted", "R2123-1"),
        ("services", LAST, "40000", "no_competition", "R2122-9-1"),
        ("works", NEW, "99999.99", "no_competition", "R2122-8"),
        ("works", NEW, "100000", "adapted", "R2123-1"),
        ("supplies", NEW, "216000", "formal", "R2124-1"),
    ],
)
def test_an_innovative_purchase_has_a_threshold_of_its_own(
    nature: str, day: str, euros: str, procedure: str, basis: str
) -> None:
    amount = parse_euros(euros, "")
    found = compass.decide(nature=nature, amount_ht=amount, on=date.fromisoformat(day), innovative=True)
    assert (found.procedure, found.basis) == (procedure, basis)


@pytest.mark.parametrize(
    ("euros", "innovative", "following"),
    [
        ("1000", False, (6_000_000, "adapted")),
        ("59999.99", False, (6_000_000, "adapted")),
        ("60000", False, (21_600_000, "formal")),
        ("60000", True, (10_000_000, "adapted")),
        ("216000", False, None),
    ],
)
def test_the_next_threshold_is_named_until_there_is_none(
    euros: str, innovative: bool, following: tuple[int, str] | None
) -> None:
    found = compass.decide(
        nature="supplies", amount_ht=parse_euros(euros, ""), on=date(2026, 11, 22), innovative=innovative
    )
    told = found.next_threshold
    assert (told and (told.amount_ht, told.procedure)) == following


@pytest.mark.parametrize(
    ("day", "euros", "innovative", "there", "absent"),
    [
        (
            NEW,
            "59999.99",
            False,
            {"dispense-fs", "ecrit"},
            {"profil-acheteur", "publicite-libre", "innovant"},
        ),
        (NEW, "60000", False, {"profil-acheteur", "publicite-libre"}, {"dispense-fs", "publicite-boamp-jal"}),
        (NEW, "90000", False, {"profil-acheteur", "publicite-boamp-jal"}, {"publicite-libre", "standstill"}),
        (NEW, "216000", False, {"ue-fs-local", "standstill"}, {"clause-env", "clause-sociale", "ue-travaux"}),
        (NEW, "60000", True, {"innovant"}, {"dispense-fs", "innovant-presomption-jei"}),
        ("2025-05-02", "60000", True, {"innovant-presomption-jei"}, set()),
        ("2025-05-03", "60000", True, {"innovant"}, {"innovant-presomption-jei"}),
        ("2026-08-21", "1000", False, set(), {"clause-env"}),
        ("2026-08-22", "1000", False, {"clause-env"}, {"clause-sociale"}),
        ("2026-08-22", "216000", False, {"clause-env", "clause-sociale"}, set()),
    ],
)
def test_the_rules_told_are_those_in_force_that_the_amount_triggers(
    day: str, euros: str, innovative: bool, there: set[str], absent: set[str]
) -> None:
    on = date.fromisoformat(day)
    found = compass.decide(nature="supplies", amount_ht=parse_euros(euros, ""), on=on, innovative=innovative)
    told = {rule.id for rule in found.rules}
    assert there <= told
    assert not absent & told
    assert all(rule.in_force(on) for rule in found.rules)


@pytest.mark.parametrize("day", ["2023-12-31", "2028-01-01"])
def test_a_day_that_the_known_rules_do_not_reach_is_refused_with_their_span(day: str) -> None:
    with pytest.raises(compass.NoRule) as refusal:
        compass.decide(nature="supplies", amount_ht=1000, on=date.fromisoformat(day))
    assert "2024-01-01" in str(refusal.value)
    assert "2027-12-31" in str(refusal.value)


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("60000", 6_000_000), ("59 999,99 €", 5_999_999), ("59999.90", 5_999_990), ("0", 0)],
)
def test_the_amount_is_read_as_people_write_it(typed: str, cents: int) -> None:
    decision, sentence = ask(
        nature="supplies", amount_ht=typed, buyer="local", innovative=False, date="2026-11-22"
    )
    assert decision == compass.decide(nature="supplies", amount_ht=cents, on=date(2026, 11, 22))
    assert decision.basis in sentence
