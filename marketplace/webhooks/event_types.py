"""What an organisation can subscribe to: the documented list."""

from collections.abc import Collection
from dataclasses import dataclass

from marketplace.actor import OrganisationKind
from marketplace.words import N_

TOWN, STARTUP = OrganisationKind.TOWN, OrganisationKind.STARTUP
TEST = "webhook.test"
"""What the « test » button sends; nobody subscribes to it."""


@dataclass(frozen=True, slots=True)
class EventType:
    """`data`: the fields of its payload. `kinds`: whom it can concern."""

    name: str
    label: str
    kinds: frozenset[OrganisationKind]
    data: tuple[str, ...]


_ORDER = ("order_id", "pool_id", "number", "state")
_INVOICE = ("invoice_id", "order_id", "number", "state")
_SHEET = ("solution_id", "slug", "state", "revision")
_both, _towns, _startups = frozenset({TOWN, STARTUP}), frozenset({TOWN}), frozenset({STARTUP})

EVENT_TYPES: dict[str, EventType] = {
    found.name: found
    for found in (
        EventType("pool.invited", N_("votre ville est invitée à un achat groupé"), _towns,
                  ("pool_id", "membership_id", "state")),
        EventType("pool.phase_changed", N_("un achat groupé de votre ville change de phase"), _towns,
                  ("pool_id", "state")),
        EventType("consultation.published", N_("une consultation vous demande une offre"), _startups,
                  ("consultation_id", "state", "deadline_at")),
        EventType("award.notified", N_("une attribution est notifiée"), _both,
                  ("pool_id", "award_id", "consultation_id", "quote_id", "state")),
        EventType("order.prepared", N_("la commande de votre ville est prête à émettre"), _towns, _ORDER),
        EventType("order.issued", N_("une commande est émise"), _both, _ORDER),
        EventType("order.delivered", N_("une commande est livrée"), _both, _ORDER),
        EventType("order.accepted", N_("le service fait est constaté"), _both, _ORDER),
        EventType("invoice.issued", N_("une facture est émise"), _both, _INVOICE),
        EventType("invoice.paid", N_("le paiement d’une facture est confirmé"), _both, _INVOICE),
        EventType("solution.published", N_("une de vos fiches est publiée"), _startups, _SHEET),
        EventType("solution.changes_requested", N_("des corrections sont demandées sur une de vos fiches"), _startups,
                  _SHEET),
    )
}  # fmt: skip


def offered_to(kind: OrganisationKind | None) -> list[EventType]:
    """The types that can concern an organisation of `kind`, in the list's order."""
    return [found for found in EVENT_TYPES.values() if kind in found.kinds]


def unknown_among(names: Collection[str], kind: OrganisationKind | None) -> list[str]:
    """Those of `names` that an organisation of `kind` cannot subscribe to."""
    offered = {found.name for found in offered_to(kind)}
    return sorted(set(names) - offered)
