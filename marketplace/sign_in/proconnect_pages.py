"""Pages of ProConnect: going there, coming back, linking an account that was there before, and signing out of both.

The browser goes to the provider by a link and never by a form: our pages let forms lead to this site only, redirects
included. For the same reason signing out is a page of ours that moves on by itself.
"""

import hmac
import secrets
from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.response import Redirect

from marketplace.accounts.models import Person
from marketplace.actor import ANONYMOUS
from marketplace.db import ReadSession, Session
from marketplace.errors import DomainError, NotFound, SignInNeeded
from marketplace.ids import PersonId
from marketplace.sign_in import identities, sealed, sessions
from marketplace.sign_in.authentication import passkey_awaited
from marketplace.sign_in.cookies import device_of, session_id_of, with_session
from marketplace.sign_in.proconnect import (
    CALLBACK,
    SIGNED_OUT,
    AnswerRefused,
    Asserted,
    AttemptOver,
    GivenUp,
    NoAnswer,
    ProConnect,
)
from marketplace.web.context import client_address
from marketplace.web.pages import local_path, page, redirect
from marketplace.web.problems import status_of
from marketplace.web.rates import Rule
from marketplace.web.transaction import By, Reads, Writes, actor_of
from marketplace.words import N_

START = "/connexion/proconnect"
LINK = "/connexion/proconnect/lien"
NO_TOWN = "/connexion/proconnect/organisation"
TRIES = Rule("proconnect", ((600, 300),))
"""Subject: the client's address; a whole town hall may share one."""
LINK_LIVES = 900
SEALED_LINK = "proconnect link"
BROWSER, PENDING, LEAVING = "proconnect", "proconnect-link", "proconnect-out"
"""Our cookies: the browser that a sign-in began in, an identity to be linked, a sign-out under way."""
REFUSALS = (AnswerRefused, AttemptOver, GivenUp, NoAnswer, identities.AddressNotVouched)


@get(START)
async def start(request: Request[Any, Any, Any], suite: FromQuery[str] = "/") -> Response[Any]:
    """Off to the provider, with a state and a nonce of 43 characters that only this browser can bring back."""
    provider = _provider(request)
    await request.app.state.rates.hit(TRIES, client_address(request))
    state, nonce, browser, verifier = (secrets.token_urlsafe(32) for _ in range(4))
    try:
        address = await provider.authorization(state=state, nonce=nonce, verifier=verifier)
    except NoAnswer as refusal:
        return _refused(request, refusal, local_path(suite))
    await identities.begin(
        request.app.state.database, state=state, browser=browser,
        attempt=identities.Attempt(nonce=nonce, verifier=verifier, return_to=local_path(suite[:2000])),
    )  # fmt: skip
    return _with_cookie(request, Redirect(address, status_code=303), BROWSER, browser, max_age=600)


@get(CALLBACK)
async def come_back(request: Request[Any, Any, Any]) -> Response[Any]:
    """Back from the provider. Whatever comes of it, the attempt is used up."""
    provider = _provider(request)
    said = request.query_params
    database, return_to = request.app.state.database, "/"
    try:
        attempt = await identities.take(
            database, state=str(said.get("state", "")), browser=_cookie(request, BROWSER)
        )
        return_to = attempt.return_to
        await provider.refuse_other_issuer(said.get("iss"))
        if "error" in said:
            raise GivenUp if said["error"] == "access_denied" else AnswerRefused
        asserted = await provider.asserted(
            code=str(said.get("code", ""))[:4096], nonce=attempt.nonce, verifier=attempt.verifier
        )
        entered = await identities.enter(
            database, asserted, secret=request.app.state.secret, device=device_of(request)
        )
    except identities.SignInAsUsual as known:
        return _to_link(request, asserted, known.person_id)
    except REFUSALS as refusal:
        return _without_cookie(request, _refused(request, refusal, return_to), BROWSER)
    await sessions.leave(database, actor_of(request), session_id_of(request))
    answer = with_session(request, await _welcome(request, entered, return_to), entered.token)
    return _without_cookie(request, answer, BROWSER)


@get(LINK)
async def link_page(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    """Asks for the usual sign-in, or, once it is done, whether to link."""
    _provider(request)
    pending = _pending(request)
    theirs = pending is not None and by.person_id == pending[1]
    person = await reads.get(Person, by.person_id) if by.channel == "session" else None
    return page(
        request, "sign_in/proconnect_link.html", pending=pending[0] if pending else None,
        ready=theirs, other=by.signed_in and not theirs, email=person.email if person else "", link=LINK,
    )  # fmt: skip


@post(LINK, status_code=303)
async def link(request: Request[Any, Any, Any], session: Writes, by: By) -> Response[Any]:
    _provider(request)
    by.require_recent_proof()
    pending = _pending(request)
    if pending is None:
        raise AttemptOver
    await identities.link(session, by, pending[0], person_id=pending[1])
    said = N_("Votre compte est relié : vous pourrez vous connecter avec ProConnect.")
    return _without_cookie(request, redirect("/compte", said), PENDING)


@get(NO_TOWN)
async def no_town(request: Request[Any, Any, Any], reads: Reads, by: By) -> Response[str]:
    """Where somebody lands whom no organisation of ours counts among its people."""
    if not by.signed_in:
        raise SignInNeeded
    return page(request, "sign_in/proconnect_no_town.html", siret=await identities.establishment(reads, by))


@get(SIGNED_OUT)
async def signed_out(request: Request[Any, Any, Any]) -> Response[Any]:
    """Back from the provider's sign-out; the sentence is only for who left from here."""
    state, expected = request.query_params.get("state", ""), _cookie(request, LEAVING)
    ours = bool(expected) and hmac.compare_digest(state.encode(errors="replace"), expected.encode())
    answer = redirect("/", N_("Vous êtes déconnecté, de Lot Commun et de ProConnect.") if ours else None)
    return _without_cookie(request, answer, LEAVING)


async def leave_provider(
    request: Request[Any, Any, Any], reads: Session | ReadSession, session_id: UUID
) -> Response[Any] | None:
    """The page that ends the provider's session too, for a session that came from it; None for any other.

    To be asked before the session is ended, and answered after.
    """
    provider: ProConnect | None = request.app.state.proconnect
    if provider is None:
        return None
    id_token = await identities.id_token_of(reads, session_id, secret=request.app.state.secret)
    if id_token is None:
        return None
    state = secrets.token_urlsafe(32)
    address = await provider.sign_out_address(id_token=id_token, state=state)
    if address is None:
        return redirect(
            "/",
            N_(
                "Vous êtes déconnecté de Lot Commun. ProConnect ne répond pas : fermez aussi votre navigateur."
            ),
        )
    request.scope["user"] = ANONYMOUS  # the page is for who has left
    request.scope["session_token"] = ""  # type: ignore[typeddict-unknown-key]
    answer: Response[Any] = page(request, "sign_in/proconnect_leaving.html", address=address)
    answer.headers["Refresh"] = f"0; url={address}"
    return _with_cookie(request, answer, LEAVING, state, max_age=600)


def _provider(request: Request[Any, Any, Any]) -> ProConnect:
    """The provider of the settings; without one, these pages are not there."""
    found: ProConnect | None = request.app.state.proconnect
    if found is None:
        raise NotFound
    return found


def _refused(request: Request[Any, Any, Any], refusal: DomainError, suite: str) -> Response[Any]:
    return page(
        request, "sign_in/proconnect_refused.html", status=status_of(refusal), sentence=refusal.sentence, suite=suite
    )  # fmt: skip


async def _welcome(
    request: Request[Any, Any, Any], entered: identities.Entered, return_to: str
) -> Response[Any]:
    """Where they were going; to their passkeys when they act for nobody without one, and to the registration when for nobody at all."""
    if await passkey_awaited(request, entered.token):
        return redirect("/compte/securite")
    if not entered.acts:
        return redirect(NO_TOWN)
    if entered.attached_to is None:
        return redirect(return_to)
    return redirect(
        return_to,
        N_(
            "Vous êtes rattaché à {town} avec le rôle « lecture ». Un administrateur de {town} peut vous en donner d’autres."
        ),
        town=entered.attached_to,
    )


def _to_link(
    request: Request[Any, Any, Any], asserted: Asserted, person_id: PersonId
) -> Response[Any]:  # fmt: skip
    """Keep what the provider vouched for, sealed, in this browser, until its person has signed in as usual."""
    kept = {
        "issuer": asserted.issuer, "subject": asserted.subject, "email": asserted.email, "name": asserted.name,
        "siret": asserted.siret, "person_id": str(person_id),
    }  # fmt: skip
    value = sealed.seal(request.app.state.secret, SEALED_LINK, kept, lifetime=LINK_LIVES)
    answer = _with_cookie(request, redirect(LINK), PENDING, value, max_age=LINK_LIVES)
    return _without_cookie(request, answer, BROWSER)


def _pending(request: Request[Any, Any, Any]) -> tuple[Asserted, PersonId] | None:
    kept = sealed.unseal(request.app.state.secret, SEALED_LINK, _cookie(request, PENDING))
    if kept is None:
        return None
    person_id = PersonId(UUID(kept.pop("person_id")))
    return Asserted(**kept, id_token=""), person_id


def _cookie(request: Request[Any, Any, Any], name: str) -> str:
    return request.cookies.get(_named(request, name), "")


def _named(request: Request[Any, Any, Any], name: str) -> str:
    """`__Host-` binds the cookie to this host over HTTPS; plain HTTP on loopback cannot have it."""
    return f"__Host-{name}" if request.app.state.secure_cookies else name


def _with_cookie(
    request: Request[Any, Any, Any], answer: Response[Any], name: str, value: str, *, max_age: int
) -> Response[Any]:
    answer.set_cookie(
        _named(request, name), value, max_age=max_age, httponly=True, samesite="lax",
        secure=request.app.state.secure_cookies, path="/",
    )  # fmt: skip
    return answer


def _without_cookie(request: Request[Any, Any, Any], answer: Response[Any], name: str) -> Response[Any]:
    return _with_cookie(request, answer, name, "", max_age=0)


HANDLERS = [start, come_back, link_page, link, no_town, signed_out]
