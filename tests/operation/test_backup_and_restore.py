"""The restore drill: a backup of a busy market, restored elsewhere under other role names, is the same market and works."""

import json
import shutil
import stat
import tarfile
from collections.abc import AsyncIterator, Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import make_url

from marketplace.embedded import Addresses, EngineError
from marketplace.files.storage import path_of
from marketplace.migrations import DatabaseNewer
from marketplace.operation import archive
from marketplace.operation.archive import BadArchive
from marketplace.operation.backup import back_up
from marketplace.operation.restore import restore
from marketplace.settings import Settings
from tests.operation.conftest import Cli
from tests.operation.databases import ask, do
from tests.support.traded import traded
from tests.support.world import Caller, World

ROLES = {"app": "reprise_site", "worker": "reprise-worker", "owner": "reprise_proprietaire"}
"""Other names than the source's; one of them must be quoted."""


def quiet(*_: object) -> None:
    """Progress, unseen."""


def refused(name: str) -> bool:
    pytest.fail(f"asked for the name of {name}")


def agreed(name: str) -> bool:
    return bool(name)


@pytest.fixture
async def elsewhere(addresses: Addresses, settings: Settings, tmp_path: Path) -> AsyncIterator[Settings]:
    """An empty database of other roles, and an empty folder, with the source's keys put back."""
    name, sockets = "reprise", addresses.owner.partition("host=")[2]
    for role in ROLES.values():
        await do(addresses.superuser, f'create role "{role}" login noinherit nosuperuser nobypassrls')
    await do(addresses.superuser, f'create database {name} owner "{ROLES["owner"]}"')
    folder = tmp_path / "ailleurs"
    folder.mkdir()
    shutil.copytree(settings.fonts_dir, folder / "fonts")
    urls = {use: f"postgresql://{role}@/{name}?host={sockets}" for use, role in ROLES.items()}
    assert settings.web.secret
    assert settings.seal.key
    yield Settings.read(
        {
            "DATABASE_URL": urls["app"],
            "DATABASE_WORKER_URL": urls["worker"],
            "DATABASE_OWNER_URL": urls["owner"],
            "REDIS_URL": addresses.redis,
            "MARKETPLACE_DATA_DIR": str(folder),
            "MARKETPLACE_DEMO": "1",
            "MARKETPLACE_LOG_LEVEL": "ERROR",
            "WEB_SECRET": settings.web.secret.get_secret_value(),
            "SEAL_KEY": settings.seal.key.get_secret_value(),
        }
    )
    await do(addresses.superuser, f"drop database {name} with (force)")
    for role in ROLES.values():
        await do(addresses.superuser, f'drop role "{role}"')


def parts_of(file: Path) -> dict[str, bytes]:
    with tarfile.open(file) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar.getmembers()}  # type: ignore[union-attr]


def at(http: httpx.AsyncClient, caller: Caller) -> Caller:
    """The same person, with the same key, at another address."""
    moved = Caller(http, caller.actor, caller.organisation, None)
    moved.headers = caller.headers
    return moved


async def test_a_restored_market_is_the_same_to_the_row_and_works(
    world: World, elsewhere: Settings, tmp_path: Path
) -> None:
    told, waiting = await traded(world)
    person = await world.member(
        told.coordinator.organisation, frozenset(told.coordinator.actor.roles), password="phrase de passe"
    )  # type: ignore[arg-type]
    email = await world.sql("select email from person where id = :id", id=person.actor.person_id)
    await world.http.post("/api/v1/sessions", json={"email": email, "password": "phrase de passe"})
    assert await world.sql("select count(*) from web_session") == 1
    agreement = await told.coordinator.read(f"{told.path}/agreement")
    page = (await told.coordinator.get(told.path)).json()

    made = await back_up(world.settings, tmp_path / "b.tar", force=False, advance=quiet)
    assert made.left_aside == {}
    assert {"SEAL_KEY", "WEB_SECRET", "METRICS_TOKEN"} <= set(made.keys_left_out)
    done = await restore(elsewhere, tmp_path / "b.tar", force=False, confirm=refused, advance=quiet)
    assert [finding.name for finding in done.invariants if not finding.ok] == []
    assert (done.migrations, done.sessions, done.seals, done.opened) == ([], 1, 1, 1)

    again = await back_up(elsewhere, tmp_path / "c.tar", force=False, advance=quiet)
    assert {n for n in made.tables if made.tables[n] != again.tables[n]} == {"web_session"}
    assert again.tables["web_session"].rows == 0
    assert again.files == made.files
    assert again.roles == {"application": ROLES["app"], "worker": ROLES["worker"], "owner": ROLES["owner"]}

    async with World.open(elsewhere) as other:
        coordinator, stranger = at(other.http, told.coordinator), at(other.http, waiting.sellers[0])
        assert (await other.http.get("/readyz")).status_code == 200
        assert (await other.http.get("/")).status_code == 200
        assert (await coordinator.get(told.path)).json() == page
        assert (await stranger.get(told.path)).status_code == 404
        file = await coordinator.get(f"/files/{agreement['file_id']}")
        assert file.status_code == 200
        assert file.headers["x-content-sha256"] == agreement["sha256"]
        signed = await other.http.post(
            "/api/v1/sessions", json={"email": email, "password": "phrase de passe"}
        )
        assert signed.status_code == 201
        await other.sql(f'grant update on clock_shift to "{ROLES["app"]}"')
        await other.advance(22)
        compared = await at(other.http, waiting.coordinator).read(f"{waiting.path}/comparison")
        assert len(compared["offers"]) == 3  # sealed there, opened here


async def test_an_archive_that_is_altered_cut_short_or_newer_is_refused_before_anything_is_touched(
    world: World, elsewhere: Settings, tmp_path: Path
) -> None:
    whole = tmp_path / "b.tar"
    await back_up(world.settings, whole, force=False, advance=quiet)

    def changed(name: str, change: Callable[[dict[str, bytes]], Any]) -> Path:
        parts = parts_of(whole)
        change(parts)
        with tarfile.open(tmp_path / name, "w") as tar:
            for part, content in parts.items():
                member = tarfile.TarInfo(part)
                member.size = len(content)
                tar.addfile(member, BytesIO(content))
        return tmp_path / name

    def claims(**values: Any) -> Callable[[dict[str, bytes]], None]:
        return lambda parts: parts.update(
            {"manifest.json": json.dumps(json.loads(parts["manifest.json"]) | values).encode()}
        )

    def flip(parts: dict[str, bytes]) -> None:
        dump = bytearray(parts["database.dump"])
        dump[len(dump) // 2] ^= 1
        parts["database.dump"] = bytes(dump)

    (tmp_path / "cut.tar").write_bytes(whole.read_bytes()[:-20_000])
    (tmp_path / "text.tar").write_text("Ceci n’est pas une archive.")
    for file, error, said in (
        (changed("flip.tar", flip), BadArchive, "« database.dump » a été altéré"),
        (
            changed("less.tar", lambda parts: parts.pop("database.dump")),
            BadArchive,
            "ne contient pas « database.dump »",
        ),
        (tmp_path / "cut.tar", BadArchive, "incomplète"),
        (tmp_path / "text.tar", BadArchive, "n’est pas une sauvegarde"),
        (changed("form.tar", claims(format=2)), BadArchive, "Mettez ce programme à jour"),
        (changed("other.tar", claims(product="autre")), BadArchive, "n’est pas une sauvegarde"),
        (changed("path.tar", claims(files={"../../etc/passwd": "0"})), BadArchive, "manifeste"),
        (changed("newer.tar", claims(revision="9999")), DatabaseNewer, "9999"),
        (changed("server.tar", claims(postgresql=99)), EngineError, "PostgreSQL 99"),
    ):
        with pytest.raises(error, match=said):
            await restore(elsewhere, file, force=False, confirm=refused, advance=quiet)
    owner = elsewhere.database.owner_url or ""
    assert await do(owner, "select count(*) from pg_class where relnamespace = 'public'::regnamespace") == 0
    tables = json.loads(parts_of(whole)["manifest.json"])["tables"]
    tables["department"]["rows"] += 1
    other = changed("rows.tar", claims(tables=tables))
    with pytest.raises(EngineError, match="ne sont pas celles de l’archive : department"):
        await restore(elsewhere, other, force=False, confirm=refused, advance=quiet)


async def test_what_is_there_is_replaced_only_by_force_and_by_name(
    world: World, elsewhere: Settings, tmp_path: Path
) -> None:
    await back_up(world.settings, tmp_path / "b.tar", force=False, advance=quiet)
    elsewhere.files_dir.mkdir()
    (elsewhere.files_dir / "reste").touch()
    with pytest.raises(
        EngineError, match=r"\(le dossier des fichiers n’est pas vide\) : rien n’a été touché"
    ):
        await restore(elsewhere, tmp_path / "b.tar", force=False, confirm=refused, advance=quiet)
    owner = elsewhere.database.owner_url or ""
    await do(owner, "create table reste (id int); insert into reste values (1)")
    with pytest.raises(EngineError, match="la base a des tables"):
        await restore(elsewhere, tmp_path / "b.tar", force=False, confirm=refused, advance=quiet)
    asked: list[str] = []
    with pytest.raises(EngineError, match="Ce n’est pas le nom"):
        await restore(
            elsewhere,
            tmp_path / "b.tar",
            force=True,
            confirm=lambda name: bool(asked.append(name)),
            advance=quiet,
        )
    assert asked == ["reprise"]
    assert await do(owner, "select id from reste") == 1
    for _ in range(2):  # over something else, then over itself
        done = await restore(elsewhere, tmp_path / "b.tar", force=True, confirm=agreed, advance=quiet)
        assert all(finding.ok for finding in done.invariants)
    assert await do(owner, "select to_regclass('reste') is null")


async def test_nothing_is_restored_under_a_site_that_runs(
    world: World, elsewhere: Settings, tmp_path: Path
) -> None:
    await back_up(world.settings, tmp_path / "b.tar", force=False, advance=quiet)
    assert (await world.http.get("/readyz")).status_code == 200
    with pytest.raises(EngineError, match="est connecté à cette base"):
        await restore(world.settings, tmp_path / "b.tar", force=True, confirm=refused, advance=quiet)


async def test_a_failure_of_postgresql_leaves_the_database_empty(
    world: World, elsewhere: Settings, tmp_path: Path
) -> None:
    await back_up(world.settings, tmp_path / "b.tar", force=False, advance=quiet)
    owner = elsewhere.database.owner_url or ""
    await do(
        owner, "create function public.town_key(value text) returns text language sql as $$select value$$"
    )
    with pytest.raises(EngineError, match=r"la base est restée vide : .*town_key.*already exists"):
        await restore(elsewhere, tmp_path / "b.tar", force=False, confirm=refused, advance=quiet)
    assert await do(owner, "select count(*) from pg_class where relnamespace = 'public'::regnamespace") == 0


async def test_a_file_that_is_gone_is_named_and_left_aside(world: World, tmp_path: Path) -> None:
    file_id = "01a214f0-aaea-7286-896f-14183f756a28"
    await world.sql(
        f"insert into stored_file (id, name, media_type, size, sha256) values ('{file_id}', 'a.pdf', 'application/pdf', 1, '{'0' * 64}')"
    )
    made = await back_up(world.settings, tmp_path / "a.tar", force=False, advance=quiet)
    assert made.left_aside == {file_id: "le fichier manque"}
    path = path_of(world.settings.files_dir, archive.UUID(file_id))
    path.parent.mkdir(parents=True)
    path.write_bytes(b"autre chose")
    made = await back_up(world.settings, tmp_path / "b.tar", force=False, advance=quiet)
    assert (made.left_aside, made.files) == ({file_id: "le fichier a été altéré"}, {})


@pytest.fixture
def old_programs(tmp_path: Path) -> Path:
    folder = tmp_path / "anciens"
    folder.mkdir()
    for name in ("pg_dump", "pg_restore", "psql"):
        (folder / name).write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 14.9'\n")
        (folder / name).chmod(0o755)
    return folder


def test_the_command_writes_a_private_archive_once_and_says_what_it_leaves_out(
    on_servers: Cli,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old_programs: Path,
    database_urls: dict[str, str],
) -> None:
    file = tmp_path / "b.tar"
    first = on_servers("backup", file, "--json")
    assert first.status == 0
    document = json.loads(first.out)
    assert document["ok"]
    assert document["bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    second = on_servers("backup", file)
    assert (second.status, second.out) == (1, "")
    assert f"{file} existe déjà" in second.err
    assert file.read_bytes() == before
    replaced = on_servers("backup", file, "--force")
    assert (replaced.status, "SEAL_KEY, WEB_SECRET" in replaced.out) == (0, True)
    assert [path.name for path in tmp_path.glob("*b.tar*")] == ["b.tar"]
    monkeypatch.setenv("POSTGRES_BIN_DIR", str(old_programs))
    older = on_servers("backup", tmp_path / "c.tar")
    assert older.status == 1
    assert "sont plus anciens" in older.err
    assert "(14.9)" in older.err
    monkeypatch.delenv("POSTGRES_BIN_DIR")
    full = on_servers("restore", file)
    assert full.status == 1
    assert "n’est pas vide" in full.err
    assert on_servers("restore", tmp_path / "absent.tar").status == 2
    ask(database_urls["owner"], "insert into stored_file (id, name, media_type, size, sha256) "
        "values (gen_random_uuid(), 'a.pdf', 'application/pdf', 1, '0')")  # fmt: skip
    damaged = on_servers("backup", tmp_path / "d.tar")
    assert damaged.status == 1
    assert "le fichier manque" in damaged.err
    assert (tmp_path / "d.tar").exists()


def test_the_command_replaces_an_instance_only_under_its_name(
    on_servers: Cli, tmp_path: Path, database_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert on_servers("backup", tmp_path / "b.tar").status == 0
    name = str(make_url(database_urls["owner"]).database)
    ask(database_urls["owner"], "delete from department where code = '18'")
    wrong = on_servers("restore", tmp_path / "b.tar", "--force", "--instance", "une autre")
    assert wrong.status == 1
    assert wrong.err.splitlines()[-1] == "Ce n’est pas le nom de cette instance : rien n’a été touché."
    monkeypatch.setattr("sys.stdin", StringIO("une autre\n"))
    typed = on_servers("restore", tmp_path / "b.tar", "--force")
    assert typed.status == 1
    assert f"Tout le contenu de « {name} » sera remplacé. Tapez son nom" in typed.err
    assert ask(database_urls["owner"], "select count(*) from department where code = '18'") == 0
    right = on_servers("restore", tmp_path / "b.tar", "--force", "--instance", name)
    assert right.status == 0
    (keys,) = [
        line for line in right.out.splitlines() if "Clés à remettre, que l’archive ne contient pas" in line
    ]
    assert "METRICS_TOKEN" in keys
    assert ask(database_urls["owner"], "select count(*) from department where code = '18'") == 1


def test_the_invariants_command_says_what_is_broken_and_ends_with_one(
    on_servers: Cli, database_urls: dict[str, str]
) -> None:
    sound = on_servers("invariants", "--json")
    assert (sound.status, json.loads(sound.out)["ok"]) == (0, True)
    ask(database_urls["owner"], "insert into outbox (id, topic, key, payload, status, claims, starts, failures, last_error) "
        "values (gen_random_uuid(), 'OrderIssued', 'k', '{}', 'dead', 0, 0, 5, 'ValueError')")  # fmt: skip
    broken = on_servers("invariants")
    assert broken.status == 1
    assert "MAL  aucun travail en attente n’a été abandonné\n       OrderIssued" in broken.out
    document = json.loads(on_servers("invariants", "--json").out)
    assert [c["name"] for c in document["checks"] if not c["ok"]] == ["nothing_abandoned"]
