"""Server-rendered pages: one Jinja environment over every room's `templates/`, and what each page is given.

A room's templates are found under the room's name: `board/show.html` is `procurement/board/templates/show.html`.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar import MediaType, Request, Response
from litestar.response import Redirect

from marketplace.actor import OrganisationKind, Role
from marketplace.clock import PARIS, last_day
from marketplace.ids import new_id
from marketplace.money import euros
from marketplace.units import UNITS
from marketplace.web import cookies, csrf, i18n
from marketplace.web.transaction import actor_of
from marketplace.words import N_

HERE = Path(__file__).parent.parent
FLASH = "message"


def environment(rooms: Mapping[str, Path]) -> Environment:
    """The Jinja environment: autoescaping, strict about what is missing, translated."""
    made = Environment(
        loader=ChoiceLoader(
            [
                FileSystemLoader(HERE / "templates"),
                PrefixLoader(
                    {name: FileSystemLoader(folder / "templates") for name, folder in rooms.items()}
                ),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_callables(i18n.translate, i18n.translate_plural, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {
        "euros": show_euros,
        "number": show_number,
        "date": show_date,
        "moment": show_moment,
        "deadline": show_deadline,
        "percent": show_percent,
        "tr": i18n.translate,
    }
    made.globals |= {
        "asset": asset,
        "OrganisationKind": OrganisationKind,
        "Role": Role,
        "unit": unit_name,
        "field_id": field_id,
    }
    return made


def page(request: Request[Any, Any, Any], name: str, /, *, status: int = 200, **values: Any) -> Response[str]:
    """Render `name` for this request."""
    flash = _flash(request)
    html = _environment(request).get_template(name).render(_common(request) | {"flash": flash} | values)
    answer = Response(html, status_code=status, media_type=MediaType.HTML)
    if flash:
        answer.set_cookie(cookies.cookie(FLASH, "", max_age=0))
    return answer


def render_bare(request: Request[Any, Any, Any], name: str, /, **values: Any) -> str:
    """Render `name` with no session: for errors, whatever failed."""
    return _environment(request).get_template(name).render(_common(request) | {"flash": None} | values)


def redirect(to: str, said: str | None = None, **facts: str | int) -> Redirect:
    """Answer a form post: go to `to`, where the sentence `said` is shown once."""
    if said is None:
        return Redirect(to, status_code=303)
    message = json.dumps({"said": said, "facts": facts}).encode().hex()
    return Redirect(
        to, status_code=303, cookies=[cookies.cookie(FLASH, cookies.sealed(FLASH, message), max_age=60)]
    )


def local_path(asked: str | None, default: str = "/") -> str:
    """`asked` when it is a path of this site, else `default`: nobody is sent elsewhere by a link."""
    if asked and asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable():
        return asked
    return default


def show_euros(cents: int | None, *, precise: bool = True) -> str:
    return "–" if cents is None else euros(cents, language=i18n.language.get(), precise=precise)


def show_number(value: Decimal | int | str, decimals: int | None = None) -> str:
    """A number in the request's language; `decimals` fixes how many are shown."""
    pattern = None if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    return format_decimal(value, format=pattern, locale=i18n.locale())


def show_percent(rate: Decimal | str) -> str:
    text = format_decimal(Decimal(rate).normalize(), locale=i18n.locale())
    return f"{text}{i18n.NO_BREAK}%" if i18n.language.get() == "fr" else f"{text}%"


def show_date(day: date | datetime, form: str = "long") -> str:
    if isinstance(day, datetime):
        day = day.astimezone(PARIS).date()
    shown = format_date(day, format=form, locale=i18n.locale())
    return shown.replace(" ", i18n.NO_BREAK)


def show_moment(instant: datetime) -> str:
    """Day and time, in Paris."""
    return format_datetime(instant, "d MMMM yyyy, HH:mm", tzinfo=PARIS, locale=i18n.locale())


def show_deadline(instant: datetime) -> str:
    """The last day before a deadline."""
    return show_date(last_day(instant))


def unit_name(code: str | None, count: Decimal | int = 1) -> str:
    """« points lumineux »: the unit's name in the request's language, agreeing with `count`."""
    if code is None:
        return ""
    unit = UNITS[code]
    single = abs(Decimal(count)) < 2 if i18n.language.get() == "fr" else Decimal(count) == 1
    return i18n.translate(unit.one if single else unit.many)


def field_id(name: str) -> str:
    return f"champ-{name}"


@cache
def asset(name: str) -> str:
    """The address of a static file, changing with its content."""
    digest = hashlib.sha256((HERE / "static" / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


@pass_context
def address(context: Context, **changes: Any) -> str:
    """The address of the present page with some of its query changed (None removes)."""
    request = context["request"]
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in changes]
    added = [(k, v) for k, v in changes.items() if v is not None]
    query = urlencode(kept + added)
    path: str = request.url.path
    return f"{path}?{query}" if query else path


MAIN_NAVIGATION = (
    ("/", N_("Mon besoin"), "need"),
    ("/achats", N_("Achats groupés"), "pools"),
    ("/solutions", N_("Solutions"), "solutions"),
)


def _environment(request: Request[Any, Any, Any]) -> Environment:
    found: Environment = request.app.state.templates
    return found


def _common(request: Request[Any, Any, Any]) -> dict[str, Any]:
    actor = actor_of(request)
    session_token = str(request.scope.get("session_token", ""))
    return {
        "request": request,
        "path": request.url.path,
        "actor": actor,
        "language": i18n.language.get(),
        "demo": request.app.state.demo,
        "scans": request.app.state.antivirus is not None,
        "csrf": csrf.token(request.app.state.secret, session_token) if session_token else "",
        "once": str(new_id()),
        "navigation": MAIN_NAVIGATION,
        "address": address,
    }


def _flash(request: Request[Any, Any, Any]) -> str | None:
    """The sentence left by `redirect`: only what this site sealed is filled in and shown."""
    try:
        left = json.loads(bytes.fromhex(cookies.unsealed(request, FLASH) or ""))
        return i18n.translate(str(left["said"])).format(**left["facts"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        return None
