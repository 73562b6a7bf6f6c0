"""Which roles may be given: those of the organisation's kind, and never investing for the bank while watching pools for it."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace.actor import ROLE_NAMES, ROLES_OF, WATCHERS, OrganisationKind, Role
from marketplace.db import Session
from marketplace.errors import Conflict, DomainError, Invalid, wrong
from marketplace.ids import OrganisationId, PersonId
from marketplace.words import N_

ONE_HAT = "affiliation_one_hat"
"""The name under which the database refuses what `TwoHats` says, whoever writes."""


class TwoHats(Conflict):
    """Whoever invests for the bank would also watch the pools, here or in another supervising organisation."""

    code = "two_hats"
    sentence = N_(
        "La même personne ne peut pas investir pour la banque et suivre les achats (supervision ou audit), "
        "même dans deux équipes différentes."
    )


def fitting(kind: OrganisationKind, roles: Collection[str], *, path: str = "roles") -> list[str]:
    """`roles`, sorted, when an organisation of `kind` may give them together to one person. Raises `Invalid`."""
    asked = set(roles)
    if not asked:
        raise Invalid([wrong(path, N_("Choisissez au moins un rôle."), code="required")])
    impossible = asked - ROLES_OF[kind]
    if impossible:
        names = tuple(ROLE_NAMES.get(Role(r), r) if r in set(Role) else r for r in sorted(impossible))
        raise Invalid(
            [wrong(path, N_("Ces rôles n’existent pas pour cette organisation : {roles}."), roles=names)]
        )
    if Role.INVESTOR in asked and asked & WATCHERS:
        raise Invalid([wrong(path, TwoHats.sentence, code=TwoHats.code)])
    return sorted(asked)


async def refuse_two_hats(
    session: Session,
    person_id: PersonId,
    kind: OrganisationKind,
    roles: Collection[str],
    *,
    beside: OrganisationId,
) -> None:
    """Nothing when `person_id` may hold `roles` in `beside`, with what they hold elsewhere. Raises `TwoHats`."""
    if kind is OrganisationKind.SUPERVISOR and await session.scalar(
        text("select two_hats(:person, :roles, :beside)"),
        {"person": person_id, "roles": sorted(roles), "beside": beside},
    ):
        raise TwoHats


@asynccontextmanager
async def refused_as(session: Session, refusals: dict[str, type[DomainError]]) -> AsyncIterator[None]:
    """Flush at the end; what a constraint or trigger named in `refusals` then refuses is said as its error."""
    try:
        yield
        await session.flush()
    except DBAPIError as error:
        said = str(error.orig)
        for name, refusal in refusals.items():
            if name in said:
                raise refusal from error
        raise
