"""What one town answers to a proposal.

proposed ──accept──▶ accepted ──decline──▶ declined
   └─────────────decline──────────────────────▲

A decline is silent: nobody is told, and nobody sees that the town was asked.
"""

from enum import StrEnum

from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.ids import OrganisationId
from marketplace.lifecycle import Lifecycle, Move
from marketplace.words import N_


class SideState(StrEnum):
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class SideWho(StrEnum):
    TOWN = "town"


STATE_NAMES = {
    SideState.PROPOSED: N_("attend votre réponse"),
    SideState.ACCEPTED: N_("acceptée"),
    SideState.DECLINED: N_("déclinée"),
}

P, A, D = SideState
_TOWN = frozenset({SideWho.TOWN})
ANSWERERS = (Role.AGENT, Role.ADMIN)

SIDE: Lifecycle[SideState, SideWho] = Lifecycle(
    "proposal",
    [Move("accept", frozenset({P}), A, _TOWN), Move("decline", frozenset({P, A}), D, _TOWN)],
    names=STATE_NAMES,
    people={SideWho.TOWN: N_("la ville")},
)


def who(town_id: OrganisationId, by: Actor) -> set[SideWho]:
    """What `by` is to the side of a town."""
    mine = by.acts_for(town_id) and by.has(OrganisationKind.TOWN, *ANSWERERS)
    return {SideWho.TOWN} if mine else set()
