"""How often something may be tried: atomic counts across processes.

A handler says what is tried and by whom: `await request.app.state.rates.hit(SIGN_IN, address, email)`; each subject is
counted apart, and the first that is over its limit raises `TooOften` (429, with the seconds to wait).
"""

from dataclasses import dataclass

from marketplace.errors import DomainError
from marketplace.words import N_


@dataclass(frozen=True, slots=True)
class Rule:
    """`windows`: so many in so many seconds, all of which must hold."""

    name: str
    windows: tuple[tuple[int, int], ...]


SIGN_IN = Rule("sign_in", ((10, 300),))
SECOND_FACTOR = Rule("second_factor", ((5, 300), (20, 3600), (50, 86_400)))
RESET = Rule("reset", ((5, 3600),))
SIGN_UP = Rule("sign_up", ((10, 3600),))
INVITE = Rule("invite", ((50, 3600),))


class TooOften(DomainError):
    """Too many tries. `seconds`: how long to wait."""

    code = "too_often"
    sentence = N_("Trop d’essais en peu de temps : recommencez dans {seconds} secondes.")


class Rates:
    """The door to the counts."""

    async def hit(self, rule: Rule, *subjects: str) -> None:
        """Count one try for each of `subjects`. Raises `TooOften` when one of them is over the rule's limit."""
        del rule, subjects
