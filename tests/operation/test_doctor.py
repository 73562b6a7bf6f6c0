"""`marketplace doctor` finds what is wrong, says how to mend it, and changes nothing."""

import json

import pytest

from tests.operation.conftest import Cli
from tests.operation.databases import ask

LATE_ROW = (
    "insert into outbox (id, topic, key, payload, status, claims, starts, failures, created_at)"
    " values (gen_random_uuid(), 'x', 'x', '{}', 'pending', 0, 0, 0, now() - interval '5 minutes')"
)
DEAD_ROW = (
    "insert into outbox (id, topic, key, payload, status, claims, starts, failures)"
    " values (gen_random_uuid(), 'x', 'x', '{}', 'dead', 0, 0, 0)"
)


def findings(done: object) -> dict[str, tuple[bool, str]]:
    document = json.loads(done.out)  # type: ignore[attr-defined]
    found = {check["name"]: (check["ok"], check["message"]) for check in document["checks"]}
    assert document["ok"] == all(ok for ok, _ in found.values())
    assert done.status == (0 if document["ok"] else 1)  # type: ignore[attr-defined]
    return found


def test_a_sound_instance_is_sound_in_every_respect(on_servers: Cli) -> None:
    found = findings(on_servers("doctor", "--json"))
    assert all(ok for ok, _ in found.values()), [check for check in found.items() if not check[1][0]]
    assert {
        "réglages",
        "disque",
        "base",
        "rôle de l’application",
        "travail en attente",
        "file",
        "recherche postgres",
    } <= found.keys()
    people_read = on_servers("doctor")
    assert (people_read.status, people_read.err) == (0, "")
    assert all(line.startswith("bon  ") for line in people_read.out.splitlines())


@pytest.mark.parametrize(
    ("variable", "value", "name", "said"),
    [
        ("WEB_SECRET", None, "réglages", "WEB_SECRET"),
        ("SEAL_KEY", None, "réglages", "SEAL_KEY"),
        ("DATABASE_WORKER_URL", None, "réglages", "DATABASE_WORKER_URL"),
        ("DATABASE_POOL_SIZE", "beaucoup", "réglages", "DATABASE_POOL_SIZE"),
        ("REDIS_URL", None, "file", "REDIS_URL manque"),
        ("REDIS_URL", "redis://127.0.0.1:9/0", "file", "le worker s’en passe"),
        ("REDIS_URL", "http://127.0.0.1", "réglages", "REDIS_URL"),
        ("DATABASE_URL", "postgresql://lotcommun_app@127.0.0.1:9/lotcommun", "base", "injoignable"),
        ("DATABASE_URL", "n’importe quoi", "réglages", "DATABASE_URL"),
        ("DATABASE_WORKER_URL", "postgresql://lotcommun_worker@127.0.0.1:9/x", "travail en attente", "n’atteint pas"),
        ("SEAL_KEY", "trop-courte", "réglages", "SEAL_KEY"),
        ("MEILISEARCH_URL", "http://127.0.0.1:9", "recherche meilisearch", "PostgreSQL répond à sa place"),
        ("MEILISEARCH_URL", "127.0.0.1:9", "réglages", "MEILISEARCH_URL"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_remedy(
    on_servers: Cli, monkeypatch: pytest.MonkeyPatch, variable: str, value: str | None, name: str, said: str
) -> None:
    if value is None:
        monkeypatch.delenv(variable)
    else:
        monkeypatch.setenv(variable, value)
    found = findings(on_servers("doctor", "--json"))
    ok, message = found[name]
    assert not ok
    assert said in message


@pytest.mark.parametrize(
    ("change", "name", "said"),
    [
        ("update alembic_version set version_num = '0001'", "base", "Lancez « marketplace migrate »"),
        ("update alembic_version set version_num = '9001'", "base", "Mettez ce programme à jour"),
        ("update clock_shift set shift = interval '3 days'", "horloge", "ne doit pas servir"),
        (
            LATE_ROW,
            "travail en attente",
            "lancez « marketplace worker »",
        ),
        (
            DEAD_ROW,
            "travail en attente",
            "1 abandonnée",
        ),
    ],
)
def test_what_is_wrong_in_the_database_is_named_with_its_remedy(
    on_servers: Cli, database_urls: dict[str, str], change: str, name: str, said: str
) -> None:
    ask(database_urls["owner"], change)
    ok, message = findings(on_servers("doctor", "--json"))[name]
    assert not ok
    assert said in message


def test_an_application_that_connects_as_the_owner_is_found_out(
    on_servers: Cli, database_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_urls["owner"])
    ok, message = findings(on_servers("doctor", "--json"))["rôle de l’application"]
    assert not ok
    assert "lotcommun_owner possède" in message


def test_with_nothing_installed_yet_it_says_what_starts_the_engines(cli: Cli) -> None:
    found = findings(cli("doctor", "--json"))
    assert "« marketplace demo »" in found["moteurs embarqués"][1]


def test_a_missing_postgresql_is_found_out(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("POSTGRES_BIN_DIR", str(tmp_path))
    ok, message = findings(cli("doctor", "--json"))["PostgreSQL embarqué"]
    assert not ok
    assert "POSTGRES_BIN_DIR" in message
