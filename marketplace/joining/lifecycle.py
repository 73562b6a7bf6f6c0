"""The lives of a claim and of an invitation.

claim:       unproven ──prove──▶ waiting ──confirm──▶ confirmed
                                    ├──refuse───────▶ refused
                                    └──withdraw─────▶ withdrawn

invitation:  pending ──accept──▶ accepted
                └──withdraw────▶ withdrawn
"""

from enum import StrEnum

from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.ids import OrganisationId, PersonId
from marketplace.lifecycle import Lifecycle, Move
from marketplace.words import N_


class ClaimState(StrEnum):
    """`unproven`: the address that it was made with has not answered yet."""

    UNPROVEN = "unproven"
    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


CLAIM_STATE_NAMES = {
    ClaimState.UNPROVEN: N_("adresse à confirmer"),
    ClaimState.WAITING: N_("en attente de vérification"),
    ClaimState.CONFIRMED: N_("acceptée"),
    ClaimState.REFUSED: N_("refusée"),
    ClaimState.WITHDRAWN: N_("retirée"),
}


class ClaimWho(StrEnum):
    """What somebody is to a claim."""

    CLAIMANT = "claimant"
    STAFF = "staff"
    ADMIN = "admin"


CLAIM_WHO_NAMES = {
    ClaimWho.CLAIMANT: N_("la personne qui demande"),
    ClaimWho.STAFF: N_("l’équipe qui vérifie les inscriptions"),
    ClaimWho.ADMIN: N_("un administrateur de l’organisation"),
}

JUDGES = frozenset({ClaimWho.STAFF, ClaimWho.ADMIN})

CLAIM: Lifecycle[ClaimState, ClaimWho] = Lifecycle(
    "claim",
    [
        Move("prove", frozenset({ClaimState.UNPROVEN}), ClaimState.WAITING, frozenset({ClaimWho.CLAIMANT})),
        Move("confirm", frozenset({ClaimState.WAITING}), ClaimState.CONFIRMED, JUDGES),
        Move("refuse", frozenset({ClaimState.WAITING}), ClaimState.REFUSED, JUDGES),
        Move("withdraw", frozenset({ClaimState.WAITING}), ClaimState.WITHDRAWN, frozenset({ClaimWho.CLAIMANT})),
    ],
    names=CLAIM_STATE_NAMES,
    people=CLAIM_WHO_NAMES,
)  # fmt: skip


def is_staff(by: Actor) -> bool:
    """Whether `by` verifies who registers; the database's `registers()` says the same."""
    return by.has(OrganisationKind.SUPERVISOR, Role.ADMIN, Role.CURATOR) or by.has(
        OrganisationKind.ASSOCIATION, Role.ADMIN
    )


def who(person_id: PersonId | None, organisation_id: OrganisationId | None, by: Actor) -> set[ClaimWho]:
    """What `by` is to a claim of `person_id` on `organisation_id`. Nobody judges their own."""
    if person_id is not None and person_id == by.person_id:
        return {ClaimWho.CLAIMANT}
    found = set()
    if is_staff(by):
        found.add(ClaimWho.STAFF)
    if by.acts_for(organisation_id) and Role.ADMIN in by.roles:
        found.add(ClaimWho.ADMIN)
    return found


class InvitationState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


INVITATION_STATE_NAMES = {
    InvitationState.PENDING: N_("en attente"),
    InvitationState.ACCEPTED: N_("acceptée"),
    InvitationState.WITHDRAWN: N_("retirée"),
}


class InvitationWho(StrEnum):
    """What somebody is to an invitation."""

    ADMIN = "admin"
    INVITED = "invited"


INVITATION_WHO_NAMES = {
    InvitationWho.ADMIN: N_("un administrateur de l’organisation"),
    InvitationWho.INVITED: N_("la personne invitée"),
}

INVITATION: Lifecycle[InvitationState, InvitationWho] = Lifecycle(
    "team_invitation",
    [
        Move("accept", frozenset({InvitationState.PENDING}), InvitationState.ACCEPTED, frozenset({InvitationWho.INVITED})),
        Move("withdraw", frozenset({InvitationState.PENDING}), InvitationState.WITHDRAWN, frozenset({InvitationWho.ADMIN})),
    ],
    names=INVITATION_STATE_NAMES,
    people=INVITATION_WHO_NAMES,
)  # fmt: skip
