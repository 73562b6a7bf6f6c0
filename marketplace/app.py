"""The one file that plugs all together: every room's routes, the frame's layers, and what handlers are given."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from litestar import Litestar, Request, Response, Router, get
from litestar.datastructures import State
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins.pydantic import PydanticPlugin
from litestar.static_files import create_static_files_router
from litestar.types import ControllerRouterHandler
from sqlalchemy.exc import DBAPIError

import catalog.curation.api
import catalog.curation.pages
import catalog.curation.startup_pages
import catalog.directory
import catalog.directory.api
import catalog.directory.comparison_pages
import catalog.directory.file_pages
import catalog.directory.pages
import catalog.directory.supplier_page
import catalog.evidence.api
import catalog.evidence.pages
import catalog.opendata.api
import catalog.opendata.exports
import catalog.opendata.pages
import catalog.solutions.api
import catalog.suppliers.api
import catalog.suppliers.certificate_pages
import catalog.suppliers.curator_pages
import catalog.suppliers.pages
import catalog.writing.api
import catalog.writing.attachment_pages
import catalog.writing.pages
import catalog.writing.reference_pages
import catalog.writing.step_pages
import marketplace.accounts.api
import marketplace.accounts.pages
import marketplace.demo.api
import marketplace.demo.pages
import marketplace.files.api
import marketplace.interests.api
import marketplace.interests.pages
import marketplace.joining.api
import marketplace.joining.pages
import marketplace.joining.team_pages
import marketplace.journal.api
import marketplace.journal.pages
import marketplace.notifications.api
import marketplace.notifications.pages
import marketplace.personal_data.api
import marketplace.personal_data.pages
import marketplace.sign_in.api
import marketplace.sign_in.pages
import marketplace.sign_in.proconnect_pages
import marketplace.sign_in.security_api
import marketplace.sign_in.security_pages
import marketplace.site.pages
import marketplace.territories.api
import marketplace.webhooks.api
import marketplace.webhooks.pages
import procurement.billing.api
import procurement.billing.pages
import procurement.board.duty_pages
import procurement.board.pages
import procurement.board.pool_page
import procurement.board.progress
import procurement.compass.api
import procurement.compass.pages
import procurement.conventions.api
import procurement.conventions.pages
import procurement.needs.api
import procurement.needs.pages
import procurement.orders.api
import procurement.orders.pages
import procurement.pools.api
import procurement.pools.appointments_api
import procurement.quotes.api
import procurement.quotes.pages
import procurement.supervision.api
import procurement.supervision.pages
import procurement.supplier_desk.pages
import search.finding.api
import search.finding.pages
import search.finding.showing
import search.matching
import search.matching.api
import search.matching.pages
import search.own_sheet
import search.own_sheet.api
import search.own_sheet.pages
import search.proposals
import search.proposals.api
import search.proposals.pages
import search.register
import search.register.api
import search.register.freeze_pages
import search.register.pages
import search.saved.api
import search.saved.pages
import search.twins
import search.twins.api
import search.twins.pages
from marketplace import logs
from marketplace.db import Database
from marketplace.demo.people import PASSWORD, PEOPLE
from marketplace.errors import Forbidden, NotFound, Unavailable
from marketplace.files.antivirus import Antivirus
from marketplace.settings import Settings, needed
from marketplace.sign_in.authentication import Authentication
from marketplace.sign_in.proconnect import ProConnect
from marketplace.web import metrics, openapi, pages, problems
from marketplace.web.context import RequestContext, client_address
from marketplace.web.cookies import Jar
from marketplace.web.csrf import ASKS, SAFE, refuse_forged
from marketplace.web.fonts import make_fonts
from marketplace.web.frontier import Frontier
from marketplace.web.limits import (
    BODY_LIMIT,
    PARTS_LIMIT,
    refuse_deep_json,
    refuse_many_fields,
    refuse_null,
    refuse_other_formats,
)
from marketplace.web.rates import EXPORT, Rates, requests_rule
from marketplace.web.transaction import DEPENDENCIES, actor_of
from marketplace.webhooks.guard import Guard
from marketplace.words import N_
from search.index.engines import Engines

ROOMS: dict[str, Path] = {
    room.__name__.rsplit(".", 1)[-1]: Path(str(room.__file__)).parent
    for room in (
        marketplace.accounts,
        marketplace.joining,
        marketplace.sign_in,
        marketplace.interests,
        marketplace.webhooks,
        marketplace.journal,
        marketplace.notifications,
        marketplace.personal_data,
        marketplace.demo,
        marketplace.site,
        search.finding,
        search.matching,
        search.saved,
        search.register,
        search.proposals,
        search.own_sheet,
        search.twins,
        catalog.curation,
        catalog.directory,
        catalog.evidence,
        catalog.writing,
        catalog.suppliers,
        catalog.opendata,
        procurement.compass,
        procurement.needs,
        procurement.pools,
        procurement.board,
        procurement.conventions,
        procurement.quotes,
        procurement.orders,
        procurement.billing,
        procurement.supplier_desk,
        procurement.supervision,
    )
}
"""Where each room keeps its templates, by the room's name."""

API: Sequence[HTTPRouteHandler] = [
    *marketplace.sign_in.api.HANDLERS,
    *marketplace.sign_in.security_api.HANDLERS,
    *marketplace.accounts.api.HANDLERS,
    *marketplace.interests.api.HANDLERS,
    *marketplace.joining.api.HANDLERS,
    *marketplace.webhooks.api.HANDLERS,
    *marketplace.journal.api.HANDLERS,
    *marketplace.notifications.api.HANDLERS,
    *marketplace.personal_data.api.HANDLERS,
    *marketplace.territories.api.HANDLERS,
    *marketplace.files.api.HANDLERS,
    *search.finding.api.HANDLERS,
    *search.saved.api.HANDLERS,
    *search.matching.api.HANDLERS,
    *search.register.api.HANDLERS,
    *search.twins.api.HANDLERS,
    *search.proposals.api.HANDLERS,
    *search.own_sheet.api.HANDLERS,
    *catalog.solutions.api.HANDLERS,
    *catalog.writing.api.HANDLERS,
    *catalog.opendata.api.HANDLERS,
    *catalog.curation.api.HANDLERS,
    *catalog.suppliers.api.HANDLERS,
    *catalog.directory.api.HANDLERS,
    *catalog.evidence.api.HANDLERS,
    *procurement.compass.api.HANDLERS,
    *procurement.needs.api.HANDLERS,
    *procurement.pools.api.HANDLERS,
    *procurement.pools.appointments_api.HANDLERS,
    *procurement.board.progress.API,
    *procurement.conventions.api.HANDLERS,
    *procurement.quotes.api.HANDLERS,
    *procurement.orders.api.HANDLERS,
    *procurement.billing.api.HANDLERS,
    *procurement.supervision.api.HANDLERS,
]

PAGES: Sequence[ControllerRouterHandler] = [
    *search.finding.pages.HANDLERS,
    *search.saved.pages.HANDLERS,
    *search.matching.pages.HANDLERS,
    *search.register.pages.HANDLERS,
    *search.register.freeze_pages.HANDLERS,
    *search.twins.pages.HANDLERS,
    *search.proposals.pages.HANDLERS,
    *search.own_sheet.pages.HANDLERS,
    *marketplace.sign_in.pages.HANDLERS,
    *marketplace.sign_in.security_pages.HANDLERS,
    *marketplace.sign_in.proconnect_pages.HANDLERS,
    *marketplace.accounts.pages.HANDLERS,
    *marketplace.interests.pages.HANDLERS,
    *marketplace.joining.team_pages.HANDLERS,
    *marketplace.joining.pages.HANDLERS,
    *marketplace.webhooks.pages.HANDLERS,
    *marketplace.journal.pages.HANDLERS,
    *marketplace.notifications.pages.HANDLERS,
    *marketplace.personal_data.pages.HANDLERS,
    *marketplace.files.api.PAGES,
    *marketplace.site.pages.HANDLERS,
    *catalog.writing.pages.HANDLERS,
    *catalog.writing.step_pages.HANDLERS,
    *catalog.writing.reference_pages.HANDLERS,
    *catalog.writing.attachment_pages.HANDLERS,
    *catalog.directory.file_pages.HANDLERS,
    *catalog.opendata.pages.HANDLERS,
    *catalog.opendata.exports.HANDLERS,
    *catalog.curation.pages.HANDLERS,
    *catalog.suppliers.pages.HANDLERS,
    *catalog.suppliers.certificate_pages.HANDLERS,
    *catalog.suppliers.curator_pages.HANDLERS,
    *catalog.directory.supplier_page.HANDLERS,
    *catalog.curation.startup_pages.HANDLERS,
    *catalog.directory.pages.HANDLERS,
    *catalog.directory.comparison_pages.HANDLERS,
    *catalog.evidence.pages.HANDLERS,
    *procurement.compass.pages.HANDLERS,
    *procurement.needs.pages.HANDLERS,
    *procurement.board.pages.HANDLERS,
    *procurement.board.pool_page.HANDLERS,
    *procurement.board.duty_pages.HANDLERS,
    *procurement.board.progress.PAGES,
    *procurement.conventions.pages.HANDLERS,
    *procurement.quotes.pages.HANDLERS,
    *procurement.orders.pages.HANDLERS,
    *procurement.billing.pages.HANDLERS,
    *procurement.supplier_desk.pages.HANDLERS,
    *procurement.supervision.pages.HANDLERS,
]

DEMO_API: Sequence[HTTPRouteHandler] = marketplace.demo.api.HANDLERS
DEMO_PAGES: Sequence[ControllerRouterHandler] = marketplace.demo.pages.HANDLERS
"""Served in demo mode only, as `DEMO_API`."""

EXPORTS = (".csv", ".xlsx", ".zip", ".pdf", "/annuaire.json")
"""How the addresses of what leaves in bulk end."""
OPEN_TO_ALL = frozenset(
    {
        "/", "/solutions", "/comment-nous-classons", "/regles", "/mentions-legales", "/accessibilite", "/donnees-personnelles",
        "/contact", "/api", "/connexion", "/langue/{code}", "/api/v1/solutions", "/api/v1/suggestions", "/api/v1/matches", "/api/v1/weights", "/api/v1/compass", "/api/v1/towns",
        "/api/v1/towns/{code}", "/api/v1/towns/{code}/twins", "/villes", "/villes/{code}/jumelles", "/demo/horloge", "/demo/courriels", "/demo/courriels/{name}", "/api/v1/demo/clock",
        "/donnees-ouvertes", "/donnees-ouvertes/schema.json", "/donnees-ouvertes/annuaire.json", "/donnees-ouvertes/annuaire.csv", "/donnees-ouvertes/annuaire.xlsx",
        "/donnees-ouvertes/changements.atom", "/donnees-ouvertes/modele.csv", "/donnees-ouvertes/modele.xlsx",
        # one's own account
        "/compte", "/compte/donnees", "/compte/donnees/effacement", "/compte/donnees/copies/{request_id}", "/compte/securite", "/compte/interets", "/compte/avis", "/compte/recherches", "/compte/recherches/nouvelle", "/compte/recherches/{search_id}", "/alertes/arret/{token}", "/compte/confirmer", "/organisation/cles", "/api/v1/me", "/api/v1/me/interests", "/api/v1/me/organisations", "/api/v1/my/notices", "/api/v1/saved-searches", "/api/v1/saved-searches/{search_id}", "/api/v1/api-keys", "/api/v1/me/data-copies",
        "/api/v1/me/data-copies/{request_id}",
    }
)  # fmt: skip
"""What staff read without leaving a line in the journal. A page that shows what is not everybody's does not belong here."""


class ReadOnlyKey(Forbidden):
    code = "read_only_key"
    sentence = N_("Cette clé d’API ne permet que la lecture.")


def create_app(settings: Settings | None = None) -> Litestar:
    """The web application. Raises `Invalid` for settings that are missing or wrong."""
    settings = settings or Settings.read()
    logs.configure(level=settings.instance.log_level, json=settings.instance.log_json)
    make_fonts(settings.fonts_dir)
    secret = needed(settings.web.secret, "WEB_SECRET").get_secret_value()
    frontier = Frontier.of(settings.web)
    app = Litestar(
        route_handlers=[
            Router(
                "/api/v1",
                route_handlers=problems.documented([*API, *(DEMO_API if settings.instance.demo else [])]),
                before_request=_before_api,
            ),
            Router(
                "/",
                route_handlers=[*PAGES, *(DEMO_PAGES if settings.instance.demo else [])],
                before_request=_before,
                include_in_schema=False,
            ),
            create_static_files_router(
                "/static/fonts",
                [settings.fonts_dir],
                name="fonts",
                cache_control=_forever(),
                before_request=_named,
            ),
            create_static_files_router(
                "/static", [pages.HERE / "static"], cache_control=_forever(), before_request=_named
            ),
            healthz,
            readyz,
            *metrics.HANDLERS,
        ],
        dependencies=DEPENDENCIES,
        middleware=[Authentication()],
        plugins=[
            PydanticPlugin(prefer_alias=True)
        ],  # `from`, in answers and in the schema as in what is sent
        exception_handlers={Exception: problems.handle},
        lifespan=[_connected],
        openapi_config=openapi.ExactConfig(
            title="Lot Commun",
            version="1",
            description="L’interface de programmation de Lot Commun.",
            path="/schema",
            render_plugins=[JsonRenderPlugin()],
        ),
        request_max_body_size=BODY_LIMIT,
        multipart_form_part_limit=PARTS_LIMIT,
        state=State(state_of(settings)),
        logging_config=None,
    )
    framed = RequestContext(app.asgi_handler, frontier, Jar(secret, frontier.secure))
    app.asgi_handler = metrics.Metered(framed, app.state)
    return app


@cache
def _templates() -> Environment:
    made = pages.environment(ROOMS)
    made.globals |= search.finding.showing.GLOBALS
    return made


def state_of(settings: Settings) -> dict[str, Any]:
    """What handlers are given of `settings`, besides the database's connections (see `_connected`)."""
    secret = needed(settings.web.secret, "WEB_SECRET").get_secret_value()
    engines, figures = Engines.of(settings), metrics.Metrics()
    if engines.breaker:
        engines.breaker.told = figures.searched
        figures.search_degraded.set_function(engines.breaker.degraded)
    return {
        "settings": settings,
        "secret": secret,
        "secure_cookies": Frontier.of(settings.web).secure,
        "templates": _templates(),
        "demo": settings.instance.demo,
        "staff_passkey": settings.sign_in.staff_passkey and not settings.instance.demo,
        "base_url": settings.web.base_url,
        "demo_password": PASSWORD if settings.instance.demo else "",
        "demo_people": [(p.email, p.what) for p in PEOPLE] if settings.instance.demo else [],
        "engines": engines,
        "search": engines.reader,
        "proconnect": ProConnect.from_settings(settings.proconnect, site=settings.web.base_url),
        "metrics": figures,
        "guard": Guard(private=settings.webhook.allow_private),
        "rates": Rates(
            settings.queue.url,
            secret=secret,
            database_url=needed(settings.database.url, "DATABASE_URL"),
        ),
        "requests_rule": requests_rule(settings.web.requests_per_minute),
        "antivirus": Antivirus(settings.antivirus.url) if settings.antivirus.url else None,
        "open_to_all": OPEN_TO_ALL,
    }


@asynccontextmanager
async def _connected(app: Litestar) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    database = Database(
        needed(settings.database.url, "DATABASE_URL"),
        read_url=settings.database.read_url,
        pool_size=settings.database.pool_size,
    )
    app.state.database = database
    app.state.rates.use(database)
    try:
        yield
    finally:
        await app.state.engines.close()
        await app.state.rates.close()
        await database.close()


async def _before(request: Request[Any, Any, Any]) -> None:
    await _hold(request)
    if request.method not in SAFE and actor_of(request).read_only and not request.route_handler.opt.get(ASKS):
        raise ReadOnlyKey
    if request.method not in SAFE:
        await request.body()  # read once and kept: the form, the retry key and the handler all look at it
        await refuse_many_fields(request)
    await refuse_forged(request)


async def _hold(request: Request[Any, Any, Any]) -> None:
    """Raise `TooOften` for an address that asks without end, or an organisation that exports without end."""
    rates: Rates = request.app.state.rates
    actor = actor_of(request)
    if not actor.signed_in:
        await rates.hit(request.app.state.requests_rule, client_address(request))
    if request.scope["path"].endswith(EXPORTS):
        await rates.hit(EXPORT, str(actor.organisation_id or client_address(request)))


async def _before_api(request: Request[Any, Any, Any]) -> None:
    """As for pages, and a body must say that it is JSON, or a form with a file."""
    if request.method not in SAFE:
        await refuse_other_formats(request)
        await refuse_deep_json(request)
    refuse_null(request)
    await _before(request)


async def _named(request: Request[Any, Any, Any]) -> None:
    """A name that no file system can hold is no file of ours."""
    path = request.scope["path"]
    if "\0" in path or len(path.encode()) > 255:
        raise NotFound


@get("/healthz", include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/readyz", include_in_schema=False)
async def readyz(state: State) -> Response[dict[str, str]]:
    """The database answers, at this version. A search server that is down is told, and is no reason to be sent nobody."""
    from marketplace.migrations import check

    database: Database = state.database
    found = {}
    try:
        await check(database.engine)
        found["database"] = "ok"
    except Unavailable as problem:
        found["database"] = problem.code
    except (OSError, DBAPIError):
        found["database"] = "unreachable"
    if found["database"] != "ok":
        return Response(found, status_code=503)
    found["search"] = "ok" if await state.engines.well() else "degraded"
    return Response(found)


def _forever() -> Any:
    from litestar.datastructures import CacheControlHeader

    return CacheControlHeader(max_age=31_536_000, public=True, immutable=True)
