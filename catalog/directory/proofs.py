"""What proves what a sheet says, in words: for tables and files, which have no room for a badge."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from catalog.evidence.levels import LEVEL_NAMES, Level, Proof
from catalog.evidence.queries import of_loaded
from catalog.solutions import wording
from catalog.solutions.models import Solution
from marketplace.db import ReadSession
from marketplace.web import i18n
from marketplace.words import N_

Proofs = Mapping[str, Proof]
"""By path: those of the claims of a sheet that can be proven."""


async def of_sheets(reads: ReadSession, sheets: Iterable[Solution], on: date) -> dict[UUID, dict[str, Proof]]:
    """The proofs of each sheet, by its id."""
    found = await of_loaded(reads, list(sheets), on)
    return {sheet_id: evidence.proofs for sheet_id, evidence in found.items()}


def in_words(proof: Proof) -> str:
    """« document vérifié, daté du 3 mars 2026, compte jusqu’au 3 mars 2027 »."""
    language = i18n.language.get()
    said = [i18n.translate(LEVEL_NAMES[proof.level])]
    if proof.dated_on is not None:
        said.append(i18n.translate(N_("daté du {day}")).format(day=wording.day(proof.dated_on, language)))
    if proof.expires_on is not None:
        said.append(
            i18n.translate(N_("compte jusqu’au {day}")).format(day=wording.day(proof.expires_on, language))
        )
    return ", ".join(said)


def proven(proofs: Proofs) -> dict[str, Proof]:
    """The claims that something supports: more than a declaration."""
    return {path: proof for path, proof in proofs.items() if proof.level is not Level.DECLARED}
