"""Two long proofs: exact limits over four real processes, and no way to tell a known account from an unknown one by time."""

import asyncio
import math
import os
import signal
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from marketplace.embedded.processes import spawn, stop
from marketplace.launch.instance import environment
from marketplace.settings import Settings
from tests.operation.instances import free_port
from tests.support.visiting import changed, visitor
from tests.support.world import TOWN_ROLES, World

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]

PROCESSES, TRIES, LIMIT = 4, 200, 10
EACH = 200


@asynccontextmanager
async def processes(
    settings: Settings, command: Callable[..., list[str]], folder: Path
) -> AsyncIterator[list[str]]:
    """Real web processes of one instance. Gives their addresses."""
    with ExitStack() as stack:
        addresses = []
        for number in range(PROCESSES):
            port = free_port()
            given = environment(changed(settings, web={"port": port})) | {
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path))
            }
            child: subprocess.Popen[bytes] = spawn(
                command("serve"), log=folder / f"serve-{number}.log", environment=given
            )
            stack.callback(stop, child, signal.SIGTERM)
            addresses.append(f"http://127.0.0.1:{port}")
        async with httpx.AsyncClient() as http:
            deadline = time.monotonic() + 120
            for address in addresses:
                while True:
                    try:
                        assert (await http.get(f"{address}/readyz")).status_code == 200
                        break
                    except httpx.HTTPError:
                        assert time.monotonic() < deadline, "a process does not answer"
                        await asyncio.sleep(0.2)
        yield addresses


@pytest.mark.parametrize("counted_in", ["redis", "postgresql"])
async def test_over_four_processes_exactly_the_limit_of_200_tries_at_once_is_accepted(
    settings: Settings, command: Callable[..., list[str]], tmp_path: Path, counted_in: str
) -> None:
    if counted_in == "postgresql":
        settings = changed(settings, queue={"url": "redis://127.0.0.1:1/0"})
    async with processes(settings, command, tmp_path) as addresses, AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=a, timeout=120)) for a in addresses
        ]

        async def once(number: int) -> int:
            answer = await clients[number % PROCESSES].post(
                "/api/v1/sessions",
                json={"email": "victime@exemple.test", "password": f"essai {number}"},
                headers={"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"},
            )
            return answer.status_code

        started = time.monotonic()
        found = Counter(await asyncio.gather(*(once(number) for number in range(TRIES))))
        print(
            f"\n{PROCESSES} processes, counted in {counted_in}: {dict(found)} in {time.monotonic() - started:.1f} s"
        )
    assert found == {403: LIMIT, 429: TRIES - LIMIT}


async def test_a_known_account_and_an_unknown_one_are_refused_in_the_same_time(world: World) -> None:
    town = await world.town()
    assert town.organisation is not None
    people = [
        (await world.member(town.organisation, TOWN_ROLES, password="un mot de passe assez long")).actor
        for _ in range(20)
    ]
    known = [f"{person.name.lower().replace(' ', '.')}@exemple.test" for person in people]
    unknown = [f"inconnue.{number:03}@exemple.test" for number in range(20)]
    spent: dict[str, list[float]] = {"known": [], "unknown": []}

    async def refused(which: str, number: int) -> None:
        email = (known if which == "known" else unknown)[number % 20]
        async with visitor(world.app, f"198.51.100.{number}") as http:
            started = time.perf_counter()
            answer = await http.post(
                "/api/v1/sessions", json={"email": email, "password": "un mauvais mot de passe"}
            )
            spent[which].append((time.perf_counter() - started) * 1000)
        assert (answer.status_code, answer.json()["code"]) == (403, "wrong_credentials")

    for number in range(EACH):
        for which in ("known", "unknown") if number % 2 else ("unknown", "known"):
            await refused(which, number)
    medians = {which: statistics.median(times) for which, times in spent.items()}
    pairs = zip(
        spent["known"], spent["unknown"], strict=True
    )  # made one right after the other, on the same busy machine
    difference = abs(statistics.median(one - other for one, other in pairs))
    p = mann_whitney(spent["known"], spent["unknown"])
    print(
        f"\n{EACH} each: medians {medians['known']:.1f} and {medians['unknown']:.1f} ms, median of the differences {difference:.2f} ms, p = {p:.3f}"
    )
    assert difference < max(5, 0.03 * medians["unknown"])
    assert p > 0.01


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> float:
    """The two-sided p of Mann and Whitney's U, by the normal approximation with its correction for ties."""
    ranked = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    n, m, total, ties, at = len(first), len(second), 0.0, 0.0, 0
    while at < n + m:
        end = at
        while end < n + m and ranked[end][0] == ranked[at][0]:
            end += 1
        rank, count = (at + 1 + end) / 2, end - at
        total += rank * sum(1 for _, which in ranked[at:end] if which == 0)
        ties += count**3 - count
        at = end
    u = total - n * (n + 1) / 2
    deviation = math.sqrt(n * m / 12 * ((n + m + 1) - ties / ((n + m) * (n + m - 1))))
    return math.erfc(max(0.0, abs(u - n * m / 2) - 0.5) / deviation / math.sqrt(2))


def test_the_statistic_tells_a_shift_from_none() -> None:
    """Against the example of SciPy's documentation (asymptotic, with continuity): p = 0.1113."""
    males, females = [19, 22, 16, 29, 24], [20, 11, 17, 12]
    assert mann_whitney(males, females) == pytest.approx(0.1113, abs=5e-4)
    same = [float(value % 17) for value in range(200)]
    assert mann_whitney(same, same) > 0.9
    assert mann_whitney(same, [value + 4 for value in same]) < 0.001
