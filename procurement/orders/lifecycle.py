"""The life of a purchase order.

prepared ──issue──▶ issued ──deliver──▶ delivered ──accept──▶ accepted ──invoice──▶ invoiced ──pay──▶ paid
                               ▲             └──refuse──┐
                               └────────────────────────┘  (back to issued, with the reason)
"""

from enum import StrEnum

from marketplace.lifecycle import Lifecycle, Move
from marketplace.words import N_


class Who(StrEnum):
    """What somebody is to an order."""

    TOWN = "town"
    SUPPLIER = "supplier"
    TIMER = "timer"


WHO_NAMES = {
    Who.TOWN: N_("la ville qui commande"),
    Who.SUPPLIER: N_("l’entreprise"),
    Who.TIMER: N_("le serveur"),
}


class OrderState(StrEnum):
    PREPARED = "prepared"
    ISSUED = "issued"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    INVOICED = "invoiced"
    PAID = "paid"


O = OrderState  # noqa: E741  one letter, as in the other tables

ORDER_STATE_NAMES = {
    O.PREPARED: N_("préparé"),
    O.ISSUED: N_("émis"),
    O.DELIVERED: N_("livré"),
    O.ACCEPTED: N_("service fait"),
    O.INVOICED: N_("facturé"),
    O.PAID: N_("payé"),
}

ORDER: Lifecycle[OrderState, Who] = Lifecycle(
    "order",
    [
        Move("issue", frozenset({O.PREPARED}), O.ISSUED, frozenset({Who.TOWN})),
        Move("deliver", frozenset({O.ISSUED}), O.DELIVERED, frozenset({Who.SUPPLIER})),
        Move("refuse", frozenset({O.DELIVERED}), O.ISSUED, frozenset({Who.TOWN})),
        Move("accept", frozenset({O.DELIVERED}), O.ACCEPTED, frozenset({Who.TOWN})),
        Move("invoice", frozenset({O.ACCEPTED}), O.INVOICED, frozenset({Who.SUPPLIER, Who.TIMER})),
        Move("pay", frozenset({O.INVOICED}), O.PAID, frozenset({Who.SUPPLIER})),
    ],
    names=ORDER_STATE_NAMES,
    people=WHO_NAMES,
)
