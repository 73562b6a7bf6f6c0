"""How much one request may hold: refused before anything reads it, and told as such."""

import pytest

from marketplace.actor import Role
from marketplace.web.limits import BODY_LIMIT, DEPTH_LIMIT, FIELDS_LIMIT, PARTS_LIMIT, depth
from tests.support.world import World

NEED = {"text": "Éclairage", "domain": "eclairage-public", "unit": "light_point"}


async def test_a_body_is_small_unless_its_route_takes_files(world: World) -> None:
    town = await world.town()
    raw = town.headers | {"Content-Type": "application/json"}
    large = b'{"text": "' + b"x" * BODY_LIMIT + b'"}'
    refused = await world.http.post("/api/v1/needs", content=large, headers=raw)
    assert (refused.status_code, refused.json()["code"]) == (413, "http_413")
    page = await world.http.post("/besoins/nouveau", data={"besoin": "x" * BODY_LIMIT}, headers=town.headers)
    assert (page.status_code, page.headers["content-type"]) == (413, "text/html; charset=utf-8")
    anonymous = await world.http.post("/connexion", data={"email": "x" * BODY_LIMIT, "password": "x"})
    assert anonymous.status_code == 413
    order = "/api/v1/orders/00000000-0000-7000-8000-000000000000/invoice"
    for size, status in ((2_000_000, {404, 422}), (21_000_000, {413})):
        files = {"file": ("f.pdf", b"%PDF-" + b"x" * size, "application/pdf")}
        seller = await world.startup(f"Startup {size}")
        answer = await world.http.post(order, files=files, headers=seller.headers)
        assert answer.status_code in status, answer.text


async def test_a_body_that_lies_about_its_length_or_gives_none_is_held_too(world: World) -> None:
    town = await world.town()

    async def endless() -> object:  # sent in pieces, with no Content-Length
        for _ in range(40):
            yield b"x" * 100_000

    headers = town.headers | {"Content-Type": "application/json"}
    answer = await world.http.post("/api/v1/needs", content=endless(), headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 413


async def test_of_two_gigabytes_sent_to_a_route_that_takes_files_hardly_more_than_its_limit_is_read(
    world: World,
) -> None:
    seller, drawn = await world.startup(), 0

    async def table() -> object:
        nonlocal drawn
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="t.csv"\r\nContent-Type: text/csv\r\n\r\n'
        for _ in range(2_000):
            drawn += 1_000_000
            yield b"a;b;c;d\r\n" * 111_112

    headers = seller.headers | {"Content-Type": "multipart/form-data; boundary=x"}
    order = "/api/v1/orders/00000000-0000-7000-8000-000000000000/invoice"
    answer = await world.http.post(order, content=table(), headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 413
    assert drawn < 23_000_000


async def test_json_nested_without_sense_and_forms_without_end_are_refused(world: World) -> None:
    town = await world.town()
    raw = town.headers | {"Content-Type": "application/json"}
    for body in (b"[" * 40 + b"]" * 40, b'{"a":' * 33 + b"1" + b"}" * 33, b"[{" * 500_000):
        answer = await world.http.post("/api/v1/needs", content=body[:BODY_LIMIT], headers=raw)
        assert (answer.status_code, answer.json()["code"]) == (400, "http_400"), body[:10]
    form = town.headers | {"Content-Type": "application/x-www-form-urlencoded"}
    many = await world.http.post("/besoins/nouveau", content=b"a=1&" * FIELDS_LIMIT, headers=form)
    assert many.status_code == 413
    parts = {f"a{number}": (None, "1") for number in range(PARTS_LIMIT + 1)}
    refused = await world.http.post("/besoins/nouveau", files=parts, headers=town.headers)  # type: ignore[arg-type]
    assert refused.status_code in {400, 413}
    assert await town.read("/needs") == []
    brackets = NEED | {"text": "[" * 60 + ' \\" {{[[ \\'}
    assert (await town.post("/needs", brackets)).status_code == 201


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"[" * 40 + b"]" * 40, 40),
        (b"[" + b"[]," * 50 + b"[]]", 2),
        (b'{"a": "' + b"[" * 99 + b'"}', 1),
        (b'{"a": "\\"' + b"[" * 99 + b'\\\\"}', 1),
        (b'["\\\\", ' + b"[" * 40, 41),
        (b'{"short": [1]}', 0),
    ],
)
def test_depth_counts_brackets_and_not_those_of_strings(text: bytes, found: int) -> None:
    assert depth(text) == found
    assert depth(b"[" * DEPTH_LIMIT) == 0


async def test_null_is_no_date_and_no_id_but_may_be_a_word(world: World) -> None:
    admin = await world.town(roles=frozenset({Role.ADMIN}))
    for query, status in (("until=null", 422), ("person=null", 422), ("subject=null", 200), ("", 200)):
        answer = await world.http.get(f"/api/v1/organisation/journal?{query}", headers=admin.headers)
        assert answer.status_code == status, query
    refused = await world.http.get(
        "/api/v1/organisation/journal?since=null&until=null", headers=admin.headers
    )
    assert {error["path"] for error in refused.json()["errors"]} == {"since", "until"}
