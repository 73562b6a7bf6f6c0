"""The life of a consultation and of a quote.

preparing ──keys──▶ open ──unseal (timer)──▶ opened ──decide──▶ decided
(buyer profile)     exported ──import──▶ opened;     any before decided ──cancel──▶ cancelled

sealed ──replace──▶ replaced;  sealed ──withdraw──▶ withdrawn
sealed ──unseal (timer)──▶ opened | unreadable;  opened ──retain──▶ retained | reject──▶ rejected
"""

from enum import StrEnum

from marketplace.lifecycle import Lifecycle, Move
from marketplace.words import N_


class Who(StrEnum):
    """What somebody is to a consultation."""

    COORDINATOR = "coordinator"
    STARTUP = "startup"
    TIMER = "timer"


WHO_NAMES = {
    Who.COORDINATOR: N_("la ville coordonnatrice"),
    Who.STARTUP: N_("l’entreprise"),
    Who.TIMER: N_("le serveur"),
}


class ConsultationState(StrEnum):
    PREPARING = "preparing"
    OPEN = "open"
    EXPORTED = "exported"
    OPENED = "opened"
    DECIDED = "decided"
    CANCELLED = "cancelled"


C = ConsultationState

CONSULTATION_STATE_NAMES = {
    C.PREPARING: N_("en préparation"),
    C.OPEN: N_("ouverte aux offres"),
    C.EXPORTED: N_("publiée sur le profil d’acheteur"),
    C.OPENED: N_("offres ouvertes"),
    C.DECIDED: N_("attribuée"),
    C.CANCELLED: N_("annulée"),
}

_coordinator, _timer, _startup = (
    frozenset({Who.COORDINATOR}),
    frozenset({Who.TIMER}),
    frozenset({Who.STARTUP}),
)

CONSULTATION: Lifecycle[ConsultationState, Who] = Lifecycle(
    "consultation",
    [
        Move("keys", frozenset({C.PREPARING}), C.OPEN, _timer),
        Move("unseal", frozenset({C.OPEN}), C.OPENED, _timer),
        Move("import", frozenset({C.EXPORTED}), C.OPENED, _coordinator),
        Move("decide", frozenset({C.OPENED}), C.DECIDED, _coordinator),
        Move(
            "cancel",
            frozenset({C.PREPARING, C.OPEN, C.EXPORTED, C.OPENED}),
            C.CANCELLED,
            _coordinator | _timer,
        ),
    ],
    names=CONSULTATION_STATE_NAMES,
    people=WHO_NAMES,
)


class QuoteState(StrEnum):
    SEALED = "sealed"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    OPENED = "opened"
    UNREADABLE = "unreadable"
    RETAINED = "retained"
    REJECTED = "rejected"


Q = QuoteState

QUOTE_STATE_NAMES = {
    Q.SEALED: N_("scellée"),
    Q.REPLACED: N_("remplacée"),
    Q.WITHDRAWN: N_("retirée"),
    Q.OPENED: N_("ouverte"),
    Q.UNREADABLE: N_("illisible"),
    Q.RETAINED: N_("retenue"),
    Q.REJECTED: N_("non retenue"),
}

QUOTE: Lifecycle[QuoteState, Who] = Lifecycle(
    "quote",
    [
        Move("replace", frozenset({Q.SEALED}), Q.REPLACED, _startup),
        Move("withdraw", frozenset({Q.SEALED}), Q.WITHDRAWN, _startup),
        Move("unseal", frozenset({Q.SEALED}), Q.OPENED, _timer),
        Move("give_up", frozenset({Q.SEALED}), Q.UNREADABLE, _timer),
        Move("retain", frozenset({Q.OPENED}), Q.RETAINED, _coordinator),
        Move("reject", frozenset({Q.OPENED}), Q.REJECTED, _coordinator),
    ],
    names=QUOTE_STATE_NAMES,
    people=WHO_NAMES,
)
