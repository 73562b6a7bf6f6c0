"""How a line of the matrix is written: one route, at one phase of its object, and who gets what.

    Line("POST /api/v1/pools/{pool_id}/freeze", on="signed", ok="a.agent a.signatory a.admin", no="a.reader a.accountant b.agent")

`ok` names who passes (2xx, 3xx, or a state's refusal: 409, 412, 428), `no` who gets 403. The others get `else_` (404 unless
said), anonymous people 401. `a.*` is every role of town A; `towns`, `startups`, `staff`, `signed_in` and `all` are groups.
`recused` has what `supervisor` has
until a firm of theirs is in play, then only what is said. `a.key`, a read-only key with every role of town A, is treated apart: it reads as `a.admin` does, and writes nothing (403).
On side 2, where nobody is at home, what an outsider may not do on side 1 must be answered like a missing object.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

A = ("a.reader", "a.agent", "a.accountant", "a.signatory", "a.admin")
S = ("s.seller", "s.editor", "s.admin")
TOWNS = (*A, "b.agent", "c.all", "two.c")
STARTUPS = (*S, "t.all", "u.all")
WATCH = ("supervisor", "auditor")
STAFF = (*WATCH, "recused", "curator", "staff.admin")
SIGNED_IN = (*TOWNS, *STARTUPS, *STAFF)
ACTORS = ("anonymous", *SIGNED_IN, "a.key")
"""Every actor of the matrix. A new one: a caller in `build._actors`, its name here, its twin in `OUTSIDER`, and the lines say what it gets."""
GROUPS = {
    "a.*": A, "s.*": S, "a.decides": ("a.agent", "a.signatory", "a.admin"), "a.agents": ("a.agent", "a.admin"),
    "s.sells": ("s.seller", "s.admin"), "s.edits": ("s.editor", "s.admin"), "towns": TOWNS, "startups": STARTUPS,
    "watch": WATCH, "watchers": (*WATCH, "recused"), "staff": STAFF, "signed_in": SIGNED_IN, "all": ("anonymous", *SIGNED_IN),
}  # fmt: skip
OUTSIDER = dict.fromkeys((*TOWNS, "a.key"), "c.all") | dict.fromkeys(STARTUPS, "u.all") | {name: name for name in (*STAFF, "anonymous")} | {"recused": "supervisor"}  # fmt: skip
"""Who stands on side 1 as somebody stands on side 2. Who stands alike on both is looked at on side 1 only."""


IN_PLAY = frozenset(
    {
        "sealed",
        "analysis",
        "award",
        "execution",
        "no_award",
        "prepared",
        "issued",
        "delivered",
        "accepted",
        "invoiced",
        "mandated",
    }
)
"""Phases in which startup S, in which the recused supervisor declared an interest, was asked for an offer: until then, nobody is recused."""
PUBLIC = frozenset({"census", "invited", "sheet"})
"""What everybody reads: an act that is refused there need not hide that it is there."""


def names(text: str) -> frozenset[str]:
    """The actors that `text` names; `-name` takes one out."""
    found: set[str] = set()
    for word in text.split():
        taken = word.removeprefix("-")
        among = set(GROUPS.get(taken, (taken,)))
        if unknown := among - set(ACTORS):
            raise ValueError(f"nobody is called {unknown}")
        found = found - among if word != taken else found | among
    return frozenset(found)


@dataclass(frozen=True)
class Line:
    """See the module. `on`: the phase whose ids fill the address and the body. `body`: JSON for the API, a form for pages."""

    route: str
    on: str = "account"
    ok: str = ""
    no: str = ""
    else_: int = 404
    anonymous: int = 401
    body: dict[str, Any] | None = None
    file: bool = False
    where: dict[str, str] = field(default_factory=dict)
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    among: str = "all a.key"
    """Who tries: everybody, unless an answer is dear (a password takes its time)."""
    session: bool = False
    """An operation of the API that a session asks for, never a key."""
    asks: bool = False
    """An operation that is posted to and changes nothing: a key that only reads passes as its roles do."""
    invalid: bool = False
    """Whether somebody who passes may be told that the values are wrong (422)."""
    mixed: bool = True
    """Whether to try again with side 2's ids in the body, or in the address after the first."""

    @property
    def method(self) -> str:
        return self.route.split(" ")[0]

    @property
    def path(self) -> str:
        return self.route.split(" ")[1]

    @property
    def api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def writes(self) -> bool:
        return self.method not in {"GET", "HEAD"}

    def expected(self, actor: str) -> int | str:
        """What `actor` gets on side 1: `ok`, or a status."""
        if actor == "a.key":
            if self.writes and not self.asks:
                return 403
            actor = "a.admin"
        if actor == "recused" and actor not in names(f"{self.ok} {self.no}"):
            actor = "supervisor" if self.on not in IN_PLAY else "recused"
        if actor in names(self.ok):
            return "ok"
        if actor in names(self.no):
            return 403
        return self.anonymous if actor == "anonymous" else self.else_


def public(*routes: str, **more: Any) -> list[Line]:
    """Lines of pages that everybody may read."""
    return [Line(route, ok="all", **more) for route in routes]


def check(lines: Iterable[Line]) -> list[str]:
    """What is badly written in `lines`."""
    faults = []
    for line in lines:
        if both := names(line.ok) & names(line.no):
            faults.append(f"{line.route}: both ok and no: {sorted(both)}")
        if "a.key" in names(line.ok) | names(line.no):
            faults.append(f"{line.route}: a.key goes without saying")
    return faults
