"""What a record says, as one JSON text that anybody can hash again. Pure.

    text    JSON in UTF-8: keys sorted, no space, every character as itself (RFC 8259; numbers as Python writes them)
    sha256  SHA-256 of that text, in lower-case hexadecimal

The text itself is what is stored, so that no reader has to write the same numbers in the same way to find the same hash.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from marketplace.db import Json

FORMAT = "lot-commun/sourcing/1"


def canonical(content: Json) -> str:
    """The text of `content`."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Placed:
    """One sheet at its place, with its score and its name at the time of the freezing (None: it was published no more)."""

    place: int
    slug: str
    score: float | None
    name: str | None
    supplier: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """One sheet that the town keeps, and why. `place` is None when it was not in the answer."""

    slug: str
    reason: str
    place: int | None
    name: str | None
    supplier: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """The parts of a record's content, read back from its text."""

    origin: str
    asked: Json
    asked_at: datetime
    ordered: tuple[Placed, ...]
    choices: tuple[Choice, ...]
    excluded: tuple[Json, ...]
    weights: Json | None
    answer: Json | None
    engine: str
    index: str
    note: str | None
    town: Json

    @classmethod
    def of(cls, text: str) -> Self:
        told = json.loads(text)
        return cls(
            origin=told["origin"], asked=told["asked"], asked_at=datetime.fromisoformat(told["asked_at"]),
            ordered=tuple(Placed(**sheet) for sheet in told["ordered"]), choices=tuple(Choice(**sheet) for sheet in told["choices"]),
            excluded=tuple(told["excluded"]), weights=told["weights"], answer=told["answer"], engine=told["engine"],
            index=told["index"], note=told["note"], town=told["town"],
        )  # fmt: skip

    @property
    def excluded_total(self) -> int:
        """How many sheets a hard filter left out; `excluded` holds the first of them."""
        return int((self.answer or {}).get("excluded_total") or len(self.excluded))

    @property
    def unit(self) -> str | None:
        """What the answer counted the quantity in."""
        return (self.answer or {}).get("unit")

    @property
    def towns(self) -> dict[str, str]:
        """The town that froze it, by each of its codes."""
        return {
            str(self.town[code]): str(self.town["name"]) for code in ("insee", "siren") if self.town.get(code)
        }

    def whole(self, total: int) -> bool:
        """Whether every sheet that was found is in the order or left out by a hard filter: none is beyond what was weighed or kept."""
        return len(self.ordered) + self.excluded_total >= total

    @property
    def explained(self) -> dict[str, dict[str, Any]]:
        """What the answer said of each sheet, by slug: its contributions, what was missing, the counterfactual."""
        items = (self.answer or {}).get("items", [])
        return {item["slug"]: item for item in items if isinstance(item, dict) and "slug" in item}
