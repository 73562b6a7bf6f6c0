"""Pages of « Sécurité »: what I sign in with, and where I am signed in."""

from typing import Any
from uuid import UUID

import segno
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from pydantic import Field
from sqlalchemy import select

from marketplace.accounts.models import Person, Proof
from marketplace.accounts.passwords import LONGEST
from marketplace.db import ReadSession, Session
from marketplace.sign_in import email_change, passkeys, passwords, recovery, sessions, totp
from marketplace.sign_in.cookies import own_session_of, proof_of, session_id_of, with_session
from marketplace.sign_in.security_api import passkey_only
from marketplace.web.forms import Form
from marketplace.web.pages import local_path, page, redirect
from marketplace.web.rates import RESET, SIGN_IN
from marketplace.web.schemas import Input
from marketplace.web.transaction import By, Reads, Writes
from marketplace.words import N_

HOME = "/compte/securite"
PROOFS = {
    Proof.PASSWORD: N_("mot de passe"),
    Proof.TOTP: N_("mot de passe et code"),
    Proof.RECOVERY: N_("mot de passe et code de secours"),
    Proof.PASSKEY: N_("clé d’accès"),
    Proof.PROCONNECT: N_("ProConnect"),
}


class PasswordForm(Input):
    current: str = Field(max_length=1000)
    password: str = Field(max_length=1000)


class EmailForm(Input):
    email: str = Field(max_length=320)
    password: str = Field(max_length=1000)


class CodeForm(Input):
    code: str = Field(max_length=100)


class ConfirmForm(Input):
    password: str = Field(max_length=1000)
    suite: str = HOME


@get(HOME)
async def security(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    person_id = by.require_session()
    return page(
        request,
        "sign_in/security.html",
        person=await _person(reads, by),
        codes=await totp.enabled(reads, person_id),
        codes_left=await recovery.left(reads, person_id),
        passkeys=await passkeys.mine(reads, by),
        sessions=await sessions.mine(reads, by),
        current=session_id_of(request),
        proofs=PROOFS,
    )


# password and address


@get("/compte/mot-de-passe")
async def password_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    return await _password(request, reads, by, Form())


@post("/compte/mot-de-passe", status_code=303)
async def change_password(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    await request.app.state.rates.hit(SIGN_IN, str(by.require_session()))
    form = await Form.read(request, PasswordForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await passwords.change(session, current=typed.current, new=typed.password, by=by)
    if form.failed:
        return await _password(request, session, by, form)
    await sessions.end_others(session, own_session_of(request), by=by)
    token = await sessions.renewed(session, own_session_of(request))
    return with_session(
        request,
        redirect(HOME, N_("Votre mot de passe est changé, et vos autres sessions sont fermées.")),
        token,
    )


@get("/compte/adresse")
async def email_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    return await _email(request, reads, by, Form())


@post("/compte/adresse", status_code=303)
async def ask_email_change(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    await request.app.state.rates.hit(RESET, str(by.require_session()))
    form = await Form.read(request, EmailForm)
    async with form.attempt(session):
        if not form.failed:
            typed = form.value()
            await email_change.ask(session, typed.email, password=typed.password, by=by)
    if form.failed:
        return await _email(request, session, by, form)
    return redirect(
        HOME,
        N_(
            "Un lien de confirmation part à la nouvelle adresse. Il est valable deux heures, avec votre session."
        ),
    )


@get("/compte/adresse/{token:str}")
async def new_email_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, token: FromPath[str]
) -> Response[str]:
    found = await email_change.look(reads, token, secret=request.app.state.secret, by=by)
    return page(request, "sign_in/new_email.html", token=token, email=found.bound_to)


@post("/compte/adresse/{token:str}", status_code=303)
async def complete_email_change(
    request: Request[Any, Any, Any], session: Writes, by: By, token: FromPath[str]
) -> Response[Any]:
    email = await email_change.complete(session, token, secret=request.app.state.secret, by=by)
    return redirect(HOME, N_("Votre adresse est maintenant {email}."), email=email)


# codes by application


@get("/compte/securite/codes")
async def codes_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    return await _codes(request, reads, by, Form())


@post("/compte/securite/codes", status_code=303)
async def start_codes(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    await totp.start(session, secret=request.app.state.secret, by=by)
    return redirect("/compte/securite/codes")


@post("/compte/securite/codes/confirmation", status_code=200)
async def confirm_codes(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[str]:
    form = await Form.read(request, CodeForm)
    made: list[str] = []
    async with form.attempt(session):
        if not form.failed:
            made = await totp.confirm(session, form.value().code, secret=request.app.state.secret, by=by)
    if form.failed:
        return await _codes(request, session, by, form)
    return page(request, "sign_in/recovery_codes.html", codes=made)


@post("/compte/securite/codes/retrait", status_code=303)
async def disable_codes(session: Writes, by: By) -> Response[Any]:
    await totp.disable(session, by=by)
    return redirect(HOME, N_("Les codes par application sont désactivés."))


@post("/compte/securite/codes-de-secours", status_code=200)
async def renew_recovery_codes(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[str]:
    made = await recovery.renew(session, secret=request.app.state.secret, by=by)
    return page(request, "sign_in/recovery_codes.html", codes=made)


# passkeys and sessions


@post("/compte/securite/cles/{passkey_id:uuid}/retrait", status_code=303)
async def remove_passkey(
    request: Request[Any, Any, Any], session: Writes, by: By, passkey_id: FromPath[UUID]
) -> Response[Any]:
    await passkeys.remove(
        session, passkey_id, by=by, staff_passkey=request.app.state.staff_passkey, proof=proof_of(request)
    )
    return redirect(HOME, N_("La clé d’accès est retirée. Effacez-la aussi de l’appareil qui la garde."))


@post("/compte/securite/sessions/{session_id:uuid}/fin", status_code=303)
async def end_session(session: Writes, by: By, session_id: FromPath[UUID]) -> Response[Any]:
    by.require_session()
    await sessions.end_one(session, session_id, by=by)
    return redirect(HOME, N_("La session est fermée."))


@post("/compte/securite/sessions/autres/fin", status_code=303)
async def end_other_sessions(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    by.require_session()
    await sessions.end_others(session, own_session_of(request), by=by)
    return redirect(HOME, N_("Vos autres sessions sont fermées."))


# proving again that it is me


@get("/compte/confirmer")
async def confirm_page(
    request: Request[Any, Any, Any], reads: Reads, by: By, suite: FromQuery[str] = HOME
) -> Response[str]:
    return await _confirm(request, reads, by, Form(), local_path(suite, HOME))


@post("/compte/confirmer", status_code=303)
async def confirm(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    await request.app.state.rates.hit(SIGN_IN, str(by.require_session()))
    form = await Form.read(request, ConfirmForm)
    suite = local_path(str(form.get("suite", HOME)), HOME)
    async with form.attempt(session):
        if not form.failed and not passkey_only(request):
            await passwords.confirm(session, form.value().password, by=by)
    if form.failed or passkey_only(request):
        return await _confirm(request, session, by, form, suite)
    token = await sessions.proved(session, own_session_of(request), Proof.PASSWORD)
    return with_session(request, redirect(suite, N_("Merci : vous pouvez continuer.")), token)


async def _person(reads: ReadSession | Session, by: By) -> Person:
    return (await reads.execute(select(Person).where(Person.id == by.require_session()))).scalar_one()


async def _password(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, form: Form[Any]
) -> Response[str]:
    person = await _person(reads, by)
    status = 422 if form.failed else 200
    return page(request, "sign_in/password.html", status=status, form=form, person=person, most=LONGEST)


async def _email(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, form: Form[Any]
) -> Response[str]:
    person = await _person(reads, by)
    return page(request, "sign_in/email.html", status=422 if form.failed else 200, form=form, person=person)


async def _codes(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, form: Form[Any]
) -> Response[str]:
    """Off, awaiting a first code, or on."""
    person_id = by.require_session()
    seed = image = ""
    on = await totp.enabled(reads, person_id)
    if not on and await totp.started(reads, person_id):
        seed, uri = await totp.pending(reads, secret=request.app.state.secret, by=by)
        image = segno.make(uri, error="m").svg_data_uri(scale=5, light="white")
    return page(
        request,
        "sign_in/codes.html",
        status=422 if form.failed else 200,
        form=form,
        on=on,
        seed=" ".join(seed[i : i + 4] for i in range(0, len(seed), 4)),
        image=image,
        left=await recovery.left(reads, person_id),
    )


async def _confirm(
    request: Request[Any, Any, Any], reads: ReadSession | Session, by: By, form: Form[Any], suite: str
) -> Response[str]:
    person = await _person(reads, by)
    return page(
        request,
        "sign_in/confirm.html",
        status=422 if form.failed else 200,
        form=form,
        suite=suite,
        by_password=person.password_hash is not None and not passkey_only(request),
        by_passkey=bool(await passkeys.mine(reads, by)),
    )


HANDLERS = [
    security, password_page, change_password, email_page, ask_email_change, new_email_page, complete_email_change, codes_page,
    start_codes, confirm_codes, disable_codes, renew_recovery_codes, remove_passkey, end_session, end_other_sessions,
    confirm_page, confirm,
]  # fmt: skip
