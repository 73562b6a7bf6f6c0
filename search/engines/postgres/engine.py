"""The embedded engine: PostgreSQL full text, French and unaccented, with synonyms, typing mistakes, facets and counts.

Each term is a text query of its own (the word, its synonyms, or the words nearest to a mistyped one). A sheet's score is
the sum over terms of its rank × the term's rarity, so that missing a common word costs little: no word has to match, but
a sheet must match a fair part of the query's weight.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, text

from marketplace.db import ReadSession, Session
from search.engines.documents import Documents, SearchDocument, in_batches
from search.engines.postgres.models import SearchEntry
from search.engines.protocol import Hit, Meanwhile, SearchPage, SearchQuery
from search.language.terms import Term, fold, hinted_domains, terms

COVERAGE = 0.3
"""The part of the query's weight that a sheet must match to be shown."""
SYNONYM_WEIGHT = 0.6
DOMAIN_BONUS = 0.25
NEAR = 0.45
"""Trigram similarity from which a known word may correct a mistyped one."""
WEIGHTS = "'{0.15, 0.3, 0.6, 1.0}'::float4[]"
"""Of the description, the summary, the tags and domains, and the name."""
CONFIG = "'french_folded'"


class PostgresEngine:
    """See the module. Uses the session it is given: the index is part of the database."""

    name = "postgres"
    transactional = True

    async def search(self, session: Session | ReadSession, query: SearchQuery) -> SearchPage:
        asked = terms(query.text)
        known, corrected = await self._known(session, asked)
        sql, values = _compose(query, asked, known, hinted_domains(query.text))
        row = (await session.execute(text(sql), values)).one()
        return SearchPage(
            hits=tuple(_hit(hit) for hit in row.hits or ()),
            total=row.total,
            engine=self.name,
            facets={"domain": row.by_domain or {}, "maturity": row.by_maturity or {}},
            corrected=tuple(corrected.items()),
        )

    async def upsert(self, session: Session, documents: Sequence[SearchDocument]) -> None:
        for document in documents:
            await session.execute(text(_UPSERT), _row(document))
        if documents:
            await session.execute(text(_WORDS_OF), {"ids": [document.id for document in documents]})

    async def delete(self, session: Session, ids: Sequence[UUID]) -> None:
        await session.execute(delete(SearchEntry).where(SearchEntry.solution_id.in_(ids)))

    async def rebuild(
        self, session: Session, documents: Documents, *, meanwhile: Meanwhile | None = None
    ) -> int:
        await session.execute(
            text("delete from search_entry")
        )  # not truncate: readers keep the old index until the commit
        await session.execute(text("delete from search_word"))
        async for batch in in_batches(documents, 500):
            for document in batch:
                await session.execute(text(_UPSERT), _row(document))
        if meanwhile:
            changes = await meanwhile()
            for document in changes.put:
                await session.execute(text(_UPSERT), _row(document))
            await self.delete(session, changes.gone)
        await session.execute(text(_WORDS_OF_ALL))
        return int(await session.scalar(text("select count(*) from search_entry")) or 0)

    async def held(self, session: Session | ReadSession) -> AsyncIterator[SearchDocument]:
        columns = [
            column for column in SearchEntry.__table__.columns if column.name not in {"words", "indexed_at"}
        ]
        last: UUID | None = None
        while True:
            page = select(*columns).order_by(SearchEntry.solution_id).limit(500)
            rows = (
                (await session.execute(page if last is None else page.where(SearchEntry.solution_id > last)))
                .mappings()
                .all()
            )
            for row in rows:
                yield SearchDocument.from_columns({"id": row["solution_id"], **row})
            if len(rows) < 500:
                return
            last = rows[-1]["solution_id"]

    async def _known(
        self, session: Session | ReadSession, asked: Sequence[Term]
    ) -> tuple[dict[str, list[str]], dict[str, str]]:
        """For each term: the words to search for. A word that the index does not know is replaced by its nearest ones."""
        if not asked:
            return {}, {}
        rows = await session.execute(text(_RECOGNISE), {"words": [term.word for term in asked], "near": NEAR})
        found: dict[str, list[str]] = {}
        corrected: dict[str, str] = {}
        for row in rows:
            found[row.word] = [row.word] if row.known or not row.near else list(row.near)
            if not row.known and row.near and not row.begins:
                corrected[row.word] = row.near[0]
            if row.begins and not row.known:
                found[row.word] = [row.word]
        return found, corrected


_RECOGNISE = f"""
select w.word,
    exists (select from search_word s where s.stem = any(tsvector_to_array(to_tsvector({CONFIG}, w.word)))) as known,
    exists (select from search_word s where s.word like w.word || '%') as begins,
    case when length(w.word) > 3 then array(
        select s.word from search_word s where similarity(s.word, w.word) >= :near and s.word % w.word
        order by similarity(s.word, w.word) desc, abs(length(s.word) - length(w.word)), s.word limit 3
    ) end as near
from unnest(cast(:words as text[])) w(word)
"""

_UPSERT = f"""
insert into search_entry (solution_id, slug, name, summary, description, supplier, domains, tags, maturity, fictional, priced,
    version, indexed_at, words)
values (:id, cast(:slug as text), cast(:name as text), cast(:summary as text), cast(:description as text), cast(:supplier as text), cast(:domains as text[]), cast(:tags as text[]), cast(:maturity as text), :fictional, :priced, :version, now(),
    setweight(to_tsvector({CONFIG}, cast(:name as text)), 'A') ||
    setweight(to_tsvector({CONFIG}, cast(:tag_words as text) || ' ' || cast(:domain_words as text) || ' ' || cast(:supplier as text)), 'B') ||
    setweight(to_tsvector({CONFIG}, cast(:summary as text)), 'C') || setweight(to_tsvector({CONFIG}, cast(:description as text)), 'D'))
on conflict (solution_id) do update set slug = excluded.slug, name = excluded.name, summary = excluded.summary,
    description = excluded.description, supplier = excluded.supplier, domains = excluded.domains, tags = excluded.tags,
    maturity = excluded.maturity, fictional = excluded.fictional, priced = excluded.priced, version = excluded.version,
    indexed_at = excluded.indexed_at, words = excluded.words
"""

_WORDS = f"""
insert into search_word (word, stem)
select distinct w.word, coalesce((tsvector_to_array(to_tsvector({CONFIG}, w.word)))[1], w.word)
from search_entry e,
    lateral (select unnest(tsvector_to_array(to_tsvector('simple', folded(
        e.name || ' ' || array_to_string(e.tags, ' ') || ' ' || e.supplier || ' ' || e.summary || ' ' || e.description)))) as word) w
where length(w.word) between 2 and 40 and w.word !~ '[^a-z0-9]' {{scope}}
on conflict do nothing
"""
_WORDS_OF = _WORDS.format(scope="and e.solution_id = any(:ids)")
_WORDS_OF_ALL = _WORDS.format(scope="")


def _row(document: SearchDocument) -> dict[str, Any]:
    return {
        "id": document.id, "slug": document.slug, "name": document.name, "summary": document.summary,
        "description": document.description, "supplier": document.supplier, "domains": list(document.domains),
        "tags": list(document.tags), "tag_words": " ".join(document.tags), "domain_words": document.domain_words,
        "maturity": document.maturity, "fictional": document.fictional, "priced": document.priced, "version": document.version,
    }  # fmt: skip


def _compose(
    query: SearchQuery, asked: Sequence[Term], known: dict[str, list[str]], hints: dict[str, int]
) -> tuple[str, dict[str, Any]]:
    """One statement: the hits of the text, filtered, counted by facet, scored, and the asked page of them."""
    values: dict[str, Any] = {
        "limit": query.per_page, "offset": (query.page - 1) * query.per_page, "coverage": COVERAGE,
        "domains": list(query.domains), "maturities": list(query.maturities), "hints": list(hints),
    }  # fmt: skip
    columns, ranks = [], []
    for i, term in enumerate(asked):
        words = [
            f"plainto_tsquery({CONFIG}, :w{i}_{j})" for j, _ in enumerate(known.get(term.word, [term.word]))
        ]
        values |= {f"w{i}_{j}": word for j, word in enumerate(known.get(term.word, [term.word]))}
        if term.last and len(term.word) > 2:
            words.append(f"to_tsquery({CONFIG}, :p{i})")
            values[f"p{i}"] = f"{term.word}:*"
        columns.append(f"({' || '.join(words)}) as q{i}")
        others = [f"plainto_tsquery({CONFIG}, :s{i}_{j})" for j, _ in enumerate(term.alternatives)]
        values |= {f"s{i}_{j}": fold(phrase) for j, phrase in enumerate(term.alternatives)}
        columns.append(f"({' || '.join(others) if others else 'null::tsquery'}) as s{i}")
        ranks.append(
            f"greatest(ts_rank({WEIGHTS}, words, q{i}), {SYNONYM_WEIGHT} * coalesce(ts_rank({WEIGHTS}, words, s{i}), 0)) as r{i}"
        )
    if not asked:
        return _UNASKED.format(domain=_DOMAIN, maturity=_MATURITY, filters=_filters(query)), values
    count = len(asked)
    matches = " or ".join(f"words @@ q{i} or words @@ s{i}" for i in range(count))
    rarity = ", ".join(
        f"ln(1 + total.n::float / (1 + count(*) filter (where r{i} > 0))) as f{i}" for i in range(count)
    )
    weight = " + ".join(f"f{i}" for i in range(count))
    covered = " + ".join(f"case when r{i} > 0 then f{i} else 0 end" for i in range(count))
    score = " + ".join(f"r{i} * f{i}" for i in range(count))
    sql = _ASKED.format(
        columns=", ".join(columns), ranks=", ".join(ranks), matches=matches, rarity=rarity, weight=weight, covered=covered,
        score=score, domain=_DOMAIN, maturity=_MATURITY, filters=_filters(query), bonus=DOMAIN_BONUS,
    )  # fmt: skip
    return sql, values


def _filters(query: SearchQuery) -> str:
    return "and priced" if query.priced else ""


_DOMAIN = "(cardinality(cast(:domains as text[])) = 0 or domains && cast(:domains as text[]))"
_MATURITY = "(cardinality(cast(:maturities as text[])) = 0 or maturity = any(cast(:maturities as text[])))"
_HIT = """json_build_object('id', solution_id, 'slug', slug, 'name', name, 'summary', summary, 'supplier', supplier,
    'domains', domains, 'tags', tags, 'maturity', maturity, 'fictional', fictional, 'priced', priced)"""
_ANSWER = f"""
shown as (select * from scored where {{domain}} and {{maturity}})
select (select count(*) from shown) as total,
    (select json_agg({_HIT} order by place) from (
        select *, row_number() over ({{order}}) as place from shown order by place limit :limit offset :offset
    ) page) as hits,
    (select json_object_agg(d, n) from (
        select unnest(domains) d, count(*) n from scored where {{maturity}} group by 1) f) as by_domain,
    (select json_object_agg(maturity, n) from (
        select maturity, count(*) n from scored where {{domain}} group by 1) f) as by_maturity
"""
_BY_SCORE = "order by score desc, name, solution_id"
_BY_USE = "order by (maturity = 'stopped'), priced desc, name, solution_id"
_ASKED = """
with q as materialized (select {columns}),
total as (select count(*) n from search_entry),
hits as materialized (
    select solution_id, slug, name, summary, supplier, domains, tags, maturity, fictional, priced, {ranks}
    from search_entry, q where ({matches}) {filters}
),
rare as (select {rarity} from hits, total group by total.n),
scored as (
    select hits.*, (({score}) / ({weight}) + {bonus} * (domains && cast(:hints as text[]))::int)
        * case when maturity = 'stopped' then 0.75 else 1 end as score
    from hits, rare where ({covered}) >= :coverage * ({weight})
),""" + _ANSWER.replace("{order}", _BY_SCORE)
_UNASKED = """
with scored as (
    select solution_id, slug, name, summary, supplier, domains, tags, maturity, fictional, priced from search_entry
    where true {filters}
),""" + _ANSWER.replace("{order}", _BY_USE)


def _hit(found: dict[str, Any]) -> Hit:
    return Hit(
        id=UUID(found["id"]), slug=found["slug"], name=found["name"], summary=found["summary"], supplier=found["supplier"],
        domains=tuple(found["domains"]), tags=tuple(found["tags"]), maturity=found["maturity"],
        fictional=found["fictional"], priced=found["priced"],
    )  # fmt: skip
