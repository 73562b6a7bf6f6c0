"""Getting into organisations as people do: the links that were mailed, and a browser's session."""

import email
import email.policy
import re
from typing import Any

import httpx
from stdnum import luhn

from marketplace.accounts import tokens
from marketplace.accounts.tokens import Purpose
from tests.support.world import Caller, World

PASSWORD = "une phrase assez longue pour entrer"
SIREN_OF_VIERZON = "211802798"


def siret_of(siren: str, nic: str = "0001") -> str:
    """The SIRET of an establishment of `siren`, its key right."""
    start = siren + nic
    return start + str(luhn.calc_check_digit(start))


def address(caller: Caller) -> str:
    """The e-mail address that `World.member` gave."""
    return f"{caller.actor.name.lower().replace(' ', '.')}@exemple.test"


async def link(world: World, purpose: Purpose, to: str) -> str:
    """The last token of `purpose` that was issued to an address, as it travels."""
    token_id = await world.sql(
        "select id from one_time_token where purpose = :purpose and bound_to = :to order by id desc limit 1",
        purpose=purpose.value,
        to=to,
    )
    secret = world.settings.web.secret
    assert secret is not None
    assert token_id is not None, f"no link was made for {to}"
    return tokens.written(secret.get_secret_value(), token_id, purpose, to)


def mails_to(world: World, to: str) -> list[tuple[str, str]]:
    """Subject and body of the mails that an address got, in order."""
    files = sorted(world.settings.mail_dir.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
    read = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    return [(str(m["Subject"]), str(m.get_content())) for m in read if m["To"] == to]  # type: ignore[attr-defined]


def linked(body: str) -> str:
    """The address of this site that a mail leads to, without the host."""
    found = re.search(r"http://localhost:8000(\S+)", body)
    assert found is not None, body
    return found[1]


class Browser:
    """Somebody signed in with a password, at the API: a session and its token."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http, self.csrf = http, ""

    @classmethod
    async def sign_in(cls, world: World, address: str, password: str = PASSWORD) -> "Browser":
        made = cls(httpx.AsyncClient(transport=world.http._transport, base_url="http://localhost:8000"))
        answer = await made.call("POST", "/sessions", {"email": address, "password": password})
        assert answer.status_code == 201, answer.text
        made.csrf = answer.json()["csrf_token"]
        return made

    async def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        headers = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        return await self.http.request(method, f"/api/v1{path}", json=body, headers=headers)

    async def me(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.call("GET", "/me")).json()
        return found


async def register(world: World, to: str, **changes: Any) -> httpx.Response:
    """A visitor claims Vierzon, or what `changes` say."""
    body = {
        "person_name": "Camille Dupont",
        "email": to,
        "kind": "town",
        "siret": siret_of(SIREN_OF_VIERZON),
        "roles": ["agent"],
    }
    return await world.visitor.post("/registrations", body | changes)


async def claimed(world: World, to: str, **changes: Any) -> str:
    """A claim that waits for a decision, made and proven by somebody new. Its id."""
    answer = await register(world, to, **changes)
    assert answer.status_code == 201, answer.text
    token = await link(world, Purpose.CLAIM, to)
    proven = await world.visitor.post("/registrations/proof", {"token": token, "password": PASSWORD})
    assert proven.status_code == 204, proven.text
    return str(
        await world.sql("select id::text from claim where email = :to order by id desc limit 1", to=to)
    )


async def invited(world: World, admin: Caller, to: str, *roles: str) -> str:
    """An invitation's token."""
    await admin.did("/organisation/invitations", {"email": to, "roles": list(roles)})
    return await link(world, Purpose.INVITATION, to)


async def joined(world: World, admin: Caller, to: str, *roles: str) -> Browser:
    """Somebody new who was invited, accepted, and is signed in."""
    token = await invited(world, admin, to, *roles)
    body = {"token": token, "name": "Nouvelle personne", "password": PASSWORD}
    answer = await world.visitor.post("/invitations/acceptance", body)
    assert answer.status_code == 201, answer.text
    return await Browser.sign_in(world, to)
