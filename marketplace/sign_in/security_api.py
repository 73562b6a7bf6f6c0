"""`/api/v1`: what I sign in with. All of it is for a person in a session, never for a program with their key."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody

from marketplace.actor import PasskeyNeeded
from marketplace.sign_in import email_change, passkeys, passwords, recovery, reset, sessions, totp
from marketplace.sign_in.api import signed_in
from marketplace.sign_in.cookies import own_session_of, proof_of
from marketplace.sign_in.schemas import (
    Asked,
    AskReset,
    ChangeEmail,
    ChangePassword,
    GivenCode,
    NewPasskey,
    PasskeyAnswer,
    PasskeyOptions,
    PasskeyOut,
    ProvePassword,
    RecoveryCodes,
    ResetPassword,
    SecondFactor,
    SignedIn,
    TotpSecret,
)
from marketplace.sign_in.sessions import Proof
from marketplace.web.context import client_address
from marketplace.web.rates import RESET, SIGN_IN
from marketplace.web.transaction import By, Reads, Writes

# passwords and addresses


@post("/password-resets", summary="Ask for a new password by mail", tags=["accounts"], status_code=202)
async def ask_reset(request: Request[Any, Any, Any], session: Writes, data: JSONBody[AskReset]) -> Asked:
    await request.app.state.rates.hit(RESET, client_address(request), data.email.lower())
    await reset.ask(session, data.email)
    return Asked()


@post(
    "/password-resets/{token:str}",
    summary="Set a new password with the mail's token",
    tags=["accounts"],
    status_code=204,
)
async def reset_password(
    request: Request[Any, Any, Any], token: FromPath[str], data: JSONBody[ResetPassword]
) -> None:
    await request.app.state.rates.hit(SIGN_IN, client_address(request))
    await reset.reset(
        request.app.state.database, token, data.password.get_secret_value(), secret=request.app.state.secret
    )


@put("/me/password", summary="Change my password; my other sessions end", tags=["accounts"])
async def change_password(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[ChangePassword]
) -> Response[SignedIn]:
    await request.app.state.rates.hit(SIGN_IN, str(by.require_session()))
    await passwords.change(
        session, current=data.current.get_secret_value(), new=data.password.get_secret_value(), by=by
    )
    await sessions.end_others(session, own_session_of(request), by=by)
    return signed_in(request, await sessions.renewed(session, own_session_of(request)), status=200)


@post("/me/email", summary="Ask for another e-mail address", tags=["accounts"], status_code=202)
async def ask_email_change(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[ChangeEmail]
) -> Asked:
    await request.app.state.rates.hit(RESET, str(by.require_session()))
    await email_change.ask(session, data.email, password=data.password.get_secret_value(), by=by)
    return Asked()


@post("/me/email/{token:str}", summary="Confirm my new e-mail address", tags=["accounts"], status_code=204)
async def complete_email_change(
    request: Request[Any, Any, Any], session: Writes, by: By, token: FromPath[str]
) -> None:
    await email_change.complete(session, token, secret=request.app.state.secret, by=by)


@post("/me/proof", summary="Prove with my password that it is me", tags=["accounts"], status_code=200)
async def prove(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[ProvePassword]
) -> Response[SignedIn]:
    await request.app.state.rates.hit(SIGN_IN, str(by.require_session()))
    if passkey_only(request):
        raise PasskeyNeeded
    await passwords.confirm(session, data.password.get_secret_value(), by=by)
    return signed_in(
        request, await sessions.proved(session, own_session_of(request), Proof.PASSWORD), status=200
    )


def passkey_only(request: Request[Any, Any, Any]) -> bool:
    """Whether a session that a passkey opened, for somebody of the team, is confirmed by a passkey alone."""
    return bool(request.app.state.staff_passkey) and proof_of(request) is Proof.PASSKEY


# second factor


@get("/me/second-factor", summary="My second factor", tags=["accounts"])
async def second_factor(reads: Reads, by: By) -> SecondFactor:
    person_id = by.require_session()
    return SecondFactor(
        enabled=await totp.enabled(reads, person_id),
        recovery_codes_left=await recovery.left(reads, person_id),
    )


@post("/me/second-factor", summary="Ask for a secret for my application", tags=["accounts"])
async def start_totp(request: Request[Any, Any, Any], session: Writes, by: By) -> TotpSecret:
    await totp.start(session, secret=request.app.state.secret, by=by)
    seed, uri = await totp.pending(session, secret=request.app.state.secret, by=by)
    return TotpSecret(secret=seed, uri=uri)


@post(
    "/me/second-factor/confirmation",
    summary="Turn the codes on by a first one",
    tags=["accounts"],
    status_code=200,
)
async def confirm_totp(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[GivenCode]
) -> Response[RecoveryCodes]:
    codes = await totp.confirm(session, data.code, secret=request.app.state.secret, by=by)
    return Response(RecoveryCodes(codes=codes))


@delete("/me/second-factor", summary="Turn the codes off", tags=["accounts"], status_code=204)
async def disable_totp(session: Writes, by: By) -> None:
    await totp.disable(session, by=by)


@post("/me/recovery-codes", summary="Ten new recovery codes", tags=["accounts"])
async def renew_recovery_codes(request: Request[Any, Any, Any], session: Writes, by: By) -> RecoveryCodes:
    return RecoveryCodes(codes=await recovery.renew(session, secret=request.app.state.secret, by=by))


# passkeys


@get("/me/passkeys", summary="My passkeys", tags=["accounts"])
async def my_passkeys(reads: Reads, by: By) -> list[PasskeyOut]:
    by.require_session()
    return [PasskeyOut.model_validate(key) for key in await passkeys.mine(reads, by)]


@post("/me/passkeys/options", summary="Begin to add a passkey", tags=["accounts"])
async def passkey_options(request: Request[Any, Any, Any], session: Writes, by: By) -> PasskeyOptions:
    await request.app.state.rates.hit(passkeys.CEREMONIES, str(by.require_session()))
    made = await passkeys.begin_registration(
        session, site=_site(request), by=by, staff_passkey=request.app.state.staff_passkey, proof=proof_of(request)
    )  # fmt: skip
    return PasskeyOptions.model_validate(made)


@post("/me/passkeys", summary="Add a passkey", tags=["accounts"])
async def add_passkey(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[NewPasskey]
) -> PasskeyOut:
    key = await passkeys.register(
        session, data.challenge_id, data.credential, name=data.name, site=_site(request), by=by,
        staff_passkey=request.app.state.staff_passkey, proof=proof_of(request),
    )  # fmt: skip
    return PasskeyOut.model_validate(key)


@delete("/me/passkeys/{passkey_id:uuid}", summary="Remove a passkey", tags=["accounts"], status_code=204)
async def remove_passkey(
    request: Request[Any, Any, Any], session: Writes, by: By, passkey_id: FromPath[UUID]
) -> None:
    await passkeys.remove(
        session, passkey_id, by=by, staff_passkey=request.app.state.staff_passkey, proof=proof_of(request)
    )


@post("/me/proof/passkey-options", summary="Begin to prove with a passkey that it is me", tags=["accounts"])
async def proof_options(request: Request[Any, Any, Any], session: Writes, by: By) -> PasskeyOptions:
    await request.app.state.rates.hit(passkeys.CEREMONIES, str(by.require_session()))
    return PasskeyOptions.model_validate(
        await passkeys.begin_confirmation(session, site=_site(request), by=by)
    )


@post("/me/proof/passkey", summary="Prove with a passkey that it is me", tags=["accounts"], status_code=200)
async def prove_with_passkey(
    request: Request[Any, Any, Any], session: Writes, by: By, data: JSONBody[PasskeyAnswer]
) -> Response[SignedIn]:
    await request.app.state.rates.hit(SIGN_IN, str(by.require_session()))
    await passkeys.confirm(session, data.challenge_id, data.credential, site=_site(request), by=by)
    token = await sessions.proved(session, own_session_of(request), Proof.PASSKEY)
    return signed_in(request, token, status=200)


def _site(request: Request[Any, Any, Any]) -> passkeys.Site:
    return passkeys.site(request.app.state.base_url)


HANDLERS = [
    ask_reset, reset_password, change_password, ask_email_change, complete_email_change, prove, second_factor, start_totp,
    confirm_totp, disable_totp, renew_recovery_codes, my_passkeys, passkey_options, add_passkey, remove_passkey, proof_options,
    prove_with_passkey,
]  # fmt: skip
