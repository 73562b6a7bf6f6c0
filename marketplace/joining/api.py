"""`/api/v1`: my organisation's team, invitations to it, and organisations claimed by their SIRET."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace import clock
from marketplace.db import Database
from marketplace.errors import SignInNeeded
from marketplace.ids import PersonId
from marketplace.joining import claiming, inviting, queries, team
from marketplace.joining.schemas import (
    Acceptance,
    ClaimOut,
    InvitationOut,
    Joined,
    MemberOut,
    NewInvitation,
    NewRoles,
    Proof,
    Refusal,
    Registration,
    RegistrationAsked,
)
from marketplace.web.context import client_address
from marketplace.web.creating import creating
from marketplace.web.rates import INVITE, SIGN_UP
from marketplace.web.transaction import By, Reads, Writes, actor_of


async def count_link(request: Request[Any, Any, Any], token: str) -> None:
    """Count one use of a mailed link, by the link: a whole town hall may come in from one address. Raises `TooOften`."""
    await request.app.state.rates.hit(SIGN_UP, token.partition(".")[0])


@post("/registrations", summary="Register an organisation by its SIRET", tags=["accounts"])
async def register(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[Registration]
) -> RegistrationAsked:
    await request.app.state.rates.hit(SIGN_UP, client_address(request), data.email.lower())
    await claiming.start(
        session, email=data.email, person_name=data.person_name, kind=data.kind, siret=data.siret, name=data.name, town_kind=data.town_kind,
        roles=data.roles, by=by, now=await clock.now(session),
    )  # fmt: skip
    return RegistrationAsked(email=data.email.strip().lower())


@post(
    "/registrations/proof",
    summary="Prove the address of a registration, with the mailed token",
    tags=["accounts"],
    status_code=204,
)
async def prove(request: Request[Any, Any, Any], data: JSONBody[Proof]) -> None:
    await count_link(request, data.token)
    database: Database = request.app.state.database
    async with database.reading(actor_of(request)) as reads:
        now = await clock.now(reads)
    password = data.password.get_secret_value() if data.password else None
    await claiming.prove(database, request.app.state.secret, data.token, password=password, now=now)


@get("/registrations", summary="Registrations that wait for my decision", tags=["accounts"])
async def waiting(reads: Reads, by: By) -> list[ClaimOut]:
    if not by.signed_in:
        raise SignInNeeded
    return [ClaimOut.of(claim) for claim in await queries.waiting_claims(reads, by)]


@get("/me/registrations", summary="Registrations that I asked for", tags=["accounts"])
async def mine(reads: Reads, by: By) -> list[ClaimOut]:
    if not by.signed_in:
        raise SignInNeeded
    return [ClaimOut.of(claim) for claim in await queries.my_claims(reads, by)]


@get("/registrations/{claim_id:uuid}", summary="One registration", tags=["accounts"])
async def one(reads: Reads, by: By, claim_id: FromPath[UUID]) -> ClaimOut:
    if not by.signed_in:
        raise SignInNeeded
    return ClaimOut.of(await claiming.find(reads, claim_id))


@post("/registrations/{claim_id:uuid}/confirmation", summary="Confirm a registration", tags=["accounts"])
@creating
async def confirm(
    request: Request[Any, Any, Any], session: Writes, by: By, claim_id: FromPath[UUID]
) -> ClaimOut:
    del request
    if not by.signed_in:
        raise SignInNeeded
    return ClaimOut.of(await claiming.confirm(session, claim_id, by=by, now=await clock.now(session)))


@post(
    "/registrations/{claim_id:uuid}/refusal",
    summary="Refuse a registration, with a reason",
    tags=["accounts"],
)
@creating
async def refuse(
    request: Request[Any, Any, Any], session: Writes, by: By, claim_id: FromPath[UUID], data: JSONBody[Refusal]
) -> ClaimOut:  # fmt: skip
    del request
    if not by.signed_in:
        raise SignInNeeded
    return ClaimOut.of(
        await claiming.refuse(session, claim_id, data.reason, by=by, now=await clock.now(session))
    )


@post(
    "/registrations/{claim_id:uuid}/withdrawal",
    summary="Take my registration back",
    tags=["accounts"],
    status_code=204,
)
async def withdraw_claim(session: Writes, by: By, claim_id: FromPath[UUID]) -> None:
    if not by.signed_in:
        raise SignInNeeded
    await claiming.withdraw(session, claim_id, by=by, now=await clock.now(session))


@get("/organisation/members", summary="My organisation's people and their roles", tags=["accounts"])
async def members(reads: Reads, by: By) -> list[MemberOut]:
    return [MemberOut.model_validate(member) for member in await queries.members(reads, by)]


@put(
    "/organisation/members/{person_id:uuid}",
    summary="Change somebody's roles",
    tags=["accounts"],
    status_code=204,
)
async def change_roles(session: Writes, by: By, person_id: FromPath[UUID], data: JSONBody[NewRoles]) -> None:
    await team.change_roles(
        session, PersonId(person_id), list(data.roles), by=by, now=await clock.now(session)
    )


@delete(
    "/organisation/members/{person_id:uuid}",
    summary="Remove somebody from my organisation",
    tags=["accounts"],
    status_code=204,
)
async def remove(session: Writes, by: By, person_id: FromPath[UUID]) -> None:
    await team.remove(session, PersonId(person_id), by=by, now=await clock.now(session))


@delete(
    "/me/organisations/{organisation_id:uuid}",
    summary="Leave an organisation",
    tags=["accounts"],
    status_code=204,
)
async def leave(request: Request[Any, Any, Any], organisation_id: FromPath[UUID]) -> None:
    await leave_organisation(request, organisation_id)


async def leave_organisation(request: Request[Any, Any, Any], organisation_id: UUID) -> str:
    """End the asker's own membership, acting for that organisation whichever they act for now. Returns its name."""
    by, database = actor_of(request), request.app.state.database
    if by.channel != "session":  # a key is one organisation's: it is not for leaving another
        raise SignInNeeded
    async with database.reading(by) as reads:
        acting = await queries.acting_for(reads, by, organisation_id)
    async with database.transaction(acting) as session:
        await team.leave(session, by=acting, now=await clock.now(session))
    return acting.organisation_name


@get("/organisation/invitations", summary="Invitations of my organisation that wait", tags=["accounts"])
async def invitations(reads: Reads, by: By) -> list[InvitationOut]:
    return [InvitationOut.model_validate(found) for found in await queries.pending_invitations(reads, by)]


@post("/organisation/invitations", summary="Invite somebody to act for my organisation", tags=["accounts"])
@creating
async def invite(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[NewInvitation]
) -> InvitationOut:
    await count_invitation(request)
    return InvitationOut.model_validate(
        await inviting.invite(session, email=data.email, roles=list(data.roles), by=by)
    )


async def count_invitation(request: Request[Any, Any, Any]) -> None:
    """Count one invitation of the acting organisation. Raises `TooOften`."""
    await request.app.state.rates.hit(INVITE, str(actor_of(request).organisation_id))


@post(
    "/organisation/invitations/{invitation_id:uuid}/sending",
    summary="Send an invitation again",
    tags=["accounts"],
)
@creating
async def send_again(
    request: Request[Any, Any, Any], session: Writes, by: By, invitation_id: FromPath[UUID]
) -> InvitationOut:
    await count_invitation(request)
    return InvitationOut.model_validate(await inviting.send_again(session, invitation_id, by=by))


@delete(
    "/organisation/invitations/{invitation_id:uuid}",
    summary="Withdraw an invitation",
    tags=["accounts"],
    status_code=204,
)
async def withdraw_invitation(session: Writes, by: By, invitation_id: FromPath[UUID]) -> None:
    await inviting.withdraw(session, invitation_id, by=by, now=await clock.now(session))


@post("/invitations/acceptance", summary="Accept an invitation, with the mailed token", tags=["accounts"])
async def accept(request: Request[Any, Any, Any], data: JSONBody[Acceptance]) -> Response[Joined]:
    await count_link(request, data.token)
    password = data.password.get_secret_value() if data.password else None
    joined = await accepted(request, data.token, name=data.name, password=password)
    return Response(
        Joined(organisation_id=joined.organisation_id, organisation_name=joined.organisation, roles=list(joined.roles)),
        status_code=201,
    )  # fmt: skip


async def accepted(
    request: Request[Any, Any, Any], token: str, *, name: str | None, password: str | None
) -> inviting.Invited:
    """Accept as whoever asks, or as somebody new."""
    database: Database = request.app.state.database
    by = actor_of(request)
    async with database.reading(by) as reads:
        now = await clock.now(reads)
    return await inviting.accept(
        database, request.app.state.secret, token, by=by, now=now, name=name, password=password
    )


HANDLERS = [
    register, prove, waiting, mine, one, confirm, refuse, withdraw_claim, members, change_roles, remove, leave, invitations, invite,
    send_again, withdraw_invitation, accept,
]  # fmt: skip
