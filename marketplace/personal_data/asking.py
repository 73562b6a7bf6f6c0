"""Asking for a copy, or for an erasure: one's own, or another's by the supervising body's administrator, in two steps."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text

from marketplace import audit, outbox
from marketplace.accounts.models import WebSession
from marketplace.actor import Actor, OrganisationKind, Role
from marketplace.db import ReadSession, Session
from marketplace.errors import Conflict, Invalid, NotFound, SignInNeeded, wrong
from marketplace.ids import PersonId
from marketplace.personal_data.events import CopyAsked, ErasureConfirmed
from marketplace.personal_data.models import PersonalRequest, RequestKind, RequestState
from marketplace.words import N_


class LastAdministrator(Conflict):
    """Nobody else administers an organisation of theirs."""

    code = "last_administrator"
    sentence = N_(
        "Personne d’autre n’administre : {organisations}. Donnez d’abord le rôle « administration » à quelqu’un, puis revenez ; "
        "si vous y êtes seul, écrivez au délégué à la protection des données."
    )


class CopyNotReady(Conflict):
    code = "copy_not_ready"
    sentence = N_("Cette copie se prépare encore : revenez dans une minute.")


class NotWaiting(Conflict):
    code = "request_not_waiting"
    sentence = N_("Cette demande n’attend plus de décision.")


async def ask_copy(session: Session, *, by: Actor) -> PersonalRequest:
    """Ask for a copy of everything about the acting person. One that is being made is not asked for twice."""
    if by.person_id is None:
        raise SignInNeeded
    waiting = await session.scalar(
        select(PersonalRequest).where(
            PersonalRequest.person_id == by.person_id, PersonalRequest.kind == RequestKind.EXPORT,
            PersonalRequest.state == RequestState.CONFIRMED,
        )
    )  # fmt: skip
    if waiting is not None:
        return waiting
    request = await _added(
        session, by, kind=RequestKind.EXPORT, person_id=by.person_id, state=RequestState.CONFIRMED
    )
    audit.note(session, by, "personal_request.ask_export", "personal_request", request.id)
    outbox.record(session, CopyAsked(request_id=request.id))
    return request


async def copies(reads: ReadSession | Session, by: Actor) -> list[tuple[PersonalRequest, bool]]:
    """The copies that the acting person asked for, the last first, and whether each can be had. Raises `SignInNeeded`."""
    if by.person_id is None:
        raise SignInNeeded
    rows = await reads.execute(
        select(PersonalRequest, PersonalRequest.content.is_not(None))
        .where(PersonalRequest.person_id == by.person_id, PersonalRequest.kind == RequestKind.EXPORT)
        .order_by(PersonalRequest.id.desc())
        .limit(20)
    )
    return [(row[0], row[1]) for row in rows]


async def copy_of(session: Session, request_id: UUID, *, by: Actor) -> bytes:
    """The ZIP of the acting person's request. Raises `CopyNotReady`, and `NotFound` for another's or one that is forgotten."""
    found = (
        await session.execute(
            select(PersonalRequest.content, PersonalRequest.state).where(
                PersonalRequest.id == request_id,
                PersonalRequest.person_id == by.person_id,
                PersonalRequest.kind == RequestKind.EXPORT,
            )
        )
    ).one_or_none()
    if found is None or (found.content is None and found.state is RequestState.DONE):
        raise NotFound
    if found.content is None:
        raise CopyNotReady
    content: bytes = found.content
    audit.note(session, by, "personal_request.download", "personal_request", request_id)
    return content


async def last_administrations(reads: ReadSession | Session) -> tuple[str, ...]:
    """The organisations that only the acting person administers."""
    return tuple(await reads.scalars(text("select name from my_last_administrations()")))


async def erase_myself(session: Session, *, by: Actor) -> PersonalRequest:
    """Ask for one's own erasure, at once and for good; every session ends now.

    Raises `SignInNeeded`, `ProofNeeded` (who they are was proved too long ago), `LastAdministrator`.
    """
    person_id = by.require_recent_proof()
    if alone := await last_administrations(session):
        raise LastAdministrator(organisations=alone)
    request = await _added(
        session, by, kind=RequestKind.ERASURE, person_id=person_id, state=RequestState.CONFIRMED,
        confirmed_by=person_id,
    )  # fmt: skip
    audit.note(session, by, "personal_request.ask_erasure", "personal_request", request.id)
    outbox.record(session, ErasureConfirmed(request_id=request.id))
    await session.execute(delete(WebSession).where(WebSession.person_id == person_id))
    return request


async def ask_for(session: Session, *, email: str, reason: str, by: Actor) -> PersonalRequest:
    """First step: an administrator of the supervising body asks for somebody's erasure. Raises `Invalid`: no such person."""
    by.require(OrganisationKind.SUPERVISOR, Role.ADMIN)
    person_id = await _known(session, email)
    if person_id is None:
        raise Invalid([wrong("email", N_("Aucun compte n’a cette adresse."), code="unknown")])
    request = await _added(
        session, by, kind=RequestKind.ERASURE, person_id=person_id, state=RequestState.ASKED, reason=reason
    )
    audit.note(session, by, "personal_request.ask_erasure", "personal_request", request.id)
    return request


async def confirm(session: Session, request_id: UUID, *, email: str, by: Actor) -> PersonalRequest:
    """Second step: the address is typed again; the worker then erases. Raises `NotFound`, `NotWaiting`, `Invalid`."""
    request = await _waiting(session, request_id, by)
    if await _known(session, email) != request.person_id:
        raise Invalid(
            [wrong("email", N_("Ce n’est pas l’adresse de la personne de cette demande."), code="mismatch")]
        )
    request.state, request.confirmed_by = RequestState.CONFIRMED, by.person_id
    audit.note(session, by, "personal_request.confirm_erasure", "personal_request", request.id)
    outbox.record(session, ErasureConfirmed(request_id=request.id))
    await session.flush()
    return request


async def refuse(session: Session, request_id: UUID, *, by: Actor, now: datetime) -> PersonalRequest:
    """Put a request aside. Raises `NotFound`, `NotWaiting`."""
    request = await _waiting(session, request_id, by)
    request.state, request.done_at = RequestState.REFUSED, now
    audit.note(session, by, "personal_request.refuse", "personal_request", request.id)
    await session.flush()
    return request


async def erasures(reads: ReadSession | Session, by: Actor) -> list[PersonalRequest]:
    """Every request for an erasure, the last first. Raises `RoleNeeded`."""
    by.require(OrganisationKind.SUPERVISOR, Role.ADMIN)
    found = await reads.scalars(
        select(PersonalRequest)
        .where(PersonalRequest.kind == RequestKind.ERASURE)
        .order_by(PersonalRequest.id.desc())
        .limit(200)
    )
    return list(found)


async def erasure(reads: ReadSession | Session, request_id: UUID, by: Actor) -> PersonalRequest:
    """One request for an erasure. Raises `RoleNeeded`, `NotFound`."""
    by.require(OrganisationKind.SUPERVISOR, Role.ADMIN)
    found = await reads.scalar(
        select(PersonalRequest).where(
            PersonalRequest.id == request_id, PersonalRequest.kind == RequestKind.ERASURE
        )
    )
    if found is None:
        raise NotFound
    return found


async def _waiting(session: Session, request_id: UUID, by: Actor) -> PersonalRequest:
    request = await erasure(session, request_id, by)
    await session.refresh(request, attribute_names=["state"], with_for_update=True)
    if request.state is not RequestState.ASKED:
        raise NotWaiting
    return request


async def _known(session: Session, email: str) -> PersonId | None:
    found = await session.scalar(text("select person_id from find_sign_in(:email)"), {"email": email.strip()})
    return PersonId(found) if found else None


async def _added(session: Session, by: Actor, **values: Any) -> PersonalRequest:
    assert by.person_id is not None
    request = PersonalRequest(asked_by=by.person_id, **values)
    session.add(request)
    await session.flush()
    return request
