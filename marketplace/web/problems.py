"""Errors meet HTTP once: the same exception is `application/problem+json` for programs and a page for people.

A problem has a stable `code`, a sentence in the request's language, the facts, and every field error at once. Nothing of
an unexpected failure is shown but the request's id, under which its log line can be found.
"""

import json
import re
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Litestar, MediaType, Request, Response
from litestar.exceptions import ClientException, HTTPException, ValidationException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.response import Redirect
from litestar.routes import HTTPRoute
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

from marketplace import logs
from marketplace.actor import PasskeyNeeded, ProofNeeded
from marketplace.db import as_unavailable
from marketplace.errors import (
    Conflict,
    DomainError,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    SignInNeeded,
    StaleVersion,
    TooLarge,
    Unavailable,
    VersionNeeded,
)
from marketplace.web import i18n
from marketplace.web.rates import TooOften
from marketplace.web.validation import SENTENCES, from_parameter, from_pydantic
from marketplace.words import N_

PROBLEM_JSON = "application/problem+json"
STATUSES: tuple[tuple[type[DomainError], int], ...] = (
    (SignInNeeded, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (StaleVersion, 412),
    (VersionNeeded, 428),
    (Conflict, 409),
    (TooLarge, 413),
    (Invalid, 422),
    (Unavailable, 503),
    (TooOften, 429),
)
"""The most particular first."""

HTTP_TITLES = {
    400: N_("Cette demande n’est pas lisible."),
    401: SignInNeeded.sentence,
    403: Forbidden.sentence,
    404: NotFound.sentence,
    405: N_("Cette adresse n’accepte pas cette méthode."),
    406: N_("Aucun format que vous acceptez n’est disponible."),
    413: N_("Cette demande est trop grosse."),
    415: N_("Ce format n’est pas accepté : envoyez du JSON, ou un formulaire."),
}

MISSING = re.compile(r"Missing required \w+ parameter '(?P<name>[^']+)'")
"""How the framework says that a query parameter is not there."""

UNEXPECTED = N_("Une erreur inattendue s’est produite. Elle est enregistrée sous le numéro {request_id}.")

log = logs.logger(__name__)


class EditedMeanwhile(Conflict):
    """Two people changed the same thing at once; the second lost nothing but must look again."""

    code = "edited_meanwhile"
    sentence = N_(
        "Quelqu’un vient de modifier cet élément en même temps que vous. Relisez-le, puis recommencez."
    )


def status_of(error: DomainError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 400)


def as_domain_error(error: Exception) -> DomainError | None:
    """The domain's word for what the database or a driver refused, or None when it is none of our users' doing."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, StaleDataError):
        return EditedMeanwhile()
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        if state in {"40001", "40P01", "55P03"}:
            return EditedMeanwhile()
        if state.startswith("22"):
            return Invalid([FieldError("", N_("Une valeur dépasse ce qui peut être enregistré."), "value")])
    if isinstance(error, UnicodeEncodeError):
        return Invalid(
            [
                FieldError(
                    "",
                    N_("Un texte contient des caractères qui ne peuvent pas être enregistrés."),
                    "characters",
                )
            ]
        )
    return as_unavailable(error)


def handle(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Litestar's handler of every exception."""
    error = _without_group(error)
    if isinstance(error, UnicodeDecodeError) or (
        isinstance(error, RecursionError) and "deserializing" in str(error)
    ):  # a body that is not UTF-8, or JSON nested a thousand deep
        error = ClientException()
    domain = as_domain_error(error)
    if domain is not None:
        status, code, title = status_of(domain), domain.code, i18n.say(domain)
        fields = list(domain.fields) if isinstance(domain, Invalid) else []
        facts = {name: value for name, value in domain.facts.items() if isinstance(value, str | int | bool)}
        if isinstance(domain, Unavailable):
            log.error("unavailable", code=code, cause=repr(error))
    elif isinstance(error, HTTPException) and error.status_code < 500:
        status, code, facts = error.status_code, f"http_{error.status_code}", {}
        title = i18n.translate(HTTP_TITLES.get(status, error.detail))
        fields = list(_validation_fields(error)) if isinstance(error, ValidationException) else []
        if fields:
            status, code, title = 422, Invalid.code, i18n.translate(Invalid.sentence)
    else:
        log.error("unexpected", exc_info=error, path=request.scope["path"])
        status, code, fields, facts = 500, "unexpected", [], {}
        title = i18n.translate(UNEXPECTED).format(request_id=_request_id(request))
    answer = _answer(request, status, code, title, fields, facts)
    if status == 405:
        answer.headers["Allow"] = ", ".join(methods_at(request.app, request.scope["path"]))
    if isinstance(domain, TooOften):
        answer.headers["Retry-After"] = str(domain.seconds)
    return answer


def methods_at(app: Litestar, path: str) -> list[str]:
    """The methods that an address of the application accepts, in order."""
    found: set[str] = {"OPTIONS"}
    for route in app.routes:
        pattern = re.sub(r"\\\{[^{}]*\\\}", "[^/]+", re.escape(route.path))
        if isinstance(route, HTTPRoute) and re.fullmatch(pattern, path):
            found |= set(route.methods)
    return sorted(found)


def _answer(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    title: str,
    fields: list[FieldError],
    facts: dict[str, Any],
) -> Response[Any]:
    if wants_json(request):
        return problem(request, status=status, code=code, title=title, fields=fields, facts=facts)
    if status == 401 and request.method == "GET":
        return Redirect(f"/connexion?suite={quote(request.url.path)}", status_code=303)
    if code == ProofNeeded.code:
        return Redirect(f"/compte/confirmer?suite={quote(_page_of(request))}", status_code=303)
    if code == PasskeyNeeded.code and request.method == "GET":
        return Redirect("/compte/securite", status_code=303)
    return _page(request, status=status, code=code, title=title, fields=fields)


class ProblemField(BaseModel):
    """One wrong value: where, a stable code, what is accepted."""

    path: str
    code: str
    message: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457). `code` is stable; `errors` names every wrong value at once."""

    type: str
    title: str
    status: int
    code: str
    instance: str
    request_id: str
    facts: dict[str, Any] | None = None
    errors: list[ProblemField] | None = None


REFUSALS = {
    status: ResponseSpec(Problem, description=HTTPStatus(status).phrase, media_type=PROBLEM_JSON)
    for status in (400, 401, 403, 404, 409, 412, 422, 428, 429)
}
"""What every operation of the API may answer instead, as OpenAPI describes it."""


def documented(handlers: Sequence[HTTPRouteHandler]) -> Sequence[HTTPRouteHandler]:
    """`handlers`, each with what it may refuse in its OpenAPI description."""
    for handler in handlers:
        handler.responses = {**REFUSALS, **(handler.responses or {})}
    return handlers


def problem(
    request: Request[Any, Any, Any],
    *,
    status: int,
    code: str,
    title: str,
    fields: list[FieldError] | None = None,
    facts: dict[str, Any] | None = None,
) -> Response[bytes]:
    """A problem+json answer."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "code": code,
        "instance": request.url.path,
        "request_id": _request_id(request),
    }
    if facts:
        body["facts"] = facts
    if fields:
        body["errors"] = [{"path": f.path, "code": f.code, "message": i18n.say(f)} for f in fields]
    return Response(
        json.dumps(body, ensure_ascii=False).encode(),
        status_code=status,
        media_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store"},
    )


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """Whether the asker is a program: the API always, elsewhere by what it accepts."""
    path = request.scope["path"]
    if path.startswith(("/api/", "/schema")):
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def _page_of(request: Request[Any, Any, Any]) -> str:
    """The page that the request was made from, to come back to: itself, or the one whose form it sends."""
    if request.method == "GET":
        return request.url.path
    return urlsplit(request.headers.get("referer", "")).path or "/compte"


def _validation_fields(error: ValidationException) -> Iterator[FieldError]:
    faults = getattr(error.__cause__, "errors", None)
    if isinstance(faults, list):
        yield from from_pydantic(faults)
        return
    if missing := MISSING.match(error.detail):
        yield FieldError(missing["name"], SENTENCES["missing"], "required")
    for extra in error.extra or ():
        if isinstance(extra, dict):
            yield from_parameter(str(extra.get("key", "")), str(extra.get("message", "")))


def _request_id(request: Request[Any, Any, Any]) -> str:
    return str(request.scope.get("request_id", ""))


def _without_group(error: Exception) -> Exception:
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _page(
    request: Request[Any, Any, Any], *, status: int, code: str, title: str, fields: list[FieldError]
) -> Response[str]:
    """The error page, rendered without a database or a session: both may be what failed."""
    from marketplace.web.pages import render_bare

    html = render_bare(
        request,
        "error.html",
        status=status,
        code=code,
        sentence=title,
        fields=[(f.path, i18n.say(f)) for f in fields],
    )
    return Response(
        html, status_code=status, media_type=MediaType.HTML, headers={"Cache-Control": "no-store"}
    )
