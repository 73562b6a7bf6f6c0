"""`marketplace restore`: an archive into an empty instance, all or nothing for the database, then brought up to date.

Everything is checked before anything is touched. The roles here may have other names than those of the archive: tables
are restored without owner or privileges, then policies and privileges are given to the roles of this instance.
"""

import asyncio
import contextlib
import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import asyncpg
from sqlalchemy.engine import make_url

from marketplace import migrations
from marketplace.embedded import EngineError
from marketplace.files import storage
from marketplace.operation import archive, invariants, rows
from marketplace.operation.archive import Advance, Archive, Manifest
from marketplace.operation.backup import roles_of
from marketplace.operation.programs import Programs, connection, programs_for
from marketplace.settings import Settings, needed
from procurement.quotes import sealing

RIGHTS = re.compile(r"^\d+; \d+ \d+ (POLICY|ACL|DEFAULT ACL) ")
NAMES = re.compile(r'\b(TO|FROM) ((?:"(?:[^"]|"")+"|[\w$]+)(?:, (?:"(?:[^"]|"")+"|[\w$]+))*)')
CLEAR = """
do $$ declare o record; begin
    for o in select c.oid::regclass as name from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
        where c.relkind in ('r', 'p') and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    loop execute format('drop table if exists %s cascade', o.name); end loop;
    for o in select p.oid::regprocedure as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace and n.nspname = 'public'
        where not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    loop execute format('drop function if exists %s cascade', o.name); end loop;
    for o in select c.oid::regconfig as name from pg_ts_config c join pg_namespace n on n.oid = c.cfgnamespace and n.nspname = 'public'
        where not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    loop execute format('drop text search configuration %s', o.name); end loop;
end $$
"""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done. `seals`: consultations whose offers wait, and how many of them this `SEAL_KEY` opens (None: no key)."""

    manifest: Manifest
    migrations: list[str]
    sessions: int
    seals: int
    opened: int | None
    work: int
    invariants: list[invariants.Finding]

    def document(self) -> dict[str, Any]:
        return {
            "ok": all(finding.ok for finding in self.invariants), "made_at": self.manifest.made_at,
            "from": {"version": self.manifest.version, "revision": self.manifest.revision, "instance": self.manifest.instance},
            "rows": sum(content.rows for content in self.manifest.tables.values()), "files": len(self.manifest.files),
            "left_aside": self.manifest.left_aside, "migrations": self.migrations, "sessions_ended": self.sessions,
            "keys_to_put_back": self.manifest.keys_left_out, "sealed_consultations": self.seals, "opened_by_this_key": self.opened,
            "work_to_do": self.work, "checks": [finding.document() for finding in self.invariants],
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """What the operator must know."""
        kept = self.manifest
        count = sum(content.rows for content in kept.tables.values())
        when = kept.made_at[:16].replace("T", " à ")
        said = [
            f"Sauvegarde du {when} UTC ({kept.instance}, version {kept.version}) : {count} lignes, {len(kept.files)} fichiers.",
            f"Clés à remettre, que l’archive ne contient pas : {', '.join(kept.keys_left_out)}.",
            "Sans l’ancien WEB_SECRET, les liens déjà envoyés, les codes des applications et les codes de secours ne valent plus.",
            f"Les sessions sont closes ({self.sessions}) : chacun se reconnecte.",
        ]
        if self.migrations:
            said.append(f"La base a été mise à jour : {', '.join(self.migrations)}.")
        if self.seals and self.opened is None:
            said.append(
                f"SEAL_KEY manque : les offres scellées de {self.seals} consultations le restent. Donnez-la avant l’échéance."
            )
        elif self.seals:
            said.append(
                f"SEAL_KEY ouvre {self.opened} consultations sur {self.seals}"
                + (
                    " : remettez celle de l’instance sauvegardée, sinon ces offres restent scellées."
                    if self.opened != self.seals
                    else "."
                )
            )
        if self.work:
            said.append(
                f"{self.work} travaux attendent le worker, courriels compris. Pour un essai, lancez-le sans SMTP_URL : rien ne partira."
            )
        said += [
            f"{file_id} : {why}, déjà lors de la sauvegarde." for file_id, why in kept.left_aside.items()
        ]
        return said


async def restore(
    settings: Settings, file: Path, *, force: bool, confirm: Callable[[str], bool], advance: Advance
) -> Restored:
    """Restore the archive at `file`. With `force`, what is there is replaced, once `confirm` has accepted the instance's name.

    Raises `BadArchive`, `DatabaseNewer`, `EngineError`; nothing was changed then, unless its sentence says so.
    """
    owner = needed(settings.database.owner_url, "DATABASE_OWNER_URL")
    with archive.reading(file) as kept, tempfile.TemporaryDirectory(prefix="lot-commun-restore-") as folder:
        manifest = kept.manifest
        migrations.refuse_newer(manifest.revision)
        kept.check(advance)
        async with rows.connected(owner) as database:
            programs = await _ready(database, settings, manifest)
            await _refuse_full(database, settings, force=force, confirm=confirm)
            if force:
                await database.execute(CLEAR)
            dump = Path(folder) / archive.DUMP
            _extract(kept, dump)
            advance("Base", 0, 1)
            major = database.get_server_version().major
            await asyncio.to_thread(
                _load, programs, major, owner, dump, _renamed(manifest, roles_of(settings))
            )
            advance("Base", 1, 1)
            _compare(manifest, await rows.contents(database, advance, "Tables"))
            sessions = int((await database.execute("delete from web_session")).split()[-1])
            await database.execute("analyze")
        _files(kept, settings.files_dir, advance)
    roles = roles_of(settings)
    applied = await migrations.upgrade(owner, app_role=roles["application"], worker_role=roles["worker"])
    async with rows.connected(owner) as database:
        seals, opened = await _seals(database, settings)
        work = await database.fetchval("select count(*) from outbox where status = 'pending'")
    return Restored(
        manifest=manifest, migrations=applied, sessions=sessions, seals=seals, opened=opened, work=work,
        invariants=await invariants.examine(settings, advance=advance),
    )  # fmt: skip


def instance_name(settings: Settings) -> str:
    """What an operator types to say that they know what they replace: the database, and for our own engines its folder."""
    database = make_url(needed(settings.database.owner_url, "DATABASE_OWNER_URL")).database or ""
    folder = settings.instance.data_dir.absolute()
    return folder.name if (folder / "engines.lock").exists() else database


async def _ready(database: asyncpg.Connection, settings: Settings, manifest: Manifest) -> Programs:
    """The programs to restore with. Raises `EngineError` for a server, roles or programs that cannot take the archive."""
    major = database.get_server_version().major
    if major < manifest.postgresql:
        raise EngineError(
            f"La sauvegarde vient de PostgreSQL {manifest.postgresql}, ce serveur est PostgreSQL {major} : "
            f"il faut la version {manifest.postgresql} ou plus récente."
        )
    programs = programs_for(max(major, manifest.programs))
    wanted = set(roles_of(settings).values())
    there = {
        row["rolname"]
        for row in await database.fetch("select rolname from pg_roles where rolname = any($1)", list(wanted))
    }
    if wanted - there:
        raise EngineError(
            f"Ces rôles n’existent pas sur le serveur : {', '.join(sorted(wanted - there))}. Créez-les d’abord."
        )
    others = await database.fetchval(
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and usename = any($1)",
        sorted(wanted),
    )
    if others:
        raise EngineError(
            f"Le site ou le worker est connecté à cette base ({others} connexions) : arrêtez-les d’abord."
        )
    return programs


async def _refuse_full(
    database: asyncpg.Connection, settings: Settings, *, force: bool, confirm: Callable[[str], bool]
) -> None:
    full = await rows.tables(database)
    files = settings.files_dir
    there = files.is_dir() and any(path.is_file() for path in files.rglob("*"))
    if not full and not there:
        return
    what = " et ".join(
        said
        for said, true in (("la base a des tables", full), ("le dossier des fichiers n’est pas vide", there))
        if true
    )
    if not force:
        raise EngineError(
            f"Cette instance n’est pas vide ({what}) : rien n’a été touché. Restaurez ailleurs, ou donnez --force."
        )
    if not confirm(instance_name(settings)):
        raise EngineError("Ce n’est pas le nom de cette instance : rien n’a été touché.")


def _extract(kept: Archive, dump: Path) -> None:
    with kept.open(archive.DUMP) as source, dump.open("wb") as target:
        while part := source.read(1 << 20):
            target.write(part)


def _renamed(manifest: Manifest, roles: dict[str, str]) -> dict[str, str]:
    """The archive's role names, each with the name of the role that does the same here."""
    return {name: roles[use] for use, name in manifest.roles.items()}


def _load(programs: Programs, major: int, owner: str, dump: Path, renamed: dict[str, str]) -> None:
    """All in one transaction of psql: the tables and their rows as they are, then the rights under this instance's names."""
    listed = _said([programs["pg_restore"], "--list", str(dump)]).decode().splitlines()
    rights = dump.with_suffix(".rights")
    rest = dump.with_suffix(".rest")
    rights.write_text("\n".join(line for line in listed if RIGHTS.match(line)))
    rest.write_text("\n".join(line for line in listed if not RIGHTS.match(line)))
    given = _said(
        [programs["pg_restore"], "--file=-", "--no-owner", f"--use-list={rights}", str(dump)]
    ).decode()
    command = [programs["psql"], "-X", "-q", "-v", "ON_ERROR_STOP=1", "--single-transaction", "--file=-"]
    script = [programs["pg_restore"], "--file=-", "--no-owner", "--no-acl", f"--use-list={rest}", str(dump)]
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(script, stdout=subprocess.PIPE, stderr=complaints, cwd="/") as reader,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
            env=connection(owner),
            cwd="/",
        ) as writer,
    ):
        assert reader.stdout is not None
        assert writer.stdin is not None
        unread = True
        with contextlib.suppress(BrokenPipeError):  # psql is gone, and has said why
            _pour(reader.stdout, writer.stdin, major)
            unread = reader.wait() != 0
            if not unread:
                writer.stdin.write(_for(major, _with_names(given, renamed).encode()))
        if unread:
            reader.kill()
            writer.kill()  # before the end of its input, which would commit
        with contextlib.suppress(BrokenPipeError):
            writer.stdin.close()
        if writer.wait() or reader.wait():
            complaints.seek(0)
            said = " ".join(complaints.read().decode(errors="replace").split())
            raise EngineError(f"La restauration a échoué, la base est restée vide : {said[-600:]}")


def _pour(source: IO[bytes], target: IO[bytes], major: int) -> None:
    for line in source:
        target.write(_for(major, line))
        if line.startswith((b"CREATE ", b"ALTER ")):
            break
    while part := source.read(1 << 20):
        target.write(part)


def _for(major: int, script: bytes) -> bytes:
    """A later pg_restore sets what an earlier server does not know."""
    return script if major >= 17 else script.replace(b"SET transaction_timeout = 0;\n", b"")


def _with_names(script: str, renamed: dict[str, str]) -> str:
    def one(name: str) -> str:
        bare = name[1:-1].replace('""', '"') if name.startswith('"') else name
        return '"' + renamed[bare].replace('"', '""') + '"' if bare in renamed else name

    def clause(found: re.Match[str]) -> str:
        return f"{found[1]} {', '.join(one(name) for name in found[2].split(', '))}"

    return NAMES.sub(clause, script)


def _said(command: Sequence[str]) -> bytes:
    done = subprocess.run(command, capture_output=True, check=False, cwd="/")
    if done.returncode:
        raise EngineError(
            f"pg_restore a échoué, rien n’a été touché : {' '.join(done.stderr.decode(errors='replace').split())[-400:]}"
        )
    return done.stdout


def _compare(manifest: Manifest, found: dict[str, archive.Content]) -> None:
    wrong = sorted(
        name for name in manifest.tables.keys() | found.keys() if manifest.tables.get(name) != found.get(name)
    )
    if wrong:
        raise EngineError(
            f"Ces tables restaurées ne sont pas celles de l’archive : {', '.join(wrong)}. N’utilisez pas cette base."
        )


def _files(kept: Archive, folder: Path, advance: Advance) -> None:
    total = len(kept.manifest.files)
    for done, file_id in enumerate(kept.manifest.files, 1):
        storage.write(storage.path_of(folder, UUID(file_id)), kept.file(file_id))
        advance("Fichiers", done, total)


async def _seals(database: asyncpg.Connection, settings: Settings) -> tuple[int, int | None]:
    waiting = await database.fetch(
        "select wrapped_key from consultation where state = 'open' and wrapped_key is not null"
    )
    key = settings.seal.key
    if key is None:
        return len(waiting), None
    return len(waiting), sum(sealing.unwraps(row["wrapped_key"], key.get_secret_value()) for row in waiting)
