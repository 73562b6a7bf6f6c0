"""The rules of `rules.json`, typed. `operator` is empty for an obligation that no amount triggers."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.money import Cents


@dataclass(frozen=True, slots=True)
class DatedRule:
    """One rule in force from `valid_from` to `valid_to` (included; None: until further notice)."""

    id: str
    natures: frozenset[str]
    operator: str | None
    amount_ht: Cents | None
    value: int | None
    valid_from: date
    valid_to: date | None
    reference: str
    consequence: str
    confidence: str

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def met_by(self, amount_ht: int) -> bool:
        """Whether `amount_ht` cents trigger the rule. An obligation without amount always applies."""
        if self.operator is None or self.amount_ht is None:
            return True
        return {
            "<": amount_ht < self.amount_ht,
            ">=": amount_ht >= self.amount_ht,
            ">": amount_ht > self.amount_ht,
        }[self.operator]


@cache
def all_rules() -> tuple[DatedRule, ...]:
    """Every rule, in the file's order."""
    document = json.loads((Path(__file__).parent / "rules.json").read_text())
    return tuple(_rule(row) for row in document["rules"])


def value_of(rule_id: str, on: date) -> int:
    """The number that a rule without amount sets on a day (30 days to pay, 4 years at most). Raises KeyError for none."""
    for rule in all_rules():
        if rule.id == rule_id and rule.in_force(on) and rule.value is not None:
            return rule.value
    raise KeyError(f"{rule_id} on {on}")


def _rule(row: dict[str, Any]) -> DatedRule:
    return DatedRule(
        id=row["id"],
        natures=frozenset(row["natures"]),
        operator=row["operator"],
        amount_ht=None if row["amount_ht_cents"] is None else Cents(row["amount_ht_cents"]),
        value=row["value"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        reference=row["reference"],
        consequence=row["consequence"],
        confidence=row["confidence"],
    )
