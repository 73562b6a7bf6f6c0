"""What a claim is worth: pure, from its evidence, the fingerprint of what is said now, and the day.

declared < document < confirmed by the town < public contract data < delivered here. A level is computed, never stored: evidence
that has expired, or that proves something else than what the sheet says today, lowers it by itself.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from marketplace.words import N_


class EvidenceState(StrEnum):
    """Where a piece of evidence stands (its moves are in `lifecycle.py`)."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Level(StrEnum):
    """In order: each is worth more than the one before."""

    DECLARED = "declared"
    DOCUMENT = "document"
    CONFIRMED = "confirmed"
    CONTRACT = "contract"
    DELIVERED = "delivered"

    @property
    def rank(self) -> int:
        return tuple(Level).index(self)


LEVEL_NAMES = {
    Level.DECLARED: N_("déclaré par l’entreprise"),
    Level.DOCUMENT: N_("document vérifié"),
    Level.CONFIRMED: N_("confirmé par la ville"),
    Level.CONTRACT: N_("marché public publié"),
    Level.DELIVERED: N_("livré ici"),
}


class Kind(StrEnum):
    """What a piece of evidence is."""

    DOCUMENT = "document"
    CONFIRMATION = "confirmation"
    CONTRACT = "contract"
    DELIVERY = "delivery"


KIND_NAMES = {
    Kind.DOCUMENT: N_("document"),
    Kind.CONFIRMATION: N_("confirmation de la ville"),
    Kind.CONTRACT: N_("marché public"),
    Kind.DELIVERY: N_("livraison ici"),
}

LEVEL_OF = {
    Kind.DOCUMENT: Level.DOCUMENT,
    Kind.CONFIRMATION: Level.CONFIRMED,
    Kind.CONTRACT: Level.CONTRACT,
    Kind.DELIVERY: Level.DELIVERED,
}


class Why(StrEnum):
    """Why a piece counts, or does not."""

    COUNTS = "counts"
    WAITING = "waiting"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"
    EXPIRED = "expired"
    NOT_YET = "not_yet"


WHY_NAMES = {
    Why.COUNTS: N_("compte"),
    Why.WAITING: N_("attend un relecteur"),
    Why.REFUSED: N_("refusé par un relecteur"),
    Why.WITHDRAWN: N_("retiré"),
    Why.CHANGED: N_("ne compte plus : ce que dit la fiche a changé depuis"),
    Why.EXPIRED: N_("ne compte plus : périmé"),
    Why.NOT_YET: N_("ne compte pas encore : sa date est à venir"),
}

_BY_STATE = {
    EvidenceState.OFFERED: Why.WAITING,
    EvidenceState.REFUSED: Why.REFUSED,
    EvidenceState.WITHDRAWN: Why.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of evidence. `digest`: of what it proves. `expires_on`: the last day on which it counts (None: no end)."""

    id: UUID
    kind: Kind
    state: EvidenceState
    digest: str
    dated_on: date
    expires_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The level, the piece that gives it (none for a bare declaration), and what each piece comes to, in the order given."""

    level: Level
    best: Piece | None
    reasons: tuple[tuple[Piece, Why], ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a claim is worth, as it is shown. A declaration has neither date nor source."""

    level: Level
    dated_on: date | None = None
    expires_on: date | None = None
    source: str = ""


DECLARED = Proof(Level.DECLARED)


def weigh(piece: Piece, value_digest: str, on: date) -> Why:
    """What a piece comes to on a day, for a value of this fingerprint."""
    if piece.state in _BY_STATE:
        return _BY_STATE[piece.state]
    if piece.digest != value_digest:
        return Why.CHANGED
    if piece.expires_on is not None and on > piece.expires_on:
        return Why.EXPIRED
    return Why.NOT_YET if piece.dated_on > on else Why.COUNTS


def level_of(pieces: Iterable[Piece], value_digest: str, on: date) -> Verdict:
    """The highest level that a piece gives; of two that give it, the one that lasts longer, then the later one."""
    reasons = tuple((piece, weigh(piece, value_digest, on)) for piece in pieces)
    counting = [piece for piece, why in reasons if why is Why.COUNTS]
    if not counting:
        return Verdict(Level.DECLARED, None, reasons)
    best = max(
        counting,
        key=lambda piece: (LEVEL_OF[piece.kind].rank, piece.expires_on or date.max, piece.dated_on),
    )
    return Verdict(LEVEL_OF[best.kind], best, reasons)


def proof_of(verdict: Verdict) -> Proof:
    """A verdict as it is shown."""
    if verdict.best is None:
        return DECLARED
    best = verdict.best
    return Proof(verdict.level, best.dated_on, best.expires_on, best.source)


def digest_of(value: Any) -> str:
    """The fingerprint of a published value. The order of several choices says nothing."""
    if isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(v, str) for v in value):
        value = sorted(value)
    return sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
