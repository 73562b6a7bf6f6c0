"""What may not be read by whom: marks, prices and ids, looked for in every answer whatever its form."""

import io
import re
import zipfile

from tests.matrix.build import CAP_2, CAP_A, CAP_B, PRICE_S, PRICE_T, Market
from tests.matrix.notation import SIGNED_IN, STAFF, WATCH, names

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
MARK = re.compile(r"SEC-[12]-(?:TITLE \w+|[A-Z]+(?:-[ST]\b)?)")
OUTSIDERS = frozenset({"anonymous", "c.all", "two.c", "u.all"})
A, B, S, T = names("a.*") | {"a.key"}, frozenset({"b.agent"}), names("s.*"), frozenset({"t.all"})
WATCHERS = frozenset((*WATCH, "recused"))
ALL = frozenset((*SIGNED_IN, "anonymous", "a.key"))
SHEETS = S | {"curator"}
TOLD = names("towns staff") | {"a.key"}
"""Who is told a startup's contacts."""
READERS: dict[str, frozenset[str]] = {
    "SEC-1-PASSKEY": frozenset({"a.agent"}),
    "SEC-1-COPY": frozenset({"a.agent"}),
    "SEC-1-SEARCH": frozenset({"a.agent"}),
    "SEC-1-WEBHOOK": frozenset({"a.admin", "a.key"}),
    "SEC-1-NEED": A, "SEC-1-SOURCING": A, "SEC-1-KEY": A, "SEC-1-DRAFT": SHEETS, "SEC-1-REVIEW": SHEETS, "SEC-1-COMMENT": SHEETS, "SEC-1-SUSPENDED": SHEETS,
    "SEC-1-SEALED-S": frozenset(), "SEC-1-SEALED-T": frozenset(), "SEC-1-OFFER-S": A | S, "SEC-1-OFFER-T": A | T,
    "SEC-1-REASONS": A | B | S | WATCHERS, "SEC-1-ENGAGEMENT": A | S, "SEC-1-INVOICE": A | S, "SEC-1-MANDAT": A | S,
    "SEC-1-CONTACT": S | TOLD, "SEC-1-BANK": S, "SEC-1-FOUNDER": SHEETS, "SEC-1-CERTIFICATE": SHEETS, "SEC-2-CONTACT": TOLD,
    "SEC-2-FOUNDER": frozenset({"curator"}), "SEC-2-CERTIFICATE": frozenset({"curator"}),
    "SEC-2-DRAFT": frozenset({"curator"}), "SEC-2-REVIEW": frozenset({"curator"}), "SEC-2-COMMENT": frozenset({"curator"}), "SEC-2-SUSPENDED": frozenset({"curator"}),
    "SEC-1-PROOF": SHEETS, "SEC-2-PROOF": frozenset({"curator"}), "SEC-2-REASONS": WATCHERS,
}  # fmt: skip
"""Who reads what a mark is written in; a mark that is not here is nobody's."""
PUBLIC_POOLS = ("census", "invited")
BEFORE_OFFERS = ("suspended", "consolidation", "missed_extend", "missed_continue", "missed_individual", "commitment", "voted", "signed", "frozen")  # fmt: skip
NUMBERS = {
    "the price cap of town A": (CAP_A, A), "the price cap of town B": (CAP_B, B), "a price cap of side 2": (CAP_2, frozenset()),
    "the winner's unit price": (PRICE_S, A | B | S), "the loser's unit price": (PRICE_T, A | T),
}  # fmt: skip
PATTERNS = {
    what: (re.compile(rf"\b{cents}\b|\b{_thousands}[.,]{cents % 100:02d}\b"), readers)
    for what, (cents, readers) in NUMBERS.items()
    for _thousands in [re.sub(r"(?<=\d)(?=(?:\d{3})+$)", r"\\D{0,6}", str(cents // 100))]
}


def text_of(body: bytes) -> str:
    """Everything that can be read in an answer, archives and spreadsheets included."""
    if not body.startswith(b"PK\x03\x04"):
        return body.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return "\n".join(text_of(archive.read(name)) for name in archive.namelist())


class Secrets:
    """Made once for a market."""

    def __init__(self, market: Market) -> None:
        self.own = {market.mine.ids["interest"]["interest_id"]}
        self.first, self.second = _private(market.mine.ids), _private(market.theirs.ids)
        self.purchases = _private(market.mine.ids, watched=True) | _private(market.theirs.ids, watched=True)

    def told(self, actor: str, body: bytes, asked: str) -> list[str]:
        """What an answer tells `actor` that it should not. `asked`: what the request itself named."""
        text = text_of(body)
        found = [
            mark
            for mark in sorted(set(MARK.findall(text)))
            if actor not in _readers(mark) and mark not in asked
        ]
        found += [
            what
            for what, (pattern, readers) in PATTERNS.items()
            if actor not in readers and pattern.search(text)
        ]
        if "/administration/journal" in asked:  # auditors read of everything that it was done, by its number
            return found
        ids = set(UUID.findall(text)) - set(UUID.findall(asked))
        if actor in WATCHERS:
            found += sorted(ids & (self.purchases - (self.own if actor == "recused" else set())))
        elif actor not in STAFF:
            found += sorted(ids & self.second)
            found += sorted(ids & self.first) if actor in OUTSIDERS else []
        return found


def _readers(mark: str) -> frozenset[str]:
    if "-TITLE " not in mark:
        return READERS.get(mark, frozenset())
    phase = mark.split(" ")[1]
    if phase in PUBLIC_POOLS:
        return ALL
    if mark.startswith("SEC-2"):
        return WATCHERS
    if phase in {"draft", "appointed"}:
        return A | WATCHERS
    return A | B | WATCHERS | (frozenset() if phase in BEFORE_OFFERS else S | T)


def _private(phases: dict[str, dict[str, str]], *, watched: bool = False) -> set[str]:
    """Ids that only parties read; with `watched`, those that supervisors may not read either."""
    hidden = {
        "interest_id",
        "invitation_id",
        "session_id",
        "passkey_id",
        "endpoint_id",
        "delivery_id",
        "request_id",
        "evidence_id",
        "appointment_id",
        "need_id",
        "key_id",
        "certificate_id",
        "order_id",
        "invoice_id",
        "quote",
        "other_quote",
        "file_id",
        "agreement_file",
    }
    shown = set() if watched else {"consultation_id", "membership_id", "pool_id", "line", "solution_id"}
    found = set()
    for phase, ids in phases.items():
        public = (
            {"pool_id", "line"}
            if phase in PUBLIC_POOLS
            else {"solution_id", "file_id"}
            if phase == "sheet"
            else {"solution_id"}
            if phase == "proofs"
            else set()
        )
        found |= {value for name, value in ids.items() if name in (hidden | shown) - public}
    if watched:  # supervisors read a pool's agreement
        found -= {value for ids in phases.values() for name, value in ids.items() if name == "agreement_file"}
    return found
