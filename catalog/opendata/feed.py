"""The Atom feed of what changes in the directory (RFC 4287), in pages that do not move (RFC 5005): each leads to the one before."""

from collections.abc import Sequence
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from catalog.solutions import fields
from catalog.solutions.models import Change, ChangeKind
from marketplace.words import N_

ATOM = "http://www.w3.org/2005/Atom"
PATH = "/donnees-ouvertes/changements.atom"
TITLES = {
    ChangeKind.PUBLISHED: N_("Publiée"),
    ChangeKind.REVISED: N_("Révisée"),
    ChangeKind.SUSPENDED: N_("Retirée"),
    ChangeKind.REINSTATED: N_("De nouveau publiée"),
    ChangeKind.ARCHIVED: N_("Retirée définitivement"),
}
SUMMARIES = {
    ChangeKind.PUBLISHED: "La fiche entre dans l’annuaire.",
    ChangeKind.REVISED: "La fiche a changé.",
    ChangeKind.SUSPENDED: "La fiche est suspendue : elle n’est plus dans l’annuaire.",
    ChangeKind.REINSTATED: "La fiche revient dans l’annuaire.",
    ChangeKind.ARCHIVED: "La fiche est archivée : elle n’est plus dans l’annuaire, et n’y reviendra pas.",
}
REMOVED = frozenset({ChangeKind.SUSPENDED, ChangeKind.ARCHIVED})


def atom(changes: Sequence[Change], *, more: bool, base_url: str, page: str = "") -> bytes:
    """One page of the feed. `page` is the query of its own address."""
    ET.register_namespace("", ATOM)
    feed = ET.Element(_atom("feed"), {"{http://www.w3.org/XML/1998/namespace}lang": "fr"})
    _text(feed, "id", f"{base_url}{PATH}")
    _text(feed, "title", "Lot Commun : ce qui change dans l’annuaire")
    _text(feed, "updated", _instant(changes[0].at if changes else datetime(2026, 1, 1, tzinfo=UTC)))
    _text(ET.SubElement(feed, _atom("author")), "name", "Lot Commun")
    _link(feed, "self", f"{base_url}{PATH}{page}", "application/atom+xml")
    _link(feed, "first", f"{base_url}{PATH}", "application/atom+xml")
    _link(feed, "alternate", f"{base_url}/donnees-ouvertes", "text/html")
    if more:
        _link(feed, "next", f"{base_url}{PATH}?avant={changes[-1].id}", "application/atom+xml")
    for change in changes:
        _entry(feed, change, base_url)
    written: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def named(paths: Sequence[str]) -> list[str]:
    """The French names of the changed fields that may be named to everybody."""
    return fields.named(path for path in paths if fields.is_open(path))


def _entry(feed: ET.Element, change: Change, base_url: str) -> None:
    entry = ET.SubElement(feed, _atom("entry"))
    _text(entry, "id", f"urn:uuid:{change.id}")
    _text(entry, "title", f"{TITLES[change.kind]} : {change.name}")
    _text(entry, "updated", _instant(change.at))
    _text(entry, "published", _instant(change.at))
    _link(entry, "alternate", f"{base_url}/solutions/{change.slug}", "text/html")
    ET.SubElement(entry, _atom("category"), {"term": change.kind.value, "label": TITLES[change.kind]})
    if change.kind in REMOVED:
        ET.SubElement(entry, _atom("category"), {"term": "removed", "label": "Retirée de l’annuaire"})
    for path in filter(fields.is_open, change.changed):
        ET.SubElement(entry, _atom("category"), {"term": f"field:{path}", "label": named([path])[0]})
    changed = named(change.changed)
    said = f" Champs modifiés : {', '.join(changed)}." if changed else ""
    _text(entry, "summary", SUMMARIES[change.kind] + said)


def _text(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, _atom(name)).text = value


def _link(parent: ET.Element, rel: str, href: str, media_type: str) -> None:
    ET.SubElement(parent, _atom("link"), {"rel": rel, "href": href, "type": media_type})


def _atom(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
