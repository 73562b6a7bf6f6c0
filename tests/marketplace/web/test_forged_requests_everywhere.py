"""Every address that changes something refuses what another site, or nobody, made: the table is the application's own routes."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
from litestar.routes import HTTPRoute

from marketplace.web.csrf import SAFE
from tests.support.world import TOWN_ROLES, World

HERE = "http://localhost:8000"
PASSWORD = "un mot de passe assez long"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


def changing(world: World) -> Iterator[tuple[str, str]]:
    """Every method and path that is not only a reading, with ids of nothing in the path's places."""
    for route in world.app.routes:
        if isinstance(route, HTTPRoute):
            path = route.path_format
            for name, parameter in (route.path_parameters or {}).items():
                value = str(uuid4()) if "uuid" in str(parameter.type).lower() else "1"
                path = path.replace(f"{{{name}}}", value)
            for method in sorted(set(route.methods) - SAFE):
                yield method, path


async def signed_in(world: World, code: str) -> tuple[dict[str, str], str]:
    """A browser's cookie and its token."""
    town = await world.town(code)
    assert town.organisation is not None
    person = (await world.member(town.organisation, TOWN_ROLES, password=PASSWORD)).actor
    world.http.cookies.clear()
    email = f"{person.name.lower().replace(' ', '.')}@exemple.test"
    answer = await world.http.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
    world.http.cookies.clear()
    return {"Cookie": f"session={answer.cookies['session']}"}, answer.json()["csrf_token"]


async def test_no_address_that_changes_something_takes_a_forged_request(world: World) -> None:
    victim, token = await signed_in(world, "18279")
    _, of_another = await signed_in(world, "18033")
    right = {"X-CSRF-Token": token}
    before = await world.sql("select count(*) from audit_line")
    forged: dict[str, tuple[dict[str, str], bytes]] = {
        "without a token": (JSON, b"{}"),
        "an empty token": (JSON | {"X-CSRF-Token": ""}, b"{}"),
        "the token of another": (JSON | {"X-CSRF-Token": of_another}, b"{}"),
        "from another site": (JSON | right | {"Origin": "https://ailleurs.test"}, b"{}"),
        "from a sandboxed page": (JSON | right | {"Origin": "null"}, b"{}"),
        "from our host without its TLS, or the reverse": (JSON | right | {"Origin": "https://localhost:8000"}, b"{}"),
        "said to be from another site": (JSON | right | {"Sec-Fetch-Site": "cross-site"}, b"{}"),
        "from a neighbouring host": (JSON | right | {"Sec-Fetch-Site": "same-site", "Origin": HERE}, b"{}"),
        "one header against the other": (JSON | right | {"Sec-Fetch-Site": "same-origin", "Origin": "https://ailleurs.test"}, b"{}"),
        "plain text": ({"Content-Type": "text/plain"}, b'{"_csrf": "' + token.encode() + b'"}'),
        "a form without its token": (FORM, b"name=x"),
        "a form with the token of another": (FORM, b"name=x&_csrf=" + of_another.encode()),
        "a multipart form without its token": ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--\r\n"),
        "without a body": ({}, b""),
    }  # fmt: skip
    routes = list(changing(world))
    assert len(routes) > 80
    for method, path in routes:
        for what, (headers, body) in forged.items():
            answer = await world.http.request(
                method, path, content=body, headers=victim | headers, follow_redirects=False
            )
            world.http.cookies.clear()
            allowed = {403} | (
                {415, 400} if (path.startswith("/api/") and "text" in what) or "form" in what else set()
            )
            assert answer.status_code in allowed, (
                f"{method} {path} {what}: {answer.status_code} {answer.text[:200]}"
            )
            if answer.status_code == 403 and path.startswith("/api/"):
                assert answer.json()["code"] == "forged_request", f"{method} {path} {what}"
            assert "set-cookie" not in answer.headers
    assert await world.sql("select count(*) from audit_line") == before
    me = await world.http.get("/api/v1/me", headers=victim)
    assert me.status_code == 200, "no forged sign-out went through"


async def test_the_same_requests_made_by_us_are_not_called_forged(world: World) -> None:
    """The other half: without it, a door that refuses everything would pass the test above."""
    victim, token = await signed_in(world, "18279")
    for method, path in changing(world):
        if path.endswith(("/sessions/current", "/deconnexion")):
            continue
        headers = (
            victim
            | JSON
            | {
                "X-CSRF-Token": token,
                "Origin": HERE,
                "Sec-Fetch-Site": "same-origin",
                "Accept": "application/json",
            }
        )
        answer = await world.http.request(
            method, path, content=b"{}", headers=headers, follow_redirects=False
        )
        world.http.cookies.clear()
        assert "forged_request" not in answer.text, f"{method} {path}"
        if (
            await world.http.get("/api/v1/me", headers=victim)
        ).status_code != 200:  # a new session replaced it
            victim, token = await signed_in(world, "18197")


async def test_nobody_in_particular_is_not_signed_in_from_another_site(world: World) -> None:
    """Without a session there is no token: the origin alone must refuse."""
    for method, path in changing(world):
        for headers in (
            {"Origin": "https://ailleurs.test"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            answer = await world.http.request(method, path, content=b"a=b", headers=FORM | headers)
            assert answer.status_code in ({403} if not path.startswith("/api/") else {403, 415}), (
                f"{method} {path}"
            )


async def test_no_other_site_is_ever_allowed_to_read_an_answer(world: World) -> None:
    asked = {
        "Origin": "https://ailleurs.test",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "x-csrf-token",
    }
    seen: set[str] = set()
    answers: list[httpx.Response] = []
    for path in (
        "/",
        "/api/v1/towns",
        "/api/v1/needs",
        "/api/v1/nulle-part",
        "/static/site.css",
        "/connexion",
    ):
        answers += [await world.http.options(path, headers=asked), await world.http.get(path, headers=asked)]
    for answer in answers:
        seen |= {name for name in answer.headers if name.startswith("access-control")}
    assert seen == set()


async def test_every_form_of_ours_is_sent_to_an_address_of_the_table(world: World) -> None:
    """A form whose address the table does not know would be outside its proof."""
    known = {re.sub(r"[0-9a-f-]{36}", "*", path) for _, path in changing(world)}
    html: Any = (await world.http.get("/connexion")).text
    for action in re.findall(r'<form[^>]*method="post"[^>]*action="([^"]+)"', html):
        assert re.sub(r"[0-9a-f-]{36}", "*", action) in known
