"""Pages: sign in, give a code, sign out, my account, my language, a forgotten password."""

from typing import Annotated, Any
from urllib.parse import quote

from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from pydantic import Field

from marketplace.accounts import queries
from marketplace.accounts.passwords import LONGEST
from marketplace.actor import ROLE_NAMES
from marketplace.errors import Invalid, SignInNeeded, wrong
from marketplace.ids import OrganisationId
from marketplace.joining import queries as joining_queries
from marketplace.joining.lifecycle import CLAIM_STATE_NAMES
from marketplace.sign_in import half_open, passwords, reset, sessions
from marketplace.sign_in.authentication import passkey_awaited
from marketplace.sign_in.cookies import (
    device_of,
    half_open_of,
    own_session_of,
    session_id_of,
    with_half_open,
    with_session,
)
from marketplace.sign_in.proconnect_pages import leave_provider
from marketplace.sign_in.schemas import ActFor
from marketplace.web import cookies
from marketplace.web.context import client_address
from marketplace.web.forms import Form
from marketplace.web.i18n import LANGUAGES
from marketplace.web.pages import local_path, page, redirect
from marketplace.web.rates import RESET, SECOND_FACTOR, SIGN_IN
from marketplace.web.schemas import Input
from marketplace.web.transaction import By, Reads, Writes, actor_of
from marketplace.words import N_


class SignInForm(Input):
    email: str = Field(max_length=320)
    password: str = Field(max_length=1000)
    suite: str = "/"


class CodeForm(Input):
    code: str = Field(max_length=100)
    suite: str = "/"


class AskResetForm(Input):
    email: str = Field(max_length=320)


class ResetForm(Input):
    password: str = Field(max_length=1000)


@get("/connexion")
async def sign_in_page(request: Request[Any, Any, Any], suite: FromQuery[str] = "/") -> Response[str]:
    return _sign_in(request, Form(), local_path(suite))


@post("/connexion", status_code=303)
async def sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    form = await Form.read(request, SignInForm)
    if form.failed:
        return _sign_in(request, form, local_path(str(form.get("suite", "/"))), status=422)
    typed = form.value()
    tries = (SIGN_IN, client_address(request), typed.email.lower())
    await request.app.state.rates.hit(*tries)
    suite = local_path(typed.suite)
    try:
        found = await passwords.sign_in(
            request.app.state.database, email=typed.email, password=typed.password, device=device_of(request)
        )
    except passwords.WrongCredentials as refusal:
        refused: Form[SignInForm] = Form({"email": typed.email}, faults=[wrong("email", refusal.sentence)])
        return _sign_in(request, refused, suite, status=422)
    await request.app.state.rates.passed(*tries)
    await sessions.leave(request.app.state.database, actor_of(request), session_id_of(request))
    if isinstance(found, passwords.CodeAwaited):
        to = Redirect(f"/connexion/code?suite={quote(suite)}", status_code=303)
        return with_half_open(request, to, found.token)
    return await _arrived(request, found.token, suite)


@get("/connexion/code")
async def code_page(request: Request[Any, Any, Any], suite: FromQuery[str] = "/") -> Response[Any]:
    try:
        await half_open_of(request)
    except half_open.HalfOpenEnded as ended:
        return redirect("/connexion", ended.sentence)
    return page(request, "sign_in/code.html", form=Form(), suite=local_path(suite))


@post("/connexion/code", status_code=303)
async def give_code(request: Request[Any, Any, Any]) -> Response[Any]:
    form = await Form.read(request, CodeForm)
    suite = local_path(str(form.get("suite", "/")))
    try:
        half = await half_open_of(request)
        if not form.failed:
            await request.app.state.rates.hit(SECOND_FACTOR, str(half.person_id))
            token = await half_open.complete(
                request.app.state.database, half, code=form.value().code, secret=request.app.state.secret,
                device=device_of(request),
            )  # fmt: skip
            return await _arrived(request, token, suite)
    except half_open.HalfOpenEnded as ended:
        return redirect("/connexion", ended.sentence)
    except Invalid as refusal:
        form = Form({}, faults=list(refusal.fields))
    return page(request, "sign_in/code.html", status=422, form=form, suite=suite)


@post("/deconnexion", status_code=303)
async def sign_out(request: Request[Any, Any, Any], session: Writes) -> Response[Any]:
    session_id = session_id_of(request)
    elsewhere = None
    if session_id is not None:
        elsewhere = await leave_provider(request, session, session_id)
        await sessions.sign_out(session, session_id)
    return with_session(request, elsewhere or redirect("/", N_("Vous êtes déconnecté.")), None)


@get("/mot-de-passe-oublie")
async def forgotten_page(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "sign_in/forgotten.html", form=Form(), asked=False)


@post("/mot-de-passe-oublie", status_code=200)
async def ask_reset(request: Request[Any, Any, Any], session: Writes) -> Response[str]:
    form = await Form.read(request, AskResetForm)
    if form.failed:
        return page(request, "sign_in/forgotten.html", status=422, form=form, asked=False)
    email = form.value().email
    await request.app.state.rates.hit(RESET, client_address(request), email.lower())
    await reset.ask(session, email)
    return page(request, "sign_in/forgotten.html", form=Form(), asked=True)


@get("/mot-de-passe/{token:str}")
async def reset_page(request: Request[Any, Any, Any], reads: Reads, token: FromPath[str]) -> Response[str]:
    await reset.look(reads, token, secret=request.app.state.secret)
    return page(request, "sign_in/reset.html", form=Form(), token=token, most=LONGEST)


@post("/mot-de-passe/{token:str}", status_code=303)
async def reset_password(request: Request[Any, Any, Any], token: FromPath[str]) -> Response[Any]:
    await request.app.state.rates.hit(SIGN_IN, client_address(request))
    form = await Form.read(request, ResetForm)
    try:
        if not form.failed:
            await reset.reset(
                request.app.state.database, token, form.value().password, secret=request.app.state.secret
            )
            said = N_("Votre mot de passe est changé, et vos sessions sont fermées. Connectez-vous.")
            return with_session(request, redirect("/connexion", said), None)
    except Invalid as refusal:
        form = Form({}, faults=list(refusal.fields))
    return page(request, "sign_in/reset.html", status=422, form=form, token=token, most=LONGEST)


@get("/compte")
async def account(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    if not by.signed_in:
        raise SignInNeeded
    organisations = await queries.mine(reads, by)
    return page(
        request,
        "sign_in/account.html",
        organisations=organisations,
        claims=await joining_queries.my_claims(reads, by),
        claim_states=CLAIM_STATE_NAMES,
        role_names=ROLE_NAMES,
        in_order=joining_queries.in_order,
        roles=[ROLE_NAMES[role] for role in joining_queries.in_order(by.roles)],
    )


@post("/compte/organisation", status_code=303)
async def act_for(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    session_id = own_session_of(request)
    chosen = (await Form.read(request, ActFor)).value()
    token = await sessions.act_for(session, by, session_id, OrganisationId(chosen.organisation_id))
    return with_session(
        request, redirect("/compte", N_("Vous agissez maintenant pour cette organisation.")), token
    )


@get("/langue/{code:str}")
async def choose_language(
    code: FromPath[str], suite: Annotated[str, QueryParameter(max_length=2000)] = "/"
) -> Redirect:
    answer = Redirect(local_path(suite), status_code=303)
    if code in LANGUAGES:
        answer.cookies.append(cookies.cookie("langue", code, max_age=31_536_000))
    return answer


async def _arrived(request: Request[Any, Any, Any], token: str, suite: str) -> Response[Any]:
    """Signed in: to where they were going, or to their passkeys when they act for nobody without one."""
    to = "/compte/securite" if await passkey_awaited(request, token) else suite
    return with_session(request, Redirect(to, status_code=303), token)


def _sign_in(
    request: Request[Any, Any, Any], form: Form[Any], suite: str, *, status: int = 200
) -> Response[str]:
    return page(
        request,
        "sign_in/sign_in.html",
        status=status,
        form=form,
        suite=suite,
        proconnect=request.app.state.proconnect is not None,
        demo_people=request.app.state.demo_people,
        demo_password=request.app.state.demo_password,
    )


HANDLERS = [
    sign_in_page, sign_in, code_page, give_code, sign_out, forgotten_page, ask_reset, reset_page, reset_password, account,
    act_for, choose_language,
]  # fmt: skip
