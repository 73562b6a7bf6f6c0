"""The main journey on one's own PostgreSQL and Redis, by URL: migrated, bought through, backed up running, restored."""

import json
import secrets
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from redis import Redis

from marketplace.launch import processes
from marketplace.scenario.run import play_on
from marketplace.settings import Settings, variables
from tests.operation.instances import free_port, run
from tests.operation.servers import Servers, servers

pytestmark = pytest.mark.proof


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Servers]:
    folder = tmp_path / "servers"
    folder.mkdir(mode=0o755)
    for above in (tmp_path, *tmp_path.parents[:2]):
        above.chmod(0o755)  # a server that is not root reaches its folder
    with servers(folder) as found:
        yield found


def test_a_whole_purchase_its_backup_and_its_restoration_on_ones_own_servers(
    own: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    keys = {"WEB_SECRET": secrets.token_urlsafe(32), "SEAL_KEY": b64encode(secrets.token_bytes(32)).decode()}

    def placed(prefix: str) -> dict[str, str]:
        folder = {"MARKETPLACE_DATA_DIR": str(tmp_path / prefix), "WEB_PORT": str(free_port())}
        return own.make(prefix) | keys | folder | {"MARKETPLACE_LOG_LEVEL": "WARNING"}

    def told(*arguments: str, status: int = 0, **environment: str) -> str:
        done = run(*arguments, **environment)
        assert done.returncode == status, f"marketplace {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    here = placed("achats")
    behind = run("doctor", **here)
    assert behind.returncode == 1
    assert "Lancez « marketplace migrate »" in behind.stdout
    told("migrate", **here)
    told("doctor", **here)

    demo = here | {"MARKETPLACE_DEMO": "1"}
    settings = Settings.read(demo)
    story = play_on(settings, towns=4, say=print)
    assert story["ok"], story["checks"]
    assert json.loads(told("invariants", "--json", **demo))["ok"]
    queue = Redis.from_url(own.redis)
    assert queue.info("commandstats")["cmdstat_zadd"]["calls"] > 0  # ARQ did its part there
    queue.close()

    archive = tmp_path / "achats.tar"
    with processes.running(settings, say=print):
        made = json.loads(told("backup", str(archive), "--json", **demo))
        metrics = httpx.get(f"http://127.0.0.1:{settings.web.port}/metrics").text
        assert "lot_commun_database_up 1.0" in metrics
    assert made["files"] > 0

    there = placed("reprise") | {"MARKETPLACE_DEMO": "1"}
    restored = json.loads(told("restore", str(archive), "--json", **there))
    assert restored["ok"]
    assert restored["rows"] == made["rows"]
    assert own.sql("select count(*) from pg_roles where rolname like 'reprise%'").strip() == "3"
    told("invariants", **there)
    told("doctor", **there)
    elsewhere = Settings.read(there)
    with processes.running(elsewhere, say=print):
        site = httpx.Client(base_url=f"http://127.0.0.1:{elsewhere.web.port}")
        assert site.get("/readyz").status_code == 200
        assert site.get("/api/v1/solutions", params={"q": "piloter l’éclairage"}).json()["items"]
        who = {"email": "agent.0@scenario.demo", "password": "demonstration"}
        assert site.post("/api/v1/sessions", json=who).status_code == 201
        assert site.get(f"/achats/{story['pool']}").status_code == 200
        orders = site.get(f"/api/v1/pools/{story['pool']}/orders").json()
        assert sum(order["ttc_cents"] for order in orders) == story["totals"]["ttc_cents"]
        site.close()


def test_the_embedded_programs_back_up_and_restore_an_older_server(
    own: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The wheel's programs are later than Debian's server: what they write must still load there."""
    from marketplace.embedded.postgres import binaries

    monkeypatch.delenv("POSTGRES_BIN_DIR", raising=False)
    programs = {"POSTGRES_BIN_DIR": str(binaries())}
    keys = {"WEB_SECRET": secrets.token_urlsafe(32), "SEAL_KEY": b64encode(secrets.token_bytes(32)).decode()}
    for prefix, commands in (("avant", ("migrate", "backup")), ("apres", ("restore",))):
        given = own.make(prefix) | keys | programs | {"MARKETPLACE_DATA_DIR": str(tmp_path / prefix)}
        for name in commands:
            done = run(name, *([] if name == "migrate" else [str(tmp_path / "a.tar")]), **given)
            assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
