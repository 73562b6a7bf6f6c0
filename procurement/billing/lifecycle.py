"""The life of an invoice.

issued ──mandate──▶ mandated ──confirm──▶ paid
                       └──dispute──▶ issued   (the supplier did not receive the money)
"""

from enum import StrEnum

from marketplace.lifecycle import Lifecycle, Move
from marketplace.words import N_


class Who(StrEnum):
    """What somebody is to an invoice."""

    TOWN_ACCOUNTANT = "town_accountant"
    SUPPLIER = "supplier"


WHO_NAMES = {
    Who.TOWN_ACCOUNTANT: N_("la comptabilité de la ville"),
    Who.SUPPLIER: N_("l’entreprise"),
}


class InvoiceState(StrEnum):
    ISSUED = "issued"
    MANDATED = "mandated"
    PAID = "paid"


I = InvoiceState  # noqa: E741  one letter, as in the other tables

INVOICE_STATE_NAMES = {I.ISSUED: N_("émise"), I.MANDATED: N_("mandatée"), I.PAID: N_("payée")}

INVOICE: Lifecycle[InvoiceState, Who] = Lifecycle(
    "invoice",
    [
        Move("mandate", frozenset({I.ISSUED}), I.MANDATED, frozenset({Who.TOWN_ACCOUNTANT})),
        Move("dispute", frozenset({I.MANDATED}), I.ISSUED, frozenset({Who.SUPPLIER})),
        Move("confirm", frozenset({I.MANDATED}), I.PAID, frozenset({Who.SUPPLIER})),
    ],
    names=INVOICE_STATE_NAMES,
    people=WHO_NAMES,
)
