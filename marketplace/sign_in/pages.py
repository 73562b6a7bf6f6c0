"""Pages: sign in, sign out, my account, my language."""

from typing import Annotated, Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect
from pydantic import Field

from marketplace.accounts import joining_queries, queries
from marketplace.accounts.lifecycle import CLAIM_STATE_NAMES
from marketplace.actor import ROLE_NAMES
from marketplace.errors import SignInNeeded, wrong
from marketplace.ids import OrganisationId
from marketplace.sign_in import sessions
from marketplace.sign_in.api import session_id_of, with_session
from marketplace.sign_in.schemas import ActFor
from marketplace.web.forms import Form
from marketplace.web.i18n import LANGUAGES
from marketplace.web.pages import local_path, page, redirect
from marketplace.web.schemas import Input
from marketplace.web.transaction import By, Reads, Writes, actor_of
from marketplace.words import N_


class SignInForm(Input):
    email: str = Field(max_length=320)
    password: str = Field(max_length=1000)
    suite: str = "/"


@get("/connexion")
async def sign_in_page(request: Request[Any, Any, Any], suite: FromQuery[str] = "/") -> Response[str]:
    return _sign_in(request, Form(), local_path(suite))


@post("/connexion", status_code=303)
async def sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    form = await Form.read(request, SignInForm)
    if form.failed:
        return _sign_in(request, form, local_path(str(form.get("suite", "/"))), status=422)
    typed = form.value()
    try:
        token = await sessions.sign_in(request.app.state.database, email=typed.email, password=typed.password)
    except sessions.WrongCredentials as refusal:
        refused: Form[SignInForm] = Form({"email": typed.email}, faults=[wrong("email", refusal.sentence)])
        return _sign_in(request, refused, local_path(typed.suite), status=422)
    await sessions.leave(request.app.state.database, actor_of(request), session_id_of(request))
    return with_session(request, Redirect(local_path(typed.suite), status_code=303), token)


@post("/deconnexion", status_code=303)
async def sign_out(request: Request[Any, Any, Any], session: Writes) -> Response[Any]:
    session_id = session_id_of(request)
    if session_id is not None:
        await sessions.sign_out(session, session_id)
    return with_session(request, redirect("/", N_("Vous êtes déconnecté.")), None)


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
    session_id = session_id_of(request)
    if session_id is None:
        raise SignInNeeded
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
        answer.cookies.append(
            Cookie("langue", value=code, max_age=31_536_000, httponly=True, samesite="lax", path="/")
        )
    return answer


def _sign_in(
    request: Request[Any, Any, Any], form: Form[Any], suite: str, *, status: int = 200
) -> Response[str]:
    return page(
        request,
        "sign_in/sign_in.html",
        status=status,
        form=form,
        suite=suite,
        demo_people=request.app.state.demo_people,
        demo_password=request.app.state.demo_password,
    )


HANDLERS = [sign_in_page, sign_in, sign_out, account, act_for, choose_language]
