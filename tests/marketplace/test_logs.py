"""Logs: one JSON object a line, with the request's id, and never a secret of the request's."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from marketplace import logs
from tests.support.world import World


@pytest.fixture
def lines() -> Iterator[Any]:
    """The JSON lines written since they were last asked for."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    logs.configure(level="INFO", json=True)
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream := io.StringIO())

    def read() -> list[dict[str, Any]]:
        said = stream.getvalue()
        stream.seek(0)
        stream.truncate()
        return [json.loads(line) for line in said.splitlines()]

    yield read
    logs.configure(level="ERROR", json=False)
    root.handlers = before
    root.setLevel(level)


def test_a_line_is_one_json_object_with_its_level_and_its_instant(lines: Any) -> None:
    logs.logger("test").warning("disk_low", left="2 Mo\nà peine", folder="/é")
    logging.getLogger("library").error("broken %s", "thing", extra={"job": 7})
    ours, theirs = lines()
    assert (ours["event"], ours["level"], ours["left"], ours["folder"]) == (
        "disk_low",
        "warning",
        "2 Mo\nà peine",
        "/é",
    )
    assert ours["timestamp"].endswith("Z")
    assert (theirs["event"], theirs["level"], theirs["job"]) == ("broken thing", "error", 7)


def test_an_exception_is_told_in_the_line_it_belongs_to(lines: Any) -> None:
    logs.logger("test").error("unexpected", exc_info=ZeroDivisionError("on purpose"))
    (line,) = lines()
    assert "ZeroDivisionError: on purpose" in line["exception"]


async def test_a_request_leaves_one_line_with_its_id_and_nothing_it_carried(world: World, lines: Any) -> None:
    town = await world.town()
    lines()
    answer = await town.get("/needs", secret_word="dans-la-requête")
    said = lines()
    (line,) = [line for line in said if line["event"] == "request"]
    assert line["request_id"] == answer.headers["x-request-id"]
    assert (line["method"], line["path"], line["status"], line["level"]) == (
        "GET",
        "/api/v1/needs",
        200,
        "info",
    )
    assert line["ms"] >= 0
    everything = json.dumps(said, ensure_ascii=False)
    assert town.headers["Authorization"][7:] not in everything
    assert "dans-la-requête" not in everything


async def test_the_line_says_who_acted_by_ids_alone(world: World, lines: Any) -> None:
    town = await world.town()
    assert town.organisation
    need = await town.did("/needs", {"text": "Éclairer", "domain": "eclairage-public", "unit": "light_point"})
    lines()
    await town.get(f"/needs/{need['id']}")
    await world.http.get("/healthz")
    ours, probe = (line for line in lines() if line["event"] == "request")
    assert ours["path"] == f"/api/v1/needs/{need['id']}"
    assert (ours["person_id"], ours["organisation_id"]) == (
        str(town.actor.person_id),
        str(town.organisation.id),
    )
    assert "@" not in json.dumps(ours) and town.organisation.name not in json.dumps(ours, ensure_ascii=False)
    assert "person_id" not in probe


async def test_an_id_sent_by_the_caller_is_not_believed_and_none_is_left_after_the_request(
    world: World, lines: Any
) -> None:
    answer = await world.http.get("/healthz", headers={"X-Request-Id": "forgé\n{}".encode().hex()})
    (line,) = [line for line in lines() if line["event"] == "request"]
    assert line["request_id"] == answer.headers["x-request-id"] != "forgé\n{}".encode().hex()
    assert "request_id" not in structlog.contextvars.get_contextvars()


async def test_an_unexpected_failure_is_logged_under_the_id_that_the_person_is_shown(
    world: World, lines: Any
) -> None:
    town = await world.town()
    await world.sql("drop table need cascade")
    answer = await town.get("/needs")
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert answer.json()["request_id"] in answer.json()["title"]
    (line,) = [line for line in lines() if line["event"] == "unexpected"]
    assert line["request_id"] == answer.json()["request_id"]
    assert "UndefinedTable" in line["exception"]
    assert "UndefinedTable" not in answer.text


async def test_a_link_that_proves_something_is_not_in_the_line_of_whoever_follows_it(
    world: World, lines: Any
) -> None:
    token = f"{'0a' * 16}.{'0b' * 32}"
    assert (await world.http.get(f"/mot-de-passe/{token}")).status_code == 404
    (line,) = (line for line in lines() if line["event"] == "request")
    assert line["path"] == "/mot-de-passe/…"
