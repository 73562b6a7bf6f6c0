"""Sentences before they are words: a French template and its facts, typed, so that each language writes them its own way. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Union

from marketplace.money import Cents

Fact = Union["Said", "Word", "Units", Cents, Decimal, int, date, str, tuple["Fact", ...]]
"""What fills a place of a template: an amount, a number, a day, a name as it is written, a word of ours, a sentence, or a list."""


@dataclass(frozen=True, slots=True)
class Word:
    """A French word or phrase of ours, marked with `N_` where it is written: each language has its own."""

    french: str


SEVERAL = Decimal(2)
"""A count for a plural that says no number."""


@dataclass(frozen=True, slots=True)
class Units:
    """« 120 points lumineux »."""

    count: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Said:
    """A French template with `{names}`, and what fills them. `many` is its plural, chosen by `count`."""

    template: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    many: str = ""
    count: int = 1


def said(template: str, **facts: Fact) -> Said:
    """A sentence."""
    return Said(template, facts)


def said_of(forms: tuple[str, str], count: int, **facts: Fact) -> Said:
    """A counted sentence; `{count}` is its number."""
    return Said(forms[0], {**facts, "count": count}, forms[1], count)
