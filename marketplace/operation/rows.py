"""The database as backups see it: one connection of the owner, its tables, and a hash of what each holds."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import make_url

from marketplace.operation.archive import Advance, Content

OURS = """
    from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    where not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
"""


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection whose values are always written the same way, however the server is set."""
    url = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    settings = {
        "application_name": "lot-commun", "timezone": "UTC", "datestyle": "ISO, YMD", "intervalstyle": "postgres",
        "bytea_output": "hex", "extra_float_digits": "1", "idle_in_transaction_session_timeout": "0", "statement_timeout": "0",
    }  # fmt: skip
    connection = await asyncpg.connect(url, server_settings=settings, timeout=10)
    try:
        yield connection
    finally:
        await connection.close()


async def tables(connection: asyncpg.Connection) -> list[str]:
    """The names of our tables, in order."""
    rows = await connection.fetch(
        f"select c.relname {OURS} and c.relkind in ('r', 'p') order by c.relname collate \"C\""
    )
    return [row["relname"] for row in rows]


async def contents(connection: asyncpg.Connection, advance: Advance, step: str) -> dict[str, Content]:
    """Every table's rows counted and hashed, in the order of its key: the same on any server that holds the same rows."""
    names = await tables(connection)
    found = {}
    for done, name in enumerate(names, 1):
        found[name] = await _content(connection, name)
        advance(step, done, len(names))
    return found


async def _content(connection: asyncpg.Connection, table: str) -> Content:
    columns = await connection.fetch(
        """select a.attname, coalesce(a.attnum = any(i.indkey::int2[]), false) as key
        from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
        where a.attrelid = format('public.%I', $1::text)::regclass and a.attnum > 0 and not a.attisdropped
        order by a.attname collate "C" """,
        table,
    )
    listed = ", ".join(_quoted(column["attname"]) for column in columns)
    key = [column["attname"] for column in columns if column["key"]] or [
        column["attname"] for column in columns
    ]
    order = ", ".join(f'{_quoted(name)}::text collate "C"' for name in key)
    digest = hashlib.sha256(listed.encode())

    async def take(part: bytes) -> None:
        digest.update(part)

    done = await connection.copy_from_query(
        f"select {listed} from public.{_quoted(table)} order by {order}", output=take
    )
    return Content(rows=int(done.split()[-1]), sha256=digest.hexdigest())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
