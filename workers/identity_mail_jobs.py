"""Mails about accounts: what changed, told to the person and to who answers for the organisation."""

from sqlalchemy import select

from marketplace.accounts.models import Organisation, Person
from marketplace.actor import Role
from marketplace.db import Session
from marketplace.notifications.writing import tell, tell_person
from marketplace.sign_in.identity_events import IdentityLinked, PersonAttached
from marketplace.sign_in.identity_models import FederatedIdentity
from workers.tools import Tools


async def identity_linked(session: Session, event: IdentityLinked, tools: Tools) -> None:
    email = await session.scalar(
        select(Person.email)
        .join(FederatedIdentity, FederatedIdentity.person_id == Person.id)
        .where(FederatedIdentity.id == event.identity_id)
    )
    if email is None:
        return
    await tell_person(
        session, email, key=event.key,
        subject="Votre compte est relié à ProConnect",
        body="Vous pouvez maintenant vous connecter à Lot Commun avec ProConnect, en plus de vos autres moyens.\n\n"
        "Si ce n’est pas vous qui l’avez fait, changez votre mot de passe et prévenez-nous : "
        f"{tools.settings.web.base_url}/contact",
    )  # fmt: skip


async def person_attached(session: Session, event: PersonAttached, tools: Tools) -> None:
    person = await session.scalar(select(Person).where(Person.id == event.person_id))
    organisation = await session.scalar(select(Organisation).where(Organisation.id == event.organisation_id))
    if person is None or organisation is None:
        return
    await tell(
        session, organisation.id, key=event.key, roles=frozenset({Role.ADMIN}),
        subject=f"Une personne a rejoint {organisation.name}",
        body=f"{person.name} ({person.email}) a rejoint {organisation.name} en se connectant avec ProConnect, qui donne le "
        f"numéro SIRET de votre organisation. Son rôle est « lecture » : donnez-en un autre s’il le faut, ou retirez cette "
        f"personne de l’organisation.\n\n{tools.settings.web.base_url}/organisation/equipe",
    )  # fmt: skip
