"""The life of a certificate. « Expired » is no state: the date says it.

offered ──accept──▶ accepted
   └──────refuse──────┴──▶ refused
"""

from enum import StrEnum

from marketplace.lifecycle import Lifecycle, Move
from marketplace.words import N_


class CertificateState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REFUSED = "refused"


CERTIFICATE_STATE_NAMES = {
    CertificateState.OFFERED: N_("à vérifier"),
    CertificateState.ACCEPTED: N_("acceptée"),
    CertificateState.REFUSED: N_("refusée"),
}


class CertificateWho(StrEnum):
    CURATOR = "curator"


OFFERED, ACCEPTED, REFUSED = CertificateState
CURATORS = frozenset({CertificateWho.CURATOR})

CERTIFICATE: Lifecycle[CertificateState, CertificateWho] = Lifecycle(
    "certificate",
    [
        Move("accept", frozenset({OFFERED}), ACCEPTED, CURATORS),
        Move("refuse", frozenset({OFFERED, ACCEPTED}), REFUSED, CURATORS),
    ],
    names=CERTIFICATE_STATE_NAMES,
    people={CertificateWho.CURATOR: N_("la relecture")},
)
