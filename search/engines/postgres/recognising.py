"""Which words of a query the index knows, in one statement: their stems, relatives, completions, and words near to mistyped ones.

The statement that ranks comes next, always the same: this one asks PostgreSQL to keep its plan, and that one to choose again afterwards.
"""

from collections import defaultdict

from sqlalchemy import text

from marketplace.db import ReadSession, Session
from search.engines.postgres.asking import SHORTEST_MISTYPED, Known, Typed
from search.language.phrases import known_stems
from search.language.stems import root, stem

SHORTEST_BEGUN, SHORTEST_OPEN, NEVER = 4, 3, 99
"""From how many letters on a word is completed: any, the last one while it is typed, one that is whole."""
COMPLETIONS, CANDIDATES = 5, 30


async def recognise(session: Session | ReadSession, query: Typed) -> Known:
    """What the index knows of the query's words."""
    if not query.words:
        return Known()
    words = list(dict.fromkeys(query.words))
    stems = [stem(word) for word in words]
    doubtful = [known not in known_stems() for known in stems]
    shortest = [_shortest(word, query) for word in words]
    rows = await session.execute(
        _RECOGNISE,
        {
            "words": words, "stems": stems, "doubtful": doubtful, "shortest": shortest, "pairs": query.pairs,
            "roots": [root(known) for known in stems], "mistyped": SHORTEST_MISTYPED,
        },
    )  # fmt: skip
    total = 0
    entries: dict[str, int] = {}
    families: dict[str, list[str]] = defaultdict(list)
    begins: dict[str, list[tuple[str, int]]] = defaultdict(list)
    near: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for kind, asked, found, count in rows:
        if kind == "total":
            total = count
        elif kind == "stem":
            entries[found] = count
        elif kind == "family":
            families[asked].append(found)
            entries[found] = count
        else:
            (begins if kind == "begun" else near)[asked].append((found, count))
            entries[stem(found)] = count
    return Known(total, entries, families, begins, near)


def _shortest(word: str, query: Typed) -> int:
    """From how many letters on `word` is completed."""
    if not query.may_be_begun(word):
        return NEVER
    return SHORTEST_OPEN if word == query.unfinished else SHORTEST_BEGUN


_RECOGNISE = text(f"""
with word as materialized (
    select w.*, not exists (select from search_stem s where s.stem = w.stem collate "C" and s.entries > 0) as unknown
    from unnest(cast(:words as text[]), cast(:stems as text[]), cast(:doubtful as bool[]), cast(:shortest as int[]))
        w(word, stem, doubtful, shortest)
),
begun as (
    select w.word asked, b.word, b.entries from word w cross join lateral (
        select min(f.word collate "C") word, s.entries from search_word f join search_stem s on s.stem = f.stem and s.entries > 0
        where f.word >= w.word collate "C" and f.word < (w.word || '{{') collate "C"
        group by s.stem, s.entries order by s.entries desc, s.stem limit {COMPLETIONS}
    ) b where w.unknown and length(w.word) >= w.shortest
)
select 'total' kind, '' asked, set_config('plan_cache_mode', 'force_generic_plan', true) word, entries from search_state
union all
select 'stem', '', s.stem, s.entries from search_stem s where s.stem = any(cast(:stems as text[])) or s.stem = any(cast(:pairs as text[]))
union all
select 'family', s.root, s.stem, s.entries from search_stem s where s.root = any(cast(:roots as text[])) and s.entries > 0
union all
select 'begun', * from begun
union all
select 'near', w.word, n.word, n.entries from word w cross join lateral (
    select f.word, s.entries from search_word f join search_stem s on s.stem = f.stem and s.entries > 0
    where f.word % w.word order by similarity(f.word, w.word) desc, f.word limit {CANDIDATES}
) n where w.unknown and w.doubtful and length(w.word) >= :mistyped and not exists (select from begun b where b.asked = w.word)
""")
