"""The rules are data: each as the shared table of thresholds has it."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from procurement.compass import DatedRule
from procurement.compass.rules import all_rules
from tests.conftest import SHARED

NATURES = {"fournitures": "supplies", "services": "services", "travaux": "works"}


def table() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((Path(SHARED) / "data" / "thresholds.json").read_text())[
        "regles"
    ]
    return found


def source_of(rule: DatedRule) -> dict[str, Any]:
    return next(
        row for row in table() if (row["id"], row["valid_from"]) == (rule.id, rule.valid_from.isoformat())
        and set(natures(row)) >= rule.natures
    )  # fmt: skip


def natures(row: dict[str, Any]) -> set[str]:
    return (
        set(NATURES.values())
        if row["objet"] == ["tous"]
        else {NATURES[o] for o in row["objet"] if o in NATURES}
    )


@pytest.mark.shared
@pytest.mark.parametrize(
    "rule", all_rules(), ids=lambda r: f"{r.id}-{r.valid_from}-{'-'.join(sorted(r.natures))}"
)
def test_each_rule_has_the_amount_the_days_and_the_reference_of_the_shared_table(rule: DatedRule) -> None:
    row = source_of(rule)
    euros = (
        row.get("montant_travaux_ht")
        if rule.natures == {"works"} and "montant_travaux_ht" in row
        else row["montant_ht"]
    )
    assert rule.amount_ht == (None if euros is None else int(Decimal(str(euros)) * 100))
    assert (rule.valid_to and rule.valid_to.isoformat()) == row["valid_to"]
    assert rule.reference == row["reference"]
    assert rule.value == (row.get("valeur") if rule.value is not None else None)
    assert rule.operator == (row["operateur"] if row["operateur"] in {"<", ">=", ">"} else None)


@pytest.mark.shared
def test_no_dated_version_of_a_known_rule_is_left_out() -> None:
    known = {rule.id for rule in all_rules()}
    expected = {
        (row["id"], row["valid_from"], nature)
        for row in table()
        if row["id"] in known
        for nature in natures(row)
    }
    ours = {(rule.id, rule.valid_from.isoformat(), nature) for rule in all_rules() for nature in rule.natures}
    assert ours == expected


def test_one_version_of_a_rule_at_most_is_in_force_on_any_day_for_any_nature() -> None:
    rules = all_rules()
    days = {day for rule in rules for day in (rule.valid_from, rule.valid_to) if day}
    for day in days:
        for nature in NATURES.values():
            live = [rule.id for rule in rules if nature in rule.natures and rule.in_force(day)]
            assert len(live) == len(set(live)), (day, nature)


def test_every_rule_names_its_legal_reference_and_what_follows() -> None:
    assert all(rule.reference and rule.consequence for rule in all_rules())
