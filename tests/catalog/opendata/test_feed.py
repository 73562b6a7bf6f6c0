"""The Atom feed: what RFC 4287 asks for, each change once, pages that do not move."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree as ET

from catalog.opendata import feed, queries
from catalog.solutions.fields import FIELDS
from marketplace.actor import Role
from tests.catalog.opendata.published import loaded, publish
from tests.catalog.solutions.sheets import content
from tests.support.curating import publish as accept
from tests.support.world import World

PATH = "/donnees-ouvertes/changements.atom"
NS = {"a": "http://www.w3.org/2005/Atom"}


async def read(world: World, path: str = PATH) -> ET.Element:
    answer = await world.http.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    return ET.fromstring(answer.content)


def texts(parent: ET.Element, name: str) -> list[str]:
    return [found.text or "" for found in parent.findall(f"a:{name}", NS)]


def links(parent: ET.Element) -> dict[str, str]:
    return {link.attrib["rel"]: link.attrib["href"] for link in parent.findall("a:link", NS)}


def terms(entry: ET.Element) -> set[str]:
    return {found.attrib["term"] for found in entry.findall("a:category", NS)}


def faults(root: ET.Element) -> list[str]:
    """What RFC 4287 asks for and is not there."""
    found = []
    if root.tag != f"{{{NS['a']}}}feed":
        found.append("not a feed")
    for parent in (root, *root.findall("a:entry", NS)):
        for name in ("id", "title", "updated"):  # 4.1.1, 4.1.2: exactly one
            if len(texts(parent, name)) != 1 or not texts(parent, name)[0]:
                found.append(f"{parent.tag}: {name} {texts(parent, name)}")
        for said in texts(parent, "updated") + texts(parent, "published"):  # 3.3: RFC 3339
            if datetime.fromisoformat(said).tzinfo is None:
                found.append(f"no zone: {said}")
        alternates = [one for one in parent.findall("a:link", NS) if one.attrib["rel"] == "alternate"]
        if len(alternates) != 1:
            found.append("one alternate link")
    if not root.findall("a:author/a:name", NS):
        found.append("no author for the feed, and so for its entries")
    ids = [texts(entry, "id")[0] for entry in root.findall("a:entry", NS)]
    if len(set(ids)) != len(ids) or not all(one.startswith("urn:uuid:") for one in ids):
        found.append("ids")
    return found


async def test_an_empty_feed_is_valid(world: World) -> None:
    root = await read(world)
    assert faults(root) == []
    assert links(root)["self"] == f"http://localhost:8000{PATH}"


async def test_a_sheet_s_life_is_told_the_last_first_with_the_fields_that_changed(world: World) -> None:
    seller, curator = await world.startup(), await world.staff(Role.CURATOR)
    sheet = await publish(seller, curator, content(name="Lampe < & >"))
    changed = content(name="Lampe < & >", summary="Autre.", tags=["led"], answers={"api": "open"})
    version = (await seller.read(f"/my/solutions/{sheet['id']}"))["version"]
    await seller.did(f"/my/solutions/{sheet['id']}", changed, method="put", If_Match=str(version))
    await seller.did(f"/my/solutions/{sheet['id']}/submission")
    await accept(curator, sheet["id"])
    for act in ("suspension", "reinstatement", "archive"):
        await curator.did(f"/reviews/{sheet['id']}/{act}", {"reason": "Parce que."})
    root = await read(world)
    assert faults(root) == []
    entries = root.findall("a:entry", NS)
    assert [texts(entry, "title")[0] for entry in entries] == [
        f"{said} : Lampe < & >"
        for said in ("Retirée définitivement", "De nouveau publiée", "Retirée", "Révisée", "Publiée")
    ]
    kinds = [
        terms(entry) & {"removed", "archived", "reinstated", "suspended", "revised", "published"}
        for entry in entries
    ]
    assert kinds == [
        {"archived", "removed"},
        {"reinstated"},
        {"suspended", "removed"},
        {"revised"},
        {"published"},
    ]
    assert terms(entries[3]) == {"revised", "field:summary", "field:tags", "field:answers.api"}
    assert (
        "Champs modifiés : En une phrase, Mots-clés, Y a-t-il une API ?." in texts(entries[3], "summary")[0]
    )
    assert links(entries[0])["alternate"] == f"http://localhost:8000/solutions/{sheet['slug']}"
    moments = [texts(entry, "updated")[0] for entry in entries]
    assert moments == sorted(moments, reverse=True)
    assert texts(root, "updated") == moments[:1]
    again = await read(world)
    assert [texts(entry, "id") for entry in again.findall("a:entry", NS)] == [texts(e, "id") for e in entries]


async def test_the_feed_is_read_to_its_end_though_it_grows_meanwhile(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(queries, "ENTRIES", 4)
    await loaded(world, *(content(id=f"fiche-{i}") for i in range(10)))
    seen: list[str] = []
    path = PATH
    while path:
        root = await read(world, path)
        assert faults(root) == []
        assert links(root)["self"].endswith(path)
        seen += [texts(entry, "id")[0] for entry in root.findall("a:entry", NS)]
        path = links(root).get("next", "").removeprefix("http://localhost:8000")
        await loaded(world, content(id="fiche-0", summary=f"Révision {len(seen)}."))
    assert (len(seen), len(set(seen))) == (10, 10)
    assert all(UUID(one.removeprefix("urn:uuid:")) for one in seen)
    assert (await world.http.get(f"{PATH}?avant={uuid4()}")).status_code == 404
    assert (await world.http.get(f"{PATH}?avant=hier")).status_code < 500


def test_every_public_field_has_a_name_in_the_feed_and_no_confidential_one_is_named() -> None:
    for path, known in FIELDS.items():
        assert feed.named([path]) == ([] if known.confidential else [known.label])
    assert feed.named(["references.01900000-0000-7000-8000-000000000001", "source", "licence", "inconnu"]) == [
        "Référence", "Source", "Licence",
    ]  # fmt: skip
