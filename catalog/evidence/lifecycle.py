"""The life of a piece of evidence, and of a question put to a reference town.

evidence:  offered ──accept──▶ accepted ──withdraw──▶ withdrawn
             ├──refuse──▶ refused
             └──withdraw──▶ withdrawn

request:   sent ──answer──▶ answered
             └──cancel──▶ cancelled

What expires needs no move: it is computed (`levels.py`). What a machine establishes (a delivery here, a contract whose parties and
subject agree, a confirmation from a verified address) is accepted as it is written.
"""

from enum import StrEnum

from catalog.evidence.levels import EvidenceState
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.ids import OrganisationId
from marketplace.lifecycle import Lifecycle, Move
from marketplace.words import N_


class RequestState(StrEnum):
    SENT = "sent"
    ANSWERED = "answered"
    CANCELLED = "cancelled"


STATE_NAMES = {
    EvidenceState.OFFERED: N_("à vérifier par un relecteur"),
    EvidenceState.ACCEPTED: N_("acceptée"),
    EvidenceState.REFUSED: N_("refusée"),
    EvidenceState.WITHDRAWN: N_("retirée"),
}

REQUEST_STATE_NAMES = {
    RequestState.SENT: N_("envoyée"),
    RequestState.ANSWERED: N_("répondue"),
    RequestState.CANCELLED: N_("annulée"),
}


class EvidenceWho(StrEnum):
    """What somebody is to a piece of evidence, or to a question."""

    STARTUP = "startup"
    CURATOR = "curator"
    CONTACT = "contact"


WHO_NAMES = {
    EvidenceWho.STARTUP: N_("l’entreprise"),
    EvidenceWho.CURATOR: N_("la relecture"),
    EvidenceWho.CONTACT: N_("la personne interrogée"),
}

F, A, R, W = EvidenceState
_STARTUP, _CURATOR, _CONTACT = (frozenset({who}) for who in EvidenceWho)

EVIDENCE: Lifecycle[EvidenceState, EvidenceWho] = Lifecycle(
    "evidence",
    [
        Move("accept", frozenset({F}), A, _CURATOR),
        Move("refuse", frozenset({F}), R, _CURATOR),
        Move("withdraw", frozenset({F, A}), W, _STARTUP),
    ],
    names=STATE_NAMES,
    people={who: name for who, name in WHO_NAMES.items() if who is not EvidenceWho.CONTACT},
)

REQUEST: Lifecycle[RequestState, EvidenceWho] = Lifecycle(
    "evidence_request",
    [
        Move("answer", frozenset({RequestState.SENT}), RequestState.ANSWERED, _CONTACT),
        Move("cancel", frozenset({RequestState.SENT}), RequestState.CANCELLED, _STARTUP),
    ],
    names=REQUEST_STATE_NAMES,
    people={who: name for who, name in WHO_NAMES.items() if who is not EvidenceWho.CURATOR},
)


def who(startup_id: OrganisationId | None, by: Actor) -> set[EvidenceWho]:
    """What `by` is to the evidence of a sheet of `startup_id`."""
    found = set()
    if by.acts_for(startup_id) and by.has(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN):
        found.add(EvidenceWho.STARTUP)
    if Role.CURATOR in by.roles:
        found.add(EvidenceWho.CURATOR)
    return found
