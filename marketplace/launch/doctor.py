"""`marketplace doctor`: what is wrong with an installation, and how to mend it. Changes nothing."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from marketplace import audit, migrations
from marketplace.actor import SYSTEM
from marketplace.audit.sealing import ALERT_AFTER
from marketplace.db import Database
from marketplace.embedded import EngineError, running
from marketplace.embedded.engines import instance_secrets
from marketplace.embedded.postgres import binaries
from marketplace.errors import DomainError
from marketplace.files.antivirus import Antivirus, AntivirusDown
from marketplace.migrations import isolation
from marketplace.settings import Settings
from procurement import compass
from procurement.quotes import sealing
from search.engines import SearchEngine
from search.engines.failures import EngineDown
from search.index.engines import Engines
from search.index.reconciling import compare

LEAST_FREE = 500_000_000
RULES_AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    ok: bool
    sentence: str

    def document(self) -> dict[str, Any]:
        return {"name": self.name, "ok": self.ok, "message": self.sentence}


async def examine(data_dir: Path | None) -> list[Finding]:
    """Look at settings, disk, engines, roles, migrations, the worker and the outbox. Never raises."""
    try:
        settings = Settings.read({"MARKETPLACE_DATA_DIR": str(data_dir)} if data_dir else {})
    except DomainError as error:
        return [Finding("réglages", ok=False, sentence=str(error))]
    return [finding async for finding in _examine(settings)]


async def _examine(settings: Settings) -> AsyncIterator[Finding]:
    folder = settings.instance.data_dir.absolute()
    yield _disk(folder)
    yield _rules()
    if settings.database.url is None:
        yield _binaries()
        addresses = running(folder)
        if addresses is None:
            yield Finding(
                "moteurs embarqués",
                ok=True,
                sentence=f"arrêtés ; « marketplace demo » ou « serve » les démarre ({folder})",
            )
            return
        yield Finding("moteurs embarqués", ok=True, sentence=f"en marche, processus {addresses.pid}")
        settings = Settings.read(
            {**addresses.environment(), **instance_secrets(folder), "MARKETPLACE_DATA_DIR": str(folder)}
        )
    else:
        yield _production(settings)
    async for finding in _database(settings):
        yield finding
    async for finding in _search(settings):
        yield finding
    yield await _queue(settings)
    yield await _antivirus(settings)


def _disk(folder: Path) -> Finding:
    place = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE:
        return Finding(
            "disque", ok=False, sentence=f"il reste {free // 1_000_000} Mo sur {place} : libérez de la place"
        )
    return Finding("disque", ok=True, sentence=f"{free // 1_000_000_000} Go libres")


def _rules() -> Finding:
    last = min(compass.reach(nature)[1] for nature in compass.Nature)
    if last < datetime.now(UTC).date() + RULES_AHEAD:
        return Finding(
            "règles d’achat",
            ok=False,
            sentence=f"connues jusqu’au {last:%d/%m/%Y} : installez une version qui porte les suivantes",
        )
    return Finding("règles d’achat", ok=True, sentence=f"connues jusqu’au {last:%d/%m/%Y}")


def _binaries() -> Finding:
    try:
        found = binaries()
    except EngineError as error:
        return Finding("PostgreSQL embarqué", ok=False, sentence=str(error))
    if not (found / "postgres").exists():
        return Finding(
            "PostgreSQL embarqué",
            ok=False,
            sentence=f"pas de programme « postgres » dans {found} : réinstallez, ou donnez POSTGRES_BIN_DIR",
        )
    return Finding("PostgreSQL embarqué", ok=True, sentence=str(found.name))


def _production(settings: Settings) -> Finding:
    missing = [
        name
        for name, value in {
            "DATABASE_WORKER_URL": settings.database.worker_url,
            "DATABASE_OWNER_URL": settings.database.owner_url,
            "REDIS_URL": settings.queue.url,
            "WEB_SECRET": settings.web.secret,
            "SEAL_KEY": settings.seal.key,
        }.items()
        if value is None
    ]
    if missing:
        return Finding("réglages", ok=False, sentence=f"variables à donner : {', '.join(missing)}")
    try:
        sealing.new_keys(settings.seal.key.get_secret_value() if settings.seal.key else None)
    except sealing.BadSealKey:
        return Finding(
            "réglages",
            ok=False,
            sentence="SEAL_KEY doit être 32 octets en base64 : « openssl rand -base64 32 »",
        )
    return Finding("réglages", ok=True, sentence="complets")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    if settings.database.url is None:
        return
    database = Database(settings.database.url, pool_size=1)
    try:
        await migrations.check(database.engine)
        yield Finding("base", ok=True, sentence="à jour")
        async with database.engine.connect() as connection:
            role = (await connection.execute(text("select current_user"))).scalar_one()
            wrong = await isolation.faults(connection, str(role))
            clock = (
                await connection.execute(text("select shift <> interval '0' from clock_shift"))
            ).scalar_one()
        yield Finding(
            "rôle de l’application", ok=not wrong,
            sentence="ne possède rien, n’hérite de rien ; chaque table a ses politiques" if not wrong else " ; ".join(wrong),
        )  # fmt: skip
        if not settings.instance.demo:
            yield Finding(
                "horloge", ok=not clock,
                sentence="celle de la base" if not clock else "avancée par une démonstration : cette base ne doit pas servir",
            )  # fmt: skip
    except DomainError as error:
        yield Finding("base", ok=False, sentence=str(error))
    except (DBAPIError, OSError) as error:
        yield Finding("base", ok=False, sentence=f"injoignable : {str(error).splitlines()[0]}")
    finally:
        await database.close()
    async for finding in _outbox(settings):
        yield finding


async def _outbox(settings: Settings) -> AsyncIterator[Finding]:
    if settings.database.worker_url is None:
        return
    database = Database(settings.database.worker_url, pool_size=1)
    try:
        async with database.engine.connect() as connection:
            row = (await connection.execute(text(_OUTBOX))).one()
        async with database.reading(SYSTEM) as reads:
            age = await audit.unsealed_age(reads)
        late = row.oldest is not None and row.oldest > 60
        yield Finding(
            "travail en attente", ok=not late and not row.dead,
            sentence=f"{row.pending} en attente, {row.dead} abandonnées"
            + (" ; le worker tourne-t-il ? lancez « marketplace worker »" if late else "")
            + (" ; relisez « last_error » dans la table outbox" if row.dead else ""),
        )  # fmt: skip
        waits = age is not None and age > ALERT_AFTER
        yield Finding(
            "journal", ok=not waits,
            sentence=f"une ligne attend son sceau depuis {age or 0:.0f} s : le worker tourne-t-il ? lancez « marketplace worker », "
            "puis « marketplace audit verify »" if waits else "scellé ; « marketplace audit verify » le recalcule en entier",
        )  # fmt: skip
    except (DBAPIError, OSError):
        yield Finding("travail en attente", ok=False, sentence="le rôle du worker n’atteint pas la base")
    finally:
        await database.close()


async def _search(settings: Settings) -> AsyncIterator[Finding]:
    """Each index beside the directory."""
    if settings.database.worker_url is None:
        return
    database, engines = Database(settings.database.worker_url, pool_size=1), Engines.of(settings)
    try:
        for engine in engines.written:
            yield await _index(database, engine)
    except (DomainError, DBAPIError, OSError):
        return  # told above
    finally:
        await engines.close()
        await database.close()


async def _index(database: Database, engine: SearchEngine) -> Finding:
    name = f"recherche {engine.name}"
    try:
        found, _ = await compare(database, engine)
    except EngineDown as error:
        return Finding(
            name,
            ok=False,
            sentence=f"{error}. PostgreSQL répond à sa place ; le worker rattrapera les changements.",
        )
    if found.not_built:
        return Finding(
            name, ok=False, sentence="pas d’index de cette version : lancez « marketplace reindex »"
        )
    if found.sound:
        return Finding(name, ok=True, sentence=f"{found.held} fiches, comme l’annuaire")
    return Finding(
        name, ok=False,
        sentence=f"fiches manquantes {found.missing}, différentes {found.stale}, en trop {found.ghosts} : lancez « marketplace reindex "
        "--repair », ou attendez le worker",
    )  # fmt: skip


async def _queue(settings: Settings) -> Finding:
    if settings.queue.url is None:
        return Finding(
            "file", ok=False, sentence="REDIS_URL manque : tout passera par la base, plus lentement"
        )
    client = Redis.from_url(settings.queue.url, socket_connect_timeout=2)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        return Finding(
            "file", ok=False, sentence=f"Redis injoignable : {error}. Rien n’est perdu, le worker s’en passe."
        )
    finally:
        await client.aclose()
    return Finding("file", ok=True, sentence="répond")


async def _antivirus(settings: Settings) -> Finding:
    if settings.antivirus.url is None:
        return Finding(
            "antivirus", ok=True, sentence="aucun : les dépôts sont contrôlés, pas analysés (ANTIVIRUS_URL)"
        )
    try:
        await Antivirus(settings.antivirus.url).ping()
    except AntivirusDown:
        return Finding(
            "antivirus",
            ok=False,
            sentence="clamd ne répond pas à ANTIVIRUS_URL : tout dépôt de fichier est refusé",
        )
    return Finding("antivirus", ok=True, sentence="répond")


_OUTBOX = """
select count(*) filter (where status = 'pending') as pending, count(*) filter (where status = 'dead') as dead,
    extract(epoch from now() - min(created_at) filter (where status = 'pending' and next_at <= now())) as oldest
from outbox
"""
