"""Every route × every role × one's own object and another's: who may do what, and what a stranger can tell."""

import re
import time
from typing import Any

import pytest

from tests.matrix import lines
from tests.matrix.build import Market
from tests.matrix.cells import Bench, gather
from tests.matrix.notation import ACTORS, Line, check

NOT_ROUTES = ("/static", "/schema")
TYPED = re.compile(r"{(\w+):\w+}")
LINES = lines.every()


def routes(app: Any) -> set[str]:
    """`GET /achats/{pool_id}` for every method of every route but what everybody is served alike: static files, the schema."""
    return {
        f"{method} " + TYPED.sub(r"{\1}", route.path)
        for route in app.routes
        if not route.path.startswith(NOT_ROUTES)
        for method in route.methods - {"HEAD", "OPTIONS"}
    }


async def test_every_route_has_a_line_and_every_line_a_route(market: Market) -> None:
    found, written = routes(market.world.app), {line.route for line in LINES}
    assert sorted(found - written) == [], "routes that nobody said who may use: add a line in tests/matrix/lines"
    assert sorted(written - found) == [], "lines of routes that are gone"
    assert check(LINES) == []
    assert list(market.actors) == sorted(market.actors, key=list(market.actors).index) and set(market.actors) == set(ACTORS)


@pytest.mark.timeout(600)
async def test_the_matrix(market: Market) -> None:
    started = time.perf_counter()
    async with Bench.open(market) as bench:
        await gather(bench, LINES)
    _told("both layers", bench, started)


def _told(what: str, bench: Bench, started: float) -> None:
    cells = sum(bench.asked.values())
    print(f"\n{what}: {len(bench.asked)} routes, {len(LINES)} lines, {len(ACTORS)} actors, {cells} cells, {time.perf_counter() - started:.1f} s ({time.process_time():.0f} s of processor)")
    print("slowest:", ", ".join(f"{what} {seconds:.1f}" for seconds, what in sorted(bench.slow)[-8:]))
    unproved = [f"{line.route} [{line.on}] {line.where}" for line in LINES if line.writes and line.ok and not line.invalid
                and not bench.passing[f"{line.route} [{line.on}] {line.where}"]]  # fmt: skip
    assert not unproved, f"lines whose body nobody could pass with: {unproved}"
    assert not bench.faults, f"{len(bench.faults)} kinds of faults\n" + "\n".join(bench.faults)


__all__ = ["LINES", "Line"]
