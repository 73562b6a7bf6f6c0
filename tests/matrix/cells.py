"""Running the matrix: each line × each actor × its own object, another's, and one that does not exist.

What should be refused is asked of the application as it is, and the database must not have changed. What should pass is
rehearsed: the whole transaction runs, then is rolled back, so that every cell finds the same market.
"""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from marketplace.actor import Actor as By
from marketplace.db import Database, Session, asyncpg_url
from marketplace.settings import needed
from tests.matrix.build import Actor, Market
from tests.matrix.notation import ACTORS, OUTSIDER, PUBLIC, Line, names
from tests.matrix.secrecy import Secrets

PASSED = frozenset({409, 412, 428})
"""Refusals of the state or the version: whoever meets them was let in."""
AT_ONCE = 4
NAMES = re.compile(r"\{(\w+)\}")
BODY_IDS = frozenset({"need_id", "log_id", "line", "quote", "organisation_id", "membership_id", "person_id"})
UNTOLD = ("x-request-id", "content-length", "date", "set-cookie")
WORKING_TABLES = frozenset(
    {"search_entry", "search_posting", "search_stem", "search_word", "search_state", "alembic_version"}
)


class Rehearsal(Database):
    """The application's database, whose transactions are rolled back at their end while `keeps` is false."""

    keeps = True

    @staticmethod
    def _engine(address: str, pool_size: int) -> AsyncEngine:
        """As the application's, without asking each connection first whether it lives."""
        url, connect = asyncpg_url(address)
        return create_async_engine(
            url, pool_size=pool_size, connect_args=connect | {"server_settings": {"timezone": "UTC"}}
        )

    @asynccontextmanager
    async def transaction(self, actor: By) -> AsyncIterator[Session]:
        if self.keeps:
            async with super().transaction(actor) as session:
                yield session
            return
        async with Session(self.engine, expire_on_commit=False, info={"actor": actor}) as session:
            yield session
            await session.flush()
            await session.rollback()


@dataclass
class Bench:
    """A market, and what has been asked of it."""

    market: Market
    http: httpx.AsyncClient
    database: Rehearsal
    owner: AsyncEngine
    secrets: Secrets
    found: dict[str, list[str]] = field(default_factory=dict)
    missing: dict[tuple[str, str, str, str], httpx.Response] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    passing: Counter[str] = field(default_factory=Counter)
    looking: frozenset[str] = frozenset(ACTORS)
    passes: bool = True
    """Whether to rehearse what should pass; what is only read is looked at anyway."""
    slow: list[tuple[float, str]] = field(default_factory=list)
    digest_sql: str = ""

    @classmethod
    @asynccontextmanager
    async def open(cls, market: Market) -> AsyncIterator["Bench"]:
        world = market.world
        url = needed(world.settings.database.url, "DATABASE_URL")
        kept, database = world.app.state.database, Rehearsal(url, pool_size=2 * AT_ONCE)
        owner = create_async_engine(
            asyncpg_url(needed(world.settings.database.owner_url, "owner"))[0], pool_size=1
        )
        world.app.state.database = database
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=world.app, raise_app_exceptions=False), base_url="http://localhost:8000",
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # nobody brings another's cookie
        )  # fmt: skip
        bench = cls(market, http, database, owner, Secrets(market))
        tables = await world.sql(
            "select json_agg(c.relname order by c.relname) from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"
        )
        bench.digest_sql = " union all ".join(
            f"select '{t}', count(*), coalesce(max(xmin::text::bigint), 0) from \"{t}\"" for t in tables if t not in WORKING_TABLES
            and not t.endswith(("commune", "epci", "region", "department"))
        )  # fmt: skip
        try:
            yield bench
        finally:
            world.app.state.database = kept
            await http.aclose()
            await database.close()
            await owner.dispose()

    async def digest(self) -> list[Any]:
        """How many rows each table has, and the last transaction that wrote one."""
        async with self.owner.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(self.digest_sql))]

    # asking

    async def ask(
        self, line: Line, actor: Actor, ids: dict[str, str], body_ids: dict[str, str] | None = None
    ) -> httpx.Response:
        """Make the line's request with `ids` in its address and `body_ids` in its body."""
        path = _filled(line.path, ids | line.where)
        if line.query:
            path += "?" + _filled(line.query, ids)
        sent: dict[str, Any] = {}
        if line.file:
            body = _filled(line.body, body_ids or ids)
            sent = {"data": body, "files": {"file": ("f.pdf", b"%PDF-1.7 facture\n%%EOF", "application/pdf")}}
        elif line.body is not None:
            sent = {"json" if line.api else "data": _filled(line.body, body_ids or ids)}
        headers = actor.headers(api=(line.api and not line.session) or actor.name == "a.key") | line.headers
        self.asked[line.route] += 1
        return await self.http.request(line.method, path, headers=headers, **sent)

    def fault(self, line: Line, actor: Actor, whose: str, what: str) -> None:
        """Note what is wrong in one cell; the cells of one line that are wrong alike are told together."""
        self.found.setdefault(f"{line.route} [{line.on}] {whose}: {what}", []).append(actor.name)

    @property
    def faults(self) -> list[str]:
        return [f"{what} ({' '.join(actors)})" for what, actors in self.found.items()]

    # the cells of one line

    async def line(self, line: Line) -> None:
        started = time.perf_counter()
        mine, theirs = (
            _with_days(side.at(line.on), self.market) for side in (self.market.mine, self.market.theirs)
        )
        named = NAMES.search(line.path.replace("{act}", "").replace("{code}", "").replace("{name}", ""))
        before = await self.digest()
        self.database.keeps = True
        await self._each(line, lambda actor: self._refusals(line, actor, mine, theirs, own_only=not named))
        changed = {now[0] for now, was in zip(await self.digest(), before, strict=True) if now != was}
        if changed:
            self.found[f"{line.route} [{line.on}]: {sorted(changed)} changed though all was refused"] = []
        self.database.keeps = not line.writes
        if self.passes or not line.writes:
            await self._each(line, lambda actor: self._passes(line, actor, mine, theirs))
        self.database.keeps = True
        self.slow.append((time.perf_counter() - started, f"{line.route} [{line.on}]"))

    async def _each(self, line: Line, look: Callable[[Actor], Awaitable[None]]) -> None:
        """`look` for every actor, a few at once."""
        among = names(line.among) & self.looking - ({"a.key"} if line.session else set())
        waiting = [actor for name, actor in self.market.actors.items() if name in among]

        async def go_on() -> None:
            while waiting:
                await look(waiting.pop())

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(go_on())

    async def _refusals(
        self, line: Line, actor: Actor, mine: dict[str, str], theirs: dict[str, str], *, own_only: bool
    ) -> None:
        expected = line.expected(actor.name)
        missing = None
        if not own_only:
            missing = await self._missing(line, actor, mine)
            if missing.status_code < 400 and not _to_sign_in(missing):
                self.fault(line, actor, "missing", str(missing.status_code))
        if expected != "ok":
            answer = await self._look(line, actor, mine, "own")
            status = _status(answer)
            if status != expected:
                self.fault(line, actor, "own", f"{status}, not {expected} {_said(answer)}")
            elif missing is not None and status == 404:
                self._same(line, actor, "own", answer, missing)
        stranger = line.expected(OUTSIDER[actor.name])
        if (
            missing is not None
            and stranger != "ok"
            and OUTSIDER[actor.name] != actor.name
            and actor.name != "two.c"
        ):
            answer = await self._look(line, actor, theirs, "other's")
            if stranger == 403 and line.on in PUBLIC:
                if _status(answer) not in {401, 403, 404, 409}:  # 409: everybody reads its phase
                    self.fault(line, actor, "other's", f"{_status(answer)} {_said(answer)}")
            else:
                self._same(line, actor, "other's", answer, missing)

    async def _passes(self, line: Line, actor: Actor, mine: dict[str, str], theirs: dict[str, str]) -> None:
        if line.expected(actor.name) == "ok":
            answer = await self._look(line, actor, mine, "own")
            status = _status(answer)
            if not (status < 400 or status in PASSED or (line.invalid and status == 422)):
                self.fault(line, actor, "own", f"{status}, not ok {_said(answer)}")
            elif status != 422:
                self.passing[f"{line.route} [{line.on}] {line.where}"] += 1
            if line.mixed and line.writes:
                await self._mix(line, actor, mine, theirs)

    async def _mix(self, line: Line, actor: Actor, mine: dict[str, str], theirs: dict[str, str]) -> None:
        """One's own object, and in it something of another's: answered as if that did not exist."""
        in_path = NAMES.findall(line.path)[1:]
        in_body = set(NAMES.findall(json.dumps(line.body))) & BODY_IDS
        foreign = [name for name in (*in_path, *in_body) if name in theirs and name not in line.where]
        if not foreign:
            return
        alien = mine | {name: theirs[name] for name in foreign}
        nothing = mine | {name: str(uuid4()) for name in foreign}
        answer = await self.ask(line, actor, *_split(line, mine, alien, in_path))
        missing = await self.ask(line, actor, *_split(line, mine, nothing, in_path))
        self._leaks(line, actor, answer, "mixed")
        if _status(answer) < 400:
            self.fault(line, actor, "mixed", str(_status(answer)))
        self._same(line, actor, "mixed", answer, missing)

    async def _look(self, line: Line, actor: Actor, ids: dict[str, str], whose: str) -> httpx.Response:
        answer = await self.ask(line, actor, ids)
        if answer.status_code >= 500:
            self.fault(line, actor, whose, str(answer.status_code))
        self._leaks(line, actor, answer, whose)
        return answer

    async def _missing(self, line: Line, actor: Actor, mine: dict[str, str]) -> httpx.Response:
        """The answer about something that does not exist: asked once for all phases."""
        known = (line.route, str(line.where), line.query, actor.name)
        if known not in self.missing:
            self.missing[known] = await self._asked_missing(line, actor, mine)
        return self.missing[known]

    async def _asked_missing(self, line: Line, actor: Actor, mine: dict[str, str]) -> httpx.Response:
        nothing = mine | {
            name: "rien-du-tout" if name == "slug" else str(uuid4()) for name in NAMES.findall(line.path)
        }
        return await self.ask(line, actor, nothing, mine)

    def _leaks(self, line: Line, actor: Actor, answer: httpx.Response, whose: str) -> None:
        asked = str(answer.request.url) + _body(answer.request)
        if told := self.secrets.told(actor.name, answer.content, asked):
            self.fault(line, actor, whose, f"{answer.status_code} tells {told[:4]}")

    def _same(
        self, line: Line, actor: Actor, whose: str, answer: httpx.Response, missing: httpx.Response
    ) -> None:
        found, wanted = _plain(answer), _plain(missing)
        if found != wanted:
            where = next((i for i, (a, b) in enumerate(zip(found[2], wanted[2], strict=False)) if a != b), 0)
            told = (
                f"{found[0]} {found[2][where : where + 60]!r} ≠ {wanted[0]} {wanted[2][where : where + 60]!r}"
            )
            self.fault(line, actor, whose, f"differs from missing: {told}")


def _filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, str):
        return NAMES.sub(lambda found: ids[found[1]], value)
    if isinstance(value, dict):
        return {_filled(name, ids): _filled(inner, ids) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, ids) for inner in value]
    return value


def _with_days(ids: dict[str, str], market: Market) -> dict[str, str]:
    later = date.fromisoformat(market.today) + timedelta(days=40)
    return {"today": market.today, "later": str(later), "quote": str(uuid4()), "sha256": "0" * 64} | ids


def _split(
    line: Line, mine: dict[str, str], alien: dict[str, str], in_path: list[str]
) -> tuple[dict[str, str], dict[str, str]]:
    return mine | {name: alien[name] for name in in_path if name in alien}, alien


def _status(answer: httpx.Response) -> int:
    return 401 if _to_sign_in(answer) else answer.status_code


def _to_sign_in(answer: httpx.Response) -> bool:
    return answer.status_code == 303 and answer.headers["location"].startswith("/connexion?")


def _said(answer: httpx.Response) -> str:
    if answer.headers.get("content-type", "").startswith("application/problem"):
        found = answer.json()
        return f"{found['code']} {found.get('errors', '')}"[:160]
    return answer.headers.get("location", "")


def _body(request: httpx.Request) -> str:
    try:
        return request.content.decode(errors="replace")
    except httpx.RequestNotRead:  # a form with a file
        return ""


def _plain(answer: httpx.Response) -> tuple[int, list[tuple[str, str]], str]:
    """An answer without what the request itself says, and without its number."""
    body = answer.content.decode(errors="replace")
    for number in (
        answer.headers.get("x-request-id", "?"),
        *re.findall(r"[0-9a-f-]{36}|rien-du-tout", str(answer.request.url)),
    ):
        body = body.replace(number, "…")
    asked = re.findall(r"/(?:api/v1/)?solutions/([\w-]+)", str(answer.request.url))
    for slug in asked:
        body = body.replace(slug, "…")
    body = re.sub(r'(name="_once" value=")[^"]*', r"\1", body)
    for typed in re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", _body(answer.request)):
        body = body.replace(typed, "…")
    body = re.sub(
        r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}_[0-9a-f]{12}", "…", body
    )  # in a field's name
    headers = sorted(
        (k, re.sub(r"[0-9a-f-]{36}", "…", v)) for k, v in answer.headers.items() if k not in UNTOLD
    )
    return answer.status_code, headers, body


def actors_of(market: Market) -> Iterator[Actor]:
    return (market.actors[name] for name in ACTORS)


async def gather(bench: Bench, lines: list[Line]) -> None:
    for line in lines:
        try:
            async with asyncio.timeout(20):
                await bench.line(line)
        except TimeoutError:
            bench.found[f"{line.route} [{line.on}]: no answer in 20 s"] = []
        await asyncio.sleep(0)
