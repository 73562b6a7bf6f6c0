"""The compass for the command line: words in, a decision and a French sentence out."""

from datetime import UTC, datetime
from datetime import date as Day  # noqa: N812  `date` is the option's name

from marketplace.clock import paris_day
from marketplace.errors import FieldError, Invalid, wrong
from marketplace.money import Cents, euros, parse_euros
from marketplace.words import N_
from procurement.compass.compass import PROCEDURE_NAMES, PUBLICITY_NAMES, Decision, Nature, decide

BUYERS = ("local",)


def ask(
    *, nature: str, amount_ht: str, buyer: str, innovative: bool, date: str | None
) -> tuple[Decision, str]:
    """The decision, and what it says. Raises `Invalid` with every wrong option at once."""
    faults: list[FieldError] = []
    if nature not in tuple(Nature):
        faults.append(
            wrong(
                "--nature", N_("Valeurs acceptées : {accepted}."), code="choice", accepted=", ".join(Nature)
            )
        )
    if buyer not in BUYERS:
        faults.append(
            wrong("--buyer", N_("Valeurs acceptées : {accepted}."), code="choice", accepted=", ".join(BUYERS))
        )
    amount, on = Cents(0), paris_day(datetime.now(UTC))
    try:
        amount = parse_euros(amount_ht, "--amount-ht")
    except Invalid as refusal:
        faults += refusal.fields
    if date is not None:
        try:
            on = Day.fromisoformat(date)
        except ValueError:
            faults.append(wrong("--date", N_("Écrivez une date, par exemple 2026-11-22."), code="date"))
    if faults:
        raise Invalid(faults)
    decision = decide(nature=nature, amount_ht=amount, on=on, innovative=innovative)
    return decision, _sentence(decision, amount)


def _sentence(decision: Decision, amount: Cents) -> str:
    lines = [
        f"{euros(amount)} HT au {decision.date:%d/%m/%Y} : {PROCEDURE_NAMES[decision.procedure]} ({decision.basis}).",
        f"Publicité : {PUBLICITY_NAMES[decision.publicity]}.",
    ]
    if decision.next_threshold:
        following = decision.next_threshold
        lines.append(
            f"Seuil suivant : {euros(following.amount_ht, precise=False)} HT, {PROCEDURE_NAMES[following.procedure]}."
        )
    lines += [f"- {rule.reference} : {rule.consequence}" for rule in decision.rules]
    return "\n".join(lines)
