"""The 25 domains of the directory, with their synonyms and CPV codes, the groups of words that mean the same, and what is said for what."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Cpv:
    """A code of the common procurement vocabulary; the French label may be missing."""

    code: str
    label_en: str
    label_fr: str | None


@dataclass(frozen=True, slots=True)
class Domain:
    id: str
    label_fr: str
    label_en: str
    definition: str
    synonyms: tuple[str, ...]
    cpv: tuple[Cpv, ...]

    def label(self, language: str) -> str:
        return self.label_en if language == "en" else self.label_fr


@dataclass(frozen=True, slots=True)
class Saying:
    """What people say, and what they mean by it in the words of the trade: « moisissure », « habitat indigne ». One way only."""

    said: tuple[str, ...]
    means: tuple[str, ...]


@cache
def domains() -> dict[str, Domain]:
    """Every domain by id, in the taxonomy's order."""
    return {row["id"]: _domain(row) for row in _document()["domains"]}


@cache
def synonym_groups() -> tuple[tuple[str, ...], ...]:
    """Groups of French words and phrases that stand for each other."""
    return tuple(group for groups in synonyms_by_domain().values() for group in groups)


@cache
def synonyms_by_domain() -> dict[str, tuple[tuple[str, ...], ...]]:
    """The groups of synonyms, by the domain that they are spoken of in."""
    found: dict[str, list[list[str]]] = _document()["synonyms_by_domain"]
    return {domain: tuple(tuple(group) for group in groups) for domain, groups in found.items()}


@cache
def sayings_by_domain() -> dict[str, tuple[Saying, ...]]:
    """How needs are said by who does not know the words of the trade, by the domain that they speak of."""
    found: dict[str, list[dict[str, list[str]]]] = json.loads((DATA / "sayings.json").read_text())
    return {domain: tuple(Saying(tuple(one["said"]), tuple(one["means"])) for one in sayings) for domain, sayings in found.items()}  # fmt: skip


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((DATA / "taxonomy.json").read_text())
    return document


def _domain(row: dict[str, Any]) -> Domain:
    return Domain(
        id=row["id"],
        label_fr=row["label_fr"],
        label_en=row["label_en"],
        definition=row["definition_fr"],
        synonyms=tuple(row["synonyms"]),
        cpv=tuple(Cpv(c["code"], c["label_en"], c.get("label_fr")) for c in row["cpv"]),
    )
