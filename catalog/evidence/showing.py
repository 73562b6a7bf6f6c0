"""What pages show of a sheet's claims in words, and of its references: one call each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from catalog.evidence.levels import Proof
from catalog.evidence.mapping import Map, map_of
from catalog.evidence.provable import REFERENCE, kinds_of
from catalog.evidence.queries import Delivery, Reads, SheetEvidence, of_loaded
from catalog.evidence.references import Placed, references_of
from catalog.solutions import fields, wording
from catalog.solutions.models import Confidential, Solution
from catalog.solutions.queries import last_accepted
from marketplace.actor import Actor, OrganisationKind
from marketplace.web.i18n import Language

ASKERS = frozenset({OrganisationKind.TOWN, OrganisationKind.SUPERVISOR, OrganisationKind.ASSOCIATION})
"""Who is told whom to ask at a reference, beside the startup itself: signed-in towns and staff."""


@dataclass(frozen=True, slots=True)
class Said:
    """A claim in words."""

    label: str
    lines: list[str]


async def said_of(reads: Reads, sheet: Solution, language: Language) -> dict[str, Said]:
    """Every provable claim that the directory shows of `sheet`, in words. For its startup and curators."""
    accepted = await last_accepted(reads, sheet.id)
    content = fields.flatten(accepted.content if accepted else {})
    towns = {str(reference.id): reference.town_name for reference in sheet.references}
    names = {
        value["town"]: towns[value["id"]]
        for path, value in content.items()
        if path.startswith(REFERENCE) and value["id"] in towns
    }
    return {
        path: Said(wording.label(path, language, value, names), wording.words(path, value, language, names))
        for path, value in content.items()
        if kinds_of(path)
    }


@dataclass(frozen=True, slots=True)
class Shown:
    """A sheet's proofs by path, its references with their map, and deliveries here. `contacts`: None for who may not see them."""

    evidence: SheetEvidence
    references: list[Placed]
    map: Map
    contacts: Mapping[UUID, Any] | None

    @property
    def deliveries(self) -> list[Delivery]:
        return self.evidence.deliveries


async def for_sheet(reads: Reads, sheet: Solution, by: Actor, on: date) -> Shown:
    """What the page of a sheet, read with its public parts, shows of its evidence."""
    evidence = (await of_loaded(reads, [sheet], on))[sheet.id]
    proofs = evidence.proofs
    weighed: dict[tuple[UUID, UUID], Proof] = {
        (sheet.id, one.id): proofs[f"{REFERENCE}{one.id}"] for one in sheet.references
    }
    placed = await references_of(reads, [sheet.id], on, proofs=weighed) if weighed else []
    contacts = None
    if (by.signed_in and by.kind in ASKERS) or by.acts_for(sheet.startup_id):
        kept = await reads.get(Confidential, sheet.id)
        contacts = {UUID(key): contact for key, contact in kept.contacts.items()} if kept else {}
    return Shown(evidence, placed, await map_of(reads, [one.spot for one in placed]), contacts)
