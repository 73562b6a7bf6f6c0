"""Somebody who reads the site's pages as a browser without JavaScript would, and notes what is wrong with each."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
import httpx

from marketplace.accounts.models import Organisation
from marketplace.actor import Role
from tests.support.world import World

HERE = "http://localhost:8000"
PASSWORD = "un mot de passe assez long"
LEFT = re.compile(r"%\(\w+\)|\{\{|\}\}|\{%|\{\w*\}|\b(None|Undefined|True|False)\b")
"""What a template or a sentence leaves behind when it is not filled."""
LOADED = {
    "script": "src",
    "img": "src",
    "link": "href",
    "source": "src",
    "iframe": "src",
    "form": "action",
    "use": "href",
}
ASKED = {"input", "select", "textarea"}
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Page:
    """One page that was read, as a tree."""

    path: str
    status: int
    root: Element
    text: str
    invalid: list[str]

    @classmethod
    def of(cls, path: str, answer: httpx.Response) -> "Page":
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        root = parser.parse(answer.text)
        invalid = [f"invalid HTML: {code} {facts} at {place}" for place, code, facts in parser.errors]
        return cls(path, answer.status_code, root, _words(root), invalid)

    def all(self, *names: str) -> Iterator[Element]:
        return (element for element in self.root.iter() if element.tag in names)

    @property
    def h1(self) -> str:
        return " ".join("".join(next(self.all("h1")).itertext()).split())

    def field(self, name: str) -> Element:
        return next(element for element in self.all(*ASKED) if element.get("name") == name)

    def links(self) -> Iterator[str]:
        """Where the page leads, besides links that ask not to be followed: they lead to a page like this one, without end."""
        for link in self.all("a"):
            if link.get("rel") == "nofollow":
                continue
            to = urljoin(HERE + self.path, link.get("href", ""))
            if to.startswith(HERE + "/"):
                yield to.removeprefix(HERE).partition("#")[0]

    def form(self, action: str) -> dict[str, str]:
        """The values that a browser would send for the form to `action`, untouched."""
        (form,) = [form for form in self.all("form") if form.get("action") == action]
        return dict(_sent(form))

    def faults(self) -> list[str]:
        """Everything wrong with the page, one line each."""
        found = [*self.invalid, *_structure(self), *_fields(self), *_loads(self)]
        if self.path != "/api" and (
            left := LEFT.search(self.text)
        ):  # there, braces are what an address takes
            found.append(f"left unfilled: {self.text[max(0, left.start() - 40) : left.end() + 20]!r}")
        return [f"{self.path}: {fault}" for fault in found]


def _words(root: Element) -> str:
    """What the page says, without what is code."""
    parts = []
    for element in root.iter():
        if element.tag not in {"code", "pre", "script"} and isinstance(element.tag, str):
            parts += [element.text or "", *(child.tail or "" for child in element)]
    return " ".join(" ".join(parts).split())


def _structure(page: Page) -> Iterator[str]:
    if page.root.get("lang") not in {"fr", "en"}:
        yield "no language"
    headings = [" ".join("".join(h1.itertext()).split()) for h1 in page.all("h1")]
    if len(headings) != 1 or not headings[0]:
        yield f"h1: {headings}"
    title = " ".join("".join(next(page.all("title")).itertext()).split())
    if len(title.removesuffix("– Lot Commun").strip()) < 3:
        yield f"title: {title!r}"
    ids = [element.get("id") for element in page.root.iter() if element.get("id") is not None]
    yield from (f"id twice: {one}" for one in sorted(set(ids)) if ids.count(one) > 1)
    for element in page.root.iter():
        for name in ("aria-describedby", "aria-labelledby", "for", "list", "aria-controls"):
            yield from (
                f"{name}={one} leads nowhere" for one in element.get(name, "").split() if one not in ids
            )
        to = element.get("href", "")
        if element.tag == "a" and to.startswith("#") and to[1:] not in ids:
            yield f"{to} leads nowhere"
    for link in page.all("a", "button"):
        named = "".join(link.itertext()).strip() or link.get("aria-label")
        if not named:
            yield f"a {link.tag} without a name: {link.attrib}"


def _fields(page: Page) -> Iterator[str]:
    labelled = {label.get("for") for label in page.all("label")}
    within = {id(inner) for label in page.all("label") for inner in label.iter() if inner.tag in ASKED}
    for asked in page.all(*ASKED):
        if asked.get("type") in {"hidden", "submit"}:
            continue
        if asked.get("id") not in labelled and id(asked) not in within and not asked.get("aria-label"):
            yield f"a field without a label: {asked.attrib}"


def _loads(page: Page) -> Iterator[str]:
    for element in page.root.iter():
        if element.get("style") is not None or element.tag == "style":
            yield f"inline style on {element.tag}"
        if element.tag == "script" and (not element.get("src") or (element.text or "").strip()):
            yield "inline script"
        yield from (f"inline handler {name}" for name in element.attrib if str(name).startswith("on"))
        if not isinstance(element.tag, str):
            continue
        loaded = element.get(LOADED.get(element.tag, ""), "")
        if not urljoin(HERE + page.path, loaded).startswith(HERE + "/"):
            yield f"{element.tag} leads elsewhere: {loaded}"


def _sent(form: Element) -> Iterator[tuple[str, str]]:
    for asked in form.iter():
        name, kind = asked.get("name"), asked.get("type")
        if (
            name is None
            or asked.tag not in ASKED
            or (kind in {"radio", "checkbox"} and asked.get("checked") is None)
        ):
            continue
        if asked.tag == "textarea":
            yield name, asked.text or ""
        elif asked.tag == "select":
            options = list(asked.iter("option"))
            chosen = next((o for o in options if o.get("selected") is not None), options[0])
            yield name, chosen.get("value", "")
        else:
            yield name, asked.get("value", "")


@dataclass
class Reader:
    """A person with a browser's cookies."""

    name: str
    http: httpx.AsyncClient
    signed_in: bool = False
    seen: set[str] = field(default_factory=set)
    posted: set[str] = field(default_factory=set)

    @classmethod
    async def arrive(
        cls,
        world: World,
        name: str,
        organisation: Organisation | None = None,
        roles: frozenset[Role] = frozenset(),
    ) -> "Reader":
        """A visitor, or somebody of `organisation` who signs in through the form."""
        http = httpx.AsyncClient(transport=world.http._transport, base_url=HERE)
        reader = cls(name, http)
        if organisation is not None:
            caller = await world.member(organisation, roles, password=PASSWORD)
            email = caller.actor.name.lower().replace(" ", ".") + "@exemple.test"
            page = await reader.reads("/connexion")
            sent = page.form("/connexion") | {"email": email, "password": PASSWORD}
            answer = await http.post("/connexion", data=sent)
            assert answer.status_code == 303, answer.text
            reader.signed_in = True
        return reader

    async def reads(self, path: str, status: int = 200) -> Page:
        answer = await self.http.get(path)
        assert answer.status_code == status, f"{self.name} {path}: {answer.status_code} {answer.text[:400]}"
        return Page.of(path, answer)

    async def sends(self, page: Page, action: str, **typed: str) -> httpx.Response:
        """Send a form of `page` with what a browser would send and what was typed."""
        return await self.http.post(action, data=page.form(action) | typed)

    async def looks_around(
        self, *starts: str, patterns: set[str], leaving: tuple[str, ...] = ()
    ) -> list[str]:
        """Read every page that links lead to from `starts` and was not read yet; what is wrong with them, one line each.

        Links that begin as one of `leaving` are left to others. `patterns` gathers what was read, ids made alike.
        """
        found: list[str] = []
        waiting = list(starts)
        while waiting:
            path = waiting.pop()
            if self._key(path) in self.seen or path.startswith(leaving):
                continue
            self.seen.add(self._key(path))
            answer = await self.http.get(path)
            if answer.status_code == 303:
                waiting.append(answer.headers["location"])
                continue
            patterns.add(UUID.sub("…", urlsplit(path).path))
            if answer.status_code != 200:
                found.append(f"{self.name} {path}: {answer.status_code}")
            elif answer.headers["content-type"].startswith("text/html"):
                page = Page.of(path, answer)
                found += [f"{self.name} {fault}" for fault in page.faults()]
                found += [fault async for fault in self._forges(page)]
                waiting += page.links()
        return found

    async def _forges(self, page: Page) -> AsyncIterator[str]:
        """Send each form without its token: refused to whoever is signed in, and never a dead address."""
        for form in page.all("form"):
            if form.get("method") != "post":
                continue
            action = form.get("action", page.path)
            if (pattern := UUID.sub("…", action)) in self.posted:
                continue
            self.posted.add(pattern)
            status = (await self.http.post(action, data={"x": "y"})).status_code
            if status not in ({403} if self.signed_in else {303, 403, 422}):
                yield f"{self.name} {action} without its token: {status}"

    @staticmethod
    def _key(path: str) -> str:
        parts = urlsplit(path)
        return parts.path + "?" + "&".join(sorted(name for name, _ in parse_qsl(parts.query)))
