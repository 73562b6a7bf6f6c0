"""The link in an alert that stops it without signing in: the search's id and a keyed hash of it, which nobody else can make.

It stops that one alert and shows nothing. Reading the link changes nothing, since mail scanners follow links.
"""

import hmac
from uuid import UUID

from sqlalchemy import text

from marketplace import audit, outbox
from marketplace.actor import Actor
from marketplace.db import Session
from marketplace.derived_keys import derived
from marketplace.errors import NotFound
from marketplace.words import N_
from search.saved.events import AlertChanged

PATH = "/alertes/arret"
PURPOSE = "saved_search_stop"


class LinkRefused(NotFound):
    """Forged, or cut by a mail program."""

    code = "link_refused"
    sentence = N_("Ce lien n’est pas complet : recopiez-le tout entier depuis le courriel.")


def link_to_stop(secret: str, search_id: UUID) -> str:
    """The path that stops a search's alert. `secret` is `WEB_SECRET`."""
    return f"{PATH}/{search_id.hex}.{derived(secret, PURPOSE, search_id.bytes).hex()}"


def read(secret: str, token: str) -> UUID:
    """The search that `token` names. Raises `LinkRefused`."""
    try:
        search_id = UUID(hex=token.partition(".")[0])
    except ValueError:
        raise LinkRefused from None
    expected = link_to_stop(secret, search_id).rpartition("/")[2]
    if not hmac.compare_digest(expected.encode(), token.encode(errors="replace")):
        raise LinkRefused
    return search_id


async def stop(session: Session, secret: str, token: str, *, by: Actor) -> None:
    """Stop the alert that `token` names; once stopped, or with its search gone, nothing changes. Raises `LinkRefused`."""
    search_id = read(secret, token)
    stopped = await session.scalar(text("select stop_search_alert(:id)"), {"id": search_id})
    if stopped:
        outbox.record(session, AlertChanged(search_id=search_id))
        audit.note(session, by, "saved_search.stop_alert", "saved_search", search_id)
