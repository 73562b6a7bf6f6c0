"""The 25 domains of the directory, with their synonyms and CPV codes, and the groups of words that mean the same."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any


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
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "taxonomy.json").read_text())
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
