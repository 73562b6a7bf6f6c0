"""Writing the index, in batches, by statements whose number does not grow with the sheets.

Writers take turns, so that counts stay exact and none waits for another in a circle. Readers see the former index until the commit.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import text

from marketplace.db import Session
from search.engines.documents import Documents, SearchDocument, in_batches
from search.engines.postgres.weighing import Weighed, making, weigh
from search.language.stems import root

BATCH = 250


async def put(session: Session, documents: Sequence[SearchDocument]) -> None:
    """Put documents in the index, or replace them. The same document again changes nothing that is read."""
    latest = list({document.id: document for document in documents}.values())
    await _turn(session)
    for start in range(0, len(latest), BATCH):
        batch = latest[start : start + BATCH]
        await _take(session, [document.id for document in batch], keep_entries=True)
        await _write(session, batch)


async def take_out(session: Session, ids: Sequence[UUID]) -> None:
    """Take documents out of the index; those that are not there are ignored."""
    if ids:
        await _turn(session)
        await _take(session, ids, keep_entries=False)


async def clear(session: Session) -> None:
    """Empty the index, for those who read after the commit."""
    await _turn(session)
    for table in ("search_posting", "search_stem", "search_word", "search_entry"):
        await session.execute(text(f"delete from {table}"))  # not truncate: others still read
    await session.execute(
        text("update search_state set entries = 0, content = 0, language = :language"), {"language": making()}
    )


async def fill(session: Session, documents: Documents) -> None:
    """Put documents that the index does not hold."""
    async for batch in in_batches(documents, BATCH):
        latest = list({document.id: document for document in batch}.values())
        await _write(session, latest)


async def _turn(session: Session) -> None:
    """Wait for the other writers, however long one rebuilds; the turn lasts to the end of the transaction."""
    before = await session.scalar(
        text(
            "select before from (select current_setting('lock_timeout') before) s, lateral (select set_config('lock_timeout', '0', true)"
            " || pg_advisory_xact_lock(hashtextextended('search:postgres', 0))::text) l(waited)"
        )
    )
    await session.execute(text("select set_config('lock_timeout', :before, true)"), {"before": before})


async def _take(session: Session, ids: Sequence[UUID], *, keep_entries: bool) -> None:
    """Take the postings of entries out, and the entries themselves, unless they are about to be replaced."""
    await session.execute(text(_TAKE), {"ids": list(ids)})
    if not keep_entries:
        await session.execute(
            text("delete from search_entry where solution_id = any(:ids)"), {"ids": list(ids)}
        )


async def _write(session: Session, documents: Sequence[SearchDocument]) -> None:
    weighed = {document.id: weigh(document) for document in documents}
    rows = [_row(document, weighed[document.id]) for document in documents]
    found = await session.execute(text(_ENTRIES), {"rows": json.dumps(rows, default=str, ensure_ascii=False)})
    numbers = {row.solution_id: row.number for row in found}
    await _copy_postings(session, weighed, numbers)
    stems = Counter(key for each in weighed.values() for key, _ in each.postings if " " not in key)
    words = {word: stem for each in weighed.values() for word, stem in each.words.items()}
    ordered = sorted(stems)
    await session.execute(
        text(_STEMS),
        {"stems": ordered, "roots": [root(stem) for stem in ordered], "counts": [stems[s] for s in ordered]},
    )
    await session.execute(text(_WORDS), {"words": list(words), "stems": list(words.values())})
    await session.execute(text(_STATE), {"ids": list(weighed)})


async def _copy_postings(session: Session, weighed: dict[UUID, Weighed], numbers: dict[UUID, int]) -> None:
    """COPY, through the driver of the session's own connection and in its transaction."""
    records = sorted(
        (key, numbers[id_], impact) for id_, each in weighed.items() for key, impact in each.postings
    )
    connection = await (await session.connection()).get_raw_connection()
    driver: Any = connection.driver_connection
    await driver.copy_records_to_table("search_posting", records=records, columns=("key", "entry", "impact"))


def _row(document: SearchDocument, weighed: Weighed) -> dict[str, Any]:
    row = asdict(document)
    row["solution_id"] = row.pop("id")
    return row | {
        "favour": weighed.favour, "keys": [key for key, _ in weighed.postings], "gist": list(weighed.gist), "digest": weighed.digest,
    }  # fmt: skip


_COLUMNS = {
    "slug": "text", "name": "text", "summary": "text", "problem": "text", "description": "text", "supplier": "text",
    "domains": "text[]", "tags": "text[]", "audiences": "text[]", "maturity": "text", "features": "text[]", '"references"': "int",
    "published_on": "date", "fictional": "bool", "priced": "bool", "version": "int", "favour": "float8", "keys": "text[]",
    "gist": "real[]", "digest": "bigint",
}  # fmt: skip
_ENTRIES = f"""
insert into search_entry (solution_id, {", ".join(_COLUMNS)}, indexed_at)
select solution_id, {", ".join(_COLUMNS)}, now()
from jsonb_to_recordset(cast(:rows as jsonb)) as r(solution_id uuid, {", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())})
on conflict (solution_id) do update set {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS)}, indexed_at = excluded.indexed_at
returning solution_id, number
"""
_TAKE = """
with held as (select number, keys, digest from search_entry where solution_id = any(:ids)),
gone as (
    delete from search_posting p using held, unnest(held.keys) k(key)
    where p.key = k.key collate "C" and p.entry = held.number returning p.key
),
fewer as (
    update search_stem s set entries = s.entries - g.n from (select key, count(*) n from gone group by key) g where s.stem = g.key
)
update search_state set entries = search_state.entries - h.n, content = search_state.content # h.content
from (select count(*) n, coalesce(bit_xor(digest), 0) content from held) h
"""
_STEMS = """
insert into search_stem (stem, root, entries)
select * from unnest(cast(:stems as text[]), cast(:roots as text[]), cast(:counts as int[]))
on conflict (stem) do update set entries = search_stem.entries + excluded.entries
"""
_WORDS = """
insert into search_word (word, stem) select * from unnest(cast(:words as text[]), cast(:stems as text[])) on conflict do nothing
"""
_STATE = """
update search_state set entries = entries + h.n, content = search_state.content # h.content
from (select count(*) n, coalesce(bit_xor(digest), 0) content from search_entry where solution_id = any(:ids)) h
"""
