"""Kept searches: their alerts look for what is new, and never name what is no longer published."""

from catalog.solutions.events import SheetChanged, SheetsLoaded
from marketplace import clock
from marketplace.accounts.events import RolesChanged
from marketplace.db import Session
from marketplace.settings import needed
from search.saved import alerting
from search.saved.alerting import Site
from search.saved.events import AlertChanged, AlertDue
from workers.tools import Tools


async def settle_alert(session: Session, event: AlertChanged, tools: Tools) -> None:
    await alerting.settle(session, tools.engines.embedded, event.search_id, now=await clock.now(session))


async def look_for_news(session: Session, event: AlertDue, tools: Tools) -> None:
    """The day is today's, however late the event is seen through."""
    now = await clock.now(session)
    await alerting.look(session, tools.engines.embedded, event.search_id, _site(tools), now=now)


async def withdraw_alerts(session: Session, event: SheetChanged, tools: Tools) -> None:
    await alerting.withdraw(session, [event.solution_id], _site(tools))


async def withdraw_alerts_loaded(session: Session, event: SheetsLoaded, tools: Tools) -> None:
    await alerting.withdraw(session, event.solution_ids, _site(tools))


async def forget_searches(session: Session, event: RolesChanged, tools: Tools) -> None:
    """Whoever left an organisation leaves what they kept for it."""
    del tools
    if not event.roles:
        await alerting.forget_leaver(session, event.person_id, event.organisation_id)


def _site(tools: Tools) -> Site:
    web = tools.settings.web
    return Site(web.base_url, needed(web.secret, "WEB_SECRET").get_secret_value())
