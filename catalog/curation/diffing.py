"""A revision against what the directory shows, field by field and in words.

Texts are compared word by word, lists by what was added and removed, prices tier by tier. Pure: no session, no clock.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any, Literal

from catalog.solutions import wording
from catalog.solutions.fields import Difference, Step, differences, field_of, flatten
from catalog.solutions.questionnaire import QUESTIONS, Kind
from catalog.solutions.wording import Names
from marketplace.web.i18n import Language

Op = Literal["same", "ins", "del"]
TEXTS = frozenset({"name", "summary", "problem", "description", "town_provides"})
LISTS = frozenset({"domains", "cpv", "tags", "audiences", "contract_forms", "attachments"})
COSTLY = 400_000
"""Pairs of equal words beyond which two texts are shown one after the other: comparing them would take seconds."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text: kept, added or removed."""

    op: Op
    text: str


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier of a price: from how many, before and after (empty where there is none)."""

    start: str
    before: str
    after: str

    @property
    def changed(self) -> bool:
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class PriceChange:
    """One price line: its head before and after, and its tiers."""

    before: str
    after: str
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changes. `shape` says which part is filled: `pieces` for a text or lines (a list's entries), `prices`."""

    path: str
    step: Step
    label: str
    confidential: bool
    kind: Literal["added", "removed", "changed"]
    shape: Literal["text", "lines", "prices"]
    pieces: tuple[Piece, ...] = ()
    prices: tuple[PriceChange, ...] = ()
    contact: bool = False
    """Whether it names who to ask at a reference, which is confidential."""


@dataclass(frozen=True, slots=True)
class StepChanges:
    """What changes within a step, and what does not (label and lines)."""

    step: Step
    label: str
    changes: list[Change] = field(default_factory=list)
    same: list[tuple[str, str, list[str], bool]] = field(default_factory=list)


def by_step(
    before: Mapping[str, Any], after: Mapping[str, Any], language: Language, names: Names | None = None
) -> list[StepChanges]:
    """Every step with something to show, in the form's order."""
    found = {step: StepChanges(step, wording.step_label(step, language)) for step in Step}
    changed = {d.path: d for d in differences(before, after)}
    for difference in changed.values():
        found[difference.field.step].changes.append(change(difference, language, names))
    for path, value in flatten(after).items():
        if path not in changed:
            called = field_of(path)
            found[called.step].same.append(
                (path, wording.label(path, language, value, names), wording.words(path, value, language, names), called.confidential)
            )  # fmt: skip
    return [step for step in found.values() if step.changes or step.same]


def change(difference: Difference, language: Language, names: Names | None = None) -> Change:
    """One difference in words."""
    path, before, after = difference.path, difference.before, difference.after
    called = difference.field
    kind: Any = "added" if before is None else "removed" if after is None else "changed"
    common: dict[str, Any] = {
        "path": path, "step": called.step, "kind": kind, "confidential": called.confidential,
        "label": wording.label(path, language, after or before, names),
    }  # fmt: skip
    if called.path == "prices":
        return Change(**common, shape="prices", prices=_prices(before or [], after or [], language))
    if _is_text(called.path):
        return Change(**common, shape="text", pieces=_text(before or "", after or ""))
    if _is_list(called.path):
        said = _entries(path, language, names)
        return Change(**common, shape="lines", pieces=_lines(said(before or []), said(after or [])))
    old = wording.words(path, before, language, names) if before is not None else []
    new = wording.words(path, after, language, names) if after is not None else []
    contact = any("contact" in value for value in (before, after) if isinstance(value, dict))
    return Change(**common, shape="lines", pieces=_lines(old, new), contact=contact)


def _is_text(path: str) -> bool:
    return path in TEXTS or (
        path.startswith("answers.") and QUESTIONS[path.removeprefix("answers.")].kind is Kind.TEXT
    )


def _is_list(path: str) -> bool:
    kinds = {Kind.CHOICES, Kind.PROCESSORS}
    return path in LISTS or (
        path.startswith("answers.") and QUESTIONS[path.removeprefix("answers.")].kind in kinds
    )


def _entries(path: str, language: Language, names: Names | None) -> Callable[[Sequence[Any]], list[str]]:
    return lambda values: [line for one in values for line in wording.words(path, [one], language, names)]


def _text(before: str, after: str) -> tuple[Piece, ...]:
    """Word by word; a text that is all new, or too unlike to be compared, is shown whole."""
    old, new = re.findall(r"\S+\s*", before), re.findall(r"\S+\s*", after)
    if not old or not new or _cost(old, new) > COSTLY:
        return _joined(("del", old), ("ins", new))
    return _matched(old, new)


def _lines(before: Sequence[str], after: Sequence[str]) -> tuple[Piece, ...]:
    """Line by line: each stays a piece of its own. What only moved is kept, in its new place."""
    left = Counter(before)
    found: list[Piece] = []
    gone = [line for line, times in (left - Counter(after)).items() for _ in range(times)]
    kept = left & Counter(after)
    for line in before:
        if line in gone:
            gone.remove(line)
            found.append(Piece("del", line))
    for line in after:
        same = kept[line] > 0
        kept[line] -= same
        found.append(Piece("same" if same else "ins", line))
    return tuple(found)


def _matched(old: Sequence[str], new: Sequence[str]) -> tuple[Piece, ...]:
    match = SequenceMatcher(None, [w.strip() for w in old], [w.strip() for w in new], autojunk=True)
    parts: list[tuple[Op, Sequence[str]]] = []
    for op, a, b, c, d in match.get_opcodes():
        if op == "equal":
            parts.append(("same", new[c:d]))
        else:
            parts += [("del", old[a:b]), ("ins", new[c:d])]
    return _joined(*parts)


def _joined(*parts: tuple[Op, Sequence[str]]) -> tuple[Piece, ...]:
    return tuple(Piece(op, "".join(words)) for op, words in parts if words)


def _cost(old: Sequence[str], new: Sequence[str]) -> int:
    left, right = Counter(w.strip() for w in old), Counter(w.strip() for w in new)
    return sum(times * right[word] for word, times in left.items())


def _prices(before: list[Any], after: list[Any], language: Language) -> tuple[PriceChange, ...]:
    """Price by price: the same label, unit and duration first, then in their order."""

    def name(price: Mapping[str, Any]) -> tuple[Any, ...]:
        return price["label"], price["unit"], price["basis"]

    left: dict[tuple[Any, ...], list[Any]] = {}
    for price in before:
        left.setdefault(name(price), []).append(price)
    pairs = [(alike.pop(0) if (alike := left.get(name(price))) else None, price) for price in after]
    rest = iter([price for alike in left.values() for price in alike])
    pairs = [(old or next(rest, None), new) for old, new in pairs]
    return tuple(
        _price(old, new, language) for old, new in [*pairs, *((gone, None) for gone in rest)]
    )  # fmt: skip


def _price(before: Any, after: Any, language: Language) -> PriceChange:
    old, new = _tiers(before, language), _tiers(after, language)
    starts = list(dict.fromkeys([*new, *old]))
    starts.sort(key=Decimal)
    return PriceChange(
        before=wording.price_head(before, language) if before else "",
        after=wording.price_head(after, language) if after else "",
        tiers=tuple(
            Tier(wording.number(start, language), old.get(start, ""), new.get(start, "")) for start in starts
        ),
    )


def _tiers(price: Any, language: Language) -> dict[str, str]:
    steps = price.get("steps", []) if price else []
    return {step["from"]: wording.amount(step["unit_price_cents"], language) for step in steps}
