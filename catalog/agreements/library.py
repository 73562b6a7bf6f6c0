"""Reading a template of the library, and filling it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.documents import Block, parse, render

FOUNDING_AGREEMENT = "founding_agreement"
TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Reference:
    """A text that the template relies on, when it was read, and how sure we are."""

    text: str
    read_on: date
    confidence: str


@dataclass(frozen=True, slots=True)
class Template:
    """One version of one agreement: its clauses and annexes, as Markdown to be filled."""

    id: str
    version: str
    title: str
    valid_from: date
    reviewed_by: str
    notice: str
    references: tuple[Reference, ...]
    clauses: tuple[str, ...]
    annexes: tuple[str, ...]

    def filled(self, values: Mapping[str, Any]) -> tuple[list[Block], list[Block]]:
        """The blocks of the articles and of the annexes, with `values` (plain typed values; see each template's schema)."""
        articles = [block for clause in self.clauses for block in parse(render(clause, values))]
        annexes = [block for annex in self.annexes for block in parse(render(annex, values))]
        return articles, annexes


def versions(template_id: str) -> list[str]:
    """The versions of a template, oldest first."""
    return sorted(
        (p.name for p in (TEXTS / template_id).iterdir()), key=lambda v: tuple(map(int, v.split(".")))
    )


@cache
def load_template(template_id: str, version: str | None = None) -> Template:
    """One version (the latest by default). Raises KeyError for a template or version that is not in the library."""
    folder = TEXTS / template_id
    if not folder.is_dir():
        raise KeyError(template_id)
    chosen = version or versions(template_id)[-1]
    if chosen not in versions(template_id):
        raise KeyError(f"{template_id} {chosen}")
    folder = folder / chosen
    described = tomllib.loads((folder / "template.toml").read_text())
    return Template(
        id=described["id"],
        version=described["version"],
        title=described["title"],
        valid_from=described["valid_from"],
        reviewed_by=described["reviewed_by"],
        notice=described["notice"],
        references=tuple(Reference(**reference) for reference in described["references"]),
        clauses=tuple((folder / "clauses" / f"{name}.md").read_text() for name in described["clauses"]),
        annexes=tuple(
            (folder / "annexes" / f"{name}.md").read_text() for name in described.get("annexes", [])
        ),
    )
