"""Pages: `/mentions-legales`, `/accessibilite`, `/donnees-personnelles`, `/contact`, `/api`."""

from dataclasses import dataclass
from typing import Any

from litestar import Request, Response, get
from litestar.openapi.spec import OpenAPI, Operation

from marketplace.personal_data.holdings import HOLDINGS
from marketplace.personal_data.retention import RULES, durations
from marketplace.settings import Settings
from marketplace.web.pages import page


@dataclass(frozen=True, slots=True)
class Call:
    """One operation of the API, as its page shows it."""

    method: str
    path: str
    operation: Operation


@get("/mentions-legales", sync_to_thread=False)
def legal_notice(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "site/legal.html", site=_settings(request).site)


@get("/accessibilite", sync_to_thread=False)
def accessibility(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "site/accessibility.html", site=_settings(request).site)


@get("/donnees-personnelles", sync_to_thread=False)
def privacy(request: Request[Any, Any, Any]) -> Response[str]:
    settings = _settings(request)
    return page(
        request, "site/privacy.html", site=settings.site, rules=RULES, days=durations(settings.retention), holdings=HOLDINGS
    )  # fmt: skip


@get("/contact", sync_to_thread=False)
def contact(request: Request[Any, Any, Any]) -> Response[str]:
    return page(request, "site/contact.html", site=_settings(request).site)


@get("/api", sync_to_thread=False)
def api(request: Request[Any, Any, Any]) -> Response[str]:
    """The API's documentation, from the same document that programs read: nothing is loaded from elsewhere."""
    schema = request.app.openapi_schema
    return page(request, "site/api.html", groups=_groups(schema), schemas=schema.components.schemas)


def _groups(schema: OpenAPI) -> list[tuple[str, list[Call]]]:
    """The operations by tag, in the order that the application registers them."""
    found: dict[str, list[Call]] = {}
    for path, item in (schema.paths or {}).items():
        for method in ("get", "post", "put", "patch", "delete"):
            operation: Operation | None = getattr(item, method)
            if operation is not None:
                tag = operation.tags[0] if operation.tags else "–"
                found.setdefault(tag, []).append(Call(method.upper(), path, operation))
    return list(found.items())


def _settings(request: Request[Any, Any, Any]) -> Settings:
    found: Settings = request.app.state.settings
    return found


HANDLERS = [legal_notice, accessibility, privacy, contact, api]
