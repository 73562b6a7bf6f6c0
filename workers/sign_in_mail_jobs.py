"""Mails about somebody's own account: the link they asked for, and what changed in how they sign in."""

from sqlalchemy import select

from marketplace.accounts import tokens
from marketplace.accounts.models import Person
from marketplace.accounts.tokens import Purpose
from marketplace.db import Session
from marketplace.ids import PersonId
from marketplace.notifications.models import Mail
from marketplace.notifications.writing import tell_person
from marketplace.settings import needed
from marketplace.sign_in.events import Change, EmailChangeAsked, ResetAsked, SecurityChanged
from workers.tools import Tools

CHANGES = {
    Change.PASSWORD: (
        "Votre mot de passe a été changé",
        "Le mot de passe de votre compte vient d’être changé, et vos autres sessions ont été fermées.",
    ),
    Change.TOTP_ON: (
        "Les codes par application sont activés",
        "Pour vous connecter, il faut maintenant votre mot de passe et un code de votre application.",
    ),
    Change.TOTP_OFF: (
        "Les codes par application sont désactivés",
        "Pour vous connecter, votre mot de passe suffit de nouveau.",
    ),
    Change.RECOVERY_USED: (
        "Un code de secours a servi",
        "Quelqu’un s’est connecté à votre compte avec votre mot de passe et l’un de vos codes de secours. Ce code ne vaut plus rien.",
    ),
    Change.PASSKEY_ADDED: (
        "Une clé d’accès a été ajoutée",
        "Une clé d’accès (passkey) permet maintenant de se connecter à votre compte.",
    ),
    Change.PASSKEY_REMOVED: (
        "Une clé d’accès a été retirée",
        "Une clé d’accès (passkey) de votre compte ne permet plus de se connecter.",
    ),
    Change.EMAIL: (
        "L’adresse de votre compte a été changée",
        "Votre compte ne se sert plus de cette adresse-ci, mais d’une autre, confirmée par un lien.",
    ),
    Change.FORGOTTEN: (
        "Vos codes et vos clés d’accès ont été oubliés",
        "L’exploitant du site a oublié vos codes et vos clés d’accès, et fermé vos sessions. Votre mot de passe suffit jusqu’aux prochains.",
    ),
}
NOT_ME = "Si ce n’est pas vous : changez votre mot de passe, fermez vos sessions, et prévenez l’exploitant du site."


async def reset_asked(session: Session, event: ResetAsked, tools: Tools) -> None:
    """A link for somebody who has an account; nothing for anybody else, who asked nothing."""
    key = f"reset:{event.request_id}"
    person = await session.scalar(select(Person).where(Person.email == event.email))
    if person is None or await _written(session, key):
        return
    await tokens.withdraw_from(session, Purpose.PASSWORD_RESET, person.id)
    link = await _link(session, tools, Purpose.PASSWORD_RESET, "/mot-de-passe/", event.email, person.id)
    await tell_person(
        session, event.email, key=key, confidential=True, subject="Choisir un nouveau mot de passe",
        body=f"Vous avez demandé à changer de mot de passe. Ce lien est valable trente minutes, et ne sert qu’une fois :\n\n{link}",
    )  # fmt: skip


async def email_change_asked(session: Session, event: EmailChangeAsked, tools: Tools) -> None:
    """A link to the new address, and a word to the present one. An address that has an account is told so, without a link."""
    key = f"email_change:{event.request_id}"
    person = await session.scalar(select(Person).where(Person.id == event.person_id))
    if person is None or await _written(session, key):
        return
    await tokens.withdraw_from(session, Purpose.EMAIL_CHANGE, person.id)
    if await session.scalar(select(Person.id).where(Person.email == event.email)) is not None:
        await tell_person(
            session, event.email, key=key, subject="Cette adresse a déjà un compte",
            body="Quelqu’un a demandé que son compte se serve de votre adresse, qui en a déjà un. Rien n’a changé.",
        )  # fmt: skip
        return
    link = await _link(session, tools, Purpose.EMAIL_CHANGE, "/compte/adresse/", event.email, person.id)
    await tell_person(
        session, event.email, key=key, confidential=True, subject="Confirmer votre nouvelle adresse",
        body=f"Suivez ce lien, connecté à votre compte, pour vous servir désormais de cette adresse. Il est valable deux heures, et ne "
        f"sert qu’une fois :\n\n{link}",
    )  # fmt: skip
    await tell_person(
        session, person.email, key=f"{key}:former", subject="Changement d’adresse demandé",
        body=f"Un changement d’adresse a été demandé pour votre compte. Il n’aura lieu que si le lien envoyé à la nouvelle adresse est "
        f"suivi depuis votre session.\n\n{NOT_ME}",
    )  # fmt: skip


async def security_changed(session: Session, event: SecurityChanged, tools: Tools) -> None:
    """Tell the person, where they would have read it before the change."""
    person = await session.scalar(select(Person).where(Person.id == event.person_id))
    if person is None:
        return
    if event.what in {Change.PASSWORD, Change.EMAIL}:  # links that were on their way lead nowhere from now on
        for purpose in (Purpose.PASSWORD_RESET, Purpose.EMAIL_CHANGE):
            await tokens.withdraw_from(session, purpose, person.id)
    subject, body = CHANGES[event.what]
    await tell_person(
        session, event.address or person.email, key=f"security:{event.change_id}", subject=subject,
        body=f"{body}\n\n{NOT_ME}\n\n{tools.settings.web.base_url}/compte/securite",
    )  # fmt: skip


async def _written(session: Session, key: str) -> bool:
    return await session.scalar(select(Mail.id).where(Mail.key == key)) is not None


async def _link(
    session: Session, tools: Tools, purpose: Purpose, path: str, address: str, person_id: PersonId
) -> str:
    token_id = await tokens.issue(session, purpose, bound_to=address, person_id=person_id)
    secret = needed(tools.settings.web.secret, "WEB_SECRET").get_secret_value()
    return f"{tools.settings.web.base_url}{path}{tokens.written(secret, token_id, purpose, address)}"
