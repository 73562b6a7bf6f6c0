"""From an amount HT, a nature and a date to the procedure, the publicity, and the rules that say so.

amount < R2122-8 threshold                      no competition
innovative, amount < R2122-9-1 threshold        no competition
amount ≥ European threshold (R2124-1)           formal
otherwise                                       adapted (R2123-1), with free publicity below R2131-12's amount
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from marketplace.errors import Invalid, wrong
from marketplace.money import Cents
from marketplace.words import N_
from procurement.compass.rules import DatedRule, all_rules


class Nature(StrEnum):
    """What is bought, as the thresholds distinguish it."""

    SUPPLIES = "supplies"
    SERVICES = "services"
    WORKS = "works"


NATURE_NAMES = {
    Nature.SUPPLIES: N_("fournitures"),
    Nature.SERVICES: N_("services"),
    Nature.WORKS: N_("travaux"),
}


class Procedure(StrEnum):
    NO_COMPETITION = "no_competition"
    ADAPTED = "adapted"
    FORMAL = "formal"


PROCEDURE_NAMES = {
    Procedure.NO_COMPETITION: N_("sans publicité ni mise en concurrence"),
    Procedure.ADAPTED: N_("procédure adaptée"),
    Procedure.FORMAL: N_("procédure formalisée"),
}


class Publicity(StrEnum):
    NONE = "none"
    FREE = "free"
    BOAMP_OR_JAL = "boamp_or_jal"
    BOAMP_AND_JOUE = "boamp_and_joue"


PUBLICITY_NAMES = {
    Publicity.NONE: N_("aucune"),
    Publicity.FREE: N_("libre, adaptée au montant"),
    Publicity.BOAMP_OR_JAL: N_("BOAMP ou journal d’annonces légales"),
    Publicity.BOAMP_AND_JOUE: N_("BOAMP et Journal officiel de l’Union européenne"),
}

DISPENSE = frozenset({"dispense-fs", "dispense-travaux"})
EUROPEAN = frozenset({"ue-fs-local", "ue-travaux"})
INNOVATIVE, ADVERTISED = "innovant", "publicite-boamp-jal"
ONLY_FORMAL = frozenset({"standstill"})
ONLY_NO_COMPETITION = frozenset({"decp-liste-annuelle"})
ONLY_INNOVATIVE = frozenset({INNOVATIVE, "innovant-presomption-jei"})
ONLY_COMPETITION = frozenset({"profil-acheteur", "publicite-libre", "publicite-boamp-jal"})


class NoRule(Invalid):
    """The rules in our data do not reach this date."""

    code = "no_rule"


@dataclass(frozen=True, slots=True)
class Threshold:
    """An amount from which another procedure is needed."""

    amount_ht: Cents
    procedure: Procedure
    reference: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What an amount leads to on a date, and why."""

    procedure: Procedure
    publicity: Publicity
    basis: str
    rules: tuple[DatedRule, ...]
    next_threshold: Threshold | None
    date: date

    def document(self) -> dict[str, Any]:
        """The form of `marketplace compass --json`."""
        following = self.next_threshold
        return {
            "procedure": self.procedure,
            "publicity": self.publicity,
            "basis": self.basis,
            "rules": [
                {
                    "id": rule.id,
                    "reference": rule.reference,
                    "consequence": rule.consequence,
                    "valid_from": rule.valid_from.isoformat(),
                    "valid_to": rule.valid_to.isoformat() if rule.valid_to else None,
                }
                for rule in self.rules
            ],
            "next_threshold": following
            and {"amount_ht_cents": int(following.amount_ht), "procedure": following.procedure},
            "date": self.date.isoformat(),
        }


def decide(*, nature: str, amount_ht: int, on: date, innovative: bool = False) -> Decision:
    """The procedure for a local buyer's need of `amount_ht` cents HT in all, engaged on a date. Raises `NoRule`."""
    steps = thresholds(nature=nature, on=on, innovative=innovative)
    reached = [step for step in steps if amount_ht >= step.amount_ht]
    procedure = reached[-1].procedure if reached else Procedure.NO_COMPETITION
    known = {rule.id: rule for rule in _in_force(nature, on)}
    dispensed = next(rule for rule in known.values() if rule.id in DISPENSE)
    match procedure:
        case Procedure.NO_COMPETITION:
            publicity = Publicity.NONE
            basis = "R2122-8" if dispensed.met_by(amount_ht) else "R2122-9-1"
        case Procedure.ADAPTED:
            publicity = Publicity.BOAMP_OR_JAL if known[ADVERTISED].met_by(amount_ht) else Publicity.FREE
            basis = "R2123-1"
        case Procedure.FORMAL:
            publicity, basis = Publicity.BOAMP_AND_JOUE, "R2124-1"
    applied = tuple(rule for rule in known.values() if _applies(rule, amount_ht, procedure, basis))
    following = next((step for step in steps if step.amount_ht > amount_ht), None)
    return Decision(procedure, publicity, basis, applied, following, on)


def decide_if_known(*, nature: str, amount_ht: int, on: date, innovative: bool = False) -> Decision | None:
    """As `decide`, or None on a day that our rules do not reach: what a page may show is not what an act must rest on."""
    try:
        return decide(nature=nature, amount_ht=amount_ht, on=on, innovative=innovative)
    except NoRule:
        return None


def thresholds(*, nature: str, on: date, innovative: bool = False) -> tuple[Threshold, ...]:
    """The amounts from which the procedure changes, ascending: adapted, then formal. Raises `NoRule`."""
    known = {rule.id: rule for rule in _in_force(nature, on)}
    dispensed = next((rule for rule in known.values() if rule.id in DISPENSE), None)
    european = next((rule for rule in known.values() if rule.id in EUROPEAN), None)
    if dispensed is None or european is None or dispensed.amount_ht is None or european.amount_ht is None:
        first, last = reach(nature)
        raise NoRule(
            [
                wrong(
                    "date",
                    N_("Les règles connues vont du {first} au {last}."),
                    code="no_rule",
                    first=first.isoformat(),
                    last=last.isoformat(),
                )
            ]
        )
    from_, why = dispensed.amount_ht, dispensed
    special = known.get(INNOVATIVE)
    if innovative and special is not None and special.amount_ht is not None and special.amount_ht > from_:
        from_, why = special.amount_ht, special
    return (
        Threshold(from_, Procedure.ADAPTED, why.reference),
        Threshold(european.amount_ht, Procedure.FORMAL, european.reference),
    )


def _in_force(nature: str, on: date) -> list[DatedRule]:
    return [rule for rule in all_rules() if nature in rule.natures and rule.in_force(on)]


def _applies(rule: DatedRule, amount_ht: int, procedure: Procedure, basis: str) -> bool:
    if not rule.met_by(amount_ht):
        return False
    if rule.id in ONLY_FORMAL:
        return procedure is Procedure.FORMAL
    if rule.id in ONLY_COMPETITION:
        return procedure is not Procedure.NO_COMPETITION
    if rule.id in ONLY_INNOVATIVE:
        return basis == "R2122-9-1"
    if rule.id in ONLY_NO_COMPETITION:
        return basis == "R2122-8"
    return not (rule.id in DISPENSE and procedure is not Procedure.NO_COMPETITION)


def reach(nature: str) -> tuple[date, date]:
    """The first and last day for which both thresholds are known."""
    european = [rule for rule in all_rules() if rule.id in EUROPEAN and nature in rule.natures]
    return min(rule.valid_from for rule in european), max(rule.valid_to or date.max for rule in european)
