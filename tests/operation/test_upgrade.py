"""From each earlier release to this one, on data that its own code made (`releases/make_release.py` says how)."""

import gzip
import subprocess
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from marketplace import migrations
from marketplace.actor import OrganisationKind, Role
from marketplace.db import asyncpg_url
from marketplace.embedded import Addresses
from marketplace.embedded.postgres import address, binaries
from marketplace.launch.instance import bring_up_to_date
from marketplace.operation import invariants, rows
from marketplace.settings import Settings
from tests.operation.databases import do
from tests.operation.releases.make_release import PASSWORD, SEAL_KEY
from tests.support.curating import publish
from tests.support.world import World

RELEASES = Path(__file__).parent / "releases"


FIRST = {"0.1.0": "0005", "0.2.0": "0014", "0.3.0": "0020", "0.4.0": "0026"}
"""The first migration that each release lacks."""


@pytest.fixture(params=list(FIRST))
async def released(
    request: pytest.FixtureRequest, addresses: Addresses, settings: Settings, tmp_path: Path
) -> AsyncIterator[Settings]:
    """An instance as that release left it: its database, its files and its key."""
    name, sockets = "released", Path(addresses.owner.partition("host=")[2])
    await do(addresses.superuser, f"create database {name} owner lotcommun_owner")
    plain = gzip.decompress((RELEASES / f"{request.param}.sql.gz").read_bytes())
    psql = [
        binaries() / "psql",
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        sockets,
        "-U",
        "lotcommun_owner",
        "-d",
        name,
    ]
    subprocess.run(psql, input=plain, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(RELEASES / f"{request.param}.tar.gz") as files:
        files.extractall(tmp_path, filter="data")
    assert settings.web.secret
    yield Settings.read(
        {
            "DATABASE_URL": address(sockets, "app", name),
            "DATABASE_WORKER_URL": address(sockets, "worker", name),
            "DATABASE_OWNER_URL": address(sockets, "owner", name),
            "REDIS_URL": addresses.redis,
            "MARKETPLACE_DATA_DIR": str(tmp_path),
            "MARKETPLACE_DEMO": "1",
            "MARKETPLACE_LOG_LEVEL": "ERROR",
            "WEB_SECRET": settings.web.secret.get_secret_value(),
            "SEAL_KEY": SEAL_KEY,
        }
    )
    await do(addresses.superuser, f"drop database {name} with (force)")


async def counted(settings: Settings) -> dict[str, int]:
    async with rows.connected(settings.database.owner_url or "") as database:
        found = await rows.contents(database, lambda *_: None, "")
    return {name: content.rows for name, content in found.items()}


async def test_an_earlier_release_is_upgraded_on_its_own_data_and_goes_on(
    released: Settings, request: pytest.FixtureRequest
) -> None:
    release = request.node.callspec.params["released"]
    before = await counted(released)
    assert before["pool"] == 4
    applied = await bring_up_to_date(released)
    assert applied[0] == FIRST[release]
    engine = create_async_engine(asyncpg_url(released.database.owner_url or "")[0], poolclass=NullPool)
    await migrations.check(engine)
    await engine.dispose()
    after = await counted(released)
    assert {name: rows_ for name, rows_ in after.items() if name in before} == before
    assert {f.name: list(f.faults) for f in await invariants.examine(released) if not f.ok} == {}
    async with World.open(released) as world:
        if release != "0.1.0":
            await sheets_are_found_and_matched(world)
            await sheets_keep_their_place(world)
        await goes_on(world)


async def sheets_are_found_and_matched(world: World) -> None:
    """The index and the facts of before, which this version makes otherwise, are made again by the upgrade itself."""
    found = await world.visitor.read("/solutions", q="lanterne publiee")
    names = [item["name"] for item in found["items"]]
    assert (names[0], [name for name in names if name.startswith("Lanterne")]) == (
        "Lanterne published",
        ["Lanterne published"],
    )
    matched = await world.visitor.did("/matches", {"need": "éclairage", "town": "18033"})
    names = [item["name"] for item in matched["items"]]
    assert [name for name in names if name.startswith("Lanterne")] == ["Lanterne published"]


async def sheets_keep_their_place(world: World) -> None:
    """What a sheet was before revisions: its first one, open or accepted; a curator finds what was submitted."""
    found = await world.sql(
        """select json_object_agg(s.name, array[s.state, r.state, r.content ->> 'summary', (r.content #>> '{prices,0,steps,1,from}')])
        from solution s join solution_revision r on r.solution_id = s.id where s.name like 'Lanterne %'"""
    )
    told = ["Règle l’éclairage rue par rue.", "150"]
    assert found == {
        "Lanterne draft": ["draft", "draft", *told], "Lanterne submitted": ["draft", "submitted", *told],
        "Lanterne published": ["published", "accepted", *told], "Lanterne suspended": ["suspended", "accepted", *told],
    }  # fmt: skip
    curator = await world.staff(Role.CURATOR, kind=OrganisationKind.ASSOCIATION)
    (waiting,) = (await curator.read("/reviews"))["items"]
    await publish(curator, waiting["id"])
    assert (await world.visitor.read(f"/solutions/{waiting['slug']}"))["name"] == "Lanterne submitted"


async def goes_on(world: World) -> None:
    """People sign in as before, read their pools, and what was sealed before the upgrade opens after it."""
    assert (await world.http.get("/readyz")).json() == {"database": "ok", "search": "ok"}
    assert (await world.http.get("/")).status_code == 200
    email = await world.sql("select email from person where password_hash is not null")
    wrong = await world.http.post(
        "/api/v1/sessions", json={"email": email, "password": "un autre mot de passe"}
    )
    assert wrong.status_code == 403
    signed = await world.http.post("/api/v1/sessions", json={"email": email, "password": PASSWORD})
    assert signed.status_code == 201, signed.text
    pools = (await world.http.get("/api/v1/pools")).json()
    states = {pool["state"]: pool["id"] for pool in (pools["items"] if isinstance(pools, dict) else pools)}
    assert "census" in states, pools
    for pool_id in states.values():
        assert (await world.http.get(f"/achats/{pool_id}")).status_code == 200
    (file_id,) = [
        await world.sql(
            "select a.file_id from agreement a join pool p on p.id = a.pool_id where p.state = 'execution'"
        )
    ]
    file = await world.http.get(f"/fichiers/{file_id}")
    assert (file.status_code, file.content[:5]) == (200, b"%PDF-")
    assert await world.sql("select count(*) from quote where state = 'sealed'") == 3
    await world.advance(22)
    assert await world.sql("select count(*) from quote where state = 'opened' and content is not null") >= 3
    assert await world.sql("select count(*) from quote where state in ('sealed', 'unreadable')") == 0
    assert {f.name: list(f.faults) for f in await invariants.examine(world.settings) if not f.ok} == {}
