"""A running instance with demo data and one played purchase, and the API keys of three people who use it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from marketplace.accounts import api_keys, registration
from marketplace.accounts.models import KeyScope, Organisation
from marketplace.actor import SYSTEM, Actor, OrganisationKind, Role
from marketplace.db import Session
from marketplace.demo import clock as demo_clock
from marketplace.launch import demo_pools, processes, seeding
from marketplace.launch.instance import instance, worker_database
from marketplace.settings import Settings, needed

IDENTITIES: dict[str, tuple[str, frozenset[Role]]] = {
    "town": ("18279", frozenset({Role.AGENT, Role.SIGNATORY, Role.ACCOUNTANT, Role.ADMIN})),
    "startup": ("Quinquet Systèmes", frozenset({Role.SELLER, Role.EDITOR, Role.ADMIN})),
    "supervisor": ("bdt", frozenset({Role.SUPERVISOR, Role.CURATOR, Role.ADMIN})),
}


@contextmanager
def fuzzed_instance(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of an instance of its own, and an API key an identity."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    overrides = {
        "WEB_PORT": str(port), "MARKETPLACE_DEMO": "1", "MARKETPLACE_LOG_LEVEL": "WARNING",
        "WEB_BASE_URL": f"http://127.0.0.1:{port}", "WEB_REQUESTS_PER_MINUTE": "100000",
    }  # fmt: skip
    with ExitStack() as stack:
        settings = stack.enter_context(instance(folder, overrides=overrides))
        keys = asyncio.run(_prepare(settings))
        stack.enter_context(processes.running(settings))
        yield f"http://127.0.0.1:{port}", keys


async def _prepare(settings: Settings) -> dict[str, str]:
    await seeding.seed(settings)
    await demo_clock.allow(needed(settings.database.owner_url, "DATABASE_OWNER_URL"), "lotcommun_app")
    await demo_pools.open_demo_pools(settings)
    keys = {}
    async with worker_database(settings) as database:
        for name, (whose, roles) in IDENTITIES.items():
            async with database.transaction(SYSTEM) as session:
                organisation = await _organisation(session, whose)
                person = await registration.register_person(
                    session, email=f"{name}@essai.test", name=f"Essai {name}", password=None,
                    organisation_id=organisation.id, roles=roles,
                )  # fmt: skip
                actor = Actor(
                    person_id=person.id,
                    organisation_id=organisation.id,
                    kind=organisation.kind,
                    roles=roles,
                    channel="key",
                )
                _, keys[name] = await api_keys.create(
                    session, name="essai", scope=KeyScope.WRITE, expires_at=None, by=actor
                )
    return keys


async def _organisation(session: Session, whose: str) -> Organisation:
    if whose.isdigit():
        return await registration.register_town(session, whose)
    kind = OrganisationKind.SUPERVISOR if whose == "bdt" else OrganisationKind.STARTUP
    return await registration.register_organisation(session, kind=kind, name=whose)
