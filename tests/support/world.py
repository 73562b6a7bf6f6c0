"""A small market to act in: towns, startups, staff, the application and its worker, on one test's database."""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import date, timedelta
from typing import Any, Self

import httpx
from litestar import Litestar
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from marketplace import clock
from marketplace.accounts import api_keys, registration
from marketplace.accounts.models import KeyScope, Organisation
from marketplace.actor import ANONYMOUS, SYSTEM, Actor, OrganisationKind, Role
from marketplace.app import create_app, state_of
from marketplace.db import Database, asyncpg_url
from marketplace.demo import clock as demo_clock
from marketplace.demo.people import fictional_siren
from marketplace.settings import Settings, needed
from workers.relay import Relay
from workers.routing import DEADLINES, ROUTES
from workers.sweeps import sweep
from workers.tools import Tools

TOWN_ROLES = frozenset({Role.AGENT, Role.SIGNATORY, Role.ACCOUNTANT, Role.ADMIN})
SELLER_ROLES = frozenset({Role.SELLER, Role.EDITOR, Role.ADMIN})
TOWN_CODES = ("18279", "18033", "18197", "18205", "18206", "18141", "18015", "18213")
"""Real communes of the Cher: Vierzon coordinates, then Bourges, Saint-Amand-Montrond…"""


@asynccontextmanager
async def _lifespan(app: Any) -> AsyncIterator[None]:
    """The application's lifespan, entered and left in one task, as its task group wants."""
    started, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stop.wait()

    task = asyncio.create_task(live())
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        task.result()
    try:
        yield
    finally:
        stop.set()
        await task


_idle: dict[str, list[Litestar]] = defaultdict(list)


@contextmanager
def application(settings: Settings) -> Iterator[Litestar]:
    """The application with `settings`. Made anew only when none of its shape is idle: making one takes half a second."""
    idle = _idle[repr((settings.web, settings.instance.demo, settings.proconnect))]
    if idle:
        app = idle.pop()
        for name, value in state_of(settings).items():
            app.state[name] = value
    else:
        app = create_app(settings)
    yield app
    idle.append(app)


class Caller:
    """Somebody at the API, with a key. Answers are returned as they are: the test looks at the status."""

    def __init__(
        self, http: httpx.AsyncClient, actor: Actor, organisation: Organisation | None, secret: str | None
    ) -> None:
        self.http, self.actor, self.organisation = http, actor, organisation
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    async def get(self, path: str, **query: Any) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", params=query, headers=self.headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.post(f"/api/v1{path}", json=body, headers=sent)

    async def put(self, path: str, body: Any, **headers: str) -> httpx.Response:
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.put(f"/api/v1{path}", json=body, headers=sent)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(f"/api/v1{path}", headers=self.headers)

    async def did(self, path: str, body: Any = None, *, method: str = "post", **headers: str) -> Any:
        """Do it, and fail the test with the answer unless it was done."""
        answer = await (
            self.put(path, body, **headers) if method == "put" else self.post(path, body, **headers)
        )
        assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def read(self, path: str, **query: Any) -> Any:
        answer = await self.get(path, **query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()


class World:
    """See the module."""

    def __init__(self, settings: Settings, app: Any, http: httpx.AsyncClient, database: Database) -> None:
        self.settings, self.app, self.http = settings, app, http
        self.as_worker = database
        self.tools = Tools(settings, database)
        self.relay = Relay(self.tools, ROUTES)
        self.visitor = Caller(http, ANONYMOUS, None, None)
        self._numbers = itertools.count(500)

    @classmethod
    @asynccontextmanager
    async def open(cls, settings: Settings) -> AsyncIterator[Self]:
        await demo_clock.allow(needed(settings.database.owner_url, "owner"), "lotcommun_app")
        async with AsyncExitStack() as stack:
            app = stack.enter_context(application(settings))
            await stack.enter_async_context(_lifespan(app))
            transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
            http = await stack.enter_async_context(
                httpx.AsyncClient(transport=transport, base_url="http://localhost:8000")
            )
            database = Database(needed(settings.database.worker_url, "worker"), pool_size=4)
            stack.push_async_callback(database.close)
            yield cls(settings, app, http, database)

    # people

    async def town(self, code: str = TOWN_CODES[0], roles: frozenset[Role] = TOWN_ROLES) -> Caller:
        """Somebody who acts for a real town with `roles`."""
        async with self.as_worker.transaction(SYSTEM) as session:
            organisation = await registration.register_town(session, code)
        return await self.member(organisation, roles)

    async def towns(self, count: int) -> list[Caller]:
        return [await self.town(code) for code in TOWN_CODES[:count]]

    async def startup(self, name: str = "Quinquet Systèmes", roles: frozenset[Role] = SELLER_ROLES) -> Caller:
        async with self.as_worker.transaction(SYSTEM) as session:
            organisation = await registration.register_organisation(
                session,
                kind=OrganisationKind.STARTUP,
                name=name,
                siren=fictional_siren(next(self._numbers)),
                fictional=True,
            )
        return await self.member(organisation, roles)

    async def staff(self, *roles: Role, kind: OrganisationKind = OrganisationKind.SUPERVISOR) -> Caller:
        async with self.as_worker.transaction(SYSTEM) as session:
            organisation = await registration.register_organisation(
                session, kind=kind, name=f"{kind} de test", siren=fictional_siren(next(self._numbers))
            )
        return await self.member(organisation, frozenset(roles or {Role.SUPERVISOR}))

    async def member(
        self,
        organisation: Organisation,
        roles: frozenset[Role],
        *,
        scope: KeyScope = KeyScope.WRITE,
        password: str | None = None,
    ) -> Caller:
        """A new person of an organisation, with an API key."""
        number = next(self._numbers)
        async with self.as_worker.transaction(SYSTEM) as session:
            person = await registration.register_person(
                session, email=f"personne.{number}@exemple.test", name=f"Personne {number}", password=password,
                organisation_id=organisation.id, roles=roles,
            )  # fmt: skip
            actor = Actor(
                person_id=person.id, organisation_id=organisation.id, kind=organisation.kind, roles=roles, channel="key",
                name=person.name, organisation_name=organisation.name,
            )  # fmt: skip
            _, secret = await api_keys.create(session, name="test", scope=scope, expires_at=None, by=actor)
        return Caller(self.http, actor, organisation, secret)

    # time and work

    async def now(self) -> Any:
        async with self.as_worker.reading(SYSTEM) as session:
            return await clock.now(session)

    async def today(self) -> date:
        return clock.paris_day(await self.now())

    async def advance(self, days: int) -> None:
        """Move the clock forward, then let what is due happen."""
        owner = create_async_engine(
            asyncpg_url(needed(self.settings.database.owner_url, "owner"))[0], poolclass=NullPool
        )
        async with owner.begin() as connection:
            await connection.execute(
                text("update clock_shift set shift = shift + :by"), {"by": timedelta(days=days)}
            )
        await owner.dispose()
        await self.work()

    async def work(self) -> None:
        """Sweep the deadlines and drain the outbox, as the worker would."""
        while await sweep(self.tools, DEADLINES) or await self.relay.drain():
            continue

    async def sql(self, statement: str, **values: Any) -> Any:
        """One scalar as the owner, who sees every row."""
        owner = create_async_engine(
            asyncpg_url(needed(self.settings.database.owner_url, "owner"))[0], poolclass=NullPool
        )
        try:
            async with owner.begin() as connection:
                result = await connection.execute(text(statement), values)
                return result.scalar() if result.returns_rows else None
        finally:
            await owner.dispose()
