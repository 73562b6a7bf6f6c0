"""Every route × every role × one's own object and another's: who may do what, and what a stranger can tell."""

import os
import re
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.matrix import lines
from tests.matrix.build import Market
from tests.matrix.cells import Bench, _with_days, gather
from tests.matrix.notation import ACTORS, Line, check, names

NOT_ROUTES = ("/static", "/schema")
TYPED = re.compile(r"{(\w+):\w+}")
LINES = [line for line in lines.every() if re.search(os.environ.get("MATRIX_ROUTES", ""), line.route)]
"""`MATRIX_ROUTES`, a regular expression, limits a run to some routes: by hand, and for the mutants."""
ONE_EACH = frozenset(
    {
        "anonymous",
        "a.agent",
        "b.agent",
        "c.all",
        "s.seller",
        "t.all",
        "u.all",
        "supervisor",
        "recused",
        "curator",
        "staff.admin",
    }
)


def routes(app: Any) -> set[str]:
    """`GET /achats/{pool_id}` for every method of every route but what everybody is served alike: static files, the schema."""
    return {
        f"{method} " + TYPED.sub(r"{\1}", route.path)
        for route in app.routes
        if not route.path.startswith(NOT_ROUTES)
        for method in route.methods - {"HEAD", "OPTIONS"}
    }


async def test_every_route_has_a_line_and_every_line_a_route(market: Market) -> None:
    found, written = routes(market.world.app), {line.route for line in lines.every()}
    assert sorted(found - written) == [], (
        "routes that nobody said who may use: add a line in tests/matrix/lines"
    )
    assert sorted(written - found) == [], "lines of routes that are gone"
    assert check(lines.every()) == []
    assert list(market.actors) == sorted(market.actors, key=list(market.actors).index) and set(
        market.actors
    ) == set(ACTORS)


@pytest.mark.timeout(600)
@pytest.mark.proof
async def test_the_matrix(market: Market) -> None:
    started = time.perf_counter()
    async with Bench.open(market) as bench:
        await gather(bench, LINES)
    _told("both layers", bench, started)


@pytest.mark.timeout(600)
@pytest.mark.proof
async def test_the_domain_alone_hides_as_much_with_row_level_security_off(market: Market) -> None:
    """Isolation is twice: what the policies would catch, the queries catch too. One person an organisation, refusals only."""
    started = time.perf_counter()
    tables = await market.world.sql("select string_agg(relname, ' ') from pg_class where relrowsecurity")
    await market.owner(*(f"alter table {table} disable row level security" for table in tables.split()))
    async with Bench.open(market) as bench:
        bench.passes, bench.looking = False, ONE_EACH
        await gather(
            bench, [line for line in LINES if "_id}" in line.route or "slug" in line.route or not line.writes]
        )
    await market.owner(*(f"alter table {table} enable row level security" for table in tables.split()))
    _told("the domain alone", bench, started)


FORCED = {
    "id": "00000000-0000-0000-0000-000000000000", "organisation_id": None, "town_id": None, "startup_id": None, "person_id": None,
    "role": "admin", "roles": ["admin"], "state": "paid", "price": 1, "paid": True, "created_at": "2020-01-01", "is_staff": True,
    "version": 99,
}  # fmt: skip
"""What a program would add to a body to get what is not offered to it."""


async def test_no_body_takes_more_than_its_fields(market: Market) -> None:
    """Mass assignment: as somebody who may, with every forced field beside and inside; each is named, and nothing changes."""
    tried = []
    async with Bench.open(market) as bench:
        for line in LINES:
            allowed = names(line.ok) - {"anonymous"} or names(line.ok)
            if not (line.api and line.writes and isinstance(line.body, dict) and allowed) or line.file:
                continue
            more = {name: value for name, value in FORCED.items() if name not in line.body}
            forced = line.body | more
            for name, inner in line.body.items():
                if isinstance(inner, list) and inner and isinstance(inner[0], dict):
                    forced[name] = [inner[0] | {k: v for k, v in FORCED.items() if k not in inner[0]}]
            before = await bench.digest()
            ids = _with_days(market.mine.at(line.on), market)
            answer = await bench.ask(replace(line, body=forced), market.actors[max(allowed)], ids)
            assert answer.status_code == 422, (line.route, answer.status_code, answer.text[:200])
            told = {error["path"] for error in answer.json()["errors"]}
            assert set(more) <= told, (line.route, sorted(set(more) - told))
            assert await bench.digest() == before, line.route
            tried.append(line.route)
    assert tried or os.environ.get("MATRIX_ROUTES")
    print(f"\nmass assignment: {len(tried)} bodies")


def _told(what: str, bench: Bench, started: float) -> None:
    cells = sum(bench.asked.values())
    print(
        f"\n{what}: {len(bench.asked)} routes, {len(LINES)} lines, {len(ACTORS)} actors, {cells} cells, {time.perf_counter() - started:.1f} s ({time.process_time():.0f} s of processor)"
    )
    print("slowest:", ", ".join(f"{what} {seconds:.1f}" for seconds, what in sorted(bench.slow)[-8:]))
    unproved = not bench.passes or [f"{line.route} [{line.on}] {line.where}" for line in LINES if line.writes and line.ok and not line.invalid
                and not bench.passing[f"{line.route} [{line.on}] {line.where}"]]  # fmt: skip
    assert unproved in ([], True), f"lines whose body nobody could pass with: {unproved}"
    assert not bench.faults, f"{len(bench.faults)} kinds of faults\n" + "\n".join(bench.faults)


__all__ = ["LINES", "Line"]
