"""Errors as programs and people meet them: stable, whole, and never ours when the input is theirs."""

import importlib
import json
import pkgutil
import re
import string
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
from litestar.testing import RequestFactory
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import StaleDataError

import catalog
import marketplace
import procurement
import search
import workers
from marketplace import errors
from marketplace.errors import DomainError, Invalid
from marketplace.web import i18n, problems, rates
from tests.support import story
from tests.support.world import Caller, World

PROBLEM = {"type", "title", "status", "code", "instance", "request_id"}
TREE = {
    errors.SignInNeeded: 401, errors.Forbidden: 403, errors.NotFound: 404, errors.StaleVersion: 412, errors.VersionNeeded: 428,
    errors.Conflict: 409, errors.TooLarge: 413, errors.Invalid: 422, errors.Unavailable: 503, rates.TooOften: 429,
}  # fmt: skip
NEED = {"text": "Éclairage", "domain": "eclairage-public", "unit": "light_point"}


def below(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def refusals() -> dict[str, type[DomainError]]:
    """Every class of error of the product, by name."""
    for package in (marketplace, catalog, search, procurement, workers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    return {kind.__name__: kind for kind in below(DomainError) if kind.__module__.split(".")[0] != "tests"}


ALL = refusals()


def facts_of(kind: type[DomainError]) -> dict[str, object]:
    return {name: 7 for _, name, _, _ in string.Formatter().parse(kind.sentence) if name}


async def test_every_error_is_a_problem_of_its_kind_said_in_both_languages(world: World) -> None:
    request = RequestFactory(app=world.app).get("/api/v1/x")
    assert len(ALL) > len(TREE)
    for kind in ALL.values():
        expected = next(status for parent, status in TREE.items() if issubclass(kind, parent))
        said = set()
        for language in i18n.LANGUAGES:
            token = i18n.language.set(language)
            answer = problems.handle(request, kind(**facts_of(kind)))
            i18n.language.reset(token)
            assert answer.media_type == "application/problem+json"
            body = json.loads(answer.content)
            assert set(body) - {"facts", "errors"} == PROBLEM
            assert (answer.status_code, body["status"], body["code"]) == (expected, expected, kind.code)
            assert body["title"]
            assert "{" not in body["title"]
            said.add(body["title"])
        assert len(said) == 2, f"{kind.__name__} is not translated"


def test_every_error_has_a_code_of_its_own_that_a_program_can_keep() -> None:
    codes = [kind.code for kind in ALL.values()]
    assert sorted(codes) == sorted(set(codes))
    assert all(code.replace("_", "").isalnum() and code == code.lower() and code.isascii() for code in codes)


class Driver(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("said by the driver: table person, column password_hash")
        self.sqlstate = sqlstate


BELOW = (
    (DBAPIError("select 1", {}, Driver("40001")), 409, "edited_meanwhile"),
    (DBAPIError("select 1", {}, Driver("40P01")), 409, "edited_meanwhile"),
    (DBAPIError("select 1", {}, Driver("55P03")), 409, "edited_meanwhile"),
    (StaleDataError(), 409, "edited_meanwhile"),
    (DBAPIError("select 1", {}, Driver("22003")), 422, "invalid"),
    (UnicodeEncodeError("utf-8", "\ud800", 0, 1, "surrogates"), 422, "invalid"),
    (DBAPIError("select 1", {}, Driver("08006")), 503, "unavailable"),
    (DBAPIError("select 1", {}, Driver("57P01")), 503, "unavailable"),
    (DBAPIError("select 1", {}, Driver("53100")), 503, "storage_full"),
    (ConnectionRefusedError(), 503, "unavailable"),
    (ExceptionGroup("x", [errors.NotFound()]), 404, "not_found"),
    (DBAPIError("select 1", {}, Driver("42P01")), 500, "unexpected"),
    (ZeroDivisionError("our own secret"), 500, "unexpected"),
)


async def test_what_the_database_refuses_is_said_in_our_words_and_nothing_of_it_is_shown(
    world: World,
) -> None:
    for error, status, code in BELOW:
        answer = problems.handle(RequestFactory(app=world.app).get("/api/v1/x"), error)
        assert (answer.status_code, json.loads(answer.content)["code"]) == (status, code)
        assert b"password_hash" not in answer.content
        assert b"our own secret" not in answer.content


def looked_at(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    body: dict[str, Any] = answer.json()
    assert set(body) - {"facts", "errors"} == PROBLEM
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


async def test_bad_requests_are_told_apart_and_change_nothing(world: World) -> None:
    town = await world.town()
    raw = {"Content-Type": "application/json", **town.headers}
    send = world.http.request
    needs = "/api/v1/needs"

    looked_at(await send("GET", "/api/v1/nulle-part"), 404, "http_404")
    refused = await send("PATCH", needs, headers=raw)
    looked_at(refused, 405, "http_405")
    assert refused.headers["allow"] == "GET, OPTIONS, POST"
    looked_at(await send("GET", "/api/v1/pools/pas-un-uuid", headers=raw), 404, "http_404")
    looked_at(await send("POST", needs, json=NEED), 401, "sign_in_needed")
    for content in (
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"nul",
        b"[" * 5000,
        b'{"text": "\xff"}',
        b'{"text": "\\ud800"}',
        b"\xff\xfe",
    ):
        answer = await send("POST", needs, content=content, headers=raw)
        assert answer.status_code in {400, 422}, (content[:20], answer.text)
        looked_at(answer, answer.status_code, answer.json()["code"])
    for kind in (
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ):
        answer = await send("POST", needs, content=b"text=Eclairage", headers={**raw, "Content-Type": kind})
        looked_at(answer, *((400, "http_400") if kind.startswith("multipart") else (415, "http_415")))
    large = await send("POST", needs, content=b'{"text": "' + b"x" * 21_000_000 + b'"}', headers=raw)
    looked_at(large, 413, "http_413")
    assert await town.read("/needs") == []


async def test_every_wrong_field_is_told_at_once_with_its_place_and_what_is_accepted(world: World) -> None:
    town = await world.town()
    sent = {
        "need_id": "x", "title": "", "nature": "gifts", "alone": "maybe", "census_ends_on": "31/31/2026",
        "lines": [{"label": 3, "unit": "light_point"}, {"label": "ok", "unit": "light_point", "couleur": "bleu"}],
    }  # fmt: skip
    body = looked_at(await town.post("/pools", sent), 422, "invalid")
    found = {error["path"]: error["code"] for error in body["errors"]}
    assert {
        "need_id": "uuid_parsing", "title": "string_too_short", "nature": "enum", "lines[0].label": "string_type",
        "lines[1].couleur": "extra_forbidden", "commitment_ends_on": "required",
    }.items() <= found.items()  # fmt: skip
    assert {"alone", "census_ends_on"} <= found.keys()
    assert all(error["message"] and "{" not in error["message"] for error in body["errors"])
    nature = next(error["message"] for error in body["errors"] if error["path"] == "nature")
    assert nature.endswith("supplies, services, works."), "in no language but the reader’s"


QUERIES = {
    "page=0": ("page", "greater_than_equal"),
    "page=10001": ("page", "less_than_equal"),
    "per_page=101": ("per_page", "less_than_equal"),
    "page=x": ("page", "int_parsing"),
    "q=" + "x" * 501: ("q", "string_too_long"),
}


async def test_a_wrong_query_parameter_is_named_with_its_bounds(world: World) -> None:
    for query, found in QUERIES.items():
        (error,) = looked_at(await world.http.get(f"/api/v1/solutions?{query}"), 422, "invalid")["errors"]
        assert (error["path"], error["code"]) == found
        assert any(bound in error["message"] for bound in ("1", "10000", "100", "12", "500"))


async def test_a_value_that_no_list_knows_is_told_in_french(world: World) -> None:
    town = await world.town()
    answer = await town.http.get("/api/v1/sourcing-records?kind=zz", headers=town.headers)
    (error,) = looked_at(answer, 422, "invalid")["errors"]
    assert (error["path"], error["code"]) == ("kind", "unknown_value")
    assert "zz" in error["message"] and "Invalid" not in error["message"]


async def test_a_page_names_a_wrong_parameter_as_its_address_does(world: World) -> None:
    for address, said in (
        ("/solutions?page=0", "page La plus petite valeur acceptée est 1."),
        ("/solutions?" + "fiche=x&" * 41, "fiche Donnez au plus 40 éléments."),
    ):
        answer = await world.http.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == 422
        assert said in " ".join(re.sub("<[^>]+>", " ", answer.text).split()), address


async def test_an_error_is_a_page_for_people_in_their_language(world: World) -> None:
    for language, title in (("fr", "n’existe pas"), ("en", "")):
        answer = await world.http.get(
            "/nulle-part", headers={"Accept": "text/html", "Accept-Language": language}
        )
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert f'lang="{language}"' in answer.text
        assert title in answer.text
    looked_at(await world.http.get("/nulle-part", headers={"Accept": "application/json"}), 404, "http_404")


def operations(world: World) -> Iterator[tuple[str, str, list[str]]]:
    """Every operation of the API: method, path, and the ids it wants."""
    for path, item in world.app.openapi_schema.to_schema()["paths"].items():
        for method in {"get", "post", "put", "delete", "patch"} & item.keys():
            wanted = [part["name"] for part in item[method].get("parameters", []) if part["in"] == "path"]
            yield method.upper(), path, wanted


def filled(path: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value)
    return path


async def answer_of(caller: Caller, method: str, path: str, body: bytes | None = b"{}") -> httpx.Response:
    caller.http.cookies.clear()
    content = None if method == "GET" else body
    return await caller.http.request(
        method,
        path,
        content=content,
        headers={"Content-Type": "application/json", "If-Match": "1", **caller.headers},
    )


def without_place(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json() if "json" in answer.headers.get("content-type", "") else {"text": answer.text}
    kept = (
        {name: value for name, value in body.items() if name not in {"request_id", "instance"}}
        if isinstance(body, dict)
        else body
    )
    return answer.status_code, json.dumps(kept, sort_keys=True)


async def test_an_object_of_others_answers_as_one_that_does_not_exist_everywhere(world: World) -> None:
    told = await story.ordered(world, [("120", "10"), ("80", "0")])
    first = "select min(id::text) from {} where true"
    tables = {
        "need_id": "need", "pool_id": "pool", "membership_id": "membership", "consultation_id": "consultation", "quote_id": "quote",
        "order_id": "purchase_order", "file_id": "stored_file", "key_id": "api_key", "line_id": "pool_line",
    }  # fmt: skip
    theirs = {name: str(await world.sql(first.format(table))) for name, table in tables.items()}
    assert "None" not in theirs.values()
    stranger, outside = await world.town("18213"), await world.startup("Ombre et Lueur")
    theirs["key_id"] = str(
        await world.sql("select id from api_key where person_id = :id", id=told.coordinator.actor.person_id)
    )
    walked = 0
    for method, path, wanted in operations(world):
        if not wanted or not set(wanted) <= theirs.keys():
            continue
        for caller in (stranger, outside, world.visitor) if method == "GET" else (stranger,):
            real = await answer_of(caller, method, filled(path, theirs))
            none = await answer_of(caller, method, filled(path, {name: str(uuid4()) for name in wanted}))
            assert without_place(real) == without_place(none), f"{method} {path}"
            assert 400 <= real.status_code < 500, f"{method} {path}: {real.status_code}"
            walked += 1
    assert walked > 60


HOSTILE = (
    b"",
    b"[]",
    b"[" * 3000,
    b'{"a": "\xff\xfe"}',
    b'{"\\u0000": "\\ud800"}',
    b'{"a": ' + b"9" * 5000 + b"}",
)


async def test_no_body_however_broken_is_ever_our_fault(world: World) -> None:
    town = await world.town()
    seen = set()
    for method, path, wanted in operations(world):
        if method == "GET" or path == "/api/v1/demo/clock":
            continue
        for body in HOSTILE:
            answer = await answer_of(
                town, method, filled(path, {name: str(uuid4()) for name in wanted}), body
            )
            assert answer.status_code < 500, (method, path, body[:30], answer.text)
            if answer.status_code >= 400:
                looked_at(answer, answer.status_code, answer.json()["code"])
            seen.add(answer.status_code)
    assert {400, 404, 422} <= seen


async def test_no_address_however_odd_is_ever_our_fault(world: World) -> None:
    town = await world.town()
    odd = (
        "%00",
        "%ff",
        "%F0%9F%8E%89",
        "-1",
        "a" * 3000,
        "..%2f..",
        str(uuid4()) + "%00",
        "é",
        "%0d%0aX-Y:%201",
        "'",
        "{}",
    )
    for method, path, wanted in operations(world):
        if method != "GET" or not wanted:
            continue
        for value in odd:
            answer = await answer_of(world.visitor, method, filled(path, dict.fromkeys(wanted, value)))
            assert answer.status_code < 500, (path, value, answer.text)
    for query in (
        "q=%00",
        "q=%ff",
        "q=%ed%a0%80",
        "page=1&page=2",
        "domain=%00",
        "q[]=1",
        "mine=maybe",
        "%00=1",
    ):
        for path in ("/solutions", "/towns", "/pools"):
            answer = await world.http.get(f"/api/v1{path}?{query}", headers=town.headers)
            assert answer.status_code < 500, (path, query, answer.text)


def test_an_error_of_several_fields_says_them_all_in_one_line() -> None:
    refused = Invalid([errors.wrong("a", "Trop {how}.", how="long"), errors.wrong("b", "Faux.")])
    assert str(refused) == "a: Trop long.; b: Faux."


async def test_a_body_that_is_not_json_is_refused_by_its_format(world: World) -> None:
    town = await world.town()
    body = '{"text": "Éclairage", "domain": "eclairage-public", "unit": "light_point"}'.encode()
    for given in ("text/plain", "application/xml", "application/x-www-form-urlencoded", ""):
        headers = town.headers | {"Content-Type": given}
        refusal = await world.http.post("/api/v1/needs", content=body, headers=headers)
        assert (refusal.status_code, refusal.json()["code"]) == (415, "http_415"), given
        assert "JSON" in refusal.json()["title"]
    assert await town.read("/needs") == []
    headers = town.headers | {"Content-Type": "application/json; charset=utf-8"}
    assert (await world.http.post("/api/v1/needs", content=body, headers=headers)).status_code == 201
