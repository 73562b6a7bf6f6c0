"""The life of a sheet in the directory, and of each revision of its content.

sheet:     draft ──publish──▶ published ──suspend──▶ suspended
             │                  │  ▲──────reinstate─────┘ │
             └────archive───────┴─────▶ archived ◀────────┘

revision:  draft ──submit──▶ submitted ──take──▶ in_review
             │ ▲──take_back──────┘ ▲──release──────┘ │
             │ ├──request_changes──┘                 │      submitted, in_review ──accept──▶ accepted
             │ └─────request_changes─────────────────┘
             └──withdraw──▶ withdrawn

Accepting the first revision publishes the sheet; a published sheet stays as it is while its next revision is reviewed.
"""

from enum import StrEnum

from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.ids import OrganisationId
from marketplace.lifecycle import Lifecycle, Move
from marketplace.words import N_


class SolutionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    ARCHIVED = "archived"


class RevisionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


STATE_NAMES = {
    SolutionState.DRAFT: N_("brouillon"),
    SolutionState.PUBLISHED: N_("publiée"),
    SolutionState.SUSPENDED: N_("suspendue"),
    SolutionState.ARCHIVED: N_("archivée"),
}

REVISION_STATE_NAMES = {
    RevisionState.DRAFT: N_("brouillon"),
    RevisionState.SUBMITTED: N_("envoyée"),
    RevisionState.IN_REVIEW: N_("en relecture"),
    RevisionState.ACCEPTED: N_("acceptée"),
    RevisionState.WITHDRAWN: N_("abandonnée"),
}

OPEN = frozenset({RevisionState.DRAFT, RevisionState.SUBMITTED, RevisionState.IN_REVIEW})
WAITING = frozenset({RevisionState.SUBMITTED, RevisionState.IN_REVIEW})


class Who(StrEnum):
    """What somebody is to a sheet."""

    STARTUP = "startup"
    CURATOR = "curator"


WHO_NAMES = {
    Who.STARTUP: N_("l’entreprise"),
    Who.CURATOR: N_("la relecture"),
}

ANYBODY = frozenset(Who)
STARTUP = frozenset({Who.STARTUP})
CURATOR = frozenset({Who.CURATOR})

D, P, U, A = SolutionState

SHEET: Lifecycle[SolutionState, Who] = Lifecycle(
    "solution",
    [
        Move("publish", frozenset({D}), P, CURATOR),
        Move("suspend", frozenset({P}), U, CURATOR),
        Move("reinstate", frozenset({U}), P, CURATOR),
        Move("archive", frozenset({D, P, U}), A, ANYBODY),
    ],
    names=STATE_NAMES,
    people=WHO_NAMES,
)

REVISION: Lifecycle[RevisionState, Who] = Lifecycle(
    "revision",
    [
        Move("submit", frozenset({RevisionState.DRAFT}), RevisionState.SUBMITTED, STARTUP),
        Move("take_back", frozenset({RevisionState.SUBMITTED}), RevisionState.DRAFT, STARTUP),
        Move("take", frozenset({RevisionState.SUBMITTED}), RevisionState.IN_REVIEW, CURATOR),
        Move("release", frozenset({RevisionState.IN_REVIEW}), RevisionState.SUBMITTED, CURATOR),
        Move("request_changes", WAITING, RevisionState.DRAFT, CURATOR),
        Move("accept", WAITING, RevisionState.ACCEPTED, CURATOR),
        Move("withdraw", frozenset({RevisionState.DRAFT}), RevisionState.WITHDRAWN, STARTUP),
        Move("close", OPEN, RevisionState.WITHDRAWN, ANYBODY),  # with the archive of its sheet
    ],
    names=REVISION_STATE_NAMES,
    people=WHO_NAMES,
)


def who(startup_id: OrganisationId | None, by: Actor) -> set[Who]:
    """What `by` is to a sheet of `startup_id`."""
    found = set()
    if by.acts_for(startup_id) and by.has(OrganisationKind.STARTUP, Role.EDITOR, Role.ADMIN):
        found.add(Who.STARTUP)
    if Role.CURATOR in by.roles:
        found.add(Who.CURATOR)
    return found
