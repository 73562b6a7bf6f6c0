"""A browser's window without the browser: its own cookies, and the form token of the session it is in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import httpx

from marketplace.ids import OrganisationId, PersonId
from marketplace.sign_in import sessions
from marketplace.sign_in.sessions import Proof
from marketplace.web import csrf
from tests.support.world import Caller, World

PASSWORD = "un mot de passe assez long"


class Window:
    """See the module. `token` is the session's, as the browser holds it."""

    def __init__(self, world: World, http: httpx.AsyncClient) -> None:
        self.world, self.http = world, http

    @classmethod
    @asynccontextmanager
    async def open(cls, world: World, agent: str = "") -> AsyncIterator[Self]:
        transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
        headers = {"User-Agent": agent}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://localhost:8000", headers=headers
        ) as http:
            yield cls(world, http)

    @property
    def token(self) -> str:
        return self.http.cookies.get("session", "")

    @token.setter
    def token(self, token: str) -> None:
        self.http.cookies.set("session", token, domain="localhost.local", path="/")

    async def enter(self, who: Caller, proof: Proof = Proof.PASSWORD) -> None:
        """Be signed in as somebody, as if they had just given `proof`."""
        person_id, organisation_id = who.actor.person_id, who.actor.organisation_id
        assert person_id is not None
        by = sessions.himself(PersonId(person_id))
        async with self.world.app.state.database.transaction(by) as session:
            self.token = await sessions.open_session(
                session, PersonId(person_id), organisation_id=OrganisationId(organisation_id), proof=proof,  # type: ignore[arg-type]
                device="Firefox, Linux",
            )  # fmt: skip

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """At the API, with the session's form token."""
        headers = {"X-CSRF-Token": csrf.token(self.world.app.state.secret, self.token)} if self.token else {}
        return await self.http.request(method, f"/api/v1{path}", json=body, headers=headers)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.call("POST", path, body)

    async def sends(self, path: str, **form: str) -> httpx.Response:
        """A page's form."""
        token = {"_csrf": csrf.token(self.world.app.state.secret, self.token)} if self.token else {}
        return await self.http.post(
            path, data=form | token, headers={"Referer": "http://localhost:8000" + path}
        )

    async def who(self) -> Any:
        """What `GET /me` says, or its status."""
        answer = await self.call("GET", "/me")
        return answer.json() if answer.status_code == 200 else answer.status_code


async def person(world: World, *, password: str | None = PASSWORD) -> tuple[Caller, str]:
    """Somebody of a town, with a password, and their address."""
    town = await world.town()
    assert town.organisation is not None
    caller = await world.member(town.organisation, town.actor.roles, password=password)
    return caller, address_of(caller)


def address_of(caller: Caller) -> str:
    return f"{caller.actor.name.lower().replace(' ', '.')}@exemple.test"


async def mails(world: World, to: str) -> list[str]:
    """What the worker wrote to an address, the oldest first: subject and body."""
    await world.work()
    return list(
        await world.sql("select coalesce(json_agg(subject || E'\\n' || body order by id), '[]') from mail where recipient = :to", to=to)
    )  # fmt: skip
