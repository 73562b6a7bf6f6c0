"""Which claims of a sheet can be proven, and by what kinds of evidence. Confidential answers are not here: a level is public."""

from typing import Any

from catalog.evidence.levels import Kind, digest_of
from catalog.solutions.models import Solution
from marketplace.web.schemas import plain

REFERENCE = "references."
DELIVERED = "delivered"
"""The path of deliveries here: they bear on a town, and prove any reference at that town which says no more than they do."""

_DOCUMENT = frozenset({Kind.DOCUMENT})
REFERENCE_KINDS = frozenset(Kind)

PROVABLE: dict[str, frozenset[Kind]] = {
    "prices": _DOCUMENT,
    "answers.hosting_country": _DOCUMENT,
    "answers.hosting_operator": _DOCUMENT,
    "answers.extra_eu_parent": _DOCUMENT,
    "answers.certifications": _DOCUMENT,
    "answers.processing_annex": _DOCUMENT,
    "answers.source_code": _DOCUMENT,
    "answers.rgaa_rate": _DOCUMENT,
    "answers.availability": _DOCUMENT,
    "answers.energy_saving": _DOCUMENT,
    "answers.labels": _DOCUMENT,
}
"""Beside references, each of which is provable by every kind."""


def kinds_of(path: str) -> frozenset[Kind]:
    """The kinds of evidence that can prove the claim at `path`; none for a path that is not provable."""
    return REFERENCE_KINDS if path.startswith(REFERENCE) else PROVABLE.get(path, frozenset())


def claims(sheet: Solution) -> dict[str, str]:
    """The provable claims that `sheet` (with its prices and references) makes, each with the fingerprint of what it says."""
    found: dict[str, str] = {}
    for path in PROVABLE:
        value = _value(sheet, path)
        if value not in (None, [], {}, "unknown", ["unknown"], "none", ["none"]):
            found[path] = digest_of(value)
    return found | {f"{REFERENCE}{reference.id}": reference.digest for reference in sheet.references}


def _value(sheet: Solution, path: str) -> Any:
    if path == "prices":
        return [
            [line.label, line.unit, line.basis, plain(line.vat_rate), line.mode, line.steps] for line in sheet.prices
        ]  # fmt: skip
    return sheet.answers.get(path.removeprefix("answers."))
