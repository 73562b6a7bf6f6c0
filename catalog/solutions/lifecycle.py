"""The life of a sheet.

draft ──submit──▶ submitted ──publish──▶ published ──suspend──▶ suspended
  ▲                  │                       │ ▲──────reinstate─────┘ │
  └──request_changes─┘                       └────archive──▶ archived ◀┘
"""

from enum import StrEnum

from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.ids import OrganisationId
from marketplace.lifecycle import Lifecycle, Move
from marketplace.words import N_


class SolutionState(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    SUSPENDED = "suspended"
    ARCHIVED = "archived"


STATE_NAMES = {
    SolutionState.DRAFT: N_("brouillon"),
    SolutionState.SUBMITTED: N_("en relecture"),
    SolutionState.PUBLISHED: N_("publiée"),
    SolutionState.SUSPENDED: N_("suspendue"),
    SolutionState.ARCHIVED: N_("archivée"),
}


class Who(StrEnum):
    """What somebody is to a sheet."""

    STARTUP = "startup"
    CURATOR = "curator"


WHO_NAMES = {
    Who.STARTUP: N_("l’entreprise"),
    Who.CURATOR: N_("la relecture"),
}

D, S, P, U, A = SolutionState

SHEET: Lifecycle[SolutionState, Who] = Lifecycle(
    "solution",
    [
        Move("submit", frozenset({D}), S, frozenset({Who.STARTUP})),
        Move("request_changes", frozenset({S}), D, frozenset({Who.CURATOR})),
        Move("publish", frozenset({S}), P, frozenset({Who.CURATOR})),
        Move("suspend", frozenset({P}), U, frozenset({Who.CURATOR})),
        Move("reinstate", frozenset({U}), P, frozenset({Who.CURATOR})),
        Move("archive", frozenset({P, U}), A, frozenset({Who.STARTUP, Who.CURATOR})),
    ],
    names=STATE_NAMES,
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
