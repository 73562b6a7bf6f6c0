"""How long evidence counts: dated rows, each with its reason. A new rule is a new row; evidence keeps the end it was given."""

from dataclasses import dataclass
from datetime import date

from catalog.evidence.levels import Kind
from marketplace import clock
from marketplace.words import N_


@dataclass(frozen=True, slots=True)
class Duration:
    """Evidence of `kind` on `path` (every path when empty) counts for `months`, for what is dated since `since`.

    `months` None: the document says its own end. A contract counts for its own duration too.
    """

    kind: Kind
    path: str
    months: int | None
    since: date
    why: str


FIRST = date(1950, 1, 1)

DURATIONS: tuple[Duration, ...] = (
    Duration(Kind.DOCUMENT, "", 24, FIRST, N_("règle de l’annuaire")),
    Duration(Kind.DOCUMENT, "prices", 12, FIRST, N_("règle de l’annuaire : un tarif se revoit chaque année")),
    Duration(
        Kind.DOCUMENT, "answers.rgaa_rate", 36, FIRST,
        N_("une déclaration d’accessibilité vaut trois ans au plus (RGAA 4.1, obligations)"),
    ),
    Duration(Kind.DOCUMENT, "answers.certifications", None, FIRST, N_("la date écrite sur le certificat")),
    Duration(Kind.DOCUMENT, "answers.labels", None, FIRST, N_("la date écrite sur le label")),
    Duration(Kind.CONFIRMATION, "", 24, FIRST, N_("règle de l’annuaire")),
    Duration(Kind.CONTRACT, "", 24, FIRST, N_("règle de l’annuaire : la durée du marché, puis deux ans")),
    Duration(Kind.DELIVERY, "", 24, FIRST, N_("règle de l’annuaire")),
)  # fmt: skip


def duration_of(kind: Kind, path: str, dated_on: date) -> Duration:
    """The row in force for evidence of `kind` on `path` dated `dated_on`: the path's own before the kind's, the latest first."""
    rows = [row for row in DURATIONS if row.kind is kind and row.path in {"", path} and row.since <= dated_on]
    return max(rows, key=lambda row: (row.path != "", row.since))


def ends_on(kind: Kind, path: str, dated_on: date, *, contract_months: int = 0) -> date | None:
    """The last day on which evidence counts by rule; None when the document must say."""
    months = duration_of(kind, path, dated_on).months
    return None if months is None else clock.months_after(dated_on, months + contract_months)
