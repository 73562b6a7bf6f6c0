"""Pages of demo mode only: the clock to move forward, and the mails that were sent."""

import asyncio
import email
import email.policy
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from litestar import Request, Response, get, post
from litestar.params import FromPath

from marketplace import clock
from marketplace.demo.clock import advance
from marketplace.demo.forms import AdvanceForm
from marketplace.errors import NotFound
from marketplace.web.forms import Form
from marketplace.web.pages import local_path, page, redirect
from marketplace.web.transaction import Reads, Writes
from marketplace.words import N_

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Read:
    """One `.eml` of the data directory."""

    name: str
    message: EmailMessage

    @property
    def body(self) -> str:
        return str(self.message.get_content())

    @property
    def sent_at(self) -> Any:
        return parsedate_to_datetime(self.message["Date"])


@get("/demo/horloge")
async def clock_page(request: Request[Any, Any, Any], reads: Reads) -> Response[str]:
    return page(request, "demo/clock.html", now=await clock.now(reads), form=Form())


@post("/demo/horloge", status_code=303)
async def move_clock(request: Request[Any, Any, Any], session: Writes) -> Response[Any]:
    form = await Form.read(request, AdvanceForm)
    async with form.attempt(session):
        if not form.failed:
            await advance(session, timedelta(days=form.value().days))
    if form.failed:
        return page(request, "demo/clock.html", status=422, now=await clock.now(session), form=form)
    return redirect(
        local_path(form.value().suite, "/demo/horloge"),
        N_("L’horloge avance ({days} j) : les échéances passées s’appliquent dans l’instant."),
        days=form.value().days,
    )


@get("/demo/courriels")
async def mails(request: Request[Any, Any, Any]) -> Response[str]:
    found = await asyncio.to_thread(_read_all, request.app.state.settings.mail_dir)
    return page(request, "demo/mails.html", mails=found)


@get("/demo/courriels/{name:str}")
async def mail(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[str]:
    found = next(
        (
            m
            for m in await asyncio.to_thread(_read_all, request.app.state.settings.mail_dir)
            if m.name == name
        ),
        None,
    )
    if found is None:
        raise NotFound
    return page(request, "demo/mail.html", mail=found)


def _read_all(folder: Path) -> list[Read]:
    """The last mails, the latest first."""
    files = sorted(folder.glob("*.eml"), key=lambda f: f.stat().st_mtime, reverse=True)[:SHOWN]
    return [
        Read(file.stem, email.message_from_bytes(file.read_bytes(), policy=email.policy.default))
        for file in files
    ]


HANDLERS = [clock_page, move_clock, mails, mail]
